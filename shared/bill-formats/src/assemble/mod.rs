//! The workers' tables become deliveries: merged, checked against each other, sorted.
//!
//! Invariants: the result does not depend on which worker read what; the rows of the aggregates
//! are the rows of the files; one currency and one format a payer and period.

mod members;
mod twice;
mod warnings;

use std::collections::BTreeMap;

use domain::{
    ids::PayerAccountId,
    period::BillingPeriod,
    usage::{ChargeAggregate, CreditLineAggregate, LineType, MemberUsage},
};
use money::Exact;

use self::members::Building;
use crate::{
    ReadOptions, dates, digest,
    fault::{Position, ReadFault},
    format::{BillFormat, Encoding},
    pipeline::FileOutcome,
    reading::{BillReading, BillTypeEvidence, DeliveryReading, FileRead, LeftOut, TypeTotal, Warning},
    roundings::Roundings,
    sources::Sources,
    table::{RowAt, Table, Tally},
};

/// Digits after the point that a row's amount is read with.
const ROW_DIGITS_KEPT: u32 = 24;

type BillOf = (PayerAccountId, BillingPeriod);

/// What the files of a call say together.
struct Files<'a> {
    sources: &'a Sources,
    outcomes: &'a [FileOutcome],
    /// Rows by bill and file.
    rows: BTreeMap<BillOf, BTreeMap<usize, Tally>>,
    /// Rows of other providers by file and provider.
    left_out: BTreeMap<usize, BTreeMap<String, u64>>,
}

/// Makes the deliveries.
///
/// # Errors
/// What no single row could show: two currencies, formats or deliveries of one bill.
pub(crate) fn assemble(
    sources: Sources,
    outcomes: &[FileOutcome],
    tables: Vec<Table>,
    options: &ReadOptions,
) -> Result<BillReading, ReadFault> {
    let files = Files::gather(&sources, outcomes, &tables)?;
    files.check_content()?;
    for (bill, rows) in &files.rows {
        files.format_of(bill, rows)?;
        files.check_one_delivery(bill, options)?;
    }
    let rounded = tables.iter().fold(Roundings::default(), |all, table| all.and(table.roundings));
    let mut buildings: BTreeMap<BillOf, Building> = BTreeMap::new();
    for table in tables {
        let (slots, discount_types) = table.into_slots();
        for (slot, sum, beside) in slots {
            let bill = (slot.meaning.owner.payer.clone(), slot.meaning.owner.period);
            let building = buildings.entry(bill.clone()).or_default();
            building.add(slot, sum, beside, &discount_types).map_err(|member| sum_too_large(&bill, &member))?;
        }
    }
    let mut warnings = sources.warnings.clone();
    if rounded.amounts > 0 {
        let added = rounded.added_text();
        warnings.push(Warning::AmountsRounded { amounts: rounded.amounts, digits: ROW_DIGITS_KEPT, added });
    }
    let mut by_provider: BTreeMap<&str, u64> = BTreeMap::new();
    for (provider, rows) in files.left_out.values().flatten() {
        *by_provider.entry(provider).or_default() += rows;
    }
    let left_out = |(provider, rows): (&&str, &u64)| Warning::OtherProviderLeftOut {
        provider: (*provider).to_owned(),
        rows: *rows,
    };
    warnings.extend(by_provider.iter().map(left_out));
    let mut deliveries = Vec::with_capacity(buildings.len());
    for (bill, building) in buildings {
        deliveries.push(files.delivery(bill, building)?);
    }
    if deliveries.is_empty() {
        return Err(files.nothing_found());
    }
    Ok(BillReading { deliveries, warnings })
}

fn sum_too_large((payer, period): &BillOf, member: &str) -> ReadFault {
    ReadFault::SumTooLarge { payer: payer.to_string(), period: *period, member: member.to_owned() }
}

impl<'a> Files<'a> {
    fn gather(sources: &'a Sources, outcomes: &'a [FileOutcome], tables: &[Table]) -> Result<Self, ReadFault> {
        let mut rows: BTreeMap<BillOf, BTreeMap<usize, Tally>> = BTreeMap::new();
        let mut left_out: BTreeMap<usize, BTreeMap<String, u64>> = BTreeMap::new();
        for table in tables {
            for (file, payer, period, count) in table.tallies() {
                let payer = PayerAccountId::parse(payer).ok();
                let (Some(payer), Some(period)) = (payer, dates::billing_period(period)) else {
                    return Err(ReadFault::Defect("a row that was summed has no payer or period"));
                };
                rows.entry((payer, period)).or_default().entry(file as usize).or_default().merge(count);
            }
            for (file, provider, count) in table.left_out() {
                *left_out.entry(file as usize).or_default().entry(provider.to_owned()).or_default() += count;
            }
        }
        Ok(Self { sources, outcomes, rows, left_out })
    }

