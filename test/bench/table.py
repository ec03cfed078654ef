"""Aligned Markdown tables of medians, readable in a terminal as well as rendered."""

import statistics


def number(value):
    """Three significant digits, thousands separated, no exponent."""
    if abs(value) >= 1000:
        return f"{round(value):,}"
    if abs(value) >= 100 or value == 0:
        return f"{value:.0f}"
    return f"{value:.1f}" if abs(value) >= 10 else f"{value:.2f}"


def cell(values, scale=1.0):
    """median (min-max); the median alone when there is one value, a dash when there is none."""
    if not values:
        return "-"
    scaled = sorted(value * scale for value in values)
    middle = number(statistics.median(scaled))
    if len(scaled) == 1:
        return middle
    return f"{middle} ({number(scaled[0])}-{number(scaled[-1])})"


def render(header, rows):
    """Lines of a table; the first column left, the others right aligned."""
    widths = [max(len(line[i]) for line in [header, *rows]) for i in range(len(header))]
    rule = ["-" * widths[0]] + ["-" * (width - 1) + ":" for width in widths[1:]]
    return [_line(header, widths), "| " + " | ".join(rule) + " |",
            *(_line(row, widths) for row in rows)]


def _line(cells, widths):
    padded = [cells[0].ljust(widths[0])]
    padded += [text.rjust(width) for text, width in zip(cells[1:], widths[1:])]
    return "| " + " | ".join(padded) + " |"
