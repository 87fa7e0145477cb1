//! How bills are packed on their way: gzip, zip, and the manifests of both kinds of export.

use std::io::Write;

use flate2::{Compression, write::GzEncoder};

/// As gzip.
pub(crate) fn gzip(content: &str) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(content.as_bytes()).unwrap();
    encoder.finish().unwrap()
}

/// As a zip archive with one file.
pub(crate) fn zip(name: &str, content: &str) -> Vec<u8> {
    let mut archive = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    archive.start_file(name, zip::write::SimpleFileOptions::default()).unwrap();
    archive.write_all(content.as_bytes()).unwrap();
    archive.finish().unwrap().into_inner()
}

/// The manifest of a legacy report.
pub(crate) fn legacy_manifest(assembly: &str, month: (&str, &str), chunks: &[&str]) -> String {
    let (start, end) = month;
    let day = |month: &str| format!("{}01T000000.000Z", month.replace('-', ""));
    serde_json::json!({
        "assemblyId": assembly,
        "billingPeriod": { "start": day(start), "end": day(end) },
        "reportName": "bill",
        "reportKeys": chunks,
    })
    .to_string()
}

/// The manifest of a data export.
pub(crate) fn cur2_manifest(execution: &str, created: &str, chunks: &[&str]) -> String {
    serde_json::json!({ "executionId": execution, "createdAt": created, "dataFiles": chunks }).to_string()
}