    /// Two loose files with the same rows are one file and its copy.
    fn check_content(&self) -> Result<(), ReadFault> {
        let mut seen: BTreeMap<[u8; 32], usize> = BTreeMap::new();
        for (at, outcome) in self.outcomes.iter().enumerate().filter(|(_, outcome)| outcome.rows > 0) {
            // Of the file as it is, and of its text however it is packed and its lines end.
            for digest in [Some(outcome.sha256), outcome.text_digest].into_iter().flatten() {
                if let Some(first) = seen.insert(digest, at).filter(|first| *first != at) {
                    return Err(ReadFault::SameContent { first: self.display(first), second: self.display(at) });
                }
            }
        }
        Ok(())
    }

    fn display(&self, file: usize) -> String {
        self.sources.files[file].display.to_string()
    }

    fn nothing_found(&self) -> ReadFault {
        let file = self.sources.files.first().map(|file| file.display.to_string()).unwrap_or_default();
        let providers: Vec<&str> = self.left_out.values().flat_map(BTreeMap::keys).map(String::as_str).collect();
        if providers.is_empty() {
            return ReadFault::HeaderOnly { file };
        }
        let rows = self.left_out.values().flat_map(BTreeMap::values).sum();
        ReadFault::NothingOfAws { file, rows, providers: providers.join(", ") }
    }

    fn place(&self, spot: RowAt) -> Position {
        let file = spot.file as usize;
        let is_row = self.outcomes[file].format.is_some_and(|(_, encoding)| encoding == Encoding::Parquet);
        Position { file: self.sources.files[file].display.clone(), line: spot.line, is_row, column: None }
    }

    /// The one manifest of a bill, checked against its rows.
    fn manifest_of(&self, bill: &BillOf, rows: &BTreeMap<usize, Tally>) -> Result<Option<usize>, ReadFault> {
        let mut only: Option<usize> = None;
        for file in rows.keys() {
            let source = &self.sources.files[*file];
            let Some(at) = source.manifest else { continue };
            let manifest = &self.sources.manifests[at];
            if let Some(stated) = manifest.period.filter(|stated| *stated != bill.1) {
                return Err(ReadFault::ManifestPeriod {
                    manifest: manifest.display.clone(),
                    stated,
                    file: source.display.to_string(),
                    found: bill.1,
                });
            }
            if let Some(other) = only.replace(at).filter(|other| *other != at) {
                let first = self.sources.manifests[other].display.clone();
                return Err(ReadFault::SeveralDeliveries { first, second: manifest.display.clone() });
            }
        }
        Ok(only)
    }

    fn format_of(&self, bill: &BillOf, rows: &BTreeMap<usize, Tally>) -> Result<(BillFormat, Encoding), ReadFault> {
        let mut first: Option<(usize, (BillFormat, Encoding))> = None;
        for file in rows.keys() {
            let Some(format) = self.outcomes[*file].format else { continue };
            let (first_file, first_format) = *first.get_or_insert((*file, format));
            if first_format != format {
                let words = |file: usize, (format, encoding): (BillFormat, Encoding)| {
                    format!("{} as {format} {encoding}", self.sources.files[file].display)
                };
                return Err(ReadFault::TwoFormats {
                    payer: bill.0.to_string(),
                    period: bill.1,
                    first: words(first_file, first_format),
                    second: words(*file, format),
                });
            }
        }
        first.map(|(_, format)| format).ok_or(ReadFault::Defect("a bill has rows and no file"))
    }

