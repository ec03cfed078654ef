#pragma once
/// The one writer of the zones that are answered: what stands in files and settings, and the names
/// of homes, which follow what the homes publish. Changes are gathered by set_home() and shown to
/// the world by commit(), with one step of the serial however many they are. Pure.

#include "core/ip.hpp"
#include "core/log.hpp"
#include "core/time.hpp"
#include "dns/server/zone_board.hpp"
#include "dns/zone/zone_editor.hpp"

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace homeport::dns {

/// What a home's name answers now.
struct HomeName {
    Name name;  ///< may be a wildcard
    std::vector<IpAddress> addresses;
    friend bool operator==(const HomeName&, const HomeName&) = default;
};

class ZoneKeeper {
public:
    /// `ttl` in seconds, of homes' names. `board` and `log` must outlive it.
    ZoneKeeper(ZoneBoard& board, Log& log, std::uint32_t ttl);

    /// Replaces what stands in files and settings; homes' names stay. At least one commit() shows
    /// it.
    void load(const std::vector<std::shared_ptr<const Zone>>& zones);
    /// Replaces the names of one home. Names outside of all zones are left alone, and so are names
    /// that have records of their own in a file: the log says so.
    void set_home(const std::string& home, std::vector<HomeName> names);

    /// Something was changed since the last commit().
    bool changed() const;
    /// Publishes all changes. The serial of a changed zone becomes `now`, or one more than it
    /// was if that is later.
    void commit(UnixSeconds now);

private:
    struct Entry {
        std::shared_ptr<const Zone> zone;  ///< as published last
        ZoneEditor editor;
        bool changed = false;
    };
    using Entries = std::map<Name, Entry, CanonicalLess>;

    Entry* entry_of(NameView name);
    void put(const std::string& home, const HomeName& wanted);
    void put_addresses(Entry& entry, const HomeName& wanted, bool v4);
    void take_away(const std::string& home, const Name& name);
    void commit(Entry& entry, UnixSeconds now, ZoneSet& zones);
    std::uint32_t next_serial(const Zone& zone, UnixSeconds now);
    void refused(const Name& name, const Error& error);

    ZoneBoard& board_;
    Log& log_;
    std::uint32_t ttl_;
    Entries entries_;
    std::map<std::string, std::vector<HomeName>> homes_;
    std::map<Name, std::string, CanonicalLess> owners_;     ///< homes' names that are in a zone
    std::map<Name, std::uint32_t, CanonicalLess> serials_;  ///< published last
    bool zones_changed_ = false;                            ///< other zones than were published
};

}  // namespace homeport::dns
