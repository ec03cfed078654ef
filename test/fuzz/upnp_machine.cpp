// A router that answers anything at any time: the machine comes to rest, keeps to its number of
// calls, calls nobody else, and stops when it is told to. The input is cut at zeros: the first
// octet of each piece says what happens, the rest is the datagram, reply or event.

#include "reach/portmap/upnp_machine.hpp"
#include "core/assert.hpp"
#include "reach/portmap/limits.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

using namespace homeport;
using namespace homeport::reach;

namespace {

const IpAddress kRouter = IpAddress::v4({192, 168, 1, 1});

UpnpOptions home() {
    UpnpOptions options;
    options.own_v4 = IpAddress::v4({192, 168, 1, 20});
    options.own_v6 = IpAddress::v6({0x20, 0x01, 0x0d, 0xb8, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 9});
    options.gateways = {kRouter};
    options.callback = "http://192.168.1.20:1/x";
    return options;
}

class World final : public MachineOutput {
public:
    World() {
        machine_.start(now_);
        for (std::uint64_t id = 1; id < 4; ++id) want(id);
    }
    void line(std::string_view line) {
        if (line.empty()) return;
        const std::string_view rest = line.substr(1);
        switch (line[0]) {
        case 's':
        case 'n':
            machine_.on_datagram({kRouter, 1900}, as_bytes(rest), line[0] == 'n', now_);
            break;
        case 'r':
        case 'e':
            reply(HttpReply{line[0] == 'r' ? 200 : 500,
                            {{"sid", "uuid:1"}, {"timeout", "Second-60"}},
                            std::string(rest)});
            break;
        case 'x':
            reply(fail(Errc::refused, "refused"));
            break;
        case 'v':
            machine_.on_event("uuid:1", 1, rest, now_);
            break;
        case 'w':
            pass(static_cast<int>(rest.size()) * 10s);
            break;
        case 'd':
            machine_.drop(MappingId{1 + rest.size() % 3}, now_);
            break;
        case 'm':
            machine_.remake(MappingId{1 + rest.size() % 3}, now_);
            break;
        case 'c':
            machine_.check_soon(now_);
            break;
        default:
            break;
        }
    }
    void end() {
        HOMEPORT_ASSERT(machine_.memory(now_).size() <= kMaxMemoryBytes);
        machine_.stop(now_);
        pass(Duration{10min});
        HOMEPORT_ASSERT(machine_.stopped());
    }

private:
    void send(const Endpoint&, Bytes) override {}
    void call(HttpCall call) override {
        const std::string last = call.to.address.to_string();
        HOMEPORT_ASSERT(last.starts_with("192.168.1.") && last != "192.168.1.20");
        HOMEPORT_ASSERT(call.path.find_first_of(" \r\n") == std::string::npos);
        open_.push_back(call.id);
    }
    void report(const MappingReport&) override {}
    void report(const RouterReport&) override {}

    void want(std::uint64_t id) {
        MappingWish wish;
        wish.id = MappingId{id};
        wish.internal = {id == 3 ? home().own_v6 : home().own_v4, static_cast<std::uint16_t>(id)};
        wish.external_port = static_cast<std::uint16_t>(id);
        machine_.want(wish, now_);
    }
    void reply(const Result<HttpReply>& reply) {
        if (open_.empty()) return;
        const HttpCallId id = open_.front();
        open_.erase(open_.begin());
        machine_.on_reply(id, reply, now_);
    }
    void pass(Duration time) {
        const TimePoint end = now_ + time;
        int steps = 0;
        while (machine_.deadline() <= end) {
            HOMEPORT_ASSERT(++steps < 100'000);
            now_ = std::max(now_, machine_.deadline());
            machine_.on_time(now_);
        }
        now_ = end;
    }

    TimePoint now_ = TimePoint{} + Duration{1h};
    std::vector<HttpCallId> open_;
    UpnpMachine machine_{home(), *this};
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    std::string_view rest(reinterpret_cast<const char*>(data), std::min<std::size_t>(size, 8192));
    World world;
    while (!rest.empty()) {
        const auto end = std::min(rest.find('\0'), rest.size());
        world.line(rest.substr(0, end));
        rest.remove_prefix(std::min(end + 1, rest.size()));
    }
    world.end();
    return 0;
}
