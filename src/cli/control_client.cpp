#include "cli/control_client.hpp"

#include "cli/limits.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cstring>

namespace homeport::cli {
namespace {

using nlohmann::json;
using Steady = std::chrono::steady_clock;

class Connection {
public:
    Connection(std::string path, Duration timeout)
        : path_(std::move(path)),
          deadline_(Steady::now() + std::chrono::duration_cast<Steady::duration>(timeout)) {}
    ~Connection() {
        if (fd_ >= 0) ::close(fd_);
    }
    Connection(const Connection&) = delete;
    Connection& operator=(const Connection&) = delete;

    Result<> open();
    Result<> send(std::string_view line);
    Result<std::string> receive();

private:
    Result<> wait_for(short events);
    std::unexpected<Error> failed() const {
        return fail(Errc::io, fmt::format("cannot talk over {}: {}", path_, std::strerror(errno)));
    }

    std::string path_;
    Steady::time_point deadline_;
    int fd_ = -1;
};

Result<> Connection::open() {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (path_.empty() || path_.size() >= sizeof address.sun_path) {
        return fail(Errc::invalid,
                    fmt::format("the path of the control socket is empty or longer than "
                                "{} characters",
                                sizeof address.sun_path - 1));
    }
    std::copy(path_.begin(), path_.end(), address.sun_path);
    fd_ = ::socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd_ < 0) return failed();
    if (::connect(fd_, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0) return {};
    switch (errno) {
    case ENOENT:
    case ECONNREFUSED:
    case ENOTDIR:
        return fail(Errc::not_found, fmt::format("nobody listens at {}", path_));
    case EACCES:
    case EPERM:
        return fail(Errc::denied, fmt::format("not allowed to use {}", path_));
    case EAGAIN:  // its backlog is full: alive, but not answering
        return fail(Errc::timed_out, fmt::format("no answer over {}", path_));
    default:
        return failed();
    }
}

Result<> Connection::wait_for(short events) {
    while (true) {
        const auto left =
            std::chrono::duration_cast<std::chrono::milliseconds>(deadline_ - Steady::now());
        if (left.count() <= 0)
            return fail(Errc::timed_out, fmt::format("no answer over {}", path_));
        pollfd waiting{fd_, events, 0};
        const int ready = ::poll(&waiting, 1, static_cast<int>(left.count()));
        if (ready > 0) return {};
        if (ready < 0 && errno != EINTR) return failed();
    }
}

Result<> Connection::send(std::string_view line) {
    while (!line.empty()) {
        const ssize_t sent = ::send(fd_, line.data(), line.size(), MSG_NOSIGNAL);
        if (sent >= 0) {
            line.remove_prefix(static_cast<std::size_t>(sent));
        } else if (errno == EAGAIN) {
            if (auto ready = wait_for(POLLOUT); !ready) return ready;
        } else if (errno == EPIPE || errno == ECONNRESET) {
            return {};  // refused before it read: its reason is waiting to be received
        } else if (errno != EINTR) {
            return failed();
        }
    }
    return {};
}

Result<std::string> Connection::receive() {
    std::string answer;
    std::array<char, 64 * 1024> piece;
    while (answer.size() <= kMaxAnswerBytes) {
        const ssize_t got = ::recv(fd_, piece.data(), piece.size(), 0);
        if (got > 0) {
            answer.append(piece.data(), static_cast<std::size_t>(got));
            if (const auto end = answer.find('\n', answer.size() - static_cast<std::size_t>(got));
                end != std::string::npos) {
                answer.resize(end);
                return answer;
            }
        } else if (got == 0) {
            return fail(Errc::protocol, fmt::format("{} was closed without an answer", path_));
        } else if (errno == EAGAIN) {
            if (auto ready = wait_for(POLLIN); !ready) return std::unexpected(ready.error());
        } else if (errno != EINTR) {
            return failed();
        }
    }
    return fail(Errc::limit, fmt::format("the answer over {} is too long", path_));
}

std::string text_of(const json& object, const char* name) {
    const auto found = object.find(name);
    return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

Result<ControlAnswer> understand(std::string body) {
    const json object = json::parse(body, nullptr, /*allow_exceptions=*/false);
    if (!object.is_object()) return fail(Errc::protocol, "the answer is no JSON object");
    ControlAnswer answer{.body = std::move(body),
                         .error = text_of(object, "error"),
                         .remedy = text_of(object, "remedy"),
                         .problems = {}};
    const auto problems = object.find("problems");
    if (problems == object.end() || !problems->is_array()) return answer;
    for (const json& problem : *problems) {
        if (problem.is_string()) answer.problems.push_back(problem.get<std::string>());
    }
    return answer;
}

}  // namespace

Result<ControlAnswer> ask(const std::string& socket_path, const ControlRequest& request,
                          Duration timeout) {
    json object{{"command", request.command}};
    if (!request.service.empty()) object["service"] = request.service;
    if (!request.home.empty()) object["home"] = request.home;
    if (!request.answer.empty()) object["answer"] = request.answer;
    for (const auto& [name, argument] : request.arguments) {
        std::visit([&, &key = name](const auto& value) { object["arguments"][key] = value; },
                   argument);
    }
    const std::string line = object.dump(-1, ' ', false, json::error_handler_t::replace) + "\n";

    Connection connection(socket_path, timeout);
    if (auto opened = connection.open(); !opened) return std::unexpected(opened.error());
    if (auto sent = connection.send(line); !sent) return std::unexpected(sent.error());
    auto answer = connection.receive();
    if (!answer) return std::unexpected(answer.error());
    return understand(std::move(*answer));
}

}  // namespace homeport::cli
