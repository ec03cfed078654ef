"""Child processes: started with bounds, read through /proc, ended by process id only."""

import ctypes
import os
import pathlib
import shutil
import signal
import subprocess
import time

TICKS_PER_SECOND = os.sysconf("SC_CLK_TCK")
STOP_SECONDS = 3
AT_ONCE = 8                     # commands of run_all() side by side
PR_SET_PDEATHSIG = 1
SYSTEM_FOLDERS = "/usr/local/sbin:/usr/sbin:/sbin"

_libc = ctypes.CDLL(None, use_errno=True)


class Failure(Exception):
    """A peer or a load did not do what it should; the text names it and tells why."""


def find_program(name):
    """Path of a program, also of those outside an ordinary user's PATH (sshd); None if absent."""
    return shutil.which(name, path=os.environ.get("PATH", "") + ":" + SYSTEM_FOLDERS)


class Child:
    """A long-running process with its output in a log file. Dies with the bench."""

    def __init__(self, name, command, log):
        self.name = name
        self.log = pathlib.Path(log)
        with self.log.open("wb") as output:
            self._process = subprocess.Popen(
                [str(part) for part in command], stdin=subprocess.DEVNULL, stdout=output,
                stderr=subprocess.STDOUT, start_new_session=True, preexec_fn=_die_with_parent)
        self.pid = self._process.pid

    def require_running(self):
        status = self._process.poll()
        if status is not None:
            raise Failure(f"{self.name} ended with status {status}: {self.last_words()}")

    def last_words(self, lines=3):
        text = self.log.read_text(errors="replace").strip().splitlines()
        return " / ".join(text[-lines:]) or "no output"

    def stop(self):
        stop_all([self])

    def ask_to_end(self):
        if self._process.poll() is None:
            self._process.terminate()

    def insist(self, deadline):
        try:
            self._process.wait(max(0, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()


def stop_all(children):
    """Asks them to end, insists after STOP_SECONDS, and takes their descendants along."""
    family = family_of(*(child.pid for child in children))
    for child in children:
        child.ask_to_end()
    deadline = time.monotonic() + STOP_SECONDS
    for child in children:
        child.insist(deadline)
    ended = {child.pid for child in children}
    for pid, started in family.items():
        if pid not in ended and _start_time(pid) == started:
            _kill(pid)


def run(command, seconds):
    """Runs a short command to its end and returns its standard output."""
    return run_all([command], seconds)[0]


def run_all(commands, seconds):
    """As run(), AT_ONCE side by side."""
    return [output for first in range(0, len(commands), AT_ONCE)
            for output in _run_batch(commands[first:first + AT_ONCE], seconds)]


def begin(command, errors=subprocess.STDOUT):
    """Starts a load of bounded length whose output the caller collects with communicate()."""
    return subprocess.Popen([str(part) for part in command], stdin=subprocess.DEVNULL,
                            stdout=subprocess.PIPE, stderr=errors, text=True,
                            preexec_fn=_die_with_parent)


def cpu_seconds(pids):
    """User and system time so far of these processes, their descendants and ended children."""
    return sum(_cpu_ticks(pid) for pid in family_of(*pids)) / TICKS_PER_SECOND


def exact_cpu_seconds(pid):
    """Of one process alone, with all its threads; to the nanosecond, where there is little."""
    clock = ctypes.c_int()
    if _libc.clock_getcpuclockid(pid, ctypes.byref(clock)) != 0:
        raise Failure(f"process {pid} has ended")
    return time.clock_gettime_ns(clock.value) / 1e9


def resident_kib(pid):
    """Resident memory of a process and all its descendants, KiB."""
    return sum(_resident_kib(member) for member in family_of(pid))


def family_of(*pids):
    """The living processes and all their descendants: pid -> start time."""
    parents = {}
    for entry in os.listdir("/proc"):
        if entry.isdigit():
            fields = _stat(int(entry))
            if fields:
                parents.setdefault(int(fields[1]), []).append((int(entry), fields[19]))
    family, unvisited = {}, [(pid, _start_time(pid)) for pid in pids]
    while unvisited:
        member, started = unvisited.pop()
        if started is not None:
            family[member] = started
            unvisited.extend(parents.get(member, []))
    return family


def _run_batch(commands, seconds):
    running = []
    try:
        for command in commands:
            running.append(begin(command, subprocess.PIPE))
        return [_output(process, seconds) for process in running]
    finally:
        for process in running:
            with process:       # waits and closes
                process.kill()


def _output(process, seconds):
    try:
        output, errors = process.communicate(timeout=seconds)
    except subprocess.TimeoutExpired:
        raise Failure(f"{_short(process.args)} did not end within {seconds} s") from None
    if process.returncode != 0:
        said = (errors.strip() or output.strip()).splitlines()
        raise Failure(f"{_short(process.args)} ended with status {process.returncode}: "
                      f"{' / '.join(said[-3:])}")
    return output


def _stat(pid):
    """Fields of /proc/PID/stat from the third (state) on, None when the process is gone."""
    try:
        text = pathlib.Path(f"/proc/{pid}/stat").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return None
    return text.rpartition(")")[2].split()


def _start_time(pid):
    fields = _stat(pid)
    return fields[19] if fields else None


def _cpu_ticks(pid):
    fields = _stat(pid)
    return sum(int(ticks) for ticks in fields[11:15]) if fields else 0


def _resident_kib(pid):
    try:
        for line in pathlib.Path(f"/proc/{pid}/status").read_text().splitlines():
            if line.startswith("VmRSS:"):
                return int(line.split()[1])
    except (FileNotFoundError, ProcessLookupError):
        pass
    return 0


def _die_with_parent():
    _libc.prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


def _kill(pid):
    try:
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        pass


def _short(words):
    return " ".join([pathlib.Path(words[0]).name] + words[1:2])


def wait_until(what, ready, children=(), seconds=10):
    """Polls ready() every 50 ms; a dead child or the end of the time is a Failure."""
    deadline = time.monotonic() + seconds
    while not ready():
        for child in children:
            child.require_running()
        if time.monotonic() > deadline:
            words = "; ".join(f"{child.name}: {child.last_words()}" for child in children)
            raise Failure(f"{what} did not serve within {seconds} s ({words})")
        time.sleep(0.05)
