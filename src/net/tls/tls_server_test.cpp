#include "net/tls/tls_server.hpp"

#include "net/tls/limits.hpp"
#include "net/tls/tls_server_testing.hpp"

#include <gmock/gmock.h>

namespace homeport::net {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr UnixSeconds kNow = 1'700'000'000;  // as ManualLoop has it
constexpr UnixSeconds kDay = 86'400;

/// Reads all it can, sends it back if it is an echo, notes how it ended.
struct User final : StreamHandler {
    explicit User(std::unique_ptr<Stream> accepted) : stream(std::move(accepted)) {
        stream->set_handler(this);
        on_readable();
    }
    void on_readable() override {
        std::array<std::byte, 1000> room;
        while (!ended) {
            const IoResult result = stream->read(MutableBytes(room));
            if (result.status == IoResult::Status::again) return send();
            if (result.status != IoResult::Status::ok) {
                ended = result.status;
                break;
            }
            text += as_text(Bytes(room).first(result.bytes));
            if (echo) out += as_text(Bytes(room).first(result.bytes));
        }
        send();
    }
    void on_writable() override {
        ++writable_calls;
        send();
    }
    void send() {
        while (!out.empty() && stream) {
            const IoResult result = stream->write(as_bytes(out));
            if (result.status != IoResult::Status::ok) return;
            out.erase(0, result.bytes);
        }
    }

    std::unique_ptr<Stream> stream;
    std::string text;
    std::string out;
    std::optional<IoResult::Status> ended;
    bool echo = true;
    int writable_calls = 0;
};

struct TlsServerTest : ::testing::Test {
    TlsServerTest() {
        files.make(kNow - kDay, kNow + kDay);
        auto loaded = TlsServer::load(loop, files.certificate, files.key);
        EXPECT_TRUE(loaded) << loaded.error().what;
        if (loaded) server = std::move(*loaded);
    }
    /// A client's end, and a user at ours.
    void connect(TlsClient& client, std::size_t capacity = 64 * 1024) {
        auto [ours, theirs] = memory::make_pair(loop, capacity);
        user.emplace(server->accept(std::move(ours)));
        client.start(std::move(theirs));
        settle(client);
    }
    void settle(TlsClient& client) {
        for (int i = 0; i < 20; ++i) {
            client.collect();
            loop.settle();
        }
    }

