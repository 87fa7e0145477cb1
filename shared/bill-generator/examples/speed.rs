//! How fast bills are written: `cargo run --release -p bill-generator --example speed -- 5000000 gz cur2`.

use std::{process::ExitCode, time::Instant};

use bill_generator::{BillContainer, BillFormat, GeneratorFault, GeneratorPlan, generate};

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(fault) => {
            eprintln!("{fault}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<(), GeneratorFault> {
    let mut words = std::env::args().skip(1);
    let rows = words.next().and_then(|word| word.parse().ok()).unwrap_or(1_000_000);
    let container = match words.next().as_deref() {
        Some("parquet") => BillContainer::Parquet,
        Some("csv") => BillContainer::Csv,
        _ => BillContainer::CsvGz,
    };
    let format = match words.next().as_deref() {
        Some("legacy") => BillFormat::CurLegacy,
        Some("focus") => BillFormat::Focus12,
        _ => BillFormat::Cur2,
    };
    let folder = words.next().unwrap_or_else(|| "speed-bills".to_owned());
    let plan = GeneratorPlan { months: 1, rows, container, format, ..GeneratorPlan::demo()? };
    let begun = Instant::now();
    let year = generate(&plan, std::path::Path::new(&folder))?;
    let millis = begun.elapsed().as_millis().max(1);
    let rows: u64 = year.periods.iter().map(|period| period.rows).sum();
    let files = year.periods.iter().flat_map(|period| &period.files);
    let bytes: u64 = files.filter_map(|file| std::fs::metadata(file).ok()).map(|found| found.len()).sum();
    println!("{rows} rows, {} MB in {millis} ms: {} rows/s", bytes / 1_000_000, u128::from(rows) * 1000 / millis);
    Ok(())
}
