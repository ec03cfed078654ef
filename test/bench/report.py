"""The text a run ends with: tables, ratios, verdicts. The same on the terminal and in docs/."""

import dataclasses

import goals
import table
from settings import INTERACTIVE, LEAVE_SECONDS

TO_MS = 1e-3
PERCENT_TO_MS_A_MINUTE = 600


@dataclasses.dataclass(frozen=True)
class Column:
    header: str
    metric: str
    scale: float = 1.0


@dataclasses.dataclass(frozen=True)
class Section:
    title: str
    explanation: str
    columns: tuple


SECTIONS = (
    Section(
        "Bulk: one big download",
        "iperf3 downloads through the tunnel for {seconds} s, as one stream and as 8 at once "
        "(homeport trust: a load like it that begins as TLS does). CPU is what the peer's own "
        "processes, both ends, burn for 10^9 bytes.",
        (Column("1 stream, Gbit/s", "bulk1.gbit_per_s"),
         Column("1 stream, CPU s/GB", "bulk1.cpu_s_per_gb"),
         Column("8 streams, Gbit/s", "bulk8.gbit_per_s"),
         Column("8 streams, CPU s/GB", "bulk8.cpu_s_per_gb"))),
    Section(
        f"Requests on kept connections: {INTERACTIVE} visitors, 1 KB pages",
        "Every visitor asks again as soon as it has its answer, for {seconds} s.",
        (Column("requests/s", "keepalive.per_s"),
         Column("p50, ms", "keepalive.p50_us", TO_MS),
         Column("p99, ms", "keepalive.p99_us", TO_MS),
         Column("CPU us/request", "keepalive.cpu_us"))),
    Section(
        f"New connections: {INTERACTIVE} visitors, every request on a new connection",
        "Connection: close, for {seconds} s. Where a peer makes a TLS handshake for every "
        "visitor, this is where it shows.",
        (Column("connections/s", "connect.per_s"),
         Column("p50, ms", "connect.p50_us", TO_MS),
         Column("p99, ms", "connect.p99_us", TO_MS),
         Column("CPU us/connection", "connect.cpu_us"))),
    Section(
        "One request at a time",
        "One visitor on one kept connection: the delay that the way itself adds.",
        (Column("p50, us", "single.p50_us"),
         Column("p99, us", "single.p99_us"),
         Column("requests/s", "single.per_s"))),
    Section(
        f"Mixed: {INTERACTIVE} interactive visitors beside one big download",
        "Each visitor asks about every 20 ms, first alone, then while one download takes all it "
        "can get through the same tunnel.",
        (Column("alone: p50, ms", "mixed_alone.p50_us", TO_MS),
         Column("alone: p99, ms", "mixed_alone.p99_us", TO_MS),
         Column("beside it: p50, ms", "mixed_beside.p50_us", TO_MS),
         Column("beside it: p99, ms", "mixed_beside.p99_us", TO_MS),
         Column("the download, Gbit/s", "mixed_beside.gbit_per_s"))),
    Section(
        f"Requests on kept connections beside many idle visitors: {INTERACTIVE} who ask",
        "As above, while the idle visitors of the last table are there. Measured once.",
        (Column("requests/s", "crowded.per_s"),
         Column("p50, ms", "crowded.p50_us", TO_MS),
         Column("p99, ms", "crowded.p99_us", TO_MS),
         Column("CPU us/request", "crowded.cpu_us"))),
)

RATIOS = (
    ("Gbit/s, 1 stream", "bulk1.gbit_per_s", "more"),
    ("CPU s/GB, 1 stream", "bulk1.cpu_s_per_gb", "less"),
    ("Gbit/s, 8 streams", "bulk8.gbit_per_s", "more"),
    ("CPU s/GB, 8 streams", "bulk8.cpu_s_per_gb", "less"),
    ("keep-alive requests/s", "keepalive.per_s", "more"),
    ("keep-alive p99", "keepalive.p99_us", "less"),
    ("CPU per keep-alive request", "keepalive.cpu_us", "less"),
    ("new connections/s", "connect.per_s", "more"),
    ("CPU per new connection", "connect.cpu_us", "less"),
    ("p50 of one request at a time", "single.p50_us", "less"),
    ("p99 beside a download", "mixed_beside.p99_us", "less"),
    ("KiB per idle visitor", "memory.kib_per_visitor", "less"),
)
BESIDE = (goals.HOP, goals.SSH, goals.STUNNEL)


