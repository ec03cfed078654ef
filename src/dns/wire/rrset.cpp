#include "dns/wire/rrset.hpp"

#include "core/assert.hpp"
#include "dns/wire/limits.hpp"

namespace homeport::dns {

RdataList::RdataList(PackedRdata records) : count_(records.count()) {
    const Bytes packed = records.packed();
    packed_.assign(octets(packed), octets(packed) + packed.size());
}

void RdataList::add(Bytes rdata) {
    HOMEPORT_ASSERT(rdata.size() <= kMaxMessageBytes);
    packed_.push_back(static_cast<Octet>(rdata.size() >> 8));
    packed_.push_back(static_cast<Octet>(rdata.size()));
    packed_.insert(packed_.end(), octets(rdata), octets(rdata) + rdata.size());
    ++count_;
}

}  // namespace homeport::dns
