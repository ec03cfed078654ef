#include "app/names/name_desk.hpp"

#include "app/names/limits.hpp"
#include "app/names/operator_work.hpp"
#include "app/names/stored_sets.hpp"
#include "dns/server/limits.hpp"
#include "dns/transfer/catalog.hpp"
#include "dns/transfer/transfer.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <future>

namespace homeport::app {
namespace {

dns::TcpLimits tcp_limits(std::size_t visitors) {
    dns::TcpLimits limits;
    limits.connections = std::min(limits.connections, visitors / kVisitorsPerDnsConnection);
    return limits;
}

}  // namespace

std::vector<std::string> signed_zones(const std::vector<config::ZoneSource>& zones) {
    std::vector<std::string> names;
    for (const config::ZoneSource& zone : zones) {
        if (zone.sign) names.push_back(zone.name);
    }
    return names;
}

/// The messages of one transfer, each of them sealed.
struct NameDesk::TransferMessages final : dns::MessageSource {
    TransferMessages(net::Loop& on, std::shared_ptr<std::size_t> running, dns::Transfer messages,
                     dns::TsigSigner signer, std::shared_ptr<const dns::Access> keys)
        : loop(on),
          count(std::move(running)),
          access(std::move(keys)),
          transfer(std::move(messages)),
          seal(std::move(signer)) {
        ++*count;
    }
    ~TransferMessages() override { --*count; }
    TransferMessages(const TransferMessages&) = delete;
    TransferMessages& operator=(const TransferMessages&) = delete;

    std::size_t next(MutableBytes out) override {
        const std::size_t size = transfer.next(out);
        return size == 0 ? 0 : seal.sign(out, size, loop.wall());
    }

