"""Runs the program and its peer in turns and prints a table of ratios.

    bench.py PROGRAM CACHE [ingest] [replay] [scale]

Started by tests/bench/run; README.md says what the figures mean.
"""

import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path

import wide_log

HERE = Path(__file__).parent
ROWS = int(os.environ.get("BENCH_ROWS", "5400000"))
FACTS = int(os.environ.get("BENCH_FACTS", "2000000"))
RUNS = int(os.environ.get("BENCH_RUNS", "3"))
THREADS = int(os.environ.get("BENCH_THREADS", "2"))

# The year that the log is multiplied from.
LOG_MONTHS, LOG_ACCOUNTS, LOG_CREDITS, LOG_ROWS = 60, 120, 200, 2500


def say(text):
    print(text, file=sys.stderr, flush=True)


@dataclass
class Run:
    """One process: how long, how much memory at its peak, and what it said."""

    seconds: float
    bytes: int
    found: dict


@dataclass
class Side:
    """The program or its peer in one measurement."""

    runs: list = field(default_factory=list)

    def seconds(self):
        return statistics.median(run.seconds for run in self.runs)

    def bytes(self):
        return statistics.median(run.bytes for run in self.runs)


def limited():
    """The processors both sides may use."""
    return sorted(os.sched_getaffinity(0))[:THREADS]


def measure(command, own_seconds):
    """Runs a command; its time is the whole process, or what it says itself where it prints that."""
    environment = {**os.environ, "RAYON_NUM_THREADS": str(THREADS), "BENCH_THREADS": str(THREADS), "CREDITMEMO_LOG": "error"}
    started = time.perf_counter()
    process = subprocess.Popen(
        [str(part) for part in command],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env=environment,
        preexec_fn=lambda: os.sched_setaffinity(0, limited()),
    )
    output = process.stdout.read()
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - started
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        sys.exit(f"exit code {process.returncode}: {' '.join(map(str, command))}")
    found = json.loads(output)
    found = found[0] if isinstance(found, list) else found
    return Run(float(found["seconds"]) if own_seconds else seconds, usage.ru_maxrss * 1024, found)


def in_turns(name, ours, peers):
    """A B A B ...; the first turn warms the file cache and does not count."""
    program, peer = Side(), Side()
    for turn in range(RUNS + 1):
        for side, run in ((program, ours), (peer, peers)):
            done = run()
            say(f"{name}: {'program' if side is program else 'DuckDB '} {done.seconds:8.3f} s{'' if turn else ' (does not count)'}")
            if turn:
                side.runs.append(done)
    return program, peer


def call(program, *arguments, clock=None):
    environment = {**os.environ, "CREDITMEMO_LOG": "error"}
    if clock:
        environment["CREDITMEMO_CLOCK"] = clock
    subprocess.run(
        [str(program), *map(str, arguments)], check=True, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )


def made_once(folder, make):
    """A folder of the cache: made beside its place, and put there when it is whole."""
    if not folder.exists():
        say(f"making {folder}")
        unfinished = folder.with_name(folder.name + ".unfinished")
        shutil.rmtree(unfinished, ignore_errors=True)
        unfinished.parent.mkdir(parents=True, exist_ok=True)
        make(unfinished)
        unfinished.rename(folder)
    return folder


def ingest(program, cache, container, kind):
    bills = made_once(
        cache / f"cur2-{container}-{ROWS}",
        lambda folder: call(
            program, "generate", folder, "--accounts", 200, "--months", 1, "--credits", 40, "--rows", ROWS,
            "--format", "cur2", "--container", container,
        ),
    )
    ending = "*.parquet" if container == "parquet" else "*.csv.gz"
    files = sorted(bills.rglob(ending))
    manifests = sorted(bills.rglob("*Manifest.json"))
    assert files and len(manifests) == 1, f"{bills} holds one delivery"
    # DuckDB takes a list or a pattern; the pattern keeps the peer's command short.
    pattern = files[0].parent / ending

    def ours():
        with tempfile.TemporaryDirectory(dir=cache) as data:
            return measure([program, "--data", data, "--output", "json", "ingest", manifests[0]], own_seconds=False)

    sides = in_turns(kind, ours, lambda: measure([sys.executable, HERE / "peer.py", kind, pattern], True))
    found, of_peer = sides[0].runs[0].found, sides[1].runs[0].found
    rows = int(found["rows"])
    assert rows == of_peer["rows"], f"{rows} rows, and {of_peer['rows']} by the peer"
    apart = abs(Decimal(found["total"]) - Decimal(of_peer["total"]))
    assert apart <= (Decimal("0.01") if kind == "ingest-parquet-rounded" else 0), f"the totals are {apart} apart"
    size = sum(file.stat().st_size for file in files)
    return Measured(kind.replace("-", " ", 1), "rows", rows, size, *sides)


