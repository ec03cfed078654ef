#include "tunnel/relay/relay.hpp"

#include "tunnel/limits.hpp"
#include "tunnel/relay/home.hpp"
#include "tunnel/relay/link_gate.hpp"
#include "tunnel/tunnel_stream.hpp"

#include <map>

namespace homeport::tunnel {
namespace {

Result<> unknown_key() {
    return fail(Errc::denied,
                "this agent's key is not known here or was revoked; pair it with a new token");
}

}  // namespace

class Relay::Impl final : LinkGate::Desk {
public:
    Impl(const World& world, Options options)
        : world_(world),
          options_(std::move(options)),
          total_(options_.resume.total_bytes),
          gate_(world_.loop, world_.pool, world_.log, *this) {
        world_.entropy.fill(instance_.bytes);
    }

    Result<> start();
    void accept_link(std::unique_ptr<net::Stream> stream);
    std::unique_ptr<net::BufferedStream> open(const std::string& agent, const OpenInfo& info);
    bool up(const std::string& agent) const;
    Result<> refresh();
    void announce_stop();
    std::vector<SessionStatus> status() const;
    std::vector<Endpoint> listening() const;

private:
    Result<> on_hello(std::unique_ptr<Link>& link, const HelloFrame& hello) override;
    Result<> on_join(Link& link, const JoinFrame& join) override;
    Result<> on_bypass(Link& link, const BypassFrame& bypass) override;
    Result<> on_ask(Link& link, const Frame& ask, AskDone done) override;
    Home* home_of(const PublicKey& key);
    void take_record(const store::AgentRecord& record);

    World world_;
    Options options_;
    InstanceId instance_;
    Budget total_;
    LinkGate gate_;
    std::map<std::string, std::shared_ptr<Home>, std::less<>> homes_;
    std::vector<std::unique_ptr<net::Listener>> listeners_;
};

Result<> Relay::Impl::start() {
    const auto loaded = refresh();
    if (!loaded) return loaded;
    for (const Endpoint& endpoint : options_.listen) {
        auto listener = world_.network.listen(
            endpoint, {},
            [this](std::unique_ptr<net::Stream> stream) { accept_link(std::move(stream)); });
        if (!listener) return std::unexpected(listener.error());
        listeners_.push_back(std::move(*listener));
    }
    return {};
}

void Relay::Impl::accept_link(std::unique_ptr<net::Stream> stream) {
    const Endpoint peer = stream->peer();
    const bool watched = world_.network.watch_peer(*stream, kRelayWatch);
    if (!gate_.admit(world_.security.accept(std::move(stream)), watched)) {
        world_.log.warn("link.crowded", {{"from", peer.to_string()}, {"waiting", gate_.waiting()}});
    }
}

Result<> Relay::Impl::on_hello(std::unique_ptr<Link>& link, const HelloFrame& hello) {
    Home* const home = home_of(link->peer_key());
    return home == nullptr ? unknown_key() : home->attach(link, hello);
}

Result<> Relay::Impl::on_bypass(Link& link, const BypassFrame& bypass) {
    Home* const home = home_of(link.peer_key());
    return home == nullptr ? unknown_key() : home->bypass(link, bypass);
}

Result<> Relay::Impl::on_ask(Link& link, const Frame& ask, AskDone done) {
    Home* const home = home_of(link.peer_key());
    if (home == nullptr) return unknown_key();
    home->ask(ask, link.peer().address, std::move(done));
    return {};
}

Home* Relay::Impl::home_of(const PublicKey& key) {
    for (const auto& [name, home] : homes_) {
        if (home->record().key == key) return home.get();
    }
    return nullptr;
}

Result<> Relay::Impl::on_join(Link& link, const JoinFrame& join) {
    store::SecretHash hash = world_.secret_hash(join.secret);
    const auto record = world_.store.redeem(hash, link.peer_key(), world_.loop.wall());
    if (!record) return std::unexpected(record.error());
    world_.log.info("agent.paired", {{"agent", record->name}, {"from", link.peer().to_string()}});
    take_record(*record);
    link.send(JoinedFrame{options_.name, record->name});
    return {};
}

Result<> Relay::Impl::refresh() {
    const auto records = world_.store.agents();
    if (!records) return std::unexpected(records.error());
    std::map<std::string, std::shared_ptr<Home>, std::less<>> before;
    before.swap(homes_);
    for (const store::AgentRecord& record : *records) {
        const auto known = before.find(record.name);
        if (record.revoked) continue;
        if (known != before.end()) homes_.insert(before.extract(known));
        take_record(record);
    }
    for (const auto& [name, home] : before) {
        world_.log.warn("agent.revoked", {{"agent", name}});
        home->end();
    }
    return {};
}

void Relay::Impl::take_record(const store::AgentRecord& record) {
    const auto known = homes_.find(record.name);
    if (known != homes_.end()) return known->second->set_record(record);
    auto home = std::make_shared<Home>(world_, options_, instance_, total_, record);
    homes_.emplace(record.name, home);
    const auto published = home->publish_stored();
    if (!published) world_.log.error("store.failed", {{"what", published.error().what}});
}

std::unique_ptr<net::BufferedStream> Relay::Impl::open(const std::string& agent,
                                                       const OpenInfo& info) {
    const auto home = homes_.find(agent);
    if (home == homes_.end()) {
        return make_failed_stream(world_.loop, Errc::not_found, info.visitor, info.local);
    }
    return home->second->open(info);
}

bool Relay::Impl::up(const std::string& agent) const {
    const auto home = homes_.find(agent);
    return home != homes_.end() && home->second->up();
}

void Relay::Impl::announce_stop() {
    for (const auto& [name, home] : homes_) home->announce_stop();
}

std::vector<SessionStatus> Relay::Impl::status() const {
    std::vector<SessionStatus> all;
    for (const auto& [name, home] : homes_) all.push_back(home->status());
    return all;
}

std::vector<Endpoint> Relay::Impl::listening() const {
    std::vector<Endpoint> endpoints;
    for (const auto& listener : listeners_) endpoints.push_back(listener->local());
    return endpoints;
}

Relay::Relay(const World& world, Options options)
    : impl_(std::make_unique<Impl>(world, std::move(options))) {}
Relay::~Relay() = default;

Result<> Relay::start() {
    return impl_->start();
}
void Relay::accept_link(std::unique_ptr<net::Stream> stream) {
    impl_->accept_link(std::move(stream));
}
std::unique_ptr<net::BufferedStream> Relay::open(const std::string& agent, std::uint32_t service,
                                                 std::uint16_t port, const Endpoint& visitor,
                                                 const Endpoint& local) {
    return impl_->open(agent, {service, port, visitor, local});
}
bool Relay::up(const std::string& agent) const {
    return impl_->up(agent);
}
Result<> Relay::refresh() {
    return impl_->refresh();
}
void Relay::announce_stop() {
    impl_->announce_stop();
}
std::vector<SessionStatus> Relay::status() const {
    return impl_->status();
}
std::vector<Endpoint> Relay::listening() const {
    return impl_->listening();
}

}  // namespace homeport::tunnel