    net::Loop& loop;
    std::shared_ptr<std::size_t> count;
    std::shared_ptr<const dns::Access> access;  ///< has the key of `seal`
    dns::Transfer transfer;
    dns::TsigSigner seal;
};

NameDesk::NameDesk(const Parts& parts, const config::Relay& settings,
                   std::unique_ptr<store::NameStore> store, store::NameState state)
    : world_(parts.world),
      mailbox_(parts.mailbox),
      settings_(*settings.dns),
      secondary_settings_(settings.secondaries),
      signed_zones_(signed_zones(settings.zones)),
      access_(parts.responder.access),
      store_(std::move(store)),
      state_(std::move(state)),
      keeper_(parts.board, world_.log,
              {.home_ttl = static_cast<std::uint32_t>(to_ms(settings_.ttl) / 1000),
               .relay = settings_.addresses,
               .allow_private =
                   settings_.allow_private || (settings.names && settings.names->allow_private),
               .on_step = [this](const dns::Zone& zone) { on_step(zone); }}),
      view_(keeper_),
      commit_({.write =
                   [this](std::span<const store::NameChange> changes,
                          std::move_only_function<void(Result<>)> done) {
                       write(changes, std::move(done));
                   },
               .begin = [this] { view_.reset(); },
               .commit = [this](std::span<const store::NameChange> changes) { show(changes); },
               .roll_back =
                   [this] {
                       if (service_) service_->registry().roll_back();
                   }}),
      updates_{world_.loop,
               world_.log,
               keeper_,
               *access_,
               view_,
               replays_,
               [this](dns::NameView name) { return is_protected(name); }},
      update_sink_([this](UpdateRequest request) {
          ++updates_total_;
          submit(std::make_unique<UpdateWork>(updates_, std::move(request)));
      }),
      tcp_answers_(
          world_.loop, parts.board, parts.responder,
          [this](Bytes request, const dns::Query& query, const dns::TsigCheck& signature) {
              return transfer(request, query, signature);
          },
          update_sink_),
      tcp_(world_.loop, world_.network, tcp_answers_, tcp_limits(parts.visitors)),
      secondaries_(world_, targets(),
                   [this](dns::NameView apex) -> std::shared_ptr<const dns::Zone> {
                       const dns::ReleasedZone* const released = keeper_.released(apex);
                       return released == nullptr ? nullptr : released->zone;
                   }),
      begin_(net::call<&NameDesk::begin>(this)),
      batches_(net::call<&NameDesk::run_batches>(this)),
      publish_soon_(net::call<&NameDesk::publish>(this)),
      step_timer_(world_.loop.timers(), net::call<&NameDesk::publish>(this)),
      challenges_(world_.loop, keeper_, [this] { publish_promptly(); }),
      signing_timer_(world_.loop.timers(), net::call<&NameDesk::refresh_signatures>(this)),
      transfers_(std::make_shared<std::size_t>(0)),
      self_(std::make_shared<NameDesk*>(this)),
      disk_(kDiskJobs) {
    if (!settings.names) return;
    if (state_.secret == decltype(state_.secret){}) {
        world_.entropy.fill(state_.secret);
        new_secret_ = true;
    }
    service_ = std::make_unique<NameService>(
        world_, *settings.names, state_,
        NameService::Ports{mailbox_,
                           [this](std::unique_ptr<store::Work> work) { submit(std::move(work)); },
                           [this](const std::string& name) { return propagation(name); }});
}

NameDesk::~NameDesk() {
    *self_ = nullptr;
}

Result<> NameDesk::start(std::vector<dns::ZoneInput> zones, const std::vector<Endpoint>& listen) {
    if (new_secret_) {
        if (auto stored = store_now({store::StoredSecret{state_.secret}}); !stored) return stored;
    }
    for (const store::StoredKeyTime& time : state_.key_times) {
        if (const auto key = dns::Name::parse(time.key)) replays_.restore(*key, time.signed_at);
    }
    if (auto completed = complete(zones); !completed) return completed;
    if (auto opened = secondaries_.start(); !opened) return opened;
    if (auto opened = tcp_.start(listen); !opened) return opened;
    if (service_) {
        if (auto opened = service_->start(); !opened) return opened;
    }
    first_zones_ = std::move(zones);
    begin_.post(world_.loop);
    return {};
}

/// Before anything else happens on this loop, but nobody waits for it: large zones take their time
/// to be signed.
void NameDesk::begin() {
    if (service_) service_->reserve(first_zones_);
    keeper_.load(std::exchange(first_zones_, {}));
    publish();
    signing_timer_.arm(world_.loop.now() + kSigningInterval);
}

void NameDesk::load(std::vector<dns::ZoneInput> zones, std::vector<std::string> to_sign) {
    signed_zones_ = std::move(to_sign);
    if (auto completed = complete(zones); !completed) {
        world_.log.error("dns.zones_refused", {{"why", completed.error().what}});
        return;
    }
    if (service_) service_->reserve(zones);
    keeper_.load(std::move(zones));
    publish_soon_.post(world_.loop);
}

void NameDesk::set_home(const std::string& home, std::vector<dns::HomeName> names) {
    challenges_.keep_only(home, names);
    keeper_.set_home(home, std::move(names));
    publish_promptly();
}

// ---- zones

/// Adds what is not in their files: earlier changes, keys, the catalog.
Result<> NameDesk::complete(std::vector<dns::ZoneInput>& zones) {
    add_catalog(zones);
    for (dns::ZoneInput& input : zones) {
        const std::string name = zone_text(input.file->apex());
        if (std::ranges::find(signed_zones_, name) != signed_zones_.end()) {
            auto signer = signer_of(*input.file);
            if (!signer) return std::unexpected(signer.error());
            input.signer = std::move(*signer);
        }
        // A serial that was shown in this very second is not stored, nor shown again.
        input.least_serial = static_cast<std::uint32_t>(world_.loop.wall());
        for (const store::StoredSerial& stored : state_.serials) {
            const std::uint32_t least = stored.serial + dns::kSerialGap;
            if (stored.zone == name && dns::serial_after(least, input.least_serial))
                input.least_serial = least;
        }
    }
    // A million sets are looked at once, not once for each zone.
    std::map<std::string, dns::ZoneInput*> by_name;
    for (dns::ZoneInput& input : zones) by_name.emplace(zone_text(input.file->apex()), &input);
    std::erase_if(state_.sets, [&](const store::StoredSet& stored) {
        const auto zone = by_name.find(stored.zone);
        if (zone == by_name.end()) return false;
        if (auto change = set_change(stored)) {
            zone->second->changes.push_back(std::move(*change));
        } else {
            world_.log.error("dns.stored_set_damaged", {{"zone", stored.zone}});
        }
        return true;
    });
    state_.sets.shrink_to_fit();
    return {};
}

void NameDesk::add_catalog(std::vector<dns::ZoneInput>& zones) const {
    if (settings_.catalog.empty()) return;
    const auto apex = dns::Name::parse(settings_.catalog);
    if (!apex) return;
    std::vector<dns::Name> members;
    for (const dns::ZoneInput& input : zones) members.emplace_back(input.file->apex());
    dns::ZoneEditor editor{*apex};
    auto made = dns::put_catalog(editor, static_cast<std::uint32_t>(world_.loop.wall()));
    if (made) made = dns::set_catalog_members(editor, {}, members);
    auto update = editor.commit();
    if (!made || !update) {
        world_.log.error("dns.catalog_refused",
                         {{"why", (made ? update.error() : made.error()).what}});
        return;
    }
    zones.push_back({update->zone});
}

/// With the key that the zone has had since its first signing.
Result<std::shared_ptr<dns::ZoneSigner>> NameDesk::signer_of(const dns::Zone& zone) {
    if (auto known = keeper_.signer(zone.apex())) return known;
    const std::string name = zone_text(zone.apex());
    const auto stored = std::ranges::find(state_.zone_keys, name, &store::StoredZoneKey::zone);
    auto key = stored != state_.zone_keys.end() ? crypto::P256Key::from_pkcs8(stored->key)
                                                : crypto::P256Key::generate();
    if (!key) return fail(key.error().code, "the key of " + name + ": " + key.error().what);
    if (stored == state_.zone_keys.end()) {
        auto bytes = key->to_pkcs8();
        if (!bytes) return std::unexpected(bytes.error());
        store::StoredZoneKey fresh{name, std::move(*bytes), world_.loop.wall()};
        if (auto done = store_now({fresh}); !done) return std::unexpected(done.error());
        state_.zone_keys.push_back(std::move(fresh));
        world_.log.info("dns.key_made",
                        {{"zone", name}, {"ds", dns::ds_record(zone.apex(), key->public_key())}});
    }
    return std::make_shared<dns::ZoneSigner>(dns::ZoneKey(std::move(*key)));
}

/// Waits for the disk: at the start, and when a new zone is to be signed.
Result<> NameDesk::store_now(std::vector<store::NameChange> changes) {
    std::promise<Result<>> done;
    if (!disk_.submit([&] { done.set_value(store_->apply(changes)); }))
        return fail(Errc::limit, "too much waits for the disk");
    return done.get_future().get();
}

bool NameDesk::is_protected(dns::NameView name) const {
    if (keeper_.is_home(name)) return true;
    return service_ && service_->registry().tables().find_name(zone_text(name)) != nullptr;
}

// ---- batches

void NameDesk::submit(std::unique_ptr<store::Work> work) {
    commit_.submit(std::move(work));
    batches_.post(world_.loop);
}

void NameDesk::run_batches() {
    commit_.run();
}

void NameDesk::write(std::span<const store::NameChange> changes,
                     std::move_only_function<void(Result<>)> done) {
    disk_.submit([this, changes, done = std::move(done)]() mutable {
        Result<> result = store_->apply(changes);
        mailbox_.send([self = self_, done = std::move(done), result = std::move(result)]() mutable {
            if (*self == nullptr) return;
            if (!result) (*self)->world_.log.error("names.store", {{"why", result.error().what}});
            done(std::move(result));
        });
    });
}

void NameDesk::show(std::span<const store::NameChange> changes) {
    if (service_) service_->registry().commit_batch();
    if (changes.empty()) return;
    for (const auto& [apex, sets] : sets_by_zone(changes, keeper_)) keeper_.apply(apex, sets);
    publish();
}

void NameDesk::publish() {
    published_at_ = world_.loop.now();
    keeper_.publish(published_at_, world_.loop.wall());
    const TimePoint next = keeper_.next_step();
    next == kNever ? step_timer_.cancel() : step_timer_.arm(next);
    challenges_.published();
}

void NameDesk::publish_promptly() {
    const TimePoint next = published_at_ + kHomePause;
    if (world_.loop.now() >= next) return publish_soon_.post(world_.loop);
    if (next < step_timer_.deadline()) step_timer_.arm(next);
}

namespace {

/// Of a serial that has run ahead of the clock, so that it does not go back at a restart.
class SerialWork final : public store::Work {
public:
    explicit SerialWork(store::StoredSerial serial) : serial_(std::move(serial)) {}
    void prepare(std::vector<store::NameChange>& changes) override {
        changes.emplace_back(serial_);
    }
    void finish(const Result<>&) override {}

private:
    store::StoredSerial serial_;
};

}  // namespace

void NameDesk::on_step(const dns::Zone& zone) {
    secondaries_.publish(zone);
    if (dns::serial_after(zone.serial(), static_cast<std::uint32_t>(world_.loop.wall())))
        submit(std::make_unique<SerialWork>(
            store::StoredSerial{zone_text(zone.apex()), zone.serial()}));
}

void NameDesk::refresh_signatures() {
    const bool more = keeper_.refresh_signatures(world_.loop.wall());
    if (keeper_.changed()) publish_soon_.post(world_.loop);
    signing_timer_.arm(world_.loop.now() + (more ? kSigningPause : kSigningInterval));
}

// ---- transfers

std::expected<std::unique_ptr<dns::MessageSource>, dns::Rcode> NameDesk::transfer(
    Bytes request, const dns::Query& query, const dns::TsigCheck& signature) {
    auto wanted = dns::TransferRequest::read(request, query);
    if (!wanted) return std::unexpected(wanted.error());
    const dns::ReleasedZone* const released = keeper_.released(query.name);
    if (released == nullptr) return std::unexpected(dns::Rcode::not_auth);
    if (*transfers_ >= kMaxTransfers) return std::unexpected(dns::Rcode::serv_fail);
    ++transfers_total_;
    dns::TsigSigner signer(signature);
    const std::size_t reserve = signer.reserve();
    dns::Transfer transfer(std::move(*wanted), released->zone, released->history, reserve);
    return std::make_unique<TransferMessages>(world_.loop, transfers_, std::move(transfer),
                                              std::move(signer), access_);
}

std::vector<SecondaryTarget> NameDesk::targets() const {
    std::vector<SecondaryTarget> list;
    for (const config::Secondary& secondary : secondary_settings_) {
        SecondaryTarget target{secondary.address};
        if (const auto key = dns::Name::parse(secondary.key))
            target.key = access_->keys().find(*key);
        for (const std::string& zone : secondary.zones) {
            if (auto apex = dns::Name::parse(zone)) target.zones.push_back(std::move(*apex));
        }
        list.push_back(std::move(target));
    }
    return list;
}

// ---- figures

DnsFacts NameDesk::facts() const {
    DnsFacts facts;
    keeper_.for_each_released([&](const dns::ReleasedZone& released) {
        const dns::Zone& zone = *released.zone;
        facts.zones.push_back({zone.apex().to_text(), zone.serial(), zone.names(), zone.is_signed(),
                               secondaries_.facts(zone.apex())});
    });
    facts.transfers = transfers_total_;
    facts.updates = updates_total_;
    if (service_) facts.service = service_->facts();
    return facts;
}

std::string NameDesk::propagation(const std::string& name) const {
    nlohmann::json object{{"name", name}, {"servers", nlohmann::json::array()}};
    const auto owner = dns::Name::parse(name);
    if (!owner) return object.dump();
    for (dns::NameView apex = *owner; !apex.is_root(); apex = apex.parent()) {
        const dns::ReleasedZone* const released = keeper_.released(apex);
        if (released == nullptr) continue;
        object["zone"] = zone_text(apex);
        object["serial"] = released->zone->serial();
        for (const SecondaryFacts& secondary : secondaries_.facts(apex)) {
            nlohmann::json row{{"address", secondary.address}, {"behind", secondary.behind}};
            if (secondary.serial) row["serial"] = *secondary.serial;
            if (secondary.behind) row["behind_s"] = to_ms(secondary.behind_for) / 1000;
            object["servers"].push_back(std::move(row));
        }
        break;
    }
    return object.dump();
}

// ---- the operator

void NameDesk::carry_out(Order order, OrderReply reply) {
    if (const auto* const ds = std::get_if<ListDs>(&order)) return reply(ds_records(ds->zone));
    if (!service_) {
        return reply(cli::control_error("this relay runs no name service",
                                        "add [names] to its settings and restart it"));
    }
    if (auto* const evidence = std::get_if<ReadEvidence>(&order))
        return read_evidence(std::move(*evidence), std::move(reply));
    service_->carry_out(std::move(order), std::move(reply));
}

std::string NameDesk::ds_records(const std::string& zone) const {
    const auto wanted = dns::Name::parse(zone.empty() ? "." : zone);
    if (!wanted) return cli::control_error(wanted.error().what, "write it as in [[zone]] name");
    nlohmann::json zones = nlohmann::json::array();
    keeper_.for_each_released([&](const dns::ReleasedZone& released) {
        const dns::NameView apex = released.zone->apex();
        const auto signer = keeper_.signer(apex);
        if (!signer || (!zone.empty() && apex != *wanted)) return;
        zones.push_back({{"zone", zone_text(apex)},
                         {"key_tag", signer->key().tag()},
                         {"ds", dns::ds_record(apex, signer->key().public_key())}});
    });
    if (!zones.empty()) return nlohmann::json{{"zones", std::move(zones)}}.dump();
    return cli::control_error(
        zone.empty() ? "no zone is signed" : fmt::format("the zone {} is not signed here", zone),
        "set sign = true in its [[zone]] and restart the relay");
}

/// The store is the disk thread's.
void NameDesk::read_evidence(ReadEvidence order, OrderReply reply) {
    auto asked =
        std::make_shared<std::pair<ReadEvidence, OrderReply>>(std::move(order), std::move(reply));
    const bool taken = disk_.submit([this, asked] {
        const auto list = store_->evidence(asked->first.name, asked->first.limit);
        std::string answer =
            list ? evidence_json(*list) : cli::control_error(list.error().what, "look at the disk");
        mailbox_.send([self = self_, asked, answer = std::move(answer)]() mutable {
            if (*self != nullptr) asked->second(std::move(answer));
        });
    });
    if (!taken) asked->second(cli::control_error("the disk is busy", "try again"));
}

}  // namespace homeport::app
