//! `statement`.

use std::{
    collections::BTreeMap,
    io::{IsTerminal, stdout},
};

use chrono::{DateTime, NaiveDate, Utc};
use domain::{
    billing::{MemberStatement, StatementMemo},
    ids::PayerAccountId,
};
use money::Money;
use projector::{ProvedStatement, StatementProof, prove_statement};
use read_model::{KnowledgeCut, ReadModel, StoredStatement, as_of, model_of_subjects};
use schemars::JsonSchema;
use serde::Serialize;
use service_kit::{Failure, UnitOfWork, codes};
use wire::Subject;

use super::{
    dates::difference_rows,
    rows::{ProgramRow, StatementByProgram},
};
use crate::{
    args::{Global, OutputFormat, StatementArgs, StatementFormat},
    files::seals::seals_kept,
    outcome::Outcome,
    render::{MailParties, programs_text, statement_html, statement_mail, statement_pdf, statement_text},
};

/// What `statement` prints: the statement as it was recorded, and where it is asked for, what
/// counts of its memos by a day.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct PrintedStatement {
    /// The statement, with its proof.
    #[serde(flatten)]
    pub statement: ProvedStatement,
    /// What counts by an effective date.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub as_of: Option<StatementAsOf>,
}

/// A statement's memos by effective date.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct StatementAsOf {
    /// What counts by the end of this day.
    pub effective: NaiveDate,
    /// What was recorded at or before this time; none for now.
    pub recorded: Option<DateTime<Utc>>,
    /// What is open of the account's memos in the statement's currency: corrections count in the
    /// month they correct, whichever statement shows them.
    pub open_balance: Money,
}

/// A statement as it was known.
struct Told {
    stored: StoredStatement,
    as_of: Option<StatementAsOf>,
}

impl Told {
    fn printed(&self, proof: Option<StatementProof>) -> PrintedStatement {
        let statement = ProvedStatement { statement: self.stored.statement.clone(), proof };
        PrintedStatement { statement, as_of: self.as_of.clone() }
    }
}

/// Prints a member's statement as it was recorded.
pub(crate) async fn statement(
    global: &Global,
    unit: &UnitOfWork,
    args: Option<&StatementArgs>,
) -> Result<Outcome, Failure> {
    let Some(args) = args else {
        return Err(Failure::usage(
            codes::WHICH_STATEMENT,
            "say which statement: --account ID --period P, or verify FILE",
        ));
    };
    let payers = match &args.payer {
        Some(payer) => vec![payer.clone()],
        None => unit.model.payers()?,
    };
    let known = known_at(unit, args, &payers, args.recorded).await?;
    if let Some(since) = args.since {
        let before = known_at(unit, args, &payers, Some(since)).await?;
        let all = |told: &[Told]| told.iter().map(|one| one.printed(None)).collect::<Vec<_>>();
        return difference_rows(&all(&before), &all(&known), "period");
    }
    match known.as_slice() {
        [one] => printed(global, unit, args, one).await,
        [] => {
            let what = format!("account {} has no statement for {}", args.account, args.period);
            let last = args.period.last_day();
            let remedy = match args.effective.filter(|day| *day < last) {
                Some(day) => format!(" as of {day}: a statement counts from the last day of its month on, {last}"),
                None => ": bill the period first".to_owned(),
            };
            Err(Failure::failed(codes::STATEMENT_UNKNOWN, what + &remedy))
        }
        _ => Err(Failure::usage(
            codes::WHICH_PAYERS_STATEMENT,
            format!("account {} has statements of several payers for {}: say --payer", args.account, args.period),
        )),
    }
}

async fn printed(global: &Global, unit: &UnitOfWork, args: &StatementArgs, told: &Told) -> Result<Outcome, Failure> {
    let stored = &told.stored;
    let statement = &stored.statement;
    let named = args.format;
    if named != Some(StatementFormat::Eml) && (args.from.is_some() || !args.to.is_empty()) {
        return Err(Failure::usage(codes::MAIL_OPTIONS, "--from and --to are for a mail message: say --format eml"));
    }
    let is_rolled_up = matches!(
        (named, global.output),
        (Some(StatementFormat::Json | StatementFormat::Text), _) | (None, OutputFormat::Json | OutputFormat::Table)
    );
    if args.by_program && !is_rolled_up {
        return Err(Failure::usage(
            codes::BY_PROGRAM_FORMS,
            "--by-program is for text and JSON: leave it out of the other forms",
        ));
    }
    let programs = if args.by_program { by_program(statement) } else { Vec::new() };
    match (named, global.output) {
        (Some(StatementFormat::Json), _) | (None, OutputFormat::Json) if args.by_program => {
            let rolled_up = StatementByProgram { statement: statement.clone(), programs };
            Outcome::json(&rolled_up)
        }
        (Some(StatementFormat::Json), _) | (None, OutputFormat::Json) => {
            let proof = proof_of(unit, stored).await?;
            Outcome::json(&told.printed(proof))
        }
        (None, OutputFormat::Csv) => Outcome::rows(&[told.printed(None)], &[]),
        (Some(StatementFormat::Text), _) | (None, OutputFormat::Table) => {
            let text = Outcome::text(statement_text(statement) + &programs_text(&programs));
            Ok(match &told.as_of {
                Some(as_of) => text.say(format_args!("as of {}: {} open", as_of.effective, as_of.open_balance)),
                None => text,
            })
        }
        (Some(StatementFormat::Html), _) => Ok(Outcome::text(statement_html(statement))),
        (Some(StatementFormat::Eml), _) => {
            let parties = MailParties { from: args.from.as_ref(), to: &args.to };
            let message = statement_mail(statement, stored.recorded, parties).map_err(|cause| {
                Failure::failed(codes::MAIL_NOT_WRITTEN, format!("writing the message failed: {cause}"))
            })?;
            Ok(Outcome::bytes(message))
        }
        (Some(StatementFormat::Pdf), _) => pdf(stored),
    }
}

