#pragma once
/// Which address has this line: one answer for each family out of what many sources say. Pure.
///
/// Independent voices are counted (voice_of), never single statements, and only public addresses
/// are votes. An address is taken when more than half of the voices say so, and at least
/// `least_voices` of them; soon after a strong event one voice that is hard to forge is enough.
/// It is kept while at least half of the voices say so. Otherwise there is none: better no address
/// than a wrong one.

#include "reach/truth/evidence.hpp"
#include "reach/truth/limits.hpp"
#include "reach/truth/public_space.hpp"

#include <array>
#include <optional>
#include <string>
#include <vector>

namespace homeport::reach {

struct AddressView {
    enum class State : std::uint8_t {
        nothing_said,  ///< nobody has said anything lately that could be a public address
        too_few,       ///< not enough voices for a first or another address
        disagreement,  ///< no address has more than half of the voices
        agreed,        ///< all voices say `address`
        contested,     ///< `address` stands, others say something else: ask everybody again
    };
    State state = State::nothing_said;
    std::optional<IpAddress> address;
    std::size_t voices_for = 0;
    std::size_t voices = 0;
    TimePoint since{};   ///< when `address` became the answer
    std::string reason;  ///< for people
    friend bool operator==(const AddressView&, const AddressView&) = default;
};

class Consensus {
public:
    explicit Consensus(PublicSpace space, std::size_t least_voices = 2);

    /// A newer statement of the same source and `from` replaces the older one of that family;
    /// interfaces have many addresses, there each is a statement of its own.
    void add(const Evidence& evidence, TimePoint now);
    /// This source says nothing any more: an interface lost its address, a server is not used.
    void forget(EvidenceSource source, std::string_view from, const IpAddress& address,
                TimePoint now);
    /// The line has changed or come back: a link from another address, a new route, a router that
    /// lost its state. What was said before says nothing about another address now.
    void on_strong_event(TimePoint now);

    /// To be called at deadline(): statements grow old.
    void on_time(TimePoint now);
    TimePoint deadline() const;

    const AddressView& view(Family family) const;
    const std::vector<Evidence>& statements() const { return statements_; }

private:
    struct Voice {
        std::string name;
        std::vector<IpAddress> says;  ///< the newest; of interfaces: all
        TimePoint at{};
        bool hard_to_forge = false;
    };
    struct Leader {
        IpAddress address;
        std::size_t votes = 0;
        bool hard_to_forge = false;
    };
    std::vector<Voice> voices(Family family, TimePoint since) const;
    static Leader leader_of(const std::vector<Voice>& voices,
                            const std::optional<IpAddress>& preferred);
    bool may_move(const Leader& leader, std::size_t voices, TimePoint now) const;
    AddressView judge(Family family, TimePoint now) const;
    void update(TimePoint now);

    PublicSpace space_;
    std::size_t least_voices_;
    std::vector<Evidence> statements_;
    std::optional<TimePoint> event_;
    std::array<AddressView, 2> views_;
};

}  // namespace homeport::reach
