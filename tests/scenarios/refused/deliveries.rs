//! What would count a bill twice.

use super::{office, tells_what_to_do};
use crate::support::*;

fn february() -> Bill {
    bill("2019-02").lines([usage(OWNER, "AmazonEC2", "1.00")])
}

#[test]
fn two_formats_of_one_bill_in_a_call_are_refused() {
    let office = office();
    office.write("a.csv", february().cur2());
    office.write("b.csv", february().legacy());
    tells_what_to_do(&office.refused(&["ingest", "a.csv", "b.csv"], &["a.csv", "b.csv", PAYER, "2019-02", "twice"]));
}

#[test]
fn a_file_and_its_copy_are_refused() {
    let office = office();
    office.write("a.csv", february().cur2());
    office.write("copy of a.csv", february().cur2());
    tells_what_to_do(&office.refused(&["ingest", "a.csv", "copy of a.csv"], &["copy of a.csv", "twice"]));
}

#[test]
fn two_deliveries_of_one_bill_in_a_call_are_refused() {
    let office = office();
    for name in ["first", "second"] {
        office.write(&format!("in/{name}/x-1.csv"), bill("2019-02").lines([usage(OWNER, name, "1.00")]).cur2());
        office.write(
            &format!("in/{name}/manifest.json"),
            cur2_manifest(name, "2019-03-02T00:00:00Z", &[&format!("{name}/x-1.csv")]),
        );
    }
    let outcome =
        office.refused(&["ingest", "in/first/manifest.json", "in/second/manifest.json"], &["first", "second"]);
    tells_what_to_do(&outcome);
}

#[test]
fn a_bill_of_other_providers_alone_is_refused() {
    let office = office();
    let content = february().focus().replace(",AWS,", ",Microsoft,");
    office.write("azure.csv", content);
    tells_what_to_do(&office.refused(&["ingest", "azure.csv"], &["azure.csv", "AWS", "Microsoft"]));
}
