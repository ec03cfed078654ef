#include "store/sqlite/sqlite_store.hpp"

#include "store/limits.hpp"
#include "store/rules.hpp"
#include "store/sqlite/database.hpp"
#include "store/sqlite/file.hpp"

#include <algorithm>
#include <map>
#include <utility>

namespace homeport::store {
namespace {

constexpr std::string_view kSelectAgents =
    "SELECT name, key, revoked, created, paired FROM agents ";

AgentRecord read_agent(const Statement& row) {
    AgentRecord record;
    record.name = row.text(0);
    if (!row.null(1)) {
        const auto key = row.bytes(1);
        record.key.emplace();
        std::copy_n(key.begin(), std::min(key.size(), record.key->bytes.size()),
                    record.key->bytes.begin());
    }
    record.revoked = row.integer(2) != 0;
    record.created = row.integer(3);
    record.paired = row.integer(4);
    return record;
}

class SqliteStore final : public RelayStore {
public:
    explicit SqliteStore(std::unique_ptr<Database> database) : database_(std::move(database)) {}

    Result<> add_invite(const Invite& invite) override;
    Result<AgentRecord> redeem(const SecretHash& secret_hash, const PublicKey& key,
                               UnixSeconds now) override;
    Result<std::vector<AgentRecord>> agents() override;
    Result<std::optional<AgentRecord>> agent_by_key(const PublicKey& key) override;
    Result<> revoke(const std::string& agent) override;
    Result<> release(const std::string& agent) override;
    Result<> save_offers(const std::string& agent, const std::vector<std::byte>& offers) override;
    Result<std::vector<std::byte>> offers(const std::string& agent) override;

private:
    Statement query(std::string_view sql) { return Statement(*database_, sql); }
    Result<std::int64_t> count(Statement statement);
    /// The row that `statement` selects from agents, with its grants.
    Result<std::optional<AgentRecord>> one_agent(Statement statement);
    Result<std::optional<AgentRecord>> agent_by_name(const std::string& name);
    using GrantsByAgent = std::map<std::string, Grants>;
    Result<Grants> grants_of(const std::string& agent);
    Result<GrantsByAgent> read_grants(const std::string& condition, const std::string& parameter);
    Result<> check_owners(const Invite& invite);
    Result<> check_room(const Invite& invite);
    Result<> write_grants(const std::string& agent, const Grants& grants);
    Result<> write_invite(const Invite& invite);
    Result<std::string> check_redeem(const SecretHash& secret_hash, const PublicKey& key,
                                     UnixSeconds now);

