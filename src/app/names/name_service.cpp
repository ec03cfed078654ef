#include "app/names/name_service.hpp"

#include "app/names/limits.hpp"
#include "app/names/operator_work.hpp"
#include "app/names/stored_sets.hpp"
#include "core/text.hpp"
#include "crypto/password.hpp"

#include <algorithm>
#include <array>
#include <iterator>

namespace homeport::app {
namespace {

std::int64_t seconds(Duration duration) {
    return to_ms(duration) / 1000;
}

/// More than anybody can ask for.
constexpr double kAnyNumber = 1e9;
/// Seconds of a source's rate that it may use at once.
constexpr double kRequestsAtOnce = 20;

double or_any(std::uint64_t limit) {
    return limit == 0 ? kAnyNumber : static_cast<double>(limit);
}

names::Answer try_later() {
    return {.outcome = names::Outcome::try_later, .retry_after = kTryLaterSeconds};
}

/// As slow to try as any other, and nobody's.
std::string decoy_password(net::Entropy& entropy) {
    std::array<std::byte, crypto::kPasswordSaltBytes> salt{};
    entropy.fill(salt);
    std::array<std::byte, 16> secret{};
    entropy.fill(secret);
    return crypto::encode_password(as_text(secret), salt).value_or("");
}

/// The labels directly below the apex that the file uses.
void add_labels(std::vector<std::string>& labels, const dns::Zone& zone) {
    const std::size_t depth = zone.apex().labels() + 1;
    zone.nodes().for_each([&](const dns::ZoneNode& node) {
        if (node.name().labels() != depth) return;
        labels.push_back(to_lower(as_text(node.name().label())));
    });
}

}  // namespace

names::Options rules_of(const config::Names& settings, std::string decoy) {
    names::Options options;
    options.decoy_password = std::move(decoy);
    options.zones = settings.zones;
    options.reserved = settings.reserved;
    options.ttl = static_cast<std::uint32_t>(seconds(settings.ttl));
    options.allow_private = settings.allow_private;
    options.sign_up = settings.sign_up;
    options.quarantine = seconds(settings.quarantine);
    options.remove_after = seconds(settings.expire_after);
    options.warn_after = options.remove_after / 7 * 6;
    options.names_per_account = settings.names_per_account;
    options.proof_bits = static_cast<unsigned>(settings.difficulty);
    options.new_names_per_day =
        std::max(options.new_names_per_day, 2 * static_cast<double>(settings.names_per_account));
    options.requests_per_second = or_any(settings.rate_limit);
    options.requests_at_once = kRequestsAtOnce * options.requests_per_second;
    options.sign_ups_per_network = or_any(settings.sign_ups_per_day);
    if (settings.sign_ups_per_day == 0) options.sign_ups_per_hour = kAnyNumber;
    options.seconds_per_change =
        std::max(static_cast<double>(to_ms(settings.change_interval)) / 1000, 1 / kAnyNumber);
    options.max_proof_bits = std::max(options.max_proof_bits, options.proof_bits);
    return options;
}

/// One request's way through a batch.
class NameService::RequestWork final : public store::Work {
public:
    RequestWork(NameService& service, names::ApiRequest asked, http::Responder respond)
        : service_(service), asked_(std::move(asked)), respond_(std::move(respond)) {}

    void prepare(std::vector<store::NameChange>& changes) override {
        prepared_ = true;
        decision_ = service_.registry_.handle(asked_.request, service_.moment());
        std::ranges::move(decision_.changes, std::back_inserter(changes));
    }
    void finish(const Result<>& done) override {
        if (decision_.password) {
            return service_.work_on_password(std::move(*decision_.password), std::move(asked_),
                                             std::move(respond_));
        }
        const bool failed =
            !prepared_ || (!done && (decision_.waits || !decision_.changes.empty()));
        const names::Answer answer = failed ? try_later() : std::move(decision_.answer);
        service_.count(answer, !decision_.changes.empty());
        const auto* const question = std::get_if<names::AskPropagation>(&asked_.request.question);
        if (question != nullptr && names::is_success(answer.outcome)) {
            return respond_({.content_type = "application/json",
                             .body = service_.ports_.propagation(question->name)});
        }
        respond_(names::write_answer(asked_, answer));
    }

private:
    NameService& service_;
    names::ApiRequest asked_;
    http::Responder respond_;
    names::Decision decision_;
    bool prepared_ = false;
};

class NameService::ExpiryWork final : public store::Work {
public:
    explicit ExpiryWork(NameService& service) : service_(service) {}

