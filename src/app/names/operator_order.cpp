#include "app/names/operator_order.hpp"

#include "app/names/limits.hpp"
#include "core/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <limits>

namespace homeport::app {
namespace {

/// Takes arguments by name; the first fault stays.
class Arguments {
public:
    explicit Arguments(const cli::ControlArguments& arguments) : arguments_(arguments) {}

    template <class T>
    T take(std::string_view name, T otherwise) {
        const auto found = arguments_.find(name);
        if (found == arguments_.end()) return otherwise;
        ++taken_;
        const T* const value = std::get_if<T>(&found->second);
        if (value == nullptr) note(fmt::format("\"{}\" is of another type", name));
        return value == nullptr ? otherwise : *value;
    }
    std::string text(std::string_view name) { return take<std::string>(name, {}); }
    std::string needed(std::string_view name) {
        std::string value = text(name);
        if (value.empty()) note(fmt::format("\"{}\" is missing", name));
        return value;
    }
    ListPlace place() {
        const std::string next = text("next");
        if (next.empty()) return {};
        std::array<std::size_t, 3> numbers{};
        std::string_view left = next;
        for (std::size_t& number : numbers) {
            const auto end = std::min(left.find('.'), left.size());
            const auto read =
                parse_uint(left.substr(0, end), std::numeric_limits<std::uint32_t>::max());
            if (!read) note("\"next\" is not what an answer gave");
            number = read.value_or(0);
            left.remove_prefix(std::min(end + 1, left.size()));
        }
        return {numbers[0], numbers[1], numbers[2]};
    }
    /// After all were taken.
    Result<Order> finish(Order order) const {
        if (!fault_.empty()) return fail(Errc::invalid, fault_);
        if (taken_ != arguments_.size())
            return fail(Errc::invalid, "there is an argument that the command does not have");
        return order;
    }

private:
    void note(std::string what) {
        if (fault_.empty()) fault_ = std::move(what);
    }

    const cli::ControlArguments& arguments_;
    std::size_t taken_ = 0;
    std::string fault_;
};

Order takedown(Arguments& arguments) {
    return names::Takedown{.name = arguments.needed("name"),
                           .why = arguments.needed("why"),
                           .by = arguments.text("by"),
                           .lock_account = arguments.take("lock_account", false),
                           .block_networks = arguments.take("block_network", false)};
}

Order block(Arguments& arguments) {
    return BlockNetwork{arguments.needed("network"), arguments.needed("why")};
}

Order evidence(Arguments& arguments) {
    std::string name = arguments.text("name");
    const auto limit = arguments.take<std::uint64_t>("limit", kMaxEvidence);
    return ReadEvidence{std::move(name), std::min<std::size_t>(limit, kMaxEvidence)};
}

Order names_from(Arguments& arguments) {
    std::string prefix = arguments.text("prefix");
    return ListNamesOrder{to_lower(prefix), arguments.place()};
}

struct Form {
    std::string_view command;
    Order (*read)(Arguments&);
};
constexpr std::array kForms{
    Form{"dns-ds", [](Arguments& a) -> Order { return ListDs{a.text("zone")}; }},
    Form{"names-takedown", takedown},
    Form{"names-block", block},
    Form{"names-unblock",
         [](Arguments& a) -> Order { return UnblockNetwork{a.needed("network")}; }},
    Form{"names-lock",
         [](Arguments& a) -> Order { return LockAccount{a.needed("account"), true}; }},
    Form{"names-unlock",
         [](Arguments& a) -> Order { return LockAccount{a.needed("account"), false}; }},
    Form{"names-notice", [](Arguments& a) -> Order { return SetNotice{a.text("text")}; }},
    Form{"names-show", [](Arguments& a) -> Order { return ShowOneName{a.needed("name")}; }},
    Form{"names-list", names_from},
    Form{"names-accounts", [](Arguments& a) -> Order { return ListAccountsOrder{a.place()}; }},
    Form{"names-evidence", evidence},
};

}  // namespace

bool is_order(std::string_view command) {
    return std::ranges::find(kForms, command, &Form::command) != kForms.end();
}

Result<Order> read_order(std::string_view command, const cli::ControlArguments& arguments) {
    const auto* const form = std::ranges::find(kForms, command, &Form::command);
    if (form == kForms.end()) return fail(Errc::invalid, "there is no such command");
    Arguments left(arguments);
    Order order = form->read(left);
    return left.finish(std::move(order));
}

std::string to_text(const ListPlace& place) {
    return fmt::format("{}.{}.{}", place.zone, place.buckets, place.bucket);
}

}  // namespace homeport::app
