//! From a plan to files: decide everything, write the files in parallel, compare, sum up.
//!
//! Each file is a function of the plan and of the members in it, so files are written on as many
//! threads as there are, and the bytes do not depend on how many.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

use rayon::prelude::*;

use crate::{
    CreditInPeriod, GeneratedCredit, GeneratedPeriod, GeneratedYear, GeneratorFault, GeneratorPlan, TypeTotal,
    delivery::{BillFile, DeliveryPaths},
    emit::MemberBill,
    import_files::{write_accounts, write_credits},
    labels::uuid,
    line::{Invoices, Sheet},
    scatter::{PayerPlan, Simulation},
    seeded::{Purpose, Seeded},
    tally::{CreditCount, Tally},
    ticks,
};

/// Writes the bills of the plan into `directory`, which is made if need be.
///
/// # Errors
/// [`GeneratorFault`]; what was written up to then may be removed.
pub fn generate(plan: &GeneratorPlan, directory: &Path) -> Result<GeneratedYear, GeneratorFault> {
    generate_with_progress(plan, directory, &|_| {})
}

/// As [`generate`]; `on_rows` is told of lines as they are written, from any thread.
///
/// # Errors
/// [`GeneratorFault`]; what was written up to then may be removed.
pub fn generate_with_progress(
    plan: &GeneratorPlan,
    directory: &Path,
    on_rows: &(dyn Fn(u64) + Sync),
) -> Result<GeneratedYear, GeneratorFault> {
    let simulation = Simulation::of(plan)?;
    std::fs::create_dir_all(directory).map_err(|source| GeneratorFault::write(directory, source))?;
    let accounts_file = directory.join("accounts.csv");
    let credits_file = directory.join("credits.csv");
    write_accounts(&simulation, &accounts_file)?;
    write_credits(&simulation, &credits_file)?;
    let deliveries: Vec<Delivery> =
        simulation.payer_plans()?.into_iter().map(|decided| Delivery::of(&simulation, directory, decided)).collect();
    for delivery in &deliveries {
        delivery.paths.make_folders()?;
    }
    let jobs: Vec<(usize, usize)> = deliveries
        .iter()
        .enumerate()
        .flat_map(|(at, delivery)| (0..delivery.chunks.len()).map(move |chunk| (at, chunk)))
        .collect();
    let tallies: Vec<Tally> = jobs
        .par_iter()
        .map(|(at, chunk)| deliveries[*at].write_chunk(&simulation, *chunk, on_rows))
        .collect::<Result<_, _>>()?;
    let mut by_delivery = vec![Tally::default(); deliveries.len()];
    for ((at, _), tally) in jobs.iter().zip(&tallies) {
        by_delivery[*at].merge(tally);
    }
    let mut periods = Vec::with_capacity(deliveries.len());
    for (delivery, tally) in deliveries.iter().zip(&by_delivery) {
        delivery.compare(&simulation, tally)?;
        periods.push(delivery.finish(&simulation, tally)?);
    }
    Ok(GeneratedYear {
        accounts_file,
        credits_file,
        customers: simulation.roster.customers.len(),
        members: simulation.roster.members.len(),
        credits: credits_over_all(&simulation, &by_delivery)?,
        periods,
    })
}

/// One payer's month on its way to disk.
struct Delivery {
    decided: PayerPlan,
    paths: DeliveryPaths,
    invoices: Invoices,
    is_final: bool,
    /// Members of each file.
    chunks: Vec<Vec<usize>>,
}

impl Delivery {
    fn of(simulation: &Simulation, directory: &Path, decided: PayerPlan) -> Self {
        let plan = &simulation.plan;
        let keys = [decided.payer as u64, decided.month as u64];
        let mut seeded = Seeded::keyed(plan.seed, Purpose::Delivery, &keys);
        let period = simulation.clocks[decided.month].period;
        let payer = plan.payers[decided.payer].as_str();
        let paths = DeliveryPaths::new(directory, payer, period, plan.format, plan.container, uuid(&mut seeded));
        let is_final = !(plan.open_month && decided.month + 1 == simulation.clocks.len());
        let mut invoice =
            || if is_final { (1_500_000_000 + seeded.below(900_000_000)).to_string() } else { String::new() };
        let invoices = Invoices { monthly: invoice(), purchase: invoice(), refund: invoice(), marketplace: invoice() };
        let chunks = chunks(&decided, plan.rows_per_file);
        Self { decided, paths, invoices, is_final, chunks }
    }

