//! What people did by hand is taken as it was done, as far as the memo then holds it: an amount is
//! never more than there is to give.

use std::collections::BTreeMap;

use domain::memo::{MemberMemos, MemoFact, WriteOffCause};
use money::{Exact, Money};
use wire::Fact;

/// What left a memo with a transfer, so that the other side brings the same.
pub(super) type Transfers = BTreeMap<String, (Money, Exact)>;

/// Whether a fact was done by hand, given the command that recorded it.
pub(super) fn is_by_hand(command: &str, fact: &Fact) -> bool {
    let by_hand = command.starts_with("memos ") || command == "approve";
    match fact {
        Fact::ActProposed(_)
        | Fact::ActApproved(_)
        | Fact::ActRejected(_)
        | Fact::MemoOpened(_)
        | Fact::MemoRefunded(_) => true,
        // The other side of a move may be another command's: whatever came next after it was cut off.
        Fact::MemoReassignedIn(came) => !came.portion,
        // Funding follows AWS, whatever it was recorded with.
        Fact::MemoFunded(_) => false,
        Fact::MemoWrittenOff(fact) => matches!(fact.cause, WriteOffCause::ByHand | WriteOffCause::Adjusted),
        _ => by_hand,
    }
}

/// The fact as it would be with these memos, and what of its amount they do not hold; none where
/// nothing is left of it.
pub(super) fn adapted(memos: &MemberMemos, fact: MemoFact, transfers: &mut Transfers) -> Option<(MemoFact, Money)> {
    if let MemoFact::ReassignedIn(mut came) = fact {
        if let Some((amount, funded)) = transfers.get(&came.transfer) {
            let short = came.issued.face - *amount;
            came.issued.face = *amount;
            came.issued.balance_after = came.issued.balance_before + *amount;
            came.funded_moved = *funded;
            return amount.is_positive().then_some((MemoFact::ReassignedIn(came), short));
        }
        let nothing = came.issued.face.zeroed();
        return Some((MemoFact::ReassignedIn(came), nothing));
    }
    if matches!(fact, MemoFact::Issued(_) | MemoFact::Opened(_)) {
        let nothing = fact.balances().0.zeroed();
        return Some((fact, nothing));
    }
    let memo = memos.memos.get(fact.memo())?;
    let (open, zero) = (memo.open, memo.open.zeroed());
    let mut short = zero;
    let mut take = |amount: &mut Money, before: &mut Money, after: &mut Money| {
        let held = (*amount).min(open);
        short = *amount - held;
        *amount = held;
        (*before, *after) = (open, open - held);
        held.is_positive()
    };
    let mut fact = fact;
    let stays = match &mut fact {
        MemoFact::WrittenOff(one) => take(&mut one.amount, &mut one.balance_before, &mut one.balance_after),
        MemoFact::Refunded(one) => take(&mut one.amount, &mut one.balance_before, &mut one.balance_after),
        MemoFact::Lapsed(one) | MemoFact::Expired(one) => {
            take(&mut one.amount, &mut one.balance_before, &mut one.balance_after)
        }
        MemoFact::ReassignedOut(one) => {
            let stays = take(&mut one.amount, &mut one.balance_before, &mut one.balance_after);
            // No more funding goes with it than the memo holds, nor than the amount that is left of the move.
            let holds = memo.funded_balance().min(one.amount).to_exact();
            if one.funded_moved > holds {
                one.funded_moved = holds;
            }
            transfers.insert(one.transfer.clone(), (one.amount, one.funded_moved));
            stays
        }
        MemoFact::PoReassigned(one) => {
            one.amount = open;
            (one.balance_before, one.balance_after) = (open, open);
            true
        }
        MemoFact::Reinstated(one) => {
            let back = one.amount.min(memo.expired);
            short = one.amount - back;
            one.amount = back;
            (one.balance_before, one.balance_after) = (open, open + back);
            back.is_positive() || one.usable_until > memo.usable_until
        }
        MemoFact::Issued(_)
        | MemoFact::Opened(_)
        | MemoFact::ReassignedIn(_)
        | MemoFact::Funded(_)
        | MemoFact::Applied(_)
        | MemoFact::Unapplied(_)
        // Follows from the credit and the draws, and is stated anew.
        | MemoFact::Shortfall(_) => false,
    };
    stays.then_some((fact, short))
}
