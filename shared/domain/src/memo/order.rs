//! Which memo is drawn first: AWS's own order, so that a customer sees no difference (rule book
//! N31). Earliest expiry, then fewest eligible services, then oldest, then memo number.
//!
//! Source: <https://docs.aws.amazon.com/awsaccountbilling/latest/aboutv2/useconsolidatedbilling-credits.html>

use chrono::NaiveDate;

use super::CreditMemo;

/// Sorts memos into the order they are drawn in.
pub fn draw_order(memos: &mut [&CreditMemo]) {
    memos.sort_by_key(|memo| {
        (memo.end_date.unwrap_or(NaiveDate::MAX), memo.terms.breadth(), memo.start_date, memo.ordinal)
    });
}
