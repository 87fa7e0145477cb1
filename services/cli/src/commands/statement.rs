//! `statement`.

use std::io::{IsTerminal, stdout};

use answers::{Books, PointInTime, StatementAnswer, StatementAsked};
use chrono::{DateTime, Utc};
use documents::{
    MailParties, PdfFault, ShownStatement, programs_text, statement_html, statement_mail, statement_pdf, statement_text,
};
use projector::{StatementProof, prove_statement};
use read_model::StoredStatement;
use service_kit::{Failure, UnitOfWork, codes};

use crate::{
    args::{Global, OutputFormat, StatementArgs, StatementFormat},
    files::seals::seals_kept,
    outcome::Outcome,
    shown::differences::rows_or_differences,
};

/// A member's statement as it was recorded.
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
    let asked = StatementAsked {
        payer: args.payer.clone(),
        account: args.account.clone(),
        period: args.period,
        version: args.version,
    };
    let books = Books::of(unit);
    let at = PointInTime { effective: args.effective, recorded: args.recorded };
    if let Some(since) = args.since {
        let rows = |found: &[StatementAnswer]| found.iter().map(|one| one.row(None)).collect::<Vec<_>>();
        let known = rows(&answers::statements(&books, &asked, at).await?);
        let before = rows(&answers::statements(&books, &asked, at.known_at(since)).await?);
        return rows_or_differences(&known, Some(&before), "period", &[]);
    }
    let answer = answers::statement(&books, &asked, at).await?;
    printed(global, unit, args, &answer).await
}

async fn printed(
    global: &Global,
    unit: &UnitOfWork,
    args: &StatementArgs,
    answer: &StatementAnswer,
) -> Result<Outcome, Failure> {
    let stored = &answer.stored;
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
    let shown = ShownStatement::new(&stored.statement, answer.standing.clone());
    match (named, global.output) {
        (Some(StatementFormat::Json), _) | (None, OutputFormat::Json) if args.by_program => {
            Outcome::json(&answer.by_program())
        }
        (Some(StatementFormat::Json), _) | (None, OutputFormat::Json) => {
            let proof = proof_of(unit, stored).await?;
            Outcome::json(&answer.row(proof))
        }
        (None, OutputFormat::Csv) => Outcome::rows(&[answer.row(None)], &[]),
        (Some(StatementFormat::Text), _) | (None, OutputFormat::Table) => {
            let programs = if args.by_program { stored.statement.by_program() } else { Vec::new() };
            let text = Outcome::text(statement_text(&shown) + &programs_text(&programs));
            Ok(match &answer.as_of {
                Some(as_of) => text.say(format_args!("as of {}: {} open", as_of.effective, as_of.open_balance)),
                None => text,
            })
        }
        (Some(StatementFormat::Html), _) => Ok(Outcome::text(statement_html(&shown))),
        (Some(StatementFormat::Eml), _) => {
            let parties = MailParties { from: args.from.as_ref(), to: &args.to };
            let message = statement_mail(&shown, stored.recorded, parties).map_err(|cause| {
                Failure::failed(codes::MAIL_NOT_WRITTEN, format!("writing the message failed: {cause}"))
            })?;
            Ok(Outcome::bytes(message))
        }
        (Some(StatementFormat::Pdf), _) => pdf(&shown, stored.recorded),
    }
}

fn pdf(shown: &ShownStatement, recorded: DateTime<Utc>) -> Result<Outcome, Failure> {
    if stdout().is_terminal() {
        return Err(Failure::usage(
            codes::PDF_TO_TERMINAL,
            "a PDF is not for a terminal: write it to a file, `... > statement.pdf`",
        ));
    }
    let bytes = statement_pdf(shown, recorded).map_err(|fault| match fault {
        PdfFault::NoShape(_) => Failure::failed(codes::PDF_LACKS_CHARACTERS, fault),
        PdfFault::NotWritten(_) => Failure::failed(codes::PDF_NOT_WRITTEN, fault),
    })?;
    Ok(Outcome::bytes(bytes))
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
