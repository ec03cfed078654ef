"""Figures of a run: every single value, by row (one way through one peer) and metric."""

import statistics


class Results:
    """Metrics are named TEST.FIGURE_UNIT, for example "bulk1.cpu_s_per_gb"."""

    def __init__(self):
        self._values = {}
        self.notes = []         # what went wrong, in words
        self.skipped = {}       # peer -> why

    def add(self, row, metric, value):
        self._values.setdefault(row, {}).setdefault(metric, []).append(value)

    def note(self, text):
        if text not in self.notes:
            self.notes.append(text)

    def values(self, row, metric):
        return self._values.get(row, {}).get(metric, [])

    def median(self, row, metric):
        """None where nothing was measured."""
        values = self.values(row, metric)
        return statistics.median(values) if values else None

    def ratio(self, row, other, metric, other_metric=None):
        """Median over median, None where either is missing or the other is 0."""
        mine = self.median(row, metric)
        theirs = self.median(other, other_metric or metric)
        return mine / theirs if mine is not None and theirs else None

    def rows(self, metric=None):
        return [row for row, found in self._values.items() if metric is None or metric in found]

    def metrics(self, row):
        return list(self._values.get(row, {}))

    def as_dict(self):
        return {row: {metric: {"values": values, "median": statistics.median(values)}
                      for metric, values in found.items()}
                for row, found in self._values.items()}
