// Memo changes as JSON lines, with nothing but NATS's own client for Node (the package `nats`).
//
//     node watch_memos.mjs --nats nats://127.0.0.1:4222 --from 1 --until-head
//     node watch_memos.mjs --nats nats://127.0.0.1:4222 --durable my-system --payer 999900001111
//
// With --durable the server remembers how far this system has come: start it again, and it goes on
// after the last change that was acknowledged. With --from it begins at a position of the stream. A
// change may come twice after a crash, never zero times: position and index tell one from another.

import { parseArgs } from "node:util";
import { AckPolicy, connect, DeliverPolicy } from "nats";

const { values: options } = parseArgs({
  options: {
    nats: { type: "string", default: "nats://127.0.0.1:4222" },
    durable: { type: "string" },
    from: { type: "string" },
    payer: { type: "string" },
    account: { type: "string" },
    memo: { type: "string" },
    "until-head": { type: "boolean", default: false },
  },
});

// An id as it stands in a subject: any other byte as _ and two hexadecimal digits.
const token = (text) =>
  [...Buffer.from(text)]
    .map((byte) => {
      const letter = String.fromCharCode(byte);
      return /[a-z0-9-]/.test(letter) ? letter : `_${byte.toString(16).padStart(2, "0")}`;
    })
    .join("");

// The changes in a commit: one a fact of a memo. Amounts are text, and stay so: they must not round.
function* changes(message) {
  const commit = message.json();
  for (const [index, { type, fact }] of commit.facts.entries()) {
    if (fact.balance_after === undefined) continue; // an act that waits for a second person
    yield {
      position: message.seq,
      index,
      subject: message.subject,
      memo_number: fact.memo,
      cause: type,
      balance_before: fact.balance_before,
      balance_after: fact.balance_after,
      effective: fact.effective ?? fact.as_of ?? fact.start_date,
      recorded: commit.recorded,
    };
  }
}

const connection = await connect({ servers: options.nats });
const manager = await connection.jetstreamManager({ checkAPI: false });
const config = {
  ack_policy: AckPolicy.Explicit,
  deliver_policy: DeliverPolicy.All,
  filter_subject: `memos.${options.payer ? token(options.payer) : "*"}.${options.account ? token(options.account) : "*"}`,
};
if (options.durable) config.durable_name = options.durable;
if (options.from) {
  config.deliver_policy = DeliverPolicy.StartSequence;
  config.opt_start_seq = Number(options.from);
}
// Where the admin made the consumer, it is there; a user of the shipped permissions may not make one.
const made = options.durable && (await manager.consumers.info("MEMOS", options.durable).catch(() => undefined));
const { name } = made || (await manager.consumers.add("MEMOS", config));
const consumer = await connection.jetstream().consumers.get("MEMOS", name);
for (;;) {
  let came = 0;
  for await (const message of await consumer.fetch({ max_messages: 100, expires: 1000 })) {
    came += 1;
    for (const change of changes(message)) {
      if (!options.memo || options.memo === change.memo_number) console.log(JSON.stringify(change));
    }
    // Only now: what was not worked on comes again.
    message.ack();
  }
  if (came === 0 && options["until-head"]) break;
}
await connection.drain();
