//! `rates import` and `rates list`.

use std::path::Path;

use domain::{period::BillingPeriod, rates::StateRate};
use service_kit::{Failure, UnitOfWork, codes};
use upstream_credits::{CsvFault, CsvTable};
use wire::{Fact, Subject};

use super::rows::RateRow;
use crate::outcome::Outcome;

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
    Ok(Outcome::new().say(said).then(rates_list(unit, None)?))
}

/// Lists conversion rates with both their dates.
pub(crate) fn rates_list(unit: &UnitOfWork, period: Option<BillingPeriod>) -> Result<Outcome, Failure> {
    let stated = unit.model.stated_rates()?;
    let of = |at: usize| (stated[at].stated.period, stated[at].stated.from, stated[at].stated.to);
    let rows: Vec<RateRow> = (0..stated.len())
        .filter(|at| period.is_none_or(|period| stated[*at].stated.period == period))
        .map(|at| {
            let rate = &stated[at].stated;
            RateRow {
                period: rate.period.to_string(),
                from: rate.from.to_string(),
                to: rate.to.to_string(),
                rate: rate.rate,
                replaces: rate.replaces,
                source: rate.source.clone(),
                evidence: rate.evidence.clone(),
                recorded: stated[at].recorded,
                in_force: !(at + 1..stated.len()).any(|later| of(later) == of(at)),
            }
        })
        .collect();
    Outcome::rows(&rows, &["period", "from", "to", "rate", "replaces", "source", "recorded", "in_force"])
}
