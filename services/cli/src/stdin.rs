//! Stdin as an input file.

use serde_json::Value;
use service_kit::Failure;

use crate::{
    call::Call,
    input::{command_of, values_of},
};

/// The word that stands for stdin where a file is named.
const STDIN: &str = "-";

/// Stdin as a file, for as long as the command runs, where `-` names an input file.
///
/// # Errors
/// [`Failure`] where it cannot be read or kept.
pub(crate) fn with_stdin(call: Call) -> Result<(Call, Option<tempfile::TempDir>), Failure> {
    let Ok(mut values) = values_of(call.entry.name, &call.command) else { return Ok((call, None)) };
    let from_stdin = |value: &Value| value.as_str() == Some(STDIN);
    let named: Vec<&str> = call
        .entry
        .files
        .iter()
        .copied()
        .filter(|option| match values.get(*option) {
            Some(Value::Array(paths)) => paths.iter().any(from_stdin),
            Some(path) => from_stdin(path),
            None => false,
        })
        .collect();
    if named.is_empty() {
        return Ok((call, None));
    }
    let failed = |cause: std::io::Error| Failure::failed("CM0103", format!("keeping stdin failed: {cause}"));
    let folder = tempfile::tempdir().map_err(failed)?;
    let path = folder.path().join("stdin");
    let mut file = std::fs::File::create(&path).map_err(failed)?;
    std::io::copy(&mut std::io::stdin().lock(), &mut file).map_err(failed)?;
    let path = Value::String(path.to_string_lossy().into_owned());
    for option in named {
        match values.get_mut(option) {
            Some(Value::Array(paths)) => {
                paths.iter_mut().filter(|one| from_stdin(one)).for_each(|one| one.clone_from(&path));
            }
            Some(one) => *one = path.clone(),
            None => {}
        }
    }
    let command = command_of(call.entry.name, values).map_err(|cause| Failure::failed("CM0110", cause))?;
    Ok((Call { command, ..call }, Some(folder)))
}
