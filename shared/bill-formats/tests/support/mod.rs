//! Small bills written by the tests themselves, in every format and packing.
// Each test program uses a part of it, and a fixture that cannot be written is a failed test.
#![allow(dead_code, unreachable_pub, clippy::unwrap_used)]

use std::{
    fs::{self, File},
    io::Write,
    path::{Path, PathBuf},
    sync::Arc,
};

use arrow::{
    array::{ArrayRef, Decimal128Array, Float64Array, Int64Array, RecordBatch, StringArray, TimestampMillisecondArray},
    datatypes::{DataType, Field, Schema, TimeUnit},
};
use bill_formats::{BillReading, DeliveryReading, NoProgress, ReadFault, ReadOptions, read_deliveries};
use parquet::{arrow::ArrowWriter, file::properties::WriterProperties};

pub const PAYER: &str = "999988887777";

/// A line of a bill.
#[derive(Debug, Clone)]
pub struct Line {
    pub payer: String,
    pub member: String,
    pub period: String,
    pub line_type: String,
    pub cost: String,
    pub currency: String,
    pub product: String,
    pub description: String,
    pub region: String,
    pub invoice: String,
}

impl Line {
    pub fn new(member: &str, line_type: &str, product: &str, cost: &str) -> Self {
        let own = str::to_owned;
        Self {
            payer: own(PAYER),
            member: own(member),
            period: own("2026-04-01T00:00:00.000Z"),
            line_type: own(line_type),
            cost: own(cost),
            currency: own("USD"),
            product: own(product),
            description: format!("{product} of {member}"),
            region: own("us-east-1"),
            invoice: String::new(),
        }
    }

    pub fn values(&self) -> [&str; 10] {
        [
            &self.payer,
            &self.member,
            &self.period,
            &self.line_type,
            &self.cost,
            &self.currency,
            &self.product,
            &self.description,
            &self.region,
            &self.invoice,
        ]
    }
}

pub const CUR2: [&str; 10] = [
    "bill_payer_account_id",
    "line_item_usage_account_id",
    "bill_billing_period_start_date",
    "line_item_line_item_type",
    "line_item_unblended_cost",
    "line_item_currency_code",
    "line_item_product_code",
    "line_item_line_item_description",
    "product_region_code",
    "bill_invoice_id",
];

pub const LEGACY: [&str; 10] = [
    "bill/PayerAccountId",
    "lineItem/UsageAccountId",
    "bill/BillingPeriodStartDate",
    "lineItem/LineItemType",
    "lineItem/UnblendedCost",
    "lineItem/CurrencyCode",
    "lineItem/ProductCode",
    "lineItem/LineItemDescription",
    "product/regionCode",
    "bill/InvoiceId",
];

pub const FOCUS: [&str; 10] = [
    "BillingAccountId",
    "SubAccountId",
    "BillingPeriodStart",
    "ChargeCategory",
    "BilledCost",
    "BillingCurrency",
    "ServiceName",
    "ChargeDescription",
    "RegionId",
    "InvoiceId",
];

/// A month that has a bit of everything.
pub fn sample() -> Vec<Line> {
    vec![
        Line::new("111111111111", "Usage", "AmazonEC2", "12.3456789012"),
        Line::new("111111111111", "Usage", "AmazonEC2", "1.0E-10"),
        Line::new("111111111111", "Credit", "AmazonEC2", "-2.5"),
        Line::new("222222222222", "Usage", "AmazonS3", "0.1"),
        Line::new("222222222222", "Usage", "AmazonS3", "0.2"),
        Line::new("222222222222", "Tax", "AmazonS3", "0.03"),
        Line {
            description: "a \"quoted\", long\nline".to_owned(),
            ..Line::new("222222222222", "Credit", "AmazonS3", "-0.1")
        },
        Line::new("000000000042", "SomethingNew", "AmazonS3", "7"),
    ]
}

pub fn csv(header: &[&str], lines: &[Line]) -> String {
    let mut text = header.join(",") + "\n";
    for line in lines {
        let values: Vec<String> = line.values().iter().map(|value| quoted(value)).collect();
        text.push_str(&values.join(","));
        text.push('\n');
    }
    text
}

pub fn quoted(value: &str) -> String {
    if value.contains([',', '"', '\n', '\r']) {
        format!("\"{}\"", value.replace('"', "\"\""))
    } else {
        value.to_owned()
    }
}

