//! What was written is read back by other means and compared with what the call says it wrote.

#![allow(clippy::unwrap_used)] // a test stops where a file cannot be read back

use std::{
    collections::{BTreeMap, BTreeSet},
    fs::File,
    io::Read,
    path::Path,
};

use arrow::{
    array::{Array, AsArray},
    datatypes::Float64Type,
};
use bill_generator::{BillContainer, BillFormat, GeneratedPeriod, GeneratedYear, GeneratorPlan, generate};
use domain::{aws_rules::HighestSpend, ids::PayerAccountId};
use flate2::read::GzDecoder;
use money::Exact;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;

fn small() -> GeneratorPlan {
    // Plain CSV: in an unoptimised build, compression costs more than all the rest.
    GeneratorPlan {
        container: BillContainer::Csv,
        accounts: 30,
        months: 6,
        credits: 24,
        rows: 1_000,
        rows_per_file: 500,
        ..GeneratorPlan::demo().unwrap()
    }
}

fn made(plan: &GeneratorPlan) -> (tempfile::TempDir, GeneratedYear) {
    let folder = tempfile::tempdir().unwrap();
    let year = generate(plan, folder.path()).unwrap();
    (folder, year)
}

fn exact(text: &str) -> Exact {
    Exact::parse(text).unwrap()
}

fn sum(amounts: impl IntoIterator<Item = Exact>) -> Exact {
    Exact::checked_sum(amounts).unwrap()
}

/// A line as text: type, member, product, description, cost.
#[derive(Debug, Clone)]
struct ReadLine {
    line_type: String,
    member: String,
    product: String,
    description: String,
    entity: String,
    invoice: String,
    cost: Exact,
}

/// Names of the columns of a format, in the order of [`ReadLine`].
fn wanted(format: BillFormat) -> [&'static str; 7] {
    match format {
        BillFormat::Cur2 => [
            "line_item_line_item_type",
            "line_item_usage_account_id",
            "line_item_product_code",
            "line_item_line_item_description",
            "bill_billing_entity",
            "bill_invoice_id",
            "line_item_unblended_cost",
        ],
        BillFormat::CurLegacy => [
            "lineItem/LineItemType",
            "lineItem/UsageAccountId",
            "lineItem/ProductCode",
            "lineItem/LineItemDescription",
            "bill/BillingEntity",
            "bill/InvoiceId",
            "lineItem/UnblendedCost",
        ],
        BillFormat::Focus12 => [
            "ChargeCategory",
            "SubAccountId",
            "x_ServiceCode",
            "ChargeDescription",
            "PublisherName",
            "InvoiceId",
            "BilledCost",
        ],
    }
}

fn read_csv(path: &Path, format: BillFormat) -> Vec<ReadLine> {
    let file = File::open(path).unwrap();
    let input: Box<dyn Read> =
        if path.extension().is_some_and(|end| end == "gz") { Box::new(GzDecoder::new(file)) } else { Box::new(file) };
    let mut reader = csv::Reader::from_reader(input);
    let header = reader.headers().unwrap().clone();
    let places = wanted(format).map(|name| header.iter().position(|column| column == name).unwrap());
    reader
        .records()
        .map(|record| {
            let record = record.unwrap();
            let [line_type, member, product, description, entity, invoice, cost] =
                places.map(|place| record[place].to_owned());
            ReadLine { line_type, member, product, description, entity, invoice, cost: exact(&cost) }
        })
        .collect()
}

fn read_period(period: &GeneratedPeriod, format: BillFormat) -> Vec<ReadLine> {
    period.files.iter().flat_map(|file| read_csv(file, format)).collect()
}

fn read_parquet_costs(path: &Path, cost_column: &str) -> Vec<Exact> {
    let builder = ParquetRecordBatchReaderBuilder::try_new(File::open(path).unwrap()).unwrap();
    let mut costs = Vec::new();
    for batch in builder.build().unwrap() {
        let batch = batch.unwrap();
        let column = batch.column_by_name(cost_column).unwrap().as_primitive::<Float64Type>().clone();
        assert_eq!(column.null_count(), 0);
        costs.extend(column.values().iter().map(|double| Exact::from_double_shortest(*double).unwrap()));
    }
    costs
}

