//! `demo`: the whole story on a generated year of a distributor's payer, with what one would show
//! a finance director.

use std::path::{Path, PathBuf};

use bill_generator::{GeneratedPeriod, GeneratedYear, GeneratorPlan};
use chrono::{Days, NaiveTime};
use documents::{ShownStatement, statement_text, thousands};
use domain::{billing::DocumentStanding, memo::MemoStatus, period::BillingPeriod};
use memo_keeper::{BillOptions, CloseOptions, Reconciliation};
use money::{Exact, Money, Rounding};
use projector::{Until, differences};
use read_model::WhatToFold;
use serde::Serialize;
use service_kit::{Access, Act, Clock, Failure, UnitOfWork, UnitSettings, codes};
use usage_ingest::IngestOptions;

use crate::{
    args::{DemoArgs, Global},
    files::{
        accounts::{assign, read},
        generated::write_year,
    },
    outcome::Outcome,
    printer::Printer,
};

/// Months are processed on this day of the next month, when AWS's bill is final.
const PROCESSING_DAY: u64 = 5;

/// A month of the demo.
#[derive(Debug, Serialize)]
struct MonthRow {
    month: String,
    bill_lines: u64,
    aws_charges: String,
    aws_credits: String,
    on_owner: String,
    scattered: String,
    payable_to_aws: String,
    billed: String,
    paid_by_memos: String,
    open_memos: String,
    residual: String,
}

/// Tells the whole story.
pub(crate) async fn demo(global: &Global, args: DemoArgs, printer: &mut Printer) -> Result<Outcome, Failure> {
    let plan = GeneratorPlan {
        accounts: args.accounts,
        rows: args.rows,
        seed: args.seed,
        ..GeneratorPlan::demo().map_err(|fault| Failure::failed(codes::GENERATING_FAILED, fault))?
    };
    let (folder, _temporary) = folder(args.keep.as_deref())?;
    let year = write_year(&plan, &folder.join("bills"), printer.is_watched())?;
    // What it is about is read while the months are worked. A reader that leaves stops nothing.
    if let Err(fault) = printer.text(&opening(&year)?) {
        fault.unless_reader_left()?;
    }

    let data = folder.join("data");
    let settings = UnitSettings {
        folder: data.clone(),
        // It runs on a clock of its own, and leaves an operator's log alone.
        nats: None,
        access: Access::Write,
        clock: clock_after(plan.first_period.previous())?,
        act: Act { command: "demo".into(), by: global.actor(), ..Act::default() },
    };
    let mut unit = UnitOfWork::open(settings).await?;
    import_accounts(&mut unit, &year.accounts_file).await?;
    let credits = upstream_credits::read_credits_file(&unit, &year.credits_file, None)?;
    let imported = upstream_credits::observe(&mut unit, credits).await?;
    process_manager::after_credits(&mut unit, &imported.credits).await?;

    let mut months = Vec::new();
    for period in &year.periods {
        months.push(run_month(&mut unit, period).await?);
    }
    let columns = [
        "month",
        "bill_lines",
        "aws_charges",
        "aws_credits",
        "on_owner",
        "scattered",
        "payable_to_aws",
        "billed",
        "paid_by_memos",
        "open_memos",
        "residual",
    ];
    let story = Outcome::table(&months, &columns)?
        .then(Outcome::text(closing_balances(&unit)?))
        .then(Outcome::text(example_statement(&unit, &year)?));
    unit.finish()?;
    let story = story.then(proof(&unit).await?);
    if story.failure.is_some() {
        return Ok(story);
    }
    Ok(story.then(Outcome::text(what_next(args.keep.as_deref(), &folder, &data))))
}

fn folder(keep: Option<&Path>) -> Result<(PathBuf, Option<tempfile::TempDir>), Failure> {
    let failed =
        |cause: std::io::Error| Failure::failed(codes::FOLDER_NOT_MADE, format!("making a folder failed: {cause}"));
    match keep {
        Some(folder) => {
            if folder.join("data").exists() {
                return Err(Failure::usage(
                    codes::DEMO_IS_THERE,
                    format!("{} holds a demo already: name another folder", folder.display()),
                ));
            }
            std::fs::create_dir_all(folder).map_err(failed)?;
            Ok((folder.to_owned(), None))
        }
        None => {
            let temporary = tempfile::tempdir().map_err(failed)?;
            Ok((temporary.path().to_owned(), Some(temporary)))
        }
    }
}

