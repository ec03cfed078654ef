/// Whole lives of sessions under seeded chaos. HOMEPORT_SEED=n runs one seed, HOMEPORT_SEEDS=n that
/// many.

#include "tunnel/protocol/session_testing.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <functional>

namespace homeport::tunnel::testing {
namespace {

/// What may happen besides streams coming and going and links breaking.
struct Chaos {
    bool resets = false;    ///< users cut streams
    bool windows = false;   ///< a side gives up resuming
    bool restarts = false;  ///< processes die
};

class Life {
public:
    Life(std::uint64_t seed, Chaos chaos) : world_(seed), chaos_(chaos) {}

    void run() {
        const std::uint64_t steps = 200 + random().below(1200);
        for (std::uint64_t i = 0; i < steps; ++i) step();
        finish();
    }

private:
    Random& random() { return world_.random; }
    std::uint64_t size() {
        const std::uint64_t kind = random().below(10);
        return kind < 2 ? 0 : kind < 9 ? random().below(5000) : random().below(700'000);
    }

    void step() {
        const std::uint64_t kind = random().below(1000);
        if (kind < 20) {
            if (world_.talks.size() < 20) world_.open(size(), size());
        } else if (kind < 550) {
            use_some_stream();
        } else if (kind < 940) {
            move_some_bytes();
        } else if (kind < 970) {
            world_.advance(Duration(random().below(20'000'000)));
        } else if (kind < 985) {
            world_.attach();
        } else if (kind < 996) {
            if (world_.last_link() > 0) world_.cut(1 + random().below(world_.last_link()));
        } else {
            disaster();
        }
    }
    void disaster() {
        const int side = static_cast<int>(random().below(2));
        if (chaos_.windows && random().one_in(2)) return world_.abandon(side);
        if (chaos_.restarts) world_.restart(side);
    }
    void use_some_stream() {
        if (world_.talks.empty()) return;
        auto talk = world_.talks.begin();
        std::advance(talk, static_cast<std::ptrdiff_t>(random().below(world_.talks.size())));
        const std::unique_ptr<Talker>& talker = talk->second.sides[random().below(2)];
        if (talker == nullptr) return;
        const std::uint64_t kind = random().below(200);
        if (kind < 80) {
            talker->write(1 + random().below(40'000));
        } else if (kind < 180) {
            talker->read(1 + random().below(60'000), world_.now);
        } else if (kind < 195) {
            talker->establish();
        } else if (talker->resolved()) {
            talker->release();
        } else if (chaos_.resets && kind >= 198) {
            talk->second.may_fail = true;
            kind == 198 ? talker->cut() : talker->release();
        }
    }
    void move_some_bytes() {
        if (world_.last_link() == 0) return;
        // Mostly the newest links: the others are dead sooner or later.
        const std::uint64_t back = std::min(random().below(3), world_.last_link() - 1);
        const std::uint64_t link = world_.last_link() - back;
        const int side = static_cast<int>(random().below(2));
        if (random().one_in(2)) {
            world_.flush(side, link);
        } else {
            world_.deliver(side, link, random().below(30'000), random().one_in(4));
        }
    }

    /// Peace: every stream must come to its end, and nothing may be left over.
    void finish() {
        world_.attach();
        bool done = false;
        for (int round = 0; round < 400 && !done; ++round) {
            world_.advance(11ms);
            world_.settle();
            done = work();
            // A link that the peer gave up for good reason is dialled again.
            if (!done && round % 50 == 49) world_.attach();
        }
        must(done, "a stream neither ends nor fails");
        for (auto& [id, talk] : world_.talks) check(talk);
        world_.talks.clear();
        for (int round = 0; round < 20; ++round) {
            world_.settle();
            world_.advance(11ms);
        }
        check_nothing_left();
    }
    bool work() {
        bool done = true;
        for (auto& [id, talk] : world_.talks) {
            for (const auto& talker : talk.sides) {
                if (talker == nullptr) continue;
                talker->establish();
                while (talker->write(100'000)) {
                }
                while (talker->read(100'000, world_.now)) {
                }
                done = done && talker->resolved();
            }
            if (talk.sides[1] == nullptr && !talk.sides[0]->failed()) done = false;
        }
        return done;
    }
    static void check(const Talk& talk) {
        if (talk.sides[1] == nullptr) {
            must(talk.may_fail && talk.sides[0]->failed(),
                 "a stream vanished before it was opened");
            return;
        }
        const Talker& relay = *talk.sides[0];
        const Talker& agent = *talk.sides[1];
        if (!talk.may_fail) must(relay.clean() && agent.clean(), "a stream failed without reason");
        for (const auto& [from, to] : {std::pair(&relay, &agent), std::pair(&agent, &relay)}) {
            if (!to->saw_end()) continue;
            must(from->finished(), "an end was invented");
            must(to->read_bytes() == from->written(), "bytes are missing before the end");
        }
    }
    void check_nothing_left() {
        for (const auto& process : world_.process) {
            const std::string who = process->relay() ? "relay: " : "agent: ";
            must(process->session.streams() == 0, who + "streams are left over");
            must(process->session.budget().used() == 0, who + "the budget does not add up");
            must(process->pool.in_use() == 0, who + "blocks are left over");
            must(!process->session.expects_answer(), who + "still waits for an answer");
        }
    }

    World world_;
    Chaos chaos_;
};

std::uint64_t number_from(const char* name, std::uint64_t otherwise) {
    const char* const text = std::getenv(name);
    return text == nullptr ? otherwise : std::strtoull(text, nullptr, 10);
}

void live(Chaos chaos) {
    const std::uint64_t only = number_from("HOMEPORT_SEED", 0);
    const std::uint64_t first = only != 0 ? only : 1;
    const std::uint64_t last = only != 0 ? only : number_from("HOMEPORT_SEEDS", 250);
    std::uint64_t broken = 0;
    for (std::uint64_t seed = first; seed <= last && broken < 5; ++seed) {
        try {
            Life(seed, chaos).run();
        } catch (const Broken& rule) {
            ++broken;
            ADD_FAILURE() << "HOMEPORT_SEED=" << seed << ": " << rule.what();
        }
    }
}

// Whatever links do, no stream fails, and each ends with exactly the bytes that were written.
TEST(SessionLife, BrokenLinksHarmNoStream) {
    live({});
}

// A stream that one side cuts fails at the other, or had ended there; the rest goes on.
TEST(SessionLife, ResetsAreAgreed) {
    live({.resets = true});
}

// When one side gives up, both sides' streams fail; new ones work.
TEST(SessionLife, WindowOver) {
    live({.resets = true, .windows = true});
}

// A process that starts anew never meets streams of the old one.
TEST(SessionLife, Restarts) {
    live({.resets = true, .windows = true, .restarts = true});
}

}  // namespace
}  // namespace homeport::tunnel::testing