fn bytes_below(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut files = BTreeMap::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(current) = folders.pop() {
        for entry in std::fs::read_dir(current).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let name = path.strip_prefix(folder).unwrap().display().to_string();
                files.insert(name, std::fs::read(&path).unwrap());
            }
        }
    }
    files
}

#[test]
fn the_same_seed_writes_the_same_bytes_on_any_threads_and_another_seed_does_not() {
    for container in [BillContainer::CsvGz, BillContainer::Parquet] {
        let plan = GeneratorPlan { months: 2, container, ..small() };
        let (first, _) = made(&plan);
        let one_thread = rayon::ThreadPoolBuilder::new().num_threads(1).build().unwrap();
        let (second, _) = one_thread.install(|| made(&plan));
        assert!(bytes_below(first.path()) == bytes_below(second.path()), "{container:?}");
        let (other, _) = made(&GeneratorPlan { seed: plan.seed + 1, ..plan });
        assert!(bytes_below(first.path()) != bytes_below(other.path()), "{container:?}");
    }
}

#[test]
fn the_lines_add_up_to_the_summary_in_every_csv_format() {
    for format in [BillFormat::Cur2, BillFormat::CurLegacy, BillFormat::Focus12] {
        let (_folder, year) = made(&GeneratorPlan { format, ..small() });
        assert_eq!(year.periods.len(), 6);
        for period in &year.periods {
            let lines = read_period(period, format);
            assert_eq!(lines.len() as u64, period.rows);
            assert_eq!(sum(lines.iter().map(|line| line.cost)), period.total);
            let mut by_type = BTreeMap::<&str, (u64, Exact)>::new();
            for line in &lines {
                let entry = by_type.entry(&line.line_type).or_default();
                *entry = (entry.0 + 1, sum([entry.1, line.cost]));
            }
            let told: BTreeMap<&str, (u64, Exact)> =
                period.by_type.iter().map(|one| (one.line_type.as_str(), (one.rows, one.amount))).collect();
            assert_eq!(by_type, told, "{format:?} {}", period.period);
        }
    }
}

#[test]
fn every_format_and_container_has_the_same_totals() {
    let totals = |format, container| {
        let (_folder, year) = made(&GeneratorPlan { format, container, months: 4, ..small() });
        let of_type = |period: &GeneratedPeriod, name: &str| {
            sum(period.by_type.iter().filter(|one| one.line_type == name).map(|one| one.amount))
        };
        year.periods
            .iter()
            .map(|p| (p.total, of_type(p, "Credit"), of_type(p, "Tax"), p.credits.clone(), p.free_tier))
            .collect::<Vec<_>>()
    };
    let base = totals(BillFormat::Cur2, BillContainer::CsvGz);
    for format in [BillFormat::Cur2, BillFormat::CurLegacy, BillFormat::Focus12] {
        for container in [BillContainer::CsvGz, BillContainer::Csv, BillContainer::Parquet] {
            assert_eq!(totals(format, container), base, "{format:?} {container:?}");
        }
    }
}

#[test]
fn parquet_doubles_give_the_exact_sum_back() {
    for (format, column) in [
        (BillFormat::Cur2, "line_item_unblended_cost"),
        (BillFormat::CurLegacy, "line_item_unblended_cost"),
        (BillFormat::Focus12, "BilledCost"),
    ] {
        let (_folder, year) = made(&GeneratorPlan { format, container: BillContainer::Parquet, ..small() });
        for period in &year.periods {
            let costs: Vec<Exact> = period.files.iter().flat_map(|file| read_parquet_costs(file, column)).collect();
            assert_eq!(costs.len() as u64, period.rows);
            assert_eq!(sum(costs), period.total, "{format:?} {}", period.period);
        }
    }
}