def real_log(program, folder):
    """Five years of one payer, by the program itself: import, then ingest, bill and close each month."""
    bills, data = folder / "bills", folder / "data"
    call(
        program, "generate", bills, "--accounts", LOG_ACCOUNTS, "--months", LOG_MONTHS, "--credits", LOG_CREDITS,
        "--rows", LOG_ROWS, "--first", "2020-01",
    )
    office = ("--data", data)
    call(program, *office, "accounts", "import", bills / "accounts.csv", clock="2020-01-02T09:00:00Z")
    call(program, *office, "credits", "import", bills / "credits.csv", clock="2020-01-02T09:00:00Z")
    for manifest in sorted(bills.rglob("*Manifest.json")):
        period = manifest.parent.name.partition("=")[2]
        year, month = int(period[:4]), int(period[5:7])
        clock = f"{year + month // 12}-{month % 12 + 1:02}-05T09:00:00Z"
        for command in (("ingest", manifest), ("bill", period), ("close", period)):
            call(program, *office, *command, clock=clock)


def long_log(program, cache):
    real = made_once(cache / f"log-of-one-payer-{LOG_MONTHS}-{LOG_ROWS}", lambda folder: real_log(program, folder))

    def make(folder):
        counted = subprocess.run(
            [sys.executable, HERE / "multiply_log.py", real / "data", folder / "counted", "1"],
            check=True, capture_output=True, text=True,
        )
        payers = -(-FACTS // int(counted.stdout))
        shutil.rmtree(folder / "counted")
        subprocess.run(
            [sys.executable, HERE / "multiply_log.py", real / "data", folder / "data", str(payers)],
            check=True, stdout=subprocess.DEVNULL,
        )
        # A writer makes the indexes of finished segments, as it does when it finishes them itself.
        accounts = folder / "accounts.csv"
        accounts.write_text(
            "payer_account_id,member_account_id,customer,po_number,from,to\n000000000001,000000000002,BENCH,,2020-01-01,\n"
        )
        say("bringing the read model of the long log up to date")
        call(program, "--data", folder / "data", "accounts", "import", accounts)

    return made_once(cache / f"log-{FACTS}", make) / "data"


def replay(program, cache):
    data = long_log(program, cache)
    sides = in_turns(
        "replay",
        lambda: measure([program, "--data", data, "--output", "json", "replay"], own_seconds=True),
        lambda: measure([sys.executable, HERE / "peer.py", "replay", data], own_seconds=True),
    )
    found, of_peer = sides[0].runs[0].found, sides[1].runs[0].found
    assert found["facts"] == of_peer["facts"], f"{found['facts']} facts, and {of_peer['facts']} by the peer"
    assert found["memos"] == of_peer["memos"], f"{found['memos']} memos, and {of_peer['memos']} by the peer"
    open_balance = sum(Decimal(one["amount"]) for one in found["open_balance"])
    assert open_balance == Decimal(of_peer["open"]), f"open balances {open_balance}, and {of_peer['open']} by the peer"
    size = sum(file.stat().st_size for file in (data / "log").rglob("*.jsonl"))
    return Measured("replay", "facts", int(found["facts"]), size, *sides)


@dataclass
class Measured:
    """One line of the table."""

    name: str
    unit: str
    count: int
    size: int
    program: Side
    peer: Side

    def row(self):
        ours, theirs = self.program.seconds(), self.peer.seconds()

        def million(seconds):
            return f"{self.count / seconds / 1e6:.2f} M {self.unit}/s"

        def megabytes(side):
            return f"{side.bytes() / 2**20:.0f} MB"

        return [
            self.name,
            f"{self.count:,} {self.unit}, {self.size / 2**20:,.0f} MB",
            f"{ours:.2f} s",
            million(ours),
            f"{theirs:.2f} s",
            million(theirs),
            f"{theirs / ours:.2f}",
            megabytes(self.program),
            megabytes(self.peer),
        ]


HEADINGS = ["", "input", "program", "", "DuckDB", "", "times as fast", "peak memory", "DuckDB's"]


def print_table(measured):
    rows = [HEADINGS, *(one.row() for one in measured)]
    widths = [max(len(row[at]) for row in rows) for at in range(len(HEADINGS))]
    lines = ["| " + " | ".join(cell.ljust(width) for cell, width in zip(row, widths)) + " |" for row in rows]
    lines.insert(1, "|" + "|".join("-" * (width + 2) for width in widths) + "|")
    print("\n".join(lines))


def main():
    program, cache, *names = sys.argv[1:]
    cache = Path(cache)
    unknown = set(names) - {"ingest", "replay", "scale"}
    if unknown:
        sys.exit(f"{', '.join(sorted(unknown))}: not one of ingest, replay, scale")
    measured = []
    if not names or "ingest" in names:
        measured += [
            ingest(program, cache, "csv-gz", "ingest-csv"),
            ingest(program, cache, "parquet", "ingest-parquet"),
            ingest(program, cache, "parquet", "ingest-parquet-rounded"),
        ]
    if not names or "replay" in names:
        measured.append(replay(program, cache))
    if measured:
        print_table(measured)
    if not names or "scale" in names:
        size = f"{wide_log.MEMBERS}-{wide_log.MONTHS}-{wide_log.LINES}"
        folder = made_once(cache / f"log-of-accounts-{size}", lambda folder: wide_log.make(program, folder))
        wide_log.measure(program, folder, RUNS)


if __name__ == "__main__":
    main()