def body(results, settings):
    """Lines of all tables, the ratios, the verdicts and what went wrong."""
    lines = []
    for section in SECTIONS:
        lines += _section(section, results, settings)
    lines += _memory(results, settings) + _agents(results, settings) + _idle(results, settings)
    lines += _ratios(results)
    lines += ["## Goals", "", *(f"- {line}" for line in goals.verdicts(results)), ""]
    return lines + _troubles(results)


def _section(section, results, settings):
    rows = [row for row in results.rows()
            if any(results.values(row, column.metric) for column in section.columns)]
    if not rows:
        return []
    header = ["peer"] + [column.header for column in section.columns]
    cells = [[row] + [table.cell(results.values(row, column.metric), column.scale)
                      for column in section.columns] for row in rows]
    explanation = section.explanation.format(seconds=settings.seconds)
    return [f"## {section.title}", "", explanation, "", *table.render(header, cells), ""]


def _memory(results, settings):
    rows = results.rows("memory.held_kib")
    if not rows:
        return []
    header = ["peer", "idle, MiB", f"with {settings.visitors:,} visitors, MiB",
              f"{LEAVE_SECONDS} s after they left, MiB", "KiB per visitor, both ends",
              "all arrived in, s", "one more request, ms"]
    cells = [[row, *(_processes(results, row, state) for state in ("idle", "held", "left")),
              *(table.cell(results.values(row, f"memory.{figure}"))
                for figure in ("kib_per_visitor", "arrive_s", "one_more_ms"))] for row in rows]
    return ["## Memory: idle visitors", "",
            "Resident memory (RSS) of each process of a freshly started peer. Every visitor "
            "makes one request and stays, silent; 1,000 come from each source address. "
            "Per visitor: growth over idle. Measured once.", "",
            *table.render(header, cells), ""]


def _agents(results, settings):
    many, some = f"{settings.agents:,}", settings.spread
    return _section(Section(
        f"Many agents: {many} attached to one relay",
        f"Requests on kept connections as above, all to one agent or spread over {some}, at a "
        "relay that has no others and at one where the others are idle, alternately. "
        "CPU is that of the relay and of the agents that serve. The relay's own figures are taken "
        f"while all {many} are idle; its memory is that beyond a relay with one agent. "
        "These are measured once.",
        (Column("to one, alone: CPU us/request", "agents.one_cpu_us"),
         Column(f"to one of {many}", "agents.one_of_many_cpu_us"),
         Column(f"over {some}, alone", "agents.some_cpu_us"),
         Column(f"over {some} of {many}", "agents.some_of_many_cpu_us"),
         Column("relay, KiB per idle agent", "agents.relay_kib"),
         Column("relay, idle: % of a core", "agents.relay_percent"))), results, settings)


def _idle(results, settings):
    return _section(Section(
        "Idle: a relay and one agent without visitors",
        f"CPU time and traffic of {settings.idle_seconds} s, the latter extrapolated: what both "
        "ends send on their link, with 66 bytes of headers for each segment. Measured once.",
        (Column("MB a day", "idle.mb_per_day"),
         Column("relay, CPU ms a minute", "idle.relay_percent", PERCENT_TO_MS_A_MINUTE),
         Column("agent, CPU ms a minute", "idle.agent_percent", PERCENT_TO_MS_A_MINUTE))),
        results, settings)


def _processes(results, row, state):
    prefix = f"memory.{state}_kib."
    parts = [(metric.removeprefix(prefix), results.median(row, metric))
             for metric in results.metrics(row) if metric.startswith(prefix)]
    return " + ".join(f"{name} {table.number(kib / 1024)}" for name, kib in parts) or "-"


def _ratios(results):
    ours = [row for row in results.rows() if row in goals.OURS]
    pairs = [(row, other) for row in ours for other in BESIDE]
    cells = []
    for title, metric, better in RATIOS:
        ratios = [results.ratio(row, other, metric) for row, other in pairs]
        if any(ratio is not None for ratio in ratios):
            cells.append([title, better, *("-" if ratio is None else f"{ratio:.2f}"
                                           for ratio in ratios)])
    if not cells:
        return []
    header = ["median : median", "better is", *(f"{row} : {other}" for row, other in pairs)]
    return ["## homeport against the others", "", *table.render(header, cells), ""]


def _troubles(results):
    lines = [f"- {peer} skipped: {why}" for peer, why in results.skipped.items()]
    lines += [f"- {note}" for note in results.notes]
    return ["## Not measured, and what went wrong", "", *lines, ""] if lines else []
