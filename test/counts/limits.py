"""The limits, and what is said about figures beside them."""

import dataclasses
import tomllib

COULD_BE_LOWERED = 0.6      # of the limit


@dataclasses.dataclass(frozen=True)
class Limit:
    limit: float
    measured: float         # when the limit was set
    wide: bool = False      # the margin is wide on purpose


def read(path):
    """{"LOAD.ROLE.FIGURE": Limit}"""
    tables = tomllib.loads(path.read_text())
    return {f"{load}.{role}.{figure}": Limit(**words) for load, roles in tables.items()
            for role, figures in roles.items() for figure, words in figures.items()}


def rows(limits, figures, skipped):
    """(name, figure, limit, verdict) of each limit and of each figure without one. `skipped(name)`:
    it could not be measured here."""
    for name, limit in limits.items():
        figure = figures.get(name)
        yield name, figure, limit.limit, _verdict(limit, figure, skipped(name))
    for name, figure in figures.items():
        if name not in limits:
            yield name, figure, None, "no limit"


def _verdict(limit, figure, skipped):
    if figure is None:
        return "skipped" if skipped else "NOT MEASURED"
    if figure > limit.limit:
        return "TOO MUCH"
    if figure < COULD_BE_LOWERED * limit.limit and not limit.wide:
        return "ok (the limit could be lowered)"
    return "ok"


def tally(verdicts):
    """As tools/tally adds them up."""
    skipped = verdicts.count("skipped")
    failed = verdicts.count("TOO MUCH") + verdicts.count("NOT MEASURED")
    others = verdicts.count("no limit")
    return {"passed": len(verdicts) - failed - skipped - others, "failed": failed,
            "skipped": skipped}


def table(found):
    """Aligned lines of rows()."""
    lines = [("", "figure", "limit", "")]
    lines += [(name, number(figure), number(limit), verdict)
              for name, figure, limit, verdict in found]
    wide = [max(len(line[column]) for line in lines) for column in range(3)]
    return [f"{name:{wide[0]}}  {figure:>{wide[1]}}  {limit:>{wide[2]}}  {verdict}".rstrip()
            for name, figure, limit, verdict in lines]


def number(value):
    if value is None:
        return "-"
    digits = 0 if value >= 1000 else 1 if value >= 100 else 2 if value >= 1 else 4
    return f"{value:.{digits}f}"
