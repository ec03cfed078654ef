#include "net/linux/os_error.hpp"

#include <cerrno>
#include <system_error>

namespace homeport::net {

std::string os_error_text(int number) {
    return std::system_category().message(number);
}

Errc os_error_code(int number) {
    switch (number) {
    case ECONNREFUSED:
    case ENOENT:  // no such Unix socket: nobody listens there
    case EAGAIN:  // a Unix socket whose backlog is full
        return Errc::refused;
    case ENETUNREACH:
    case EHOSTUNREACH:
    case ENETDOWN:
    case EHOSTDOWN:
    case EADDRNOTAVAIL:
    case EAFNOSUPPORT:
        return Errc::unreachable;
    case ETIMEDOUT:
        return Errc::timed_out;
    case EACCES:
    case EPERM:
        return Errc::denied;
    case EMFILE:
    case ENFILE:
    case ENOBUFS:
    case ENOMEM:
        return Errc::limit;
    case ECONNRESET:
        return Errc::reset;
    case EADDRINUSE:
        return Errc::exists;
    default:
        return Errc::io;
    }
}

}  // namespace homeport::net
