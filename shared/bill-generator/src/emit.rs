//! The lines of one member's month, one after the other.
//!
//! Usage first, each series followed by the credit lines that pay for it, then fees, refunds and
//! discounts, then tax on what is left. Credit lines are itemised as AWS's own: per SKU, region and
//! hour, negative, quantity 0, on the account that benefits, with the owner named at the end of the
//! description where that is another account.

use std::collections::{BTreeMap, VecDeque};

use crate::{
    GeneratorFault,
    catalogue::Sku,
    delivery::BillFile,
    extras::{Extra, Subject, service_of},
    itemise::{CreditItem, Itemiser, Share, Shares},
    labels::{SeriesLabels, commitment, resources},
    line::{Bill, BillLine, Item, LineKind, Sheet},
    member_month::MemberMonth,
    roster::Member,
    scatter::{Landing, Simulation},
    seeded::{Purpose, Seeded},
    series::Series,
    ticks::CENT,
};

/// Writes a member's month.
pub(crate) struct MemberBill<'a> {
    pub(crate) simulation: &'a Simulation,
    pub(crate) sheet: &'a Sheet<'a>,
    pub(crate) month: usize,
    /// Place of the member.
    pub(crate) at: usize,
}

/// Texts of a line that has little to say.
const PLAIN: SeriesText<'static> = SeriesText { resource: "", tax_type: "", bill: Bill::Monthly, credit: None };

#[derive(Clone, Copy)]
struct SeriesText<'a> {
    resource: &'a str,
    tax_type: &'a str,
    bill: Bill<'a>,
    credit: Option<usize>,
}

/// When, how much, how dear.
#[derive(Clone, Copy)]
struct Measure {
    start: u32,
    end: u32,
    quantity: i64,
    quantity_scale: u32,
    cost: i64,
}

