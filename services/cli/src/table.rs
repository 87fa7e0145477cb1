//! The table of commands: of each its name, the group it stands in under `--help`, whether it writes, the service
//! that answers it over NATS, and the options whose files are its input. What is derived from it: help, the way a
//! command takes, which log it opens and how, and what an idempotency key covers.

use service_kit::Access;
use wire::ServiceName;

/// A command.
#[derive(Debug)]
pub(crate) struct CommandEntry {
    /// Its words.
    pub(crate) name: &'static str,
    /// Where it stands in the help.
    pub(crate) group: Group,
    /// Whether it writes.
    pub(crate) writes: Writes,
    /// The service that answers it; none where the command line always decides it itself.
    pub(crate) service: Option<ServiceName>,
    /// The arguments whose files are input.
    pub(crate) files: &'static [&'static str],
}

/// Whether a command writes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Writes {
    /// It only reads.
    Nothing,
    /// It records on the log.
    Log,
    /// It records on the log where an input file is named, and else only reads.
    LogWithFile,
    /// It writes files, or to a server, and not by a unit of work; it knows a dry run.
    Elsewhere,
    /// The same, and it knows no dry run.
    ElsewhereForReal,
}

/// The jobs that commands are grouped by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Group {
    /// To see what it does.
    Start,
    /// What is imported once and kept up to date.
    Masters,
    /// A month's work.
    Month,
    /// Acts by hand.
    ByHand,
    /// Questions.
    Questions,
    /// Evidence.
    Proof,
    /// What leaves for other systems.
    Exports,
    /// Running it.
    Operating,
}

impl Group {
    /// All groups, in the order of the help.
    pub(crate) const ALL: [Self; 8] = [
        Self::Start,
        Self::Masters,
        Self::Month,
        Self::ByHand,
        Self::Questions,
        Self::Proof,
        Self::Exports,
        Self::Operating,
    ];

    /// The heading of the group.
    pub(crate) fn heading(self) -> &'static str {
        match self {
            Self::Start => "Try it",
            Self::Masters => "Accounts, credits, policies",
            Self::Month => "A month's work",
            Self::ByHand => "Memos and acts by hand",
            Self::Questions => "Questions",
            Self::Proof => "Evidence",
            Self::Exports => "For other systems",
            Self::Operating => "Running it",
        }
    }
}

const fn entry(
    name: &'static str,
    group: Group,
    writes: Writes,
    service: Option<ServiceName>,
    files: &'static [&'static str],
) -> CommandEntry {
    CommandEntry { name, group, writes, service, files }
}

use Group::{ByHand, Exports, Masters, Month, Operating, Proof, Questions, Start};
use Writes::{Elsewhere, ElsewhereForReal, Log, LogWithFile, Nothing};

const INGEST: Option<ServiceName> = Some(ServiceName::UsageIngest);
const CREDITS: Option<ServiceName> = Some(ServiceName::UpstreamCredits);
const KEEPER: Option<ServiceName> = Some(ServiceName::MemoKeeper);
const PROJECTOR: Option<ServiceName> = Some(ServiceName::Projector);