    memory::ManualLoop loop;
    CertificateFiles files;
    std::unique_ptr<TlsServer> server;
    std::optional<User> user;
};

/// With each version.
struct TlsVersionTest : TlsServerTest, ::testing::WithParamInterface<int> {};

INSTANTIATE_TEST_SUITE_P(Versions, TlsVersionTest,
                         ::testing::Values(TLS1_2_VERSION, TLS1_3_VERSION));

TEST_P(TlsVersionTest, CarriesBothWays) {
    TlsClient client(GetParam());
    client.offer("http/1.1");
    connect(client);
    ASSERT_TRUE(client.connected());
    EXPECT_EQ(client.protocol(), "http/1.1");
    std::string sent;
    for (int i = 0; i < 30; ++i) {
        const std::string piece(static_cast<std::size_t>(1 + i * 397),
                                static_cast<char>('a' + i % 26));
        client.send_text(piece);
        sent += piece;
        settle(client);
    }
    EXPECT_EQ(user->text, sent);
    EXPECT_EQ(client.text, sent);
    SSL_shutdown(client.ssl());
    settle(client);
    EXPECT_EQ(user->ended, IoResult::Status::eof);
    user->out = "last words";
    user->send();
    user->stream->shutdown_write();
    EXPECT_EQ(user->stream->write(as_bytes("x")).status, IoResult::Status::error);
    settle(client);
    EXPECT_TRUE(client.text.ends_with("last words"));
    EXPECT_TRUE(client.saw_end());
}

TEST_P(TlsVersionTest, OtherProtocolsAreNotAgreed) {
    TlsClient client(GetParam());
    client.offer("h2");
    connect(client);
    EXPECT_TRUE(client.connected());
    EXPECT_EQ(client.protocol(), "");
}

// Written before the handshake is done: `again`, then the edge.
TEST_P(TlsVersionTest, WritesWaitForTheHandshake) {
    auto [ours, theirs] = memory::make_pair(loop);
    user.emplace(server->accept(std::move(ours)));
    user->out = "welcome";
    user->send();
    EXPECT_EQ(user->out, "welcome");
    TlsClient client(GetParam());
    client.start(std::move(theirs));
    settle(client);
    EXPECT_EQ(client.text, "welcome");
}

// The client reads slowly: what waits here is bounded, the writer is told when there is room.
TEST_P(TlsVersionTest, SlowReader) {
    TlsClient client(GetParam());
    connect(client, 4000);
    user->echo = false;
    std::string all;
    for (int i = 0; i < 100'000; ++i) all += std::to_string(i) + ",";
    user->out = all;
    const int before = user->writable_calls;
    user->send();
    loop.settle();
    EXPECT_GT(user->out.size(), all.size() - 2 * kBacklogCutBytes);
    for (int i = 0; i < 1000 && client.text.size() < all.size(); ++i) {
        client.collect();
        loop.settle();
    }
    EXPECT_EQ(client.text, all);
    EXPECT_GT(user->writable_calls, before);
}

// Closing delivers what was written, and then the end.
TEST_P(TlsVersionTest, FarewellIsDelivered) {
    TlsClient client(GetParam());
    connect(client, 4000);
    user->out = std::string(30'000, 'f');
    user->send();
    EXPECT_EQ(user->out, "");
    user.reset();
    for (int i = 0; i < 100; ++i) settle(client);
    EXPECT_EQ(client.text, std::string(30'000, 'f'));
    EXPECT_TRUE(client.saw_end());
}

// An end without close_notify may be somebody else's doing.
TEST_P(TlsVersionTest, CutIsAnError) {
    TlsClient client(GetParam());
    connect(client);
    client.send_text("half");
    loop.settle();
    client.close();
    loop.settle();
    EXPECT_EQ(user->text, "half");
    EXPECT_EQ(user->ended, IoResult::Status::error);
}

TEST_P(TlsVersionTest, ResetReachesTheClient) {
    TlsClient client(GetParam());
    connect(client);
    user->stream->reset();
    EXPECT_EQ(user->stream->write(as_bytes("x")).status, IoResult::Status::error);
    std::byte byte{};
    EXPECT_EQ(client.stream().read(MutableBytes(&byte, 1)).status, IoResult::Status::error);
}

// A second connection may go on with the session of the first.
TEST_P(TlsVersionTest, TicketsResume) {
    TlsClient client(GetParam());
    connect(client);
    client.send_text("x");
    settle(client);
    EXPECT_EQ(SSL_session_reused(client.ssl()), 0);
    SSL_SESSION* const session = SSL_get1_session(client.ssl());
    SSL_shutdown(client.ssl());  // else OpenSSL forgets the session
    auto [ours, theirs] = memory::make_pair(loop);
    user.emplace(server->accept(std::move(ours)));
    client.start(std::move(theirs));
    SSL_set_session(client.ssl(), session);
    SSL_SESSION_free(session);
    client.text.clear();
    client.send_text("");
    settle(client);
    client.send_text("again");
    settle(client);
    EXPECT_EQ(client.text, "again");
    EXPECT_EQ(SSL_session_reused(client.ssl()), 1);
}

TEST_F(TlsServerTest, NoRenegotiation) {
    TlsClient client(TLS1_2_VERSION);
    connect(client);
    SSL_renegotiate(client.ssl());
    SSL_do_handshake(client.ssl());
    client.send();
    settle(client);
    EXPECT_FALSE(client.connected());
    EXPECT_EQ(user->text, "");
}

TEST_F(TlsServerTest, OldVersionsFail) {
    TlsClient client(TLS1_1_VERSION);
    connect(client);
    EXPECT_FALSE(client.connected());
    EXPECT_EQ(user->ended, IoResult::Status::error);
}

TEST_F(TlsServerTest, GarbageFails) {
    for (const std::string_view noise :
         {"GET / HTTP/1.1\r\n\r\n", "\x16\x03\x01\x40\x00zzzzzzzz"}) {
        auto [ours, theirs] = memory::make_pair(loop);
        user.emplace(server->accept(std::move(ours)));
        theirs->write(as_bytes(noise));
        loop.settle();
        theirs->shutdown_write();
        loop.settle();
        EXPECT_EQ(user->ended, IoResult::Status::error);
    }
}

TEST_F(TlsServerTest, SlowHandshakeIsCut) {
    auto [ours, theirs] = memory::make_pair(loop);
    user.emplace(server->accept(std::move(ours)));
    loop.settle();
    loop.advance(kServerHandshakeTime - 1s);
    EXPECT_FALSE(user->ended);
    loop.advance(1s);
    EXPECT_EQ(user->ended, IoResult::Status::error);
    std::byte byte{};
    EXPECT_EQ(theirs->read(MutableBytes(&byte, 1)).status, IoResult::Status::error);
    TlsClient client;
    connect(client);
    loop.advance(kServerHandshakeTime * 2);
    EXPECT_FALSE(user->ended) << "only handshakes have this limit";
}

// Streams may outlive their server; a handler may destroy its stream from inside a call.
TEST_F(TlsServerTest, Lifetimes) {
    TlsClient client;
    connect(client);
    server.reset();
    client.send_text("still here");
    settle(client);
    EXPECT_EQ(client.text, "still here");
    struct Quitter final : StreamHandler {
        void on_readable() override { stream.reset(); }
        void on_writable() override { stream.reset(); }
        std::unique_ptr<Stream> stream;
    } quitter;
    quitter.stream = std::move(user->stream);
    quitter.stream->set_handler(&quitter);
    client.send_text("x");
    loop.settle();
    EXPECT_EQ(quitter.stream, nullptr);
}

// --- files

struct TlsFilesTest : ::testing::Test {
    TlsFilesTest() { files.make(kNow - kDay, kNow + kDay); }
    Error failure() {
        const auto loaded = TlsServer::load(loop, files.certificate, files.key);
        return loaded ? Error{Errc::closed, "loaded"} : loaded.error();
    }
    void write(const std::string& path, std::string_view text) {
        const BioHandle file(BIO_new_file(path.c_str(), "w"));
        BIO_write(file.get(), text.data(), static_cast<int>(text.size()));
    }

    memory::ManualLoop loop;
    CertificateFiles files;
};

TEST_F(TlsFilesTest, MissingAndUnusable) {
    const std::string certificate = std::exchange(files.certificate, files.folder + "/none.pem");
    EXPECT_EQ(failure().code, Errc::not_found);
    EXPECT_THAT(failure().what, AllOf(HasSubstr("certificate file " + files.certificate),
                                      HasSubstr("check the path")));
    files.certificate = files.folder;
    EXPECT_EQ(failure().code, Errc::invalid);
    files.certificate = files.key;
    EXPECT_THAT(failure().what, AllOf(HasSubstr(files.key), HasSubstr("PEM form")));
    files.certificate = certificate;
    const std::string key = std::exchange(files.key, files.folder + "/none.pem");
    EXPECT_EQ(failure().code, Errc::not_found);
    EXPECT_THAT(failure().what, HasSubstr("key file " + files.key));
    files.key = certificate;
    EXPECT_EQ(failure().code, Errc::invalid);
    write(key, "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n");
    files.key = key;
    EXPECT_EQ(failure().code, Errc::invalid);
}

TEST_F(TlsFilesTest, KeyUnderPassword) {
    files.make(kNow - kDay, kNow + kDay, false, "secret");
    EXPECT_THAT(failure().what, AllOf(HasSubstr("without a password"), HasSubstr("openssl pkey")));
}

TEST_F(TlsFilesTest, KeyOfAnother) {
    CertificateFiles other;
    for (const bool rsa : {false, true}) {
        other.make(kNow - kDay, kNow + kDay, rsa);
        const auto loaded = TlsServer::load(loop, files.certificate, other.key);
        ASSERT_FALSE(loaded);
        EXPECT_EQ(loaded.error().code, Errc::invalid);
        EXPECT_THAT(loaded.error().what,
                    AllOf(HasSubstr(other.key), HasSubstr("does not belong to"),
                          HasSubstr(files.certificate)));
    }
}

TEST_F(TlsFilesTest, Warnings) {
    EXPECT_THAT(TlsServer::load(loop, files.certificate, files.key).value()->warnings(), IsEmpty());
    files.make(kNow - 2 * kDay, kNow - kDay);
    EXPECT_THAT(TlsServer::load(loop, files.certificate, files.key).value()->warnings(),
                ElementsAre(HasSubstr("has expired")));
    files.make(kNow + kDay, kNow + 2 * kDay, true);
    std::filesystem::permissions(files.key, std::filesystem::perms::all);
    EXPECT_THAT(TlsServer::load(loop, files.certificate, files.key).value()->warnings(),
                ElementsAre(HasSubstr("not valid yet"), HasSubstr("chmod o= " + files.key)));
}

// New files count for new connections; broken ones change nothing.
TEST_F(TlsFilesTest, Reload) {
    const auto server = TlsServer::load(loop, files.certificate, files.key).value();
    const auto shown = [&] {
        TlsClient client(TLS1_2_VERSION);
        auto [ours, theirs] = memory::make_pair(loop);
        const User user(server->accept(std::move(ours)));
        client.start(std::move(theirs));
        for (int i = 0; i < 10; ++i) {
            client.collect();
            loop.settle();
        }
        const X509Handle certificate(SSL_get1_peer_certificate(client.ssl()));
        return certificate ? EVP_PKEY_get_id(X509_get0_pubkey(certificate.get())) : 0;
    };
    EXPECT_EQ(shown(), EVP_PKEY_EC);
    write(files.certificate, "rubbish");
    EXPECT_FALSE(server->reload());
    EXPECT_EQ(shown(), EVP_PKEY_EC);
    files.make(kNow - kDay, kNow - 1, true);
    EXPECT_TRUE(server->reload());
    EXPECT_THAT(server->warnings(), ElementsAre(HasSubstr("has expired")));
    EXPECT_EQ(shown(), EVP_PKEY_RSA);
}

}  // namespace
}  // namespace homeport::net
