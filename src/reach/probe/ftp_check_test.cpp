#include "reach/probe/ftp_check.hpp"

#include "reach/probe/check_testing.hpp"
#include "reach/probe/limits.hpp"

#include <gmock/gmock.h>

namespace homeport::reach {
namespace {

using ::testing::HasSubstr;
using testing::order;
using testing::outcome_of;
using testing::Talk;
using testing::Then;

const ProbeOrder kOrder = order(ProbeCheck::ftp);

/// Hears `text` and expects to say `answer`.
void turn(Talk& talk, std::string_view text, std::string_view answer, std::size_t piece) {
    talk.hear(text, piece);
    EXPECT_EQ(talk.take(), answer);
}

/// A talk up to its data connection, which stands.
Talk listing(std::size_t piece = std::string_view::npos) {
    Talk talk(kOrder);
    turn(talk, "220 (vsFTPd 3.0.3)\r\n", "USER anonymous\r\n", piece);
    turn(talk, "331 please\r\n", "PASS homeport@\r\n", piece);
    turn(talk, "230 welcome\r\n", "EPSV\r\n", piece);
    turn(talk, "229 here (|||50001|)\r\n", "", piece);
    EXPECT_EQ(talk.check->take_data_port(), 50001);
    EXPECT_EQ(talk.check->take_data_port(), std::nullopt);
    talk.check->on_data_connected();
    EXPECT_EQ(talk.take(), "LIST\r\n");
    return talk;
}

TEST(FtpCheck, AListArrivesInPiecesOfAnySize) {
    for (std::size_t piece = 1; piece < 30; ++piece) {
        Talk talk = listing(piece);
        turn(talk, "150 it comes\r\n", "", piece);
        talk.check->on_data_bytes(as_bytes("drwxr-xr-x 2 ftp ftp 4096 pub\r\n"));
        talk.check->on_data_end(false);
        EXPECT_EQ(talk.outcome(), "");
        turn(talk, "226 done\r\n", "QUIT\r\n", piece);
        EXPECT_EQ(talk.outcome(), "arrived: 220 (vsFTPd 3.0.3)");
    }
}

TEST(FtpCheck, TheEndOfTheListMayComeLast) {
    Talk talk = listing();
    talk.hear("125 it comes\r\n250 done\r\n");
    EXPECT_EQ(talk.outcome(), "");
    talk.check->on_data_end(false);
    EXPECT_EQ(talk.outcome(), "arrived: 220 (vsFTPd 3.0.3)");
}

TEST(FtpCheck, ALoginIsUsedAsItIs) {
    ProbeOrder asked = kOrder;
    asked.login = "anna:a:b c";
    Talk talk(asked);
    turn(talk, "120 soon\r\n220-first\r\nnext\r\n220 last\r\n", "USER anna\r\n", 1);
    turn(talk, "331 x\r\n", "PASS a:b c\r\n", 1);
    asked.login = "anna";
    Talk open(asked);
    turn(open, "220 x\r\n", "USER anna\r\n", 1);
    turn(open, "230 come in\r\n", "EPSV\r\n", 1);
}

TEST(FtpCheck, ARefusedLoginIsTold) {
    Talk talk(kOrder);
    talk.hear("220 x\r\n331 x\r\n");
    talk.take();
    turn(talk, "530 Login incorrect.\r\n", "QUIT\r\n", 1);
    EXPECT_EQ(talk.outcome(), "somebody else: login refused: 530 Login incorrect.");
    EXPECT_EQ(outcome_of(kOrder, "220 x\r\n530 no anonymous\r\n"),
              "somebody else: login refused: 530 no anonymous");
    EXPECT_EQ(outcome_of(kOrder, "220 x\r\n332 account\r\n"),
              "somebody else: login refused: 332 account");
}

TEST(FtpCheck, PasvIsForServersWithoutEpsv) {
    Talk talk(kOrder);
    talk.hear("220 x\r\n230 x\r\n");
    talk.take();
    turn(talk, "500 what?\r\n", "PASV\r\n", 1);
    turn(talk, "227 Entering Passive Mode (203,0,113,5,195,81)\r\n", "", 1);
    EXPECT_EQ(talk.check->take_data_port(), 50001);
}

TEST(FtpCheck, PasvMustNameTheAddressOfVisitors) {
    Talk talk(kOrder);
    talk.hear("220 x\r\n230 x\r\n500 what?\r\n227 ok (192,168,1,10,195,81)\r\n");
    EXPECT_EQ(talk.outcome(), "somebody else: PASV names 192.168.1.10, visitors need 203.0.113.5");
    EXPECT_EQ(talk.check->take_data_port(), std::nullopt);
}

TEST(FtpCheck, Ipv6HasNoPasv) {
    const ProbeOrder six = order(ProbeCheck::ftp, "[2001:db8::5]:21");
    EXPECT_EQ(outcome_of(six, "220 x\r\n230 x\r\n502 no\r\n"),
              "somebody else: EPSV refused: 502 no");
}

TEST(FtpCheck, LowPortsAreNotDialled) {
    Talk talk(kOrder);
    talk.hear("220 x\r\n230 x\r\n229 (|||1023|)\r\n");
    EXPECT_EQ(talk.outcome(), "somebody else: passive port 1023 is below 1024");
    EXPECT_EQ(talk.check->take_data_port(), std::nullopt);
    Talk by_pasv(kOrder);
    by_pasv.hear("220 x\r\n230 x\r\n500 x\r\n227 (203,0,113,5,0,25)\r\n");
    EXPECT_EQ(by_pasv.outcome(), "somebody else: passive port 25 is below 1024");
    EXPECT_EQ(by_pasv.check->take_data_port(), std::nullopt);
}

TEST(FtpCheck, NobodyIsDialledWhenItIsOver) {
    Talk talk(kOrder);
    talk.hear("220 x\r\n230 x\r\n229 (|||50001|)\r\n421 bye\r\n");
    EXPECT_NE(talk.outcome(), "");
    EXPECT_EQ(talk.check->take_data_port(), std::nullopt);
}

TEST(FtpCheck, PassivePortsThatLeadNowhere) {
    Talk talk(kOrder);
    talk.hear("220 x\r\n230 x\r\n229 (|||50001|)\r\n");
    talk.check->on_data_failed({ProbeResult::refused, "Connection refused"});
    EXPECT_EQ(talk.outcome(), "refused: passive port 50001: Connection refused");

    Talk slow(kOrder);
    slow.hear("220 x\r\n230 x\r\n229 (|||50001|)\r\n");
    slow.check->on_silence();
    EXPECT_EQ(slow.outcome(), "nothing: passive port 50001: no answer");

    Talk silent = listing();
    silent.check->on_silence();
    EXPECT_EQ(silent.outcome(), "nothing: passive port 50001: connected, but no list");

    Talk cut = listing();
    cut.check->on_data_end(true);
    EXPECT_EQ(cut.outcome(), "somebody else: passive port 50001: cut");

    Talk refused = listing();
    refused.hear("550 no rights\r\n");
    EXPECT_EQ(refused.outcome(), "somebody else: LIST refused: 550 no rights");
}

TEST(FtpCheck, OtherAnswersEndIt) {
    EXPECT_EQ(outcome_of(kOrder, "SSH-2.0-x\r\n"),
              "somebody else: answers, but not with FTP: SSH-2.0-x");
    EXPECT_EQ(outcome_of(kOrder, "421 too many\r\n"), "somebody else: no welcome: 421 too many");
    EXPECT_EQ(outcome_of(kOrder, "220 x\r\n230 x\r\n425 no\r\n"),
              "somebody else: EPSV refused: 425 no");
    EXPECT_EQ(outcome_of(kOrder, "220 x\r\n230 x\r\n229 nowhere\r\n"),
              "somebody else: no port in the answer to EPSV: 229 nowhere");
    EXPECT_EQ(outcome_of(kOrder, "220 x\r\n230 x\r\n229 (|||50001|)\r\n421 bye\r\n"),
              "somebody else: not ready for the list: 421 bye");
}

TEST(FtpCheck, SilenceAndEnds) {
    EXPECT_EQ(outcome_of(kOrder, "", Then::silence), "nothing: connected, but no banner");
    EXPECT_EQ(outcome_of(kOrder, "RFB 003", Then::silence),
              "somebody else: answers, but not with FTP: RFB 003");
    EXPECT_EQ(outcome_of(kOrder, "220 x\r\n", Then::silence),
              "nothing: stopped answering before the list came: 220 x");
    EXPECT_EQ(outcome_of(kOrder, "", Then::end), "somebody else: closed without an answer");
    EXPECT_EQ(outcome_of(kOrder, "220 x\r\n", Then::end),
              "somebody else: closed before the list came: 220 x");
}

TEST(FtpCheck, AListThatDoesNotEndIsOne) {
    Talk talk = listing();
    talk.check->on_data_bytes(as_bytes("x"));
    talk.check->on_too_much();
    EXPECT_EQ(talk.outcome(), "arrived: 220 (vsFTPd 3.0.3)");
}

// The far end cannot turn its own words into commands or into a line that we say.
TEST(FtpCheck, NoWordOfTheServerIsRepeated) {
    Talk talk(kOrder);
    talk.hear("220 x\r\n331 x\r\n230 QUIT\r\nUSER y\r\n");
    EXPECT_EQ(talk.said, "USER anonymous\r\nPASS homeport@\r\nEPSV\r\n");
    EXPECT_THAT(talk.outcome(), HasSubstr("not with FTP: USER y"));
}

}  // namespace
}  // namespace homeport::reach
