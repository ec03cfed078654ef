#include "reach/probe/prober.hpp"

#include "net/pump.hpp"
#include "reach/probe/limits.hpp"
#include "reach/probe/tcp_probe.hpp"
#include "reach/probe/udp_probe.hpp"

#include <algorithm>
#include <utility>
#include <vector>

namespace homeport::reach {
namespace {

/// For an order that is not tried.
class NoProbe final : public RunningProbe {
public:
    NoProbe(net::Callback on_over, std::string why) : RunningProbe(on_over), why_(std::move(why)) {}
    void start() override { finish({ProbeResult::untested, why_}); }

private:
    std::string why_;
};

}  // namespace

/// Whoever is over is taken away by a task of its own, so that nobody dies inside a call.
class Prober::Impl {
public:
    explicit Impl(const World& world) : world_(world) {}

    void add(ProbeOrder order, Done done);
    std::size_t running() const {
        return static_cast<std::size_t>(
            std::ranges::count_if(probes_, [](const Entry& one) { return !one.probe->over(); }));
    }

private:
    struct Entry {
        std::unique_ptr<RunningProbe> probe;
        Done done;
    };

    std::unique_ptr<RunningProbe> make(ProbeOrder order);
    void note_over() { sweep_soon_.post(world_.loop); }
    void sweep();

    const World world_;
    net::Continuation sweep_soon_{net::call<&Impl::sweep>(this)};
    std::vector<Entry> probes_;
};

std::unique_ptr<RunningProbe> Prober::Impl::make(ProbeOrder order) {
    const net::Callback over = net::call<&Impl::note_over>(this);
    if (running() >= kMaxProbes)
        return std::make_unique<NoProbe>(over, "too many probes at once; ask again later");
    if (order.to.port == 0) return std::make_unique<NoProbe>(over, "there is no port 0");
    if (order.udp) return std::make_unique<UdpProbe>(world_, std::move(order), over);
    return std::make_unique<TcpProbe>(world_, std::move(order), over);
}

void Prober::Impl::add(ProbeOrder order, Done done) {
    world_.log.debug("probe.dial", {{"to", order.to.to_string()},
                                    {"udp", order.udp ? "yes" : "no"},
                                    {"check", to_text(order.check)}});
    probes_.push_back({make(std::move(order)), std::move(done)});
    probes_.back().probe->start();
}

void Prober::Impl::sweep() {
    std::vector<Entry> ended;
    for (Entry& one : probes_) {
        if (one.probe->over()) ended.push_back(std::move(one));
    }
    std::erase_if(probes_, [](const Entry& one) { return one.probe == nullptr; });
    for (Entry& one : ended) {
        ProbeOutcome outcome = one.probe->take_outcome();
        // Its connections are closed before anybody asks for the next ones.
        one.probe.reset();
        one.done(std::move(outcome));
    }
}

Prober::Prober(const World& world) : impl_(std::make_unique<Impl>(world)) {}

Prober::~Prober() = default;

void Prober::probe(ProbeOrder order, Done done) {
    impl_->add(std::move(order), std::move(done));
}

std::size_t Prober::running() const {
    return impl_->running();
}

}  // namespace homeport::reach