fn clock_after(period: BillingPeriod) -> Result<Clock, Failure> {
    let day = period.last_day().checked_add_days(Days::new(PROCESSING_DAY));
    let noon = NaiveTime::from_hms_opt(12, 0, 0);
    match day.zip(noon) {
        Some((day, noon)) => Ok(Clock::Injected(day.and_time(noon).and_utc())),
        None => Err(Failure::failed(codes::DEMO_CALENDAR, "the demo's calendar ran out")),
    }
}

fn money_of(exact: Exact) -> Result<Money, Failure> {
    Ok(exact.round_to_money(money::Currency::USD, Rounding::HalfEven)?)
}

fn opening(year: &GeneratedYear) -> Result<String, Failure> {
    let face = Exact::checked_sum(year.credits.iter().map(|credit| credit.face))?;
    let programmes: std::collections::BTreeSet<&str> =
        year.credits.iter().map(|credit| credit.program.as_str()).collect();
    let rows: u64 = year.periods.iter().map(|period| period.rows).sum();
    let (first, last) = match (year.periods.first(), year.periods.last()) {
        (Some(first), Some(last)) => (first.period.to_string(), last.period.to_string()),
        _ => (String::new(), String::new()),
    };
    Ok(format!(
        "A distributor's year, {first} to {last}: {} member accounts of {} customers under one payer,\n\
         {} promotional credits of {} programmes worth {} USD, {rows} bill lines.\n\n\
         AWS takes each credit off its owner first and the rest off whoever spends most. Each month:\n\
         ingest the bill, strip the scattered credit, draw the owner's memo against its own usage only,\n\
         issue the documents, close.\n\n",
        year.members,
        year.customers,
        year.credits.len(),
        programmes.len(),
        thousands(money_of(face)?),
    ))
}

async fn import_accounts(unit: &mut UnitOfWork, file: &Path) -> Result<(), Failure> {
    let commands = read(file).map_err(|fault| Failure::refused(codes::ACCOUNTS_FILE_REFUSED, fault))?;
    assign(unit, commands).await.map(|_| ())
}

async fn run_month(unit: &mut UnitOfWork, generated: &GeneratedPeriod) -> Result<MonthRow, Failure> {
    let (payer, period) = (&generated.payer, generated.period);
    unit.clock = clock_after(period)?;
    let paths = [generated.manifest.clone()];
    let ingested = usage_ingest::ingest(unit, &paths, IngestOptions::default(), &bill_formats::NoProgress).await?;
    process_manager::after_deliveries(unit, &ingested.periods).await?;
    memo_keeper::bill(unit, payer, period, BillOptions::default()).await?;
    memo_keeper::close(unit, payer, period, CloseOptions::default()).await?;
    let Some(reconciled) = memo_keeper::reconcile(&unit.model, payer, period)? else {
        return Err(Failure::failed(codes::NOTHING_DELIVERED, format!("{period} cannot be reconciled")));
    };
    month_row(unit, generated.rows, &reconciled)
}

fn month_row(unit: &UnitOfWork, rows: u64, reconciled: &Reconciliation) -> Result<MonthRow, Failure> {
    let shown = |exact: Exact| money_of(exact).map(thousands);
    let memos = unit.model.all_memos()?;
    let open =
        Money::sum(money::Currency::USD, memos.values().flat_map(|memos| memos.memos.values()).map(|memo| memo.open));
    Ok(MonthRow {
        month: reconciled.period.to_string(),
        bill_lines: rows,
        aws_charges: shown(reconciled.gross)?,
        aws_credits: shown(reconciled.upstream_credits)?,
        on_owner: shown(reconciled.on_owner)?,
        scattered: shown(reconciled.scattered)?,
        payable_to_aws: shown(reconciled.payable)?,
        billed: thousands(reconciled.billed),
        paid_by_memos: thousands(reconciled.memo_applied),
        open_memos: thousands(open),
        residual: reconciled.residual.to_string(),
    })
}