    fn delivery(&self, bill: BillOf, mut building: Building) -> Result<DeliveryReading, ReadFault> {
        let no_rows = BTreeMap::new();
        let rows = self.rows.get(&bill).unwrap_or(&no_rows);
        let manifest = self.manifest_of(&bill, rows)?;
        let (format, encoding) = self.format_of(&bill, rows)?;
        let currency = building.currency(&bill, |spot| self.place(spot))?;

        let outcomes = self.outcomes.iter().zip(&self.sources.files).enumerate();
        // A chunk without rows is part of what its manifest lists.
        let is_of_bill = |file: usize, source: Option<usize>, empty: bool| {
            rows.contains_key(&file) || (empty && source.is_some() && source == manifest)
        };
        let own = outcomes.filter(|(file, (outcome, source))| is_of_bill(*file, source.manifest, outcome.rows == 0));
        let own: Vec<usize> = own.map(|(file, _)| file).collect();
        let mut files: Vec<FileRead> = own.iter().map(|file| self.file_read(*file, rows)).collect();
        files.sort();
        let content_digest = digest::content_digest(files.iter().map(|file| file.sha256.as_str()));
        let delivery =
            digest::delivery_id(&bill.0, bill.1, &content_digest).ok_or(ReadFault::Defect("a delivery got no id"))?;

        let rounded = building.round_what_cannot_be_held();
        let bill_types = evidence(std::mem::take(&mut building.invoiced));
        let charge_date_unreadable = building.charge_date_unreadable;
        let (has_net, has_discounts) = (building.has_net, building.has_discounts);
        let mut members =
            building.into_members(&bill, &delivery, currency).map_err(|member| sum_too_large(&bill, &member))?;
        if format == BillFormat::Focus {
            // FOCUS: a billed cost is after all discounts, which are stated beside it for information.
            let charges = members.iter_mut().flat_map(|member| &mut member.charges);
            charges
                .filter(|charge| !charge.discounts.is_empty())
                .for_each(|charge| charge.net_amount = Some(charge.amount));
        }
        let by_type = type_totals(&members).ok_or_else(|| sum_too_large(&bill, "(all of them)"))?;
        let summed: u64 = by_type.iter().map(|total| total.rows).sum();
        if summed != rows.values().map(|counted| counted.rows).sum::<u64>() {
            return Err(ReadFault::Defect("the rows of the aggregates are not the rows of the files"));
        }
        let pro_forma = warnings::is_pro_forma(&members);
        let mut unknown_columns: Vec<String> =
            own.iter().flat_map(|file| self.outcomes[*file].unknown_columns.iter().cloned()).collect();
        unknown_columns.sort();
        unknown_columns.dedup();
        let mut warnings = warnings::of(&bill.0, &members, charge_date_unreadable, pro_forma);
        warnings.extend(rounded);
        warnings.extend(warnings::seller_unknown(own.iter().filter_map(|file| self.outcomes[*file].lacks_seller)));
        Ok(DeliveryReading {
            delivery,
            payer: bill.0.clone(),
            period: bill.1,
            currency,
            format,
            encoding,
            files,
            manifest: manifest.map(|at| self.sources.manifests[at].info.clone()),
            rows: summed,
            by_type,
            bill_types,
            left_out: self.left_out_of(&own),
            unknown_columns,
            warnings,
            digest: digest::aggregates_digest(&members),
            content_digest,
            pro_forma,
            has_net,
            has_discounts,
            members,
        })
    }

    fn file_read(&self, file: usize, rows: &BTreeMap<usize, Tally>) -> FileRead {
        let outcome = &self.outcomes[file];
        FileRead {
            name: self.sources.files[file].name.clone(),
            sha256: hex::encode(outcome.sha256),
            bytes: outcome.bytes,
            rows: rows.get(&file).map_or(0, |counted| counted.rows),
        }
    }

    fn left_out_of(&self, own: &[usize]) -> Vec<LeftOut> {
        let mut by_provider: BTreeMap<&str, u64> = BTreeMap::new();
        for (provider, rows) in own.iter().filter_map(|file| self.left_out.get(file)).flatten() {
            *by_provider.entry(provider).or_default() += rows;
        }
        by_provider.into_iter().map(|(provider, rows)| LeftOut { provider: provider.to_owned(), rows }).collect()
    }
}

/// A line of an account, charge or credit.
struct Line<'a> {
    line_type: &'a LineType,
    rows: u64,
    amount: Exact,
}

fn lines(members: &[MemberUsage]) -> impl Iterator<Item = Line<'_>> {
    let charges =
        members.iter().flat_map(|member| &member.charges).map(|ChargeAggregate { key, rows, amount, .. }| Line {
            line_type: &key.line_type,
            rows: *rows,
            amount: *amount,
        });
    let credits = members.iter().flat_map(|member| &member.credit_lines);
    charges.chain(credits.map(|CreditLineAggregate { key, rows, amount }| Line {
        line_type: &key.line_type,
        rows: *rows,
        amount: *amount,
    }))
}

fn type_totals(members: &[MemberUsage]) -> Option<Vec<TypeTotal>> {
    let mut totals: BTreeMap<&LineType, (u64, Exact)> = BTreeMap::new();
    for line in lines(members) {
        let total = totals.entry(line.line_type).or_default();
        total.0 += line.rows;
        total.1 = total.1.checked_add(line.amount).ok()?;
    }
    let total = |(line_type, (rows, amount)): (&LineType, (u64, Exact))| TypeTotal {
        line_type: line_type.clone(),
        rows,
        amount,
    };
    Some(totals.into_iter().map(total).collect())
}

fn evidence(invoiced: BTreeMap<String, (u64, u64)>) -> Vec<BillTypeEvidence> {
    let evidence = |(bill_type, (with, without)): (String, (u64, u64))| BillTypeEvidence {
        bill_type,
        rows_with_invoice: with,
        rows_without_invoice: without,
    };
    invoiced.into_iter().map(evidence).collect()
}
