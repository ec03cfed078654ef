#include "cli/commands.hpp"
#include "cli/control_client.hpp"
#include "cli/json_fields.hpp"
#include "cli/limits.hpp"
#include "cli/line_look.hpp"
#include "cli/outside_look.hpp"
#include "cli/reach_text.hpp"
#include "cli/settings_file.hpp"
#include "config/load.hpp"
#include "reach/portmap/upnp_memory.hpp"
#include "reach/service/mapping_list.hpp"
#include "reach/service/outgoing_look.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <optional>
#include <utility>

namespace homeport::cli {
namespace {

/// The relay that dials, and who we are to it.
struct Dialler {
    std::string state_dir;
    PairedRelay relay;
    std::vector<std::uint16_t> taken;  ///< ports that the running agent has at the router
};

/// Nothing when no agent runs.
std::vector<std::uint16_t> ports_of_agent(const config::Agent& settings) {
    std::vector<std::uint16_t> ports;
    const auto answer = ask(settings.control, {.command = "ports"}, kControlTimeout);
    if (!answer || !answer->ok()) return ports;
    const auto object = nlohmann::json::parse(answer->body, nullptr, /*allow_exceptions=*/false);
    if (!object.is_object()) return ports;
    for (const auto& port : objects(object, "ports"))
        ports.push_back(static_cast<std::uint16_t>(count(port, "external")));
    return ports;
}

/// Of an agent's settings. Error: why its relay cannot be asked.
Result<Dialler> dialler_of(const config::Agent& settings, const std::string& file) {
    auto paired = load_paired_relay(settings.state_dir);
    if (!paired && paired.error().code == Errc::not_found) {
        return fail(Errc::not_found,
                    fmt::format("this machine is not paired with a relay; run: homeport join TOKEN "
                                "--config {}",
                                file));
    }
    if (!paired) return std::unexpected(paired.error());
    if (settings.relay) paired->address = *settings.relay;
    return Dialler{settings.state_dir, std::move(*paired), ports_of_agent(settings)};
}

/// Without a word where it is not: a machine without an agent can be examined, too.
std::optional<Dialler> usual_dialler() {
    const std::string file(kUsualAgentFile);
    const auto settings = config::load_agent(file);
    if (!settings) return std::nullopt;
    auto dialler = dialler_of(*settings, file);
    if (!dialler) return std::nullopt;
    return std::move(*dialler);
}

/// Reads what the router has opened, once it is known whether there is one that tells.
class TableLook {
public:
    TableLook(LineLook& line, std::function<void()> on_change)
        : line_(line), on_change_(std::move(on_change)) {}

    void look(const reach::ReachView& view) {
        if (list_ || !view.complete || !view.place) return;
        reach::HttpSources sources;
        if (view.place->v4) sources.v4 = view.place->v4->own;
        list_.emplace(line_.loop(), line_.network(), sources, on_change_);
        list_->read(reach::UpnpMemory::read(line_.reach().memory().upnp).locations);
    }
    bool over() const { return list_ && list_->over(); }
    void add_to(reach::AuditFacts& facts) const {
        if (!list_ || !list_->told()) return;
        facts.mappings.emplace();
        facts.mappings_cut = list_->cut() || !list_->over();
        for (const reach::UpnpEntry& entry : list_->entries()) {
            facts.mappings->push_back({entry.protocol, entry.external_port, entry.internal_client,
                                       entry.internal_port, entry.description});
        }
    }

private:
    LineLook& line_;
    std::function<void()> on_change_;
    std::optional<reach::MappingList> list_;
};

class Examination {
public:
    Examination(const Examine& command, const World& world, const std::optional<Dialler>& dialler)
        : command_(command),
          world_(world),
          dialler_(dialler),
          line_(world.entropy, {command.stun, command.public_networks, command.echo},
                [this] { look(); }),
          outside_({line_.loop(), line_.network(), world.entropy}, plan(), [this] { look(); }),
          table_(line_, [this] { look(); }),
          no_more_ports_(line_.loop().timers(), net::call<&Examination::on_map_time>(this)),
          late_(line_.loop().timers(), net::call<&Examination::finish>(this)) {}

