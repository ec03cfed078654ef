#pragma once
/// Asks name servers that answer with the address they were asked from, each once for either
/// family, from this machine's own addresses.

#include "core/echo_question.hpp"
#include "reach/service/router_session.hpp"

#include <functional>
#include <memory>
#include <optional>
#include <vector>

namespace homeport::reach {

class EchoLook {
public:
    /// Called from the loop whenever a server has been asked: with what it said, or with nothing.
    /// It must not destroy the look.
    using Heard = std::function<void(const std::optional<Evidence>&)>;

    /// At most kMaxEchoQuestions, more are left out. `world` must outlive the look.
    EchoLook(const ReachWorld& world, std::vector<EchoQuestion> questions, Heard heard);
    ~EchoLook();
    EchoLook(const EchoLook&) = delete;
    EchoLook& operator=(const EchoLook&) = delete;

    /// Asks anew; questions still under way are forgotten. Without a place nobody is asked. Not to
    /// be called from `heard`.
    void ask(const std::optional<Neighbourhood>& place);
    /// Somebody was asked and may still answer.
    bool asking() const;

private:
    class Asking;
    struct Server {
        std::unique_ptr<net::Handle> resolving;
        std::vector<std::unique_ptr<Asking>> askings;  ///< at most one for each family
    };
    void ask_server(std::size_t index, const std::vector<IpAddress>& addresses);

    ReachWorld world_;
    std::vector<EchoQuestion> questions_;
    Heard heard_;
    std::optional<Neighbourhood> place_;
    std::vector<Server> servers_;  ///< one for each question, by its index
};

}  // namespace homeport::reach
