#pragma once
/// A resource record set in wire form, as zones keep it and as the writer takes it.

#include "dns/wire/octets.hpp"
#include "dns/wire/types.hpp"

#include <cstddef>
#include <cstdint>
#include <iterator>
#include <span>
#include <vector>

namespace homeport::dns {

/// Rdata of some records in one piece of memory: each behind its length (16 bits, big-endian), just
/// as it stands in a message; names in it are not compressed. A view.
class PackedRdata {
public:
    PackedRdata() = default;
    /// Requires that `count` well-formed entries start at `data`.
    PackedRdata(const Octet* data, std::size_t count) : data_(data), count_(count) {}

    std::size_t count() const { return count_; }
    bool empty() const { return count_ == 0; }

    class Iterator {
    public:
        using value_type = Bytes;
        using difference_type = std::ptrdiff_t;

        Iterator() = default;
        Iterator(const Octet* at, std::size_t left) : at_(at), left_(left) {}
        Bytes operator*() const { return bytes_of(at_ + 2, load_u16(at_)); }
        Iterator& operator++() {
            at_ += 2 + load_u16(at_);
            --left_;
            return *this;
        }
        Iterator operator++(int) {
            const Iterator before = *this;
            ++*this;
            return before;
        }
        bool operator==(const Iterator& other) const { return left_ == other.left_; }
        const Octet* at() const { return at_; }

    private:
        const Octet* at_ = nullptr;
        std::size_t left_ = 0;
    };
    Iterator begin() const { return {data_, count_}; }
    Iterator end() const { return {nullptr, 0}; }
    Bytes front() const { return *begin(); }
    /// All entries with their lengths; walks over them.
    Bytes packed() const {
        Iterator at = begin();
        while (at != end()) ++at;
        return bytes_of(data_, static_cast<std::size_t>(at.at() - data_));
    }

private:
    const Octet* data_ = nullptr;
    std::size_t count_ = 0;
};

/// A view of a set and of the RRSIGs over it. No records: there is no such set.
struct RrsetView {
    RrType type{};
    std::uint32_t ttl = 0;  ///< seconds
    PackedRdata records;
    PackedRdata signatures;

    explicit operator bool() const { return !records.empty(); }
};

/// Rdata that is being put together, in the form of PackedRdata.
class RdataList {
public:
    RdataList() = default;
    explicit RdataList(PackedRdata records);
    /// Requires at most 65535 octets.
    void add(Bytes rdata);

    std::size_t count() const { return count_; }
    /// Octets with the lengths.
    std::size_t size() const { return packed_.size(); }
    PackedRdata view() const { return {packed_.data(), count_}; }

private:
    std::vector<Octet> packed_;
    std::size_t count_ = 0;
};

}  // namespace homeport::dns
