"""Tests of the bench itself: python3 -m unittest discover -s test/bench -p '*_test.py'"""

import os
import pathlib
import signal
import subprocess
import sys
import tempfile
import time
import unittest

HERE = pathlib.Path(__file__).resolve().parent
sys.dont_write_bytecode = True
sys.path.insert(0, str(HERE))

import command  # noqa: E402
import goals  # noqa: E402
import loopback  # noqa: E402
import origin  # noqa: E402
import page  # noqa: E402
import settings  # noqa: E402
import table  # noqa: E402
import wire  # noqa: E402
from peer_trust import HomeportTrust  # noqa: E402
from processes import (Child, Failure, cpu_seconds, exact_cpu_seconds, family_of,  # noqa: E402
                       run, run_all)
from results import Results  # noqa: E402

LOADS_PRESENT = not origin.missing_programs()


class Table(unittest.TestCase):
    # A reader must see the spread, and a missing figure must not look like a zero.
    def test_cell_shows_median_and_spread(self):
        self.assertEqual(table.cell([3.0, 1.0, 2.0]), "2.00 (1.00-3.00)")
        self.assertEqual(table.cell([1500.0], 0.001), "1.50")
        self.assertEqual(table.cell([]), "-")
        self.assertEqual(table.number(38275.4), "38,275")

    # The pipes stand below each other, whatever the cells hold.
    def test_lines_are_equally_long(self):
        lines = table.render(["peer", "x"], [["a", "1"], ["longer", "1,000"]])
        self.assertEqual(len({len(line) for line in lines}), 1)


class Goals(unittest.TestCase):
    def setUp(self):
        self.results = Results()
        self.goal = goals.Goal(goals.TCP, "CPU s/GB", "bulk1.cpu_s_per_gb", "<=", 0.75, goals.SSH)

    def put(self, row, *values):
        for value in values:
            self.results.add(row, "bulk1.cpu_s_per_gb", value)

    # The bound is judged on medians, relative to the other's.
    def test_met_and_missed(self):
        self.put(goals.SSH, 1.0, 2.0, 9.0)
        self.put(goals.TCP, 1.5)
        self.assertTrue(goals.verdict(self.goal, self.results).endswith(": 0.75 ok"))
        self.put(goals.TCP, 1.7)
        self.assertTrue(goals.verdict(self.goal, self.results).endswith(": 0.80 MISSED"))

    # More is better for rates: the same figures judged the other way round.
    def test_at_least(self):
        self.put(goals.SSH, 2.0)
        self.put(goals.TCP, 2.0)
        at_least = goals.Goal(goals.TCP, "x", "bulk1.cpu_s_per_gb", ">=", 1.25, goals.SSH)
        self.assertTrue(goals.verdict(at_least, self.results).endswith("MISSED"))

    # A goal that lacks a figure is never reported as met.
    def test_missing_peer_is_not_judged(self):
        self.put(goals.TCP, 0.1)
        line = goals.verdict(self.goal, self.results)
        self.assertIn("not judged", line)
        self.assertIn(goals.SSH, line)


class Page(unittest.TestCase):
    FACTS = {"machine": {"kernel": "Linux 6"}, "versions": {"haproxy": "2.6"}, "load_before": 3.0,
             "load_after": 4.0, "file_limit": 20_000, "configurations": {"haproxy": "plain"},
             "loads": "wrk", "command": command._command_line(
                 ["--rounds", "3", "--json", "/home/me/x.json", "--homeport=/home/me/homeport"])}

    # Who reads the page can repeat the run, sees that the machine was busy and whose figures
    # these are, and finds no path of the author's machine.
    def test_page_is_complete(self):
        results = Results()
        results.add(goals.HOP, "bulk1.gbit_per_s", 10.5)
        text = page.compose(results, settings.parse([], 20_000), self.FACTS)
        for expected in ("./dev bench tunnel --rounds 3\n", "busy", "| haproxy tcp hop |",
                         "goal: ", "not judged", "Linux 6", "3.00 before the run"):
            self.assertIn(expected, text)
        self.assertNotIn("/home/me", text)


class Settings(unittest.TestCase):
    # Two sockets per visitor, or per agent, must fit into the limit of one process.
    def test_visitors_and_agents_fit_the_file_limit(self):
        self.assertEqual(settings.within_files(9000, 20_000), 9000)
        self.assertEqual(settings.parse([], 1024).visitors, 412)
        self.assertEqual(settings.parse([], 1024).agents, 412)

    # Those who serve must be fewer than those who are attached, or nothing is compared.
    def test_some_agents_stay_idle(self):
        self.assertEqual(settings.parse([], 20_000).spread, 50)
        self.assertEqual(settings.parse(["--agents", "2"], 20_000).spread, 1)

    def test_quick_is_short(self):
        quick = settings.parse(["--quick"], 20_000)
        self.assertEqual((quick.rounds, quick.seconds, quick.visitors, quick.agents),
                         (1, 1, 500, 20))


