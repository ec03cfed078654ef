#pragma once
/// Has this machine's ports dialled from outside: opens doors that answer knocks, says which ports
/// the router shall lead to them, and asks a relay to knock. On the caller's loop.

#include "core/probe.hpp"
#include "core/result.hpp"
#include "net/entropy.hpp"
#include "net/loop.hpp"
#include "net/network.hpp"
#include "reach/service/knock_door.hpp"
#include "reach/service/reach.hpp"
#include "reach/truth/audit.hpp"
#include "tunnel/protocol/question.hpp"

#include <array>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace homeport::cli {

/// A dial from outside and what it met.
struct OutsideProbe {
    reach::ProbeFact fact;
    bool udp = false;
    std::string detail;  ///< for people
};

/// For the report.
struct Outside {
    std::string relay;    ///< who dialled; empty: nobody was there to do it
    std::string trouble;  ///< why dials are missing; empty: none are
    std::vector<OutsideProbe> probes;
    std::vector<reach::AuditFinding> audit{};  ///< of router and line
};

class OutsideLook {
public:
    using Done = std::move_only_function<void(Result<>)>;
    /// Asks the relay, from `source`, which is our address; destroying the handle cancels. Error:
    /// it cannot even be tried, and `done` is not called then.
    using Ask = std::function<Result<std::unique_ptr<net::Handle>>(
        const tunnel::ProbeQuestion& question, const IpAddress& source, Done done)>;
    struct World {
        net::Loop& loop;
        net::Network& network;
        net::Entropy& entropy;
    };
    struct Options {
        bool map = true;  ///< routers may be asked for ports
        /// Ports of the router that somebody here uses: left alone, because asking for one again
        /// would lead it elsewhere.
        std::vector<std::uint16_t> taken;
        Ask ask;  ///< empty: nobody dials, one port is mapped nevertheless
        /// What should be closed is asked, too, when all that verdicts are made of is answered.
        bool audit = false;
    };

    /// `on_change` is called from the loop when over() may have turned true. `world` must outlive
    /// this.
    OutsideLook(const World& world, Options options, std::function<void()> on_change);

    /// Chooses ports and opens the doors; once.
    void plan(const reach::Neighbourhood& place, const reach::PublicSpace& space);
    bool planned() const { return planned_; }
    /// What the router shall open.
    const std::vector<reach::PortUnit>& units() const { return units_; }
    /// Asks about what is mapped now. `mapping_over`: what is not mapped by now stays so.
    void look(const reach::ReachView& view, bool mapping_over);
    /// All that was planned is answered or left out.
    bool over() const;

    /// What was dialled.
    std::vector<OutsideProbe> probes() const;
    /// Facts of TCP, which verdicts are made of.
    std::vector<reach::ProbeFact> facts() const;
    /// What came of the questions of the audit, over IPv4; untested ones included. Empty: no IPv4,
    /// or no audit.
    std::vector<reach::AuditDial> audit() const;
    /// Why the relay did not dial; empty: it did. Questions of the audit are not complained about:
    /// older relays do not know all of them.
    const std::string& trouble() const;

private:
    enum class State : std::uint8_t {
        unmapped,  ///< waits for its unit
        ready,
        asked,
        again,  ///< ready after kOutsideAgain
        done,
        left_out,
    };
    struct Probe {
        OutsideProbe report;
        std::string unit;       ///< that has to be mapped first; empty: none
        bool straight = false;  ///< dialled even when its unit is not mapped: the address is ours
        bool audit = false;     ///< asked after those that are not
        ProbeCheck check = ProbeCheck::proof;
        IpAddress source;
        State state = State::ready;
        int asks = 0;
        std::unique_ptr<net::Handle> asking;
    };

    void plan_v4(const IpAddress& own, bool is_public);
    void plan_v6(const IpAddress& own, bool beside_router);
    void plan_audit(const IpAddress& own);
    void plan_mapped(const IpAddress& own);
    bool is_taken(const IpAddress& own, std::uint16_t port);
    /// A door at a port of `own` that leads to `external`, or 0: to its own number. Its port, or
    /// nothing when there is none to be had.
    std::optional<std::uint16_t> open_door(const IpAddress& own, std::uint16_t external, bool udp);
    void add_unit(std::string name, std::uint16_t external, std::uint16_t internal, bool udp);
    void add_probe(const IpAddress& own, reach::ProbeRole role, std::uint16_t port,
                   std::string unit);
    void settle_unit(Probe& probe, const reach::ReachView& view, bool mapping_over) const;
    bool has_turn(const Probe& probe) const;
    void ask_ready();
    void ask(std::size_t index);
    void on_answer(std::size_t index, const Result<>& answer);
    void on_trouble(reach::Family family, const Error& error);
    static bool is_worth_another(const Probe& probe, const Result<>& answer);
    void repeat();

    World world_;
    Options options_;
    std::function<void()> on_change_;
    ProbeToken token_{};
    reach::KnockDoor door_;
    bool planned_ = false;
    std::vector<reach::PortUnit> units_;
    std::vector<Probe> probes_;
    std::array<bool, 2> cut_off_{};  ///< per family: the relay could not be asked
    std::array<std::string, 2> trouble_;
    net::Timer again_;
};

}  // namespace homeport::cli
