//! `rates import` and `rates list`.

use std::path::Path;

use answers::Books;
use domain::{period::BillingPeriod, rates::StateRate};
use service_kit::{Failure, UnitOfWork, codes};
use upstream_credits::{CsvFault, CsvTable};
use wire::{Fact, Subject};

use crate::{args::DatesArgs, outcome::Outcome, shown::differences::rows_or_differences};

const COLUMNS: [&str; 4] = ["period", "from", "to", "rate"];

fn read(file: &Path) -> Result<Vec<StateRate>, CsvFault> {
    let table = CsvTable::read(file, &COLUMNS)?;
    let mut commands: Vec<StateRate> = Vec::new();
    for row in table.rows() {
        let period = BillingPeriod::parse(row.filled("period")?).map_err(|fault| row.fault("period", fault))?;
        let command = StateRate {
            period,
            from: row.currency("from")?,
            to: row.currency("to")?,
            rate: row.amount("rate")?,
            source: row.text("source").to_owned(),
            evidence: row.text("evidence").to_owned(),
        };
        // The rules of a row are checked here too, to name its line.
        domain::rates::ConversionRates::default().decide(&command).map_err(|refusal| row.fault("rate", refusal))?;
        let twice = commands.iter().find(|other| {
            (other.period, other.from, other.to) == (command.period, command.from, command.to) && **other != command
        });
        if twice.is_some() {
            let StateRate { period, from, to, .. } = &command;
            return Err(
                row.fault("rate", format!("{period} from {from} to {to} stands twice: keep the rate that is right"))
            );
        }
        commands.push(command);
    }
    Ok(commands)
}

/// Imports conversion rates.
pub(crate) async fn rates_import(unit: &mut UnitOfWork, file: &Path) -> Result<Outcome, Failure> {
    let commands = read(file).map_err(|fault| Failure::refused(codes::RATES_FILE_REFUSED, fault))?;
    let facts = unit
        .decide(&Subject::rates(), |model| {
            let mut rates = model.conversion_rates()?;
            let mut facts = Vec::new();
            for command in &commands {
                let decided =
                    rates.decide(command).map_err(|refusal| Failure::refused(codes::RATE_REFUSED, refusal))?;
                for fact in decided {
                    rates.evolve(&fact);
                    facts.push(Fact::ConversionRateStated(fact));
                }
            }
            Ok(facts)
        })
        .await?;
    let said = format!("{} rows read, {} rates new or corrected", commands.len(), facts.len());
    Ok(Outcome::new().say(said).then(rates_list(unit, None, &DatesArgs::default()).await?))
}

/// Lists conversion rates with both their dates.
pub(crate) async fn rates_list(
    unit: &UnitOfWork,
    period: Option<BillingPeriod>,
    dates: &DatesArgs,
) -> Result<Outcome, Failure> {
    let books = Books::of(unit);
    let known = answers::rates(&books, period, dates.point()).await?;
    let before = match dates.before() {
        Some(at) => Some(answers::rates(&books, period, at).await?),
        None => None,
    };
    let columns = ["period", "from", "to", "rate", "replaces", "source", "recorded", "in_force"];
    rows_or_differences(&known, before.as_deref(), "period", &columns)
}
