//! The statement that shows an act by hand (rule book B.2, D7): the next one to go out. What was sent is
//! never changed, so an act that counts from a day of a closed month is shown with the open one.

use chrono::NaiveDate;

use crate::period::BillingPeriod;

/// The period whose statement shows an act, given the first period of the payer whose statements have not
/// gone out. Where none ever went out, it is the month that the act counts from.
pub fn posting_of_act(first_unissued: Option<BillingPeriod>, effective: NaiveDate) -> BillingPeriod {
    first_unissued.unwrap_or(BillingPeriod::containing(effective))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_act_is_shown_by_the_next_statement_to_go_out() {
        for (first_unissued, day, posting) in [
            (None, "2019-01-20", "2019-01"),
            (Some("2019-01"), "2019-01-20", "2019-01"),
            (Some("2019-02"), "2019-01-20", "2019-02"),
            (Some("2019-02"), "2019-02-03", "2019-02"),
            (Some("2019-02"), "2019-05-03", "2019-02"),
        ] {
            let first_unissued = first_unissued.map(|text| BillingPeriod::parse(text).unwrap());
            let decided = posting_of_act(first_unissued, day.parse().unwrap());
            assert_eq!(decided.to_string(), posting, "{first_unissued:?} {day}");
        }
    }
}
