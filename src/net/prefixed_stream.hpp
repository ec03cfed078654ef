#pragma once
/// A stream whose first bytes were read already (a head that told where it belongs): it yields them
/// once more, then goes on as the stream it was made of.

#include "net/loop.hpp"
#include "net/stream.hpp"

#include <cstddef>
#include <memory>
#include <vector>

namespace homeport::net {

class PrefixedStream final : public Stream {
public:
    /// `loop` must outlive the stream.
    PrefixedStream(Loop& loop, std::unique_ptr<Stream> inner, std::vector<std::byte> prefix);

    using Stream::read;
    using Stream::write;
    IoResult read(std::span<const MutableBytes> into) override;
    IoResult write(std::span<const Bytes> from) override { return inner_->write(from); }
    void shutdown_write() override { inner_->shutdown_write(); }
    void reset() override;
    /// While prefix bytes wait, the handler gets one on_readable() from the loop.
    void set_handler(StreamHandler* handler) override;
    Endpoint peer() const override { return inner_->peer(); }
    Endpoint local() const override { return inner_->local(); }

    /// The stream that this one stands before.
    const Stream& below() const { return *inner_; }

private:
    Loop& loop_;
    std::unique_ptr<Stream> inner_;
    std::vector<std::byte> prefix_;
    std::size_t yielded_ =
        0;  ///< bytes of the prefix that were read; the prefix is freed with the last
    /// The handler a posted call is for; emptied when the stream dies or gets another.
    std::shared_ptr<StreamHandler*> announced_;
};

}  // namespace homeport::net
