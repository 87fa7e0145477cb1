//! Files of policies, as `policy adopt` and `what-if` take them.

use std::path::Path;

use bill_formats::input_file::read_import;
use domain::policy::{BadPolicy, Policies, StatedPolicies};
use serde_json::Value;
use service_kit::{Failure, codes};

/// The policies of a file over others, refused as `policy adopt` refuses them.
pub(crate) fn policies_of(file: &Path, base: &Policies) -> Result<Policies, Failure> {
    let policies = stated_in(file)?.over(base);
    policies.map_err(|bad| refused(file, &bad))
}

/// A policy that cannot be one, in a file.
fn refused(file: &Path, bad: &BadPolicy) -> Failure {
    match bad {
        BadPolicy::OutOfRange(what) => Failure::refused(codes::POLICY_FIGURE_REFUSED, what.as_str()),
        BadPolicy::Unknown { .. } | BadPolicy::Unreadable(_) => {
            Failure::refused(codes::POLICY_FILE_REFUSED, format!("{}: {bad}", file.display()))
        }
    }
}

/// What a policy file states: JSON or TOML, told by its content.
pub(crate) fn stated_in(file: &Path) -> Result<StatedPolicies, Failure> {
    let name = file.display();
    let refuse = |what: String| Failure::refused(codes::POLICY_FILE_REFUSED, format!("{name}: {what}"));
    let bytes = read_import(file).map_err(|fault| Failure::refused(codes::POLICY_FILE_REFUSED, fault))?;
    let text = String::from_utf8(bytes).map_err(|_| refuse("it is not UTF-8 text: save it as UTF-8".into()))?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(&text);
    let stated: Value = if text.trim_start().starts_with('{') {
        serde_json::from_str(text).map_err(|cause| {
            refuse(format!("line {} column {}: it is not JSON: {cause}", cause.line(), cause.column()))
        })?
    } else {
        let table: toml::Table =
            text.parse().map_err(|cause: toml::de::Error| refuse(format!("it is not TOML: {}", cause.message())))?;
        serde_json::to_value(table).map_err(|cause| refuse(cause.to_string()))?
    };
    let Value::Object(stated) = stated else { return Err(refuse("it is no object of policies".into())) };
    let stated = StatedPolicies::from(stated);
    // What it says is read at once, so that the refusal names the file.
    stated.over(&Policies::default()).map_err(|bad| refused(file, &bad))?;
    Ok(stated)
}
