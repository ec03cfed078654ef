#include "app/demo.hpp"

#include "app/build.hpp"
#include "app/host.hpp"
#include "app/keys.hpp"
#include "app/limits.hpp"
#include "app/sample_site.hpp"
#include "cli/relay_state.hpp"
#include "cli/state_dir.hpp"
#include "cli/status_text.hpp"
#include "config/load.hpp"

#include <fmt/format.h>

#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <system_error>

namespace homeport::app {
namespace {

constexpr std::string_view kHome = "demo-home";

/// A directory that goes away with this, unless the user named it.
class StateDir {
public:
    static Result<StateDir> make(const std::string& wanted);
    StateDir(StateDir&& other) noexcept
        : path_(std::move(other.path_)), temporary_(other.temporary_) {
        other.temporary_ = false;
    }
    StateDir& operator=(StateDir&&) = delete;
    ~StateDir() {
        std::error_code ignored;
        if (temporary_) std::filesystem::remove_all(path_, ignored);
    }
    const std::string& path() const { return path_; }

private:
    StateDir(std::string path, bool temporary) : path_(std::move(path)), temporary_(temporary) {}

    std::string path_;
    bool temporary_;
};

Result<StateDir> StateDir::make(const std::string& wanted) {
    if (!wanted.empty()) {
        const std::string path = std::filesystem::absolute(wanted);
        if (auto ready = cli::prepare_state_dir(path); !ready)
            return std::unexpected(ready.error());
        return StateDir(path, false);
    }
    std::error_code none;
    std::string path = std::filesystem::temp_directory_path(none) / "homeport-demo-XXXXXX";
    if (none || ::mkdtemp(path.data()) == nullptr) {
        return fail(Errc::io, "cannot make a temporary directory: name one with --state DIR");
    }
    return StateDir(path, true);
}

/// A TOML basic string.
std::string toml_text(std::string_view text) {
    std::string out = "\"";
    for (const char c : text) {
        if (c == '"' || c == '\\') out += '\\';
        out += c;
    }
    return out + "\"";
}

std::string listening_host(const Endpoint& listen) {
    return listen.address.is_v4() && !listen.address.is_unspecified() ? listen.address.to_string()
                                                                      : "127.0.0.1";
}

/// A port of loopback that was free a moment ago.
Result<Endpoint> free_port(net::Network& network) {
    const auto probe = network.listen(Endpoint{IpAddress::v4({127, 0, 0, 1}), 0}, {},
                                      [](std::unique_ptr<net::Stream>) {});
    if (!probe) return std::unexpected(probe.error());
    return (*probe)->local();
}

/// What load_* says, as one error: only a strange --state or --listen can cause it.
template <class T>
Result<T> taken(config::Loaded<T> loaded) {
    if (loaded) return std::move(*loaded);
    return fail(Errc::invalid, loaded.error().front().to_string());
}

class Demo {
public:
    Demo(const cli::RunDemo& wanted, const cli::Console& console, StateDir state)
        : wanted_(wanted), console_(console), state_(std::move(state)), host_(Level::warn) {}

    Result<> start();
    void run();

private:
    Result<> write_settings();
    Result<> start_relay();
    Result<cli::PairedRelay> pair(const config::Relay& relay, const config::Agent& agent);
    Result<> start_agent();
    void explain() const;
    void on_key(char key);
    std::string relay_file() const { return state_.path() + "/relay.toml"; }
    std::string agent_file() const { return state_.path() + "/agent.toml"; }