    /// False: interrupted.
    bool run() {
        const TimePoint now = line_.loop().now();
        late_.arm(now + command_.time);
        if (dialler_)
            mail_.emplace(line_.network(), dialler_->relay.address.host, [this] { look(); });
        if (dialler_) no_more_ports_.arm(now + std::min(kTestMapTime, command_.time / 2));
        line_.run();
        return !line_.interrupted();
    }

    const reach::ReachView& view() const { return view_; }
    Outside outside() const {
        return {.relay = dialler_ ? dialler_->relay.relay : std::string(),
                .trouble = outside_.trouble(),
                .probes = outside_.probes(),
                .audit = audit()};
    }

private:
    std::vector<reach::AuditFinding> audit() const {
        if (!view_.place || !view_.place->v4) return {};
        reach::AuditFacts facts;
        facts.dials = outside_.audit();
        facts.shared_address = view_.verdicts[0].kind == reach::LineKind::cgnat;
        facts.own = view_.place->v4->own;
        table_.add_to(facts);
        if (mail_ && mail_->over()) facts.mail = mail_->verdict();
        return reach::audit(facts);
    }

    OutsideLook::Options plan() {
        OutsideLook::Options options{.map = command_.map, .taken = {}, .ask = {}, .audit = true};
        if (!dialler_) return options;
        options.taken = dialler_->taken;
        options.ask = [this](const tunnel::ProbeQuestion& question, const IpAddress& source,
                             OutsideLook::Done done) {
            return world_.roles.ask_alone(line_.loop(), line_.network(), dialler_->state_dir,
                                          dialler_->relay, question, source, std::move(done));
        };
        return options;
    }

    void look() {
        if (ending_) return;
        if (const auto place = line_.reach().view().place; place && !outside_.planned()) {
            outside_.plan(*place, line_.space());
            line_.reach().set_units(outside_.units());
        }
        const reach::ReachView view = line_.reach().view();
        const bool mapped = mapping_over_ || is_settled(view);
        outside_.look(view, mapped);
        table_.look(view);
        const bool known = mapped && outside_.over() && table_.over() && (!mail_ || mail_->over());
        if (view.complete && (!view.place || known)) finish();
    }

    bool is_settled(const reach::ReachView& view) const {
        if (!view.place || outside_.units().empty()) return true;
        return (!view.place->v4 || is_settled(view.units_v4)) &&
               (!view.place->v6 || is_settled(view.units_v6));
    }

    static bool is_settled(const std::vector<reach::UnitReport>& units) {
        using Phase = reach::UnitReport::Phase;
        return !units.empty() && std::ranges::all_of(units, [](const reach::UnitReport& unit) {
            return unit.phase == Phase::mapped || unit.phase == Phase::failed;
        });
    }

    void on_map_time() {
        mapping_over_ = true;
        look();
    }

    void finish() {
        if (std::exchange(ending_, true)) return;
        line_.reach().set_probes(outside_.facts());
        view_ = line_.reach().view();
        line_.end();
    }

    const Examine& command_;
    const World& world_;
    const std::optional<Dialler>& dialler_;
    LineLook line_;
    OutsideLook outside_;
    TableLook table_;
    std::optional<reach::OutgoingLook> mail_;
    reach::ReachView view_;
    bool mapping_over_ = false;
    bool ending_ = false;
    net::Timer no_more_ports_;
    net::Timer late_;
};

}  // namespace

int run(const Examine& command, const World& world) {
    std::optional<Dialler> dialler;
    std::string why_not;
    if (command.config.empty()) {
        dialler = usual_dialler();
    } else {
        const auto settings = agent_settings(command.config, world.console);
        if (!settings) return kWrongUsage;
        auto found = dialler_of(*settings, command.config);
        if (!found) why_not = found.error().what;
        if (found) dialler = std::move(*found);
    }
    Examination examination(command, world, dialler);
    if (!examination.run()) return world.console.fail(kFailed, "interrupted");
    Outside outside = examination.outside();
    if (!dialler) outside.trouble = why_not;
    const reach::ReachView& view = examination.view();
    world.console.out << (command.json ? examination_json(view, outside) + "\n"
                                       : render_examination(view, outside));
    return view.place ? kDone : kFailed;
}

}  // namespace homeport::cli
