#include "cli/commands.hpp"
#include "cli/limits.hpp"
#include "cli/names_client.hpp"
#include "cli/names_http.hpp"
#include "cli/names_proof.hpp"
#include "cli/names_secret.hpp"
#include "cli/state_dir.hpp"
#include "names/limits.hpp"

#include <fmt/format.h>

#include <chrono>
#include <cmath>
#include <filesystem>

namespace homeport::cli {
namespace {

using nlohmann::json;
using Steady = std::chrono::steady_clock;

/// Tells of the work, and when to take a new challenge.
class Progress {
public:
    Progress(unsigned bits, const Console& console) : bits_(bits), console_(console) {
        console_.err << fmt::format("working for the account: about {} tries\n", millions(usual()));
        console_.err.flush();
    }
    bool operator()(std::uint64_t tries) {
        const auto now = Steady::now();
        if (now >= news_at_) {
            news_at_ = now + kNews;
            console_.err << fmt::format("  {} of about {} tries\n",
                                        millions(static_cast<double>(tries)), millions(usual()));
            console_.err.flush();
        }
        return now < end_;
    }

private:
    static std::string millions(double tries) { return fmt::format("{:.1f} million", tries / 1e6); }
    double usual() const { return std::ldexp(1.0, static_cast<int>(bits_)); }

    static constexpr auto kNews = std::chrono::duration_cast<Steady::duration>(kProofNews);
    unsigned bits_;
    const Console& console_;
    Steady::time_point news_at_ = Steady::now() + kNews;
    Steady::time_point end_ =
        Steady::now() + std::chrono::duration_cast<Steady::duration>(kProofTime);
};

Asked<json> sign_up(const NamesClient& service, const OpenNames& command,
                    const std::string& password, const Console& console) {
    for (int i = 0; i < kMaxChallenges; ++i) {
        const auto given = service.ask("GET", "/v1/challenge");
        if (!given) return given;
        const std::string challenge = given->value("challenge", json()).is_string()
                                          ? given->at("challenge").get<std::string>()
                                          : "";
        const json bits = given->value("bits", json());
        if (challenge.empty() || !bits.is_number_unsigned()) {
            return std::unexpected(Complaint{"this is no answer of a name service", "check --url"});
        }
        const auto wanted =
            static_cast<unsigned>(std::min<std::uint64_t>(bits.get<std::uint64_t>(), 256));
        const auto nonce = solve_challenge(challenge, wanted, Progress(wanted, console));
        if (!nonce) continue;
        return service.ask("POST", "/v1/accounts",
                           {{"account", command.account},
                            {"password", password},
                            {"challenge", challenge},
                            {"nonce", *nonce}});
    }
    return std::unexpected(
        Complaint{"this computer is too slow for the work that the service wants",
                  "try again tomorrow or on another computer"});
}

Asked<std::string> new_token(const NamesClient& service, const OpenNames& command) {
    json body = json::object();
    if (!command.label.empty()) body["label"] = command.label;
    if (!command.name.empty()) body["name"] = command.name;
    const auto given = service.ask("POST", "/v1/tokens", body);
    if (!given) return std::unexpected(given.error());
    const json token = given->value("token", json());
    if (token.is_string()) return token.get<std::string>();
    return std::unexpected(Complaint{"the service gave no token", "check --url"});
}

int hand_over(const std::string& token, const OpenNames& command, const Console& console) {
    if (command.token_file.empty()) {
        console.out << token << '\n';
        return kDone;
    }
    if (auto written = write_private_file(command.token_file, token + "\n"); !written) {
        console.out << token << '\n';
        return console.fail(kFailed, written.error().what, "keep the token that is printed");
    }
    console.err << fmt::format("the token is in {}; next: homeport names create NAME\n",
                               command.token_file);
    return kDone;
}

/// What would only be found out after the work.
int check(const OpenNames& command, const Console& console) {
    std::error_code ignored;
    if (!command.token_file.empty() && std::filesystem::exists(command.token_file, ignored)) {
        return console.fail(kFailed, fmt::format("{} is there already", command.token_file),
                            "give another --token-file, or remove it");
    }
    if (is_readable_on_the_way(command.place.url)) {
        console.err << "homeport: over http everybody on the way can read the password (use https "
                       "if the service has it)\n";
    }
    return kDone;
}

}  // namespace

int run(const OpenNames& command, const World& world) {
    const Console& console = world.console;
    if (const int code = check(command, console); code != kDone) return code;
    const auto password = get_password(command.password_file, command.sign_up, console);
    if (!password) return kFailed;
    if (password->size() < names::kMinPasswordBytes ||
        password->size() > names::kMaxPasswordBytes) {
        return console.fail(kFailed,
                            fmt::format("a password has {} to {} characters",
                                        names::kMinPasswordBytes, names::kMaxPasswordBytes),
                            "choose another");
    }
    NamesClient service(command.place);
    if (command.sign_up) {
        const auto made = sign_up(service, command, *password, console);
        if (!made) return tell(made.error(), console);
        console.err << fmt::format("the account {} is made\n", command.account);
    }
    service.use_password(command.account, *password);
    const auto token = new_token(service, command);
    if (!token) return tell(token.error(), console);
    return hand_over(*token, command, console);
}

}  // namespace homeport::cli
