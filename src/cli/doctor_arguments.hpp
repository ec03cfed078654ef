#pragma once
/// The part of the command line that looks at this machine's line: doctor.

#include "cli/command.hpp"

#include <CLI/App.hpp>

#include <string>
#include <vector>

namespace homeport::cli {

/// The raw words; CLI11 fills them while it parses. Must outlive the application it was added to.
class DoctorGrammar {
public:
    DoctorGrammar();
    DoctorGrammar(const DoctorGrammar&) = delete;
    DoctorGrammar& operator=(const DoctorGrammar&) = delete;

    void add_to(CLI::App& app);
    Examine chosen() const;

private:
    std::vector<std::string> stun_;
    std::vector<std::string> public_networks_;
    std::string time_;
    bool no_stun_ = false;
    bool no_map_ = false;
    bool json_ = false;
};

}  // namespace homeport::cli
