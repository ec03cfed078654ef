#include "reach/service/knock_stream.hpp"

#include "net/memory_world.hpp"
#include "reach/service/limits.hpp"
#include "reach/wire/knock.hpp"

#include <gmock/gmock.h>

namespace homeport::reach {
namespace {

constexpr std::uint16_t kPort = 443;
constexpr Duration kPatience = 500ms;

ProbeToken token() {
    ProbeToken token;
    token.fill(std::byte{7});
    return token;
}

std::string knock() {
    KnockNonce nonce;
    nonce.fill(std::byte{9});
    return knock_text(nonce);
}

/// All that can be read now; `end` tells whether it was the last.
std::string read_all(net::Stream& stream, bool* end = nullptr) {
    std::string all;
    std::array<std::byte, 16> room;
    while (true) {
        const auto result = stream.read(MutableBytes(room));
        if (end != nullptr) *end = result.status == net::IoResult::Status::eof;
        if (result.status != net::IoResult::Status::ok) return all;
        all += as_text(Bytes(room).first(result.bytes));
    }
}

/// As the owners of streams do: tries, and comes back at the edges.
struct Reader final : net::StreamHandler {
    void take(std::unique_ptr<net::Stream> taken) {
        stream = std::move(taken);
        stream->set_handler(this);
        on_readable();
    }
    void on_readable() override {
        bool now = false;
        text += read_all(*stream, &now);
        end = end || now;
    }
    void on_writable() override {}

    std::string text;
    bool end = false;
    std::unique_ptr<net::Stream> stream;
};

struct KnockStreamTest : ::testing::Test {
    std::unique_ptr<net::memory::MemoryStream> connect(std::size_t capacity = 64 * 1024) {
        auto [near, far] = net::memory::make_pair(loop, capacity);
        knockers->look(std::move(near), kPort, kPatience, [this](std::unique_ptr<net::Stream> s) {
            ++visitors;
            reader.take(std::move(s));
        });
        return std::move(far);
    }
    bool proven(net::Stream& far, std::uint16_t port = kPort) {
        const std::string answer = read_all(far);
        return is_proof(as_bytes(answer), token(), as_bytes(knock()), false, port);
    }