    cli::RunDemo wanted_;
    const cli::Console& console_;
    StateDir state_;
    Host host_;
    std::unique_ptr<SampleSite> site_;
    std::unique_ptr<RelayRole> relay_;
    std::unique_ptr<AgentRole> agent_;
    config::Relay relay_settings_;
};

Result<> Demo::start() {
    site_ = std::make_unique<SampleSite>(host_.loop(), host_.world().network);
    if (auto started = site_->start(); !started) return started;
    if (auto written = write_settings(); !written) return written;
    if (auto started = start_relay(); !started) return started;
    return start_agent();
}

Result<> Demo::write_settings() {
    const auto link = free_port(host_.world().network);
    if (!link) return std::unexpected(link.error());
    auto written = cli::write_private_file(relay_file(),
                                           demo_relay_toml(state_.path(), wanted_.listen, *link));
    if (!written) return written;
    return cli::write_private_file(agent_file(),
                                   demo_agent_toml(state_.path(), wanted_.listen, site_->local()));
}

Result<> Demo::start_relay() {
    auto settings = taken(config::load_relay(relay_file()));
    if (!settings) return std::unexpected(settings.error());
    relay_settings_ = *settings;
    auto relay = build_relay(host_.world(), relay_file(), relay_settings_);
    if (!relay) return std::unexpected(relay.error());
    relay_ = std::move(*relay);
    auto started = relay_->start();
    if (!started && started.error().code == Errc::exists) {
        return fail(Errc::exists, fmt::format("{}, for example: homeport demo --listen "
                                              "127.0.0.1:8888",
                                              started.error().what));
    }
    return started;
}

/// What `homeport invite` and `homeport join` do, without the way between them.
Result<cli::PairedRelay> Demo::pair(const config::Relay& relay, const config::Agent& agent) {
    auto store = cli::open_relay_store(relay.state_dir);
    if (!store) return std::unexpected(store.error());
    const auto relay_key = cli::own_identity(relay.state_dir);
    if (!relay_key) return std::unexpected(relay_key.error());
    if (auto ready = cli::prepare_state_dir(agent.state_dir); !ready)
        return std::unexpected(ready.error());
    const auto agent_key = cli::own_identity(agent.state_dir);
    if (!agent_key) return std::unexpected(agent_key.error());

    const UnixSeconds now = host_.loop().wall();
    tunnel::InviteSecret secret{};
    host_.world().entropy.fill(secret);
    store::Invite invite{.secret_hash = net::sha256(secret),
                         .agent = std::string(kHome),
                         .grants = {},
                         .created = now,
                         .expires = now + 60};
    for (const config::Service& service : agent.services) {
        invite.grants.hosts.insert(invite.grants.hosts.end(), service.hosts.begin(),
                                   service.hosts.end());
    }
    if (auto added = (*store)->add_invite(invite); !added) return std::unexpected(added.error());
    const auto redeemed = (*store)->redeem(invite.secret_hash, agent_key->public_key(), now);
    if (!redeemed) return std::unexpected(redeemed.error());
    return cli::PairedRelay{relay.public_address, relay_key->public_key(), relay.name,
                            std::string(kHome)};
}

Result<> Demo::start_agent() {
    const auto settings = taken(config::load_agent(agent_file()));
    if (!settings) return std::unexpected(settings.error());
    const auto paired = pair(relay_settings_, *settings);
    if (!paired) return std::unexpected(paired.error());
    if (auto saved = cli::save_paired_relay(settings->state_dir, *paired); !saved) return saved;
    relay_->answer({.command = "refresh"}, [](const std::string&) {});
    auto agent = build_agent(host_.world(), agent_file(), *settings, *paired);
    if (!agent) return std::unexpected(agent.error());
    agent_ = std::move(*agent);
    return agent_->start();
}

void Demo::explain() const {
    const std::string url =
        fmt::format("http://{}:{}/", listening_host(wanted_.listen), wanted_.listen.port);
    console_.out << fmt::format(
        "homeport demo: a relay, an agent and a sample site run in this process.\n\n"
        "1. Open {0} in your browser.\n"
        "2. Start a download, and cut the line for {1} s with the key c while it runs:\n"
        "     curl {0}download | sha256sum\n"
        "   It takes about two minutes, waits while the line is cut, and ends with\n"
        "     {2}\n"
        "3. Ask how things are:\n"
        "     homeport status --config {3}\n\n"
        "Keys: c cut the line for {1} s, s status, q quit.\n",
        url, kDemoCut / 1s, sample_sha256(), relay_file());
    console_.out.flush();
}

void Demo::on_key(char key) {
    if (key == 'c') {
        agent_->cut_line(kDemoCut);
        console_.out << fmt::format("The line is cut for {} s.\n", kDemoCut / 1s);
    } else if (key == 's') {
        console_.out << cli::render_status(status_json(relay_->facts()));
    } else if (key == 'q') {
        host_.stop();
    }
    console_.out.flush();
}

void Demo::run() {
    explain();
    const Keys keys(host_.loop(), STDIN_FILENO, [this](char key) { on_key(key); });
    // The relay first: visitors finish while the agent still serves them.
    host_.run({relay_.get(), agent_.get()});
}

}  // namespace

std::string demo_relay_toml(const std::string& state_dir, const Endpoint& listen,
                            const Endpoint& link) {
    return fmt::format(
        "# Written by homeport demo.\n"
        "[relay]\n"
        "name = \"demo-relay\"\n"
        "state_dir = {}\n"
        "listen = [{}]\n"
        "public_address = {}\n"
        "control = {}\n"
        "[front]\n"
        "http = [{}]\n"
        "tls = []\n"
        "[log]\n"
        "level = \"warn\"\n",
        toml_text(state_dir + "/relay"), toml_text(link.to_string()), toml_text(link.to_string()),
        toml_text(state_dir + "/relay.sock"), toml_text(listen.to_string()));
}

std::string demo_agent_toml(const std::string& state_dir, const Endpoint& listen,
                            const Endpoint& site) {
    std::string hosts = "\"localhost\", \"home.localhost\", \"127.0.0.1\"";
    if (const std::string host = listening_host(listen); host != "127.0.0.1")
        hosts += ", " + toml_text(host);
    return fmt::format(
        "# Written by homeport demo.\n"
        "[agent]\n"
        "state_dir = {}\n"
        "control = {}\n"
        "[[service]]\n"
        "name = \"site\"\n"
        "kind = \"http\"\n"
        "hosts = [{}]\n"
        "target = {}\n"
        "[log]\n"
        "level = \"warn\"\n",
        toml_text(state_dir + "/agent"), toml_text(state_dir + "/agent.sock"), hosts,
        toml_text(site.to_string()));
}

Result<> run_demo(const cli::RunDemo& wanted, const cli::Console& console) {
    auto state = StateDir::make(wanted.state_dir);
    if (!state) return std::unexpected(state.error());
    Demo demo(wanted, console, std::move(*state));
    if (auto started = demo.start(); !started) return started;
    demo.run();
    return {};
}

}  // namespace homeport::app
