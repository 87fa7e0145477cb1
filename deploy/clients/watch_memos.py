#!/usr/bin/env python3
"""Memo changes as JSON lines, with nothing but NATS's own Python client (nats-py).

    watch_memos.py --nats nats://127.0.0.1:4222 --from 1 --until-head
    watch_memos.py --nats nats://127.0.0.1:4222 --durable my-system --payer 999900001111

With --durable the server remembers how far this system has come: start it again, and it goes on
after the last change that was acknowledged. With --from it begins at a position of the stream, for
example one after the last that was seen. A change may come twice after a crash, never zero times:
`position` and `index` tell one from another.
"""

import argparse
import asyncio
import json
import re

import nats
from nats.errors import TimeoutError
from nats.js.api import AckPolicy, ConsumerConfig, DeliverPolicy


def token(text):
    """An id as it stands in a subject: any other byte as _ and two hexadecimal digits."""
    return re.sub(rb"[^a-z0-9-]", lambda found: b"_%02x" % found[0][0], text.encode()).decode()


def changes(message):
    """The changes in a commit: one a fact of a memo. What must not round is text, and stays so."""
    commit = json.loads(message.data)
    for index, recorded in enumerate(commit["facts"]):
        fact = recorded["fact"]
        if "balance_after" not in fact:
            continue  # an act that waits for a second person changes no memo
        yield {
            "position": message.metadata.sequence.stream,
            "index": index,
            "subject": message.subject,
            "memo_number": fact["memo"],
            "cause": recorded["type"],
            "balance_before": fact["balance_before"],
            "balance_after": fact["balance_after"],
            "effective": fact.get("effective") or fact.get("as_of") or fact["start_date"],
            "recorded": commit["recorded"],
        }


async def watch(options):
    connection = await nats.connect(options.nats)
    stream = connection.jetstream()
    config = ConsumerConfig(ack_policy=AckPolicy.EXPLICIT)
    if options.start:
        config.deliver_policy = DeliverPolicy.BY_START_SEQUENCE
        config.opt_start_seq = options.start
    payer = token(options.payer) if options.payer else "*"
    account = token(options.account) if options.account else "*"
    subscription = await stream.pull_subscribe(
        f"memos.{payer}.{account}", durable=options.durable, stream="MEMOS", config=config
    )
    while True:
        try:
            messages = await subscription.fetch(100, timeout=1)
        except TimeoutError:
            if options.until_head:
                break
            continue
        for message in messages:
            for change in changes(message):
                if options.memo in (None, change["memo_number"]):
                    print(json.dumps(change), flush=True)
            # Only now: what was not worked on comes again.
            await message.ack()
    await connection.close()


parser = argparse.ArgumentParser(description="memo changes as JSON lines")
parser.add_argument("--nats", default="nats://127.0.0.1:4222")
parser.add_argument("--durable")
parser.add_argument("--from", dest="start", type=int)
parser.add_argument("--payer")
parser.add_argument("--account")
parser.add_argument("--memo")
parser.add_argument("--until-head", action="store_true")
asyncio.run(watch(parser.parse_args()))
