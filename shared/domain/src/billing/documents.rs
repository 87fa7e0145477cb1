//! Issuing documents: one a customer and PO number, numbered without gaps, never changed. A run
//! that finds its document standing with the same content issues nothing; one that finds other
//! content supersedes it with the next number.

use chrono::NaiveDate;
use money::{Currency, Money};
use sha2::{Digest, Sha256};

use super::{BillingFact, BillingState, DocumentHeader, DocumentKind, MemberStatement, conversion::converted_document};
use crate::{
    ids::{CustomerId, DocumentNumber, PayerAccountId, PoNumber, RunId},
    period::BillingPeriod,
    policy::{DocumentSeries, Policies, PolicyHash},
};

/// The version of the text renderer that documents are sent as.
const RENDERER: u32 = 1;

/// Issue, or draft, a customer's document.
#[derive(Debug, Clone)]
pub struct IssueDocument<'a> {
    /// The payer.
    pub payer: &'a PayerAccountId,
    /// The period.
    pub period: BillingPeriod,
    /// The customer and PO number.
    pub customer: &'a CustomerId,
    /// The PO number.
    pub po_number: &'a PoNumber,
    /// The currency.
    pub currency: Currency,
    /// The date on it.
    pub date: NaiveDate,
    /// The members' statements, sorted by account.
    pub statements: Vec<MemberStatement>,
    /// The policies.
    pub policies: &'a Policies,
    /// Their hash.
    pub policy: &'a PolicyHash,
    /// The run.
    pub run: &'a RunId,
    /// Make a draft.
    pub draft: bool,
    /// Documents of the series over all periods that other periods of the payer have issued.
    pub issued_elsewhere: usize,
}

/// What issuing decided.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DocumentDecision {
    /// What is to be recorded.
    pub facts: Vec<BillingFact>,
    /// The document that stands.
    pub header: DocumentHeader,
}

impl BillingState {
    /// Decides a document.
    pub fn decide_document(&self, command: IssueDocument<'_>) -> DocumentDecision {
        let IssueDocument { payer, period, customer, po_number, currency, statements, policies, run, draft, .. } =
            command;
        let digest = content_digest(&statements);
        let standing = self.standing_for(customer, po_number);
        if let Some(standing) = standing
            && standing.digest == digest
            && (standing.document_number.is_some() || draft)
        {
            return DocumentDecision { facts: Vec::new(), header: standing.clone() };
        }
        let issued = self.issued_for(customer, po_number);
        // A draft never takes the place of a document that went out with the same content.
        if draft
            && let Some(issued) = issued
            && issued.digest == digest
        {
            return DocumentDecision { facts: Vec::new(), header: issued.clone() };
        }
        let number = (!draft)
            .then(|| self.next_document_number(payer, period, policies.document_series, command.issued_elsewhere));
        let [gross, applied, corrections_due, due] = totals_of(&statements, currency);
        let header = DocumentHeader {
            kind: match (&number, issued) {
                (None, _) => DocumentKind::Draft,
                (Some(_), None) => DocumentKind::Invoice,
                (Some(_), Some(_)) => DocumentKind::Superseding,
            },
            supersedes: number.as_ref().and(issued).and_then(|issued| issued.document_number.clone()),
            document_number: number.clone(),
            payer_account_id: payer.clone(),
            period,
            customer: customer.clone(),
            po_number: po_number.clone(),
            date: command.date,
            currency,
            members: statements.len() as u64,
            gross,
            applied,
            corrections_due,
            due,
            in_document_currency: converted_document(&statements),
            rounding: policies.rounding,
            policy: command.policy.clone(),
            run: run.clone(),
            digest,
            renderer: RENDERER,
        };
        let mut facts: Vec<BillingFact> = statements
            .into_iter()
            .map(|statement| BillingFact::Statement(MemberStatement { document_number: number.clone(), ..statement }))
            .collect();
        facts.push(BillingFact::Document(header.clone()));
        DocumentDecision { facts, header }
    }

    /// How many of the period's documents are numbered in a series.
    pub fn numbered_in(&self, series: DocumentSeries) -> usize {
        self.documents.values().filter(|header| series_of(header) == Some(series)).count()
    }

    fn next_document_number(
        &self,
        payer: &PayerAccountId,
        period: BillingPeriod,
        series: DocumentSeries,
        issued_elsewhere: usize,
    ) -> DocumentNumber {
        // Documents of the other series are not counted: each begins at 1, whenever the policy changes.
        let next = self.numbered_in(series) + 1;
        let text = match series {
            DocumentSeries::PayerPeriod => format!("INV-{payer}-{period}-{next:05}"),
            DocumentSeries::Payer => format!("INV-{payer}-{:07}", issued_elsewhere + next),
        };
        DocumentNumber::parse(&text).unwrap_or_else(|_| unreachable!("ids compose to a number"))
    }
}

/// The series that a document is numbered in; none for a draft.
fn series_of(header: &DocumentHeader) -> Option<DocumentSeries> {
    let of_period = format!("INV-{}-{}-", header.payer_account_id, header.period);
    let number = header.document_number.as_ref()?.as_str();
    Some(if number.starts_with(&of_period) { DocumentSeries::PayerPeriod } else { DocumentSeries::Payer })
}

/// What a document of these statements charges, what memos pay, corrections, and what is due.
fn totals_of(statements: &[MemberStatement], currency: Currency) -> [Money; 4] {
    let sum = |of: fn(&MemberStatement) -> Money| Money::sum(currency, statements.iter().map(of));
    [
        sum(|statement| statement.gross),
        sum(|statement| Money::sum(statement.currency, statement.lines.iter().map(|line| line.applied))),
        sum(|statement| {
            Money::sum(statement.currency, statement.earlier_periods.iter().map(|correction| correction.due))
        }),
        sum(|statement| statement.due),
    ]
}

impl DocumentHeader {
    /// Whether its totals, in both currencies where it has two, are the sums of these statements.
    pub fn is_the_sum_of(&self, statements: &[MemberStatement]) -> bool {
        let same_currency = statements.iter().all(|statement| statement.currency == self.currency);
        same_currency
            && [self.gross, self.applied, self.corrections_due, self.due] == totals_of(statements, self.currency)
            && self.in_document_currency == converted_document(statements)
    }
}

/// The digest of what a document says: its statements without numbers and runs.
pub fn content_digest(statements: &[MemberStatement]) -> String {
    let mut hash = Sha256::new();
    for statement in statements {
        let content = MemberStatement { document_number: None, run: no_run(), ..statement.clone() };
        // A statement holds nothing that JSON cannot carry.
        hash.update(serde_json::to_vec(&content).unwrap_or_default());
        hash.update([0]);
    }
    hex::encode(hash.finalize())
}

fn no_run() -> RunId {
    RunId::parse("none").unwrap_or_else(|_| unreachable!("a constant id"))
}
