"""Reads what callgrind wrote: own instructions by object and function, and calls.

The format is that of valgrind's manual, "Callgrind Format Specification": a name is written once as
`(ID) NAME` and later as `(ID)` alone; the line after `calls=` is the cost inside the called
function, which counts there already.
"""

import collections
import re

NAME = re.compile(r"\((\d+)\)(?: (.*))?$")
RECURSION = re.compile(r"'\d+$")
COST = re.compile(r"(?:[+-]?\d+|\*) (\d+)$")


class Profile:
    """instructions[object, function] and calls[object of the caller, function]."""

    def __init__(self, path):
        self.instructions = collections.Counter()
        self.calls = collections.Counter()
        self._names = {}
        with open(path, encoding="utf-8", errors="replace") as lines:
            self._read(lines)

    def _read(self, lines):
        at = {"ob": "", "fn": "", "cfn": ""}
        for line in lines:
            key, equals, value = line.rstrip("\n").partition("=")
            if equals and key in ("ob", "fn", "cfn", "cob"):
                at[key] = self._name(key, value)
            elif key == "calls":
                self.calls[at["ob"], at["cfn"]] += int(value.split()[0])
                next(lines)
            elif cost := COST.match(key):
                self.instructions[at["ob"], at["fn"]] += int(cost[1])

    def _name(self, key, value):
        """Functions and objects have numbers of their own."""
        match = NAME.match(value)
        if not match:
            return value
        known = (key.removeprefix("c"), match[1])
        if match[2] is not None:
            self._names[known] = RECURSION.sub("", match[2])
        return self._names[known]