    void prepare(std::vector<store::NameChange>& changes) override {
        auto decision = service_.registry_.expire(service_.moment(), kExpiryBudget);
        std::ranges::move(decision.changes, std::back_inserter(changes));
    }
    void finish(const Result<>&) override {}

private:
    NameService& service_;
};

NameService::NameService(const NamesWorld& world, config::Names settings,
                         const store::NameState& state, Ports ports)
    : world_(world),
      settings_(std::move(settings)),
      ports_(std::move(ports)),
      registry_(rules_of(settings_, decoy_password(world_.entropy)), state, world_.loop.wall()),
      server_(world_.loop, world_.network, *this, {.trusted_proxies = settings_.trusted_proxies}),
      expiry_(world_.loop.timers(), net::call<&NameService::expire>(this)),
      self_(std::make_shared<NameService*>(this)),
      passwords_(kMaxWaitingPasswords) {}

NameService::~NameService() {
    *self_ = nullptr;
}

Result<> NameService::start() {
    http::Wrap wrap;
    if (!settings_.certificate.empty()) {
        auto tls = net::TlsServer::load(world_.loop, settings_.certificate, settings_.private_key);
        if (!tls) return std::unexpected(tls.error());
        tls_ = std::move(*tls);
        for (const std::string& warning : tls_->warnings())
            world_.log.warn("names.certificate", {{"what", warning}});
        wrap = [this](std::unique_ptr<net::Stream> stream) {
            return tls_->accept(std::move(stream));
        };
    }
    expiry_.arm(world_.loop.now() + kExpiryInterval);
    return server_.start(settings_.listen, wrap);
}

void NameService::reserve(const std::vector<dns::ZoneInput>& zones) {
    std::vector<std::string> labels = settings_.reserved;
    for (const dns::ZoneInput& input : zones) {
        if (std::ranges::find(settings_.zones, zone_text(input.file->apex())) !=
            settings_.zones.end())
            add_labels(labels, *input.file);
    }
    registry_.set_reserved(labels);
}

void NameService::carry_out(Order order, OrderReply reply) {
    OperatorView view{registry_, seconds(settings_.quarantine), seconds(settings_.expire_after),
                      [this] { return moment(); }};
    ports_.submit(operator_work(std::move(view), std::move(order), std::move(reply)));
}

names::Moment NameService::moment() {
    names::Moment moment{world_.loop.now(), world_.loop.wall(), {}};
    world_.entropy.fill(moment.entropy);
    return moment;
}

void NameService::handle(const http::Request& request, http::Responder respond) {
    ++facts_.requests;
    const names::HttpRequest http{request.method,        request.path,          request.query,
                                  request.authorization, request.content_type,  request.user_agent,
                                  request.body,          request.source.address};
    auto asked = names::read_request(http, settings_.zones.front());
    if (!asked) {
        ++facts_.refused;
        return respond(asked.error());
    }
    submit(std::move(*asked), std::move(respond));
}

void NameService::submit(names::ApiRequest asked, http::Responder respond) {
    ports_.submit(std::make_unique<RequestWork>(*this, std::move(asked), std::move(respond)));
}

/// Comes back as a request that carries the result.
void NameService::work_on_password(names::PasswordWork work, names::ApiRequest asked,
                                   http::Responder respond) {
    struct Job {
        names::PasswordWork work;
        names::ApiRequest asked;
        http::Responder respond;
        std::array<std::byte, crypto::kPasswordSaltBytes> salt{};
    };
    auto job =
        std::make_shared<Job>(Job{std::move(work), std::move(asked), std::move(respond), {}});
    world_.entropy.fill(job->salt);
    const bool taken = passwords_.submit([job, self = self_, &mailbox = ports_.mailbox] {
        names::PasswordResult result{.account = job->work.account};
        if (job->work.encoded.empty()) {
            result.encoded = crypto::encode_password(job->work.password, job->salt).value_or("");
        } else {
            result.right = crypto::is_password(job->work.password, job->work.encoded);
        }
        job->asked.request.password = std::move(result);
        mailbox.send([job, self] {
            if (*self == nullptr) return;
            (*self)->submit(std::move(job->asked), std::move(job->respond));
        });
    });
    if (taken) return;
    const names::Answer answer = try_later();
    count(answer, false);
    job->respond(names::write_answer(job->asked, answer));
}

/// What was only looked up is a request and nothing more.
void NameService::count(const names::Answer& answer, bool changed) {
    if (answer.outcome == names::Outcome::good) {
        if (changed) ++facts_.changed;
    } else if (answer.outcome == names::Outcome::unchanged) {
        ++facts_.unchanged;
    } else if (answer.outcome == names::Outcome::try_later) {
        ++facts_.failed;
    } else {
        ++facts_.refused;
    }
}

void NameService::expire() {
    ports_.submit(std::make_unique<ExpiryWork>(*this));
    expiry_.arm(world_.loop.now() + kExpiryInterval);
}

NamesFacts NameService::facts() const {
    NamesFacts facts = facts_;
    facts.names = registry_.tables().names();
    facts.accounts = registry_.tables().accounts().size();
    return facts;
}

}  // namespace homeport::app