    net::memory::ManualLoop loop;
    Reader reader;
    int visitors = 0;
    std::unique_ptr<Knockers> knockers = std::make_unique<Knockers>(loop, token());
};

TEST_F(KnockStreamTest, AKnockIsAnswered) {
    const auto far = connect();
    far->write(as_bytes(knock()));
    loop.settle();
    EXPECT_EQ(knockers->answered(), 1u);
    bool end = false;
    const std::string answer = read_all(*far, &end);
    EXPECT_EQ(answer.size(), kProofBytes);
    EXPECT_TRUE(end);
    EXPECT_TRUE(is_proof(as_bytes(answer), token(), as_bytes(knock()), false, kPort));
    EXPECT_FALSE(is_proof(as_bytes(answer), token(), as_bytes(knock()), false, kPort + 1));
    loop.advance(10s);
    EXPECT_EQ(visitors, 0);
}

TEST_F(KnockStreamTest, ByteByByte) {
    const auto far = connect();
    for (const char c : knock()) {
        EXPECT_EQ(knockers->answered(), 0u);
        far->write(as_bytes(std::string_view(&c, 1)));
        loop.settle();
    }
    EXPECT_TRUE(proven(*far));
    EXPECT_EQ(visitors, 0);
}

// The proof goes out in pieces where the line takes no more at once.
TEST_F(KnockStreamTest, ThroughANarrowLine) {
    const auto far = connect(10);
    std::string left = knock();
    std::string answer;
    bool end = false;
    for (int i = 0; i < 100 && !end; ++i) {
        if (!left.empty()) left.erase(0, far->write(as_bytes(left)).bytes);
        loop.settle();
        answer += read_all(*far, &end);
        loop.settle();
    }
    EXPECT_TRUE(is_proof(as_bytes(answer), token(), as_bytes(knock()), false, kPort));
    EXPECT_TRUE(end);
}

TEST_F(KnockStreamTest, AVisitorIsHandedOnAtOnce) {
    const auto far = connect();
    far->write(as_bytes("GET / HTTP/1.1\r\n"));
    loop.settle();
    EXPECT_EQ(reader.text, "GET / HTTP/1.1\r\n");
    far->write(as_bytes("more"));
    far->shutdown_write();
    loop.settle();
    EXPECT_EQ(reader.text, "GET / HTTP/1.1\r\nmore");
    EXPECT_TRUE(reader.end);
    EXPECT_EQ(knockers->answered(), 0u);
}

// Also when the first bytes are there before anybody looks, and differ late.
TEST_F(KnockStreamTest, AlmostAKnock) {
    auto [near, far] = net::memory::make_pair(loop);
    std::string text = knock();
    text[kKnockBytes - 1] = 'x';
    text += "and so on";
    far->write(as_bytes(text));
    knockers->look(std::move(near), kPort, kPatience,
                   [this](std::unique_ptr<net::Stream> s) { reader.take(std::move(s)); });
    EXPECT_EQ(reader.text, text);
}

// Servers that speak first: their visitors wait for them.
TEST_F(KnockStreamTest, ASilentVisitorIsHandedOnAfterPatience) {
    const auto far = connect();
    loop.advance(kPatience - 1ms);
    EXPECT_EQ(visitors, 0);
    loop.advance(1ms);
    ASSERT_EQ(visitors, 1);
    reader.stream->write(as_bytes("220 ready\r\n"));
    EXPECT_EQ(read_all(*far), "220 ready\r\n");
    far->write(as_bytes(knock()));
    loop.settle();
    EXPECT_EQ(reader.text, knock());
}

TEST_F(KnockStreamTest, HalfAKnockIsHandedOn) {
    const auto late = connect();
    late->write(as_bytes("homeport-kn"));
    loop.advance(kPatience);
    EXPECT_EQ(reader.text, "homeport-kn");
    late->write(as_bytes("ock"));
    loop.settle();
    EXPECT_EQ(reader.text, "homeport-knock");

    reader.text.clear();
    const auto ended = connect();
    ended->write(as_bytes("homeport-knock/1"));
    ended->shutdown_write();
    loop.settle();
    EXPECT_EQ(visitors, 2);
    EXPECT_EQ(reader.text, "homeport-knock/1");
    EXPECT_TRUE(reader.end);
}

TEST_F(KnockStreamTest, ACutConnectionIsForgotten) {
    const auto far = connect();
    far->write(as_bytes("home"));
    far->reset();
    loop.settle();
    loop.advance(10s);
    EXPECT_EQ(visitors, 0);
}

TEST_F(KnockStreamTest, WithoutVisitorsTheRestIsClosed) {
    auto [near, far] = net::memory::make_pair(loop);
    knockers->look(std::move(near), kPort, kPatience, {});
    bool end = false;
    far->write(as_bytes("x"));
    loop.settle();
    read_all(*far, &end);
    EXPECT_TRUE(end);
}

TEST_F(KnockStreamTest, TheOldestMakesRoom) {
    std::vector<std::unique_ptr<net::Stream>> fars;
    for (std::size_t i = 0; i < kMaxKnockers; ++i) fars.push_back(connect());
    loop.settle();
    EXPECT_EQ(visitors, 0);
    fars.push_back(connect());
    EXPECT_EQ(visitors, 1);
    fars.erase(fars.begin());  // that was the one
    for (const auto& far : fars) far->write(as_bytes(knock()));
    loop.settle();
    EXPECT_EQ(knockers->answered(), kMaxKnockers);
    for (const auto& far : fars) EXPECT_TRUE(proven(*far));
    // Those who were answered and do not leave make room, too.
    const auto next = connect();
    EXPECT_EQ(visitors, 1);
}

// Whoever goes on sending is cut long before the farewell is over.
TEST_F(KnockStreamTest, AKnockerWhoTalksOn) {
    const auto far = connect();
    far->write(as_bytes(knock() + std::string(2 * kMaxKnockFarewellBytes, 'x')));
    loop.settle();
    EXPECT_EQ(far->write(as_bytes("x")).status, net::IoResult::Status::error);
}

TEST_F(KnockStreamTest, DestructionCloses) {
    const auto far = connect();
    loop.settle();
    knockers.reset();
    bool end = false;
    read_all(*far, &end);
    EXPECT_TRUE(end);
    loop.advance(10s);
    EXPECT_EQ(visitors, 0);
}

TEST_F(KnockStreamTest, AVisitorMayEndIt) {
    auto [near, far] = net::memory::make_pair(loop);
    const auto other = connect();
    knockers->look(std::move(near), kPort, kPatience,
                   [this](std::unique_ptr<net::Stream>) { knockers.reset(); });
    far->write(as_bytes("x"));
    loop.settle();
    EXPECT_EQ(knockers, nullptr);
    bool end = false;
    read_all(*other, &end);
    EXPECT_TRUE(end);
}

}  // namespace
}  // namespace homeport::reach
