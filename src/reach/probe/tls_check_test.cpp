#include "reach/probe/tls_check.hpp"

#include "reach/probe/check_testing.hpp"

#include <gtest/gtest.h>

namespace homeport::reach {
namespace {

using testing::order;
using testing::outcome_of;
using testing::Talk;
using testing::Then;

const ProbeOrder kOrder = order(ProbeCheck::tls);

std::string bytes(std::initializer_list<int> values) {
    std::string text;
    for (const int value : values) text += static_cast<char>(value);
    return text;
}

/// The next length is that of all that follows.
void expect_rest(Reader& reader) {
    const std::size_t length = reader.u16();
    EXPECT_EQ(length, reader.remaining());
}

/// Reads the hello strictly: every length must fit. Returns the types of its extensions.
std::vector<unsigned> read_hello(std::string_view hello, std::string& name) {
    Reader record(as_bytes(hello));
    EXPECT_EQ(record.u8(), 0x16);
    EXPECT_EQ(record.u16(), 0x0301);
    expect_rest(record);
    EXPECT_EQ(record.u8(), 1);
    EXPECT_EQ(record.u8(), 0);
    expect_rest(record);
    EXPECT_EQ(record.u16(), 0x0303);
    record.take(32);
    EXPECT_EQ(record.u8(), 32);
    record.take(32);
    EXPECT_EQ(record.take(record.u16()).size() % 2, 0u);
    EXPECT_EQ(as_text(record.take(record.u8())), std::string_view("\0", 1));
    expect_rest(record);
    std::vector<unsigned> types;
    while (record.ok() && record.remaining() > 0) {
        types.push_back(record.u16());
        Reader body(record.take(record.u16()));
        if (types.back() != 0) continue;
        expect_rest(body);
        EXPECT_EQ(body.u8(), 0);
        expect_rest(body);
        name = as_text(body.rest());
    }
    EXPECT_TRUE(record.done());
    return types;
}

TEST(TlsCheck, TheHelloIsWellFormedAndNamesTheHost) {
    ProbeOrder asked = kOrder;
    asked.host = "www.example.org";
    std::string name;
    EXPECT_EQ(read_hello(Talk(asked).take(), name),
              (std::vector<unsigned>{0, 10, 11, 13, 43, 45, 51}));
    EXPECT_EQ(name, "www.example.org");
}

TEST(TlsCheck, AddressesAreNoNames) {
    for (const std::string_view host : {"", "203.0.113.5", "2001:db8::1"}) {
        ProbeOrder asked = kOrder;
        asked.host = host;
        std::string name;
        EXPECT_EQ(read_hello(Talk(asked).take(), name),
                  (std::vector<unsigned>{10, 11, 13, 43, 45, 51}));
    }
}

TEST(TlsCheck, AServerHelloArrives) {
    EXPECT_EQ(outcome_of(kOrder, bytes({22, 3, 3, 0, 90, 2})), "arrived: ServerHello");
    EXPECT_EQ(outcome_of(kOrder, bytes({22, 3, 1, 0, 90, 2, 0, 0, 86})), "arrived: ServerHello");
    EXPECT_EQ(outcome_of(kOrder, bytes({22, 3, 3, 0, 90})), "");
}

TEST(TlsCheck, AnAlertIsSomebodyElse) {
    EXPECT_EQ(outcome_of(kOrder, bytes({21, 3, 3, 0, 2, 2, 40})),
              "somebody else: answers with the TLS alert 40");
    // A warning that nothing follows: close_notify.
    EXPECT_EQ(outcome_of(kOrder, bytes({21, 3, 3, 0, 2, 1, 0})),
              "somebody else: answers with the TLS alert 0");
}

// A server of TLS 1.2 that does not know the name may say so and go on (RFC 6066 section 3).
TEST(TlsCheck, AWarningMayComeBefore) {
    const std::string warning = bytes({21, 3, 1, 0, 2, 1, 112});
    EXPECT_EQ(outcome_of(kOrder, warning), "");
    EXPECT_EQ(outcome_of(kOrder, warning + bytes({22, 3, 3, 0, 90, 2})), "arrived: ServerHello");
    EXPECT_EQ(outcome_of(kOrder, warning + "x"), "somebody else: answers, but not with TLS");
}

TEST(TlsCheck, OthersAreSomebodyElse) {
    for (const std::string& text :
         {std::string("HTTP/1.1 400"), bytes({22, 2, 0}), bytes({22, 3, 3, 0, 90, 1}),
          bytes({23, 3, 3}), bytes({21, 3, 3, 1, 2, 2}), bytes({0x80, 0x2e, 1})}) {
        EXPECT_EQ(outcome_of(kOrder, text), "somebody else: answers, but not with TLS");
    }
    EXPECT_EQ(outcome_of(kOrder, "", Then::silence), "nothing: connected, but no answer");
    EXPECT_EQ(outcome_of(kOrder, "", Then::end), "somebody else: closed without an answer");
}

}  // namespace
}  // namespace homeport::reach
