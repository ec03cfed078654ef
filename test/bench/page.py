"""docs/benchmarks.md and the JSON file: the report with what is needed to judge and repeat it."""

import json

import goals
import report
from settings import BODY_BYTES, ROOT

BUSY_LOAD = 0.5                 # load average before the run beyond which readers are warned
PAGE = ROOT / "docs/benchmarks.md"

INTRODUCTION = """\
# Benchmarks

How homeport's tunnel compares with other ways to bring a visitor to a service, on one machine.
This page is written by `./dev bench tunnel --write`; do not edit it.

## How to read it

- Everything runs on 127.0.0.1: load, both ends of the tunnel and the service share the cores. So
  **the ratios within a table count**, not the absolute figures; the CPU columns move least.
- Cells are `median (min-max)` of the rounds. In each round all peers take each test in turn, so
  that a disturbance of the machine meets all of them.
- `direct` has nothing between load and service: the ceiling. `haproxy tcp hop` is one plain copy in
  one process, not encrypted, not a tunnel. `stunnel pair` is encrypted but forwards only. `ssh -R`
  is an encrypted reverse tunnel, as homeport is; only homeport's streams survive a lost connection.
- `homeport tcp` and `homeport http` are two service kinds of the same relay and agent; the second
  reads every request and routes it by its Host. `homeport trust` is a third, for bytes that are TLS
  already: the tunnel does not seal them once more.
- CPU is user and system time of the peer's own processes, both ends. Work the kernel does for them
  in interrupts is in no column.
- wrk corrects its percentiles for requests it could not send while it waited for an answer.
"""


def compose(results, settings, facts):
    """The whole page as text. facts: machine, versions, configurations, load, command."""
    lines = [INTRODUCTION]
    if facts["load_before"] > BUSY_LOAD:
        lines += ["**The machine was busy with other work before the run began** (load average "
                  f"{facts['load_before']:.1f}): these figures are rough.", ""]
    lines += [*report.body(results, settings), "## Machine and versions", ""]
    lines += [f"- {what}: {value}" for what, value in facts["machine"].items()]
    lines += [f"- {name}: {version}" for name, version in facts["versions"].items()]
    lines += [f"- load average (1 min): {facts['load_before']:.2f} before the run, "
              f"{facts['load_after']:.2f} at its end (the run adds to it)",
              f"- open files: at most {facts['file_limit']:,} for each process",
              "", "## Configurations", ""]
    lines += [f"- {name}: {text}" for name, text in facts["configurations"].items()]
    lines += [f"- service: nginx with one worker, sendfile, a file of {BODY_BYTES} bytes, no "
              "access log; iperf3 -s; for homeport trust TLS 1.3 whose records hold noise",
              f"- loads: {facts['loads']}", "", "## The command", "",
              f"    {facts['command']}", ""]
    return "\n".join(lines)


def write_page(text):
    PAGE.parent.mkdir(exist_ok=True)
    PAGE.write_text(text)


def write_json(path, results, settings, facts):
    document = {
        "facts": facts,
        "settings": {"rounds": settings.rounds, "seconds": settings.seconds,
                     "visitors": settings.visitors, "tests": settings.tests},
        "results": results.as_dict(),
        "goals": goals.verdicts(results),
        "skipped": results.skipped,
        "notes": results.notes,
    }
    path.write_text(json.dumps(document, indent=1) + "\n")
