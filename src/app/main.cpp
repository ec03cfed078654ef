#include "app/roles.hpp"
#include "cli/commands.hpp"
#include "net/linux/entropy.hpp"

#include <ctime>
#include <iostream>

int main(int argc, char** argv) {
    homeport::app::LinuxRoles roles;
    homeport::net::KernelEntropy entropy;
    const homeport::cli::Console console{std::cin, std::cout, std::cerr};
    return homeport::cli::run_command_line(argc, argv,
                                           {console, entropy, roles, std::time(nullptr)});
}
