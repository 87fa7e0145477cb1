//! Facts of the MEMOS stream that an operator causes.

use domain::{
    ids::MemoNumber,
    memo::{
        ActApproved, ActProposed, ActRejected, AmountAct, HandAct, MemoIssued, MemoPoReassigned, MemoReassignedIn,
        MemoReassignedOut, MemoRefunded, MemoReinstated, MemoWrittenOff, UpstreamShortfallStated, WriteOffCause,
    },
};

use super::{day, exact, february, memo, memos, neighbour, owner, payer, usd};

const TRANSFER: &str = "t-20190214-01";

pub(super) fn written_off() -> MemoWrittenOff {
    MemoWrittenOff {
        memo: memo(1),
        amount: usd("29.55"),
        cause: WriteOffCause::UpstreamRevised,
        effective: day("2019-02-10"),
        posting: february(),
        balance_before: usd("529.55"),
        balance_after: usd("500.00"),
    }
}

pub(super) fn refunded() -> MemoRefunded {
    MemoRefunded {
        memo: memo(1),
        amount: usd("100.00"),
        effective: day("2019-02-11"),
        posting: february(),
        balance_before: usd("500.00"),
        balance_after: usd("400.00"),
    }
}

pub(super) fn reassigned_out() -> MemoReassignedOut {
    MemoReassignedOut {
        memo: memo(1),
        transfer: TRANSFER.to_owned(),
        to_member: neighbour(),
        to_payer: payer(),
        amount: usd("250.00"),
        funded_moved: exact("84.475"),
        effective: day("2019-02-14"),
        posting: february(),
        balance_before: usd("400.00"),
        balance_after: usd("150.00"),
    }
}

pub(super) fn reassigned_in() -> MemoReassignedIn {
    MemoReassignedIn {
        issued: MemoIssued {
            memo: MemoNumber::parse("CM-999900001111-000123456789-0001").unwrap(),
            member: neighbour(),
            face: usd("250.00"),
            start_date: day("2019-02-14"),
            posting: february(),
            balance_after: usd("250.00"),
            ..memos::issued()
        },
        transfer: TRANSFER.to_owned(),
        from_memo: memo(1),
        from_member: owner(),
        funded_moved: exact("84.475"),
        portion: false,
    }
}

pub(super) fn po_reassigned() -> MemoPoReassigned {
    MemoPoReassigned {
        memo: memo(1),
        from_customer: "acme".into(),
        from_po: "PO-2019-007".into(),
        to_customer: "acme".into(),
        to_po: "PO-2019-031".into(),
        amount: usd("150.00"),
        effective: day("2019-02-20"),
        posting: february(),
        balance_before: usd("150.00"),
        balance_after: usd("150.00"),
    }
}

pub(super) fn reinstated() -> MemoReinstated {
    MemoReinstated {
        memo: memo(1),
        amount: usd("87.65"),
        usable_until: Some(day("2020-01-30")),
        effective: day("2020-01-10"),
        posting: february(),
        balance_before: usd("0.00"),
        balance_after: usd("87.65"),
    }
}

const PROPOSAL: &str = "p-7c41d09be2a6";

pub(super) fn act_proposed() -> ActProposed {
    ActProposed {
        proposal: PROPOSAL.to_owned(),
        act: HandAct::WriteOff(AmountAct {
            memo: memo(1),
            amount: Some(super::exact("29.55")),
            effective: Some(day("2019-02-10")),
        }),
        by: "maker".to_owned(),
        reason: "agreed with the customer on 2019-02-08".to_owned(),
        replaces: vec!["7a10c2d4e6f8".to_owned()],
    }
}

pub(super) fn act_approved() -> ActApproved {
    ActApproved { proposal: PROPOSAL.to_owned(), proposed_by: "maker".to_owned(), by: "checker".to_owned() }
}

pub(super) fn act_rejected() -> ActRejected {
    ActRejected {
        proposal: PROPOSAL.to_owned(),
        proposed_by: "maker".to_owned(),
        by: "checker".to_owned(),
        reason: "the customer was refunded".to_owned(),
    }
}

pub(super) fn shortfall() -> UpstreamShortfallStated {
    UpstreamShortfallStated {
        memo: memo(1),
        credit: super::credit(),
        shortfall_before: usd("0.00"),
        shortfall: usd("40.00"),
        effective: day("2019-02-10"),
        posting: february(),
        balance_before: usd("0.00"),
        balance_after: usd("0.00"),
    }
}
