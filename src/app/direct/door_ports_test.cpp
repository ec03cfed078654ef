#include "app/direct/door_testing.hpp"
#include "app/direct/limits.hpp"
#include "net/pump_testing.hpp"

#include <gmock/gmock.h>

/// Which ports the door opens, and what it says of them.

namespace homeport::app {
namespace {

using ::testing::AllOf;
using testing::DoorTest;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::kTcpPort;
using testing::kTlsPort;
using ::testing::SizeIs;

using DoorPortsTest = DoorTest;

TEST_F(DoorPortsTest, HttpAndTlsCloseWhenNobodyNeedsThem) {
    open();
    door->set_services({to_target("http", ServiceKind::http), to_target("tls", ServiceKind::tls)});
    const Endpoint http = inside(0);
    const Endpoint tls = inside(1);
    serve(ServiceKind::tls);
    dial(http);
    EXPECT_EQ(dialled, nullptr);
    dial(tls);
    EXPECT_NE(dialled, nullptr);
    serve(ServiceKind::http);
    EXPECT_EQ(inside(), http);
    EXPECT_TRUE(proves(0));
}

TEST_F(DoorPortsTest, NeverMeansNoDoor) {
    open();
    config::Service never = to_target("never", ServiceKind::tcp);
    never.direct = Direct::never;
    door->set_services({never});
    EXPECT_THAT(door->openings(), IsEmpty());
}

// A started-anew agent finds the ports that the router leads to.
TEST_F(DoorPortsTest, TheSamePortsAtEveryStart) {
    open();
    serve(ServiceKind::tcp);
    const Opening first = door->openings().front();
    EXPECT_EQ(first.external, kTcpPort);
    EXPECT_GE(first.internal, kFirstInternalPort);
    EXPECT_EQ(first.check, ProbeCheck::proof);
    door.reset();
    open();
    serve(ServiceKind::tcp);
    EXPECT_EQ(door->openings().front(), first);
    // Unless somebody else has them.
    door.reset();
    const auto taken = listen(net::loopback(first.internal));
    open();
    serve(ServiceKind::tcp);
    EXPECT_EQ(door->openings().front().internal, first.internal + 1);
}

TEST_F(DoorPortsTest, WhereTheServiceItselfHasThePort) {
    open(false);
    config::Service tcp = to_target("tcp", ServiceKind::tcp);
    tcp.ports = PortRange{target->local().port, target->local().port};
    tcp.hosts = {*HostGlob::parse("*.example.net"), *HostGlob::parse("ssh.example.net")};
    door->set_services({tcp});
    const Opening expected{
        "tcp", target->local().port, target->local().port, ProbeCheck::open, "ssh.example.net", ""};
    EXPECT_EQ(door->openings().front(), expected);
    // While it is away the port stays free: it could not start again otherwise.
    const Endpoint port = target->local();
    target.reset();
    door->set_services({tcp});
    EXPECT_EQ(door->openings().front(), expected);
    EXPECT_NE(listen(port), nullptr);
}

TEST_F(DoorPortsTest, FtpHasItsOwnPorts) {
    open();
    config::Service ftp;
    ftp.name = "ftp";
    ftp.kind = ServiceKind::ftp;
    ftp.direct = Direct::only;
    ftp.ports = PortRange{21, 21};
    ftp.target = {.host = "192.168.1.10", .ports = {2121, 2121}, .unix_path = {}};
    ftp.passive = PortRange{42000, 42001};
    ftp.hosts = {*HostGlob::parse("ftp.example.net")};
    door->set_services({ftp});
    const std::vector<Opening> expected{{"ftp", 21, 2121, ProbeCheck::ftp},
                                        {"ftp", 42000, 42000, ProbeCheck::proof},
                                        {"ftp", 42001, 42001, ProbeCheck::proof}};
    EXPECT_EQ(door->openings(), expected);
    dial(net::loopback(42000));
    EXPECT_EQ(dialled, nullptr);
}

/// Ports that cannot be opened.
struct ClosedNetwork final : net::testing::NoNetwork {
    Result<std::unique_ptr<net::Listener>> listen(const net::SocketAddress& address,
                                                  const net::ListenOptions&,
                                                  net::AcceptHandler) override {
        asked.push_back(std::get<Endpoint>(address).port);
        return fail(code, "no");
    }
    Errc code = Errc::denied;
    std::vector<std::uint16_t> asked;
};

struct ClosedDoorTest : ::testing::Test {
    std::string fault(ServiceKind kind, bool translated, std::uint16_t tls_port = kTlsPort) {
        Door::Options options;
        options.address = *IpAddress::parse("192.0.2.1");
        options.translated = translated;
        options.tls_port = tls_port;
        Door door({loop, network, entropy, log, pool}, options);
        door.set_services({testing::service("s", kind, 1)});
        EXPECT_THAT(door.openings(), SizeIs(1));
        return door.openings().front().fault;
    }

    net::testing::FakeLoop loop;
    ClosedNetwork network;
    net::KernelEntropy entropy;
    NullLog log;
    ChunkPool pool;
};

TEST_F(ClosedDoorTest, SaysWhatToDo) {
    EXPECT_THAT(fault(ServiceKind::http, false),
                AllOf(HasSubstr("port 80"), HasSubstr("CAP_NET_BIND_SERVICE")));
    EXPECT_THAT(fault(ServiceKind::tls, true, 0),
                AllOf(HasSubstr("the relay has no port for tls services"), HasSubstr("[front]")));
    network.code = Errc::invalid;
    EXPECT_EQ(fault(ServiceKind::tcp, true), "port 2222 cannot be opened: no");
}

TEST_F(ClosedDoorTest, TriesSomePortsOnly) {
    network.code = Errc::exists;
    EXPECT_THAT(fault(ServiceKind::tcp, true), HasSubstr("no port of this machine is free"));
    EXPECT_THAT(network.asked, SizeIs(kInternalPortTries));
    for (const std::uint16_t port : network.asked) EXPECT_GE(port, kFirstInternalPort);
    network.asked.clear();
    EXPECT_THAT(fault(ServiceKind::tcp, false), IsEmpty());
    EXPECT_THAT(network.asked, ElementsAre(kTcpPort));
}

}  // namespace
}  // namespace homeport::app
