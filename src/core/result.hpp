#pragma once
/// Errors are values. `Errc` says what a caller can decide on; `what` is for a person and names the
/// thing that failed and, where there is one, the remedy.

#include <expected>
#include <string>
#include <string_view>
#include <utility>

namespace homeport {

enum class Errc : unsigned char {
    invalid,   ///< input breaks a rule of its format
    protocol,  ///< the peer broke the protocol
    denied,    ///< not allowed: no grant, wrong key, rule says no
    not_found,
    exists,       ///< taken by somebody else
    limit,        ///< a named limit is reached
    refused,      ///< connection refused by the host
    unreachable,  ///< no route, host or network down, name does not resolve
    timed_out,
    reset,   ///< connection cut before its end
    closed,  ///< used after its end
    io,      ///< the operating system or the disk said no
};

/// The word of the code in logs and JSON, for example "timed_out".
std::string_view to_string(Errc code);

struct Error {
    Errc code;
    std::string what;
};

template <class T = void>
using Result = std::expected<T, Error>;

inline std::unexpected<Error> fail(Errc code, std::string what) {
    return std::unexpected<Error>(Error{code, std::move(what)});
}

}  // namespace homeport
