//! What a bill has besides usage: fees, commitments, Marketplace, refunds, discounts, Free Tier.

use crate::{
    catalogue::{
        DOMAIN_FEE, MARKETPLACE, MarketplaceOffer, RESERVED_M6I, SAVINGS_PLAN_HOUR, SUPPORT_FEE, Service, Sku,
        WORKLOADS,
    },
    commitments::{hourly_commitment, reserved_count},
    line::{Bill, LineKind},
    roster::Member,
    seeded::Seeded,
    series::{Series, ServiceCharge},
    ticks::{CENT, UNIT},
};

/// What an extra line is for.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Subject {
    /// An AWS SKU.
    Sku(&'static Sku),
    /// A service as a whole.
    Service(&'static Service),
    /// A Marketplace product.
    Offer(&'static MarketplaceOffer),
}

/// A few lines (one, or one a day) that are not metered usage.
#[derive(Debug)]
pub(crate) struct Extra {
    pub(crate) kind: LineKind,
    pub(crate) subject: Subject,
    pub(crate) bill: Bill<'static>,
    pub(crate) description: String,
    /// Ticks of all its lines, signed.
    pub(crate) cost: i64,
    /// Lines; the cost divides by it.
    pub(crate) lines: u32,
}

impl Extra {
    fn one(kind: LineKind, subject: Subject, bill: Bill<'static>, description: String, cost: i64) -> Self {
        Self { kind, subject, bill, description, cost, lines: 1 }
    }

    pub(crate) fn product_code(&self) -> &'static str {
        match self.subject {
            Subject::Sku(sku) => sku.service.code,
            Subject::Service(service) => service.code,
            Subject::Offer(offer) => offer.product_code,
        }
    }

    /// Whether promotional credits may pay it: recurring fees of commitments they may; upfront
    /// fees, Marketplace, Enterprise Support and domains they may not. Discounts and Free Tier
    /// lower what they may pay. Source: <https://aws.amazon.com/awscredits/>
    pub(crate) fn eligible(&self) -> bool {
        matches!(
            self.kind,
            LineKind::RiFee
                | LineKind::SavingsPlanRecurringFee
                | LineKind::SppDiscount
                | LineKind::EdpDiscount
                | LineKind::Credit
        )
    }
}

/// Everything but discounts and Free Tier, which depend on it.
pub(crate) fn before_discounts(
    member: &Member,
    series: &[Series],
    spend: i64,
    present: i64,
    month: u64,
    seeded: &mut Seeded,
) -> Vec<Extra> {
    let habits = &member.habits;
    let mut extras = Vec::new();
    if habits.reserved_instances {
        extras.extend(reservation(member, present, month));
    }
    if habits.savings_plan {
        let days = (present / 24).max(1);
        extras.push(Extra {
            lines: days as u32,
            ..Extra::one(
                LineKind::SavingsPlanRecurringFee,
                Subject::Sku(&SAVINGS_PLAN_HOUR),
                Bill::Monthly,
                SAVINGS_PLAN_HOUR.wording.to_owned(),
                hourly_commitment(member) * 24 * days,
            )
        });
    }
    if habits.enterprise_support {
        let fee = (spend / 10 / CENT * CENT).max(1_500 * UNIT);
        let description = "AWS Enterprise Support: 10% of monthly AWS usage".to_owned();
        extras.push(Extra::one(LineKind::Fee, Subject::Sku(&SUPPORT_FEE), Bill::Monthly, description, fee));
    }
    if habits.marketplace {
        extras.push(marketplace(spend, seeded));
    }
    if habits.domains && seeded.chance(250) {
        let description = "$14.00 per renewal of a .com domain".to_owned();
        extras.push(Extra::one(LineKind::Fee, Subject::Sku(&DOMAIN_FEE), Bill::Monthly, description, 14 * UNIT));
    }
    // AWS gives a little back on about one account in a hundred each month.
    if month > 0
        && seeded.chance(12)
        && let Some(largest) = series.iter().max_by_key(|one| one.cost())
    {
        let back = largest.cost() / 40 / CENT * CENT;
        if back > 0 {
            let description = format!("Refund for {} charges of the previous month", largest.sku.service.name);
            extras.push(Extra::one(LineKind::Refund, Subject::Sku(largest.sku), Bill::Refund, description, -back));
        }
    }
    extras
}

fn reservation(member: &Member, present: i64, month: u64) -> Vec<Extra> {
    let instances = reserved_count(member);
    // 0.0605 an hour and instance.
    let monthly = instances * present * RESERVED_M6I.rate * (UNIT / 10_000);
    let mut extras = vec![Extra::one(
        LineKind::RiFee,
        Subject::Sku(&RESERVED_M6I),
        Bill::Monthly,
        format!("$0.0605 {}", RESERVED_M6I.wording),
        monthly,
    )];
    // Bought in the second month, partly upfront.
    if month == 1 {
        let description =
            format!("Sign up charge for {instances} reserved m6i.large instances, 1 year, Partial Upfront");
        let upfront = instances * 265 * UNIT;
        extras.push(Extra::one(LineKind::Fee, Subject::Sku(&RESERVED_M6I), Bill::Purchase, description, upfront));
    }
    extras
}

fn marketplace(spend: i64, seeded: &mut Seeded) -> Extra {
    let offer = seeded.pick(&MARKETPLACE);
    let cost = (spend / 20 / CENT * CENT).max(49 * UNIT);
    let description = format!("{}, monthly subscription", offer.product_name);
    Extra::one(LineKind::Usage, Subject::Offer(offer), Bill::Marketplace { seller: offer.seller }, description, cost)
}

/// Discounts are stated to the sixth decimal.
const DISCOUNT_STEP: i64 = UNIT / 1_000_000;

/// The distributor's own discount on every service, and one customer's private pricing.
///
/// Source: rates as partners report them for the Solution Provider Program; lines as
/// <https://docs.aws.amazon.com/cur/latest/userguide/dc-discount-details.html> names them.
pub(crate) fn discounts(member: &Member, charges: &[ServiceCharge]) -> Vec<Extra> {
    let per_cent = |kind, rate: i64, wording: &str| {
        charges
            .iter()
            .filter(|charge| charge.eligible && charge.amount > 0)
            .filter_map(|charge| {
                let cost = charge.amount / 100 * rate / DISCOUNT_STEP * DISCOUNT_STEP;
                let service = service_of(charge.product.as_str())?;
                let description = format!("{wording} for {}", service.code);
                (cost > 0).then(|| Extra::one(kind, Subject::Service(service), Bill::Monthly, description, -cost))
            })
            .collect::<Vec<_>>()
    };
    let mut lines = per_cent(LineKind::SppDiscount, 3, "Solution Provider Program Discount");
    if member.habits.private_pricing {
        lines.extend(per_cent(LineKind::EdpDiscount, 5, "Enterprise Discount Program Discount"));
    }
    lines
}

/// The service that the catalogue sells under a code.
pub(crate) fn service_of(code: &str) -> Option<&'static Service> {
    let metered = WORKLOADS.iter().flat_map(|workload| workload.iter()).map(|(sku, _)| sku.service);
    metered.chain([SAVINGS_PLAN_HOUR.service, SUPPORT_FEE.service, DOMAIN_FEE.service]).find(|known| known.code == code)
}

/// What AWS's Free Tier takes off the smallest accounts: credit lines that are no promotional
/// credit. A real export describes them as `AWS Free Tier` on storage, functions and logs.
pub(crate) fn free_tier(member: &Member, series: &[Series], seeded: &mut Seeded) -> Vec<Extra> {
    const SERVICES: [&str; 3] = ["AmazonS3", "AWSLambda", "AmazonCloudWatch"];
    if !member.habits.free_tier {
        return Vec::new();
    }
    let mut lines = Vec::new();
    for one in series.iter().filter(|one| one.kind == LineKind::Usage && SERVICES.contains(&one.sku.service.code)) {
        let days = one.lines.clamp(1, 5);
        let a_day = (one.cost() / 8).min(seeded.between(1, 60) * CENT + seeded.between(0, 999_999)) / i64::from(days);
        if a_day > 0 {
            lines.push(Extra {
                lines: days,
                ..Extra::one(
                    LineKind::Credit,
                    Subject::Sku(one.sku),
                    Bill::Monthly,
                    "AWS Free Tier".to_owned(),
                    -a_day * i64::from(days),
                )
            });
        }
    }
    lines
}
