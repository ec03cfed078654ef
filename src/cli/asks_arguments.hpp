#pragma once
/// The parts of the command line that ask something of the relay: park, unpark, acme.

#include "cli/command.hpp"

#include <CLI/App.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace homeport::cli {

/// The raw words; CLI11 fills them while it parses. Must outlive the application it was added to.
class AsksGrammar {
public:
    AsksGrammar() = default;
    AsksGrammar(const AsksGrammar&) = delete;
    AsksGrammar& operator=(const AsksGrammar&) = delete;

    void add_to(CLI::App& app);
    static bool knows(std::string_view command);
    Command chosen(const CLI::App& parsed) const;

    /// One challenge in 64 begins with a hyphen: `homeport acme set HOST -x7...` gets "--value="
    /// before it, so that it is not taken for an option.
    static void name_values(std::vector<std::string>& arguments);

private:
    void add_parking(CLI::App& app, const char* name, const char* about);
    void add_acme(CLI::App& app);

    ParkService park_;
    AskAcme acme_;
};

}  // namespace homeport::cli
