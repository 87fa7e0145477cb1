//! `statement`.

use service_kit::{BackOffice, Failure};

use crate::{
    args::{Global, OutputFormat, StatementArgs, StatementFormat},
    output,
    render::statement_text,
};

/// Prints a member's statement as it was recorded.
pub(crate) fn statement(global: &Global, office: &BackOffice, args: &StatementArgs) -> Result<(), Failure> {
    let payers = match &args.payer {
        Some(payer) => vec![payer.clone()],
        None => office.model.payers()?,
    };
    let mut found = Vec::new();
    for payer in &payers {
        found.extend(office.model.statement(payer, &args.account, args.period)?);
    }
    let statement = match found.as_slice() {
        [one] => &one.statement,
        [] => {
            return Err(Failure::failed(
                "CM0122",
                format!("account {} has no statement for {}: bill the period first", args.account, args.period),
            ));
        }
        _ => {
            return Err(Failure::usage(
                "CM0206",
                format!("account {} has statements of several payers for {}: say --payer", args.account, args.period),
            ));
        }
    };
    let json =
        args.format == Some(StatementFormat::Json) || (args.format.is_none() && global.output == OutputFormat::Json);
    match (json, args.format, global.output) {
        (true, _, _) => output::print_object(OutputFormat::Json, statement),
        (false, None, OutputFormat::Csv) => output::print_rows(OutputFormat::Csv, std::slice::from_ref(statement), &[]),
        _ => output::print_text(&statement_text(statement)),
    }
}
