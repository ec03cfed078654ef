#pragma once
/// For objects that may be destroyed from inside a callback that they make: a Watch on the stack
/// tells afterwards whether they were. Watches may be nested.

namespace homeport::net {

class Lifetime {
public:
    Lifetime() = default;
    ~Lifetime() {
        if (innermost_ != nullptr) innermost_->over_ = true;
    }
    Lifetime(const Lifetime&) = delete;
    Lifetime& operator=(const Lifetime&) = delete;

    class Watch {
    public:
        explicit Watch(Lifetime& lifetime);
        ~Watch();
        Watch(const Watch&) = delete;
        Watch& operator=(const Watch&) = delete;

        /// The object was destroyed.
        bool over() const { return over_; }

    private:
        friend class Lifetime;
        Lifetime& lifetime_;
        Watch* outer_;
        bool over_ = false;
    };

private:
    Watch* innermost_ = nullptr;
};

}  // namespace homeport::net