fn pdf(stored: &StoredStatement) -> Result<Outcome, Failure> {
    if stdout().is_terminal() {
        return Err(Failure::usage(
            codes::PDF_TO_TERMINAL,
            "a PDF is not for a terminal: write it to a file, `... > statement.pdf`",
        ));
    }
    let made = statement_pdf(&stored.statement, stored.recorded)
        .map_err(|cause| Failure::failed(codes::PDF_NOT_WRITTEN, cause))?;
    let mut outcome = Outcome::new();
    if !made.not_shown.is_empty() {
        let characters: String = made.not_shown.iter().collect();
        outcome = outcome.warn(format_args!(
            "the PDF shows an empty box for characters that its font cannot set: {characters}; the HTML form shows them"
        ));
    }
    Ok(outcome.then(Outcome::bytes(made.bytes)))
}

/// The memos of a statement summed by programme, in order of the programme (rule book N41).
fn by_program(statement: &MemberStatement) -> Vec<ProgramRow> {
    let mut programs: BTreeMap<&str, Vec<&StatementMemo>> = BTreeMap::new();
    for memo in &statement.memos {
        programs.entry(&memo.program).or_default().push(memo);
    }
    programs
        .into_iter()
        .map(|(program, memos)| {
            let sum = |of: fn(&StatementMemo) -> Money| Money::sum(statement.currency, memos.iter().copied().map(of));
            ProgramRow {
                program: program.to_owned(),
                memos: memos.len() as u64,
                prior_balance: sum(|memo| memo.prior_balance),
                issued: sum(|memo| memo.issued),
                corrections: sum(|memo| memo.corrections),
                applied: sum(|memo| memo.applied),
                expired: sum(|memo| memo.expired),
                balance_of_funds: sum(|memo| memo.balance_of_funds),
            }
        })
        .collect()
}

/// The account's statements of the month, one a payer, as known at a time.
async fn known_at(
    unit: &UnitOfWork,
    args: &StatementArgs,
    payers: &[PayerAccountId],
    recorded: Option<DateTime<Utc>>,
) -> Result<Vec<Told>, Failure> {
    let mut found = Vec::new();
    for payer in payers {
        let Some(time) = recorded else {
            found.extend(told(&unit.model, args, payer, recorded)?);
            continue;
        };
        let subjects = [Subject::billing(payer, args.period), Subject::memos(payer, &args.account)];
        let model = model_of_subjects(unit.log().as_ref(), &KnowledgeCut::At(time), subjects).await?;
        found.extend(told(&model, args, payer, recorded)?);
    }
    Ok(found)
}

fn told(
    model: &ReadModel,
    args: &StatementArgs,
    payer: &PayerAccountId,
    recorded: Option<DateTime<Utc>>,
) -> Result<Option<Told>, Failure> {
    let Some(stored) = of_version(model, payer, args)? else { return Ok(None) };
    let statement = &stored.statement;
    // A statement counts from the last day of its month on.
    if args.effective.is_some_and(|day| day < args.period.last_day()) {
        return Ok(None);
    }
    let as_of = match args.effective {
        None => None,
        Some(effective) => {
            let memos = model.memos(payer, &args.account)?;
            let entries = model.memo_entries(payer, &args.account)?;
            let then = as_of(&memos.memos, &entries, Some(effective), None)?;
            let open = then.iter().filter(|memo| memo.currency == statement.currency).map(|memo| memo.open);
            let open_balance = Money::sum(statement.currency, open);
            Some(StatementAsOf { effective, recorded, open_balance })
        }
    };
    Ok(Some(Told { stored, as_of }))
}

/// The statement as it stands, or the version asked for: those that went out, from 1.
fn of_version(
    model: &ReadModel,
    payer: &PayerAccountId,
    args: &StatementArgs,
) -> Result<Option<StoredStatement>, Failure> {
    let Some(standing) = model.statement(payer, &args.account, args.period)? else { return Ok(None) };
    let Some(version) = args.version else { return Ok(Some(standing)) };
    let mut versions = model.former_statements(payer, &args.account, args.period)?;
    versions.push(standing);
    let count = versions.len();
    let found = usize::try_from(version).ok().and_then(|version| version.checked_sub(1));
    found.filter(|at| *at < count).map(|at| Some(versions.swap_remove(at))).ok_or_else(|| {
        let what = format!("account {} has {count} versions of its statement for {}", args.account, args.period);
        Failure::usage(codes::NO_SUCH_VERSION, format!("{what}, no version {version}: say 1 to {count}"))
    })
}

/// The proof by the newest seal that covers the statement.
async fn proof_of(unit: &UnitOfWork, stored: &StoredStatement) -> Result<Option<StatementProof>, Failure> {
    let log = unit.log();
    let Some(folder) = unit.folder() else { return Ok(None) };
    for seal in seals_kept(folder) {
        if let Some(proof) = prove_statement(log.as_ref(), stored, &seal).await? {
            return Ok(Some(proof));
        }
    }
    Ok(None)
}
