#include "reach/service/mapping_list.hpp"

#include "reach/service/limits.hpp"

#include <algorithm>
#include <utility>

namespace homeport::reach {
namespace {

/// WANIPConnection:2 section 2.5.16: the index is beyond the end.
constexpr int kNoSuchIndex = 713;

}  // namespace

void MappingList::read(std::vector<HttpUrl> locations) {
    locations_ = std::move(locations);
    ask_description();
}

void MappingList::ask_description() {
    if (next_location_ >= locations_.size()) return end();
    const HttpUrl& location = locations_[next_location_];
    HttpCall call{.id = {},
                  .to = location.at,
                  .method = "GET",
                  .path = location.path,
                  .fields = {},
                  .body = {}};
    caller_.call(std::move(call),
                 [this](HttpCallId, const Result<HttpReply>& reply) { on_description(reply); });
}

void MappingList::on_description(const Result<HttpReply>& reply) {
    const HttpUrl& location = locations_[next_location_++];
    if (!reply || reply->status != 200) return ask_description();
    const auto description = read_description(reply->body, location);
    if (!description) return ask_description();
    const auto service =
        std::ranges::find(description->services, UpnpService::Kind::connection, &UpnpService::kind);
    if (service == description->services.end()) return ask_description();
    service_ = *service;
    ask_entry();
}

void MappingList::ask_entry() {
    caller_.call(http_call(service_, entry_at(entries_.size())),
                 [this](HttpCallId, const Result<HttpReply>& reply) { on_entry(reply); });
}

/// Routers have other errors for the end than the standard's; but silence in the midst, or a
/// refusal of the first question, is none.
void MappingList::on_entry(const Result<HttpReply>& reply) {
    const UpnpOutcome outcome = outcome_of(reply, "GetGenericPortMappingEntry");
    if (!outcome.done()) {
        told_ = outcome.code() == kNoSuchIndex || !entries_.empty();
        cut_ = !outcome.answer;
        return end();
    }
    entries_.push_back(read_entry(*outcome.answer));
    told_ = true;
    cut_ = entries_.size() >= kMaxListedMappings;
    if (cut_) return end();
    ask_entry();
}

void MappingList::end() {
    over_ = true;
    done_();
}

}  // namespace homeport::reach
