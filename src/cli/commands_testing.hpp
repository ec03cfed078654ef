#pragma once
/// What tests of whole commands share: settings files, and a role that answers once.

#include "cli/testing.hpp"

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <string>
#include <thread>
#include <vector>

namespace homeport::cli {

class Commands : public testing::Test {
protected:
    Commands() {
        relay_file = dir.write("relay.toml",
                               "[relay]\nname = \"relay1\"\nstate_dir = \"" + dir / "relay" +
                                   "\"\nlisten = [\"127.0.0.1:7843\"]\n"
                                   "public_address = \"relay.example.net:7843\"\ncontrol = \"" +
                                   dir / "relay.sock" + "\"\n");
        agent_file = dir.write("agent.toml", agent_text());
    }
    std::string agent_text(const std::string& more = {}) const {
        return "[agent]\nstate_dir = \"" + dir / "agent" + "\"\ncontrol = \"" + dir / "agent.sock" +
               "\"\n" + more +
               "[[service]]\nname = \"web\"\nkind = \"http\"\nhosts = [\"home.example.net\"]\n"
               "target = \"127.0.0.1:8080\"\n";
    }
    std::string invite(const std::string& name, std::vector<std::string> more = {}) {
        std::vector<std::string> arguments{"invite", name, "--config", relay_file};
        arguments.insert(arguments.end(), more.begin(), more.end());
        EXPECT_EQ(shell(arguments), kDone) << shell.err;
        std::string token = shell.out;
        if (token.ends_with('\n')) token.pop_back();
        return token;
    }

    TempDir dir;
    Shell shell;
    std::string relay_file;
    std::string agent_file;
};

/// Answers one request on a Unix socket, as a running role would.
class OneAnswer {
public:
    OneAnswer(const std::string& path, std::string answer) {
        sockaddr_un address{};
        address.sun_family = AF_UNIX;
        std::copy(path.begin(), path.end(), address.sun_path);
        listener_ = ::socket(AF_UNIX, SOCK_STREAM, 0);
        ::bind(listener_, reinterpret_cast<const sockaddr*>(&address), sizeof address);
        ::listen(listener_, 1);
        thread_ = std::jthread([this, answer = std::move(answer)] {
            const int guest = ::accept(listener_, nullptr, nullptr);
            char c = 0;
            while (::read(guest, &c, 1) == 1 && c != '\n') request_ += c;
            [[maybe_unused]] const auto sent =
                ::send(guest, answer.data(), answer.size(), MSG_NOSIGNAL);
            ::close(guest);
        });
    }
    ~OneAnswer() {
        thread_.join();
        ::close(listener_);
    }
    std::string request() {
        if (thread_.joinable()) thread_.join();
        thread_ = std::jthread([] {});
        return request_;
    }

private:
    int listener_ = -1;
    std::string request_;
    std::jthread thread_;
};

}  // namespace homeport::cli
