//! The worked examples, a file each: feed the input, get these numbers to the cent.

mod focus_net_amounts;
mod n30_monthly_cap;
mod n35_tax;
mod n38_sellers;
mod n41_programmes;
mod w01_baseline;
mod w01_literal_ids;
mod w02_scatter_ambiguity;
mod w04_rounding;
mod w05_several_memos;
mod w06_expiry;
mod w09_discount_basis;
mod w10_two_currencies;
mod w11_suspense;
mod w14_never_covered;
