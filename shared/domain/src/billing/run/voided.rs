//! Documents that were voided for good (rule book N39): whose they were. Nothing is charged for the
//! month to these accounts any more; what memos paid goes back to them.

use std::collections::BTreeMap;

use super::VoidedMembers;
use crate::{
    billing::{MemberStatement, voided_for_good},
    ids::DocumentNumber,
    period::BillingPeriod,
};

/// Whether a document of a month was voided after the month's statements were out.
pub fn has_voided_for_good(voided: &BTreeMap<DocumentNumber, BillingPeriod>, period: BillingPeriod) -> bool {
    voided_for_good(voided, period).next().is_some()
}

/// Members of a month whose document was voided after the month's statements were out, given the
/// statements of the month as they stand.
pub fn voided_members<'a>(
    voided: &BTreeMap<DocumentNumber, BillingPeriod>,
    period: BillingPeriod,
    statements: impl IntoIterator<Item = &'a MemberStatement>,
) -> VoidedMembers {
    let is_for_good = |number: &&DocumentNumber| voided.get(*number).is_some_and(|posting| *posting > period);
    let of_voided = statements.into_iter().filter_map(|statement| {
        let document = statement.document_number.as_ref().filter(is_for_good)?;
        Some((statement.member_account_id.clone(), (document.clone(), statement.run.clone())))
    });
    of_voided.collect()
}

#[cfg(test)]
mod tests {
    use super::{
        super::sample::{month, owner, run, statement},
        *,
    };

    #[test]
    fn n39_a_document_is_voided_for_good_once_the_months_statements_are_out() {
        let number = |of: u32| DocumentNumber::parse(&format!("INV-999900001111-2019-01-0000{of}")).unwrap();
        let cases = [
            ("voided while the month was open", number(1), 1, false),
            ("voided after the close", number(1), 2, true),
            ("another document was voided", number(2), 2, false),
        ];
        for (what, document, posting, expected) in cases {
            let voided = BTreeMap::from([(document, month(posting))]);
            let statements = [statement(month(1), "100.00", "100.00")];
            let found = voided_members(&voided, month(1), &statements);
            let whose = expected.then(|| (owner(), (number(1), run()))).into_iter().collect();
            assert_eq!(found, whose, "{what}");
        }
    }
}
