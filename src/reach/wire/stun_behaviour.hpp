#pragma once
/// What the NATs on the way do with UDP: the tests of RFC 5780 section 4, with one server that has
/// two addresses and two ports. Pure. All datagrams leave from one socket of its own, on which
/// nothing was sent before.
///
/// Filtering is tested before mapping: those questions go to the server's first address only, so
/// that an answer from the second one has crossed a filter that never saw anything go there.

#include "reach/wire/stun_question.hpp"

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

namespace homeport::reach {

enum class NatMapping : std::uint8_t {
    unknown,
    none,  ///< the server sees the address of this machine
    endpoint_independent,
    address_dependent,
    address_and_port_dependent,
};
std::string_view to_text(NatMapping mapping);

enum class NatFiltering : std::uint8_t {
    unknown,
    endpoint_independent,
    address_dependent,
    address_and_port_dependent,
};
std::string_view to_text(NatFiltering filtering);

struct NatFindings {
    /// What the first address of the server saw; none: it did not answer.
    std::optional<Endpoint> mapped;
    /// What the second one saw, where it was asked.
    std::optional<Endpoint> mapped_at_other;
    NatMapping mapping = NatMapping::unknown;
    NatFiltering filtering = NatFiltering::unknown;
    /// Says why something is unknown; empty: nothing is.
    std::string_view gap;
    friend bool operator==(const NatFindings&, const NatFindings&) = default;
};

class NatBehaviour {
public:
    /// Questions of one run at most.
    static constexpr std::size_t kQuestions = 5;

    /// `local`: the address and port of the socket, where known. `ids` must not be guessable.
    NatBehaviour(const Endpoint& server, std::optional<Endpoint> local,
                 const std::array<StunId, kQuestions>& ids);

    /// send: message() to server(); over: findings() stands.
    StunQuestion::Action poll(TimePoint now);
    TimePoint deadline() const { return question_.deadline(); }
    void on_datagram(const Endpoint& from, Bytes datagram, TimePoint now);
    void on_unreachable() { question_.on_unreachable(); }

    const Endpoint& server() const { return question_.server(); }
    Bytes message() const { return question_.message(); }
    const NatFindings& findings() const { return findings_; }

private:
    enum class Step : std::uint8_t {
        first,           ///< test I of both
        filter_address,  ///< the answer from another address and port
        filter_port,     ///< from another port only
        map_address,     ///< asked at another address
        map_port,        ///< asked at another address and port
        over,
    };
    void advance();
    void after_first(const StunOutcome& outcome);
    void after_filter_address(const StunOutcome& outcome);
    void after_filter_port(const StunOutcome& outcome);
    void after_map_address(const StunOutcome& outcome);
    void after_map_port(const StunOutcome& outcome);
    void ask(Step step, const Endpoint& to, StunChange change, const Endpoint& answer_from,
             Duration patience);
    void ask_other(Step step, const Endpoint& to);
    void finish(std::string_view gap);

    Endpoint first_;
    Endpoint other_;
    std::optional<Endpoint> local_;
    std::array<StunId, kQuestions> ids_;
    std::size_t next_id_ = 1;
    Step step_ = Step::first;
    StunQuestion question_;
    NatFindings findings_;
};

}  // namespace homeport::reach
