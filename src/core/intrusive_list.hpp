#pragma once
/// A doubly linked list through hooks inside its elements: no allocation, O(1) removal from the
/// middle. An element is on at most one list per hook, and leaves it when it dies.

#include <cstddef>

namespace homeport {

class ListHook {
public:
    ListHook() = default;
    ~ListHook() { unlink(); }
    ListHook(const ListHook&) = delete;
    ListHook& operator=(const ListHook&) = delete;

    bool linked() const { return next_ != nullptr; }
    void unlink() {
        if (!linked()) return;
        previous_->next_ = next_;
        next_->previous_ = previous_;
        next_ = previous_ = nullptr;
    }

private:
    template <class T, ListHook T::* Hook>
    friend class IntrusiveList;
    ListHook* next_ = nullptr;
    ListHook* previous_ = nullptr;
    void* owner_ = nullptr;
};

template <class T, ListHook T::* Hook>
class IntrusiveList {
public:
    IntrusiveList() { head_.next_ = head_.previous_ = &head_; }
    ~IntrusiveList() {
        while (!empty()) pop_front();
        head_.next_ = head_.previous_ = nullptr;
    }
    IntrusiveList(const IntrusiveList&) = delete;
    IntrusiveList& operator=(const IntrusiveList&) = delete;

    bool empty() const { return head_.next_ == &head_; }
    T& front() { return *static_cast<T*>(head_.next_->owner_); }
    /// Does nothing when the element is on a list by this hook already.
    void push_back(T& element) {
        ListHook& hook = element.*Hook;
        if (hook.linked()) return;
        hook.owner_ = &element;
        hook.previous_ = head_.previous_;
        hook.next_ = &head_;
        head_.previous_->next_ = &hook;
        head_.previous_ = &hook;
    }
    T& pop_front() {
        T& first = front();
        (first.*Hook).unlink();
        return first;
    }

private:
    ListHook head_;
};

}  // namespace homeport
