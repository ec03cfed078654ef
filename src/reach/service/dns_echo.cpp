#include "reach/service/dns_echo.hpp"

#include "dns/check/exchange.hpp"
#include "dns/check/limits.hpp"
#include "net/timer.hpp"
#include "reach/service/limits.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <utility>

namespace homeport::reach {
namespace {

static_assert(kEchoTime == dns::check::kTries * 1s, "a try every second");

dns::check::Ask ask_of(const EchoQuestion& question, dns::Name name, Family family) {
    const dns::RrType address = family == Family::v4 ? dns::RrType::a : dns::RrType::aaaa;
    // Some of these servers are resolvers, the others do not mind.
    return {.name = std::move(name),
            .type = question.text ? dns::RrType::txt : address,
            .recursion = true};
}

/// Of well-formed data of A and AAAA (RFC 1035 section 3.4.1, RFC 3596 section 2.2).
IpAddress address_in(Bytes rdata) {
    const auto copy = [&](auto octets) {
        std::ranges::transform(rdata, octets.begin(), std::to_integer<std::uint8_t>);
        return octets;
    };
    if (rdata.size() == 4) return IpAddress::v4(copy(std::array<std::uint8_t, 4>{}));
    return IpAddress::v6(copy(std::array<std::uint8_t, 16>{}));
}

/// Strings of well-formed TXT data (RFC 1035 section 3.3.14) that are addresses; other strings tell
/// other things.
void add_texts(Bytes rdata, std::vector<IpAddress>& found) {
    Reader in(rdata);
    while (in.remaining() > 0) {
        const auto address = IpAddress::parse(as_text(in.take(in.u8())));
        if (address) found.push_back(*address);
    }
}

/// The one address in the reply. Several: nobody knows which of them is meant.
std::optional<IpAddress> address_in(const dns::check::Reply& reply, const dns::check::Ask& ask,
                                    Family family) {
    std::vector<IpAddress> found;
    for (const dns::Record& record : reply.records) {
        const bool answer = record.section == dns::Section::answer && record.type == ask.type &&
                            record.owner == ask.name;
        if (!answer) continue;
        if (ask.type == dns::RrType::txt) {
            add_texts(record.rdata, found);
        } else {
            found.push_back(address_in(record.rdata));
        }
    }
    const bool one = !found.empty() && std::ranges::count(found, found.front()) ==
                                           static_cast<std::ptrdiff_t>(found.size());
    if (!one || family_of(found.front()) != family) return std::nullopt;
    return found.front();
}

/// The last two labels, so that servers of one operator are one voice; nothing of an address.
std::string operator_of(const std::string& host) {
    if (IpAddress::parse(host)) return {};
    const auto last = host.rfind('.');
    if (last == std::string::npos || last == 0) return host;
    const auto before = host.rfind('.', last - 1);
    return before == std::string::npos ? host : host.substr(before + 1);
}

/// A resolver on the way that takes questions for itself says where it asks from, whomever they
/// were meant for. Such replies are not authoritative: together they are one voice.
std::string voice_behind(const dns::check::Reply& reply, const std::string& host) {
    return reply.authoritative ? operator_of(host) : "a resolver";
}

}  // namespace

/// One question to one address.
class EchoLook::Asking {
public:
    Asking(const ReachWorld& world, const EchoQuestion& question, dns::Name name,
           const IpAddress& own, const IpAddress& server, const Heard& heard)
        : world_(world),
          question_(question),
          family_(family_of(server)),
          own_(own),
          ask_(ask_of(question, std::move(name), family_)),
          exchange_({{server, question.server.port}, ask_},
                    static_cast<std::uint16_t>(world.entropy.u64()), kEchoTime),
          heard_(heard),
          timer_(world.loop.timers(), net::call<&Asking::step>(this)) {}
    Asking(const Asking&) = delete;
    Asking& operator=(const Asking&) = delete;

