#pragma once
/// A method of an object, to be called later: two words, no allocation. Whoever holds a Callback
/// copies it before the call, so the object may destroy the holder from inside the call.

#include <functional>

namespace homeport::net {

/// Work that is handed over once.
using Task = std::move_only_function<void()>;

struct Callback {
    void (*function)(void*) = nullptr;
    void* self = nullptr;

    void operator()() const { function(self); }
};

/// `call<&Agent::on_timeout>(this)`
template <auto Method, class Self>
Callback call(Self* self) {
    return {[](void* object) { (static_cast<Self*>(object)->*Method)(); }, self};
}

}  // namespace homeport::net
