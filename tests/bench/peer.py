"""The peer: DuckDB doing the same aggregation over the same files.

    peer.py ingest-csv FILES | ingest-parquet FILES | ingest-parquet-rounded FILES | replay FOLDER

Prints one JSON object: its own seconds (from the query to its result, without the start of Python
and of DuckDB), and what it found, to be compared with what the program found.
"""

import json
import os
import sys
import time

import duckdb

THREADS = int(os.environ.get("BENCH_THREADS", "2"))

# The keys that the program cannot do without; it sums by more (region, invoice, legal entity, ...).
INGEST = """
create table aggregates as
select
    bill_payer_account_id as payer,
    line_item_usage_account_id as member,
    bill_billing_period_start_date as period,
    line_item_line_item_type as line_type,
    line_item_product_code as product_code,
    case when line_item_line_item_type = 'Credit' then line_item_line_item_description end as description,
    count(*) as lines,
    sum({amount}) as amount
from {source}
group by all
"""

# Lines are read as text and every commit is parsed to count its facts; open balances are made of
# what the memos' facts say they changed. (`read_json` with typed columns takes ten times as long.)
# No checksum, no chain, no gap, no stated balance is checked.
REPLAY = """
with commits as materialized (
    select
        json_array_length(line, '$.commit.facts') as facts,
        case when starts_with(line->>'$.subject', 'memos.') then json_extract(line, '$.commit.facts[*]') else [] end
            as of_memos
    from read_csv(
        '{folder}/log/*/*.jsonl',
        columns = {{line: 'VARCHAR'}},
        delim = '\x01', quote = '', escape = '', header = false, auto_detect = false, max_line_size = 1048576
    )
),
facts as (
    select unnest(of_memos) as fact from commits
),
memos as (
    select
        fact->>'$.fact.memo' as memo,
        sum(
            cast(fact->>'$.fact.balance_after' as decimal(18, 2))
            - cast(fact->>'$.fact.balance_before' as decimal(18, 2))
        ) as open
    from facts
    where starts_with(fact->>'$.type', 'memo_')
    group by all
)
select (select sum(facts) from commits), (select count(*) from memos), (select sum(open) from memos)
"""


TEXT = "cast(line_item_unblended_cost as decimal(38, 16))"
# A double has no exact decimal but the shortest text that reads back as it; a cast without the text
# is faster and rounds.
DOUBLE = "cast(cast(line_item_unblended_cost as varchar) as decimal(38, 16))"


def ingest(connection, source, amount):
    started = time.perf_counter()
    connection.execute(INGEST.format(source=source, amount=amount))
    seconds = time.perf_counter() - started
    lines, total, groups = connection.execute(
        "select sum(lines), sum(amount), count(*) from aggregates"
    ).fetchone()
    return {"seconds": seconds, "rows": int(lines), "total": str(total), "groups": groups}


def replay(connection, folder):
    started = time.perf_counter()
    facts, memos, open_balance = connection.execute(REPLAY.format(folder=folder)).fetchone()
    seconds = time.perf_counter() - started
    return {"seconds": seconds, "facts": int(facts), "memos": memos, "open": str(open_balance)}


def main():
    what, path = sys.argv[1:]
    connection = duckdb.connect()
    connection.execute(f"set threads = {THREADS}")
    connection.execute("set preserve_insertion_order = false")
    connection.execute("set enable_progress_bar = false")
    if what == "replay":
        found = replay(connection, path)
    elif what == "ingest-csv":
        found = ingest(connection, f"read_csv('{path}', all_varchar = true, header = true)", TEXT)
    else:
        found = ingest(connection, f"read_parquet('{path}')", DOUBLE if what == "ingest-parquet" else TEXT)
    print(json.dumps(found))


if __name__ == "__main__":
    main()
