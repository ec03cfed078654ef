#include "cli/asking.hpp"
#include "cli/commands.hpp"
#include "cli/names_text.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <array>

namespace homeport::cli {
namespace {

using nlohmann::json;
using What = OrderNames::What;

/// What is said when it is done; {0} is the subject.
struct Form {
    What what;
    const char* command;
    const char* argument;  ///< that the subject is
    const char* changed;
    const char* unchanged;
};
constexpr std::array kForms{
    Form{What::list, "names-list", "prefix", "", ""},
    Form{What::accounts, "names-accounts", "", "", ""},
    Form{What::show, "names-show", "name", "", ""},
    Form{What::takedown, "names-takedown", "name",
         "{}: taken down; nobody will have it again. The evidence is kept.\n", ""},
    Form{What::block, "names-block", "network", "{}: blocked\n", "{}: was blocked already\n"},
    Form{What::unblock, "names-unblock", "network", "{}: open again\n", "{}: was not blocked\n"},
    Form{What::lock, "names-lock", "account", "{}: locked\n", "{}: was locked already\n"},
    Form{What::unlock, "names-unlock", "account", "{}: unlocked\n", "{}: was not locked\n"},
    Form{What::notice, "names-notice", "text", "the notice is set\n", ""},
    Form{What::evidence, "names-evidence", "name", "", ""},
};

const Form& form_of(What what) {
    return kForms.at(static_cast<std::size_t>(what));
}

ControlRequest request_of(const OrderNames& command) {
    const Form& form = form_of(command.what);
    ControlRequest request{.command = form.command};
    if (!command.subject.empty()) request.arguments[form.argument] = command.subject;
    if (!command.why.empty()) request.arguments["why"] = command.why;
    if (command.what == What::takedown) {
        request.arguments["by"] = command.by;
        request.arguments["lock_account"] = command.lock_account;
        request.arguments["block_network"] = command.block_network;
    }
    if (command.what == What::evidence) request.arguments["limit"] = command.limit;
    return request;
}

/// Asks, and understands the answer; else prints why and sets `code`.
std::optional<json> ask(const RunningRole& role, const ControlRequest& request,
                        const Console& console, int& code) {
    const auto answer = ask_or_tell(role, request, console, code, kOrderTimeout);
    if (!answer) return std::nullopt;
    return json::parse(*answer, nullptr, /*allow_exceptions=*/false);
}

struct Gathered {
    json rows = json::array();
    bool more = false;  ///< than were wanted
};
/// Page by page. Prints why there is nothing and sets `code`.
std::optional<Gathered> gather(const OrderNames& command, const RunningRole& role,
                               const char* rows_of, const Console& console, int& code) {
    Gathered all;
    ControlRequest request = request_of(command);
    while (true) {
        const auto page = ask(role, request, console, code);
        if (!page) return std::nullopt;
        const json rows = page->value(rows_of, json::array());
        for (const json& row : rows) {
            all.more = all.rows.size() >= command.limit;
            if (all.more) return all;
            all.rows.push_back(row);
        }
        const json next = page->value("next", json());
        if (!next.is_string()) return all;
        request.arguments["next"] = next.get<std::string>();
    }
}

int list(const OrderNames& command, const RunningRole& role, const Console& console) {
    const char* const rows_of = command.what == What::list ? "names" : "accounts";
    int code = kDone;
    auto all = gather(command, role, rows_of, console, code);
    if (!all) return code;
    const json object{{rows_of, std::move(all->rows)}, {"more", all->more}};
    if (command.json) {
        console.out << object.dump(-1, ' ', false, json::error_handler_t::replace) << '\n';
        return kDone;
    }
    console.out << (command.what == What::list ? render_names_list(object)
                                               : render_accounts(object));
    if (all->more)
        console.err << fmt::format("there are more than {}: see --limit\n", command.limit);
    return kDone;
}

std::string render(const OrderNames& command, const json& answer) {
    if (command.what == What::show) return render_name(answer);
    if (command.what == What::evidence) return render_evidence(answer);
    const Form& form = form_of(command.what);
    const auto changed = answer.find("changed");
    const bool same = changed != answer.end() && *changed == false;
    return fmt::format(fmt::runtime(same ? form.unchanged : form.changed), command.subject);
}

}  // namespace

int run(const OrderNames& command, const World& world) {
    const auto relay = relay_settings(command.config, world.console);
    if (!relay) return kWrongUsage;
    const RunningRole role{"relay", relay->control, command.config};
    if (command.what == What::list || command.what == What::accounts)
        return list(command, role, world.console);
    int code = kDone;
    const auto answer = ask(role, request_of(command), world.console, code);
    if (!answer) return code;
    world.console.out << (command.json
                              ? answer->dump(-1, ' ', false, json::error_handler_t::replace) + "\n"
                              : render(command, *answer));
    return kDone;
}

}  // namespace homeport::cli
