"""The command: checks, one run, the report. Exit code 0 measured, 1 failed, 2 wrong usage."""

import pathlib
import shlex
import shutil
import signal
import sys
import tempfile

import loads
import machine
import origin
import page
import report
from processes import Failure
from results import Results
from rounds import PEERS, Run
from settings import INTERACTIVE, parse, raise_file_limit

LOCAL_OPTIONS = ("--json", "--homeport")


def main(arguments):
    file_limit = raise_file_limit()
    settings = parse(arguments, file_limit)
    missing = origin.missing_programs()
    if missing:
        print(f"bench tunnel: {', '.join(missing)} not found (apt-get install "
              f"--no-install-recommends {' '.join(missing.values())})", file=sys.stderr)
        return 1
    signal.signal(signal.SIGTERM, _end)
    results = Results()
    facts = _facts(arguments, settings, file_limit)
    try:
        _measure(settings, file_limit, results)
    except (Failure, OSError) as error:
        print(f"bench tunnel: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("bench tunnel: interrupted", file=sys.stderr)
        return 1
    facts["load_after"] = machine.load_average()
    _publish(settings, results, facts)
    return 0 if results.rows() else 1


def _end(number, _frame):
    """Leaves through every finally; a second signal must not cut the cleaning short."""
    signal.signal(number, signal.SIG_IGN)
    print("bench tunnel: terminated", file=sys.stderr)
    sys.exit(1)


def _measure(settings, file_limit, results):
    folder = pathlib.Path(tempfile.mkdtemp(prefix="homeport-bench-"))
    try:
        service = origin.Origin(folder, file_limit)
        try:
            Run(settings, folder, service, file_limit, results).measure()
        finally:
            service.stop()
    finally:
        if settings.keep:
            print(f"logs kept in {folder}", file=sys.stderr)
        else:
            shutil.rmtree(folder, ignore_errors=True)


def _facts(arguments, settings, file_limit):
    usable = [kind for kind in PEERS
              if kind.name in settings.peers and not kind.missing(settings)]
    load = machine.load_average()
    if load > page.BUSY_LOAD:
        print(f"note: the machine is not quiet (load {load:.1f}): read the ratios",
              file=sys.stderr)
    versions = {kind.name: kind.version(settings) for kind in usable}
    return {
        "machine": machine.describe(),
        "versions": {name: text for name, text in versions.items() if text}
                    | machine.load_versions(),
        "configurations": {kind.name: kind.configuration for kind in usable},
        "loads": f"iperf3 -R -t {settings.seconds} [-P 8]; wrk -t1 -c{INTERACTIVE} "
                 f"-d{settings.seconds}s, with Connection: close, -c1, and paced at about "
                 f"{loads.PAUSE_MS} ms between requests",
        "command": _command_line(arguments),
        "file_limit": file_limit,
        "load_before": load,
    }


def _command_line(arguments):
    """As others would repeat it: without the files of this machine."""
    kept, skip = ["./dev", "bench", "tunnel"], False
    for word in arguments:
        option = word.partition("=")[0]
        if not skip and option not in LOCAL_OPTIONS:
            kept.append(word)
        skip = word in LOCAL_OPTIONS
    return shlex.join(kept)


def _publish(settings, results, facts):
    print("\n".join(report.body(results, settings)))
    if settings.json_file:
        page.write_json(settings.json_file, results, settings, facts)
    if settings.write:
        page.write_page(page.compose(results, settings, facts))
