#pragma once
/// A name service for tests that answers what it is told to.

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace homeport::cli {

class FakeService {
public:
    /// One connection for each answer: status and body.
    explicit FakeService(std::vector<std::pair<int, std::string>> answers)
        : listener_(::socket(AF_INET, SOCK_STREAM, 0)), answers_(std::move(answers)) {
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = ::htonl(INADDR_LOOPBACK);
        auto* const any = reinterpret_cast<sockaddr*>(&address);
        ::bind(listener_, any, sizeof address);
        ::listen(listener_, 8);
        socklen_t size = sizeof address;
        ::getsockname(listener_, any, &size);
        port_ = ::ntohs(address.sin_port);
        thread_ = std::jthread([this] { serve(); });
    }
    ~FakeService() {
        ::shutdown(listener_, SHUT_RDWR);
        thread_.join();
        ::close(listener_);
    }
    FakeService(const FakeService&) = delete;
    FakeService& operator=(const FakeService&) = delete;

    std::string url() const { return fmt::format("http://127.0.0.1:{}", port_); }
    /// Head and body of each, when all answers were fetched.
    const std::vector<std::string>& requests() {
        if (thread_.joinable()) thread_.join();
        thread_ = std::jthread([] {});
        return requests_;
    }

private:
    void serve() {
        for (const auto& [status, body] : answers_) {
            const int guest = ::accept(listener_, nullptr, nullptr);
            if (guest < 0) return;
            requests_.push_back(read_request(guest));
            const std::string answer = fmt::format(
                "HTTP/1.1 {} Word\r\nContent-Length: {}\r\nConnection: close\r\n{}\r\n{}", status,
                body.size(), status == 429 ? "Retry-After: 7\r\n" : "", body);
            ::send(guest, answer.data(), answer.size(), MSG_NOSIGNAL);
            ::close(guest);
        }
    }
    static std::string read_request(int guest) {
        std::string text;
        char c = 0;
        while (!text.ends_with("\r\n\r\n") && ::recv(guest, &c, 1, 0) == 1) text += c;
        constexpr std::string_view kLength = "Content-Length: ";
        const auto at = text.find(kLength);
        std::size_t left =
            at == std::string::npos ? 0 : std::stoul(text.substr(at + kLength.size()));
        for (; left > 0 && ::recv(guest, &c, 1, 0) == 1; --left) text += c;
        return text;
    }

    int listener_;
    int port_ = 0;
    std::vector<std::pair<int, std::string>> answers_;
    std::vector<std::string> requests_;
    std::jthread thread_;
};

}  // namespace homeport::cli