class Processes(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.log = pathlib.Path(self.folder.name) / "log"

    def tearDown(self):
        self.folder.cleanup()

    # What a child started goes with it, even if it left the child's process group.
    def test_stop_takes_descendants_along(self):
        child = Child("shell", ["sh", "-c", "setsid sleep 60 & wait"], self.log)
        self.assertTrue(_soon(lambda: len(family_of(child.pid)) == 2))
        family = list(family_of(child.pid))
        child.stop()
        self.assertTrue(_soon(lambda: not any(_alive(pid) for pid in family)))

    # CPU of children that have ended already still counts.
    def test_cpu_counts_ended_children(self):
        busy = f"{sys.executable} -c 'sum(range(20000000))'; echo done; sleep 60"
        child = Child("shell", ["sh", "-c", busy], self.log)
        try:
            self.assertTrue(_soon(lambda: "done" in self.log.read_text(), 20))
            self.assertGreater(cpu_seconds([child.pid]), 0.1)
        finally:
            child.stop()

    # The reader of a failure learns which program, and its own words.
    def test_dead_child_is_named(self):
        child = Child("tunnel", ["sh", "-c", "echo no port; exit 3"], self.log)
        self.assertTrue(_soon(lambda: not family_of(child.pid) or _ended(child)))
        with self.assertRaisesRegex(Failure, "tunnel ended with status 3: no port"):
            child.require_running()
        child.stop()

    # Where so little is spent that the kernel's ticks show nothing.
    def test_exact_cpu_is_that_of_the_process(self):
        before = time.process_time()
        self.assertTrue(before <= exact_cpu_seconds(os.getpid()) <= time.process_time())

    # More commands than run side by side: none is lost, and each output is in its place.
    def test_outputs_keep_their_order(self):
        commands = [["echo", number] for number in range(20)]
        self.assertEqual(run_all(commands, 5), [f"{number}\n" for number in range(20)])

    # The others are not left behind by the one that fails.
    def test_a_failure_ends_the_rest(self):
        with self.assertRaisesRegex(Failure, "false ended with status 1"):
            run_all([["false"], ["sleep", "60"]], 5)
        self.assertEqual(len(family_of(os.getpid())), 1)

    def test_run_is_bounded_in_time(self):
        with self.assertRaisesRegex(Failure, "did not end within"):
            run(["sleep", "60"], 0.2)


class Wire(unittest.TestCase):
    # As ss -tin prints it; a counter that is 0 is left out.
    TEXT = """\
0      0      127.0.0.1:40000    127.0.0.1:7843
\t bbr wscale:10,10 rto:201 bytes_sent:64 bytes_acked:65 bytes_received:32 segs_out:4 segs_in:3
0      0      127.0.0.1:40002    127.0.0.1:7843
\t bbr wscale:10,10 rto:201 segs_out:2 segs_in:1
"""

    # What a provider counts: payload and the headers of each segment, in both directions.
    def test_bytes_with_headers(self):
        self.assertEqual(wire.parse(self.TEXT),
                         [wire.Connection("127.0.0.1:40000", 64 + 32 + 7 * 66),
                          wire.Connection("127.0.0.1:40002", 3 * 66)])


class Trust(unittest.TestCase):
    # A homeport that does not know the setting says so; its words stand in the report.
    def test_refused_setting_is_a_reason(self):
        with tempfile.TemporaryDirectory() as folder:
            older = pathlib.Path(folder) / "homeport"
            older.write_text("#!/bin/sh\necho $3:9: unknown setting >&2; exit 1\n")
            older.chmod(0o700)
            reason = HomeportTrust.missing(settings.parse(["--homeport", str(older)], 20_000))
        self.assertIn("agent.toml:9: unknown setting", reason)
        self.assertNotIn("/", reason)


class Answer(unittest.TestCase):
    # A short body or another status is no answer.
    def test_only_the_whole_page_counts(self):
        page = b"HTTP/1.1 200 OK\r\n\r\n" + b"x" * settings.BODY_BYTES
        self.assertTrue(loopback.answer_complete(page))
        self.assertFalse(loopback.answer_complete(page[:-1]))
        self.assertFalse(loopback.answer_complete(page.replace(b" 200 ", b" 503 ")))


@unittest.skipUnless(LOADS_PRESENT, "nginx, wrk or iperf3 is not installed")
class WholeRun(unittest.TestCase):
    COMMAND = [sys.executable, HERE / "tunnel", "--quick", "--visitors", "50", "--agents", "4",
               "--only", "direct,homeport,trust", "--homeport", HERE / "fake_homeport.py"]

    # Pairing, all service kinds and every test work against a binary with homeport's commands.
    def test_every_figure_of_homeport_is_there(self):
        done = subprocess.run([str(part) for part in self.COMMAND], capture_output=True, text=True,
                              timeout=240, check=False)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertNotIn("went wrong", done.stdout)
        rows = [line for line in done.stdout.splitlines() if line.startswith("| homeport ")]
        for name, count in (("homeport tcp", 8), ("homeport trust", 1), ("homeport", 1)):
            named = [row for row in rows if row.split("|")[1].strip() == name]
            self.assertEqual(len(named), count, name)
            self.assertFalse([row for row in named if "| - |" in row])

    # Nothing stays behind when the run is ended from outside, not even the temporary directory.
    def test_terminated_run_cleans_up(self):
        with tempfile.TemporaryDirectory() as scratch:
            bench = subprocess.Popen([str(part) for part in self.COMMAND], stderr=subprocess.PIPE,
                                     stdout=subprocess.DEVNULL, text=True,
                                     env=dict(os.environ, TMPDIR=scratch))
            self.assertTrue(_soon(lambda: len(family_of(bench.pid)) >= 6, 20))
            family = list(family_of(bench.pid))
            bench.send_signal(signal.SIGTERM)
            bench.communicate(timeout=30)
            # One that was just being started hears only of the end of its parent.
            self.assertTrue(_soon(lambda: not any(_alive(pid) for pid in family)))
            self.assertEqual(os.listdir(scratch), [])


def _soon(condition, seconds=5):
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if condition():
            return True
        time.sleep(0.02)
    return False


def _alive(pid):
    return pid in family_of(pid)


def _ended(child):
    try:
        child.require_running()
    except Failure:
        return True
    return False


if __name__ == "__main__":
    unittest.main()
