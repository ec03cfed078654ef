#include "dns/zonefile/rdata_text.hpp"

#include "dns/zonefile/svcb_text.hpp"
#include "dns/zonefile/value_text.hpp"

#include <ldns/ldns.h>
#include <limits>
#include <memory>
#include <string_view>
#include <vector>

namespace homeport::dns {
namespace {

using Field = ldns_rdf_type;

struct FreeRdf {
    void operator()(ldns_rdf* rdf) const { ldns_rdf_deep_free(rdf); }
};

std::unexpected<Error> invalid(std::string what) {
    return fail(Errc::invalid, std::move(what));
}

std::string generic_form(RrType type) {
    return "write it as " + to_text(type) + " \\# LENGTH HEX";
}

/// The fields of a type, one after the other.
class Fields {
public:
    explicit Fields(RrType type)
        : type_(type), descriptor_(ldns_rr_descript(static_cast<std::uint16_t>(type))) {}

    std::size_t least() const { return is_svcb() ? 2 : ldns_rr_descriptor_minimum(descriptor_); }
    /// NONE: the type has no such field.
    Field at(std::size_t index) const {
        if (is_svcb()) return index < std::size(kSvcb) ? kSvcb[index] : LDNS_RDF_TYPE_NONE;
        if (index >= ldns_rr_descriptor_maximum(descriptor_)) return LDNS_RDF_TYPE_NONE;
        return ldns_rr_descriptor_field_type(descriptor_, index);
    }

private:
    static constexpr Field kSvcb[] = {LDNS_RDF_TYPE_INT16, LDNS_RDF_TYPE_DNAME,
                                      LDNS_RDF_TYPE_SVCPARAMS};
    /// ldns can be built without these.
    bool is_svcb() const { return type_ == RrType::svcb || type_ == RrType::https; }

