//! `export journal`.

use std::path::Path;

use domain::journal::PostingTemplates;
use exporter::{JournalOptions, write_hledger};
use serde_json::Value;
use service_kit::{Failure, UnitOfWork, codes};

use crate::{args::JournalArgs, outcome::Outcome};

/// Prints the journal, or the accounts that it would be made with.
pub(super) async fn export_journal(unit: &UnitOfWork, args: &JournalArgs) -> Result<Outcome, Failure> {
    let templates = match &args.templates {
        Some(file) => read_templates(file)?,
        None => PostingTemplates::default(),
    };
    if args.show_templates {
        return Outcome::json(&templates);
    }
    let options = JournalOptions { templates, payer: args.payer.clone(), recorded: args.recorded };
    let transactions = exporter::journal(unit.log().as_ref(), &options).await?;
    let mut text = Vec::new();
    write_hledger(&transactions, &mut text).map_err(|cause| Failure::failed(codes::JOURNAL_NOT_WRITTEN, cause))?;
    Ok(Outcome::bytes(text))
}

/// Reads a file of templates, JSON or TOML.
fn read_templates(file: &Path) -> Result<PostingTemplates, Failure> {
    let name = file.file_name().map_or_else(|| file.display().to_string(), |name| name.to_string_lossy().into_owned());
    let refuse = |what: String| Failure::refused(codes::TEMPLATES_REFUSED, format!("{name}: {what}"));
    let text = std::fs::read_to_string(file).map_err(|cause| refuse(format!("reading it failed: {cause}")))?;
    let stated: Value = if text.trim_start().starts_with('{') {
        serde_json::from_str(&text).map_err(|cause| refuse(format!("it is not JSON: {cause}")))?
    } else {
        let table: toml::Table =
            text.parse().map_err(|cause: toml::de::Error| refuse(format!("it is not TOML: {}", cause.message())))?;
        serde_json::to_value(table).map_err(|cause| refuse(cause.to_string()))?
    };
    serde_json::from_value(stated).map_err(|cause| refuse(cause.to_string()))
}
