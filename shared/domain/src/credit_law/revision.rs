//! How far memos follow what AWS states of a credit (rule book D2, N5): a cut that a person's write-off has
//! made already is not made again, and what AWS takes back of a cut is the customer's again.

use money::Money;

/// A person's write-off: what revisions had changed of the memos by then, and how much.
pub type WrittenOffByHand = (Money, Money);

/// What memos are to be changed by in all, where AWS's statement has changed by `stated` since the owner has
/// the credit. A write-off made ahead of a cut takes the cut's place, as far as it goes.
pub fn followed(stated: Money, by_hand: &[WrittenOffByHand]) -> Money {
    by_hand.iter().fold(
        stated,
        |follows, (at, amount)| {
            if stated < *at { (follows + *amount).min(*at) } else { follows }
        },
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cut_that_was_made_by_hand_is_not_made_again() {
        let usd = |amount: i128| Money::from_units(amount * 100, 2);
        let ahead = [(usd(0), usd(250))];
        for (stated, want) in [(0, 0), (-250, 0), (-100, 0), (-300, -50), (150, 150)] {
            assert_eq!(followed(usd(stated), &ahead), usd(want), "stated {stated}");
        }
        // Written off after the cut: it is a cut of its own, and AWS's next one meets it.
        let after = [(usd(-250), usd(250))];
        for (stated, want) in [(-250, -250), (-300, -250), (-600, -350), (0, 0)] {
            assert_eq!(followed(usd(stated), &after), usd(want), "stated {stated}");
        }
        let twice = [(usd(0), usd(100)), (usd(0), usd(100))];
        assert_eq!(followed(usd(-150), &twice), usd(0));
        assert_eq!(followed(usd(-230), &twice), usd(-30));
    }
}
