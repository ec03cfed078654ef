#pragma once
/// SOAP as UPnP routers speak it (UPnP Device Architecture 2.0, section 3): a call is the body of a
/// POST, an answer brings values or an error code. Pure.

#include "core/result.hpp"
#include "reach/wire/upnp_limits.hpp"

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace homeport::reach {

struct SoapCall {
    std::string service;  ///< its type: "urn:schemas-upnp-org:service:WANIPConnection:1"
    std::string action;   ///< "AddPortMapping"
    std::vector<std::pair<std::string, std::string>> arguments;  ///< in the order of the standard
};
std::string soap_body(const SoapCall& call);
/// The value of the SOAPACTION field, with its quotes.
std::string soap_action(const SoapCall& call);

struct SoapAnswer {
    int code = 0;       ///< 0: done; else the errorCode of UPnP
    std::string words;  ///< errorDescription as the router wrote it, printable
    std::vector<std::pair<std::string, std::string>> values;

    bool done() const { return code == 0; }
    /// Empty: there is none.
    std::string_view value(std::string_view name) const;
};
/// The reply to `action` with HTTP `status`. Errors: protocol (neither an answer nor a UPnP error).
Result<SoapAnswer> read_soap(int status, std::string_view body, std::string_view action);

/// "718 ConflictInMappingEntry"; a code that no standard knows stands with the router's words.
std::string upnp_error_text(int code, std::string_view words);

}  // namespace homeport::reach
