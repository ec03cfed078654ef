#include "dns/check/checker.hpp"

#include "dns/check/round.hpp"
#include "dns/check/survey.hpp"
#include "dns/check/zone_search.hpp"

#include <optional>

namespace homeport::dns::check {

struct Checker::Impl {
    Impl(net::Loop& on, net::Network& by, net::Entropy& from, Options asked, net::Callback done)
        : loop(on),
          network(by),
          entropy(from),
          options(std::move(asked)),
          on_done(done),
          search(options.name, options.servers, options.resolvers) {
        go_on();
    }

    void go_on();
    void on_round();

    net::Loop& loop;
    net::Network& network;
    net::Entropy& entropy;
    Options options;
    net::Callback on_done;
    ZoneSearch search;
    std::optional<Survey> survey;  ///< once the search is over
    std::unique_ptr<Round> round;
    Report report;
};

void Checker::Impl::go_on() {
    std::vector<Request> requests = search.requests();
    if (requests.empty()) {
        survey.emplace(options.name, options.types, search.found(), options.resolvers);
        requests = survey->requests();
    }
    round = std::make_unique<Round>(loop, network, entropy, options.timeout, std::move(requests),
                                    net::call<&Impl::on_round>(this));
}

void Checker::Impl::on_round() {
    const std::vector<Outcome> outcomes = round->take_outcomes();
    if (!survey) {
        search.take(outcomes);
        return go_on();
    }
    report = survey->evaluate(outcomes);
    const net::Callback done = on_done;
    done();
}

Checker::Checker(net::Loop& loop, net::Network& network, net::Entropy& entropy, Options options,
                 net::Callback on_done)
    : impl_(std::make_unique<Impl>(loop, network, entropy, std::move(options), on_done)) {}

Checker::~Checker() = default;

const Report& Checker::report() const {
    return impl_->report;
}

}  // namespace homeport::dns::check
