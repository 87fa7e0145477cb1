//! What the machine, the server or the program itself made fail: files, folders, the log's place,
//! the network. Exit code 1.

crate::declare::declare_pages! {
    1 NO_SUCH_ACT = "CM0100" {
        title: "the program met an act that it does not know",
        happened: "A command was passed to a part of the program that does not handle it. Nothing was recorded.",
        why: "This is a mistake in the program, not in your input.",
        remedy: "Report it with the command line you typed and the version that `creditmemo --version` \
            prints.",
    }
    1 LOG_UNAVAILABLE = "CM0101" {
        title: "the log cannot be reached",
        happened: "Reading or writing the log failed: a file of it could not be opened, or the NATS server did \
            not answer in time. What had been acknowledged before stands.",
        why: "A full disk, missing rights, a network that is down, or a server that is stopped.",
        remedy: "Mend what the message names: free the disk, check the folder's rights, or start the server. \
            Then run the same command again. It continues from what stands and records nothing twice.",
    }
    1 READ_MODEL_STORE = "CM0102" {
        title: "the store of the read model failed",
        happened: "The read model, a cache of the log, could not be opened, written or set aside.",
        why: "The disk is full, rights are missing, or another program holds the folder `model` of the \
            data folder.",
        remedy: "Check space and rights. If it goes on, delete the folder that the message names: it is made \
            again from the log at the next command. Never delete the log.",
    }
    1 FOLDER_NOT_MADE = "CM0103" {
        title: "a folder could not be made",
        happened: "The program needs the folder that the message names and could not make it.",
        why: "Rights are missing, the disk is full, or a file of that name is there.",
        remedy: "Make the folder yourself, or choose another place with --data or the option that names it.",
    }
    1 SUBJECT_UNKNOWN = "CM0104" {
        title: "the log holds a subject that this program does not know",
        happened: "A commit stands on a subject that belongs to no account, credit, memo or month.",
        why: "A later version of the program wrote it, or another program wrote into the log's streams.",
        remedy: "Use the version that wrote the log. If no later version was used, run `creditmemo audit` and \
            find out who else may write to the streams.",
    }
    1 NOT_WRITABLE_AS_JSON = "CM0105" {
        title: "what is to be recorded cannot be written as JSON",
        happened: "A fact, a seal or a close pack could not be turned into text. Nothing of it was recorded.",
        why: "This is a mistake in the program.",
        remedy: "Report it with the command and the message.",
    }
    1 CHAIN_NOT_CONTINUED = "CM0106" {
        title: "a commit does not continue the log's chain",
        happened: "The log refused a commit, because the hash of the commit before it is another than the \
            program read. Nothing was recorded.",
        why: "The read model does not belong to this log, for example after a copy was put in its place.",
        remedy: "Run `creditmemo audit`. If the log holds, delete the read model's folder and run the command \
            again.",
    }
    1 NO_LOG = "CM0108" {
        title: "there is no log in this place",
        happened: "The command reads a log, and none is in the folder named.",
        why: "Another folder was meant, or nothing has been recorded yet. An answer \"no balances\" would \
            hide that.",
        remedy: "Name the folder with --data (or CREDITMEMO_DATA), or the server with --nats (or \
            CREDITMEMO_NATS). In a new folder, begin with `accounts import`.",
    }
    1 DEMO_CALENDAR = "CM0109" {
        title: "the demo's calendar ran out",
        happened: "The demo made a day for each of its steps and had none left.",
        why: "This is a mistake in the program.",
        remedy: "Report it with the options of the demo.",
    }
    1 ANSWER_NOT_TEXT = "CM0110" {
        title: "an answer could not be written as text",
        happened: "A row or an object could not be turned into JSON, CSV or a page. What was recorded before \
            stands.",
        why: "This is a mistake in the program.",
        remedy: "Try another --output, and report it with the command.",
    }
    1 STDOUT_FAILED = "CM0111" {
        title: "writing to stdout failed",
        happened: "The answer was made and could not be written out. What the command recorded stands.",
        why: "The file or device that stdout goes to is full or gone.",
        remedy: "Free the disk, then ask for the answer again with the list or show command.",
    }
    1 REPLAY_STOPPED = "CM0113" {
        title: "a replay stopped before its end",
        happened: "A part of the program that replays the log ended unexpectedly. Nothing was changed.",
        why: "Memory ran out, or there is a mistake in the program.",
        remedy: "Run it again with more memory. If it stops again, report it with the message.",
    }
    1 CREDIT_UNKNOWN = "CM0120" {
        title: "no such upstream credit is known",
        happened: "No credit of that id was imported, as far as the log tells at that time.",
        why: "The id is misspelt, or the credit has not been imported.",
        remedy: "Look it up in `creditmemo credits list`, or import it with `credits import`.",
    }
    1 MEMO_UNKNOWN = "CM0121" {
        title: "no such memo is known",
        happened: "No memo of that number was issued, or not yet at the time that was asked for.",
        why: "The number is misspelt, or the date lies before the memo.",
        remedy: "Look it up in `creditmemo memos list`.",
    }
    1 STATEMENT_UNKNOWN = "CM0122" {
        title: "there is no such statement",
        happened: "The account has no statement for the period, or had none at that time.",
        why: "The period is not billed, or the account had neither charges nor a memo in it.",
        remedy: "Run `creditmemo bill PERIOD --payer ID`. If it is billed, check account and period.",
    }
    1 NOTHING_DELIVERED = "CM0123" {
        title: "nothing was delivered for the period",
        happened: "The question needs the bill of the payer for the period, and the log holds no completed \
            delivery of it.",
        why: "The bill was not ingested, or the ingest was cut off.",
        remedy: "Run `creditmemo ingest` with the bill's files, then ask again.",
    }
    1 NO_MEMO_IN_SCOPE = "CM0124" {
        title: "the log holds no memo of what was asked for",
        happened: "A replay of one payer, account or memo found none.",
        why: "An id is misspelt, or the memo was issued after the point where the replay ends.",
        remedy: "Check --payer, --account and --memo against `memos list`, and --until against the memo's \
            day.",
    }
    1 SUSPENSE_UNKNOWN = "CM0125" {
        title: "no such suspense item is known",
        happened: "No credit line without a known owner has that name.",
        why: "The name is misspelt, or belongs to another log.",
        remedy: "Look it up in `creditmemo credits suspense`.",
    }
    1 NO_CLOSE_PACK = "CM0126" {
        title: "no close pack was made of the month",
        happened: "A close pack tells what a month was closed on, and this month has none, or none of that \
            number.",
        why: "The month was never closed.",
        remedy: "Close it with `creditmemo close PERIOD --payer ID`.",
    }
    1 CLOSE_PACK_KIND = "CM0127" {
        title: "the close pack is of a kind that this program does not make",
        happened: "The month was closed by a later version, which writes close packs in another form.",
        why: "Packs are made again byte for byte, so an older program must not try.",
        remedy: "Use the version that closed the month, or a later one.",
    }
    1 SORT_FILES = "CM0128" {
        title: "the files for sorting what stands failed",
        happened: "A certificate sorts all that stands in temporary files, and one could not be written or \
            read.",
        why: "The folder for temporary files is full or has no rights.",
        remedy: "Free space there, or set TMPDIR to a folder with room. Then run it again.",
    }
    1 NO_SUCH_LINE = "CM0129" {
        title: "the statement has no such line",
        happened: "The statement is there, but no line of it has the service or number that was asked for.",
        why: "The service is named otherwise, or the account had no charges of it.",
        remedy: "Ask for `explain` without --service and --line to see all lines.",
    }
    1 GENERATING_FAILED = "CM0130" {
        title: "writing generated bills failed",
        happened: "Bill files for a demo or a test could not be made.",
        why: "The disk is full, rights are missing, or a compression failed.",
        remedy: "Check the folder that the message names. Nothing of your log is touched.",
    }
    1 NOT_BILLED = "CM0131" {
        title: "the month is not billed",
        happened: "A close pack was asked for a month that has no billing run.",
        why: "The month was not billed, or a reopened month waits for its next run.",
        remedy: "Run `creditmemo bill PERIOD --payer ID`.",
    }
    1 STREAMS_NOT_AS_NEEDED = "CM0140" {
        title: "the streams on the server are not as the log needs them",
        happened: "A JetStream stream is missing or is configured so that commits could be lost or changed. \
            Nothing is read or written.",
        why: "The streams were not made yet, or someone changed their configuration.",
        remedy: "Look at `creditmemo streams apply --dry-run`, then run `creditmemo streams apply` as an \
            administrator.",
    }
    1 KEY_FILE = "CM0141" {
        title: "a key file could not be read, written or made",
        happened: "The file of a signing key could not be opened or written, or the system gave no random \
            numbers.",
        why: "A wrong path, missing rights, or a file that is there already.",
        remedy: "Check the path in the message. A key that exists is never written over: name another file.",
    }
    1 LOG_DENIED = "CM0142" {
        title: "the server denies access to the log",
        happened: "The NATS server answered, and denied reading or writing a subject.",
        why: "The user of this process has no right to it. Each service may write its own streams only.",
        remedy: "Check the credentials that the process connects with, and the user's permissions on the \
            server.",
    }
    1 COPY_FAILED = "CM0143" {
        title: "writing the copy of a log failed",
        happened: "A copy from one log to another stopped while writing. The source is unchanged, and what was \
            copied is whole.",
        why: "The target's disk is full or its server does not answer.",
        remedy: "Mend what the message names and run `creditmemo log copy` again: it goes on where it \
            stopped.",
    }
    1 SEAL_UNREADABLE = "CM0144" {
        title: "a seal cannot be read",
        happened: "The head of a seal is not signed as it should be, or is of another kind.",
        why: "The file was changed, cut off, or written by a later version.",
        remedy: "Check it with `creditmemo audit verify`. Make a new seal with `creditmemo audit seal` if it \
            is damaged.",
    }
    1 SNAPSHOT_FILE = "CM0145" {
        title: "a snapshot could not be read or written",
        happened: "A snapshot, a cache of the log at a point, failed on the disk. The log is not touched.",
        why: "The disk is full or rights are missing.",
        remedy: "Check the folder `snapshots` of the data folder. Snapshots may be deleted at any time.",
    }
    1 FILE_NOT_WRITTEN = "CM0146" {
        title: "a file could not be written",
        happened: "A seal, a key or a close pack could not be written where it was asked for. What was recorded \
            stands.",
        why: "The folder is missing, rights are missing, or the disk is full.",
        remedy: "Mend what the message names, or name another file.",
    }
}
