//! How a payer's month lies on disk: folders, file names and the manifest, as AWS delivers them.
//!
//! Sources: <https://docs.aws.amazon.com/cur/latest/userguide/access-cur-s3.html> (legacy report),
//! <https://docs.aws.amazon.com/cur/latest/userguide/dataexports-export-delivery.html> (Data Exports).

use std::path::{Path, PathBuf};

use domain::period::BillingPeriod;
use serde_json::{Value, json};

use crate::{
    BillContainer, BillFormat, GeneratorFault,
    columns::{Column, column_name, columns},
    csv_file::CsvFile,
    fields::Shape,
    line::BillLine,
    parquet_file::ParquetFile,
    tally::Tally,
};

/// A bill file being written, with the count of what went in.
pub(crate) struct BillFile {
    format: BillFormat,
    layout: Layout,
    pub(crate) tally: Tally,
}

enum Layout {
    Csv(Box<CsvFile>),
    Parquet(Box<ParquetFile>),
}

impl BillFile {
    pub(crate) fn create(path: &Path, format: BillFormat, container: BillContainer) -> Result<Self, GeneratorFault> {
        let layout = match container {
            BillContainer::Parquet => Layout::Parquet(Box::new(ParquetFile::create(path, format)?)),
            BillContainer::Csv | BillContainer::CsvGz => {
                Layout::Csv(Box::new(CsvFile::create(path, format, container)?))
            }
        };
        Ok(Self { format, layout, tally: Tally::default() })
    }

    pub(crate) fn write(&mut self, line: &BillLine<'_>, owner_benefits: bool) -> Result<(), GeneratorFault> {
        if !line.kind.is_written(self.format) {
            return Ok(());
        }
        self.tally.count(line, self.format, owner_benefits)?;
        match &mut self.layout {
            Layout::Csv(file) => file.write(line),
            Layout::Parquet(file) => file.write(line),
        }
    }

    pub(crate) fn finish(self) -> Result<Tally, GeneratorFault> {
        match self.layout {
            Layout::Csv(file) => file.finish()?,
            Layout::Parquet(file) => file.finish()?,
        }
        Ok(self.tally)
    }
}

/// Where a payer's month goes.
#[derive(Debug, Clone)]
pub(crate) struct DeliveryPaths {
    root: PathBuf,
    payer: String,
    period: BillingPeriod,
    format: BillFormat,
    container: BillContainer,
    assembly: String,
}

impl DeliveryPaths {
    pub(crate) fn new(
        root: &Path,
        payer: &str,
        period: BillingPeriod,
        format: BillFormat,
        container: BillContainer,
        assembly: String,
    ) -> Self {
        Self { root: root.to_owned(), payer: payer.to_owned(), period, format, container, assembly }
    }