impl MemberBill<'_> {
    fn member(&self) -> &Member {
        &self.simulation.roster.members[self.at]
    }

    pub(crate) fn write(
        &self,
        member_month: &MemberMonth,
        landings: &[Landing],
        file: &mut BillFile,
    ) -> Result<(), GeneratorFault> {
        let mut shares = Shares::of(member_month, landings);
        for (nth, series) in member_month.series.iter().enumerate() {
            let shares = std::mem::take(&mut shares.series[nth]);
            self.series(member_month, nth, series, shares, file)?;
        }
        for (nth, extra) in member_month.extras.iter().enumerate() {
            let shares = std::mem::take(&mut shares.extras[nth]);
            self.extra(member_month, nth, extra, shares, file)?;
        }
        self.tax(member_month, landings, file)
    }

    fn series(
        &self,
        month: &MemberMonth,
        nth: usize,
        series: &Series,
        shares: VecDeque<Share>,
        file: &mut BillFile,
    ) -> Result<(), GeneratorFault> {
        let (member, sku, region) = (self.member(), series.sku, series.region);
        let labels = SeriesLabels::of(member, self.at, nth, sku, region);
        let commitment = match series.kind {
            LineKind::DiscountedUsage => commitment(member, self.at, false),
            LineKind::SavingsPlanCoveredUsage => commitment(member, self.at, true),
            _ => String::new(),
        };
        let item = Item { commitment: &commitment, region: Some(region), ..item_of(sku, &labels) };
        let hours = month.to_hour - month.from_hour;
        let lines = Lines { series, from_hour: month.from_hour, hours };
        let resources = resources(member, self.at, nth, sku, region, series.lines.div_ceil(hours));
        let mut seeded =
            Seeded::keyed(self.simulation.plan.seed, Purpose::Lines, &[self.at as u64, self.month as u64, nth as u64]);
        let mut itemiser = Itemiser::over(shares, series.lines);
        let mut before = 0;
        for at in 0..series.lines {
            let until = lines.boundary(at + 1, &mut seeded);
            let quantity = (until - before) * series.quantum;
            before = until;
            let (resource, start, end) = lines.place(at);
            let text = SeriesText { resource: &resources[resource as usize], ..PLAIN };
            let at_rate = quantity * sku.rate;
            let cost = if series.kind == LineKind::DiscountedUsage { 0 } else { at_rate };
            let measure = Measure { start, end, quantity, quantity_scale: sku.quantity_scale(), cost };
            self.line(series.kind, &item, &labels.description, text, measure, file)?;
            match series.kind {
                LineKind::SavingsPlanCoveredUsage => {
                    let measure = Measure { cost: -at_rate, ..measure };
                    self.line(LineKind::SavingsPlanNegation, &item, "SavingsPlanNegation", text, measure, file)?;
                }
                _ => itemiser.line(cost, start),
            }
        }
        itemiser.settle();
        self.credit_lines(&item, &itemiser.items, file)
    }

    fn extra(
        &self,
        month: &MemberMonth,
        nth: usize,
        extra: &Extra,
        shares: VecDeque<Share>,
        file: &mut BillFile,
    ) -> Result<(), GeneratorFault> {
        let member = self.member();
        let savings_plan = extra.kind == LineKind::SavingsPlanRecurringFee;
        let committed = savings_plan || extra.kind == LineKind::RiFee || extra.bill == Bill::Purchase;
        let commitment = if committed { commitment(member, self.at, savings_plan) } else { String::new() };
        let nth = month.series.len() + nth;
        let labels = match extra.subject {
            Subject::Sku(sku) => SeriesLabels::of(member, self.at, nth, sku, member.home),
            _ => SeriesLabels::default(),
        };
        let item = match extra.subject {
            Subject::Sku(sku) => Item { commitment: &commitment, region: Some(member.home), ..item_of(sku, &labels) },
            Subject::Service(service) => Item {
                product_code: service.code,
                service_name: service.name,
                category: service.category,
                subcategory: service.subcategory,
                ..Item::default()
            },
            Subject::Offer(offer) => Item {
                product_code: offer.product_code,
                service_name: offer.product_name,
                category: "Other",
                subcategory: "Other (Other)",
                unit: "Units",
                ..Item::default()
            },
        };
        let mut itemiser = Itemiser::over(shares, extra.lines);
        let cost = extra.cost / i64::from(extra.lines);
        let metered = !matches!(extra.kind, LineKind::Credit | LineKind::SppDiscount | LineKind::EdpDiscount);
        for day in 0..extra.lines {
            let daily = extra.lines > 1;
            let start = if daily { month.from_hour + day * 24 } else { month.from_hour };
            let end = match (extra.kind, daily) {
                (LineKind::Credit, _) => start + 1,
                (_, true) => start + 24,
                (_, false) => month.to_hour,
            };
            let measure = Measure { start, end, quantity: i64::from(metered), quantity_scale: 0, cost };
            let text = SeriesText { bill: extra.bill, ..PLAIN };
            self.line(extra.kind, &item, &extra.description, text, measure, file)?;
            itemiser.line(cost, start);
        }
        itemiser.settle();
        self.credit_lines(&item, &itemiser.items, file)
    }

    fn credit_lines(&self, item: &Item<'_>, items: &[CreditItem], file: &mut BillFile) -> Result<(), GeneratorFault> {
        // A credit line has no resource, no rate and no commitment of its own.
        let item = Item { rate: "", commitment: "", ..item.clone() };
        for credit in items {
            let grant = &self.simulation.grants[credit.grant];
            let own = grant.owner == self.at;
            let description = if own { &grant.description } else { &grant.scattered_description };
            let measure = Measure {
                start: credit.hour,
                end: credit.hour + 1,
                quantity: 0,
                quantity_scale: 0,
                cost: -credit.amount,
            };
            let text = SeriesText { credit: Some(credit.grant), ..PLAIN };
            self.line(LineKind::Credit, &item, description, text, measure, file)?;
        }
        Ok(())
    }

    /// Sales tax by service on what credits and discounts leave, in whole cents.
    fn tax(&self, month: &MemberMonth, landings: &[Landing], file: &mut BillFile) -> Result<(), GeneratorFault> {
        let rate = self.member().habits.tax_basis_points;
        if rate == 0 {
            return Ok(());
        }
        let mut taxable = BTreeMap::<String, i64>::new();
        for charge in month.charges() {
            *taxable.entry(charge.product.0).or_default() += charge.amount;
        }
        for landing in landings {
            *taxable.entry(landing.product.0.clone()).or_default() -= landing.amount;
        }
        for (product, amount) in taxable {
            let tax = (i128::from(amount) * i128::from(rate) / 10_000) as i64 / CENT * CENT;
            // Marketplace sellers answer for their own taxes.
            let Some(service) = service_of(&product).filter(|_| tax > 0) else {
                continue;
            };
            let description = format!("Tax for product code {product}");
            let item = Item {
                product_code: service.code,
                service_name: service.name,
                category: service.category,
                subcategory: service.subcategory,
                ..Item::default()
            };
            let measure = Measure { start: 0, end: self.sheet.clock.hours, quantity: 1, quantity_scale: 0, cost: tax };
            let text = SeriesText { tax_type: "USSalesTax", ..PLAIN };
            self.line(LineKind::Tax, &item, &description, text, measure, file)?;
        }
        Ok(())
    }

    fn line(
        &self,
        kind: LineKind,
        item: &Item<'_>,
        description: &str,
        text: SeriesText<'_>,
        measure: Measure,
        file: &mut BillFile,
    ) -> Result<(), GeneratorFault> {
        let owner_benefits = text.credit.is_some_and(|credit| self.simulation.grants[credit].owner == self.at);
        let line = BillLine {
            sheet: self.sheet,
            member: self.member(),
            kind,
            bill: text.bill,
            item,
            description,
            resource: text.resource,
            tax_type: text.tax_type,
            start: measure.start,
            end: measure.end,
            quantity: measure.quantity,
            quantity_scale: measure.quantity_scale,
            cost: measure.cost,
            credit: text.credit,
        };
        file.write(&line, owner_benefits)
    }
}