    fn write_chunk(
        &self,
        simulation: &Simulation,
        chunk: usize,
        on_rows: &(dyn Fn(u64) + Sync),
    ) -> Result<Tally, GeneratorFault> {
        let plan = &simulation.plan;
        let sheet = Sheet {
            payer: plan.payers[self.decided.payer].as_str(),
            payer_name: "Distribution Payer",
            clock: &simulation.clocks[self.decided.month],
            invoices: &self.invoices,
        };
        let mut file = BillFile::create(&self.paths.file(chunk + 1), plan.format, plan.container)?;
        for at in &self.chunks[chunk] {
            let Some(member_month) = simulation.member_month(*at, self.decided.month) else {
                continue;
            };
            let landings = self.decided.landings.get(at).map_or(&[][..], Vec::as_slice);
            let rows_before = file.tally.all().rows;
            let bill = MemberBill { simulation, sheet: &sheet, month: self.decided.month, at: *at };
            bill.write(&member_month, landings, &mut file)?;
            on_rows(file.tally.all().rows - rows_before);
        }
        file.finish()
    }

    /// What was decided for each credit against what its lines add up to.
    fn compare(&self, simulation: &Simulation, tally: &Tally) -> Result<(), GeneratorFault> {
        let mut decided = BTreeMap::<usize, CreditCount>::new();
        for (at, landings) in &self.decided.landings {
            for landing in landings {
                let count = decided.entry(landing.grant).or_default();
                let own = simulation.grants[landing.grant].owner == *at;
                *(if own { &mut count.on_owner } else { &mut count.scattered }) += i128::from(landing.amount);
            }
        }
        if decided == tally.credits {
            return Ok(());
        }
        Err(GeneratorFault::Untied {
            payer: simulation.plan.payers[self.decided.payer].to_string(),
            period: simulation.clocks[self.decided.month].period.to_string(),
            what: format!("credits decided {decided:?}, written {:?}", tally.credits),
        })
    }

    fn finish(&self, simulation: &Simulation, tally: &Tally) -> Result<GeneratedPeriod, GeneratorFault> {
        let files: Vec<PathBuf> = (1..=self.chunks.len()).map(|nth| self.paths.file(nth)).collect();
        let manifest = self.paths.write_manifest(files.len())?;
        let by_type = tally.by_word(simulation.plan.format).into_iter().map(|(word, count)| {
            Ok(TypeTotal { line_type: word.to_owned(), rows: count.rows, amount: ticks::to_exact(count.ticks)? })
        });
        let credits = tally.credits.iter().map(|(at, count)| {
            let grant = &simulation.grants[*at];
            Ok(CreditInPeriod {
                credit_id: grant.id.clone(),
                owner: simulation.roster.members[grant.owner].id.clone(),
                on_owner: ticks::to_exact(count.on_owner)?,
                scattered: ticks::to_exact(count.scattered)?,
            })
        });
        let all = tally.all();
        Ok(GeneratedPeriod {
            payer: simulation.plan.payers[self.decided.payer].clone(),
            period: simulation.clocks[self.decided.month].period,
            delivery: self.paths.delivery_folder(),
            manifest,
            files,
            is_final: self.is_final,
            members: self.decided.members.len(),
            rows: all.rows,
            total: ticks::to_exact(all.ticks)?,
            by_type: by_type.collect::<Result<_, GeneratorFault>>()?,
            credits: credits.collect::<Result<_, GeneratorFault>>()?,
            free_tier: ticks::to_exact(tally.free_tier)?,
        })
    }
}

/// Members file by file: a new file starts where the former is full.
fn chunks(decided: &PayerPlan, rows_per_file: u64) -> Vec<Vec<usize>> {
    let mut chunks = vec![Vec::new()];
    let mut rows = 0;
    for (at, lines) in &decided.members {
        if rows > 0 && rows + lines > rows_per_file {
            chunks.push(Vec::new());
            rows = 0;
        }
        rows += lines;
        if let Some(last) = chunks.last_mut() {
            last.push(*at);
        }
    }
    chunks
}

fn credits_over_all(simulation: &Simulation, tallies: &[Tally]) -> Result<Vec<GeneratedCredit>, GeneratorFault> {
    let applied = |at: usize| -> i128 {
        tallies.iter().filter_map(|tally| tally.credits.get(&at)).map(|count| count.on_owner + count.scattered).sum()
    };
    simulation
        .grants
        .iter()
        .enumerate()
        .map(|(at, grant)| {
            Ok(GeneratedCredit {
                credit_id: grant.id.clone(),
                payer: simulation.plan.payers[grant.payer].clone(),
                owner: simulation.roster.members[grant.owner].id.clone(),
                description: grant.description.clone(),
                program: grant.program.to_owned(),
                face: ticks::to_exact(i128::from(grant.face))?,
                start_date: grant.start_date,
                end_date: grant.end_date,
                applied: ticks::to_exact(applied(at))?,
            })
        })
        .collect()
}
