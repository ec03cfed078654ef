#include "dns/check/report.hpp"

#include <algorithm>

namespace homeport::dns::check {

bool Report::all_current() const {
    const auto fine = [](const auto& one) {
        return one.state == State::current || one.state == State::unreachable;
    };
    return problem.empty() && serial && std::ranges::all_of(servers, fine) &&
           std::ranges::all_of(resolvers, fine);
}

std::string_view to_string(State state) {
    switch (state) {
    case State::current:
        return "current";
    case State::behind:
        return "behind";
    case State::differs:
        return "differs";
    case State::old:
        return "old";
    case State::unknown:
        return "unknown";
    case State::silent:
        return "silent";
    case State::unreachable:
        return "unreachable";
    case State::garbled:
        return "garbled";
    case State::no_tcp:
        return "no_tcp";
    case State::refused:
        return "refused";
    case State::failed:
        return "failed";
    case State::not_authoritative:
        return "not_authoritative";
    case State::no_address:
        return "no_address";
    }
    return "unknown";
}

}  // namespace homeport::dns::check