fn item_of<'a>(sku: &'a Sku, labels: &'a SeriesLabels) -> Item<'a> {
    Item {
        product_code: sku.service.code,
        service_name: sku.service.name,
        category: sku.service.category,
        subcategory: sku.service.subcategory,
        family: sku.family,
        usage_type: &labels.usage_type,
        operation: sku.operation,
        unit: sku.unit,
        rate: &labels.rate,
        sku: &labels.sku,
        region: None,
        line_item_id: &labels.line_item_id,
        commitment: "",
        environment: &labels.environment,
    }
}

/// How a series is cut into lines.
struct Lines<'a> {
    series: &'a Series,
    from_hour: u32,
    hours: u32,
}

impl Lines<'_> {
    /// The quantity, in quanta, of the first `count` lines: evenly spread but for a jitter that is
    /// smaller than a line, so that each line keeps a fifth of its share at least and the last
    /// boundary is the whole.
    fn boundary(&self, count: u32, seeded: &mut Seeded) -> i64 {
        let whole = self.series.quantity / self.series.quantum;
        let lines = i64::from(self.series.lines);
        if i64::from(count) == lines {
            return whole;
        }
        let (each, rest) = (whole / lines, whole % lines);
        each * i64::from(count) + rest * i64::from(count) / lines + seeded.between(0, each * 4 / 5)
    }

    /// `(resource, first hour, end)` of a line. Up to one line an hour they are spread over the
    /// month; beyond, further resources have lines in the same hours.
    fn place(&self, at: u32) -> (u32, u32, u32) {
        if self.series.lines > self.hours {
            let start = self.from_hour + at % self.hours;
            return (at / self.hours, start, start + 1);
        }
        let step = self.hours / self.series.lines;
        let start = self.from_hour + (u64::from(at) * u64::from(self.hours) / u64::from(self.series.lines)) as u32;
        let length = if step >= 24 { 24 } else { 1 };
        (0, start, (start + length).min(self.from_hour + self.hours))
    }
}
