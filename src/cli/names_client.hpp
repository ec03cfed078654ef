#pragma once
/// Asks a name service by its JSON interface (names/api_json.hpp).

#include "cli/command.hpp"
#include "cli/console.hpp"

#include <nlohmann/json.hpp>

#include <expected>
#include <string>

namespace homeport::cli {

/// Why the service did not do it, for the user.
struct Complaint {
    std::string what;
    std::string remedy;
};
template <class T>
using Asked = std::expected<T, Complaint>;

/// Prints it; kFailed.
int tell(const Complaint& complaint, const Console& console);

class NamesClient {
public:
    explicit NamesClient(NamesPlace place) : place_(std::move(place)) {}

    void use_token(std::string token) { token_ = std::move(token); }
    void use_password(std::string account, std::string password) {
        account_ = std::move(account);
        password_ = std::move(password);
    }

    /// `path` as "/v1/names"; `body` null: none. Gives the answer's object.
    Asked<nlohmann::json> ask(const char* method, const std::string& path,
                              const nlohmann::json& body = nullptr) const;
    /// The address that the service sees us come from.
    Asked<std::string> own_address() const;

private:
    Asked<std::string> fetch(const char* method, const std::string& path,
                             const nlohmann::json& body) const;

    NamesPlace place_;
    std::string token_;
    std::string account_;
    std::string password_;
};

/// The complaint in an answer that is none of success; also when it is no answer of a name service.
Complaint complaint_of(int status, const std::string& body, std::int64_t retry_after);

}  // namespace homeport::cli
