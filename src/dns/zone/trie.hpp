#pragma once
/// An ordered map of DNS names to immutable leaves: a radix trie with path compression that is
/// changed by copying. A Trie is a value: copying one costs O(1) and shares everything; a change
/// copies only the nodes between the root and the place, and only those that another Trie shares,
/// so many changes in a row copy each node once. What readers hold never changes.
///
/// One Trie belongs to one thread at a time; Tries that share nodes may live in different threads.
///
/// Leaf: derives from Counted, has `NameView name() const` and `static void destroy(const Leaf*)`,
/// and is aligned to at least 2 octets. Pointers to leaves live as long as a Trie or Ref holds
/// them.

#include "dns/zone/ref.hpp"
#include "dns/zone/trie_branch.hpp"
#include "dns/zone/trie_key.hpp"

#include <array>

namespace homeport::dns {

template <class Leaf>
class Trie {
public:
    Trie() = default;
    Trie(const Trie& other) : root_(other.root_), size_(other.size_) { share(root_); }
    Trie(Trie&& other) noexcept
        : root_(std::exchange(other.root_, {})), size_(std::exchange(other.size_, 0)) {}
    Trie& operator=(Trie other) noexcept {
        std::swap(root_, other.root_);
        std::swap(size_, other.size_);
        return *this;
    }
    ~Trie() { drop(root_); }

    std::size_t size() const { return size_; }

    /// Null: not there.
    const Leaf* find(NameView name) const {
        const Leaf* const leaf = descend(TrieKey(name));
        return leaf != nullptr && leaf->name() == name ? leaf : nullptr;
    }

    struct Closest {
        const Leaf* leaf = nullptr;  ///< null: none of the name's ancestors is there
        bool exact = false;          ///< it is the name's own
    };
    /// The leaf of the name, or of its longest ancestor that is there.
    Closest closest(NameView name) const { return closest(name, TrieKey(name)); }
    /// For who asks several Tries: `key` is the name's.
    Closest closest(NameView name, const TrieKey& key) const;

    /// Neighbours in canonical order; null at the ends.
    const Leaf* at_or_before(NameView name) const {
        const Place place = locate(name);
        return place.exact != nullptr ? place.exact : last(place.before);
    }
    const Leaf* before(NameView name) const { return last(locate(name).before); }
    const Leaf* after(NameView name) const { return first(locate(name).after); }
    const Leaf* first() const { return first(root_); }
    const Leaf* last() const { return last(root_); }

    /// Calls visit(const Leaf&) in canonical order.
    template <class Visit>
    void for_each(Visit visit) const {
        visit_all(root_, visit);
    }

    /// Adds the leaf, or puts it in the place of the one with the same name.
    void put(Ref<Leaf> leaf);
    /// False: there was none.
    bool erase(NameView name);

private:
    struct Place {
        const Leaf* exact = nullptr;
        TrieLink before;  ///< what sorts next before the name, as a subtree
        TrieLink after;
    };

    static void share(TrieLink link);
    static void drop(TrieLink link);
    static const Leaf* first(TrieLink link);
    static const Leaf* last(TrieLink link);
    template <class Visit>
    static void visit_all(TrieLink link, Visit& visit);

    const Leaf* descend(const TrieKey& key) const;
    const Leaf* likest(const TrieKey& key) const;
    Place locate(NameView name) const;

    static TrieBranch* own(TrieLink& link);
    static void add_link(TrieLink& link, std::uint8_t symbol, TrieLink added);
    static void remove_link(TrieLink& link, std::uint8_t symbol);
    static void replace_branch(TrieLink& link, TrieBranch* with);
    static TrieLink fork(std::size_t index, std::uint8_t symbol, TrieLink added,
                         std::uint8_t old_symbol, TrieLink old);

