"""Multiplies a log: the same facts again for many payers.

    multiply_log.py FROM TO PAYERS

FROM is the data folder of a real log of one payer, made by the program. TO becomes a data folder
whose log holds every commit of it once for each of PAYERS payers: the payer's id is another one
wherever it stands, and subject, sequence, number, id, chain and checksum are made anew. Commits of
all payers stand interleaved, as they would in the log of a distributor with as many payers.

It knows the log from its description alone (shared/event-log-file/src/line.rs and
shared/wire/src/chain.rs), so a log that the program then audits without a finding is also a second
reading of that description.

Left as they were: digests and ids that were hashed over the payer's id (deliveries, runs). Nothing
reads them but as names. A document's digest covers its statements, and is taken anew.
"""

import hashlib
import re
import sys
import zlib
from pathlib import Path

STREAMS = ("ACCOUNTS", "USAGE", "CREDITS", "MEMOS", "BILLING")
SEGMENT_BYTES_MAX = 64 * 1024 * 1024

LINE = re.compile(
    rb'\{"seq":(\d+),"subject":"([^"]*)","id":"([^"]*)","n":(\d+),"prev":(\d+),"chain":"[^"]*","crc":"[^"]*","commit":(.*)\}\n'
)
BASIS = re.compile(rb'"basis":\{([^}]*)\}')
STATEMENT = b'{"type":"member_statement_recorded.v1","fact":'
DOCUMENT = b'{"type":"document_issued.v1","fact":'
FACT = re.compile(rb'(?:' + re.escape(STATEMENT) + rb"|" + re.escape(DOCUMENT) + rb")")
NUMBER = re.compile(rb'"document_number":("[^"]*"|null)')
RUN = re.compile(rb'"run":"[^"]*"')
DIGEST = re.compile(rb'"digest":"([0-9a-f]{64})"')


class Template:
    """A commit with the payer's id cut out."""

    def __init__(self, line, payer, payers):
        found = LINE.fullmatch(line)
        self.sequence, self.n, self.prev = int(found[1]), int(found[4]), int(found[5])
        self.id = found[3]
        self.subject = found[2].split(payer)

        def scaled(basis):
            pairs = (pair.split(b":") for pair in basis[1].split(b","))
            return b'"basis":{%s}' % b",".join(b"%s:%d" % (name, int(at) * payers) for name, at in pairs)

        self.body = BASIS.sub(scaled, found[6], count=1).split(payer)


class Stream:
    """Writes one stream in segments."""

    def __init__(self, folder):
        self.folder = folder
        folder.mkdir(parents=True)
        self.sequence, self.bytes, self.file = 0, 0, None

    def append(self, head, tail):
        """Appends the line whose checksum stands between its head and its tail."""
        crc = b"%08x" % zlib.crc32(tail, zlib.crc32(head))
        length = len(head) + len(crc) + len(tail) + 1
        if self.file is None or self.bytes + length > SEGMENT_BYTES_MAX:
            self.close()
            self.file = open(self.folder / f"{self.sequence + 1:020}.jsonl", "wb", buffering=1 << 20)
            self.bytes = 0
        self.file.write(head + crc + tail + b"\n")
        self.bytes += length
        self.sequence += 1

    def close(self):
        if self.file is not None:
            self.file.close()


def objects(body):
    """Statements and documents of a body, each as (is it a document, start, end)."""
    for found in FACT.finditer(body):
        depth, at, text = 0, found.end(), False
        while True:
            byte = body[at]
            if text:
                if byte == 0x5C:
                    at += 1
                elif byte == 0x22:
                    text = False
            elif byte == 0x22:
                text = True
            elif byte == 0x7B:
                depth += 1
            elif byte == 0x7D:
                depth -= 1
                if depth == 0:
                    break
            at += 1
        yield found[0] == DOCUMENT, found.end(), at + 1


class Documents:
    """Where each document's digest stands, and what it is taken over: found once, in the original."""

    def __init__(self, templates, payer):
        self.of_commit = {}
        held = {}
        for template in templates:
            body = payer.join(template.body)
            for is_document, start, end in objects(body):
                fact = body[start:end]
                number = NUMBER.search(fact)[1]
                if not is_document:
                    content = NUMBER.sub(b'"document_number":null', fact, count=1)
                    head, run, tail = content.rpartition(b',"run":"')
                    held.setdefault(number, []).append(head + b',"run":"none"}\0')
                    continue
                digest = DIGEST.search(fact)[1]
                content = b"".join(held.pop(number, []))
                if hashlib.sha256(content).hexdigest().encode() != digest:
                    sys.exit(f"the digest of {number.decode()} is not what it is taken over: has the form changed?")
                self.of_commit.setdefault(template.sequence, []).append((digest, content.split(payer)))

    def renewed(self, sequence, body, payer):
        for digest, content in self.of_commit.get(sequence, ()):
            body = body.replace(digest, hashlib.sha256(payer.join(content)).hexdigest().encode(), 1)
        return body


def payer_id(number):
    """Another id for each payer, twelve digits."""
    return b"%012d" % (100_000_000_000 + number * 7_919_317)


def multiply(source, target, name, payer, payers):
    lines = [line for path in sorted((source / "log" / name).glob("*.jsonl")) for line in open(path, "rb")]
    templates = [Template(line, payer, payers) for line in lines]
    documents = Documents(templates, payer) if name == "BILLING" else None
    stream = Stream(target / "log" / name)
    ids = [payer_id(number) for number in range(payers)]
    chains = {}
    facts = 0
    for template in templates:
        number = template.n.to_bytes(8, "big")
        for at, one in enumerate(ids):
            subject, body = one.join(template.subject), one.join(template.body)
            if documents:
                body = documents.renewed(template.sequence, body, one)
            commit = hashlib.sha256(template.id + one).hexdigest()[:32].encode()
            fingerprint = hashlib.sha256(subject + b"\0" + number + commit + b"\0" + body).digest()
            chain = hashlib.sha256(chains.get(subject, bytes(32)) + fingerprint).digest()
            chains[subject] = chain
            prev = (template.prev - 1) * payers + at + 1 if template.prev else 0
            head = b'{"seq":%d,"subject":"%s","id":"%s","n":%d,"prev":%d,"chain":"%s","crc":"' % (
                stream.sequence + 1, subject, commit, template.n, prev, chain.hex().encode()
            )
            stream.append(head, b'","commit":' + body + b"}")
        facts += sum(part.count(b'{"type":"') for part in template.body) * payers
    stream.close()
    (target / "log" / name / "incarnation").write_text("multiplied\n")
    return facts


def main():
    source, target, payers = Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3])
    first = next((source / "log" / "USAGE").glob("*.jsonl")).open("rb").readline()
    payer = LINE.fullmatch(first)[2].split(b".")[1]
    facts = sum(multiply(source, target, name, payer, payers) for name in STREAMS)
    print(facts)


if __name__ == "__main__":
    main()
