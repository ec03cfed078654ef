/// Nanoseconds per DNS question (parse, look up, write the answer) and octets per name, in a zone
/// of many names with one A record each.
///
///     bench_dns_lookup [NAMES] [ROUNDS] [CASE]
///
/// Prints one line per case. The questions of a case differ, so that caches behave as in service.

#include "core/assert.hpp"
#include "dns/wire/testing.hpp"
#include "dns/zone/answer.hpp"
#include "dns/zone/zone_editor.hpp"

#include <malloc.h>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <string>
#include <vector>

namespace {

using namespace homeport;
using namespace homeport::dns;
using homeport::dns::testing::Octets;
using Clock = std::chrono::steady_clock;

constexpr std::size_t kQuestions = 1 << 16;
constexpr std::size_t kPacketBytes = 128;

std::string host(std::size_t number) {
    std::string digits = std::to_string(number);
    return "h" + std::string(6 - std::min<std::size_t>(6, digits.size()), '0') + digits;
}

double seconds_since(Clock::time_point start) {
    return std::chrono::duration<double>(Clock::now() - start).count();
}

void put(ZoneEditor& editor, const std::string& owner, RrType type, const Octets& rdata) {
    const auto done = editor.replace(testing::name(owner), type, 60, testing::list({rdata}));
    HOMEPORT_ASSERT(done.has_value());
}

ZoneEditor apex_of(const std::string& apex) {
    ZoneEditor editor(testing::name(apex));
    put(editor, apex, RrType::soa, testing::soa(1));
    put(editor, apex, RrType::ns, testing::target("ns1." + apex));
    return editor;
}

std::shared_ptr<const Zone> plain_zone(std::size_t names) {
    ZoneEditor editor = apex_of("dyn.example.");
    for (std::size_t i = 0; i < names; ++i)
        put(editor, host(i) + ".dyn.example.", RrType::a, Octets(4, std::byte{1}));
    put(editor, "*.wild.dyn.example.", RrType::a, Octets(4, std::byte{2}));
    return editor.commit().value().zone;
}

/// Every name has NSEC, and every set a signature of the size that ECDSA P-256 gives.
std::shared_ptr<const Zone> signed_zone(const Zone& plain) {
    ZoneEditor editor = apex_of("dyn.example.");
    const auto signature = [](RrType type) {
        Octets rdata = testing::rrsig(type, "dyn.example.");
        rdata.resize(rdata.size() - 5 + 64);
        return testing::list({rdata});
    };
    const ZoneNode* node = plain.nodes().first();
    while (node != nullptr) {
        const ZoneNode* const next = plain.nodes().after(node->name());
        const NameView after = (next != nullptr ? next : plain.nodes().first())->name();
        for (std::size_t i = 0; i < node->sets(); ++i) {
            const RrsetView set = node->set(i);
            (void)editor.replace(node->name(), set.type, set.ttl, RdataList(set.records));
            (void)editor.sign(node->name(), set.type, signature(set.type));
        }
        const Octets nsec = testing::Build().add(after.wire()).raw({0, 1, 0x40}).bytes;
        (void)editor.replace(node->name(), RrType::nsec, 60, testing::list({nsec}));
        (void)editor.sign(node->name(), RrType::nsec, signature(RrType::nsec));
        node = next;
    }
    return editor.commit().value().zone;
}

struct Case {
    const char* title;
    std::function<std::string(testing::Random&)> owner;
    testing::Ask ask;
    Rcode rcode = Rcode::no_error;
};

double measure(const ZoneSet& zones, const Case& what, std::size_t rounds) {
    testing::Random random(7);
    Octets packets;  // side by side, as a batch of datagrams would be
    std::vector<Bytes> views;
    packets.reserve(kQuestions * kPacketBytes);
    for (std::size_t i = 0; i < kQuestions; ++i) {
        const Octets packet = testing::request(what.owner(random), RrType::a, what.ask);
        views.emplace_back(packets.data() + packets.size(), packet.size());
        packets.insert(packets.end(), packet.begin(), packet.end());
    }
    Octets buffer(kMaxUdpBytes);
    double best = 1e9;
    for (std::size_t round = 0; round < rounds; ++round) {
        const auto start = Clock::now();
        for (const Bytes packet : views) {
            Query query;
            MessageWriter writer(buffer);
            const QueryStatus status = parse_query(packet, query);
            HOMEPORT_ASSERT(status == QueryStatus::ok);
            (void)answer(query, zones, {}, writer);
            HOMEPORT_ASSERT(writer.rcode() == what.rcode && !writer.finish().empty());
        }
        best = std::min(best, seconds_since(start) * 1e9 / static_cast<double>(kQuestions));
    }
    return best;
}

void measure_all(const std::shared_ptr<const Zone>& zone, std::size_t names, std::size_t rounds,
                 std::string_view only, bool dnssec) {
    const testing::Ask ask{.edns = dnssec, .dnssec_ok = dnssec};
    const auto hit = [names](testing::Random& random) {
        return host(random.below(names)) + ".dyn.example.";
    };
    const auto miss = [names](testing::Random& random) {
        return host(random.below(names)) + "x.dyn.example.";
    };
    const auto wild = [](testing::Random& random) {
        return host(random.below(1'000'000)) + ".wild.dyn.example.";
    };
    const auto refused = [](testing::Random& random) {
        return host(random.below(1'000'000)) + ".example.net.";
    };
    const ZoneSet zones = ZoneSet().with(zone);
    for (const Case& what :
         {Case{"hit", hit, ask}, Case{"NXDOMAIN", miss, ask, Rcode::nx_domain},
          Case{"wildcard", wild, ask}, Case{"REFUSED", refused, ask, Rcode::refused}}) {
        if (!only.empty() && only != what.title) continue;
        std::printf("%s%-9s %6.0f ns\n", dnssec ? "signed " : "", what.title,
                    measure(zones, what, rounds));
    }
}

}  // namespace

int main(int count, char** words) {
    const std::size_t names = count > 1 ? std::strtoul(words[1], nullptr, 10) : 1'000'000;
    const std::size_t rounds = count > 2 ? std::strtoul(words[2], nullptr, 10) : 20;
    const std::string_view only = count > 3 ? words[3] : "";
    const std::size_t before = mallinfo2().uordblks;
    const auto start = Clock::now();
    auto zone = plain_zone(names);
    std::printf("loaded %zu names in %.1f s\n", zone->names(), seconds_since(start));
    std::printf("%.1f octets per name\n",
                static_cast<double>(mallinfo2().uordblks - before) / static_cast<double>(names));
    measure_all(zone, names, rounds, only, false);
    const std::size_t plain = mallinfo2().uordblks;
    const auto with_signatures = signed_zone(*zone);
    std::printf("signed: %.1f octets per name\n",
                static_cast<double>(mallinfo2().uordblks - plain) / static_cast<double>(names));
    zone.reset();
    measure_all(with_signatures, names, rounds, only, true);
    return 0;
}