    TrieLink root_;
    std::size_t size_ = 0;
};

template <class Leaf>
void Trie<Leaf>::share(TrieLink link) {
    if (link.is_branch()) {
        link.branch()->add_reference();
    } else if (!link.empty()) {
        link.leaf<Leaf>()->add_reference();
    }
}

/// Recurses once per branch on a path, so never deeper than a key is long.
template <class Leaf>
void Trie<Leaf>::drop(TrieLink link) {
    if (link.empty()) return;
    if (!link.is_branch()) {
        if (link.leaf<Leaf>()->drop_reference()) Leaf::destroy(link.leaf<Leaf>());
        return;
    }
    TrieBranch* const branch = link.branch();
    if (!branch->drop_reference()) return;
    for (const TrieLink child : *branch) drop(child);
    TrieBranch::free(branch);
}

template <class Leaf>
const Leaf* Trie<Leaf>::first(TrieLink link) {
    while (link.is_branch()) link = *link.branch()->begin();
    return link.leaf<Leaf>();
}

template <class Leaf>
const Leaf* Trie<Leaf>::last(TrieLink link) {
    while (link.is_branch()) link = *(link.branch()->end() - 1);
    return link.leaf<Leaf>();
}

template <class Leaf>
template <class Visit>
void Trie<Leaf>::visit_all(TrieLink link, Visit& visit) {
    if (link.is_branch()) {
        for (const TrieLink child : *link.branch()) visit_all(child, visit);
    } else if (!link.empty()) {
        visit(*link.leaf<Leaf>());
    }
}

/// The only leaf that can be the key's.
template <class Leaf>
const Leaf* Trie<Leaf>::descend(const TrieKey& key) const {
    TrieLink link = root_;
    while (link.is_branch()) {
        TrieBranch* const branch = link.branch();
        const std::uint8_t symbol = key.at(branch->index());
        if (!branch->has(symbol)) return nullptr;
        link = branch->at(symbol);
    }
    return link.leaf<Leaf>();
}

/// A leaf that shares as much of the start of the key as any does. Requires size() > 0.
template <class Leaf>
const Leaf* Trie<Leaf>::likest(const TrieKey& key) const {
    TrieLink link = root_;
    while (link.is_branch()) {
        TrieBranch* const branch = link.branch();
        const std::uint8_t symbol = key.at(branch->index());
        link = branch->has(symbol) ? branch->at(symbol) : *branch->begin();
    }
    return link.leaf<Leaf>();
}

/// Where a label of the key starts and leaves of the trie end there, such a leaf may be an ancestor
/// (or not: the symbols between branches are only compared at the leaf).
template <class Leaf>
Trie<Leaf>::Closest Trie<Leaf>::closest(NameView name, const TrieKey& key) const {
    std::array<const Leaf*, kMaxLabels + 1> passed;
    std::size_t count = 0;
    TrieLink link = root_;
    while (link.is_branch()) {
        TrieBranch* const branch = link.branch();
        const std::size_t index = branch->index();
        const std::uint8_t symbol = key.at(index);
        const bool label_start = symbol != 0 && (index == 0 || key.at(index - 1) == 0);
        if (label_start && branch->has(0) && !branch->begin()->is_branch())
            passed[count++] = branch->begin()->template leaf<Leaf>();
        link = branch->has(symbol) ? branch->at(symbol) : TrieLink();
        link.prefetch();
    }
    const Leaf* leaf = link.leaf<Leaf>();
    if (leaf != nullptr && leaf->name() == name) return {leaf, true};
    while (leaf == nullptr || !name.is_at_or_below(leaf->name())) {
        if (count == 0) return {};
        leaf = passed[--count];
    }
    return {leaf, false};
}

template <class Leaf>
Trie<Leaf>::Place Trie<Leaf>::locate(NameView name) const {
    Place place;
    if (root_.empty()) return place;
    const TrieKey key(name);
    const Leaf* const like = likest(key);
    const TrieKey like_key(like->name());
    const std::size_t parting = key.difference(like_key);
    TrieLink link = root_;
    while (link.is_branch() && link.branch()->index() <= parting) {
        TrieBranch* const branch = link.branch();
        const std::uint8_t symbol = key.at(branch->index());
        if (const TrieLink before = branch->before(symbol); !before.empty()) place.before = before;
        if (const TrieLink after = branch->after(symbol); !after.empty()) place.after = after;
        if (branch->index() == parting) return place;
        link = branch->at(symbol);
    }
    if (parting == TrieKey::kSame) {
        place.exact = like;
    } else if (like_key.at(parting) < key.at(parting)) {
        place.before = link;
    } else {
        place.after = link;
    }
    return place;
}

template <class Leaf>
void Trie<Leaf>::put(Ref<Leaf> leaf) {
    const TrieKey key(leaf->name());
    const TrieLink added = TrieLink::to_leaf(leaf.get());
    if (root_.empty()) {
        root_ = added;
        size_ = 1;
        leaf.release();
        return;
    }
    const TrieKey like_key(likest(key)->name());
    const std::size_t parting = key.difference(like_key);
    TrieLink* link = &root_;
    while (link->is_branch() && link->branch()->index() < parting) {
        TrieBranch* const branch = own(*link);
        link = &branch->at(key.at(branch->index()));
    }
    leaf.release();
    if (parting == TrieKey::kSame) {
        drop(std::exchange(*link, added));
        return;
    }
    ++size_;
    if (link->is_branch() && link->branch()->index() == parting) {
        add_link(*link, key.at(parting), added);
    } else {
        *link = fork(parting, key.at(parting), added, like_key.at(parting), *link);
    }
}

template <class Leaf>
bool Trie<Leaf>::erase(NameView name) {
    if (find(name) == nullptr) return false;
    const TrieKey key(name);
    TrieLink* parent = nullptr;
    TrieLink* link = &root_;
    while (link->is_branch()) {
        parent = link;
        TrieBranch* const branch = own(*link);
        link = &branch->at(key.at(branch->index()));
    }
    --size_;
    if (parent == nullptr) {
        drop(std::exchange(root_, {}));
    } else {
        remove_link(*parent, key.at(parent->branch()->index()));
    }
    return true;
}

/// The branch behind the link, made this Trie's own. Requires that the way to the link is.
template <class Leaf>
TrieBranch* Trie<Leaf>::own(TrieLink& link) {
    TrieBranch* const branch = link.branch();
    if (branch->unshared()) return branch;
    TrieBranch* const copy = TrieBranch::make(branch->index(), branch->symbols());
    TrieLink* to = copy->begin();
    for (const TrieLink child : *branch) {
        share(child);
        *to++ = child;
    }
    replace_branch(link, copy);
    return copy;
}

template <class Leaf>
void Trie<Leaf>::add_link(TrieLink& link, std::uint8_t symbol, TrieLink added) {
    TrieBranch* const old = own(link);
    TrieBranch* const grown =
        TrieBranch::make(old->index(), old->symbols() | TrieBranch::bit(symbol));
    TrieLink* from = old->begin();
    TrieLink* const place = &grown->at(symbol);
    for (TrieLink& to : *grown) to = &to == place ? added : *from++;
    TrieBranch::free(old);
    link = TrieLink::to(grown);
}

/// A branch that would be left with one link gives way to it.
template <class Leaf>
void Trie<Leaf>::remove_link(TrieLink& link, std::uint8_t symbol) {
    TrieBranch* const old = own(link);
    TrieLink* const place = &old->at(symbol);
    drop(*place);
    if (old->count() == 2) {
        link = old->begin()[place == old->begin() ? 1 : 0];
        TrieBranch::free(old);
        return;
    }
    TrieBranch* const shrunk =
        TrieBranch::make(old->index(), old->symbols() & ~TrieBranch::bit(symbol));
    TrieLink* to = shrunk->begin();
    for (const TrieLink& child : *old)
        if (&child != place) *to++ = child;
    TrieBranch::free(old);
    link = TrieLink::to(shrunk);
}

template <class Leaf>
void Trie<Leaf>::replace_branch(TrieLink& link, TrieBranch* with) {
    drop(std::exchange(link, TrieLink::to(with)));
}

template <class Leaf>
TrieLink Trie<Leaf>::fork(std::size_t index, std::uint8_t symbol, TrieLink added,
                          std::uint8_t old_symbol, TrieLink old) {
    TrieBranch* const branch =
        TrieBranch::make(index, TrieBranch::bit(symbol) | TrieBranch::bit(old_symbol));
    branch->at(symbol) = added;
    branch->at(old_symbol) = old;
    return TrieLink::to(branch);
}

}  // namespace homeport::dns
