"""Differences from the other servers that are meant, each with the reason. A row that is never used
in a long run should go."""
import packets
from packets import CNAME, FORMERR, NOERROR, NOTIMP, REFUSED, SERVFAIL
from verdict import CONTENT, HEADER, PEERS, SILENT

MOST_CNAMES = 17                # kMaxCnameChain of src/dns/zone/limits.hpp, and the last one
META = {0, packets.OPT, *range(128, 251), packets.MAILB, packets.MAILA}


def only_class_in(case):
    return case.request.rr_class != packets.IN and case.home.rcode == REFUSED


def meta_type(case):
    wanted = NOTIMP if case.request.type in (packets.MAILA, packets.MAILB) else FORMERR
    return case.request.type in META and case.home.rcode == wanted


def chain_as_nsd(case):
    """nsd says exactly the same; the others have a first part of it, or gave up."""
    nsd = case.views["nsd"]
    same = all(getattr(nsd, part) == getattr(case.home, part) for part in CONTENT)
    return same and has_cname(case) and others_stopped(case)


def chain_cut_off(case):
    """Only CNAMEs, as many as homeport follows, and nsd has the same and more."""
    return len(case.home.answer) == MOST_CNAMES and case.home.rcode == NOERROR \
        and all(record.type == CNAME for record in case.home.answer) and others_stopped(case) \
        and case.views["nsd"].answer >= case.home.answer


def has_cname(case):
    return any(getattr(record, "type", 0) == CNAME for record in case.home.answer)


def others_stopped(case):
    return all(peer.answer <= case.home.answer and (peer.rcode in (NOERROR, SERVFAIL)
                                                    or peer.rcode == case.home.rcode)
               for peer in case.peers("knot", "named"))


def copied_cd(case):
    return case.home.cd == bool(case.request.flags & packets.CD) == case.views["named"].cd \
        or (case.home.cd and has_cname(case))


def refused_opcode(case):
    return case.request.kind in ("opcode 4", "opcode 5") and case.home.rcode == REFUSED


def strict(*kinds):
    return lambda case: case.request.kind in kinds and case.home.rcode == FORMERR


def some_are_silent(case):
    return not case.request.plain and case.home.rcode == FORMERR \
        and {case.views[name].rcode for name in PEERS} <= {FORMERR, SILENT}


ALL = {*CONTENT, *HEADER}
EXPLAINED = [
    (ALL, "only class IN is served, the rest is REFUSED; knot and nsd take ANY for IN",
     only_class_in),
    (ALL, "types of messages and questions only (RFC 6895 section 3.1) are no data: FORMERR, "
     "NOTIMP for MAILA and MAILB, as named; RFC 8906 section 3.1.2 and RFC 9824 section 3.5",
     meta_type),
    (ALL, "CNAMEs are followed through all zones and 16 deep (RFC 1034 section 4.3.2 step 3a), as "
     "nsd does; knot and named stay in the first zone, knot stops after 5, named after 11",
     chain_as_nsd),
    ({"cd"}, "CD comes back as it was sent (RFC 4035 section 3), as from named; knot and nsd clear "
     "it (section 3.1.6)", copied_cd),
    (ALL, "CNAMEs beyond 16 are left to the resolver; nsd goes on", chain_cut_off),
    (ALL, "NOTIFY and UPDATE without a key are REFUSED before they are read", refused_opcode),
    (ALL, "a COOKIE option of a wrong length is FORMERR (RFC 7873 section 5.2.2); knot and nsd "
     "have no cookies", strict("cookie too short")),
    (ALL, "octets after the message are FORMERR, as knot; nsd and named ignore them",
     strict("trailing octets")),
    (ALL, "records in the answer or authority section of a QUERY are FORMERR, as nsd; knot and "
     "named ignore them", strict("record in answer", "record in authority")),
    (ALL, "what cannot be read is FORMERR (RFC 1035 section 4.1.1); some drop it silently",
     some_are_silent),
]


def explain(case, parts):
    """The reason of the first row that covers all these parts of the answer, or None."""
    for covers, why, fits in EXPLAINED:
        if set(parts) <= covers and fits(case):
            return why
    return None
