#pragma once
/// For tests: virtual time between one machine and fake routers. Every datagram and call is
/// counted.

#include "reach/portmap/fake_igd.hpp"
#include "reach/portmap/upnp_machine.hpp"

#include <algorithm>
#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace homeport::reach::testing {

class IgdWorld final : public MachineOutput {
public:
    static constexpr Duration kWayOfCall{5ms};

    explicit IgdWorld(UpnpOptions used) : options(std::move(used)) { begin(); }

    UpnpOptions options;
    std::vector<FakeIgd*> routers;
    TimePoint now = TimePoint{} + Duration{1h};
    std::map<MappingId, MappingReport> latest;
    std::vector<MappingReport> reports;
    std::vector<RouterReport> router_reports;
    std::vector<std::pair<Endpoint, std::string>> datagrams;
    std::vector<HttpCall> calls;
    std::size_t most_calls_open = 0;
    std::size_t most_changes_open = 0;
    bool stuck = false;  ///< the machine asked for its time again and again without need
    std::unique_ptr<UpnpMachine> machine;

    void begin() { machine = std::make_unique<UpnpMachine>(options, *this); }
    /// Another process, with what the last one remembered.
    void begin_again() {
        options.memory = machine->memory(now);
        later_.clear();
        open_ = changes_open_ = 0;
        latest.clear();
        begin();
        machine->start(now);
    }

    void send(const Endpoint& to, Bytes datagram) override {
        datagrams.emplace_back(to, as_text(datagram));
        const std::string target = target_of(datagrams.back().second);
        for (FakeIgd* router : routers) {
            if (!reaches(to, *router)) continue;
            const auto answer = router->answer_search(target);
            if (!answer) continue;
            const IpAddress from = router->odd.answer_from.value_or(router->at().address);
            at(now + router->odd.answer_after,
               [this, source = Endpoint{from, router->odd.answer_port}, text = *answer] {
                   machine->on_datagram(source, as_bytes(text), false, now);
               });
        }
    }
    void call(HttpCall call) override {
        calls.push_back(call);
        const bool change = is_change(call);
        most_calls_open = std::max(most_calls_open, ++open_);
        if (change) most_changes_open = std::max(most_changes_open, ++changes_open_);
        at(now + kWayOfCall, [this, call, change] { carry(call, change); });
    }
    void report(const MappingReport& report) override {
        latest[report.id] = report;
        reports.push_back(report);
    }
    void report(const RouterReport& report) override { router_reports.push_back(report); }

    void run_for(Duration time) {
        const TimePoint end = now + time;
        int steps = 0;
        while (!stuck) {
            const TimePoint next =
                std::min(later_.empty() ? kNever : later_.begin()->first, machine->deadline());
            if (next > end) break;
            steps = next > now ? 0 : steps + 1;
            stuck = steps > 10'000;
            now = std::max(now, next);
            step();
        }
        now = std::max(now, end);
    }
    void notify(FakeIgd& router, std::string_view kind) {
        const std::string text = router.notify(kind);
        machine->on_datagram({router.at().address, kSsdpPort}, as_bytes(text), true, now);
    }
    std::size_t calls_in(Duration time) {
        const std::size_t before = calls.size();
        run_for(time);
        return calls.size() - before;
    }
    const MappingReport& of(std::uint64_t id) { return latest[MappingId{id}]; }

private:
    static std::string target_of(const std::string& search) {
        const auto start = search.find("\nST: ") + 5;
        return search.substr(start, search.find('\r', start) - start);
    }
    static bool reaches(const Endpoint& to, const FakeIgd& router) {
        const bool v4 = router.at().address.is_v4();
        return to == (v4 ? ssdp_group_v4() : ssdp_group_v6()) || to.address == router.at().address;
    }
    static bool is_change(const HttpCall& call) {
        return std::ranges::any_of(call.fields, [](const auto& field) {
            const std::string& text = field.second;
            return field.first == "SOAPAction" && text.find("#Get") == std::string::npos;
        });
    }
    void carry(const HttpCall& call, bool change) {
        std::optional<Result<HttpReply>> reply = fail(Errc::unreachable, "nobody is there");
        for (FakeIgd* router : routers) {
            if (router->serves(call.to)) reply = router->answer(call, now);
        }
        --open_;
        if (change) --changes_open_;
        if (reply) machine->on_reply(call.id, *reply, now);
    }
    void at(TimePoint when, std::function<void()> what) { later_.emplace(when, std::move(what)); }
    void step() {
        if (later_.empty() || later_.begin()->first > now) return machine->on_time(now);
        const auto what = std::move(later_.begin()->second);
        later_.erase(later_.begin());
        what();
    }

    std::multimap<TimePoint, std::function<void()>> later_;
    std::size_t open_ = 0;
    std::size_t changes_open_ = 0;
};

}  // namespace homeport::reach::testing
