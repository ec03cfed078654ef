#pragma once
/// A tolerant reader for the XML of routers: descriptions, SOAP answers, events. It knows elements,
/// text, CDATA, the five entities and numeric ones. Names lose their prefix, attributes and
/// comments are passed over, and a document type is refused. Closing tags need not match, because
/// those of some routers do not. Linear time, no recursion.

#include "core/result.hpp"
#include "reach/wire/upnp_limits.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace homeport::reach {

/// Pulls one token after the other. Views point into the document, which must outlive the scanner.
class XmlScanner {
public:
    enum class Token : std::uint8_t {
        open,
        close,  ///< one for each open, except for those that the document's end leaves open
        text,   ///< with entities as they were written; see xml_text()
        data,   ///< CDATA: text without entities
        end,
        error,  ///< for good: too long, too deep, a document type, a tag without end
    };

    explicit XmlScanner(std::string_view document) : rest_(document) {}

    Token next();
    /// Of open and close: the name without its prefix. Of text and data: the text.
    std::string_view value() const { return value_; }
    /// Elements that are open, a just opened one included.
    std::size_t depth() const { return depth_; }

private:
    struct Open {
        std::string_view name;
        bool parent = false;
    };

    Token close_one();
    Token tag();
    Token open_tag(std::string_view inside);
    Token open_element(std::string_view name);
    bool plan_close(std::string_view name);
    Token fail_for_good();
    bool skip_past(std::string_view mark);

    std::string_view rest_;
    std::string_view value_;
    std::array<Open, kMaxXmlDepth> open_{};
    std::size_t depth_ = 0;
    std::size_t to_close_ = 0;
    bool failed_ = false;
};

/// Text with its entities replaced; unknown ones stay as they are. No blanks around it.
std::string xml_text(std::string_view raw);
/// Text that may stand between tags: control characters become "?".
std::string xml_escape(std::string_view text);
std::string_view trim_spaces(std::string_view text);

/// An element without elements inside.
struct XmlLeaf {
    std::string_view name;
    std::string_view parent;          ///< empty for the root
    std::uint32_t parent_number = 0;  ///< leaves with the same number have the same parent
    std::string text;
};
/// All of them in order. Views point into `document`. Errors: protocol.
Result<std::vector<XmlLeaf>> xml_leaves(std::string_view document);

}  // namespace homeport::reach