    /// False: no port to ask from; `heard` is not called then.
    bool start() {
        net::DatagramPortOptions options;
        options.on_fault = [this](const Endpoint& to, const net::DatagramFault& fault) {
            const bool ours = to == exchange_.server();
            if (!ours || fault.kind == net::DatagramFault::Kind::hop_limit) return;
            exchange_.on_send_failed(Errc::unreachable);
            step();
        };
        auto port = world_.network.open_datagrams(
            {own_, 0}, options, [this](const Endpoint& from, Bytes datagram) {
                exchange_.on_datagram(from, datagram, world_.loop.now());
                step();
            });
        if (!port) return false;
        port_ = std::move(*port);
        timer_.arm(world_.loop.now());
        return true;
    }
    bool over() const { return over_; }

private:
    using Action = dns::check::Exchange::Action;

    void step() {
        while (!over_) {
            switch (exchange_.poll(world_.loop.now())) {
            case Action::send:
                send();
                break;
            case Action::dial:
                // An address fits into any datagram.
                exchange_.on_tcp_failed();
                break;
            case Action::none:
                return timer_.arm(exchange_.deadline());
            case Action::over:
                return finish();
            }
        }
    }

    void send() {
        const auto sent = port_->send(exchange_.server(), exchange_.message());
        if (!sent) exchange_.on_send_failed(sent.error().code);
    }

    void finish() {
        over_ = true;
        timer_.cancel();
        heard_(evidence());
    }

    std::optional<Evidence> evidence() {
        const dns::check::Outcome& outcome = exchange_.outcome();
        if (outcome.kind != dns::check::Outcome::Kind::reply) return std::nullopt;
        const auto address = address_in(outcome.reply, ask_, family_);
        if (!address) return std::nullopt;
        return Evidence{.source = EvidenceSource::echo,
                        .from = question_.server.to_string(),
                        .address = *address,
                        .at = world_.loop.now(),
                        .run_by = voice_behind(outcome.reply, question_.server.host)};
    }

    ReachWorld world_;
    const EchoQuestion& question_;
    Family family_;
    IpAddress own_;
    dns::check::Ask ask_;
    dns::check::Exchange exchange_;
    const Heard& heard_;
    bool over_ = false;
    net::Timer timer_;
    std::unique_ptr<net::DatagramPort> port_;
};

EchoLook::EchoLook(const ReachWorld& world, std::vector<EchoQuestion> questions, Heard heard)
    : world_(world), questions_(std::move(questions)), heard_(std::move(heard)) {
    if (questions_.size() > kMaxEchoQuestions) questions_.resize(kMaxEchoQuestions);
}

EchoLook::~EchoLook() = default;

void EchoLook::ask(const std::optional<Neighbourhood>& place) {
    servers_.clear();
    place_ = place;
    if (!place_) return;
    servers_.resize(questions_.size());
    for (std::size_t index = 0; index < questions_.size(); ++index) {
        servers_[index].resolving =
            world_.network.resolve(questions_[index].server.host, [this, index](auto addresses) {
                if (addresses) ask_server(index, *addresses);
            });
    }
}

void EchoLook::ask_server(std::size_t index, const std::vector<IpAddress>& addresses) {
    const EchoQuestion& question = questions_[index];
    const auto name = dns::Name::parse(question.name);
    if (!name) return;
    for (const Family family : {Family::v4, Family::v6}) {
        const auto& side = family == Family::v4 ? place_->v4 : place_->v6;
        const auto server = std::ranges::find(addresses, family, family_of);
        if (!side || server == addresses.end()) continue;
        auto asking = std::make_unique<Asking>(world_, question, *name, side->own, *server, heard_);
        if (asking->start()) servers_[index].askings.push_back(std::move(asking));
    }
}

bool EchoLook::asking() const {
    return std::ranges::any_of(servers_, [](const Server& server) {
        return std::ranges::any_of(server.askings, [](const auto& one) { return !one->over(); });
    });
}

}  // namespace homeport::reach
