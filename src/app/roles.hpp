#pragma once
/// The running parts for the command line: builds each role from its settings and runs it.

#include "cli/roles.hpp"

namespace homeport::app {

class LinuxRoles final : public cli::Roles {
public:
    Result<> run_relay(const std::string& settings_file, const config::Relay& settings) override;
    Result<> run_agent(const std::string& settings_file, const config::Agent& settings,
                       const cli::PairedRelay& relay) override;
    Result<> run_demo(const cli::RunDemo& demo, const cli::Console& console) override;
    Result<std::string> pair(const std::string& state_dir, const tunnel::Token& token) override;
    Result<> ask(const std::string& state_dir, const cli::PairedRelay& relay,
                 const tunnel::Question& question) override;
    Result<std::unique_ptr<net::Handle>> ask_alone(net::Loop& loop, net::Network& network,
                                                   const std::string& state_dir,
                                                   const cli::PairedRelay& relay,
                                                   const tunnel::Question& question,
                                                   const IpAddress& source, AskDone done) override;
};

}  // namespace homeport::app
