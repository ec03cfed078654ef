#pragma once
/// The part of the command line that begins with `homeport names`, and `homeport dns ds`.

#include "cli/command.hpp"

#include <CLI/App.hpp>

#include <map>
#include <string>

namespace homeport::cli {

/// The raw words; CLI11 fills them while it parses. Must outlive the applications it was added to.
class NamesGrammar {
public:
    NamesGrammar() = default;
    NamesGrammar(const NamesGrammar&) = delete;
    NamesGrammar& operator=(const NamesGrammar&) = delete;

    void add_names(CLI::App& app);
    void add_ds(CLI::App& dns);

    /// Of `homeport names ...` or `homeport dns ds`, which was parsed.
    Command chosen(const CLI::App& parsed) const;

private:
    CLI::App& add(CLI::App& names, const char* name, const char* about, const char* example);
    CLI::App& add_order(CLI::App& names, OrderNames::What what, const char* name, const char* about,
                        const char* example);
    CLI::App& add_use(CLI::App& names, UseNames::What what, const char* name, const char* about,
                      const char* example);
    void add_place(CLI::App& sub);
    void add_orders(CLI::App& names);
    void add_opening(CLI::App& names);
    void add_uses(CLI::App& names);
    void add_set(CLI::App& names);
    OpenNames opening(bool sign_up) const;

    std::map<std::string, OrderNames::What> orders_;
    std::map<std::string, UseNames::What> uses_;
    OrderNames order_;
    OpenNames open_;
    UseNames use_;
    NamesPlace place_;
    ShowDs ds_;
};

}  // namespace homeport::cli
