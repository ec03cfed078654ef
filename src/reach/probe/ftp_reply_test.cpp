#include "reach/probe/ftp_reply.hpp"

#include "reach/probe/limits.hpp"

#include <gmock/gmock.h>

#include <vector>

namespace homeport::reach {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using Next = FtpReplyReader::Next;

/// The first lines of the replies, the same in pieces of every size; "bad" at the end if it is.
std::vector<std::string> read(std::string_view text) {
    std::vector<std::string> first;
    for (std::size_t piece = 1; piece <= text.size(); ++piece) {
        FtpReplyReader reader;
        std::vector<std::string> replies;
        FtpReply reply;
        Next next = Next::none;
        for (std::size_t i = 0; i < text.size() && next != Next::bad; i += piece) {
            reader.add(as_bytes(text.substr(i, piece)));
            while ((next = reader.next(reply)) == Next::reply) {
                EXPECT_EQ(std::to_string(reply.code), reply.text.substr(0, 3));
                replies.push_back(reply.text);
            }
        }
        if (next == Next::bad) replies.emplace_back("bad");
        if (piece == 1) first = replies;
        EXPECT_EQ(replies, first) << "in pieces of " << piece;
    }
    return first;
}

TEST(FtpReply, OneAfterTheOther) {
    EXPECT_THAT(read("220 hello\r\n331 password\r\n230\r\n"),
                ElementsAre("220 hello", "331 password", "230"));
    EXPECT_THAT(read("220 hel"), IsEmpty());
}

// RFC 959 section 4.2: between the first line and the last anything may stand.
TEST(FtpReply, OfSeveralLines) {
    EXPECT_THAT(read("220-First line\r\nSecond\r\n 220 blank before\r\n331 another code\r\n"
                     "220-like the first\r\n\r\n220 The last\r\n230 next\r\n"),
                ElementsAre("220-First line", "230 next"));
    EXPECT_THAT(read("220-a\r\n220\r\n"), ElementsAre("220-a"));
}

TEST(FtpReply, WhatIsNone) {
    for (const std::string_view text :
         {"hello\r\n", "22 x\r\n", "220x\r\n", "099 x\r\n", "600 x\r\n", "\r\n", "SSH-2.0-x\r\n"}) {
        EXPECT_THAT(read(text), ElementsAre("bad")) << text;
    }
}

TEST(FtpReply, EndlessOnesAreGivenUp) {
    std::string lines = "220-\r\n";
    for (std::size_t i = 2; i < kMaxFtpReplyLines; ++i) lines += "x\r\n";
    FtpReplyReader fits;
    fits.add(as_bytes(lines + "220 end\r\n"));
    FtpReply reply;
    EXPECT_EQ(fits.next(reply), Next::reply);

    FtpReplyReader reader;
    reader.add(as_bytes(lines + "x\r\nx\r\n220 end\r\n"));
    EXPECT_EQ(reader.next(reply), Next::bad);

    FtpReplyReader wide;
    wide.add(as_bytes("220 " + std::string(kMaxProbeLineBytes, 'x')));
    EXPECT_EQ(wide.next(reply), Next::bad);
    EXPECT_TRUE(wide.odd().starts_with("220 xxx"));
}

TEST(FtpReply, ThePortOfEpsv) {
    EXPECT_EQ(parse_epsv("229 Entering Extended Passive Mode (|||6446|)"), 6446);
    EXPECT_EQ(parse_epsv("229 ok (!!!65535!) more"), 65535);
    for (const std::string_view bad :
         {"229 no brackets", "229 (|||6446", "229 (|||6446)", "229 (||6446|)", "229 (|||65536|)",
          "229 (|||0|)", "229 (||||)", "229 (|||-1|)", "229 (|", "229 (", "229 (1111234561)",
          "229 (|1|203.0.113.9|6446|)"}) {
        EXPECT_EQ(parse_epsv(bad), std::nullopt) << bad;
    }
}

TEST(FtpReply, TheAddressOfPasv) {
    const Endpoint there = Endpoint::parse("203.0.113.5:50001").value();
    EXPECT_EQ(parse_pasv("227 Entering Passive Mode (203,0,113,5,195,81)."), there);
    EXPECT_EQ(parse_pasv("227 Entering Passive Mode. 203,0,113,5,195,81"), there);
    EXPECT_EQ(parse_pasv("227 =203,0,113,5,195,81"), there);
    for (const std::string_view bad :
         {"227 no numbers", "227 (1,2,3,4,5)", "227 (256,2,3,4,5,6)", "227 (1,2,3,4,5,)",
          "227 (1, 2,3,4,5,6)", "227 (1111,2,3,4,5,6)", "227 (1.2.3.4,5,6)", "227", "22", "",
          "227 99999999999999999999999999,1,1,1,1,1"}) {
        EXPECT_EQ(parse_pasv(bad), std::nullopt) << bad;
    }
}

}  // namespace
}  // namespace homeport::reach