#[test]
fn no_credit_exceeds_its_face_and_its_lines_add_up_to_what_is_told() {
    let (_folder, year) = made(&small());
    let lines: Vec<ReadLine> = year.periods.iter().flat_map(|period| read_period(period, BillFormat::Cur2)).collect();
    let mut spent = 0;
    for credit in &year.credits {
        let scattered = format!("{}, credit from account: {}", credit.description, credit.owner);
        let mine = |line: &&ReadLine| {
            line.line_type == "Credit"
                && (line.description == scattered
                    || line.description == credit.description && line.member == credit.owner.as_str())
        };
        let of_lines = sum(lines.iter().filter(mine).map(|line| -line.cost));
        assert_eq!(of_lines, credit.applied, "{}", credit.description);
        assert!(credit.applied <= credit.face, "{}", credit.description);
        assert!(lines.iter().filter(mine).all(|line| line.cost.is_negative() && line.entity == "AWS"));
        spent += usize::from(credit.applied == credit.face);
    }
    let credit_lines = sum(lines.iter().filter(|line| line.line_type == "Credit").map(|line| line.cost));
    let free_tier = sum(year.periods.iter().map(|period| period.free_tier));
    let applied = sum(year.credits.iter().map(|credit| credit.applied));
    assert_eq!(credit_lines, sum([-applied, free_tier]), "no credit line belongs to nobody");
    assert!(spent > 0 && spent < year.credits.len(), "some used up, some not: {spent}");
}

/// Line types of what a promotional credit may pay, and of what lowers it.
const PAYABLE: [&str; 7] = [
    "Usage",
    "SavingsPlanCoveredUsage",
    "SavingsPlanNegation",
    "SavingsPlanRecurringFee",
    "RIFee",
    "SppDiscount",
    "EdpDiscount",
];

#[test]
fn a_credit_goes_past_its_owner_only_when_nothing_of_the_owners_is_left() {
    for highest_spend in [HighestSpend::Total, HighestSpend::Eligible] {
        let (folder, year) = made(&GeneratorPlan { highest_spend, ..small() });
        let services = restrictions(folder.path());
        let mut checked = 0;
        for period in &year.periods {
            let mut left = BTreeMap::<(String, String), Exact>::new();
            for line in read_period(period, BillFormat::Cur2) {
                let counts = line.line_type == "Credit" || PAYABLE.contains(&line.line_type.as_str());
                if counts && line.entity == "AWS" {
                    let entry = left.entry((line.member, line.product)).or_default();
                    *entry = sum([*entry, line.cost]);
                }
            }
            assert!(left.values().all(|amount| !amount.is_negative()), "a service was paid more than it cost");
            for credit in period.credits.iter().filter(|credit| credit.scattered.is_positive()) {
                let restricted = &services[credit.credit_id.as_str()];
                let of_owner = left.iter().filter(|((member, product), _)| {
                    member == credit.owner.as_str() && (restricted.is_empty() || restricted.contains(product))
                });
                assert!(
                    sum(of_owner.map(|(_, amount)| *amount)).is_zero(),
                    "{} in {}",
                    credit.credit_id,
                    period.period
                );
                checked += 1;
            }
        }
        assert!(checked > 5, "credits were scattered: {checked}");
    }
}

fn restrictions(folder: &Path) -> BTreeMap<String, BTreeSet<String>> {
    let mut reader = csv::Reader::from_path(folder.join("credits.csv")).unwrap();
    let split = |text: &str| text.split(';').filter(|code| !code.is_empty()).map(str::to_owned).collect();
    reader.records().map(|record| record.unwrap()).map(|record| (record[0].to_owned(), split(&record[9]))).collect()
}

#[test]
fn the_demo_year_has_what_a_back_office_meets() {
    let plan = GeneratorPlan { open_month: true, container: BillContainer::Csv, ..GeneratorPlan::demo().unwrap() };
    let (folder, year) = made(&plan);
    assert!(year.members >= 100 && (24..60).contains(&year.customers));
    let types: BTreeSet<&str> =
        year.periods.iter().flat_map(|p| p.by_type.iter().map(|one| one.line_type.as_str())).collect();
    for expected in PAYABLE.into_iter().chain(["DiscountedUsage", "Fee", "Tax", "Credit", "Refund"]) {
        assert!(types.contains(expected), "no {expected} line in the year");
    }
    let rows: u64 = year.periods.iter().map(|period| period.rows).sum();
    assert!((200_000..280_000).contains(&rows), "about the lines asked for: {rows}");
    let accounts = std::fs::read_to_string(folder.path().join("accounts.csv")).unwrap();
    assert!(accounts.lines().any(|row| row.contains("2025-05-11")), "one joins");
    assert!(accounts.lines().any(|row| row.ends_with("2025-09-17")), "one leaves");
    assert!(accounts.contains("-R1,2025-07-09,"), "one changes its PO");
    let credits = std::fs::read_to_string(folder.path().join("credits.csv")).unwrap();
    for program in ["promotional", "activate", "educational", "earned", "defew", "map", "_MPE"] {
        assert!(credits.contains(program), "no {program} credit");
    }
    let mut descriptions = BTreeSet::new();
    let twins = year.credits.iter().filter(|credit| !descriptions.insert(&credit.description)).count();
    assert_eq!(twins, 1, "one pair of the same description");
    let (last, closed) = year.periods.split_last().unwrap();
    assert!(!last.is_final && read_period(last, BillFormat::Cur2).iter().all(|line| line.invoice.is_empty()));
    assert!(closed.iter().all(|period| period.is_final));
    assert!(read_period(&closed[0], BillFormat::Cur2).iter().all(|line| !line.invoice.is_empty()));
    let lapses = year.credits.iter().filter(|credit| credit.end_date <= last.period.last_day());
    assert!(lapses.filter(|credit| credit.applied < credit.face).count() > 0, "one lapses with a rest");
}

