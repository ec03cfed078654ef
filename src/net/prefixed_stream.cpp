#include "net/prefixed_stream.hpp"

#include <algorithm>
#include <cstring>

namespace homeport::net {

PrefixedStream::PrefixedStream(Loop& loop, std::unique_ptr<Stream> inner,
                               std::vector<std::byte> prefix)
    : loop_(loop), inner_(std::move(inner)), prefix_(std::move(prefix)) {}

IoResult PrefixedStream::read(std::span<const MutableBytes> into) {
    if (prefix_.empty()) return inner_->read(into);
    std::size_t moved = 0;
    for (const MutableBytes view : into) {
        const std::size_t count = std::min(view.size(), prefix_.size() - yielded_);
        if (count > 0) std::memcpy(view.data(), prefix_.data() + yielded_, count);
        yielded_ += count;
        moved += count;
    }
    if (yielded_ == prefix_.size()) std::vector<std::byte>().swap(prefix_);
    return IoResult::moved(moved);
}

void PrefixedStream::reset() {
    std::vector<std::byte>().swap(prefix_);
    inner_->reset();
}

void PrefixedStream::set_handler(StreamHandler* handler) {
    inner_->set_handler(handler);
    announced_.reset();
    if (handler == nullptr || prefix_.empty()) return;
    announced_ = std::make_shared<StreamHandler*>(handler);
    loop_.post([announced = std::weak_ptr(announced_)] {
        const auto alive = announced.lock();
        if (alive != nullptr) (*alive)->on_readable();
    });
}

}  // namespace homeport::net
