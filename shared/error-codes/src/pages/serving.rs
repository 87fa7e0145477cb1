//! Services that run on a server and the commands that are sent to them, and what other programs
//! read: exports, mail, PDF.

crate::declare::declare_pages! {
    1 NOT_FOLLOWED = "CM0601" {
        title: "what was decided is recorded, and what follows from it is not there yet",
        happened: "Your command stands. Another service has to record what follows, for example the funding of \
            a memo after a bill, and did not do it in time.",
        why: "That service is stopped or far behind.",
        remedy: "Start it (`creditmemo serve`) or wait, then run the same command again: it records nothing \
            twice and waits for the rest.",
    }
    1 PROBE_ADDRESS = "CM0602" {
        title: "listening for probes failed",
        happened: "The address for health probes and figures could not be opened.",
        why: "Another process listens there, or the port needs more rights.",
        remedy: "Name another address with the option in the message.",
    }
    2 SERVE_NEEDS_SERVER = "CM0610" {
        title: "services run on a JetStream log only",
        happened: "`serve` was called without a server.",
        why: "The embedded log belongs to one process.",
        remedy: "Say --nats URL.",
    }
    1 SERVICE_BROKE_DOWN = "CM0611" {
        title: "a service broke down",
        happened: "A service of this process ended with a mistake in the program. The others were stopped. What \
            is recorded stands.",
        why: "See the message and the log lines before it.",
        remedy: "Start it again. It goes on where it was. Report it with the log lines.",
    }
    2 OPTION_OF_OTHER_SERVICE = "CM0612" {
        title: "an option is for a service that is not served here",
        happened: "An option of `serve` belongs to a service that was not named.",
        why: "It would be ignored without a word.",
        remedy: "Name the service too, or leave the option out.",
    }
    1 CANNOT_ANSWER = "CM0613" {
        title: "a service cannot take commands",
        happened: "The service could not register for commands on the server, or lost that.",
        why: "The server is gone, or denies the subject.",
        remedy: "Check the server and the service's rights.",
    }
    2 REQUEST_UNREADABLE = "CM0614" {
        title: "the request to a service is not one",
        happened: "A message on a command subject is not a request as its schema says.",
        why: "Another program sent it, or another version of this one.",
        remedy: "Compare it with schemas/commands/request.json.",
    }
    2 REQUEST_NO_COMMAND = "CM0615" {
        title: "the command of a request is not one",
        happened: "The words in the request are no command line of this program.",
        why: "Client and service are of different versions, or a word is misspelt.",
        remedy: "Use the same version on both sides, and see `creditmemo --help`.",
    }
    2 REQUEST_WRONG_SERVICE = "CM0616" {
        title: "the command is not one of this service",
        happened: "A request was sent to a service that does not do this command.",
        why: "The sender chose the subject wrongly.",
        remedy: "Send it to the service that writes what the command records.",
    }
    2 REQUEST_OUTPUT = "CM0617" {
        title: "the output of a request is unknown",
        happened: "A request asks for a form of answer that is not there.",
        why: "It is none of table, json and csv.",
        remedy: "Say one of these.",
    }
    2 REQUEST_FILES = "CM0618" {
        title: "a request does not carry the files that it names",
        happened: "The command names a number of files and another number was sent.",
        why: "The sender left some out.",
        remedy: "Send each file that the command names, in its order.",
    }
    1 SENT_FILE_NOT_KEPT = "CM0619" {
        title: "a file that was sent could not be kept",
        happened: "The service writes a file of a request to its temporary folder, and that failed.",
        why: "The folder is full or has no rights.",
        remedy: "Free space on the service's machine, then send it again.",
    }
    3 DELIVERY_ELSEWHERE = "CM0620" {
        title: "the delivery is not where the service takes bills from",
        happened: "A service ingests only from the folders it was started with.",
        why: "Otherwise who may send a command could read any file of that machine.",
        remedy: "Put the delivery below a folder of --inbox or --ingest-from, then send the command again.",
    }
    1 REQUEST_NOT_MADE = "CM0621" {
        title: "a request could not be made",
        happened: "The command could not be written as a message.",
        why: "This is a mistake in the program.",
        remedy: "Report it with the command.",
    }
    3 REQUEST_TOO_LARGE = "CM0622" {
        title: "the request is larger than the server takes",
        happened: "An import file is sent with its command, and the message would be too long. Nothing was \
            sent.",
        why: "The server has a largest size of messages.",
        remedy: "Import the file in parts, or raise max_payload on the server.",
    }
    1 SERVICE_SILENT = "CM0623" {
        title: "a service did not answer",
        happened: "No answer to the command came. Whether it was done is not known.",
        why: "No such service runs, it broke down, or the network is down.",
        remedy: "Start the service and run the same command again: what was done is not done twice.",
    }
    1 ANSWER_UNREADABLE = "CM0624" {
        title: "the answer of a service is not one",
        happened: "The service answered in a form that this program does not know.",
        why: "Client and service are of different versions.",
        remedy: "Use the same version on both sides. Then run the command again.",
    }
    1 INBOX_MOVE = "CM0625" {
        title: "a delivery could not be moved out of the inbox",
        happened: "The delivery was dealt with and its folder could not be moved to `done` or `refused`.",
        why: "Rights are missing or the disk is full.",
        remedy: "Mend it. A delivery that stays is read again, and records nothing twice.",
    }
    2 COLLECTOR_ADDRESS = "CM0626" {
        title: "the address of the trace collector is unusable",
        happened: "Traces are sent to http://HOST:PORT, and the address is not of this form.",
        why: "It has another scheme, a path or a password.",
        remedy: "Write http://HOST:PORT. For TLS, run a collector on this machine.",
    }
    5 ARCHIVE_DIFFERS = "CM0630" {
        title: "the archive and the log are not the same",
        happened: "The archive copies the log as it grows, and a commit in it differs.",
        why: "One of the two was restored from a copy, or changed.",
        remedy: "Run `creditmemo log compare` to see where, and `creditmemo audit` on both. Start a new \
            archive only when you know why.",
    }
    1 MAIL_NOT_WRITTEN = "CM0700" {
        title: "the mail message could not be written",
        happened: "A statement could not be put into a mail message.",
        why: "An address or a subject cannot be encoded.",
        remedy: "Check --from and --to.",
    }
    1 PDF_NOT_WRITTEN = "CM0701" {
        title: "the PDF could not be written",
        happened: "A statement could not be set as a PDF.",
        why: "This is a mistake in the program.",
        remedy: "Use --format html meanwhile, and report it.",
    }
    1 PDF_LACKS_CHARACTERS = "CM0706" {
        title: "the font of the PDF lacks characters",
        happened: "A name or description has characters that the PDF's font cannot show. They are named, and no \
            PDF was made: a document with empty boxes is none.",
        why: "The font covers Latin, Greek and Cyrillic.",
        remedy: "Send the statement with --format html or eml, which use the reader's own fonts.",
    }
    1 JOURNAL_NOT_WRITTEN = "CM0702" {
        title: "the journal could not be written",
        happened: "The postings were made and could not be written as text.",
        why: "Memory ran out, or a mistake in the program.",
        remedy: "Run it again, and report it if it stays.",
    }
    1 TABLE_NOT_WRITTEN = "CM0703" {
        title: "a table could not be written",
        happened: "A file of an export could not be made in the folder named.",
        why: "The disk is full or rights are missing.",
        remedy: "Mend what the message names and export again: the files are written anew.",
    }
    1 TABLE_DEFINITION = "CM0704" {
        title: "a table is not as it is defined",
        happened: "A row has another number of cells than its table has columns, or nothing makes its rows.",
        why: "This is a mistake in the program.",
        remedy: "Report it with the name of the table.",
    }
    1 FOCUS_NOT_WRITTEN = "CM0705" {
        title: "FOCUS rows could not be written",
        happened: "The issued charges could not be written as FOCUS rows.",
        why: "An amount cannot leave exactly, or writing failed.",
        remedy: "Read the message. If it names an amount, report it.",
    }
}
