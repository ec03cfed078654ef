#pragma once
/// Who is behind a reverse proxy: X-Forwarded-For and X-Forwarded-Proto, believed only from those
/// who are trusted. Pure.

#include "core/ip.hpp"
#include "http/head.hpp"

#include <span>

namespace homeport::http {

struct Origin {
    Endpoint source;      ///< port 0 when the proxy told none
    bool secure = false;  ///< the client's own connection is encrypted
};

bool is_trusted(std::span<const Cidr> trusted, const IpAddress& address);

/// A `peer` that is not trusted is the source himself, whatever the fields say. Else the list of
/// X-Forwarded-For, several fields joined, is walked from its end to the first address that is not
/// trusted; at something unreadable the walk stops at the one before. The last word of
/// X-Forwarded-Proto, if there is one, tells whether the client's connection was secure; else
/// `secure`, that of the peer's connection, counts.
Origin origin_of(const FieldBlock& fields, const Endpoint& peer, bool secure,
                 std::span<const Cidr> trusted);

}  // namespace homeport::http
