#include "cli/names_arguments.hpp"

#include "cli/console.hpp"
#include "cli/limits.hpp"
#include "cli/names_http.hpp"
#include "names/labels.hpp"
#include "names/limits.hpp"

#include <fmt/format.h>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>

namespace homeport::cli {
namespace {

CLI::Validator named(std::function<std::string(std::string&)> check) {
    return {std::move(check), "", ""};
}

CLI::Validator host_name() {
    return named([](std::string& text) {
        const auto name = names::read_host_name(text);
        if (name) text = *name;
        return name ? std::string()
                    : fmt::format("'{}' is no name such as attic.dyn.example.net", printable(text));
    });
}

CLI::Validator account_name() {
    return named([](std::string& text) {
        return names::read_account_name(text)
                   ? std::string()
                   : fmt::format("'{}' is no account: use {} to {} letters, digits and hyphens",
                                 printable(text), names::kMinAccountBytes, names::kMaxAccountBytes);
    });
}

CLI::Validator service_url() {
    return named([](std::string& text) {
        auto url = parse_service_url(text);
        if (url) text = *url;
        return url ? std::string() : url.error().what;
    });
}

CLI::Validator network() {
    return named([](std::string& text) {
        return Cidr::parse(text)
                   ? std::string()
                   : fmt::format("'{}' is no network such as 192.0.2.0/24", printable(text));
    });
}

CLI::Validator address_or_none(bool v4) {
    return named([v4](std::string& text) {
        const auto address = IpAddress::parse(text);
        if (text == "none" || (address && address->is_v4() == v4)) return std::string();
        return fmt::format("'{}' is no address of IPv{}, and not 'none'", printable(text),
                           v4 ? 4 : 6);
    });
}

}  // namespace

CLI::App& NamesGrammar::add(CLI::App& names, const char* name, const char* about,
                            const char* example) {
    CLI::App& sub = *names.add_subcommand(name, about);
    sub.footer(fmt::format("Example:\n  {}", example));
    return sub;
}

void NamesGrammar::add_names(CLI::App& app) {
    CLI::App& names = *app.add_subcommand(
        "names",
        "Names that people take below a zone of a relay: for its operator (with --config), and for "
        "its users (with --url).");
    names.footer("Example:\n  homeport names sign-up --url https://names.example.net --account me");
    names.require_subcommand(1);
    add_orders(names);
    add_opening(names);
    add_uses(names);
    add_set(names);
}

// ---- the operator

CLI::App& NamesGrammar::add_order(CLI::App& names, OrderNames::What what, const char* name,
                                  const char* about, const char* example) {
    CLI::App& sub = add(names, name, about, example);
    orders_.emplace(name, what);
    sub.add_option("--config", order_.config, "Settings file of the relay")
        ->required()
        ->type_name("FILE");
    return sub;
}

void NamesGrammar::add_orders(CLI::App& names) {
    using What = OrderNames::What;
    const auto subject = [this](CLI::App& sub, const char* name, const char* about) {
        return sub.add_option(name, order_.subject, about)->type_name("TEXT");
    };
    const auto listing = [this](CLI::App& sub) {
        sub.add_option("--limit", order_.limit, "Lines at most")
            ->default_val(kDefaultListLines)
            ->type_name("N");
        sub.add_flag("--json", order_.json, "Print JSON");
    };
    const auto why = [this](CLI::App& sub) {
        sub.add_option("--why", order_.why, "What stands in the evidence")
            ->required()
            ->type_name("TEXT");
    };

    CLI::App& list = add_order(names, What::list, "list", "Operator: the names that people have.",
                               "homeport names list --config relay.toml --prefix shop");
    subject(list, "--prefix", "Only names that start so");
    listing(list);
    listing(add_order(names, What::accounts, "accounts", "Operator: who has an account.",
                      "homeport names accounts --config relay.toml"));
    CLI::App& show =
        add_order(names, What::show, "show", "Operator: whose a name is and where it points to.",
                  "homeport names show attic.dyn.example.net --config relay.toml");
    subject(show, "name", "The name")->required()->transform(host_name());
    show.add_flag("--json", order_.json, "Print JSON");
    CLI::App& evidence = add_order(names, What::evidence, "evidence",
                                   "Operator: what was taken down, when, why and by whom.",
                                   "homeport names evidence --config relay.toml");
    subject(evidence, "name", "Only of this name")->transform(host_name());
    listing(evidence);

    CLI::App& takedown =
        add_order(names, What::takedown, "takedown",
                  "Operator: remove a name for good. What was there is kept as evidence.",
                  "homeport names takedown bad.dyn.example.net --why phishing --config relay.toml");
    subject(takedown, "name", "The name")->required()->transform(host_name());
    why(takedown);
    takedown.add_option("--by", order_.by, "Who asked for it")->envname("USER")->type_name("WHO");
    takedown.add_flag("--lock-account", order_.lock_account, "Its account can change nothing more");
    takedown.add_flag("--block-network", order_.block_network,
                      "No name may point to its addresses any more");
    CLI::App& block = add_order(names, What::block, "block",
                                "Operator: no name may point to a network, and nobody sign up "
                                "from it.",
                                "homeport names block 192.0.2.0/24 --why spam --config relay.toml");
    subject(block, "network", "The network")->required()->check(network());
    why(block);
    subject(add_order(names, What::unblock, "unblock", "Operator: take that back.",
                      "homeport names unblock 192.0.2.0/24 --config relay.toml"),
            "network", "The network")
        ->required()
        ->check(network());
    subject(add_order(names, What::lock, "lock", "Operator: an account can change nothing more.",
                      "homeport names lock mallory --config relay.toml"),
            "account", "The account")
        ->required()
        ->check(account_name());
    subject(add_order(names, What::unlock, "unlock", "Operator: take that back.",
                      "homeport names unlock mallory --config relay.toml"),
            "account", "The account")
        ->required()
        ->check(account_name());
    subject(add_order(names, What::notice, "notice",
                      "Operator: the notice that the service shows. Without a text: none.",
                      "homeport names notice 'Maintenance on Sunday' --config relay.toml"),
            "text", "The notice");
}

// ---- the users

void NamesGrammar::add_place(CLI::App& sub) {
    sub.add_option("--url", place_.url, "The name service")
        ->required()
        ->envname("HOMEPORT_NAMES_URL")
        ->transform(service_url())
        ->type_name("URL");
    sub.add_option("--ca", place_.ca_file, "Certificates to trust (else those of this host)")
        ->envname("HOMEPORT_NAMES_CA")
        ->type_name("FILE");
}

void NamesGrammar::add_opening(CLI::App& names) {
    CLI::App& sign_up = add(names, "sign-up",
                            "Make an account at a name service and get a token for it. This "
                            "computer works for some seconds or minutes, as the service demands.",
                            "homeport names sign-up --url https://names.example.net --account me "
                            "--token-file names.token");
    CLI::App& token =
        add(names, "token", "Get a further token of an account, for all of its names or one.",
            "homeport names token --url https://names.example.net --account me "
            "--name attic.dyn.example.net --label router");
    token.add_option("--name", open_.name, "The only name it may change (else all)")
        ->transform(host_name())
        ->type_name("NAME");
    for (CLI::App* const sub : {&sign_up, &token}) {
        add_place(*sub);
        sub->add_option("--account", open_.account, "The account")
            ->required()
            ->check(account_name())
            ->type_name("NAME");
        sub->add_option("--password-file", open_.password_file,
                        "A file with the password (else the terminal is asked)")
            ->type_name("FILE");
        sub->add_option("--token-file", open_.token_file,
                        "Keep the token in this new file (else it is printed)")
            ->type_name("FILE");
        sub->add_option("--label", open_.label, "What you call the token")->type_name("TEXT");
    }
}

CLI::App& NamesGrammar::add_use(CLI::App& names, UseNames::What what, const char* name,
                                const char* about, const char* example) {
    CLI::App& sub = add(names, name, about, example);
    uses_.emplace(name, what);
    if (what != UseNames::What::mine) {
        sub.add_option("name", use_.name, "The name")
            ->required()
            ->transform(host_name())
            ->type_name("NAME");
    }
    add_place(sub);
    sub.add_option("--token-file", use_.token_file, "The file with your token")
        ->required()
        ->envname("HOMEPORT_NAMES_TOKEN_FILE")
        ->type_name("FILE");
    sub.add_flag("--json", use_.json, "Print JSON");
    return sub;
}

void NamesGrammar::add_uses(CLI::App& names) {
    using What = UseNames::What;
    add_use(names, What::create, "create", "Take a name.",
            "homeport names create attic.dyn.example.net");
    add_use(names, What::remove, "delete", "Give a name back.",
            "homeport names delete attic.dyn.example.net");
    add_use(names, What::mine, "mine", "Your names and where they point to.",
            "homeport names mine");
    add_use(names, What::propagation, "propagation",
            "Which name servers have the last change of a name.",
            "homeport names propagation attic.dyn.example.net");
    CLI::App& acme = add_use(names, What::acme, "acme",
                             "Set the TXT value by which a certificate authority knows the name "
                             "is yours. Values go by themselves after an hour.",
                             "homeport names acme attic.dyn.example.net --value gfj9Xq...Rg85nM");
    CLI::Option* const value =
        acme.add_option("--value", use_.value, "The value")->type_name("TEXT");
    acme.add_option_function<std::string>(
            "--clear",
            [this](const std::string& text) {
                use_.clear = true;
                use_.value = text;
            },
            "Take this value away, or all; a value that begins with a hyphen is written "
            "--clear=TEXT")
        ->expected(0, 1)
        ->excludes(value)
        ->type_name("[TEXT]");
}

void NamesGrammar::add_set(CLI::App& names) {
    CLI::App& set = add_use(names, UseNames::What::set, "set",
                            "Change where a name points to. What is not spoken of stays.",
                            "homeport names set attic.dyn.example.net --from-here");
    set.add_option("--ipv4", use_.ipv4, "Its address of IPv4, or none")
        ->check(address_or_none(true))
        ->type_name("ADDRESS|none");
    set.add_option("--ipv6", use_.ipv6, "Its address of IPv6, or none")
        ->check(address_or_none(false))
        ->type_name("ADDRESS|none");
    CLI::Option* const offline =
        set.add_flag("--offline", use_.offline, "No address until the next change");
    set.add_flag("--from-here", use_.from_here, "The address that the service sees you come from")
        ->excludes(offline);
    set.add_option("--counter", use_.counter,
                   "Counts your changes: one that comes late does nothing")
        ->check(CLI::Range(std::uint64_t{0}, names::kMaxCounter))
        ->type_name("N");
}

// ---- dns ds

void NamesGrammar::add_ds(CLI::App& dns) {
    CLI::App& ds = add(dns, "ds",
                       "The DS records of the zones that this relay signs, for the registrar of "
                       "each.",
                       "homeport dns ds example.net --config relay.toml");
    ds.add_option("zone", ds_.zone, "Only of this zone")
        ->check(named([](std::string& text) {
            const auto name = dns::Name::parse(text);
            return name ? std::string() : name.error().what;
        }))
        ->type_name("ZONE");
    ds.add_option("--config", ds_.config, "Settings file of the relay")
        ->required()
        ->type_name("FILE");
    ds.add_flag("--json", ds_.json, "Print JSON");
}

// ---- what was parsed

OpenNames NamesGrammar::opening(bool sign_up) const {
    OpenNames open = open_;
    open.place = place_;
    open.sign_up = sign_up;
    return open;
}

Command NamesGrammar::chosen(const CLI::App& parsed) const {
    const std::string name = parsed.get_subcommands().front()->get_name();
    if (name == "ds") return ds_;
    if (name == "sign-up" || name == "token") return opening(name == "sign-up");
    if (const auto found = orders_.find(name); found != orders_.end()) {
        OrderNames order = order_;
        order.what = found->second;
        return order;
    }
    UseNames use = use_;
    use.what = uses_.at(name);
    use.place = place_;
    return use;
}

}  // namespace homeport::cli
