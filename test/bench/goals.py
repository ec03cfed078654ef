"""The goals set for the tunnel and whether a run meets them."""

import dataclasses

HOP, SSH, STUNNEL = "haproxy tcp hop", "ssh -R aes128-gcm", "stunnel pair"
TCP, HTTP, TRUST = "homeport tcp", "homeport http", "homeport trust"
PAIR = "homeport"               # a relay and an agent without visitors
OURS = (TCP, HTTP)


@dataclasses.dataclass(frozen=True)
class Goal:
    """row's median of metric must be `sense` bound, or bound times that of the other row (of
    other_metric there, where that is another)."""

    row: str
    what: str
    metric: str
    sense: str                  # "<=" or ">="
    bound: float
    other: str | None = None
    other_metric: str | None = None

    def text(self):
        beside = f" x {self.other}" if self.other else ""
        return f"{self.row}: {self.what} {self.sense} {self.bound:g}{beside}"


def _for_both(*goal):
    return [Goal(row, *goal) for row in OURS]


GOALS = [
    Goal(TCP, "CPU s/GB, 1 stream", "bulk1.cpu_s_per_gb", "<=", 1.15),
    Goal(TCP, "CPU s/GB, 1 stream", "bulk1.cpu_s_per_gb", "<=", 0.75, SSH),
    Goal(TCP, "CPU s/GB, 1 stream", "bulk1.cpu_s_per_gb", "<=", 0.56, STUNNEL),
    Goal(TCP, "Gbit/s, 1 stream", "bulk1.gbit_per_s", ">=", 1.25, SSH),
    Goal(TCP, "Gbit/s, 8 streams", "bulk8.gbit_per_s", ">=", 1.5, STUNNEL),
    *_for_both("keep-alive requests/s", "keepalive.per_s", ">=", 1.0, HOP),
    *_for_both("keep-alive p99", "keepalive.p99_us", "<=", 2.0, HOP),
    *_for_both("new connections/s", "connect.per_s", ">=", 2.0, SSH),
    *_for_both("new connections/s", "connect.per_s", ">=", 0.75, HOP),
    *_for_both("p50 of one request at a time", "single.p50_us", "<=", 1.25, HOP),
    Goal(TCP, "p99 beside a download, of that alone", "mixed_beside.p99_us", "<=", 3.0, TCP,
         "mixed_alone.p99_us"),
    *[Goal(row, "CPU per request beside idle visitors, of that without", "crowded.cpu_us", "<=",
           1.3, row, "keepalive.cpu_us") for row in OURS],
    *_for_both("KiB per idle visitor, both ends", "memory.kib_per_visitor", "<=", 6.0),
    Goal(TRUST, "CPU s/GB, 1 stream", "bulk1.cpu_s_per_gb", "<=", 0.7),
    *[Goal(row, f"CPU per request beside idle agents, {served}, of that without",
           f"agents.{load}_of_many_cpu_us", "<=", 1.3, row, f"agents.{load}_cpu_us")
      for load, served in (("one", "all to one"), ("some", "spread")) for row in OURS],
    Goal(PAIR, "MB a day on the wire, idle", "idle.mb_per_day", "<=", 1.0),
    Goal(PAIR, "% of a core, idle relay", "idle.relay_percent", "<=", 0.1),
    Goal(PAIR, "% of a core, idle agent", "idle.agent_percent", "<=", 0.1),
]


def verdict(goal, results):
    """One line: the goal, the figure it is judged by, and ok, MISSED or not judged."""
    if goal.other:
        figure = results.ratio(goal.row, goal.other, goal.metric, goal.other_metric)
    else:
        figure = results.median(goal.row, goal.metric)
    if figure is None:
        return f"goal: {goal.text()}: not judged ({_absent(goal, results)} not measured)"
    met = figure <= goal.bound if goal.sense == "<=" else figure >= goal.bound
    return f"goal: {goal.text()}: {figure:.2f} {'ok' if met else 'MISSED'}"


def verdicts(results):
    return [verdict(goal, results) for goal in GOALS]


def _absent(goal, results):
    wanted = [(goal.row, goal.metric)]
    if goal.other:
        wanted.append((goal.other, goal.other_metric or goal.metric))
    rows = dict.fromkeys(row for row, metric in wanted if results.median(row, metric) is None)
    return ", ".join(rows)
