#pragma once
/// The rules of the name service: who may have which name, and where it may point to. No socket, no
/// clock, no randomness. For one thread.
///
/// Requests are decided in batches. handle() applies what it decides at once, so the next request
/// of the batch sees it, and notes how to take it back. The caller collects the changes of a
/// batch, makes them durable elsewhere and publishes them; then it calls commit_batch() and sends
/// the answers, or, when the store failed, roll_back() and sends try_later for each answer that was
/// waiting. Until then it asks nothing more of the registry. What limits have counted stays
/// counted.

#include "names/buckets.hpp"
#include "names/labels.hpp"
#include "names/options.hpp"
#include "names/proof_of_work.hpp"
#include "names/request.hpp"
#include "names/tables.hpp"

#include <memory>
#include <span>

namespace homeport::names {

/// What an operator does about a name.
struct Takedown {
    std::string name;
    std::string why;  ///< stands in the evidence; at most kMaxWhyBytes are kept
    std::string by;   ///< who asked for it
    bool lock_account = false;
    bool block_networks = false;  ///< an IPv4 address itself, an IPv6 address's /64
};

class Registry {
public:
    /// Requires a secret in `state`: the caller makes and stores one at the first start.
    Registry(Options options, const store::NameState& state, UnixSeconds now);

    /// A request whose decision had PasswordWork comes again with the result.
    Decision handle(const Request& request, const Moment& moment);

    // For the operator. Outcomes besides good are said.

    /// Removes the name's records, the name and its tokens, keeps the name from everybody, and
    /// writes down what was there. good also for a name that nobody has: nobody will.
    /// Or: not_a_name, no_such_zone.
    Decision take_down(const Takedown& takedown, const Moment& moment);
    /// CIDR notation. Or: bad_address, service_full (kMaxBlocks).
    Decision block(const std::string& network, const std::string& why, const Moment& moment);
    /// Or: bad_address, unchanged.
    Decision unblock(const std::string& network, const Moment& moment);
    /// A locked account can change nothing; its names stay as they are until they expire.
    /// Or: no_such_name, unchanged.
    Decision lock_account(const std::string& account, bool locked, const Moment& moment);
    /// Empty: no notice.
    Decision set_notice(const std::string& text, const Moment& moment);
    /// As Options::reserved. Names that are there stay.
    void set_reserved(const std::vector<std::string>& words);

    /// Removes what is over: names that nobody confirmed, tombstones, TXT values. Looks at about
    /// `budget` entries and goes on from there the next time. The answer is for nobody.
    Decision expire(const Moment& moment, std::size_t budget);

    void commit_batch() { undo_.clear(); }
    void roll_back();

    const Tables& tables() const { return tables_; }

private:
    /// What a request needs to show: any token (never slow), that or the password, one that is for
    /// the whole account, the password itself.
    enum class Need : std::uint8_t { token, any, account, password };
    struct Access {
        Outcome outcome = Outcome::good;
        std::uint64_t account = 0;
        const Token* token = nullptr;  ///< null: with the password
        std::optional<PasswordWork> work;
    };
    /// What a name will be like.
    struct Target {
        std::optional<IpAddress> v4;
        std::optional<IpAddress> v6;
        bool offline = false;
    };
    /// A name of the request, looked up.
    struct Found {
        Outcome outcome = Outcome::good;
        std::string name;
        const NameNode* node = nullptr;  ///< with good only
    };

    // registry.cpp
    static Decision refuse(Outcome outcome, UnixSeconds retry_after = 0);
    static Decision done(Payload payload, Outcome outcome = Outcome::good);
    static Decision not_let_in(const Access& access);
    void change(Decision& decision, store::NameChange change, const Moment& moment);
    Access let_in(const Request& request, const Moment& moment, Need need);
    Access by_token(const TokenBits& bits, const Request& request, const Moment& moment, Need need);
    Access by_password(const Request& request, const Moment& moment);
    Access after_password(const PasswordResult& result) const;
    void touch_account(Decision& decision, std::uint64_t account, const Moment& moment);
    std::uint64_t source_key_of(std::string_view purpose, const IpAddress& source) const;

    Decision answer(const AskSource&, const Request& request, const Moment& moment);
    Decision answer(const AskNotice&, const Request& request, const Moment& moment);

