#pragma once
/// The one writer of the zones that are answered: what stands in files and settings, what was
/// changed over the network, and the names of homes, which follow what the homes publish. Changes
/// are gathered and shown by publish(). Pure.
///
/// What is published is answered at once; the serial steps at most once per kSerialStep, however
/// many changes there are, and secondaries see the zone as it was at the last step.

#include "core/ip.hpp"
#include "core/log.hpp"
#include "core/time.hpp"
#include "dns/server/due_names.hpp"
#include "dns/server/home_answer.hpp"
#include "dns/server/step_changes.hpp"
#include "dns/server/zone_board.hpp"
#include "dns/sign/zone_signer.hpp"
#include "dns/transfer/zone_history.hpp"
#include "dns/update/scratch_zone.hpp"
#include "dns/zone/zone_editor.hpp"

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace homeport::dns {

/// A name of a home, and what its answer follows.
struct HomeName {
    Name name;  ///< may be a wildcard
    HomeView view{};
    friend bool operator==(const HomeName&, const HomeName&) = default;
};

/// A zone to be served.
struct ZoneInput {
    std::shared_ptr<const Zone> file;      ///< as the file or the settings say
    std::shared_ptr<ZoneSigner> signer{};  ///< null: it is not signed
    /// What was changed over the network before; looked at when the zone is new here.
    std::vector<SetChange> changes{};
    std::uint32_t least_serial = 0;  ///< likewise; 0: any
};

/// A zone as secondaries see it.
struct ReleasedZone {
    std::shared_ptr<const Zone> zone;
    ZoneHistory history = ZoneHistory();
};

class ZoneKeeper {
public:
    struct Options {
        std::uint32_t home_ttl = 30;     ///< seconds, of homes' names
        std::vector<IpAddress> relay{};  ///< what they answer but for a direct path
        bool allow_private = false;      ///< they may answer what the internet cannot reach
        /// Told each zone whose serial stepped, within publish(), when the board has it.
        std::function<void(const Zone&)> on_step = [](const Zone&) {};
    };

    /// `board` and `log` must outlive it.
    ZoneKeeper(ZoneBoard& board, Log& log, Options options);

    /// These are the zones from now on. Of one that was there before, what the file changed is
    /// carried over; what was changed over the network, and the names of homes, stay. Whether a
    /// zone is signed is decided when it comes first.
    void load(std::vector<ZoneInput> zones);
    /// Replaces the names of one home. Names outside of all zones are left alone, and so are names
    /// that have records of their own: the log says so. What they answer is decided by publish(),
    /// also later, when a proof of a direct path is over.
    void set_home(const std::string& home, std::vector<HomeName> names);
    /// Makes `texts`, of at most 255 octets each, TXT records of `name`, beside those that stand
    /// there otherwise; none: only those. Errors: not_found (in none of the zones), invalid (the
    /// name cannot have them, as an alias cannot).
    Result<> set_texts(const Name& name, std::vector<std::string> texts);
    /// As it was published last.
    bool shows_text(NameView name, std::string_view text) const;
    /// Sets that were changed over the network. What belonged to a home there does no longer.
    void apply(NameView apex, std::span<const SetChange> changes);
    /// Signs again what expires soon, kSignaturesPerTurn at a time in each zone. False: all zones
    /// have been seen; call it again in some hours.
    bool refresh_signatures(UnixSeconds wall);

    /// A home answers at this name, or it has set_texts().
    bool is_home(NameView name) const { return owners_.contains(name) || texts_.contains(name); }
    /// As it was published last; null: no such zone.
    std::shared_ptr<const Zone> zone(NameView apex) const;
    /// As its file says; null: no such zone.
    std::shared_ptr<const Zone> file(NameView apex) const;
    const ReleasedZone* released(NameView apex) const;
    /// Null: it is not signed.
    std::shared_ptr<ZoneSigner> signer(NameView apex) const;
    /// visit(const ReleasedZone&) in canonical order of the apexes.
    void for_each_released(const std::function<void(const ReleasedZone&)>& visit) const;

    /// Something was changed since the last publish(), or a serial is to be stepped.
    bool changed() const;
    /// Shows all changes. A serial becomes `wall`, or one more than it was if that is later.
    void publish(TimePoint now, UnixSeconds wall);
    /// When publish() is to be called next to step a serial, or because the answer of a home is
    /// over; kNever: not before the next change.
    TimePoint next_step() const;

private:
    struct Entry {
        std::shared_ptr<const Zone> file;
        std::shared_ptr<ZoneSigner> signer;
        ZoneEditor editor;
        std::shared_ptr<const Zone> live;  ///< as published last; null: never
        ReleasedZone released{};
        StepChanges since_step{};
        std::uint32_t serial = 0;  ///< published last, or known to have been
        TimePoint stepped_at{};
        std::optional<Name> refreshed_to{};  ///< where re-signing goes on
        bool changed = true;                 ///< since it was published
        bool stepped = false;                ///< the serial tells of all that was published
        bool served = true;
    };
    /// A home's name that is in a zone.
    struct Owner {
        std::string home;
        HomeView view{};
        std::optional<std::vector<IpAddress>> shown{};  ///< nothing yet
        bool emptied = false;                           ///< shown without any, on purpose
        TimePoint due = kNever;                         ///< when to decide again
    };
    /// TXT records that set_texts() put beside others.
    struct Texts {
        std::vector<std::string> values;
        RdataList others{};
        std::uint32_t others_ttl = 0;
    };
    static bool step_due(const Entry& entry, TimePoint now);
    using Entries = std::map<Name, Entry, CanonicalLess>;

    void load_one(const ZoneInput& input);
    void replace_file(Entry& entry, const ZoneInput& input);
    Entry* entry_of(NameView name);
    Entry* find(NameView apex);
    const Entry* find(NameView apex) const;
    void apply(Entry& entry, const SetChange& change);
    void apply_soa(Entry& entry, const SetChange& change);
    void put(const std::string& home, const HomeName& wanted);
    static bool has_data(const ZoneNode* node);
    void decide(TimePoint now);
    void decide(Entry& entry, const Name& name, Owner& owner, TimePoint now);
    void set_due(const Name& name, Owner& owner, TimePoint due);
    void put_addresses(Entry& entry, const Name& name, const std::vector<IpAddress>& all, bool v4);
    void put_set(Entry& entry, NameView name, RrType type, std::uint32_t ttl,
                 const RdataList& records);
    void take_away(const std::string& home, const Name& name);
    Result<> show_texts(Entry& entry, const Name& name, const Texts& texts);
    bool publish(Entry& entry, TimePoint now, UnixSeconds wall);
    Result<ZoneUpdate> next_version(Entry& entry, UnixSeconds wall, bool step);
    void release(Entry& entry, TimePoint now);
    void start_over(Entry& entry);
    void refused(NameView name, const Error& error);

    ZoneBoard& board_;
    Log& log_;
    Options options_;
    Entries entries_;
    std::map<std::string, std::vector<HomeName>> homes_;
    std::map<Name, Owner, CanonicalLess> owners_;
    DueNames due_;  ///< of `owners_`
    std::map<Name, Texts, CanonicalLess> texts_;
    bool zones_changed_ = false;  ///< other zones than were published
};

}  // namespace homeport::dns