/// The commands, in the order of the help. Members, policies and rates have no service: operators write them.
pub(crate) const COMMANDS: &[CommandEntry] = &[
    entry("demo", Start, ElsewhereForReal, None, &[]),
    entry("generate", Start, ElsewhereForReal, None, &[]),
    entry("accounts import", Masters, Log, None, &["file"]),
    entry("accounts list", Masters, Nothing, None, &[]),
    entry("credits import", Masters, Log, CREDITS, &["file"]),
    entry("credits list", Masters, Nothing, None, &[]),
    entry("credits show", Masters, Nothing, None, &[]),
    entry("credits suspense", Masters, Nothing, None, &[]),
    entry("credits attribute", Masters, Log, CREDITS, &[]),
    entry("credits attributions", Masters, Nothing, None, &[]),
    entry("credits history", Masters, LogWithFile, CREDITS, &["file"]),
    entry("credits exceptions", Masters, Nothing, None, &[]),
    entry("credits simulate", Masters, Nothing, None, &[]),
    entry("credits transfer", Masters, Log, CREDITS, &[]),
    entry("credits split", Masters, Log, CREDITS, &[]),
    entry("credits pause", Masters, Log, CREDITS, &[]),
    entry("credits cancel", Masters, Log, CREDITS, &[]),
    entry("policy show", Masters, Nothing, None, &[]),
    entry("policy adopt", Masters, Log, None, &["file"]),
    entry("rates import", Masters, Log, None, &["file"]),
    entry("rates list", Masters, Nothing, None, &[]),
    entry("ingest", Month, Log, INGEST, &["paths"]),
    entry("bill", Month, Log, KEEPER, &[]),
    entry("close", Month, Log, KEEPER, &[]),
    entry("reopen", Month, Log, KEEPER, &[]),
    entry("documents list", Month, Nothing, None, &[]),
    entry("documents show", Month, Nothing, None, &[]),
    entry("documents void", Month, Log, None, &[]),
    entry("memos list", ByHand, Nothing, PROJECTOR, &[]),
    entry("memos show", ByHand, Nothing, PROJECTOR, &[]),
    entry("memos issue", ByHand, Log, KEEPER, &[]),
    entry("memos adjust", ByHand, Log, KEEPER, &[]),
    entry("memos write-off", ByHand, Log, KEEPER, &[]),
    entry("memos refund", ByHand, Log, KEEPER, &[]),
    entry("memos reassign", ByHand, Log, KEEPER, &[]),
    entry("memos expire", ByHand, Log, KEEPER, &[]),
    entry("memos reinstate", ByHand, Log, KEEPER, &[]),
    entry("memos import", ByHand, Log, KEEPER, &["file"]),
    entry("approvals", ByHand, Nothing, PROJECTOR, &[]),
    entry("approve", ByHand, Log, KEEPER, &[]),
    entry("reject", ByHand, Log, KEEPER, &[]),
    entry("balance", Questions, Nothing, PROJECTOR, &[]),
    entry("statement", Questions, Nothing, None, &[]),
    entry("explain", Questions, Nothing, None, &[]),
    entry("reconcile", Questions, Nothing, PROJECTOR, &[]),
    entry("what-if", Questions, Nothing, None, &["policy"]),
    entry("watch", Questions, Nothing, None, &[]),
    entry("audit", Proof, Nothing, None, &[]),
    entry("audit seal", Proof, Elsewhere, None, &["key"]),
    entry("audit verify", Proof, Nothing, None, &["seal", "public_key"]),
    entry("audit keygen", Proof, Elsewhere, None, &[]),
    entry("replay", Proof, Elsewhere, None, &[]),
    entry("statement verify", Proof, Nothing, None, &["file", "public_key"]),
    entry("close-pack show", Proof, Elsewhere, None, &["key"]),
    entry("close-pack verify", Proof, Nothing, None, &["file", "public_key"]),
    entry("close-pack compare", Proof, Nothing, None, &["file"]),
    entry("export journal", Exports, Nothing, None, &["templates"]),
    entry("export csv", Exports, ElsewhereForReal, None, &[]),
    entry("export parquet", Exports, ElsewhereForReal, None, &[]),
    entry("export focus", Exports, Nothing, None, &[]),
    entry("log copy", Operating, Elsewhere, None, &[]),
    entry("log compare", Operating, Nothing, None, &[]),
    entry("streams apply", Operating, Elsewhere, None, &[]),
    entry("serve", Operating, ElsewhereForReal, None, &[]),
    entry("explain-error", Operating, Nothing, None, &[]),
    entry("man", Operating, Nothing, None, &[]),
    entry("completions", Operating, Nothing, None, &[]),
];

impl CommandEntry {
    /// The entry of a command.
    pub(crate) fn named(name: &str) -> Option<&'static Self> {
        COMMANDS.iter().find(|entry| entry.name == name)
    }

    /// The service that answers it over NATS. A command that writes where a file is named, and is asked to read, is
    /// answered here.
    pub(crate) fn answered_by(&self, access: Access) -> Option<ServiceName> {
        self.service.filter(|_| self.writes != LogWithFile || access == Access::Write)
    }

    /// The options whose files are sent to the service as what they hold. Bills are too large for a message:
    /// usage-ingest reads them itself.
    pub(crate) fn files_sent(&self) -> &'static [&'static str] {
        match self.service {
            Some(ServiceName::UsageIngest) => &[],
            _ => self.files,
        }
    }

    /// How it opens the log, and whether its facts are recorded.
    pub(crate) fn access(&self, has_file: bool) -> Access {
        match self.writes {
            Log => Access::Write,
            LogWithFile if has_file => Access::Write,
            _ => Access::Read,
        }
    }
}
