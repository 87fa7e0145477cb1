//! Codes and names on a line that come from a hash: SKUs, line ids, resources, commitments.

use crate::{
    catalogue::{Region, Sku},
    roster::Member,
    seeded::{Purpose, Seeded},
    ticks,
};

const UPPER: &[u8] = b"ABCDEFGHJKMNPQRSTUVWXYZ23456789";
const BASE32: &[u8] = b"abcdefghijklmnopqrstuvwxyz234567";
const HEX: &[u8] = b"0123456789abcdef";

fn code(seeded: &mut Seeded, letters: &[u8], length: usize) -> String {
    (0..length).map(|_| char::from(*seeded.pick(letters))).collect()
}

/// The texts that all lines of a series share.
#[derive(Debug, Default)]
pub(crate) struct SeriesLabels {
    pub(crate) usage_type: String,
    pub(crate) rate: String,
    pub(crate) sku: String,
    pub(crate) line_item_id: String,
    pub(crate) description: String,
    pub(crate) environment: String,
}

impl SeriesLabels {
    pub(crate) fn of(member: &Member, at: usize, nth: usize, sku: &Sku, region: &Region) -> Self {
        let usage_type = format!("{}{}", region.prefix, sku.usage_type);
        // AWS's SKU of a priced thing is the same for every account.
        let letters: Vec<u64> = usage_type.bytes().chain(sku.service.code.bytes()).map(u64::from).collect();
        let mut rate = Vec::new();
        ticks::push_fixed(&mut rate, sku.rate * 10i64.pow(10 - sku.rate_scale), 10);
        let rate = String::from_utf8_lossy(&rate).into_owned();
        let price = rate.trim_end_matches('0').trim_end_matches('.');
        Self {
            sku: code(&mut Seeded::keyed(0, Purpose::Delivery, &letters), UPPER, 16),
            // Line ids repeat over the hours of a resource, as in real reports.
            line_item_id: code(&mut Seeded::keyed(at as u64, Purpose::Delivery, &[nth as u64]), BASE32, 52),
            description: format!("${price} {}", sku.wording),
            environment: member.name.split('-').nth(1).unwrap_or("shared").to_owned(),
            usage_type,
            rate,
        }
    }
}

/// The resources behind a series.
pub(crate) fn resources(member: &Member, at: usize, nth: usize, sku: &Sku, region: &Region, count: u32) -> Vec<String> {
    (0..count)
        .map(|which| {
            let mut seeded = Seeded::keyed(at as u64, Purpose::Lines, &[nth as u64, u64::from(which)]);
            let tail = code(&mut seeded, HEX, 12);
            match sku.family {
                "Compute Instance" => format!("i-0{tail}{:04x}", seeded.below(0x10000)),
                "Data Transfer" => format!("i-0{tail}{:04x}", seeded.below(0x10000)),
                _ => {
                    let service =
                        sku.service.code.trim_start_matches("Amazon").trim_start_matches("AWS").to_lowercase();
                    format!("arn:aws:{service}:{}:{}:{}-{tail}", region.code, member.id, member.name)
                }
            }
        })
        .collect()
}

/// The reservation or Savings Plan of an account.
pub(crate) fn commitment(member: &Member, at: usize, savings_plan: bool) -> String {
    let id = uuid(&mut Seeded::keyed(at as u64, Purpose::Roster, &[u64::from(savings_plan)]));
    match savings_plan {
        true => format!("arn:aws:savingsplans::{}:savingsplan/{id}", member.id),
        false => format!("arn:aws:ec2:{}:{}:reserved-instances/{id}", member.home.code, member.id),
    }
}

/// An id in the form of a UUID.
pub(crate) fn uuid(seeded: &mut Seeded) -> String {
    let parts = [8, 4, 4, 4, 12].map(|length| code(seeded, HEX, length));
    parts.join("-")
}
