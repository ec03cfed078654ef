#include "cli/commands.hpp"
#include "cli/limits.hpp"
#include "cli/reach_text.hpp"
#include "net/linux/network.hpp"
#include "reach/service/reach.hpp"

#include <algorithm>
#include <utility>
#include <vector>

namespace homeport::cli {
namespace {

/// Dynamic ports (RFC 6335 section 6): nobody's service is there.
constexpr std::uint16_t kFirstTestPort = 49152;

class Examination {
public:
    Examination(const Examine& command, const World& world)
        : command_(command),
          world_(world),
          network_(loop_),
          reach_({loop_, network_, world.entropy, log_}, options(), [this] { look(); }),
          late_(loop_.timers(), net::call<&Examination::finish>(this)) {}

    reach::ReachView run() {
        if (command_.map) reach_.set_units({test_unit()});
        reach_.start();
        late_.arm(loop_.now() + command_.time);
        loop_.run();
        return view_;
    }

private:
    reach::Reach::Options options() {
        return {.stun = command_.stun,
                .space = reach::PublicSpace(command_.public_networks),
                // A mapping of some seconds: who asks again is another one.
                .nonce =
                    [this](const reach::UnitPort&) {
                        reach::MappingNonce nonce;
                        world_.entropy.fill(nonce);
                        return nonce;
                    },
                .memory = {}};
    }

    reach::PortUnit test_unit() {
        const auto port = static_cast<std::uint16_t>(kFirstTestPort + world_.entropy.u64() %
                                                                          (65536 - kFirstTestPort));
        reach::PortUnit unit{.name = "homeport doctor", .ports = {}};
        unit.ports.push_back({.transport = reach::Transport::tcp,
                              .external = port,
                              .internal = {IpAddress(), port}});
        return unit;
    }

    static bool is_settled(const std::vector<reach::UnitReport>& units) {
        using Phase = reach::UnitReport::Phase;
        return std::ranges::all_of(units, [](const reach::UnitReport& unit) {
            return unit.phase == Phase::mapped || unit.phase == Phase::failed;
        });
    }

    void look() {
        if (ending_) return;
        const reach::ReachView view = reach_.view();
        if (view.complete && is_settled(view.units_v4) && is_settled(view.units_v6)) finish();
    }

    void finish() {
        if (std::exchange(ending_, true)) return;
        view_ = reach_.view();
        reach_.stop([this] { loop_.stop(); });
    }

    const Examine& command_;
    const World& world_;
    NullLog log_;
    net::EpollLoop loop_;
    net::LinuxNetwork network_;
    reach::Reach reach_;
    reach::ReachView view_;
    bool ending_ = false;
    net::Timer late_;
};

}  // namespace

int run(const Examine& command, const World& world) {
    const reach::ReachView view = Examination(command, world).run();
    world.console.out << (command.json ? examination_json(view) + "\n" : render_examination(view));
    return view.place ? kDone : kFailed;
}

}  // namespace homeport::cli
