#pragma once
/// What all visitors of one front share, and the list that owns them.

#include "front/doorman.hpp"
#include "front/front.hpp"
#include "front/routes.hpp"
#include "front/stand_in.hpp"
#include "http/head.hpp"

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

namespace homeport::front {

/// One connection. Owned by VisitorList; ends itself by VisitorList::remove, as the last thing it
/// does.
class VisitorBase {
public:
    explicit VisitorBase(Admission admission) : admission_(std::move(admission)) {}
    virtual ~VisitorBase() = default;
    VisitorBase(const VisitorBase&) = delete;
    VisitorBase& operator=(const VisitorBase&) = delete;

    /// First turn, right after it entered the list; may remove it.
    virtual void begin() = 0;
    /// The service goes: let go of it. True: the visitor was using it and has been reset; it is
    /// removed.
    virtual bool leave(const ServiceEntry& entry) = 0;
    /// No more accepting. True: nothing is under way; it is removed.
    virtual bool idle_at_drain() { return false; }

protected:
    Admission take_admission() { return std::move(admission_); }

private:
    friend class VisitorList;
    Admission admission_;
    std::size_t index_ = 0;
};

class VisitorList {
public:
    /// Takes it over and calls begin().
    void enter(std::unique_ptr<VisitorBase> visitor);
    void remove(VisitorBase& visitor);
    void leave(const ServiceEntry& entry);
    void drain();
    void clear() { visitors_.clear(); }
    std::size_t size() const { return visitors_.size(); }

private:
    template <class Predicate>
    void remove_if(Predicate predicate);

    std::vector<std::unique_ptr<VisitorBase>> visitors_;
};

/// A connection on its way to the visitor object that will serve it.
struct Arrival {
    std::unique_ptr<net::Stream> stream;
    Visitor visitor;
    Admission admission;
};

struct Hall {
    Hall(const Front::World& w, Front::Options o)
        : world(w),
          options(std::move(o)),
          doorman(options.max_visitors, kSourceConnections),
          pages(options.stand_in_directory) {}

    TimePoint now() const { return world.loop.now(); }
    /// A buffer for a head, empty; give it back when it is done with.
    std::string take_head();
    void give_head(std::string& head);

    Front::World world;
    Front::Options options;
    Doorman doorman;
    StandInPages pages;
    HostTable http_hosts;
    HostTable tls_hosts;
    Front::LinkHandler links;
    bool draining = false;

    /// Room to parse in: valid within one callback only.
    http::RequestHead request;
    http::ResponseHead response;
    std::string joined_head;

    std::vector<std::string> spare_heads;
    VisitorList visitors;
};

}  // namespace homeport::front
