//! `statement`.

use std::collections::BTreeMap;

use domain::{
    billing::{MemberStatement, StatementMemo},
    ids::PayerAccountId,
};
use money::Money;
use projector::{ProvedStatement, StatementProof, prove_statement};
use read_model::StoredStatement;
use service_kit::{BackOffice, Failure};

use super::{
    rows::{ProgramRow, StatementByProgram},
    seal::seals_kept,
};
use crate::{
    args::{Global, OutputFormat, StatementArgs, StatementFormat},
    output,
    render::{programs_text, statement_text},
};

/// Prints a member's statement as it was recorded.
pub(crate) async fn statement(
    global: &Global,
    office: &BackOffice,
    args: Option<&StatementArgs>,
) -> Result<(), Failure> {
    let Some(args) = args else {
        return Err(Failure::usage("CM0216", "say which statement: --account ID --period P, or verify FILE"));
    };
    let payers = match &args.payer {
        Some(payer) => vec![payer.clone()],
        None => office.model.payers()?,
    };
    let mut found = Vec::new();
    for payer in &payers {
        found.extend(of_version(office, payer, args)?);
    }
    let stored = match found.as_slice() {
        [one] => one,
        [] => {
            return Err(Failure::failed(
                "CM0122",
                format!("account {} has no statement for {}: bill the period first", args.account, args.period),
            ));
        }
        _ => {
            return Err(Failure::usage(
                "CM0206",
                format!("account {} has statements of several payers for {}: say --payer", args.account, args.period),
            ));
        }
    };
    let json =
        args.format == Some(StatementFormat::Json) || (args.format.is_none() && global.output == OutputFormat::Json);
    let statement = &stored.statement;
    let programs = if args.by_program { by_program(statement) } else { Vec::new() };
    match (json, args.format, global.output) {
        (true, _, _) if args.by_program => {
            let rolled_up = StatementByProgram { statement: statement.clone(), programs };
            output::print_object(OutputFormat::Json, &rolled_up)
        }
        (true, _, _) => {
            let proof = proof_of(global, office, stored).await?;
            output::print_object(OutputFormat::Json, &ProvedStatement { statement: statement.clone(), proof })
        }
        (false, None, OutputFormat::Csv) => output::print_rows(OutputFormat::Csv, std::slice::from_ref(statement), &[]),
        _ => output::print_text(&(statement_text(statement) + &programs_text(&programs))),
    }
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

/// The statement as it stands, or the version asked for: those that went out, from 1.
fn of_version(
    office: &BackOffice,
    payer: &PayerAccountId,
    args: &StatementArgs,
) -> Result<Option<StoredStatement>, Failure> {
    let Some(standing) = office.model.statement(payer, &args.account, args.period)? else { return Ok(None) };
    let Some(version) = args.version else { return Ok(Some(standing)) };
    let mut versions = office.model.former_statements(payer, &args.account, args.period)?;
    versions.push(standing);
    let count = versions.len();
    let found = usize::try_from(version).ok().and_then(|version| version.checked_sub(1));
    found.filter(|at| *at < count).map(|at| Some(versions.swap_remove(at))).ok_or_else(|| {
        let what = format!("account {} has {count} versions of its statement for {}", args.account, args.period);
        Failure::usage("CM0214", format!("{what}, no version {version}: say 1 to {count}"))
    })
}

/// The proof by the newest seal that covers the statement.
async fn proof_of(
    global: &Global,
    office: &BackOffice,
    stored: &StoredStatement,
) -> Result<Option<StatementProof>, Failure> {
    let log = office.log();
    for seal in seals_kept(&global.data) {
        if let Some(proof) = prove_statement(log.as_ref(), stored, &seal).await? {
            return Ok(Some(proof));
        }
    }
    Ok(None)
}
