#include "net/linux/interfaces.hpp"

#include "net/linux/fd.hpp"
#include "net/linux/interfaces_dump.hpp"
#include "net/linux/limits.hpp"
#include "net/linux/os_error.hpp"

#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <sys/socket.h>
#include <cerrno>
#include <cstdint>
#include <initializer_list>
#include <vector>

namespace homeport::net {
namespace {

std::unexpected<Error> kernel_failure(int error) {
    return fail(Errc::io,
                "cannot ask the kernel for addresses and routes: " + os_error_text(error));
}

/// A conversation with the kernel. The parts of an answer are made while they are fetched.
class Asker {
public:
    Asker() : fd_(::socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE)) {}

    /// Asks for everything of one kind and reads the answer into `dump`. True: nothing changed
    /// meanwhile.
    Result<bool> ask(std::uint16_t type, InterfaceDump& dump);

private:
    Result<> send(std::uint16_t type);
    Result<Bytes> receive();

    Fd fd_;
    std::uint32_t sequence_ = 0;
    std::vector<std::byte> room_ = std::vector<std::byte>(kDumpPartBytes);
};

Result<> Asker::send(std::uint16_t type) {
    struct {
        nlmsghdr head;
        rtgenmsg body;
    } question{};
    question.head.nlmsg_len = NLMSG_LENGTH(sizeof question.body);
    question.head.nlmsg_type = type;
    question.head.nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
    question.head.nlmsg_seq = ++sequence_;
    question.body.rtgen_family = AF_UNSPEC;
    sockaddr_nl kernel{};
    kernel.nl_family = AF_NETLINK;
    const auto sent = ::sendto(fd_.get(), &question, question.head.nlmsg_len, MSG_DONTWAIT,
                               reinterpret_cast<const sockaddr*>(&kernel), sizeof kernel);
    if (sent < 0) return kernel_failure(errno);
    return {};
}

/// Empty: from somebody else than the kernel.
Result<Bytes> Asker::receive() {
    sockaddr_nl from{};
    socklen_t size = sizeof from;
    const auto count = ::recvfrom(fd_.get(), room_.data(), room_.size(), MSG_DONTWAIT | MSG_TRUNC,
                                  reinterpret_cast<sockaddr*>(&from), &size);
    if (count < 0) return kernel_failure(errno);
    if (static_cast<std::size_t>(count) > room_.size())
        return fail(Errc::protocol, "the kernel's answer does not fit");
    return Bytes(room_).first(from.nl_pid == 0 ? static_cast<std::size_t>(count) : 0);
}

Result<bool> Asker::ask(std::uint16_t type, InterfaceDump& dump) {
    if (auto sent = send(type); !sent) return std::unexpected(sent.error());
    bool consistent = true;
    for (std::size_t bytes = 0; bytes <= kMaxDumpBytes;) {
        const auto part = receive();
        if (!part) return std::unexpected(part.error());
        const auto progress = dump.read(*part, sequence_);
        if (!progress) return std::unexpected(progress.error());
        if (progress->inconsistent) consistent = false;
        if (progress->done) return consistent;
        bytes += part->size() + 1;  // so that an empty one counts
    }
    return fail(Errc::limit, "this host has too many routes to look at");
}

Result<InterfaceDump> read_all(std::initializer_list<std::uint16_t> types) {
    InterfaceDump dump;
    for (int tries = 0; tries < kDumpTries; ++tries) {
        Asker asker;
        dump = {};
        bool consistent = true;
        for (const std::uint16_t type : types) {
            const auto asked = asker.ask(type, dump);
            if (!asked) return std::unexpected(asked.error());
            consistent = consistent && *asked;
        }
        if (consistent) break;
    }
    return dump;
}

}  // namespace

Result<std::vector<InterfaceAddress>> read_addresses() {
    const auto dump = read_all({RTM_GETLINK, RTM_GETADDR});
    if (!dump) return std::unexpected(dump.error());
    return dump->addresses();
}

Result<std::vector<Gateway>> read_gateways() {
    const auto dump = read_all({RTM_GETLINK, RTM_GETROUTE});
    if (!dump) return std::unexpected(dump.error());
    return dump->gateways();
}

}  // namespace homeport::net
