//! Writing generated bills, with progress.

use std::{
    path::Path,
    sync::atomic::{AtomicU64, Ordering},
};

use bill_generator::{GeneratedYear, GeneratorFault, GeneratorPlan, generate_with_progress};
use indicatif::{ProgressBar, ProgressStyle};
use service_kit::{Failure, codes};

/// Writes the files of a plan, with progress where a person watches.
pub(crate) fn write_year(plan: &GeneratorPlan, folder: &Path, is_watched: bool) -> Result<GeneratedYear, Failure> {
    let bar = if is_watched { ProgressBar::new_spinner() } else { ProgressBar::hidden() };
    if let Ok(style) = ProgressStyle::with_template("writing bill lines {pos} {per_sec}") {
        bar.set_style(style);
    }
    let written = AtomicU64::new(0);
    let outcome = generate_with_progress(plan, folder, &|rows| {
        bar.set_position(written.fetch_add(rows, Ordering::Relaxed) + rows);
    });
    bar.finish_and_clear();
    outcome.map_err(|fault| match fault {
        GeneratorFault::Plan(_) => Failure::usage(codes::PLAN_OUT_OF_RANGE, fault),
        other => Failure::failed(codes::GENERATING_FAILED, other),
    })
}
