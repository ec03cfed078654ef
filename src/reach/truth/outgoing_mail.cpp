#include "reach/truth/outgoing_mail.hpp"

namespace homeport::reach {

std::optional<bool> answered(const Result<>& dial) {
    if (dial) return true;
    switch (dial.error().code) {
    case Errc::refused:
    case Errc::reset:
        return true;
    case Errc::timed_out:
    case Errc::unreachable:
        return false;
    default:
        return std::nullopt;
    }
}

OutgoingMail judge_mail(std::optional<bool> mail, std::optional<bool> indifferent) {
    if (mail == true) return OutgoingMail::open;
    return mail == false && indifferent == true ? OutgoingMail::blocked : OutgoingMail::unknown;
}

}  // namespace homeport::reach
