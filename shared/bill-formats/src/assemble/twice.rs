//! A month is delivered once in a call: what would add two deliveries of it is refused, with both names.
//!
//! Files that a manifest names are one delivery by AWS's own word. Files that no manifest names are taken
//! for the chunks of one delivery, unless something shows that they are two: folders of two executions,
//! assemblies or exports, one chunk's name twice, or accounts that come to the same in both, as an hourly
//! and a daily export of one payer do. (Files of the same content are told before.)

use std::{
    collections::{BTreeMap, btree_map::Entry},
    path::PathBuf,
};

use domain::{ids::MemberAccountId, usage::LineType};
use money::ExactAccumulator;

use super::{BillOf, Files};
use crate::{
    NoProgress, ReadOptions,
    fault::ReadFault,
    meaning::Key,
    pipeline,
    runs::{month_folder, run_folder},
    sources::SourceFile,
    table::Tally,
};

/// Endings that say how a file is stored, not which chunk it is.
const ENDINGS: [&str; 7] = [".gz", ".gzip", ".zip", ".csv", ".txt", ".parquet", ".snappy"];

/// A chunk's name without the endings for its packing.
fn chunk_name(name: &str) -> String {
    let mut name = name.to_lowercase();
    while let Some(ending) = ENDINGS.iter().find(|ending| name.ends_with(**ending)) {
        name.truncate(name.len() - ending.len());
    }
    name
}

/// The files of one export in one folder: their names but for the number of the chunk.
type Series = (PathBuf, String);

fn series_of(file: &SourceFile) -> Series {
    let name = chunk_name(&file.name);
    let stem = name.trim_end_matches(|letter: char| letter.is_ascii_digit() || matches!(letter, '-' | '_' | '.'));
    (file.path.parent().map(PathBuf::from).unwrap_or_default(), stem.to_owned())
}

/// What each account comes to by line type.
type Totals = BTreeMap<(MemberAccountId, LineType), ExactAccumulator>;

/// Equal to the cent: an export by the day rounds other digits than one by the hour.
fn is_equal_to_the_cent(a: ExactAccumulator, b: ExactAccumulator) -> bool {
    a.less(b).is_some_and(|difference| difference.rounded(2).is_zero())
}

impl Files<'_> {
    /// Refuses two deliveries of one bill.
    ///
    /// # Errors
    /// Both names, and what shows that they are two.
    pub(super) fn check_one_delivery(&self, bill: &BillOf, options: &ReadOptions) -> Result<(), ReadFault> {
        let Some(rows) = self.rows.get(bill) else { return Ok(()) };
        let refuse = |first: usize, second: usize, why: &'static str| ReadFault::TwoDeliveries {
            payer: bill.0.to_string(),
            period: bill.1,
            first: self.display(first),
            second: self.display(second),
            why,
        };
        let (loose, listed): (Vec<usize>, Vec<usize>) =
            rows.keys().partition(|file| self.sources.files[**file].manifest.is_none());
        let Some((first, others)) = loose.split_first() else { return Ok(()) };
        if let Some(listed) = listed.first() {
            return Err(refuse(*listed, *first, "a manifest names one and not the other"));
        }
        let source = |file: usize| &self.sources.files[file];
        let (run, month) = (run_folder(&source(*first).path), month_folder(&source(*first).path));
        let mut chunks = BTreeMap::from([(chunk_name(&source(*first).name), *first)]);
        for file in others {
            if run_folder(&source(*file).path) != run {
                return Err(refuse(*first, *file, "they lie in the folders of two"));
            }
            if month_folder(&source(*file).path) != month {
                return Err(refuse(*first, *file, "they lie in the folders of two exports"));
            }
            if let Some(same) = chunks.insert(chunk_name(&source(*file).name), *file) {
                return Err(refuse(same, *file, "they are the same chunk"));
            }
        }
        self.check_totals(bill, rows, &loose, options, refuse)
    }

    /// Two series of files in which each account comes to the same are one month twice.
    fn check_totals(
        &self,
        bill: &BillOf,
        rows: &BTreeMap<usize, Tally>,
        loose: &[usize],
        options: &ReadOptions,
        refuse: impl Fn(usize, usize, &'static str) -> ReadFault,
    ) -> Result<(), ReadFault> {
        let mut series: BTreeMap<Series, (Vec<usize>, Tally)> = BTreeMap::new();
        for file in loose {
            let (files, total) = series.entry(series_of(&self.sources.files[*file])).or_default();
            files.push(*file);
            total.merge(rows.get(file).copied().unwrap_or_default());
        }
        // Chunks of one name together, and each by itself.
        let mut series: Vec<(Vec<usize>, Tally)> = series.into_values().collect();
        let single = |file: &usize| (vec![*file], rows.get(file).copied().unwrap_or_default());
        let of_several = series.iter().filter(|(files, _)| files.len() > 1);
        let singles: Vec<_> = of_several.flat_map(|(files, _)| files.iter().map(single)).collect();
        series.extend(singles);
        let mut known: BTreeMap<usize, Totals> = BTreeMap::new();
        for (at, (files, total)) in series.iter().enumerate() {
            for (other_at, (other_files, other_total)) in series.iter().enumerate().skip(at + 1) {
                let Some((a, b)) = total.amount.zip(other_total.amount) else { continue };
                let is_part = files.iter().any(|file| other_files.contains(file));
                if is_part || a.rounded(2).is_zero() || !is_equal_to_the_cent(a, b) {
                    continue;
                }
                // Equal sums may be chance; equal accounts are not.
                for (at, files) in [(at, files), (other_at, other_files)] {
                    if let Entry::Vacant(unknown) = known.entry(at) {
                        unknown.insert(self.totals_of(bill, files, options)?);
                    }
                }
                let (Some(a), Some(b)) = (known.get(&at), known.get(&other_at)) else { continue };
                if a.keys().eq(b.keys()) && a.values().zip(b.values()).all(|(a, b)| is_equal_to_the_cent(*a, *b)) {
                    return Err(refuse(files[0], other_files[0], "each account comes to the same in both"));
                }
            }
        }
        Ok(())
    }

    /// Reads some of the files again, apart from the others.
    fn totals_of(&self, bill: &BillOf, files: &[usize], options: &ReadOptions) -> Result<Totals, ReadFault> {
        let sources: Vec<SourceFile> = files.iter().map(|file| self.sources.files[*file].clone()).collect();
        let (_, tables) = pipeline::read_all(&sources, options, &NoProgress)?;
        let mut totals = Totals::new();
        for (slot, sum, _) in tables.into_iter().flat_map(|table| table.into_slots().0) {
            let owner = slot.meaning.owner;
            if (&owner.payer, owner.period) != (&bill.0, bill.1) {
                continue;
            }
            let line_type = match slot.meaning.key {
                Key::Charge(key) => key.line_type,
                Key::Credit(key) => key.line_type,
            };
            let total = totals.entry((owner.member, line_type)).or_default();
            *total =
                total.merge(sum.amount).ok_or(ReadFault::Defect("a sum that was held before is not held again"))?;
        }
        Ok(totals)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_chunk_has_one_name_however_it_is_packed() {
        for name in ["Bill-00001.csv.gz", "bill-00001.snappy.parquet", "bill-00001.CSV", "bill-00001"] {
            assert_eq!(chunk_name(name), "bill-00001", "{name}");
        }
    }
}