    // registry_accounts.cpp
    Decision answer(const AskChallenge&, const Request& request, const Moment& moment);
    Decision answer(const SignUp& question, const Request& request, const Moment& moment);
    Decision answer(const DeleteAccount&, const Request& request, const Moment& moment);
    Decision answer(const IssueToken& question, const Request& request, const Moment& moment);
    Decision answer(const ListTokens&, const Request& request, const Moment& moment);
    Decision answer(const RevokeToken& question, const Request& request, const Moment& moment);
    Outcome check_sign_up(const SignUp& question, const Request& request, const Moment& moment);
    Outcome check_account_name(const std::string& account, const Moment& moment) const;
    Outcome use_proof(const SignUp& question, const IpAddress& network, const Moment& moment);
    Decision create_account(const SignUp& question, const std::string& encoded,
                            const Moment& moment);

    // registry_names.cpp
    Decision answer(const ListNames&, const Request& request, const Moment& moment);
    Decision answer(const CreateName& question, const Request& request, const Moment& moment);
    Decision answer(const ShowName& question, const Request& request, const Moment& moment);
    Decision answer(const DeleteName& question, const Request& request, const Moment& moment);
    Decision answer(const AskPropagation& question, const Request& request, const Moment& moment);
    Decision show(const std::string& name, const Request& request, const Moment& moment);
    Outcome check_new_name(std::string_view name, std::uint64_t account,
                           const Moment& moment) const;
    Found find(std::string_view host, const Access& access, const Moment& moment) const;
    NameStatus status_of(const NameNode& node, const Moment& moment) const;
    /// Its records, its tokens and itself; a tombstone stays.
    void remove_name(Decision& decision, const NameNode& node, store::StoredTombstone tombstone,
                     const Moment& moment);
    void remove_records(Decision& decision, const NameNode& node, const Moment& moment);
    std::vector<TokenHash> tokens_of(std::uint64_t account, std::string_view name) const;

    // registry_updates.cpp
    Decision answer(const UpdateNames& question, const Request& request, const Moment& moment);
    Decision answer(const ChangeTxt& question, const Request& request, const Moment& moment);
    template <class ChangeOne>
    Decision change_each(const std::vector<std::string>& hosts, const Request& request,
                         const Moment& moment, const ChangeOne& change_one);
    Outcome update(Decision& decision, const NameNode& node, const AddressChange& change,
                   const Request& request, const Moment& moment);
    Outcome set_target(Decision& decision, const NameNode& node, const AddressChange& change,
                       const Target& target, const Moment& moment);
    Outcome change_txt(Decision& decision, const NameNode& node, const ChangeTxt& question,
                       const Moment& moment);
    Outcome check_room(Decision& decision, std::uint64_t bucket, double amount,
                       const Moment& moment) const;
    Outcome check_address(const IpAddress& address, const NameEntry& entry, const Request& request,
                          const Moment& moment) const;
    std::expected<Target, Outcome> target_of(const NameEntry& entry, AddressChange change,
                                             const Request& request, const Moment& moment) const;
    void confirm(Decision& decision, const NameNode& node, const Moment& moment);

    // registry_operator.cpp
    void add_block(Decision& decision, const Cidr& network, const std::string& why,
                   const Moment& moment);
    std::string evidence_of(const NameNode* node, const Takedown& takedown) const;

    // registry_expiry.cpp
    void expire_names(Decision& decision, const Moment& moment, std::size_t budget);

    const Options options_;
    const KeyedHash hash_;
    Tables tables_;
    ReservedWords reserved_;
    std::vector<Tables::Undo> undo_;
    std::uint64_t last_account_ = 0;

    SourceBuckets sources_;
    Buckets wrong_tokens_;
    Buckets passwords_;
    Buckets name_changes_;
    Buckets new_names_;
    Buckets network_sign_ups_;
    Buckets all_sign_ups_;
    UsedChallenges used_challenges_;

    struct Cursor {
        std::size_t zone = 0;
        std::size_t name_bucket = 0;
        std::size_t tombstone_bucket = 0;
        std::size_t acme_bucket = 0;
    };
    Cursor cursor_;
};

/// The name under which an account's tombstone stands.
std::string account_tombstone(std::string_view account);

}  // namespace homeport::names
