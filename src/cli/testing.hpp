#pragma once
/// What tests of commands share.

#include "cli/commands.hpp"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

namespace homeport::cli {

/// A fresh directory that goes away with this.
class TempDir {
public:
    TempDir() {
        std::string name = std::filesystem::temp_directory_path() / "homeport-test-XXXXXX";
        if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("no temporary directory");
        path_ = name;
    }
    ~TempDir() {
        std::error_code ignored;
        std::filesystem::remove_all(path_, ignored);
    }
    TempDir(const TempDir&) = delete;
    TempDir& operator=(const TempDir&) = delete;

    std::string operator/(const std::string& name) const { return path_ + "/" + name; }
    const std::string& path() const { return path_; }
    std::string write(const std::string& name, const std::string& content) const {
        const std::string path = *this / name;
        std::ofstream(path) << content;
        std::filesystem::permissions(
            path, std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
        return path;
    }

private:
    std::string path_;
};

class CountingEntropy final : public net::Entropy {
public:
    void fill(MutableBytes out) override {
        for (std::byte& byte : out) byte = std::byte{next_++};
    }

private:
    std::uint8_t next_ = 1;
};

/// Remembers what it was asked to run.
class FakeRoles final : public Roles {
public:
    Result<> run_relay(const std::string&, const config::Relay&) override { return outcome; }
    Result<> run_agent(const std::string&, const config::Agent&,
                       const PairedRelay& relay) override {
        agent_of = relay;
        return outcome;
    }
    Result<> run_demo(const RunDemo&, const Console&) override { return outcome; }
    Result<std::string> pair(const std::string&, const tunnel::Token& token) override {
        tokens.push_back(token);
        return pairing;
    }

    Result<> ask(const std::string&, const PairedRelay& relay,
                 const tunnel::Question& question) override {
        asked_of = relay;
        questions.push_back(question);
        return outcome;
    }

    Result<std::unique_ptr<net::Handle>> ask_alone(net::Loop& loop, net::Network&,
                                                   const std::string&, const PairedRelay& relay,
                                                   const tunnel::Question& question,
                                                   const IpAddress&, AskDone done) override {
        asked_of = relay;
        questions.push_back(question);
        loop.post([done = std::move(done), result = outcome]() mutable { done(result); });
        return std::make_unique<net::Handle>();
    }

    Result<> outcome;
    Result<std::string> pairing = "relay1";
    std::vector<tunnel::Token> tokens;
    std::optional<PairedRelay> agent_of;
    std::optional<PairedRelay> asked_of;
    std::vector<tunnel::Question> questions;
};

/// Runs command lines and keeps what they printed last.
class Shell {
public:
    int operator()(const std::vector<std::string>& arguments, const std::string& input = {}) {
        std::vector<const char*> argv{"homeport"};
        for (const std::string& argument : arguments) argv.push_back(argument.c_str());
        std::istringstream in(input);
        std::ostringstream out_stream, err_stream;
        const Console console{in, out_stream, err_stream};
        const int code = run_command_line(static_cast<int>(argv.size()), argv.data(),
                                          {console, entropy, roles, now});
        out = out_stream.str();
        err = err_stream.str();
        return code;
    }

    FakeRoles roles;
    CountingEntropy entropy;
    UnixSeconds now = 1'800'000'000;
    std::string out;
    std::string err;
};

}  // namespace homeport::cli