fn closing_balances(unit: &UnitOfWork) -> Result<String, Failure> {
    let memos = unit.model.all_memos()?;
    let all: Vec<_> = memos.values().flat_map(|memos| memos.memos.values()).collect();
    let sum = |of: &dyn Fn(&domain::memo::CreditMemo) -> Money| {
        Money::sum(money::Currency::USD, all.iter().map(|memo| of(memo)))
    };
    let count = |status: MemoStatus| all.iter().filter(|memo| memo.status() == status).count();
    Ok(format!(
        "\n{} memos: {} open, {} exhausted, {} ended by expiry\n\
         \x20 issued           {:>16} USD\n\
         \x20 applied          {:>16}\n\
         \x20 expired unfunded {:>16}\n\
         \x20 open             {:>16}   (AWS has already taken {} of it off the payer's bill)\n\
         \x20 ahead of AWS     {:>16}   (given to customers before AWS applied it)\n",
        all.len(),
        count(MemoStatus::Open),
        count(MemoStatus::Exhausted),
        count(MemoStatus::Expired),
        thousands(sum(&|memo| memo.face)),
        thousands(sum(&|memo| memo.applied)),
        thousands(sum(&|memo| memo.expired)),
        thousands(sum(&|memo| memo.open)),
        thousands(sum(&|memo| memo.funded_balance())),
        thousands(sum(&|memo| memo.exposure())),
    ))
}

/// The statement that shows most: of the owner whose credit was scattered the most in a month in
/// which its memo was drawn.
fn example_statement(unit: &UnitOfWork, year: &GeneratedYear) -> Result<String, Failure> {
    let mut best: Option<(Exact, &GeneratedPeriod, &domain::ids::MemberAccountId)> = None;
    for period in &year.periods {
        for credit in &period.credits {
            let drawn = unit
                .model
                .statement(&period.payer, &credit.owner, period.period)?
                .is_some_and(|stored| stored.statement.applied.is_positive() && stored.statement.memos.len() == 1);
            if drawn && best.as_ref().is_none_or(|(most, ..)| credit.scattered > *most) {
                best = Some((credit.scattered, period, &credit.owner));
            }
        }
    }
    let Some((scattered, period, owner)) = best else { return Ok(String::new()) };
    let Some(stored) = unit.model.statement(&period.payer, owner, period.period)? else { return Ok(String::new()) };
    Ok(format!(
        "\nOf this account's credit AWS took {} USD off other accounts in {}. Its statement for that month:\n\n{}\n",
        thousands(money_of(scattered)?),
        period.period,
        statement_text(&ShownStatement::new(&stored.statement, DocumentStanding::Issued))
            .lines()
            .map(|line| format!("  | {line}").trim_end().to_owned())
            .collect::<Vec<_>>()
            .join("\n")
    ))
}

async fn proof(unit: &UnitOfWork) -> Result<Outcome, Failure> {
    let log = unit.log();
    let report = projector::replay(log.as_ref(), Until::Head, WhatToFold::Balances).await?;
    let found = differences(&report.model, &unit.model)?;
    let audit = projector::audit(log.as_ref(), &unit.model, None).await?;
    let mut text = format!(
        "\nReplayed {} facts in {} commits from the log: {} differences with the live balances.\n",
        report.facts,
        report.commits,
        found.len()
    );
    for check in &audit.checks {
        let word = if check.holds { "holds" } else { "FAILS" };
        text.push_str(&format!("  {word}  {} ({} {})\n", check.check, check.looked_at, check.of));
    }
    if !audit.holds || !found.is_empty() {
        return Ok(Outcome::new()
            .say(text)
            .failing(Failure::check(codes::AUDIT_FOUND, "the demo's audit found something")));
    }
    Ok(Outcome::text(text))
}

fn what_next(keep: Option<&Path>, folder: &Path, data: &Path) -> String {
    if keep.is_none() {
        return "\nNothing was kept. To look around: creditmemo demo --keep DIR, and then it says what to try.\n"
            .to_owned();
    }
    let data = data.display();
    format!(
        "\nKept in {}. Try next:\n\
         \x20 creditmemo --data {data} balance\n\
         \x20 creditmemo --data {data} credits list\n\
         \x20 creditmemo --data {data} balance --effective 2025-06-30\n\
         \x20 creditmemo --data {data} reconcile 2025-06\n\
         \x20 creditmemo --data {data} watch --from 1 --until-head\n\
         \x20 creditmemo --data {data} audit\n",
        folder.display()
    )
}
