#include "net/tls/tls_security.hpp"

#include "net/tls/limits.hpp"
#include "net/tls/tls_test_peers.hpp"

#include <gmock/gmock.h>

namespace homeport::net {
namespace {

using testing::HasSubstr;
using Status = IoResult::Status;

struct TlsTest : testing::Test {
    memory::ManualLoop loop;
    Identity agent_id = make_identity();
    Identity relay_id = make_identity();
    TlsSecurity agent_security{loop, agent_id};
    TlsSecurity relay_security{loop, relay_id};
    std::unique_ptr<Collector> agent;
    std::unique_ptr<Collector> relay;

    void connect(const PublicKey& expected, std::size_t capacity = 64 * 1024) {
        auto [near, far] = memory::make_pair(loop, capacity);
        agent = std::make_unique<Collector>(agent_security.connect(std::move(near), expected));
        relay = std::make_unique<Collector>(relay_security.accept(std::move(far)));
        loop.settle();
    }
    void connect() { connect(relay_security.own_key()); }

    /// A raw client against our accepting side.
    void accept_from(RawPeer& peer) {
        auto [near, far] = memory::make_pair(loop);
        peer.start(std::move(near));
        relay = std::make_unique<Collector>(relay_security.accept(std::move(far)));
        settle(peer);
    }
    void settle(RawPeer& peer) {
        for (int i = 0; i < 8; ++i) {
            peer.step();
            loop.settle();
        }
    }
    void expect_refused(RawPeer& peer, std::string_view reason) {
        accept_from(peer);
        EXPECT_FALSE(relay->stream->established());
        EXPECT_EQ(relay->ended, Status::error);
        EXPECT_GT(relay->writable_calls, 0);
        EXPECT_THAT(relay->stream->failure(), HasSubstr(reason));
    }
};

// Both keys are proven, both sides know each other's, the protocol is agreed, both get their edge.
TEST_F(TlsTest, HandshakeProvesBothKeys) {
    connect();
    ASSERT_TRUE(agent->stream->established()) << agent->stream->failure();
    ASSERT_TRUE(relay->stream->established()) << relay->stream->failure();
    EXPECT_EQ(agent->stream->peer_key(), relay_security.own_key());
    EXPECT_EQ(relay->stream->peer_key(), agent_security.own_key());
    EXPECT_EQ(relay->stream->protocol(), "homeport/1");
    EXPECT_GT(agent->writable_calls, 0);
    EXPECT_GT(relay->writable_calls, 0);
}

// Before the handshake is done nothing is read or written, and nothing is lost of what comes right
// after.
TEST_F(TlsTest, WaitsForHandshake) {
    auto [near, far] = memory::make_pair(loop);
    agent = std::make_unique<Collector>(
        agent_security.connect(std::move(near), relay_security.own_key()));
    EXPECT_EQ(agent->stream->write(as_bytes("early")).status, Status::again);
    relay = std::make_unique<Collector>(relay_security.accept(std::move(far)));
    EXPECT_EQ(agent->writable_calls, 0);
    loop.settle();
    EXPECT_EQ(agent->writable_calls, 1);
    EXPECT_EQ(agent->stream->write(as_bytes("now")).bytes, 3u);
    loop.settle();
    EXPECT_EQ(relay->text, "now");
}

// A relay with another key is refused by the agent.
TEST_F(TlsTest, WrongPinnedKey) {
    connect(make_identity().public_key());
    EXPECT_FALSE(agent->stream->established());
    EXPECT_EQ(agent->ended, Status::error);
    EXPECT_EQ(agent->stream->failure(), "relay proves another key than the one paired");
    EXPECT_EQ(relay->ended, Status::error);
    EXPECT_EQ(relay->text, "");
}

// A client without a certificate is refused.
TEST_F(TlsTest, NoCertificate) {
    RawPeer peer(true);
    peer.offer("homeport/1");
    expect_refused(peer, "certificate");
}

// A client whose certificate holds another kind of key is refused.
TEST_F(TlsTest, OtherKindOfKey) {
    RawPeer peer(true);
    peer.offer("homeport/1");
    const KeyHandle key(EVP_PKEY_Q_keygen(nullptr, nullptr, "EC", "P-256"));
    const X509Handle certificate(X509_new());
    X509_set_pubkey(certificate.get(), key.get());
    X509_sign(certificate.get(), key.get(), EVP_sha256());
    SSL_CTX_use_certificate(peer.context(), certificate.get());
    SSL_CTX_use_PrivateKey(peer.context(), key.get());
    expect_refused(peer, "TLS handshake failed");
}

// A certificate without its private key proves nothing: CertificateVerify of another key fails.
TEST_F(TlsTest, StolenCertificate) {
    RawPeer peer(true);
    peer.offer("homeport/1");
    const X509Handle certificate(agent_id.make_certificate());
    SSL_CTX_use_certificate(peer.context(), certificate.get());
    // OpenSSL refuses the mismatch; so does the handshake, for want of a certificate it can prove.
    EXPECT_NE(SSL_CTX_use_PrivateKey(peer.context(), make_identity().native()), 1);
    ERR_clear_error();
    accept_from(peer);
    EXPECT_FALSE(relay->stream->established());
}

// Nothing older than TLS 1.3.
TEST_F(TlsTest, Tls12Client) {
    RawPeer peer(true);
    peer.use(agent_id);
    peer.offer("homeport/1");
    SSL_CTX_set_max_proto_version(peer.context(), TLS1_2_VERSION);
    expect_refused(peer, "protocol");
}

// Another ALPN name is refused, and so is none.
TEST_F(TlsTest, AlpnMismatch) {
    RawPeer peer(true);
    peer.use(agent_id);
    peer.offer("http/1.1");
    expect_refused(peer, "protocol");
    RawPeer silent(true);
    silent.use(agent_id);
    expect_refused(silent, "homeport/1");
}

// A server that agrees on no protocol is refused by the connecting side too.
TEST_F(TlsTest, ServerWithoutAlpn) {
    RawPeer peer(false);
    peer.use(relay_id);
    auto [near, far] = memory::make_pair(loop);
    peer.start(std::move(far));
    agent =
        std::make_unique<Collector>(agent_security.connect(std::move(near), relay_id.public_key()));
    settle(peer);
    EXPECT_EQ(agent->ended, Status::error);
    EXPECT_THAT(agent->stream->failure(), HasSubstr("homeport/1"));
}

// Bytes that are no TLS fail the handshake, before and after it fail the connection; nothing is
// yielded.
TEST_F(TlsTest, Garbage) {
    auto [near, far] = memory::make_pair(loop);
    relay = std::make_unique<Collector>(relay_security.accept(std::move(far)));
    near->write(as_bytes("GET / HTTP/1.1\r\nHost: relay\r\n\r\n"));
    loop.settle();
    EXPECT_EQ(relay->ended, Status::error);
    EXPECT_THAT(relay->stream->failure(), HasSubstr("TLS handshake failed"));
}

TEST_F(TlsTest, ForgedRecord) {
    RawPeer peer(true);
    peer.use(agent_id);
    peer.offer("homeport/1");
    accept_from(peer);
    ASSERT_TRUE(relay->stream->established()) << relay->stream->failure();
    SSL_write(peer.ssl(), "good", 4);
    peer.send();
    loop.settle();
    peer.stream().write(as_bytes(std::string_view("\x17\x03\x03\x00\x20", 5)));
    peer.stream().write(as_bytes(std::string(32, 'x')));
    loop.settle();
    EXPECT_EQ(relay->text, "good");
    EXPECT_EQ(relay->ended, Status::error);
    EXPECT_THAT(relay->stream->failure(), HasSubstr("TLS failed"));
}

// An end without close_notify is a cut; what came before it is still read.
TEST_F(TlsTest, Truncation) {
    RawPeer peer(true);
    peer.use(agent_id);
    peer.offer("homeport/1");
    accept_from(peer);
    SSL_write(peer.ssl(), "half", 4);
    peer.send();
    peer.close();
    loop.settle();
    EXPECT_EQ(relay->text, "half");
    EXPECT_EQ(relay->ended, Status::error);
    EXPECT_THAT(relay->stream->failure(), HasSubstr("close_notify"));
}

// shutdown_write() is read as an end, once and for good, and the other direction goes on.
TEST_F(TlsTest, HalfClose) {
    connect();
    agent->stream->write(as_bytes("question"));
    agent->stream->shutdown_write();
    EXPECT_EQ(agent->stream->write(as_bytes("more")).status, Status::error);
    loop.settle();
    EXPECT_EQ(relay->text, "question");
    EXPECT_EQ(relay->ended, Status::eof);
    relay->stream->write(as_bytes("answer"));
    loop.settle();
    EXPECT_EQ(agent->text, "answer");
    EXPECT_FALSE(agent->ended);
    std::byte room{};
    EXPECT_EQ(relay->stream->read(MutableBytes(&room, 1)).status, Status::eof);
}

// A destroyed stream delivers what it has taken, and a clean end behind it, however slow the
// reader.
TEST_F(TlsTest, DestructionDeliversEverything) {
    connect(relay_security.own_key(), 1000);
    relay->reading = false;
    const std::string text(60'000, 'x');
    for (Bytes rest = as_bytes(text); !rest.empty();)
        rest = rest.subspan(agent->stream->write(rest).bytes);
    agent.reset();
    loop.settle();
    relay->reading = true;
    relay->read_all();
    loop.settle();
    EXPECT_EQ(relay->text.size(), text.size());
    EXPECT_EQ(relay->ended, Status::eof);
}

// A farewell to a peer that reads nothing ends: with a cut, not with a clean end.
TEST_F(TlsTest, FarewellEndsInTime) {
    connect(relay_security.own_key(), 1000);
    relay->reading = false;
    agent->stream->write(as_bytes(std::string(200'000, 'x')));
    agent.reset();
    loop.settle();
    loop.advance(kFarewellTime + 1s);
    relay->reading = true;
    relay->read_all();
    EXPECT_EQ(relay->ended, Status::error);
}

// Once both have agreed, the stream below goes on where the records end; before, and while
// something is under way, it cannot be had.
TEST_F(TlsTest, Release) {
    auto [near, far] = memory::make_pair(loop);
    agent =
        std::make_unique<Collector>(agent_security.connect(std::move(near), relay_id.public_key()));
    relay = std::make_unique<Collector>(relay_security.accept(std::move(far)));
    EXPECT_EQ(agent->stream->release(), nullptr);
    loop.settle();
    agent->stream->write(as_bytes("let us"));
    loop.settle();
    relay->stream->write(as_bytes("agreed"));
    const auto below_relay = relay->stream->release();
    ASSERT_NE(below_relay, nullptr);
    relay.reset();
    loop.settle();
    EXPECT_EQ(agent->text, "agreed");
    const auto below_agent = agent->stream->release();
    ASSERT_NE(below_agent, nullptr);
    EXPECT_EQ(agent->stream->write(as_bytes("x")).status, Status::error);
    agent.reset();
    loop.settle();
    std::array<std::byte, 10> room{};
    EXPECT_EQ(below_relay->read(MutableBytes(room)).status, Status::again) << "no farewell";
    EXPECT_EQ(below_agent->write(as_bytes("open")).bytes, 4U);
    EXPECT_EQ(below_relay->read(MutableBytes(room)).bytes, 4U);
    EXPECT_EQ(as_text(Bytes(room).first(4)), "open");
}

TEST_F(TlsTest, ReleaseNeedsQuiet) {
    connect(relay_security.own_key(), 100);
    relay->reading = false;
    agent->stream->write(as_bytes(std::string(10'000, 'x')));
    EXPECT_EQ(agent->stream->release(), nullptr) << "the socket has not taken it all";
}

// reset() is seen as an error by both sides.
TEST_F(TlsTest, Reset) {
    connect();
    agent->stream->reset();
    EXPECT_EQ(agent->stream->write(as_bytes("x")).status, Status::error);
    loop.settle();
    EXPECT_EQ(relay->ended, Status::error);
}

// Against a reader that stops, write() takes what is sent at once, then says `again`; room is told
// when the socket has taken all of that.
TEST_F(TlsTest, BacklogIsBounded) {
    connect(relay_security.own_key(), 1000);
    relay->reading = false;
    const std::string text(16'384, 'x');
    std::size_t taken = 0;
    IoResult result = IoResult::moved(0);
    while ((result = agent->stream->write(as_bytes(text))).status == Status::ok)
        taken += result.bytes;
    EXPECT_EQ(result.status, Status::again);
    EXPECT_GE(agent->stream->backlog(), kSendNowBytes - 20'000);
    EXPECT_LE(agent->stream->backlog(), kSendNowBytes + 20'000);
    const int calls = agent->writable_calls;
    loop.settle();
    EXPECT_EQ(agent->writable_calls, calls);
    relay->reading = true;
    relay->read_all();
    loop.settle();
    EXPECT_EQ(agent->writable_calls, calls + 1);
    EXPECT_EQ(agent->stream->backlog(), 0u);
    EXPECT_EQ(relay->text.size(), taken);
}

// No edge comes from inside read() or write(); a user may destroy the stream from inside an edge.
TEST_F(TlsTest, DestroyInEdge) {
    struct Suicidal final : StreamHandler {
        std::unique_ptr<SecureStream> stream;
        bool in_write = false;
        void on_readable() override { stream.reset(); }
        void on_writable() override { stream.reset(); }
    };
    auto [near, far] = memory::make_pair(loop);
    Suicidal user;
    user.stream = agent_security.connect(std::move(near), relay_security.own_key());
    user.stream->set_handler(&user);
    relay = std::make_unique<Collector>(relay_security.accept(std::move(far)));
    loop.settle();
    EXPECT_EQ(user.stream, nullptr);
    EXPECT_TRUE(relay->ended.has_value());
}

// A handler set after the handshake has ended still gets its edges.
TEST_F(TlsTest, LateHandler) {
    connect();
    agent->stream->set_handler(nullptr);
    relay->stream->write(as_bytes("hello"));
    loop.settle();
    EXPECT_EQ(agent->text, "");
    agent->stream->set_handler(agent.get());
    loop.settle();
    EXPECT_EQ(agent->text, "hello");
}

// Keys are updated by both kinds of peer, and nobody notices (RFC 8446 section 4.6.3).
TEST_F(TlsTest, KeyUpdates) {
    TlsSecurity often(loop, agent_id, 3);
    auto [near, far] = memory::make_pair(loop);
    agent = std::make_unique<Collector>(often.connect(std::move(near), relay_security.own_key()));
    relay = std::make_unique<Collector>(relay_security.accept(std::move(far)));
    loop.settle();
    for (int i = 0; i < 20; ++i) EXPECT_EQ(agent->stream->write(as_bytes("tick ")).bytes, 5u);
    loop.settle();
    EXPECT_EQ(relay->text.size(), 100u);

    RawPeer peer(true);
    peer.use(agent_id);
    peer.offer("homeport/1");
    accept_from(peer);
    SSL_key_update(peer.ssl(), SSL_KEY_UPDATE_REQUESTED);
    SSL_write(peer.ssl(), "after", 5);
    peer.send();
    loop.settle();
    EXPECT_EQ(relay->text, "after");
    relay->stream->write(as_bytes("fine"));
    loop.settle();
    peer.step();
    EXPECT_EQ(peer.receive(), "fine");
}

// A peer that has only one of the suites is served with that one.
TEST_F(TlsTest, EitherSuite) {
    for (const char* suite : {"TLS_AES_128_GCM_SHA256", "TLS_CHACHA20_POLY1305_SHA256"}) {
        RawPeer peer(true);
        peer.use(agent_id);
        peer.offer("homeport/1");
        SSL_CTX_set_ciphersuites(peer.context(), suite);
        accept_from(peer);
        ASSERT_TRUE(relay->stream->established()) << suite << relay->stream->failure();
        SSL_write(peer.ssl(), "question", 8);
        peer.send();
        relay->stream->write(as_bytes("answer"));
        loop.settle();
        EXPECT_EQ(relay->text, "question") << suite;
        peer.step();
        EXPECT_EQ(peer.receive(), "answer") << suite;
    }
}

// What a server of another make says behind its handshake, session tickets above all, is no harm.
TEST_F(TlsTest, TicketsAreIgnored) {
    RawPeer peer(false);
    peer.use(relay_id);
    peer.agree("homeport/1");
    SSL_CTX_set_num_tickets(peer.context(), 4);
    auto [near, far] = memory::make_pair(loop);
    peer.start(std::move(far));
    agent =
        std::make_unique<Collector>(agent_security.connect(std::move(near), relay_id.public_key()));
    settle(peer);
    ASSERT_TRUE(agent->stream->established()) << agent->stream->failure();
    SSL_write(peer.ssl(), "behind the tickets", 18);
    peer.send();
    loop.settle();
    EXPECT_EQ(agent->text, "behind the tickets");
}

// A peer that only changes keys is cut.
TEST_F(TlsTest, EndlessKeyUpdates) {
    RawPeer peer(true);
    peer.use(agent_id);
    peer.offer("homeport/1");
    accept_from(peer);
    for (int i = 0; i <= kMaxIdleKeyUpdates; ++i) {
        SSL_key_update(peer.ssl(), SSL_KEY_UPDATE_REQUESTED);
        SSL_do_handshake(peer.ssl());
        peer.send();
    }
    loop.settle();
    EXPECT_EQ(relay->ended, Status::error);
    EXPECT_THAT(relay->stream->failure(), HasSubstr("unexpected message"));
}

// Records of the largest size that the protocol allows, which is more than ours.
TEST_F(TlsTest, LongestRecords) {
    RawPeer peer(true);
    peer.use(agent_id);
    peer.offer("homeport/1");
    accept_from(peer);
    std::string text(16 * 1024, '\0');
    for (std::size_t i = 0; i < text.size(); ++i) text[i] = static_cast<char>(i * 7);
    for (int i = 0; i < 3; ++i) SSL_write(peer.ssl(), text.data(), static_cast<int>(text.size()));
    peer.send();
    loop.settle();
    EXPECT_EQ(relay->text, text + text + text);
}

// read_into() yields what was written as one record in one piece of the caller's blocks, and once
// it has taken all, the connection holds no block.
TEST_F(TlsTest, RecordsArriveInOnePiece) {
    ChunkPool blocks;
    connect();
    relay->reading = false;
    const std::string text(kSecureWriteBytes, 'x');
    const std::array<Bytes, 2> views{as_bytes(text).first(5), as_bytes(text).subspan(5)};
    ASSERT_TRUE(agent->stream->ready_to_write());
    EXPECT_EQ(agent->stream->write(std::span<const Bytes>(views)).bytes, text.size());
    EXPECT_EQ(agent->stream->backlog(), kChunkBytes) << "a full record fills a block";
    loop.settle();
    SliceQueue got;
    EXPECT_EQ(relay->stream->read_into(got, blocks).bytes, text.size());
    EXPECT_EQ(got.take_slice().size(), text.size());
    EXPECT_TRUE(got.empty());
    EXPECT_EQ(relay->stream->read_into(got, blocks).status, Status::again);
    EXPECT_EQ(blocks.in_use(), 0U);
}

}  // namespace
}  // namespace homeport::net
