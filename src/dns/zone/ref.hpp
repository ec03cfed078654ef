#pragma once
/// Shared ownership by a count inside the object, which may be dropped in any thread.

#include <atomic>
#include <cstdint>
#include <utility>

namespace homeport::dns {

/// Base of what a Ref holds; starts with one reference. T::destroy(const T*) frees a T.
class Counted {
public:
    Counted() = default;
    Counted(const Counted&) = delete;
    Counted& operator=(const Counted&) = delete;

    void add_reference() const { references_.fetch_add(1, std::memory_order_relaxed); }
    /// True: it was the last one.
    bool drop_reference() const { return references_.fetch_sub(1, std::memory_order_acq_rel) == 1; }
    /// Nobody else holds it; only the holder may ask.
    bool unshared() const { return references_.load(std::memory_order_acquire) == 1; }

protected:
    ~Counted() = default;

private:
    mutable std::atomic<std::uint32_t> references_{1};
};

template <class T>
class Ref {
public:
    Ref() = default;
    /// Takes over one reference.
    static Ref adopt(const T* object) { return Ref(object); }
    static Ref share(const T* object) {
        if (object != nullptr) object->add_reference();
        return Ref(object);
    }
    Ref(const Ref& other) : object_(other.object_) {
        if (object_ != nullptr) object_->add_reference();
    }
    Ref(Ref&& other) noexcept : object_(std::exchange(other.object_, nullptr)) {}
    Ref& operator=(Ref other) noexcept {
        std::swap(object_, other.object_);
        return *this;
    }
    ~Ref() {
        if (object_ != nullptr && object_->drop_reference()) T::destroy(object_);
    }

    explicit operator bool() const { return object_ != nullptr; }
    const T* get() const { return object_; }
    const T& operator*() const { return *object_; }
    const T* operator->() const { return object_; }
    /// Gives the reference to the caller.
    const T* release() { return std::exchange(object_, nullptr); }

private:
    explicit Ref(const T* object) : object_(object) {}
    const T* object_ = nullptr;
};

}  // namespace homeport::dns
