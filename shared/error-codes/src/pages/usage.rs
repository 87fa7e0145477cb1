//! A command that was typed wrongly or lacks something. Nothing was read or recorded. Exit code 2.

crate::declare::declare_pages! {
    2 LINE_UNREADABLE = "CM0200" {
        title: "the command line is not one",
        happened: "A command that was given to the program by another one could not be read.",
        why: "A word or an option is misspelt, or a value is missing.",
        remedy: "Compare it with `creditmemo --help` and the help of the command.",
    }
    2 CLOCK_UNREADABLE = "CM0201" {
        title: "the clock that was set is no time",
        happened: "CREDITMEMO_CLOCK sets the recorded time, and its value cannot be read.",
        why: "It is not an RFC 3339 time.",
        remedy: "Write it as 2025-01-31T12:00:00Z, or unset the variable.",
    }
    2 NO_PAYER_YET = "CM0202" {
        title: "no payer account is known yet",
        happened: "The command is about a payer, and the log knows none.",
        why: "Nothing was imported or ingested, or another folder was meant.",
        remedy: "Import accounts or ingest a bill first, or name the payer with --payer.",
    }
    2 WHICH_PAYER = "CM0203" {
        title: "there are several payers",
        happened: "The command is about one payer, and the log knows several.",
        why: "A guess could bill the wrong payer.",
        remedy: "Say --payer with one of the ids in the message.",
    }
    2 WHICH_PAYERS_CREDIT = "CM0204" {
        title: "several payers have a credit of this id",
        happened: "The id alone does not tell which credit is meant.",
        why: "AWS numbers credits for each payer.",
        remedy: "Say which payer is meant with --payer.",
    }
    2 REASON_MISSING = "CM0205" {
        title: "an act by hand needs a reason",
        happened: "Waiving, reopening, voiding and every act upon a memo by hand is recorded with its reason, \
            and none was given.",
        why: "An auditor asks why a figure was changed by hand.",
        remedy: "Say --reason \"...\" in words that someone can check in a year.",
    }
    2 WHICH_PAYERS_STATEMENT = "CM0206" {
        title: "the account has statements of several payers for the period",
        happened: "The account was under more than one payer in that month.",
        why: "It moved from one payer to another.",
        remedy: "Say which payer is meant with --payer.",
    }
    2 UNTIL_UNREADABLE = "CM0207" {
        title: "the point of a replay cannot be read",
        happened: "--until is neither a number of commits nor a time.",
        why: "A mistyped date or time.",
        remedy: "Write a number, a day (2025-01-31) or a time (2025-01-31T12:00:00Z).",
    }
    2 VERIFY_AND_UNTIL = "CM0208" {
        title: "--verify and --until do not go together",
        happened: "--verify compares a replay with the balances of now, and --until ends it before.",
        why: "The two could only differ.",
        remedy: "Leave out one of them.",
    }
    2 PLAN_OUT_OF_RANGE = "CM0209" {
        title: "bills of this kind cannot be generated",
        happened: "A number of accounts, months, credits or rows is out of range.",
        why: "See the message for the option and what it may be.",
        remedy: "Correct the option.",
    }
    2 DEMO_IS_THERE = "CM0210" {
        title: "the folder holds a demo already",
        happened: "The demo begins with an empty log, and this folder has one.",
        why: "A second story in the same log would mix the two.",
        remedy: "Name another folder, or delete that one if you no longer need it.",
    }
    2 REASSIGN_NOWHERE = "CM0211" {
        title: "a reassignment does not say where to",
        happened: "`memos reassign` moves a memo to another account, payer, customer or PO number, and none was \
            named.",
        why: "There is nothing to do without one.",
        remedy: "Say --to-account, --to-payer, --customer or --po.",
    }
    2 PORTION_UNREADABLE = "CM0212" {
        title: "the portion of a split cannot be read",
        happened: "A portion is an id, an amount and, where it changes, an owner.",
        why: "A part is missing or is no amount.",
        remedy: "Write ID:AMOUNT or ID:AMOUNT:OWNER, for example C-1:500.00:111122223333.",
    }
    2 NO_SUCH_COMMAND = "CM0213" {
        title: "there is no such command",
        happened: "A manual page was asked for a command that the program does not have.",
        why: "A misspelt name.",
        remedy: "See `creditmemo --help`.",
    }
    2 NO_SUCH_CODE = "CM0218" {
        title: "there is no such error code",
        happened: "`explain-error` was asked for a code that the program does not have.",
        why: "It is misspelt, or of another version.",
        remedy: "Take the code in brackets at the end of an error. The message names the nearest ones.",
    }
    2 NO_SUCH_VERSION = "CM0214" {
        title: "the statement has no such version",
        happened: "A statement has a version for each time it was recorded, and the number is none of them.",
        why: "Versions count from 1.",
        remedy: "Say a number that the message gives.",
    }
    2 EXPLAIN_WHAT = "CM0215" {
        title: "it is not said what to explain",
        happened: "`explain` is about a statement, a memo or a suspense item.",
        why: "None, or only half of a statement's name, was given.",
        remedy: "Say --account with --period, --memo, or --suspense.",
    }
    2 WHICH_SUSPENSE_MONTH = "CM0216" {
        title: "the suspense item was there in several months",
        happened: "The name alone does not tell which month is meant.",
        why: "AWS wrote the same line into several bills.",
        remedy: "Say --payer and --period.",
    }
    2 WHICH_STATEMENT = "CM0217" {
        title: "it is not said which statement",
        happened: "A statement is named by its account and its period.",
        why: "One of the two is missing.",
        remedy: "Say --account ID --period PERIOD, or `statement verify FILE`.",
    }
    2 MAIL_OPTIONS = "CM0220" {
        title: "--from and --to are for a mail message",
        happened: "Sender and recipient were named for a form that is no mail.",
        why: "They would be ignored without a word.",
        remedy: "Say --format eml, or leave them out.",
    }
    2 PDF_TO_TERMINAL = "CM0221" {
        title: "a PDF is not for a terminal",
        happened: "The bytes of a PDF were about to be written to the terminal.",
        why: "They would show as nonsense.",
        remedy: "Write it to a file: `creditmemo statement ... --format pdf > statement.pdf`.",
    }
    2 BY_PROGRAM_FORMS = "CM0222" {
        title: "--by-program is for text and JSON",
        happened: "The other forms of a statement have no such part.",
        why: "The customer's form is fixed.",
        remedy: "Leave --by-program out, or say --format text or json.",
    }
    2 BYTES_OVER_NATS = "CM0223" {
        title: "an answer over NATS is text",
        happened: "A form that is not text, such as a PDF, was asked of a service.",
        why: "Services answer with text.",
        remedy: "Run the command itself against the log.",
    }
    2 CLOCK_WITH_NATS = "CM0240" {
        title: "CREDITMEMO_CLOCK is for the embedded log only",
        happened: "The recorded time was set for a log on a server.",
        why: "Many write to such a log, and a clock set by one would order nothing.",
        remedy: "Unset CREDITMEMO_CLOCK, or use --data without --nats.",
    }
    2 ADDRESS_UNREADABLE = "CM0241" {
        title: "the address of the server cannot be read",
        happened: "--nats or CREDITMEMO_NATS is not an address.",
        why: "A part of it is missing or misspelt.",
        remedy: "Write nats://HOST:PORT, or tls://HOST:PORT.",
    }
    2 STREAMS_NEED_SERVER = "CM0242" {
        title: "streams are on a server, and none is named",
        happened: "`streams` looks at a JetStream server.",
        why: "The embedded log has no streams to configure.",
        remedy: "Say --nats URL, or set CREDITMEMO_NATS.",
    }
    2 REPLICAS_RANGE = "CM0243" {
        title: "the number of replicas is out of range",
        happened: "--replicas is not from 1 to 5.",
        why: "JetStream keeps at most five copies.",
        remedy: "Say 3, which survives the loss of one server, or another number from 1 to 5.",
    }
    2 SAME_PLACE = "CM0244" {
        title: "--from and --to are the same place",
        happened: "A log was to be copied to, or compared with, itself.",
        why: "That would say nothing.",
        remedy: "Name two different places.",
    }
    2 NO_DRY_RUN = "CM0245" {
        title: "the command knows no dry run",
        happened: "--dry-run was asked of a command that cannot only pretend.",
        why: "It writes files or talks to a server, and would do so all the same.",
        remedy: "Leave out --dry-run. See the command's help for what it writes.",
    }
}
