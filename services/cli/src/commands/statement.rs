//! `statement`.

use std::io::{IsTerminal, stdout};

use chrono::{DateTime, NaiveDate, Utc};
use documents::{
    MailParties, PdfFault, ShownStatement, programs_text, statement_html, statement_mail, statement_pdf, statement_text,
};
use domain::{billing::DocumentStanding, ids::PayerAccountId};
use money::Money;
use projector::{ProvedStatement, StatementProof, prove_statement};
use read_model::{KnowledgeCut, ReadModel, StoredStatement, as_of, model_of_subjects};
use schemars::JsonSchema;
use serde::Serialize;
use service_kit::{Failure, UnitOfWork};
use wire::Subject;

use super::{dates::print_differences, rows::StatementByProgram, seal::seals_kept};
use crate::{
    args::{Global, OutputFormat, StatementArgs, StatementFormat},
    output,
};

/// What `statement` prints: the statement as it was recorded, and where it is asked for, what
/// counts of its memos by a day.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct PrintedStatement {
    /// The statement, with its proof.
    #[serde(flatten)]
    pub statement: ProvedStatement,
    /// What became of its document, where it no longer counts.
    #[serde(flatten)]
    pub standing: StandingSaid,
    /// What counts by an effective date.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub as_of: Option<StatementAsOf>,
}

/// What became of a statement's document: nothing where it counts, or is a draft.
#[derive(Debug, Clone, Default, Serialize, JsonSchema)]
pub struct StandingSaid {
    /// `superseded` or `void`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub document_status: Option<String>,
    /// The document that took its place.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub superseded_by: Option<String>,
    /// The month whose statements show that it was voided.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub voided_in: Option<String>,
}

impl StandingSaid {
    fn of(standing: &DocumentStanding) -> Self {
        match standing {
            DocumentStanding::Draft | DocumentStanding::Issued => Self::default(),
            DocumentStanding::Superseded { .. } | DocumentStanding::Void { .. } => Self {
                document_status: Some(standing.word().to_owned()),
                superseded_by: standing.superseded_by().map(ToString::to_string),
                voided_in: standing.voided_in().map(|month| month.to_string()),
            },
        }
    }
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
    standing: DocumentStanding,
    as_of: Option<StatementAsOf>,
}

impl Told {
    fn printed(&self, proof: Option<StatementProof>) -> PrintedStatement {
        let statement = ProvedStatement { statement: self.stored.statement.clone(), proof };
        PrintedStatement { statement, standing: StandingSaid::of(&self.standing), as_of: self.as_of.clone() }
    }
}

/// Prints a member's statement as it was recorded.
pub(crate) async fn statement(global: &Global, unit: &UnitOfWork, args: Option<&StatementArgs>) -> Result<(), Failure> {
    let Some(args) = args else {
        return Err(Failure::usage("CM0216", "say which statement: --account ID --period P, or verify FILE"));
    };
    let payers = match &args.payer {
        Some(payer) => vec![payer.clone()],
        None => unit.model.payers()?,
    };
    let known = known_at(unit, args, &payers, args.recorded).await?;
    if let Some(since) = args.since {
        let before = known_at(unit, args, &payers, Some(since)).await?;
        let printed = |told: &[Told]| told.iter().map(|one| one.printed(None)).collect::<Vec<_>>();
        return print_differences(global, &printed(&before), &printed(&known), "period");
    }
    match known.as_slice() {
        [one] => print(global, unit, args, one).await,
        [] => {
            let what = format!("account {} has no statement for {}", args.account, args.period);
            let last = args.period.last_day();
            let remedy = match args.effective.filter(|day| *day < last) {
                Some(day) => format!(" as of {day}: a statement counts from the last day of its month on, {last}"),
                None => ": bill the period first".to_owned(),
            };
            Err(Failure::failed("CM0122", what + &remedy))
        }
        _ => Err(Failure::usage(
            "CM0206",
            format!("account {} has statements of several payers for {}: say --payer", args.account, args.period),
        )),
    }
}

async fn print(global: &Global, unit: &UnitOfWork, args: &StatementArgs, told: &Told) -> Result<(), Failure> {
    let stored = &told.stored;
    let statement = &stored.statement;
    let named = args.format;
    if named != Some(StatementFormat::Eml) && (args.from.is_some() || !args.to.is_empty()) {
        return Err(Failure::usage("CM0220", "--from and --to are for a mail message: say --format eml"));
    }
    let is_rolled_up = matches!(
        (named, global.output),
        (Some(StatementFormat::Json | StatementFormat::Text), _) | (None, OutputFormat::Json | OutputFormat::Table)
    );
    if args.by_program && !is_rolled_up {
        return Err(Failure::usage("CM0222", "--by-program is for text and JSON: leave it out of the other forms"));
    }
    let programs = if args.by_program { statement.by_program() } else { Vec::new() };
    let shown = ShownStatement::new(statement, told.standing.clone());
    match (named, global.output) {
        (Some(StatementFormat::Json), _) | (None, OutputFormat::Json) if args.by_program => {
            let statement = statement.clone();
            let rolled_up = StatementByProgram { statement, standing: StandingSaid::of(&told.standing), programs };
            output::print_object(OutputFormat::Json, &rolled_up)
        }
        (Some(StatementFormat::Json), _) | (None, OutputFormat::Json) => {
            let proof = proof_of(unit, stored).await?;
            output::print_object(OutputFormat::Json, &told.printed(proof))
        }
        (None, OutputFormat::Csv) => output::print_rows(OutputFormat::Csv, &[told.printed(None)], &[]),
        (Some(StatementFormat::Text), _) | (None, OutputFormat::Table) => {
            output::print_text(&(statement_text(&shown) + &programs_text(&programs)))?;
            if let Some(as_of) = &told.as_of {
                output::say(format_args!("as of {}: {} open", as_of.effective, as_of.open_balance));
            }
            Ok(())
        }
        (Some(StatementFormat::Html), _) => output::print_text(&statement_html(&shown)),
        (Some(StatementFormat::Eml), _) => {
            let parties = MailParties { from: args.from.as_ref(), to: &args.to };
            let message = statement_mail(&shown, stored.recorded, parties)
                .map_err(|cause| Failure::failed("CM0700", format!("writing the message failed: {cause}")))?;
            output::print_bytes(&message)
        }
        (Some(StatementFormat::Pdf), _) => print_pdf(&shown, stored.recorded),
    }
}

fn print_pdf(shown: &ShownStatement, recorded: DateTime<Utc>) -> Result<(), Failure> {
    if stdout().is_terminal() {
        return Err(Failure::usage("CM0221", "a PDF is not for a terminal: write it to a file, `... > statement.pdf`"));
    }
    let printed = statement_pdf(shown, recorded).map_err(|fault| match fault {
        PdfFault::NoShape(_) => Failure::failed("CM0706", fault),
        PdfFault::NotWritten(_) => Failure::failed("CM0701", fault),
    })?;
    output::print_bytes(&printed)
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
    let number = statement.document_number.as_ref();
    let standing = model.billing(payer, args.period)?.document_standing(number);
    Ok(Some(Told { stored, standing, as_of }))
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
        Failure::usage("CM0214", format!("{what}, no version {version}: say 1 to {count}"))
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
