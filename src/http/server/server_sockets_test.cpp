/// The whole of Server over sockets, plain and under TLS.
#include "http/server/server.hpp"
#include "http/server/server_testing.hpp"
#include "net/linux/linux_test_peers.hpp"
#include "net/tls/tls_server_testing.hpp"

#include <random>

namespace homeport::http {
namespace {

using namespace server_testing;
using ::testing::ElementsAre;
using ::testing::SizeIs;
using ::testing::StartsWith;

struct SocketServerTest : net::LinuxTest {
    std::unique_ptr<net::Talker> client() {
        dial(server.local().at(0));
        return std::move(dialled);
    }

    Teller handler;
    Server server{loop, network, handler, {.connections = 20}};
};

TEST_F(SocketServerTest, Plain) {
    ASSERT_TRUE(server.start({net::loopback(), {*IpAddress::parse("::1"), 0}}));
    ASSERT_THAT(server.local(), SizeIs(2));
    const auto asker = client();
    std::string many;
    for (int i = 0; i < 1000; ++i) many += get("/" + std::to_string(i));
    asker->send(many + post("last") + get("/later"));
    ASSERT_TRUE(turn_until([&] { return handler.waiting.size() == 1; }));
    handler.answer_first("end");
    ASSERT_TRUE(turn_until([&] { return asker->text.ends_with("end"); }));
    const auto got = answers_in(asker->text);
    ASSERT_EQ(got.size(), 1002u);
    EXPECT_EQ(got[999], "200 GET /999");
    EXPECT_EQ(got[1000], "200 POST /p [last]");
    asker->stream->shutdown_write();
    EXPECT_TRUE(turn_until([&] { return asker->ended.has_value(); }));
    EXPECT_EQ(asker->ended, net::IoResult::Status::eof);
}

TEST_F(SocketServerTest, AddressInUse) {
    ASSERT_TRUE(server.start({net::loopback()}));
    const auto again = server.start({net::loopback(), server.local()[0]});
    ASSERT_FALSE(again);
    EXPECT_EQ(again.error().code, Errc::exists);
    EXPECT_THAT(server.local(), SizeIs(1));
}

// A refusal arrives although the client is still sending.
TEST_F(SocketServerTest, RefusalIsNotOvertaken) {
    ASSERT_TRUE(server.start({net::loopback()}));
    const auto asker = client();
    asker->send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 50000\r\n\r\n");
    for (int i = 0; i < 10; ++i) {
        asker->send(std::string(5000, 'x'));
        turn_until([] { return false; }, 2ms);
    }
    ASSERT_TRUE(turn_until([&] { return asker->ended.has_value(); }));
    EXPECT_EQ(asker->ended, net::IoResult::Status::eof);
    EXPECT_THAT(answers_in(asker->text), ElementsAre(StartsWith("413 413")));
}

TEST_F(SocketServerTest, Garbage) {
    ASSERT_TRUE(server.start({net::loopback()}));
    std::mt19937 random(5);
    std::vector<std::unique_ptr<net::Talker>> crowd;
    for (int i = 0; i < 100; ++i) {
        crowd.push_back(client());
        if (!crowd.back()) continue;  // reset before it was noticed
        std::string noise(random() % 3000, '\0');
        for (char& octet : noise) octet = static_cast<char>(random());
        crowd.back()->send(noise);
        if (i % 3 == 0) crowd.back()->stream->reset();
    }
    turn_until([] { return false; }, 100ms);
    EXPECT_LE(server.connections(), 20u);
    crowd.clear();
    ASSERT_TRUE(turn_until([&] { return server.connections() == 0; }));
    const auto asker = client();
    asker->send(get("/a"));
    EXPECT_TRUE(turn_until([&] { return asker->text.ends_with("GET /a"); }));
}

TEST_F(SocketServerTest, UnderTls) {
    net::CertificateFiles files;
    const UnixSeconds now = loop.wall();
    files.make(now - 1000, now + 1000);
    const auto tls = net::TlsServer::load(loop, files.certificate, files.key).value();
    ASSERT_TRUE(server.start({net::loopback()},
                             [&](auto stream) { return tls->accept(std::move(stream)); }));
    net::TlsClient asker;
    auto talker = client();
    talker->stream->set_handler(nullptr);
    asker.start(std::move(talker->stream));
    const auto until = [&](auto done) {
        return turn_until([&] {
            asker.collect();
            return done();
        });
    };
    ASSERT_TRUE(until([&] { return asker.connected(); }));
    asker.send_text(get("/a") + get("/long"));
    ASSERT_TRUE(until([&] { return asker.text.ends_with("llll") && asker.text.size() > 200'000; }));
    EXPECT_THAT(answers_in(asker.text),
                ElementsAre("200 GET /a", "200 " + std::string(handler.long_bytes, 'l')));
    EXPECT_TRUE(handler.secure);
    asker.text.clear();
    asker.send_text(get("/b", "Connection: close\r\n"));
    ASSERT_TRUE(until([&] { return asker.saw_end(); }));
    EXPECT_THAT(answers_in(asker.text), ElementsAre("200 GET /b"));
    EXPECT_EQ(server.connections(), 0u);
}

}  // namespace
}  // namespace homeport::http
