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

Result<> check(const ProbeQuestion& probe) {
    auto fits = check_text(probe.service, kMaxNameBytes, "the service's name");
    if (fits) fits = check_text(probe.host, kMaxHostBytes, "the host's name");
    if (fits) fits = check_text(probe.login, kMaxNameBytes, "the login");
    return fits;
}

Frame frame(const ParkQuestion& park, std::uint32_t ask) {
    return ParkFrame{ask, park.parked, park.service, park.home, park.answer};
}

Frame frame(const ChallengeQuestion& challenge, std::uint32_t ask) {
    return ChallengeFrame{ask, challenge.present, challenge.host, challenge.text};
}

Frame frame(const ProbeQuestion& probe, std::uint32_t ask) {
    return ProbeFrame{ask,         probe.token,   probe.udp,  probe.port,
                      probe.check, probe.service, probe.host, probe.login};
}

}  // namespace

Result<> check_question(const Question& question) {
    return std::visit([](const auto& asked) { return check(asked); }, question);
}

Frame frame_of(const Question& question, std::uint32_t ask) {
    return std::visit([ask](const auto& asked) { return frame(asked, ask); }, question);
}

std::optional<std::uint32_t> ask_number(const Frame& frame) {
    if (const auto* park = std::get_if<ParkFrame>(&frame)) return park->ask;
    if (const auto* challenge = std::get_if<ChallengeFrame>(&frame)) return challenge->ask;
    if (const auto* probe = std::get_if<ProbeFrame>(&frame)) return probe->ask;
    return std::nullopt;
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
