#pragma once
/// A list inside an object: at most `Capacity` elements, no allocation, and nothing to pay for
/// those that are not there.

#include "core/assert.hpp"

#include <cstddef>
#include <memory>
#include <type_traits>

namespace homeport::dns {

template <class T, std::size_t Capacity>
class FixedList {
    static_assert(std::is_trivially_copyable_v<T> && std::is_trivially_destructible_v<T>);

public:
    FixedList() {}  // leaves the storage as it is
    FixedList(const FixedList&) = delete;
    FixedList& operator=(const FixedList&) = delete;

    /// Requires room.
    void push_back(const T& element) {
        HOMEPORT_ASSERT(!full());
        new (storage_ + size_++ * sizeof(T)) T(element);
    }
    bool full() const { return size_ == Capacity; }
    bool contains(const T& element) const {
        for (const T& other : *this)
            if (other == element) return true;
        return false;
    }

    const T* begin() const { return reinterpret_cast<const T*>(storage_); }
    const T* end() const { return begin() + size_; }

private:
    alignas(T) std::byte storage_[Capacity * sizeof(T)];
    std::size_t size_ = 0;
};

}  // namespace homeport::dns
