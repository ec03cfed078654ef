#pragma once
/// One TCP connection of a probe: dialled, written to and read, and closed in the ordinary way.

#include "core/bytes.hpp"
#include "core/ip.hpp"
#include "core/result.hpp"
#include "net/loop.hpp"
#include "net/network.hpp"
#include "net/pump.hpp"
#include "net/stream.hpp"
#include "net/timer.hpp"

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace homeport::reach {

class ProbeLine {
public:
    /// Told from the loop; may call stop(), but not destroy the line.
    class User {
    public:
        virtual void on_up(ProbeLine& line) = 0;
        virtual void on_failed(ProbeLine& line, const Error& error) = 0;
        virtual void on_bytes(ProbeLine& line, Bytes bytes) = 0;
        virtual void on_end(ProbeLine& line, bool cut) = 0;

    protected:
        ~User() = default;
    };

    ProbeLine(net::Loop& loop, net::Network& network, User& user);
    ~ProbeLine();
    ProbeLine(const ProbeLine&) = delete;
    ProbeLine& operator=(const ProbeLine&) = delete;

    /// The first of several attempts that connects is the line; it failed when the last one has.
    void dial(const Endpoint& to);
    bool up() const { return stream_ != nullptr; }
    /// Sends what is given as far as it goes now, the rest later.
    void send(std::string_view text);
    /// Nothing more is told.
    void stop();

private:
    void dial_again();
    void on_dialled(std::size_t attempt, Result<std::unique_ptr<net::Stream>> stream);
    void run();
    void write();
    bool read();

    net::Loop& loop_;
    net::Network& network_;
    User& user_;
    net::Edges edges_;
    Endpoint to_;
    TimePoint give_up_{};
    std::vector<std::unique_ptr<net::Handle>> dialling_;
    std::size_t failed_ = 0;  ///< of these
    net::Timer again_;
    std::unique_ptr<net::Stream> stream_;
    std::string unsent_;
    bool stopped_ = false;
};

}  // namespace homeport::reach
