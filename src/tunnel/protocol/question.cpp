#include "tunnel/protocol/question.hpp"

#include "tunnel/protocol/limits.hpp"

namespace homeport::tunnel {
namespace {

Result<> check_text(const std::string& text, std::size_t most, const char* what) {
    if (text.size() <= most) return {};
    return fail(Errc::invalid, std::string(what) + " is longer than " + std::to_string(most) +
                                   " octets; give a shorter one");
}

Result<> check(const ParkQuestion& park) {
    auto fits = check_text(park.home, kMaxNameBytes, "the home's name");
    if (fits) fits = check_text(park.service, kMaxNameBytes, "the service's name");
    if (fits) fits = check_text(park.answer, kMaxParkAnswerBytes, "the answer");
    return fits;
}

Result<> check(const ChallengeQuestion& challenge) {
    auto fits = check_text(challenge.host, kMaxHostBytes, "the host's name");
    if (fits) fits = check_text(challenge.text, kMaxChallengeBytes, "the challenge");
    return fits;
}

}  // namespace

Result<> check_question(const Question& question) {
    return std::visit([](const auto& asked) { return check(asked); }, question);
}

Frame frame_of(const Question& question, std::uint32_t ask) {
    if (const auto* park = std::get_if<ParkQuestion>(&question))
        return ParkFrame{ask, park->parked, park->service, park->home, park->answer};
    const auto& challenge = std::get<ChallengeQuestion>(question);
    return ChallengeFrame{ask, challenge.present, challenge.host, challenge.text};
}

AskedFrame asked_frame(std::uint32_t ask, const Result<>& result) {
    if (result) return {.ask = ask, .ok = true};
    return {.ask = ask, .ok = false, .code = result.error().code, .reason = result.error().what};
}

Result<> result_of(const AskedFrame& asked) {
    if (asked.ok) return {};
    return fail(asked.code, std::string(asked.reason));
}

}  // namespace homeport::tunnel
