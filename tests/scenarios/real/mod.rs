//! Real bills, used in place: every row and every exact sum that is known of them comes out, and
//! whole months run on them. A scenario whose bill is not there says so and passes over.

mod control_totals;
mod focus_scatter;
mod focus_two_payers;
mod free_tier;
mod parquet_month;
