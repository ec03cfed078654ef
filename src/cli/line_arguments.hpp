#pragma once
/// The parts of the command line that look at this machine's line: doctor, address, ports.

#include "cli/command.hpp"

#include <CLI/App.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace homeport::cli {

/// The raw words; CLI11 fills them while it parses. Must outlive the application it was added to.
class LineGrammar {
public:
    LineGrammar();
    LineGrammar(const LineGrammar&) = delete;
    LineGrammar& operator=(const LineGrammar&) = delete;

    void add_to(CLI::App& app);
    static bool knows(std::string_view command);
    Command chosen(const CLI::App& parsed) const;

private:
    void add_doctor(CLI::App& app);
    void add_address(CLI::App& app);
    void add_ports(CLI::App& app);
    void add_sight(CLI::App& sub);
    Examine examine() const;
    FindAddress address() const;
    std::vector<HostPort> stun() const;
    std::vector<EchoQuestion> echo() const;
    std::vector<Cidr> public_networks() const;

    std::vector<std::string> stun_;
    std::vector<std::string> echo_;
    std::vector<std::string> public_networks_;
    std::string config_;
    std::string examine_time_;
    std::string address_time_;
    bool no_stun_ = false;
    bool no_map_ = false;
    bool watch_ = false;
    bool json_ = false;
};

}  // namespace homeport::cli
