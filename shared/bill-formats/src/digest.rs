//! Digests: of aggregates, of files, and the delivery id made from them.
//!
//! The canonical form of an aggregate is its JSON without the delivery it came in, member after
//! member in order. It begins with a version, so that another form would give other digests.

use domain::{
    ids::{DeliveryId, MemberAccountId, PayerAccountId},
    period::BillingPeriod,
    usage::{ChargeAggregate, CreditLineAggregate, MemberUsage},
};
use money::Currency;
use serde::Serialize;
use sha2::{Digest, Sha256};

const AGGREGATES_FORM: &[u8] = b"usage-aggregates/1\n";
const FILES_FORM: &[u8] = b"delivered-files/1\n";
const DELIVERY_FORM: &[u8] = b"delivery/1\n";

/// Bytes of a delivery id: 128 bits are beyond chance.
const DELIVERY_ID_BYTES: usize = 16;

#[derive(Serialize)]
struct Canonical<'a> {
    payer: &'a PayerAccountId,
    member: &'a MemberAccountId,
    period: BillingPeriod,
    currency: Currency,
    charges: &'a [ChargeAggregate],
    credit_lines: &'a [CreditLineAggregate],
}

/// The digest of one member's aggregates, the delivery left out: what tells whether a later
/// delivery changed them.
pub fn member_digest(usage: &MemberUsage) -> String {
    let mut digest = Sha256::new();
    digest.update(AGGREGATES_FORM);
    update(&mut digest, usage);
    hex::encode(digest.finalize())
}

/// The digest of all members' aggregates, in the order of the members.
pub(crate) fn aggregates_digest(members: &[MemberUsage]) -> String {
    let mut digest = Sha256::new();
    digest.update(AGGREGATES_FORM);
    for usage in members {
        update(&mut digest, usage);
    }
    hex::encode(digest.finalize())
}

fn update(digest: &mut Sha256, usage: &MemberUsage) {
    let canonical = Canonical {
        payer: &usage.payer,
        member: &usage.member,
        period: usage.period,
        currency: usage.currency,
        charges: &usage.charges,
        credit_lines: &usage.credit_lines,
    };
    // These types have string keys and no failing serializer. Should one ever fail, another form of
    // the same content makes the digest differ, which is the safe side.
    digest.update(serde_json::to_vec(&canonical).unwrap_or_else(|_| format!("{usage:?}").into_bytes()));
    digest.update(b"\n");
}

/// The digest over the files' digests, sorted.
pub(crate) fn content_digest<'a>(files: impl Iterator<Item = &'a str>) -> String {
    let mut sorted: Vec<&str> = files.collect();
    sorted.sort_unstable();
    let mut digest = Sha256::new();
    digest.update(FILES_FORM);
    for file in sorted {
        digest.update(file.as_bytes());
        digest.update(b"\n");
    }
    hex::encode(digest.finalize())
}

/// The id of a delivery.
pub(crate) fn delivery_id(payer: &PayerAccountId, period: BillingPeriod, content_digest: &str) -> Option<DeliveryId> {
    let mut digest = Sha256::new();
    digest.update(DELIVERY_FORM);
    digest.update(format!("{payer}\n{period}\n{content_digest}\n"));
    let bytes = digest.finalize();
    // The letter keeps an id of digits and one `e` from looking like a spreadsheet's number.
    DeliveryId::parse(&format!("d-{}", hex::encode(&bytes[..DELIVERY_ID_BYTES]))).ok()
}
