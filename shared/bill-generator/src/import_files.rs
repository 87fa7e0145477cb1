//! `accounts.csv` and `credits.csv`, in the columns that the imports take.

use std::path::Path;

use crate::{GeneratorFault, scatter::Simulation, ticks::CENT};

const ACCOUNT_COLUMNS: [&str; 6] = ["payer_account_id", "member_account_id", "customer", "po_number", "from", "to"];

const CREDIT_COLUMNS: [&str; 13] = [
    "credit_id",
    "payer_account_id",
    "owner_account_id",
    "description",
    "program",
    "currency",
    "face_amount",
    "start_date",
    "end_date",
    "services",
    "excluded_services",
    "regions",
    "covers_tax",
];

pub(crate) fn write_accounts(simulation: &Simulation, path: &Path) -> Result<(), GeneratorFault> {
    let rows = simulation.roster.members.iter().flat_map(|member| {
        member.assignments.iter().map(|assignment| {
            [
                simulation.plan.payers[member.payer].to_string(),
                member.id.to_string(),
                simulation.roster.customers[member.customer].name.clone(),
                assignment.po_number.clone(),
                assignment.from.to_string(),
                assignment.to.map(|to| to.to_string()).unwrap_or_default(),
            ]
        })
    });
    write(path, &ACCOUNT_COLUMNS, rows)
}

pub(crate) fn write_credits(simulation: &Simulation, path: &Path) -> Result<(), GeneratorFault> {
    let rows = simulation.grants.iter().map(|grant| {
        let cents = grant.face / CENT;
        let services: Vec<&str> = grant.services.iter().map(|service| service.as_str()).collect();
        [
            grant.id.to_string(),
            simulation.plan.payers[grant.payer].to_string(),
            simulation.roster.members[grant.owner].id.to_string(),
            grant.description.clone(),
            grant.program.to_owned(),
            "USD".to_owned(),
            format!("{}.{:02}", cents / 100, cents % 100),
            grant.start_date.to_string(),
            grant.end_date.to_string(),
            services.join(";"),
            String::new(),
            String::new(),
            "no".to_owned(),
        ]
    });
    write(path, &CREDIT_COLUMNS, rows)
}

fn write<const N: usize>(
    path: &Path,
    header: &[&str; N],
    rows: impl Iterator<Item = [String; N]>,
) -> Result<(), GeneratorFault> {
    let refuse = |source: csv::Error| GeneratorFault::write(path, source);
    let mut writer = csv::Writer::from_path(path).map_err(refuse)?;
    writer.write_record(header).map_err(refuse)?;
    for row in rows {
        writer.write_record(&row).map_err(refuse)?;
    }
    writer.flush().map_err(|source| GeneratorFault::write(path, source))
}
