#pragma once
/// The bytes of one HTTP call: its request, and its reply as it arrives. Free of sockets.

#include "core/bytes.hpp"
#include "core/result.hpp"
#include "http/body.hpp"
#include "http/head.hpp"
#include "reach/portmap/machine.hpp"

#include <cstddef>
#include <string>
#include <string_view>

namespace homeport::reach {

/// The whole request in HTTP/1.1; the connection is to be closed behind it. Error: invalid (a
/// method, path or field that would break the message: they may come from a router's description).
Result<std::string> write_http_request(const HttpCall& call);

/// Collects a reply. What comes in front of it with a status of 1xx is passed over.
class HttpReplyReader {
public:
    /// Takes what has arrived next. True: the reply is whole. Error: protocol.
    Result<bool> take(Bytes bytes);
    /// The reply, at the end of the stream or when it is whole. Error: reset (some of it is
    /// missing).
    Result<HttpReply> finish();

private:
    Result<bool> scan_head();
    Result<bool> scan_body();
    Result<bool> begin(std::size_t head_bytes);

    std::string held_;  ///< the head until it is whole, then the body as it came
    http::HeadScanner scanner_;
    http::BodyScanner body_;
    std::size_t scanned_ = 0;  ///< of the body
    std::size_t interim_ = 0;  ///< bytes of heads that were passed over
    bool in_body_ = false;
    bool chunked_ = false;
    HttpReply reply_;
};

}  // namespace homeport::reach
