#pragma once
/// For tests: a link of the agent whose other end the test holds.

#include "tunnel/link_testing.hpp"

namespace homeport::tunnel::testing {

struct HeldLink final : LinkUser {
    HeldLink(FakeLoop& on, ChunkPool& pool, LinkId id = LinkId{1})
        : loop(on),
          line(std::make_shared<Line>(on)),
          link(id, on, pool, std::make_unique<SecureLine>(line), *this, 1024) {
        line->establish();
        loop.run();
    }
    void on_link_up(Link&) override {}
    Result<> on_link_frame(Link&, const Frame&, const ChunkRef&) override { return {}; }
    void on_link_batch(Link&) override {}
    void next_link_record(Link&, Record&) override {}
    void on_link_down(Link&, const std::string&) override {}

    /// The frames that went out since the last call.
    std::string sent() {
        loop.run();
        return line->take();
    }

    FakeLoop& loop;
    std::shared_ptr<Line> line;
    Link link;
};

}  // namespace homeport::tunnel::testing
