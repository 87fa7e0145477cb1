//! The sums of a month: lines of one SKU, and charges of one service.

use domain::ids::ProductCode;

use crate::{
    catalogue::{Region, Sku},
    line::LineKind,
};

/// Lines of one SKU in one region.
#[derive(Debug)]
pub(crate) struct Series {
    pub(crate) sku: &'static Sku,
    pub(crate) region: &'static Region,
    pub(crate) kind: LineKind,
    /// Of the month, in units of 10^-quantity_scale.
    pub(crate) quantity: i64,
    /// Line quantities are multiples of this.
    pub(crate) quantum: i64,
    pub(crate) lines: u32,
}

impl Series {
    /// Ticks of all its lines, by rate.
    pub(crate) fn at_rate(&self) -> i64 {
        self.quantity * self.sku.rate
    }

    /// What its lines add to the bill: usage that a commitment covers costs nothing more.
    pub(crate) fn cost(&self) -> i64 {
        if self.kind == LineKind::Usage { self.at_rate() } else { 0 }
    }
}

/// A sum of charges of one service.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ServiceCharge {
    pub(crate) product: ProductCode,
    pub(crate) eligible: bool,
    pub(crate) amount: i64,
}
