#include "cli/json_fields.hpp"

#include "cli/console.hpp"

#include <algorithm>
#include <iterator>

namespace homeport::cli {

using nlohmann::json;

std::string text(const json& object, const char* name) {
    const auto found = object.find(name);
    if (found == object.end() || !found->is_string()) return {};
    return printable(found->get_ref<const std::string&>());
}

std::uint64_t count(const json& object, const char* name) {
    const auto found = object.find(name);
    return found != object.end() && found->is_number_unsigned() ? found->get<std::uint64_t>() : 0;
}

std::vector<json> objects(const json& object, const char* name) {
    std::vector<json> list;
    const auto found = object.find(name);
    if (found == object.end() || !found->is_array()) return list;
    std::copy_if(found->begin(), found->end(), std::back_inserter(list),
                 [](const json& item) { return item.is_object(); });
    return list;
}

}  // namespace homeport::cli
