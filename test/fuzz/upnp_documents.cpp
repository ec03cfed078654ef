// Documents of routers: descriptions, SOAP answers, events. Whatever they hold, reading them ends,
// places stay at the host that was asked, and what goes into reports is plain. The first octet is
// the HTTP status.

#include "core/assert.hpp"
#include "reach/portmap/upnp_actions.hpp"
#include "reach/portmap/upnp_description.hpp"
#include "reach/wire/gena.hpp"
#include "reach/wire/soap.hpp"
#include "reach/wire/xml.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

using namespace homeport;
using namespace homeport::reach;

namespace {

void check_scanner(std::string_view document) {
    XmlScanner scanner(document);
    std::size_t open = 0;
    for (std::size_t tokens = 0;; ++tokens) {
        HOMEPORT_ASSERT(tokens <= 2 * document.size() + 1);
        const auto token = scanner.next();
        if (token == XmlScanner::Token::end || token == XmlScanner::Token::error) break;
        if (token == XmlScanner::Token::open) ++open;
        if (token == XmlScanner::Token::close) --open;
        HOMEPORT_ASSERT(open == scanner.depth() && open <= kMaxXmlDepth);
    }
}

void check_description(std::string_view document) {
    static const HttpUrl location = HttpUrl::parse("http://192.168.1.1:5000/a/d.xml").value();
    const auto description = read_description(document, location);
    if (!description) return;
    for (const UpnpService& service : description->services) {
        HOMEPORT_ASSERT(service.control.at.address == location.at.address);
        HOMEPORT_ASSERT(service.control.path.starts_with('/'));
        const HttpCall call = http_call(service, {{}, "GetStatusInfo", {}});
        for (const auto& [name, value] : call.fields) {
            HOMEPORT_ASSERT(value.find_first_of("\r\n") == std::string::npos);
        }
        HOMEPORT_ASSERT(xml_leaves(call.body).has_value());
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0) return 0;
    const int status = data[0] % 2 == 0 ? 200 : 500;
    const std::string_view document(reinterpret_cast<const char*>(data + 1), size - 1);
    check_scanner(document);
    check_description(document);
    static_cast<void>(read_property_set(document));
    const auto answer = read_soap(status, document, "GetSpecificPortMappingEntry");
    if (answer && answer->done()) {
        const UpnpEntry entry = read_entry(*answer);
        HOMEPORT_ASSERT(entry.description.size() <= kMaxWordsBytes);
        HOMEPORT_ASSERT(entry.internal_client.find('\n') == std::string::npos);
    } else if (answer) {
        HOMEPORT_ASSERT(upnp_error_text(answer->code, answer->words).size() <= kMaxWordsBytes + 5);
    }
    return 0;
}
