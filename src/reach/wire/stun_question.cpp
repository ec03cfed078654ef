#include "reach/wire/stun_question.hpp"

#include <algorithm>
#include <utility>

namespace homeport::reach {

StunQuestion::StunQuestion(const Endpoint& server, const StunId& id, Duration patience)
    : StunQuestion(Plan{
          .server = server, .id = id, .change = {}, .answer_from = server, .patience = patience}) {}

StunQuestion::StunQuestion(const Plan& plan)
    : plan_(plan), message_bytes_(write_stun_request(plan.id, plan.change, message_).size()) {}

StunQuestion::Action StunQuestion::poll(TimePoint now) {
    if (over_) return Action::over;
    if (tries_ == 0) started_ = now;
    if (now - started_ >= plan_.patience) {
        end(StunOutcome::Kind::silent);
        return Action::over;
    }
    if (tries_ > 0 && now < deadline_) return Action::none;
    const TimePoint end_of_patience = started_ + plan_.patience;
    if (tries_ == kStunTries) {
        deadline_ = end_of_patience;
        return Action::none;
    }
    deadline_ = std::min(now + kStunFirstPause * (1 << tries_), end_of_patience);
    ++tries_;
    return Action::send;
}

void StunQuestion::on_datagram(const Endpoint& from, Bytes datagram, TimePoint now) {
    const bool wanted = from == plan_.answer_from;
    if (over_ || tries_ == 0 || (!wanted && from != plan_.server)) return;
    auto answer = parse_stun_answer(datagram);
    if (!answer || answer->id != plan_.id) return;
    outcome_.answer = std::move(*answer);
    outcome_.took = now - started_;
    if (outcome_.answer.error != 0) return end(StunOutcome::Kind::refused);
    end(wanted ? StunOutcome::Kind::answer : StunOutcome::Kind::unchanged);
}

void StunQuestion::on_unreachable() {
    if (!over_) end(StunOutcome::Kind::unreachable);
}

void StunQuestion::end(StunOutcome::Kind kind) {
    over_ = true;
    deadline_ = kNever;
    outcome_.kind = kind;
}

}  // namespace homeport::reach
