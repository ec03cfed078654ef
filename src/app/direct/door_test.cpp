#include "app/direct/door.hpp"

#include "app/direct/door_testing.hpp"
#include "app/direct/limits.hpp"
#include "front/hello_testing.hpp"

#include <gmock/gmock.h>

namespace homeport::app {
namespace {

using net::Talker;
using ::testing::AllOf;
using testing::DoorTest;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::knock;
using testing::kTcpPort;
using ::testing::SizeIs;
using ::testing::StartsWith;

std::string long_text(std::size_t bytes) {
    std::string text(bytes, '\0');
    std::uint32_t state = 1;
    for (char& c : text) c = static_cast<char>((state = state * 1664525 + 1013904223) >> 24);
    return text;
}

TEST_F(DoorTest, AVisitorOfHttp) {
    open();
    serve(ServiceKind::http);
    Talker& visitor = visit();
    visitor.send("GET /a HTTP/1.1\r\nHost: home.example.net\r\n\r\n");
    EXPECT_TRUE(hears(at_target(), "GET /a HTTP/1.1\r\n"));
    at_target().send("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello");
    EXPECT_TRUE(hears(visitor, "hello"));
    // The next request of the same visitor, by the same connection to the target.
    visitor.send("GET /b HTTP/1.1\r\nHost: home.example.net\r\n\r\n");
    EXPECT_TRUE(hears(at_target(), "GET /b HTTP/1.1\r\n"));
    EXPECT_THAT(accepted, SizeIs(1));
}

TEST_F(DoorTest, AVisitorOfTls) {
    open();
    serve(ServiceKind::tls);
    const std::string hello = front::testing::records(
        front::testing::hello_message("home.example.net", {"http/1.1"}), 16'000);
    visit().send(hello);
    EXPECT_TRUE(hears(at_target(), hello));
    at_target().send("answer");
    EXPECT_TRUE(hears(*dialled, "answer"));
}

// An agent that takes the home for its relay is sent away.
TEST_F(DoorTest, NoLinks) {
    open();
    serve(ServiceKind::tls);
    Talker& agent = visit();
    agent.send(front::testing::records(front::testing::hello_message("", {"homeport/1"}), 16'000));
    EXPECT_TRUE(ends(agent));
    EXPECT_THAT(accepted, IsEmpty());
}

TEST_F(DoorTest, AServerThatSpeaksFirst) {
    open();
    serve(ServiceKind::tcp);
    Talker& visitor = visit();
    at_target().send("220 ready\r\n");
    EXPECT_TRUE(hears(visitor, "220 ready\r\n"));
}

TEST_F(DoorTest, AServerThatSpeaksFirstWhileAProbeIsUnderWay) {
    open();
    serve(ServiceKind::tcp);
    door->expect_probe(kTcpPort, loop.now() + 10s);
    const TimePoint before = loop.now();
    Talker& visitor = visit();
    at_target().send("220 ready\r\n");
    EXPECT_TRUE(hears(visitor, "220 ready\r\n"));
    EXPECT_GE(loop.now() - before, kServerFirstTime);
    visitor.send("EHLO x\r\n");
    EXPECT_TRUE(hears(at_target(), "EHLO x\r\n"));
}

TEST_F(DoorTest, TheTargetIsToldWhoComesAndWhereTo) {
    open();
    config::Service tcp = to_target("tcp", ServiceKind::tcp);
    config::Service http = to_target("http", ServiceKind::http);
    tcp.proxy_protocol = http.proxy_protocol = ProxyProtocol::v1;
    door->set_services({tcp, http});
    const std::string from = "PROXY TCP4 127.0.0.1 127.0.0.1 ";
    visit(0).send("x");
    EXPECT_TRUE(hears(at_target(1), "\r\nx"));
    EXPECT_THAT(at_target(1).text, AllOf(StartsWith(from), EndsWith(" 2222\r\nx")));
    visit(1).send("GET / HTTP/1.1\r\nHost: a.example.net\r\n\r\n");
    EXPECT_TRUE(hears(at_target(2), "GET / "));
    EXPECT_THAT(at_target(2).text, AllOf(StartsWith(from), HasSubstr(" 80\r\nGET / ")));
}

TEST_F(DoorTest, WhoIsNotWelcome) {
    open();
    config::Service tcp = to_target("tcp", ServiceKind::tcp);
    config::Service http = to_target("http", ServiceKind::http);
    tcp.deny = http.deny = {*Cidr::parse("127.0.0.0/8")};
    door->set_services({tcp, http});
    // Cut so early that connecting may fail already.
    dial(inside(0));
    EXPECT_TRUE(dialled == nullptr || ends(*dialled));
    visit(1).send("GET / HTTP/1.1\r\nHost: home.example.net\r\n\r\n");
    EXPECT_TRUE(hears(*dialled, "HTTP/1.1 403 "));
    EXPECT_THAT(accepted, IsEmpty());
    // The relay does not count as a visitor.
    EXPECT_TRUE(proves(1));
}

TEST_F(DoorTest, KnocksAreAnswered) {
    open();
    door->set_services({to_target("http", ServiceKind::http), to_target("tls", ServiceKind::tls),
                        to_target("tcp", ServiceKind::tcp)});
    ASSERT_THAT(door->openings(), SizeIs(3));
    EXPECT_TRUE(proves(0));
    EXPECT_TRUE(proves(1));
    door->expect_probe(kTcpPort, loop.now() + 10s);
    EXPECT_TRUE(proves(2));
    EXPECT_THAT(accepted, IsEmpty());
}

// What nobody expects is the service's.
TEST_F(DoorTest, AKnockOutOfTime) {
    open();
    serve(ServiceKind::tcp);
    door->expect_probe(kTcpPort, loop.now());
    door->expect_probe(kTcpPort + 1, loop.now() + 10s);
    visit().send(knock());
    EXPECT_TRUE(hears(at_target(), knock()));
}

TEST_F(DoorTest, TheTargetIsDown) {
    open();
    door->set_services({to_target("http", ServiceKind::http), to_target("tcp", ServiceKind::tcp)});
    target.reset();
    visit(0).send("GET / HTTP/1.1\r\nHost: home.example.net\r\n\r\n");
    EXPECT_TRUE(hears(*dialled, "HTTP/1.1 502 "));
    EXPECT_TRUE(ends(visit(1)));
    EXPECT_EQ(dialled->ended, net::IoResult::Status::error);
}

TEST_F(DoorTest, TheTargetHasAName) {
    open();
    config::Service tcp = to_target("tcp", ServiceKind::tcp);
    tcp.target.host = "no-such-host.invalid";
    door->set_services({tcp});
    EXPECT_TRUE(ends(visit()));
    EXPECT_EQ(dialled->ended, net::IoResult::Status::error);
}

TEST_F(DoorTest, ATargetInTheFileSystem) {
    const net::TemporaryDirectory directory;
    const std::string path = directory.path + "/s";
    const auto on_path = listen(net::UnixPath{path});
    open();
    config::Service tcp = to_target("tcp", ServiceKind::tcp);
    tcp.target = {"", {}, path};
    door->set_services({tcp});
    visit().send("x");
    EXPECT_TRUE(hears(at_target(), "x"));
}

TEST_F(DoorTest, TheVisitorEndsFirst) {
    open();
    serve(ServiceKind::tcp);
    Talker& visitor = visit();
    visitor.send("all");
    visitor.stream->shutdown_write();
    EXPECT_TRUE(ends(at_target()));
    EXPECT_EQ(at_target().ended, net::IoResult::Status::eof);
    EXPECT_FALSE(visitor.ended);
    at_target().send("answer");
    at_target().stream->shutdown_write();
    EXPECT_TRUE(ends(visitor));
    EXPECT_EQ(visitor.text, "answer");
    EXPECT_EQ(visitor.ended, net::IoResult::Status::eof);
    EXPECT_TRUE(turn_until([&] { return door->visitors() == 0; }));
}

// A slow target still gets all of it, although both ends were seen long before.
TEST_F(DoorTest, TheTargetEndsFirst) {
    open();
    serve(ServiceKind::tcp);
    const std::string text = long_text(8'000'000);
    Talker& visitor = visit();
    at_target().reading = false;
    at_target().stream->shutdown_write();
    EXPECT_TRUE(ends(visitor));
    visitor.send(text);
    bool shut = false;
    EXPECT_TRUE(turn_until([&] {
        if (!shut && visitor.unsent.empty()) {
            visitor.stream->shutdown_write();
            shut = true;
        }
        at_target().reading = true;
        at_target().on_readable();
        at_target().reading = false;
        return at_target().ended.has_value();
    }));
    EXPECT_EQ(at_target().text.size(), text.size());
    EXPECT_TRUE(at_target().text == text);
    EXPECT_EQ(at_target().ended, net::IoResult::Status::eof);
}

TEST_F(DoorTest, ACutIsNoEnd) {
    open();
    serve(ServiceKind::tcp);
    Talker& visitor = visit();
    visitor.send("a part");
    EXPECT_TRUE(hears(at_target(), "a part"));
    visitor.stream->reset();
    EXPECT_TRUE(ends(at_target()));
    EXPECT_EQ(at_target().ended, net::IoResult::Status::error);

    Talker& other = visit();
    at_target(2).send("a part");
    EXPECT_TRUE(hears(other, "a part"));
    at_target(2).stream->reset();
    EXPECT_TRUE(ends(other));
    EXPECT_EQ(other.ended, net::IoResult::Status::error);
}

TEST_F(DoorTest, MuchBothWays) {
    open();
    serve(ServiceKind::tcp);
    const std::string there = long_text(16'000'000);
    const std::string back(there.rbegin(), there.rend());
    Talker& visitor = visit();
    visitor.send(there);
    at_target().send(back);
    EXPECT_TRUE(turn_until(
        [&] {
            return visitor.text.size() >= back.size() && at_target().text.size() >= there.size();
        },
        30s));
    const std::hash<std::string_view> hash;
    EXPECT_EQ(hash(at_target().text), hash(there));
    EXPECT_EQ(hash(visitor.text), hash(back));
    // Blocks are held while bytes are on their way only.
    EXPECT_EQ(pool.in_use(), 0u);
}

TEST_F(DoorTest, MuchOverHttp) {
    open();
    serve(ServiceKind::http);
    const std::string body = long_text(4'000'000);
    const std::string length = "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n";
    Talker& visitor = visit();
    visitor.send("POST / HTTP/1.1\r\nHost: home.example.net\r\n" + length + body);
    EXPECT_TRUE(turn_until([&] { return at_target().text.ends_with(body.substr(3'999'000)); }));
    EXPECT_TRUE(at_target().text.ends_with(body));
    at_target().send("HTTP/1.1 200 OK\r\n" + length + body);
    EXPECT_TRUE(turn_until([&] { return visitor.text.size() > body.size(); }));
    EXPECT_TRUE(turn_until([&] { return visitor.text.ends_with(body); }));
}

TEST_F(DoorTest, RangesKeepTheirOrder) {
    open();
    config::Service range = to_target("range", ServiceKind::tcp);
    range.ports = PortRange{5000, 5002};
    // Only the last one of the target's ports answers.
    const std::uint16_t last = target->local().port;
    range.target.ports = {static_cast<std::uint16_t>(last - 2), last};
    door->set_services({range});
    ASSERT_THAT(door->openings(), SizeIs(3));
    EXPECT_EQ(door->openings()[2].external, 5002);
    visit(2).send("x");
    EXPECT_TRUE(hears(at_target(), "x"));
}

TEST_F(DoorTest, WhatStaysKeepsItsVisitors) {
    open();
    const config::Service tcp = to_target("tcp", ServiceKind::tcp);
    door->set_services({tcp});
    const auto before = door->openings();
    Talker& visitor = visit();
    visitor.send("x");
    EXPECT_TRUE(hears(at_target(), "x"));
    door->set_services({to_target("http", ServiceKind::http), tcp});
    ASSERT_THAT(door->openings(), SizeIs(2));
    EXPECT_EQ(door->openings()[1], before[0]);
    visitor.send("y");
    EXPECT_TRUE(hears(at_target(), "xy"));
    const Endpoint gone = inside(1);
    door->set_services({to_target("http", ServiceKind::http)});
    EXPECT_TRUE(ends(visitor));
    dial(gone);
    EXPECT_EQ(dialled, nullptr);
}

TEST_F(DoorTest, Drained) {
    open();
    serve(ServiceKind::tcp);
    Talker& visitor = visit();
    visitor.send("x");
    EXPECT_TRUE(hears(at_target(), "x"));
    const Endpoint there = inside();
    auto kept = std::move(dialled);
    door->drain();
    dial(there);
    EXPECT_EQ(dialled, nullptr);
    kept->send("y");
    EXPECT_TRUE(hears(at_target(), "xy"));
    EXPECT_EQ(door->visitors(), 1u);
    serve(ServiceKind::tcp);
    EXPECT_THAT(door->openings().front().fault, HasSubstr("no more visitors"));
}

// Somebody who was still looked at when the door closed does not come in.
TEST_F(DoorTest, DrainedWhileLookedAt) {
    open();
    serve(ServiceKind::tcp);
    door->expect_probe(kTcpPort, loop.now() + 10s);
    Talker& visitor = visit();
    loop.turn(20ms);
    door->drain();
    EXPECT_TRUE(ends(visitor));
    EXPECT_THAT(accepted, IsEmpty());
}

}  // namespace
}  // namespace homeport::app