    RrType type_;
    const ldns_rr_descriptor* descriptor_;
};

std::string join_rest(WordReader& words) {
    std::string joined;
    while (!words.done()) joined += words.take().text;
    return joined;
}

Result<> append_number(std::string& out, std::string_view text, Field field) {
    const std::size_t octets_of_field = field == LDNS_RDF_TYPE_INT32   ? 4
                                        : field == LDNS_RDF_TYPE_INT16 ? 2
                                                                       : 1;
    const auto max = std::numeric_limits<std::uint32_t>::max() >> (32 - 8 * octets_of_field);
    const auto number = parse_number(text, max);
    if (!number) return std::unexpected(number.error());
    std::string whole;
    append_u32(whole, *number);
    out += whole.substr(4 - octets_of_field);
    return {};
}

Result<> append_time(std::string& out, std::string_view text) {
    const auto seconds = parse_period(text, std::numeric_limits<std::uint32_t>::max());
    if (!seconds) return std::unexpected(seconds.error());
    append_u32(out, *seconds);
    return {};
}

Result<> append_name(std::string& out, std::string_view text, const Name& origin) {
    const auto name = parse_name(text, origin);
    if (!name) return std::unexpected(name.error());
    out += as_text(name->view().wire());
    return {};
}

Result<> append_text(std::string& out, std::string_view text) {
    const auto plain = unescape(text);
    if (!plain) return std::unexpected(plain.error());
    out += *plain;
    return {};
}

/// Mnemonics of numbers, bitmaps of types.
Result<> append_by_ldns(std::string& out, const std::string& text, Field field) {
    const std::unique_ptr<ldns_rdf, FreeRdf> rdf(ldns_rdf_new_frm_str(field, text.c_str()));
    if (!rdf) return invalid(in_quotes(text) + " is not a value of this type; look at its RFC");
    out.append(reinterpret_cast<const char*>(ldns_rdf_data(rdf.get())), ldns_rdf_size(rdf.get()));
    return {};
}

/// A number, or a mnemonic that ldns knows.
Result<> append_mnemonic(std::string& out, std::string_view text, Field field) {
    const bool number = text.find_first_not_of("0123456789") == std::string_view::npos;
    if (!number) return append_by_ldns(out, std::string(text), field);
    return append_number(
        out, text, field == LDNS_RDF_TYPE_CERT_ALG ? LDNS_RDF_TYPE_INT16 : LDNS_RDF_TYPE_INT8);
}

Result<> append_types(std::string& out, WordReader& words) {
    std::string types;
    while (!words.done()) {
        const std::string_view word = words.take().text;
        if (!parse_rr_type(word))
            return invalid(in_quotes(word) + " is no type; write for example A");
        types += std::string(word) + " ";
    }
    return append_by_ldns(out, types, LDNS_RDF_TYPE_NSEC);
}

Result<> append_parameters(std::string& out, WordReader& words) {
    std::vector<std::string_view> parameters;
    while (!words.done()) parameters.push_back(words.take().text);
    return append_service_parameters(out, parameters);
}

Result<> append_field(std::string& out, Field field, WordReader& words, const Name& origin) {
    switch (field) {
    case LDNS_RDF_TYPE_DNAME:
        return append_name(out, words.take().text, origin);
    case LDNS_RDF_TYPE_INT8:
    case LDNS_RDF_TYPE_INT16:
    case LDNS_RDF_TYPE_INT32:
        return append_number(out, words.take().text, field);
    case LDNS_RDF_TYPE_PERIOD:
        return append_time(out, words.take().text);
    case LDNS_RDF_TYPE_A:
        return append_ipv4(out, words.take().text);
    case LDNS_RDF_TYPE_AAAA:
        return append_ipv6(out, words.take().text);
    case LDNS_RDF_TYPE_STR:
    case LDNS_RDF_TYPE_TAG:
        return append_string(out, words.take().text);
    case LDNS_RDF_TYPE_LONG_STR:
        return append_text(out, words.take().text);
    case LDNS_RDF_TYPE_HEX:
        return append_hex(out, join_rest(words));
    case LDNS_RDF_TYPE_B64:
        return append_base64(out, join_rest(words));
    case LDNS_RDF_TYPE_ALG:
    case LDNS_RDF_TYPE_CERT_ALG:
    case LDNS_RDF_TYPE_CERTIFICATE_USAGE:
    case LDNS_RDF_TYPE_SELECTOR:
    case LDNS_RDF_TYPE_MATCHING_TYPE:
        return append_mnemonic(out, words.take().text, field);
    case LDNS_RDF_TYPE_NSEC:
        return append_types(out, words);
    case LDNS_RDF_TYPE_SVCPARAMS:
        return append_parameters(out, words);
    default:
        return invalid("data of this type has the generic form only; write \\# LENGTH HEX");
    }
}

/// Behind "\#".
Result<> append_generic(std::string& out, WordReader& words) {
    if (words.done()) return invalid("\\# without a length; write \\# LENGTH HEX");
    const auto length = parse_number(words.take().text, kMaxMessageBytes);
    if (!length) return std::unexpected(length.error());
    const std::size_t before = out.size();
    if (auto done = append_hex(out, join_rest(words)); !done) return done;
    if (out.size() - before == *length) return {};
    return invalid("\\# says " + std::to_string(*length) + " octets, but " +
                   std::to_string(out.size() - before) + " follow; mend the length or the data");
}

bool is_generic(const Word& word) {
    return word.text == "\\#" && !word.quoted;
}

}  // namespace

Result<> append_rdata(std::string& out, RrType type, WordReader& words, const Name& origin) {
    const std::size_t before = out.size();
    if (!words.done() && is_generic(words.peek())) {
        words.take();
        return append_generic(out, words);
    }
    const Fields fields(type);
    std::size_t index = 0;
    for (; !words.done(); ++index) {
        const Field field = fields.at(index);
        if (field == LDNS_RDF_TYPE_NONE)
            return invalid(in_quotes(words.take().text) + " is too much for " + to_text(type) +
                           "; remove it, or put a text with blanks in quotation marks");
        if (field == LDNS_RDF_TYPE_UNKNOWN)
            return invalid(to_text(type) + " has no form of its own; " + generic_form(type));
        if (auto done = append_field(out, field, words, origin); !done) return done;
        if (out.size() - before > kMaxMessageBytes)
            return invalid("more than 65535 octets of data; cut it into several records");
    }
    if (index >= fields.least()) return {};
    return invalid(to_text(type) + " needs more than " + std::to_string(index) +
                   " values; add the others, or " + generic_form(type));
}

}  // namespace homeport::dns
