//! Refunds on later bills (rule book N9): a refund line that names the month of the usage it gives
//! back corrects that month, once that month has a statement. What a memo paid of the usage goes back
//! to the memo and not to cash.

use super::AccountInputs;
use crate::{period::BillingPeriod, reversal::reversed_month, usage::ChargeAggregate};

/// The month before that a line gives money back for, or corrects, where it names one (law D6).
pub fn refunds_month(charge: &ChargeAggregate, billed_in: BillingPeriod) -> Option<BillingPeriod> {
    reversed_month(charge, billed_in)
}

impl AccountInputs {
    /// The refunds of a month on the bills after it, up to and including one.
    pub fn refunds_of(&self, month: BillingPeriod, through: BillingPeriod) -> Vec<ChargeAggregate> {
        let later = month.next();
        if later > through {
            return Vec::new();
        }
        let charges = self.usage.range(later..=through).flat_map(|(on, usage)| {
            usage.charges.iter().filter(move |charge| refunds_month(charge, *on) == Some(month))
        });
        charges.cloned().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::{
        super::sample::{bill, charge, exact, member, month, payer_month, statement},
        *,
    };
    use crate::memo::MemberMemos;

    #[test]
    fn n09_a_refund_is_of_the_month_it_names_where_that_is_before_its_bill() {
        let cases = [
            (
                "usage that names a month",
                {
                    let mut one = charge("5", None);
                    one.key.charge_month = Some(month(1));
                    one
                },
                None,
            ),
            ("a refund of January", charge("-5", Some(month(1))), Some(month(1))),
            ("a refund of its own month", charge("-5", Some(month(3))), None),
            ("a refund of a month to come", charge("-5", Some(month(4))), None),
        ];
        for (what, charge, expected) in cases {
            assert_eq!(refunds_month(&charge, month(3)), expected, "{what}");
        }
    }

    /// January is refunded 5.00 by February and 7.00 by March; February 3.00 by March.
    #[test]
    fn n09_refunds_of_a_month_are_those_of_later_bills_up_to_the_runs() {
        let february = bill(month(2), &[charge("50", None), charge("-5", Some(month(1)))]);
        let march = bill(month(3), &[charge("-7", Some(month(1))), charge("-3", Some(month(2)))]);
        let account = member(MemberMemos::default(), vec![february, march], Vec::new()).own;
        let cases: [(u32, u32, &[&str]); 5] =
            [(1, 3, &["-5", "-7"]), (1, 2, &["-5"]), (1, 1, &[]), (2, 3, &["-3"]), (3, 3, &[])];
        for (of, through, expected) in cases {
            let amounts: Vec<_> =
                account.refunds_of(month(of), month(through)).iter().map(|refund| refund.amount).collect();
            let expected: Vec<_> = expected.iter().map(|amount| exact(amount)).collect();
            assert_eq!(amounts, expected, "month {of} through {through}");
        }
    }

    /// February: 50.00 used, 5.00 refunded of January. Once January has its statement the refund is no
    /// charge of February; what AWS charges less what February's document says is 5.00 less.
    #[test]
    fn n09_a_refund_leaves_its_bill_once_the_month_it_is_of_has_a_statement() {
        let february = || bill(month(2), &[charge("50", None), charge("-5", Some(month(1)))]);
        let cases = [
            ("January has none", Vec::new(), "45", "0"),
            ("January has one", vec![statement(month(1), "100.00", "100.00")], "50", "-5"),
        ];
        for (what, statements, gross, kept) in cases {
            let account = member(MemberMemos::default(), vec![february()], statements).own;
            let rated = payer_month(month(2)).rated(&account).unwrap();
            assert_eq!((rated.gross().unwrap(), rated.kept), (exact(gross), exact(kept)), "{what}");
            assert_eq!(rated.upstream, exact("45"), "{what}: what AWS charges stays");
        }
    }
}
