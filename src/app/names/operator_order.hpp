#pragma once
/// What the operator asks of the name server over the control socket. Pure.

#include "cli/control_forms.hpp"
#include "core/result.hpp"
#include "names/registry.hpp"

#include <functional>
#include <string>
#include <string_view>
#include <variant>

namespace homeport::app {

struct BlockNetwork {
    std::string network;
    std::string why;
};
struct UnblockNetwork {
    std::string network;
};
struct LockAccount {
    std::string account;
    bool locked = true;
};
struct SetNotice {
    std::string text;  ///< empty: none
};
struct ShowOneName {
    std::string name;
};
/// Where a list goes on: what the answer before gave as "next".
struct ListPlace {
    std::size_t zone = 0;
    std::size_t buckets = 0;  ///< that the table had; 0: at the start
    std::size_t bucket = 0;
};
struct ListNamesOrder {
    std::string prefix;  ///< empty: all
    ListPlace from{};
};
struct ListAccountsOrder {
    ListPlace from{};
};
struct ReadEvidence {
    std::string name;  ///< empty: of all
    std::size_t limit = 0;
};
struct ListDs {
    std::string zone;  ///< empty: all that are signed
};

using Order = std::variant<names::Takedown, BlockNetwork, UnblockNetwork, LockAccount, SetNotice,
                           ShowOneName, ListNamesOrder, ListAccountsOrder, ReadEvidence, ListDs>;
/// Gets one JSON object, also for an error.
using OrderReply = std::move_only_function<void(std::string)>;

/// Commands of the control socket that are for read_order().
bool is_order(std::string_view command);
/// Strict. Error: invalid (an argument is missing, of another type, or unknown).
///
///   dns-ds          [zone]
///   names-takedown  name why [by] [lock_account] [block_network]
///   names-block     network why
///   names-unblock   network
///   names-lock      account
///   names-unlock    account
///   names-notice    text
///   names-show      name
///   names-list      [prefix] [next]
///   names-accounts  [next]
///   names-evidence  [name] [limit]
Result<Order> read_order(std::string_view command, const cli::ControlArguments& arguments);

std::string to_text(const ListPlace& place);

}  // namespace homeport::app