    /// The name of the report or export.
    fn report(&self) -> &'static str {
        match self.format {
            BillFormat::Cur2 => "cur2-hourly",
            BillFormat::CurLegacy => "cur-hourly",
            BillFormat::Focus12 => "focus-1-2",
        }
    }

    /// Object key of a folder: data, or manifest.
    fn folder_key(&self, manifest: bool) -> String {
        let (payer, report, period) = (&self.payer, self.report(), self.period);
        match self.format {
            BillFormat::CurLegacy => format!("{payer}/{report}/{}/{}", self.date_folder(), self.assembly),
            _ => {
                let part = if manifest { "metadata" } else { "data" };
                format!("{payer}/{report}/{part}/BILLING_PERIOD={period}")
            }
        }
    }

    fn date_folder(&self) -> String {
        let day = |date: chrono::NaiveDate| date.format("%Y%m%d").to_string();
        format!("{}-{}", day(self.period.first_day()), day(self.period.next().first_day()))
    }

    /// The folder to hand to an ingest for this month: it holds the bill files, and for the legacy
    /// report the manifests too.
    pub(crate) fn delivery_folder(&self) -> PathBuf {
        match self.format {
            BillFormat::CurLegacy => self.root.join(&self.payer).join(self.report()).join(self.date_folder()),
            _ => self.root.join(self.folder_key(false)),
        }
    }

    fn file_key(&self, nth: usize) -> String {
        let (folder, report, extension) = (self.folder_key(false), self.report(), self.container.extension());
        match self.format {
            BillFormat::CurLegacy => format!("{folder}/{report}-{nth}.{extension}"),
            _ => format!("{folder}/{report}-{nth:05}.{extension}"),
        }
    }

    /// The path of the `nth` bill file, from 1 on.
    pub(crate) fn file(&self, nth: usize) -> PathBuf {
        self.root.join(self.file_key(nth))
    }

    /// The manifest, and a second place for it: the legacy report keeps one a delivery and one a
    /// month that the next delivery overwrites.
    pub(crate) fn manifests(&self) -> (PathBuf, Option<PathBuf>) {
        let name = format!("{}-Manifest.json", self.report());
        let kept = self.root.join(self.folder_key(true)).join(&name);
        let current = (self.format == BillFormat::CurLegacy).then(|| self.delivery_folder().join(&name));
        (kept, current)
    }

    pub(crate) fn make_folders(&self) -> Result<(), GeneratorFault> {
        for manifest in [false, true] {
            let folder = self.root.join(self.folder_key(manifest));
            std::fs::create_dir_all(&folder).map_err(|source| GeneratorFault::write(&folder, source))?;
        }
        Ok(())
    }

    /// Writes the manifest for so many files; last of all, as AWS does.
    pub(crate) fn write_manifest(&self, files: usize) -> Result<PathBuf, GeneratorFault> {
        let keys: Vec<String> = (1..=files).map(|nth| self.file_key(nth)).collect();
        let manifest = match self.format {
            BillFormat::CurLegacy => self.legacy_manifest(keys),
            _ => self.export_manifest(&keys),
        };
        let text = format!("{manifest:#}\n");
        let (kept, current) = self.manifests();
        for path in std::iter::once(&kept).chain(&current) {
            std::fs::write(path, &text).map_err(|source| GeneratorFault::write(path, source))?;
        }
        Ok(kept)
    }

    fn legacy_manifest(&self, report_keys: Vec<String>) -> Value {
        let moment = |date: chrono::NaiveDate| format!("{}T000000.000Z", date.format("%Y%m%d"));
        let column = |column: &Column| {
            let (category, name) = column.name.split_once('/').unwrap_or(("", column.name));
            json!({ "category": category, "name": name, "type": manifest_type(column) })
        };
        json!({
            "assemblyId": self.assembly,
            "account": self.payer,
            "columns": columns(self.format).iter().map(column).collect::<Vec<_>>(),
            "charset": "UTF-8",
            "compression": self.compression(),
            "contentType": self.content_type(),
            "reportId": format!("{}-{}", self.report(), self.payer),
            "reportName": self.report(),
            "billingPeriod": {
                "start": moment(self.period.first_day()),
                "end": moment(self.period.next().first_day()),
            },
            "bucket": "example-billing-bucket",
            "reportKeys": report_keys,
            "additionalArtifactKeys": [],
        })
    }

    fn export_manifest(&self, keys: &[String]) -> Value {
        let moment = |date: chrono::NaiveDate| format!("{date}T00:00:00.000Z");
        let column = |column: &Column| {
            json!({
                "name": column_name(column, self.format, self.container),
                "type": manifest_type(column),
            })
        };
        json!({
            "executionId": self.assembly,
            "account": self.payer,
            "exportName": self.report(),
            "exportArn": format!("arn:aws:bcm-data-exports:us-east-1:{}:export/{}", self.payer, self.report()),
            "billingPeriod": {
                "start": moment(self.period.first_day()),
                "end": moment(self.period.next().first_day()),
            },
            "charset": "UTF-8",
            "compression": self.compression(),
            "contentType": self.content_type(),
            "columns": columns(self.format).iter().map(column).collect::<Vec<_>>(),
            "dataFiles": keys.iter().map(|key| format!("s3://example-billing-bucket/{key}")).collect::<Vec<_>>(),
        })
    }

    fn compression(&self) -> &'static str {
        match self.container {
            BillContainer::CsvGz => "GZIP",
            BillContainer::Csv => "NONE",
            BillContainer::Parquet => "PARQUET",
        }
    }

    fn content_type(&self) -> &'static str {
        if self.container == BillContainer::Parquet { "Parquet" } else { "text/csv" }
    }
}

fn manifest_type(column: &Column) -> &'static str {
    match column.field.shape() {
        Shape::Text => "OptionalString",
        Shape::Double => "OptionalBigDecimal",
        Shape::Time => "DateTime",
        Shape::TextMap | Shape::AmountMap => "KeyValueMap",
    }
}
