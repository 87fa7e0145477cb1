//! Reads the paths named and prints how fast that was: rows, bytes and peak memory.
//!
//! `cargo run --release -p bill-formats --example ingest_speed -- PATH...`

use std::{path::PathBuf, time::Instant};

use bill_formats::{NoProgress, ReadOptions, read_deliveries};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let paths: Vec<PathBuf> = std::env::args_os().skip(1).map(PathBuf::from).collect();
    let begin = Instant::now();
    let reading = match read_deliveries(&paths, &ReadOptions::default(), &NoProgress) {
        Ok(reading) => reading,
        Err(fault) => {
            eprintln!("refused: {fault}");
            std::process::exit(3);
        }
    };
    let milliseconds = begin.elapsed().as_millis().max(1);
    let mut rows = 0;
    let mut bytes = 0;
    for delivery in &reading.deliveries {
        rows += u128::from(delivery.rows);
        bytes += delivery.files.iter().map(|file| u128::from(file.bytes)).sum::<u128>();
        let aggregates: usize = delivery.members.iter().map(|one| one.charges.len() + one.credit_lines.len()).sum();
        println!(
            "{} {} {} {}: {} rows, {} accounts, {aggregates} aggregates, digest {}",
            delivery.payer,
            delivery.period,
            delivery.format,
            delivery.encoding,
            delivery.rows,
            delivery.members.len(),
            &delivery.digest[..12]
        );
        for total in &delivery.by_type {
            println!("  {:<28} {:>12} {}", total.line_type, total.rows, total.amount);
        }
        for warning in &delivery.warnings {
            println!("  warning: {warning}");
        }
    }
    for warning in &reading.warnings {
        println!("warning: {warning}");
    }
    println!(
        "{rows} rows in {milliseconds} ms: {} rows/s, {} MB/s of files",
        rows * 1000 / milliseconds,
        bytes / 1000 / milliseconds
    );
    println!("peak memory: {}", peak_memory().unwrap_or_else(|| "unknown on this system".to_owned()));
    Ok(())
}

/// Linux states it in `/proc`.
fn peak_memory() -> Option<String> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    Some(line.trim().to_owned())
}