pub fn gzip(text: &str) -> Vec<u8> {
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    packed.write_all(text.as_bytes()).unwrap();
    packed.finish().unwrap()
}

pub fn zip_of(files: &[(&str, &str)]) -> Vec<u8> {
    let mut archive = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (name, text) in files {
        archive.start_file(*name, zip::write::SimpleFileOptions::default()).unwrap();
        archive.write_all(text.as_bytes()).unwrap();
    }
    archive.finish().unwrap().into_inner()
}

/// How Parquet states amounts and dates.
#[derive(Debug, Clone, Copy)]
pub enum Typed {
    Texts,
    Doubles,
    Decimals,
}

pub fn parquet(path: &Path, header: &[&str], lines: &[Line], typed: Typed) {
    let texts =
        |at: usize| -> ArrayRef { Arc::new(StringArray::from_iter_values(lines.iter().map(|line| line.values()[at]))) };
    let mut fields = Vec::new();
    let mut arrays: Vec<ArrayRef> = Vec::new();
    for (at, name) in header.iter().enumerate() {
        let array: ArrayRef = match (at, typed) {
            (4, Typed::Doubles) => {
                Arc::new(Float64Array::from_iter_values(lines.iter().map(|line| line.cost.parse::<f64>().unwrap())))
            }
            (4, Typed::Decimals) => {
                let units = lines.iter().map(|line| {
                    let (mantissa, scale) = line.cost.parse::<money::Exact>().unwrap().to_parts();
                    mantissa * 10i128.pow(12 - scale)
                });
                Arc::new(Decimal128Array::from_iter_values(units).with_precision_and_scale(38, 12).unwrap())
            }
            (2, Typed::Doubles | Typed::Decimals) => {
                let at = |line: &Line| chrono::DateTime::parse_from_rfc3339(&line.period).unwrap().timestamp_millis();
                Arc::new(TimestampMillisecondArray::from_iter_values(lines.iter().map(at)))
            }
            (0, Typed::Decimals) => {
                Arc::new(Int64Array::from_iter_values(lines.iter().map(|line| line.payer.parse::<i64>().unwrap())))
            }
            _ => texts(at),
        };
        fields.push(Field::new(*name, array.data_type().clone(), true));
        arrays.push(array);
    }
    assert_eq!(DataType::Timestamp(TimeUnit::Millisecond, None).to_string(), "Timestamp(ms)");
    write_parquet(path, fields, arrays, 3);
}

pub fn write_parquet(path: &Path, fields: Vec<Field>, arrays: Vec<ArrayRef>, rows_a_group: usize) {
    let schema = Arc::new(Schema::new(fields));
    let properties = WriterProperties::builder().set_max_row_group_row_count(Some(rows_a_group)).build();
    let mut writer = ArrowWriter::try_new(File::create(path).unwrap(), schema.clone(), Some(properties)).unwrap();
    writer.write(&RecordBatch::try_new(schema, arrays).unwrap()).unwrap();
    writer.close().unwrap();
}

/// A folder of its own for each test.
pub struct Folder(tempfile::TempDir);

impl Folder {
    pub fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    pub fn path(&self, name: &str) -> PathBuf {
        let path = self.0.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        path
    }

    pub fn write(&self, name: &str, content: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path(name);
        fs::write(&path, content).unwrap();
        path
    }

    pub fn root(&self) -> PathBuf {
        self.0.path().to_owned()
    }
}

pub fn read(paths: &[PathBuf]) -> Result<BillReading, ReadFault> {
    read_deliveries(paths, &ReadOptions::default(), &NoProgress)
}

/// The one delivery of a read.
pub fn read_one(paths: &[PathBuf]) -> DeliveryReading {
    let mut reading = read(paths).unwrap();
    assert_eq!(reading.deliveries.len(), 1);
    reading.deliveries.remove(0)
}

/// `type rows amount` of each control total.
pub fn totals(delivery: &DeliveryReading) -> Vec<String> {
    delivery.by_type.iter().map(|total| format!("{} {} {}", total.line_type, total.rows, total.amount)).collect()
}

/// The sentence that a read is refused with.
pub fn refusal(paths: &[PathBuf]) -> String {
    read(paths).unwrap_err().to_string()
}
