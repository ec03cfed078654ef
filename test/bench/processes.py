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
        """Asks the process to end, insists after STOP_SECONDS, and takes its descendants along."""
        family = family_of(self.pid)
        if self._process.poll() is None:
            self._process.terminate()
        try:
            self._process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        for pid, started in family.items():
            if pid != self.pid and _start_time(pid) == started:
                _kill(pid)


def run(command, seconds):
    """Runs a short command to its end and returns its standard output."""
    words = [str(part) for part in command]
    try:
        done = subprocess.run(words, stdin=subprocess.DEVNULL, capture_output=True, text=True,
                              timeout=seconds, check=False, preexec_fn=_die_with_parent)
    except subprocess.TimeoutExpired:
        raise Failure(f"{_short(words)} did not end within {seconds} s") from None
    if done.returncode != 0:
        said = (done.stderr.strip() or done.stdout.strip()).splitlines()
        raise Failure(f"{_short(words)} ended with status {done.returncode}: "
                      f"{' / '.join(said[-3:])}")
    return done.stdout


def begin(command):
    """Starts a load of bounded length whose output the caller collects with communicate()."""
    return subprocess.Popen([str(part) for part in command], stdin=subprocess.DEVNULL,
                            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                            preexec_fn=_die_with_parent)


def cpu_seconds(pids):
    """User and system time so far of these processes, their descendants and ended children."""
    members = {pid for root in pids for pid in family_of(root)}
    return sum(_cpu_ticks(pid) for pid in members) / TICKS_PER_SECOND


def resident_kib(pid):
    """Resident memory of a process and all its descendants, KiB."""
    return sum(_resident_kib(member) for member in family_of(pid))


def family_of(pid):
    """The living process and all its descendants: pid -> start time."""
    parents = {}
    for entry in os.listdir("/proc"):
        if entry.isdigit():
            fields = _stat(int(entry))
            if fields:
                parents.setdefault(int(fields[1]), []).append((int(entry), fields[19]))
    family, unvisited = {}, [(pid, _start_time(pid))]
    while unvisited:
        member, started = unvisited.pop()
        if started is not None:
            family[member] = started
            unvisited.extend(parents.get(member, []))
    return family


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
