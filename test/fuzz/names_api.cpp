/// Anybody can ask the name service: any bytes in any part of a request must give a question or a
/// response, the registry must answer the question, and nobody without a token changes a name.

#include "core/assert.hpp"
#include "core/text.hpp"
#include "names/api.hpp"
#include "names/testing.hpp"

#include <nlohmann/json.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

using namespace homeport;
using namespace homeport::names;

namespace {

/// One person whose token is the same in every run, so that seeds can hold it.
struct World {
    names::testing::Service service;
    Credentials alice = service.person("alice", {"alice.dyn.example"});
};

void check_response(const ApiRequest* asked, const http::Response& response) {
    HOMEPORT_ASSERT(response.status >= 200 && response.status < 600);
    HOMEPORT_ASSERT(!response.body.empty());
    if (response.content_type == "application/json")
        HOMEPORT_ASSERT(nlohmann::json::accept(response.body));
    if (asked == nullptr || asked->api != Api::dyndns2) return;
    const auto& hosts = std::get<UpdateNames>(asked->request.question).hosts;
    const auto lines = std::ranges::count(response.body, '\n');
    HOMEPORT_ASSERT(lines == 1 || static_cast<std::size_t>(lines) == hosts.size());
}

}  // namespace

/// Lines: method, path, query, authorization, content type, user agent; then the body.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    std::string_view rest(reinterpret_cast<const char*>(data), size);
    std::array<std::string_view, 6> lines;
    for (std::string_view& line : lines) {
        const std::size_t end = std::min(rest.find('\n'), rest.size());
        line = rest.substr(0, end);
        rest.remove_prefix(std::min(end + 1, rest.size()));
    }
    const HttpRequest http{.method = lines[0],
                           .path = lines[1],
                           .query = lines[2],
                           .authorization = lines[3],
                           .content_type = lines[4],
                           .user_agent = lines[5],
                           .body = rest,
                           .source = names::testing::kHome};
    const auto asked = read_request(http, "dyn.example");
    if (!asked) {
        check_response(nullptr, asked.error());
        return 0;
    }
    // Made once: what one input leaves behind, the next ones meet.
    static World world;
    world.service.moment.now += 60s;  // no limit is reached
    const names::testing::Dump before = world.service.dump();
    const Decision decision = world.service.decide(asked->request);
    const bool knows = asked->request.credentials.secret == world.alice.secret;
    HOMEPORT_ASSERT(knows || decision.changes.empty() ||
                    std::holds_alternative<SignUp>(asked->request.question) ||
                    to_lower(asked->request.credentials.user) == "alice");
    check_response(&*asked, write_answer(*asked, decision.answer));
    world.service.registry().roll_back();
    HOMEPORT_ASSERT(world.service.dump() == before);
    return 0;
}
