"""The log of many accounts and many months, and the questions that are measured on it.

The log is made by the program alone: bills are generated, and each month is ingested, billed and
closed as an operator would, a process a command. So it holds what real months hold: credits
scattered over accounts, memos drawn and lapsed, documents, corrections, members that join and leave.
"""

import csv
import json
import os
import shutil
import subprocess
import sys
import time
from dataclasses import dataclass, field

MEMBERS = int(os.environ.get("BENCH_MEMBERS", "10000"))
MONTHS = int(os.environ.get("BENCH_MONTHS", "60"))
# Bill lines an account and month, about.
LINES = int(os.environ.get("BENCH_LINES", "12"))
PAYERS = ["100000000001", "100000000002", "100000000003", "100000000004"]
FIRST = (2020, 1)


def say(text):
    print(text, file=sys.stderr, flush=True)


def periods():
    year, month = FIRST
    for at in range(MONTHS):
        count = month - 1 + at
        yield f"{year + count // 12}-{count % 12 + 1:02}"


def processing_day(period):
    year, month = map(int, period.split("-"))
    return f"{year + month // 12}-{month % 12 + 1:02}-05T09:00:00Z"


@dataclass
class Phase:
    """A command that is run every month: its seconds by month, and its peak memory."""

    seconds: list = field(default_factory=list)
    bytes: int = 0


def run(command, clock=None):
    """Runs a command; answers with its seconds, its peak memory and what it printed."""
    environment = {**os.environ, "CREDITMEMO_LOG": "error"}
    if clock:
        environment["CREDITMEMO_CLOCK"] = clock
    started = time.perf_counter()
    process = subprocess.Popen([str(part) for part in command], stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment)
    output, said = process.stdout.read(), None
    said = process.stderr.read()
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - started
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        sys.exit(f"exit code {process.returncode}: {' '.join(map(str, command))}\n{said.decode()[-2000:]}")
    return seconds, usage.ru_maxrss * 1024, output


def make(program, folder):
    """Makes the log in a folder; leaves there how long each command took."""
    bills, data = folder / "bills", folder / "data"
    payers = [part for payer in PAYERS for part in ("--payer", payer)]
    phases = {name: Phase() for name in ("generate", "import", "ingest", "bill", "close")}

    def timed(phase, command, clock=None):
        seconds, peak, _ = run(command, clock)
        phases[phase].seconds.append(seconds)
        phases[phase].bytes = max(phases[phase].bytes, peak)
        return seconds

    timed("generate", [
        program, "generate", bills, "--accounts", MEMBERS, "--months", MONTHS, "--credits", MEMBERS * 3 // 10,
        "--rows", MEMBERS * LINES, "--first", "%d-%02d" % FIRST, "--container", "csv-gz", *payers,
    ])
    say(f"generated {MONTHS} months of {MEMBERS} accounts in {phases['generate'].seconds[0]:.0f} s")
    office = [program, "--data", data]
    timed("import", [*office, "accounts", "import", bills / "accounts.csv"], clock="2020-01-02T09:00:00Z")
    timed("import", [*office, "credits", "import", bills / "credits.csv"], clock="2020-01-02T09:00:00Z")
    for period in periods():
        clock = processing_day(period)
        manifests = sorted(bills.rglob(f"BILLING_PERIOD={period}/*Manifest.json"))
        took = {"ingest": timed("ingest", [*office, "ingest", *manifests], clock)}
        for command in ("bill", "close"):
            took[command] = sum(timed(command, [*office, command, period, "--payer", payer], clock) for payer in PAYERS)
        say(f"{period}: " + ", ".join(f"{name} {seconds:.1f} s" for name, seconds in took.items()))
    # They are larger than the log, and made again from their seed.
    shutil.rmtree(bills)
    report = {name: {"seconds": phase.seconds, "bytes": phase.bytes} for name, phase in phases.items()}
    (folder / "made.json").write_text(json.dumps(report))


def size_of(folder, pattern="*"):
    return sum(file.stat().st_size for file in folder.rglob(pattern) if file.is_file())


def blocks_of(folder):
    """What a folder takes on the disk."""
    return sum(file.stat().st_blocks * 512 for file in folder.rglob("*") if file.is_file())