#[test]
fn members_and_credits_keep_to_their_payer() {
    let payers = ["310045127788", "310045127799"].map(|id| PayerAccountId::parse(id).unwrap());
    let (folder, year) = made(&GeneratorPlan { payers: payers.to_vec(), months: 2, ..small() });
    assert_eq!(year.periods.len(), 4);
    let mut reader = csv::Reader::from_path(folder.path().join("accounts.csv")).unwrap();
    let home: BTreeMap<String, String> =
        reader.records().map(|row| row.unwrap()).map(|row| (row[1].to_owned(), row[0].to_owned())).collect();
    for period in &year.periods {
        assert!(period.manifest.is_file());
        for line in read_period(period, BillFormat::Cur2) {
            assert_eq!(home[&line.member], period.payer.as_str());
        }
        for credit in &period.credits {
            assert_eq!(home[credit.owner.as_str()], period.payer.as_str());
        }
    }
}

#[test]
fn a_manifest_names_every_file_of_its_delivery() {
    for (format, list) in
        [(BillFormat::Cur2, "dataFiles"), (BillFormat::CurLegacy, "reportKeys"), (BillFormat::Focus12, "dataFiles")]
    {
        let (folder, year) = made(&GeneratorPlan { format, months: 1, ..small() });
        let period = &year.periods[0];
        assert!(period.files.len() > 1, "several chunks");
        let manifest: serde_json::Value =
            serde_json::from_str(&std::fs::read_to_string(&period.manifest).unwrap()).unwrap();
        let named: Vec<_> = manifest[list]
            .as_array()
            .unwrap()
            .iter()
            .map(|key| folder.path().join(key.as_str().unwrap().trim_start_matches("s3://example-billing-bucket/")))
            .collect();
        assert_eq!(named, period.files);
        assert!(named.iter().all(|file| file.is_file()));
    }
}

#[test]
fn the_account_that_leaves_takes_the_rest_of_its_credit_along() {
    let (folder, year) = made(&GeneratorPlan { container: BillContainer::Csv, ..GeneratorPlan::demo().unwrap() });
    let accounts = std::fs::read_to_string(folder.path().join("accounts.csv")).unwrap();
    let leaver = accounts.lines().find(|row| row.ends_with("2025-09-17")).unwrap().split(',').nth(1).unwrap();
    let credit = year.credits.iter().find(|credit| credit.owner.as_str() == leaver).unwrap();
    assert!(credit.applied.is_positive() && credit.applied < credit.face);
}

#[test]
fn impossible_plans_are_refused_before_anything_is_written() {
    let folder = tempfile::tempdir().unwrap();
    for plan in [
        GeneratorPlan { months: 0, ..small() },
        GeneratorPlan { accounts: 0, ..small() },
        GeneratorPlan { payers: Vec::new(), ..small() },
        GeneratorPlan { rows_per_file: 0, ..small() },
    ] {
        assert!(generate(&plan, folder.path()).is_err());
    }
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
}

#[test]
fn the_smallest_plan_works() {
    let plan = GeneratorPlan { accounts: 1, months: 1, credits: 1, rows: 1, ..GeneratorPlan::demo().unwrap() };
    let (_folder, year) = made(&plan);
    assert!(year.periods[0].rows > 0);
    let (_folder, empty) = made(&GeneratorPlan { credits: 0, rows: 0, accounts: 12, months: 4, ..plan });
    assert!(empty.credits.is_empty());
}
