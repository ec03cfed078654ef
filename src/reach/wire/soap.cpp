#include "reach/wire/soap.hpp"

#include "core/text.hpp"
#include "reach/wire/ssdp.hpp"
#include "reach/wire/xml.hpp"

#include <algorithm>
#include <array>

namespace homeport::reach {
namespace {

constexpr std::string_view kHead =
    "<?xml version=\"1.0\"?>\r\n"
    "<s:Envelope xmlns:s=\"http://schemas.xmlsoap.org/soap/envelope/\" "
    "s:encodingStyle=\"http://schemas.xmlsoap.org/soap/encoding/\"><s:Body>";
constexpr std::string_view kTail = "</s:Body></s:Envelope>\r\n";
constexpr int kMaxErrorCode = 9999;
/// What an error without a readable code counts as.
constexpr int kActionFailed = 501;

struct Named {
    int code;
    std::string_view name;
};
/// Device Architecture section 3.2.2, WANIPConnection:2 and WANIPv6FirewallControl:1.
constexpr std::array<Named, 33> kNames{{{401, "Invalid Action"},
                                        {402, "Invalid Args"},
                                        {404, "Invalid Var"},
                                        {501, "Action Failed"},
                                        {600, "Argument Value Invalid"},
                                        {601, "Argument Value Out of Range"},
                                        {602, "Optional Action Not Implemented"},
                                        {603, "Out of Memory"},
                                        {604, "Human Intervention Required"},
                                        {605, "String Argument Too Long"},
                                        {606, "Action not authorized"},
                                        {701, "PinholeSpaceExhausted"},
                                        {702, "FirewallDisabled"},
                                        {703, "InboundPinholeNotAllowed"},
                                        {704, "NoSuchEntry"},
                                        {705, "ProtocolNotSupported"},
                                        {706, "InternalPortWildcardingNotAllowed"},
                                        {707, "ProtocolWildcardingNotAllowed"},
                                        {708, "InvalidLayer2Address"},
                                        {709, "NoTrafficReceived"},
                                        {713, "SpecifiedArrayIndexInvalid"},
                                        {714, "NoSuchEntryInArray"},
                                        {715, "WildCardNotPermittedInSrcIP"},
                                        {716, "WildCardNotPermittedInExtPort"},
                                        {718, "ConflictInMappingEntry"},
                                        {724, "SamePortValuesRequired"},
                                        {725, "OnlyPermanentLeasesSupported"},
                                        {726, "RemoteHostOnlySupportsWildcard"},
                                        {727, "ExternalPortOnlySupportsWildcard"},
                                        {728, "NoPortMapsAvailable"},
                                        {729, "ConflictWithOtherMechanisms"},
                                        {732, "WildCardNotPermittedInIntPort"},
                                        {733, "InconsistentParameters"}}};

void append_element(std::string& out, std::string_view name, std::string_view text) {
    out.append("<").append(name).append(">").append(xml_escape(text));
    out.append("</").append(name).append(">");
}

int read_code(std::string_view text) {
    const auto code = parse_uint(text, kMaxErrorCode);
    return code && *code > 0 ? static_cast<int>(*code) : kActionFailed;
}

}  // namespace

std::string soap_body(const SoapCall& call) {
    std::string body(kHead);
    body.append("<u:").append(call.action).append(" xmlns:u=\"").append(call.service);
    body.append("\">");
    for (const auto& [name, value] : call.arguments) append_element(body, name, value);
    body.append("</u:").append(call.action).append(">").append(kTail);
    return body;
}

std::string soap_action(const SoapCall& call) {
    return "\"" + call.service + "#" + call.action + "\"";
}

std::string_view SoapAnswer::value(std::string_view name) const {
    const auto found = std::ranges::find(values, name, [](const auto& one) { return one.first; });
    return found == values.end() ? std::string_view() : std::string_view(found->second);
}

Result<SoapAnswer> read_soap(int status, std::string_view body, std::string_view action) {
    SoapAnswer answer;
    // Some routers leave the envelope of an answer without values away.
    if (status == 200 && trim_spaces(body).empty()) return answer;
    const auto leaves = xml_leaves(body);
    if (!leaves) return std::unexpected(leaves.error());
    const std::string response = std::string(action) + "Response";
    bool seen = false;
    for (const XmlLeaf& leaf : *leaves) {
        if (leaf.name == "errorCode") answer.code = read_code(leaf.text);
        if (leaf.name == "errorDescription") answer.words = plain_words(leaf.text);
        seen |= leaf.name == response || leaf.parent == response;
        if (leaf.parent == response) answer.values.emplace_back(leaf.name, leaf.text);
    }
    if (answer.done() && (status != 200 || !seen)) {
        return fail(Errc::protocol, "HTTP " + std::to_string(status) + " without an answer");
    }
    return answer;
}

std::string upnp_error_text(int code, std::string_view words) {
    const auto* const known = std::ranges::find(kNames, code, &Named::code);
    const std::string name = known != kNames.end() ? std::string(known->name) : plain_words(words);
    return std::to_string(code) + (name.empty() ? "" : " " + name);
}

}  // namespace homeport::reach