def questions(data, memo):
    """What is asked, by name: the command without the program and the data folder."""
    months = list(periods())
    middle, last = months[len(months) // 2], months[-1]
    account = ("--account", memo["member_account_id"])
    payer = ("--payer", memo["payer_account_id"])
    lines = (*account, "--period", middle, *payer)
    return {
        "full verified replay": ("replay", "--verify"),
        "audit": ("audit",),
        "balances of all, now": ("balance",),
        f"balances of all, as of {middle} as known then": (
            "balance", "--effective", f"{middle}-28", "--recorded", processing_day(middle)),
        "balance of one account, as of and as known then": (
            "balance", *account, "--effective", f"{middle}-28", "--recorded", processing_day(middle)),
        "explanation of a statement": ("explain", *lines),
        "explanation of a memo": ("explain", "--memo", memo["memo_number"]),
        "statement of an account": ("statement", *lines),
        "replay of one account": ("replay", *account, *payer, "--verify"),
        "reconciliation of a month": ("reconcile", last, *payer),
    }


def some_memo(program, data):
    """A memo that was drawn, of the middle of the list: the same one whenever it is asked."""
    _, _, output = run([program, "--data", data, "--output", "csv", "balance"])
    rows = [row for row in csv.DictReader(output.decode().splitlines()) if float(row["applied_amount"]) > 0]
    return rows[len(rows) // 2]


def median(values):
    return sorted(values)[len(values) // 2]


def measure(program, folder, runs):
    """Asks everything on the log in a folder; answers with rows of a table."""
    data = folder / "data"
    log_bytes = size_of(data / "log", "*.jsonl")
    rows = []
    # From nothing: the same log under another folder, without a read model.
    fresh = folder / "from-nothing"
    shutil.rmtree(fresh, ignore_errors=True)
    fresh.mkdir()
    (fresh / "log").symlink_to((data / "log").resolve())
    seconds, peak, _ = run([program, "--data", fresh, "policy", "show"])
    store = blocks_of(fresh / "read-model")
    say(f"read model from nothing: {seconds:.1f} s, {store / 2**20:.0f} MB on disk")
    rows.append(["read model from nothing", f"{seconds:.1f} s", peak, f"{store / 2**20:,.0f} MB on disk"])
    shutil.rmtree(fresh)
    memo = some_memo(program, data)
    facts = None
    for name, command in questions(data, memo).items():
        taken = [run([program, "--data", data, "--output", "json", *command]) for _ in range(runs)]
        seconds, peak = median([one[0] for one in taken]), max(one[1] for one in taken)
        said = ""
        found = json.loads(taken[0][2])
        found = found[0] if isinstance(found, list) and found else found
        if command == ("replay", "--verify"):
            assert found["verified"] and not found["differences"], "the replay found differences"
            facts = int(found["facts"])
            inside = median([float(json.loads(one[2])[0]["seconds"]) for one in taken])
            said = f"{facts / inside / 1e6:.2f} M facts/s, {log_bytes / inside / 2**20:,.0f} MB/s once open"
        if command == ("audit",):
            assert all(check["holds"] for check in json.loads(taken[0][2])), "the audit found something"
        say(f"{name}: {seconds:.2f} s, {peak / 2**20:.0f} MB {said}")
        rows.append([name, f"{seconds:.2f} s", peak, said])
    print_table(folder, log_bytes, facts, rows)


def print_table(folder, log_bytes, facts, rows):
    print(
        f"\n{MEMBERS:,} accounts under {len(PAYERS)} payers, {MONTHS} months: {facts:,} facts, "
        f"{log_bytes / 2**20:,.0f} MB of log, {blocks_of(folder / 'data' / 'read-model') / 2**20:,.0f} MB of read model"
    )
    made = json.loads((folder / "made.json").read_text())
    for name in ("ingest", "bill", "close"):
        seconds, calls = made[name]["seconds"], 1 if name == "ingest" else len(PAYERS)
        months = [sum(seconds[at:at + calls]) for at in range(0, len(seconds), calls)]
        rows.append([
            f"{name} of a month, all accounts: first, median, last month",
            " / ".join(f"{one:.1f} s" for one in (months[0], median(months), months[-1])), made[name]["bytes"], "",
        ])
    cells = [["", "time", "peak memory", ""], *([a, b, f"{peak / 2**20:,.0f} MB", c] for a, b, peak, c in rows)]
    widths = [max(len(row[at]) for row in cells) for at in range(4)]
    lines = ["| " + " | ".join(cell.ljust(width) for cell, width in zip(row, widths)) + " |" for row in cells]
    lines.insert(1, "|" + "|".join("-" * (width + 2) for width in widths) + "|")
    print("\n" + "\n".join(lines))
