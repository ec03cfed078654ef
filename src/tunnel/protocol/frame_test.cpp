#include "tunnel/protocol/frame.hpp"

#include "tunnel/protocol/limits.hpp"
#include "tunnel/protocol/session_testing.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace homeport::tunnel {
namespace {

std::vector<std::byte> encode(const Frame& frame) {
    std::vector<std::byte> bytes(64 * 1024);
    Writer out(bytes);
    write_frame(out, frame);
    bytes.resize(out.size());
    return bytes;
}

std::vector<std::byte> raw(std::initializer_list<int> values) {
    std::vector<std::byte> bytes;
    for (const int value : values) bytes.push_back(static_cast<std::byte>(value));
    return bytes;
}

bool refused(Bytes bytes) {
    const auto parsed = parse_frame(bytes, kMaxFrameBytes);
    return !parsed && parsed.error().code == Errc::protocol;
}

InstanceId instance(int first) {
    InstanceId id;
    for (std::size_t i = 0; i < id.bytes.size(); ++i)
        id.bytes[i] = static_cast<std::byte>(first + int(i));
    return id;
}

const std::string kPayload(5000, 'x');

/// One of each type, with values that need long varints.
std::vector<Frame> all_frames() {
    const Endpoint v4{*IpAddress::parse("192.0.2.7"), 65535};
    const Endpoint v6{*IpAddress::parse("2001:db8::1"), 1};
    return {
        HelloFrame{1, instance(3), instance(99), LinkKind::join, kMaxVarint},
        WelcomeFrame{1, instance(7), true, 120'000, "relay"},
        ResumeFrame{{kMaxVarint}, 1'000'000'000'000, kMaxVarint},
        ResumeEndFrame{{70'000}},
        JoinFrame{instance(40).bytes},
        JoinedFrame{"relay", "agent"},
        RefusedFrame{Errc::exists, "another one is here"},
        AnnounceFrame{as_bytes(kPayload)},
        AnnouncedFrame{as_bytes(kPayload)},
        ParkFrame{0xffffffff, true, "web", "attic", "192.0.2.1,2001:db8::1"},
        ChallengeFrame{70'000, true, "home.example.net", "Zm9v"},
        ProbeFrame{0xffffffff, instance(9).bytes, true, 65535, ProbeCheck::ftp, "web",
                   "home.example.net", "user:password"},
        SeenFrame{v6, true, 8080, 65535},
        AskedFrame{7, false, Errc::denied, "no"},
        BypassFrame{instance(5), {kMaxVarint}},
        BypassedFrame{},
        OpenFrame{{17}, 0xffffffff, 8080, v4, v6, 1 << 20},
        OpenedFrame{{17}},
        DataFrame{{17}, 1'000'000'000'000, as_bytes(kPayload)},
        FinFrame{{17}, 16384},
        AckFrame{{63}, 64, 16383},
        ResetFrame{{17}, Errc::io},
        ResetAckFrame{{17}},
        PingFrame{0xffffffffffffffff},
        PongFrame{1},
        StoppingFrame{},
        UnknownFrame{0x80},
    };
}

// What is written is what is read: writing the parsed frame again gives the same bytes.
TEST(Frame, RoundTripOfEveryType) {
    for (const Frame& frame : all_frames()) {
        const auto bytes = encode(frame);
        const auto parsed = parse_frame(bytes, kMaxFrameBytes);
        ASSERT_TRUE(parsed && *parsed) << frame_name(frame);
        EXPECT_EQ((*parsed)->bytes, bytes.size()) << frame_name(frame);
        EXPECT_EQ((*parsed)->frame.index(), frame.index()) << frame_name(frame);
        EXPECT_EQ(encode((*parsed)->frame), bytes) << frame_name(frame);
    }
    EXPECT_EQ(all_frames().size(), std::variant_size_v<Frame>);
}

TEST(Frame, FieldsArriveWhereTheyBelong) {
    const auto bytes = encode(OpenFrame{
        {5}, 6, 7, {*IpAddress::parse("192.0.2.7"), 8}, {*IpAddress::parse("2001:db8::1"), 9}, 10});
    const auto parsed = parse_frame(bytes, kMaxFrameBytes);
    const auto& open = std::get<OpenFrame>((*parsed)->frame);
    EXPECT_EQ(open.stream.value, 5U);
    EXPECT_EQ(open.service, 6U);
    EXPECT_EQ(open.port, 7);
    EXPECT_EQ(open.visitor.to_string(), "192.0.2.7:8");
    EXPECT_EQ(open.local.to_string(), "[2001:db8::1]:9");
    EXPECT_EQ(open.max_offset, 10U);
}

TEST(Frame, FieldsOfProbeAndSeen) {
    const auto asked = encode(ProbeFrame{5, instance(9).bytes, true, 443, ProbeCheck::tls, "web",
                                         "home.example.net", "user:password"});
    const auto probed = parse_frame(asked, kMaxFrameBytes);
    const auto& probe = std::get<ProbeFrame>((*probed)->frame);
    EXPECT_EQ(probe.ask, 5U);
    EXPECT_EQ(probe.token, instance(9).bytes);
    EXPECT_TRUE(probe.udp);
    EXPECT_EQ(probe.port, 443);
    EXPECT_EQ(probe.check, ProbeCheck::tls);
    EXPECT_EQ(probe.service, "web");
    EXPECT_EQ(probe.host, "home.example.net");
    EXPECT_EQ(probe.login, "user:password");
    const auto told = encode(SeenFrame{{*IpAddress::parse("2001:db8::1"), 9}, true, 80, 443});
    const auto parsed = parse_frame(told, kMaxFrameBytes);
    const auto& seen = std::get<SeenFrame>((*parsed)->frame);
    EXPECT_EQ(seen.agent.to_string(), "[2001:db8::1]:9");
    EXPECT_TRUE(seen.names);
    EXPECT_EQ(seen.http, 80);
    EXPECT_EQ(seen.tls, 443);
}

// A part of a frame is never an error and never a frame: more is awaited, whatever follows.
TEST(Frame, TruncatedAtEachByteAwaitsMore) {
    for (const Frame& frame : all_frames()) {
        const auto bytes = encode(frame);
        for (std::size_t size = 0; size < bytes.size(); ++size) {
            const auto parsed = parse_frame(Bytes(bytes).first(size), kMaxFrameBytes);
            ASSERT_TRUE(parsed && !*parsed) << frame_name(frame) << " cut at " << size;
        }
    }
}

// Only the first frame is taken; the rest is left for the next call.
TEST(Frame, FollowedByAnother) {
    auto bytes = encode(PingFrame{1});
    const std::size_t first = bytes.size();
    const auto second = encode(PongFrame{2});
    bytes.insert(bytes.end(), second.begin(), second.end());
    EXPECT_EQ((*parse_frame(bytes, kMaxFrameBytes))->bytes, first);
}

// The length is refused before the body is there, so that nobody makes us collect more than the
// limit.
TEST(Frame, LongerThanAllowedIsRefusedAtOnce) {
    const auto bytes = encode(DataFrame{{1}, 0, as_bytes(kPayload)});
    const auto parsed = parse_frame(Bytes(bytes).first(3), 1024);
    ASSERT_FALSE(parsed);
    EXPECT_EQ(parsed.error().code, Errc::protocol);
}

// A body that is too short or too long for its type is malformed, also when the length fits the
// input.
TEST(Frame, BodyMustFitExactly) {
    for (const Frame& frame : all_frames()) {
        const bool open_ended = std::holds_alternative<AnnounceFrame>(frame) ||
                                std::holds_alternative<AnnouncedFrame>(frame) ||
                                std::holds_alternative<DataFrame>(frame) ||
                                std::holds_alternative<UnknownFrame>(frame);
        auto bytes = encode(frame);
        if (open_ended || bytes[1] >= std::byte{63}) continue;
        auto longer = bytes;
        longer[1] = static_cast<std::byte>(std::to_integer<int>(longer[1]) + 1);
        longer.push_back(std::byte{0});
        EXPECT_TRUE(refused(longer)) << frame_name(frame);
        if (bytes.size() == 2) continue;
        auto shorter = bytes;
        shorter[1] = static_cast<std::byte>(std::to_integer<int>(shorter[1]) - 1);
        shorter.pop_back();
        EXPECT_TRUE(refused(shorter)) << frame_name(frame);
    }
}

// Types of later versions are skipped from 0x80 on; below they break the link.
TEST(Frame, UnknownTypes) {
    EXPECT_TRUE(refused(raw({0x00, 0})));
    EXPECT_TRUE(refused(raw({0x0b, 0})));
    EXPECT_TRUE(refused(raw({0x7f, 1, 0})));
    const auto bytes = raw({0xff, 3, 1, 2, 3});
    const auto parsed = parse_frame(bytes, kMaxFrameBytes);
    ASSERT_TRUE(parsed && *parsed);
    EXPECT_EQ(std::get<UnknownFrame>((*parsed)->frame).type, 0xff);
    EXPECT_EQ((*parsed)->bytes, bytes.size());
}

TEST(Frame, ValuesOutOfRange) {
    EXPECT_TRUE(refused(raw({0x15, 2, 1, 12})));  // RESET with an unknown code
    // PARK neither 0 nor 1, then a text longer than the body.
    EXPECT_FALSE(refused(raw({0x0a, 8, 0, 0, 0, 1, 1, 0, 0, 0})));
    EXPECT_TRUE(refused(raw({0x0a, 8, 0, 0, 0, 1, 2, 0, 0, 0})));
    EXPECT_TRUE(refused(raw({0x0a, 8, 0, 0, 0, 1, 1, 0, 0, 5})));
    EXPECT_TRUE(refused(raw({0x0d, 7, 0, 0, 0, 1, 2, 0, 0})));   // CHALLENGE neither 0 nor 1
    EXPECT_TRUE(refused(raw({0x0e, 7, 0, 0, 0, 1, 0, 12, 0})));  // ASKED with an unknown code
    // PROBE: ask, token, udp, port, check, three texts.
    const auto probe = [](int udp, int check) {
        return raw({0x0f, 27, 0, 0, 0, 1, 0, 0,   0, 0,  0,     0, 0, 0, 0,
                    0,    0,  0, 0, 0, 0, 0, udp, 0, 80, check, 0, 0, 0});
    };
    EXPECT_FALSE(refused(probe(1, 8)));
    EXPECT_TRUE(refused(probe(2, 8)));
    EXPECT_TRUE(refused(probe(1, 9)));
    EXPECT_FALSE(refused(raw({0x17, 12, 4, 1, 2, 3, 4, 0, 1, 1, 0, 1, 0, 2})));
    EXPECT_TRUE(refused(raw({0x17, 12, 4, 1, 2, 3, 4, 0, 1, 2, 0, 1, 0, 2})));  // neither 0 nor 1
    EXPECT_TRUE(refused(raw({0x17, 12, 5, 1, 2, 3, 4, 0, 1, 1, 0, 1, 0, 2})));  // family 5
    EXPECT_TRUE(refused(raw({0x10, 12, 1, 1, 0, 1, 5, 1, 2, 3, 4, 0, 1, 0})));  // address family 5
}

// REFUSED carries a text of any length, cut to what fits.
TEST(Frame, LongReasonIsCut) {
    const std::string reason(5000, 'r');
    const auto bytes = encode(RefusedFrame{Errc::denied, reason});
    EXPECT_LT(bytes.size(), kMaxControlFrameBytes);
    EXPECT_TRUE(*parse_frame(bytes, kMaxFirstFrameBytes));
}

TEST(Frame, TextsOfAsksHaveLimits) {
    const std::string host(kMaxHostBytes + 1, 'h');
    const std::string text(kMaxChallengeBytes + 1, 't');
    const std::string_view fits = std::string_view(host).substr(1);
    EXPECT_FALSE(refused(encode(ChallengeFrame{1, true, fits, "t"})));
    EXPECT_TRUE(refused(encode(ChallengeFrame{1, true, host, "t"})));
    EXPECT_TRUE(refused(encode(ChallengeFrame{1, true, "h", text})));
    EXPECT_TRUE(refused(encode(ParkFrame{1, true, "", text, ""})));
    EXPECT_TRUE(refused(encode(ParkFrame{1, true, "", "", text})));
    const auto probe = [](std::string_view service, std::string_view named,
                          std::string_view login) {
        return encode(ProbeFrame{1, {}, false, 80, ProbeCheck::http, service, named, login});
    };
    EXPECT_FALSE(refused(probe(fits, fits, fits)));
    EXPECT_TRUE(refused(probe(text, "", "")));
    EXPECT_TRUE(refused(probe("", host, "")));
    EXPECT_TRUE(refused(probe("", "", text)));
    EXPECT_FALSE(refused(encode(AskedFrame{1, false, Errc::denied, text}))) << "it is cut";
}

// The limits promise that these fit.
TEST(Frame, LargestControlAndDataHeader) {
    const std::string name(kMaxNameBytes, 'n');
    for (const Frame& frame : std::vector<Frame>{
             WelcomeFrame{1, {}, true, kMaxVarint, name}, JoinedFrame{name, name},
             ParkFrame{0xffffffff, true, name, name, name}, AskedFrame{1, false, Errc::io, name},
             ProbeFrame{0xffffffff,
                        {},
                        true,
                        65535,
                        ProbeCheck::ftp,
                        name,
                        std::string_view(name).substr(0, kMaxHostBytes),
                        name}}) {
        EXPECT_LE(encode(frame).size(), kMaxControlFrameBytes) << frame_name(frame);
    }
    std::vector<std::byte> bytes(kMaxDataHeaderBytes);
    Writer out(bytes);
    write_data_header(out, {kMaxVarint}, kMaxVarint, kMaxDataPayloadBytes);
    EXPECT_LE(out.size(), kMaxDataHeaderBytes);
}

// Any bytes give a frame, a refusal or a wait; what parses is inside the input.
TEST(Frame, RandomBytes) {
    testing::Random random(1);
    for (int round = 0; round < 100'000; ++round) {
        std::vector<std::byte> bytes(random.below(64));
        for (std::byte& byte : bytes) byte = static_cast<std::byte>(random.next());
        if (!bytes.empty() && random.one_in(2))
            bytes[0] = static_cast<std::byte>(random.below(0x23));
        if (bytes.size() > 1 && random.one_in(2))
            bytes[1] = static_cast<std::byte>(random.below(40));
        const auto parsed = parse_frame(bytes, kMaxFrameBytes);
        if (!parsed || !*parsed) continue;
        ASSERT_LE((*parsed)->bytes, bytes.size());
    }
}

}  // namespace
}  // namespace homeport::tunnel