    std::unique_ptr<Database> database_;
};

Result<std::int64_t> SqliteStore::count(Statement statement) {
    const auto row = statement.step();
    if (!row) return std::unexpected(row.error());
    return *row ? statement.integer(0) : 0;
}

Result<std::optional<AgentRecord>> SqliteStore::one_agent(Statement statement) {
    const auto row = statement.step();
    if (!row) return std::unexpected(row.error());
    if (!*row) return std::nullopt;
    AgentRecord record = read_agent(statement);
    auto grants = grants_of(record.name);
    if (!grants) return std::unexpected(grants.error());
    record.grants = std::move(*grants);
    return record;
}

Result<std::optional<AgentRecord>> SqliteStore::agent_by_name(const std::string& name) {
    return one_agent(std::move(query(std::string(kSelectAgents) + "WHERE name = ?").bind(1, name)));
}

Result<Grants> SqliteStore::grants_of(const std::string& agent) {
    auto grants = read_grants("WHERE agent = ?", agent);
    if (!grants) return std::unexpected(grants.error());
    return std::move((*grants)[agent]);
}

/// Of every agent that `condition` lets through, with its one parameter. Three questions, however
/// many agents there are.
Result<SqliteStore::GrantsByAgent> SqliteStore::read_grants(const std::string& condition,
                                                            const std::string& parameter) {
    GrantsByAgent grants;
    auto hosts = query("SELECT agent, host FROM hosts " + condition + " ORDER BY agent, position");
    hosts.bind(1, parameter);
    auto row = hosts.step();
    for (; row && *row; row = hosts.step()) {
        auto host = HostGlob::parse(hosts.text(1));
        if (!host)
            return fail(Errc::io, "damaged grant of " + hosts.text(0) + "; restore a backup");
        grants[hosts.text(0)].hosts.push_back(std::move(*host));
    }
    if (!row) return std::unexpected(row.error());
    auto ports =
        query("SELECT agent, first, last FROM ports " + condition + " ORDER BY agent, position");
    ports.bind(1, parameter);
    for (row = ports.step(); row && *row; row = ports.step()) {
        grants[ports.text(0)].ports.push_back({static_cast<std::uint16_t>(ports.integer(1)),
                                               static_cast<std::uint16_t>(ports.integer(2))});
    }
    if (!row) return std::unexpected(row.error());
    auto parked =
        query("SELECT agent, home FROM may_park " + condition + " ORDER BY agent, position");
    parked.bind(1, parameter);
    for (row = parked.step(); row && *row; row = parked.step())
        grants[parked.text(0)].may_park.push_back(parked.text(1));
    if (!row) return std::unexpected(row.error());
    return grants;
}

Result<> SqliteStore::check_owners(const Invite& invite) {
    if (publishes_nothing(invite.grants)) return {};
    const auto others = read_grants("WHERE agent <> ?", invite.agent);
    if (!others) return std::unexpected(others.error());
    for (const auto& [agent, taken] : *others) {
        auto free = check_no_overlap(invite.grants, taken, agent);
        if (!free) return free;
    }
    return {};
}

Result<> SqliteStore::check_room(const Invite& invite) {
    const auto same = count(std::move(query("SELECT count(*) FROM invites WHERE secret_hash = ?")
                                          .bind(1, Bytes(invite.secret_hash))));
    if (!same) return std::unexpected(same.error());
    if (*same != 0) return std::unexpected(invite_exists());
    const auto waiting = count(
        std::move(query("SELECT count(*) FROM invites WHERE agent = ?").bind(1, invite.agent)));
    if (!waiting) return std::unexpected(waiting.error());
    if (static_cast<std::size_t>(*waiting) >= kMaxInvitesPerAgent) {
        return std::unexpected(too_many_invites(invite.agent));
    }
    const auto others = count(
        std::move(query("SELECT count(*) FROM agents WHERE name <> ?").bind(1, invite.agent)));
    if (!others) return std::unexpected(others.error());
    if (static_cast<std::size_t>(*others) >= kMaxAgents) return std::unexpected(too_many_agents());
    return {};
}

Result<> SqliteStore::write_grants(const std::string& agent, const Grants& grants) {
    for (const auto* sql :
         {"DELETE FROM hosts WHERE agent = ?", "DELETE FROM ports WHERE agent = ?",
          "DELETE FROM may_park WHERE agent = ?"}) {
        if (auto gone = query(sql).bind(1, agent).run(); !gone) return gone;
    }
    std::int64_t position = 0;
    for (const HostGlob& host : grants.hosts) {
        auto statement = query("INSERT INTO hosts (agent, position, host) VALUES (?, ?, ?)");
        statement.bind(1, agent).bind(2, position++).bind(3, host.text());
        if (auto written = statement.run(); !written) return written;
    }
    for (const PortRange& ports : grants.ports) {
        auto statement =
            query("INSERT INTO ports (agent, position, first, last) VALUES (?, ?, ?, ?)");
        statement.bind(1, agent).bind(2, position++);
        statement.bind(3, std::int64_t{ports.first}).bind(4, std::int64_t{ports.last});
        if (auto written = statement.run(); !written) return written;
    }
    for (const std::string& home : grants.may_park) {
        auto statement = query("INSERT INTO may_park (agent, position, home) VALUES (?, ?, ?)");
        statement.bind(1, agent).bind(2, position++).bind(3, home);
        if (auto written = statement.run(); !written) return written;
    }
    return {};
}

Result<> SqliteStore::write_invite(const Invite& invite) {
    auto agent = query("INSERT INTO agents (name, created) VALUES (?, ?) ON CONFLICT DO NOTHING");
    agent.bind(1, invite.agent).bind(2, invite.created);
    if (auto written = agent.run(); !written) return written;
    const auto kept = grants_of(invite.agent);
    if (!kept) return std::unexpected(kept.error());
    if (const Grants merged = merge_grants(*kept, invite.grants); merged != *kept) {
        if (auto written = write_grants(invite.agent, merged); !written) return written;
    }
    auto statement =
        query("INSERT INTO invites (secret_hash, agent, created, expires) VALUES (?, ?, ?, ?)");
    statement.bind(1, Bytes(invite.secret_hash)).bind(2, invite.agent);
    statement.bind(3, invite.created).bind(4, invite.expires);
    return statement.run();
}

Result<> SqliteStore::add_invite(const Invite& invite) {
    if (auto valid = check_invite(invite); !valid) return valid;
    Transaction transaction(*database_);
    if (auto begun = transaction.begin(); !begun) return begun;
    auto old = query("DELETE FROM invites WHERE expires < ?");
    if (auto gone = old.bind(1, invite.created - kKeepExpiredSeconds).run(); !gone) return gone;
    if (auto room = check_room(invite); !room) return room;
    if (auto free = check_owners(invite); !free) return free;
    if (auto written = write_invite(invite); !written) return written;
    return transaction.commit();
}

/// The agent that the invite is for.
Result<std::string> SqliteStore::check_redeem(const SecretHash& secret_hash, const PublicKey& key,
                                              UnixSeconds now) {
    auto invite = query("SELECT agent, expires FROM invites WHERE secret_hash = ?");
    const auto row = invite.bind(1, Bytes(secret_hash)).step();
    if (!row) return std::unexpected(row.error());
    if (!*row) return std::unexpected(no_such_invite());
    const std::string agent = invite.text(0);
    if (now >= invite.integer(1)) return std::unexpected(invite_expired(agent));
    const auto owner = agent_by_key(key);
    if (!owner) return std::unexpected(owner.error());
    if (*owner && (*owner)->name != agent) return std::unexpected(key_taken((*owner)->name));
    return agent;
}

Result<AgentRecord> SqliteStore::redeem(const SecretHash& secret_hash, const PublicKey& key,
                                        UnixSeconds now) {
    Transaction transaction(*database_);
    if (auto begun = transaction.begin(); !begun) return std::unexpected(begun.error());
    const auto agent = check_redeem(secret_hash, key, now);
    if (!agent) return std::unexpected(agent.error());
    auto bind_key = query("UPDATE agents SET key = ?, paired = ?, revoked = 0 WHERE name = ?");
    bind_key.bind(1, Bytes(key.bytes)).bind(2, now).bind(3, *agent);
    if (auto bound = bind_key.run(); !bound) return std::unexpected(bound.error());
    auto use_up = query("DELETE FROM invites WHERE secret_hash = ?");
    if (auto used = use_up.bind(1, Bytes(secret_hash)).run(); !used) {
        return std::unexpected(used.error());
    }
    auto record = agent_by_name(*agent);
    if (!record) return std::unexpected(record.error());
    if (!*record) return std::unexpected(no_such_agent(*agent));
    if (auto done = transaction.commit(); !done) return std::unexpected(done.error());
    return std::move(**record);
}

Result<std::vector<AgentRecord>> SqliteStore::agents() {
    std::vector<AgentRecord> records;
    auto grants = read_grants("WHERE agent <> ?", "");  // nobody has no name
    if (!grants) return std::unexpected(grants.error());
    auto rows = query(std::string(kSelectAgents) + "ORDER BY name");
    auto row = rows.step();
    for (; row && *row; row = rows.step()) {
        records.push_back(read_agent(rows));
        records.back().grants = std::move((*grants)[records.back().name]);
    }
    if (!row) return std::unexpected(row.error());
    return records;
}

Result<std::optional<AgentRecord>> SqliteStore::agent_by_key(const PublicKey& key) {
    return one_agent(
        std::move(query(std::string(kSelectAgents) + "WHERE key = ?").bind(1, Bytes(key.bytes))));
}

Result<> SqliteStore::revoke(const std::string& agent) {
    Transaction transaction(*database_);
    if (auto begun = transaction.begin(); !begun) return begun;
    const auto known = agent_by_name(agent);
    if (!known) return std::unexpected(known.error());
    if (!*known) return std::unexpected(no_such_agent(agent));
    for (const auto* sql :
         {"UPDATE agents SET revoked = 1 WHERE name = ?", "DELETE FROM invites WHERE agent = ?"}) {
        if (auto done = query(sql).bind(1, agent).run(); !done) return done;
    }
    return transaction.commit();
}

Result<> SqliteStore::release(const std::string& agent) {
    Transaction transaction(*database_);
    if (auto begun = transaction.begin(); !begun) return begun;
    const auto known = agent_by_name(agent);
    if (!known) return std::unexpected(known.error());
    if (!*known) return std::unexpected(no_such_agent(agent));
    if ((*known)->key && !(*known)->revoked) return std::unexpected(still_active(agent));
    for (const auto* sql :
         {"DELETE FROM agents WHERE name = ?", "DELETE FROM may_park WHERE home = ?"}) {
        if (auto gone = query(sql).bind(1, agent).run(); !gone) return gone;
    }
    return transaction.commit();
}

Result<> SqliteStore::save_offers(const std::string& agent, const std::vector<std::byte>& offers) {
    if (offers.size() > kMaxOffersBytes) return std::unexpected(too_many_offer_bytes(agent));
    auto statement = query("UPDATE agents SET offers = ? WHERE name = ?");
    auto saved = statement.bind(1, Bytes(offers)).bind(2, agent).run();
    if (!saved) return saved;
    if (sqlite3_changes(database_->handle()) == 0) return std::unexpected(no_such_agent(agent));
    return {};
}

Result<std::vector<std::byte>> SqliteStore::offers(const std::string& agent) {
    auto statement = query("SELECT offers FROM agents WHERE name = ?");
    const auto row = statement.bind(1, agent).step();
    if (!row) return std::unexpected(row.error());
    return *row ? statement.bytes(0) : std::vector<std::byte>{};
}

}  // namespace

Result<std::unique_ptr<RelayStore>> open_sqlite(const std::string& path) {
    auto database = open_file(path, kRelaySchema);
    if (!database) return std::unexpected(database.error());
    return std::make_unique<SqliteStore>(std::move(*database));
}

}  // namespace homeport::store
