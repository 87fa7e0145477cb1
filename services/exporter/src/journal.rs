//! The journal of a log: every fact that moves money, as a transaction, in order of posting.

use chrono::{DateTime, Utc};
use domain::{
    ids::PayerAccountId,
    journal::{FactPlace, JournalBook, JournalFault, JournalTransaction, PeriodLock, PostingTemplates},
    memo::MemoPoReassigned,
};
use event_log::{EventLog, ReadLimits};
use memchr::memmem;
use read_model::ReadModelFault;
use service_kit::{Failure, codes};
use wire::{AggregateKey, CommitBody, Fact, StreamName};

use crate::facts::{PlacedFact, for_each_fact};

/// What the journal is to hold.
#[derive(Debug, Clone, Default)]
pub struct JournalOptions {
    /// The accounts.
    pub templates: PostingTemplates,
    /// Of this payer only.
    pub payer: Option<PayerAccountId>,
    /// What was recorded at or before this time.
    pub recorded: Option<DateTime<Utc>>,
}

/// Makes the journal.
///
/// # Errors
/// [`Failure`] where the log cannot be read, or does not hold.
pub async fn journal(log: &dyn EventLog, options: &JournalOptions) -> Result<Vec<JournalTransaction>, Failure> {
    let mut book = JournalBook::new(options.templates.clone());
    let mut transactions = Vec::new();
    for_each_fact(log, StreamName::Accounts, options.recorded, |placed| {
        if let Fact::MemberAssigned(assigned) = placed.fact {
            book.assigned(placed.sequence, assigned);
        }
        Ok(())
    })
    .await?;
    for moved in moves_of_memos(log, options.recorded).await? {
        book.will_move(&moved);
    }
    // The billing stream is first: the months that were closed say where AWS's bills are posted.
    for stream in [StreamName::Billing, StreamName::Usage, StreamName::Credits, StreamName::Memos] {
        for_each_fact(log, stream, options.recorded, |placed| {
            if placed.key.payer().is_some_and(|payer| options.payer.as_ref().is_none_or(|of| of == payer)) {
                transactions.extend(transactions_of(&mut book, &placed)?);
            }
            Ok(())
        })
        .await?;
    }
    for transaction in &transactions {
        // By construction; asserted again, since this is what the file is for.
        if !transaction.balances()? {
            let place = &transaction.place;
            return Err(Failure::check(
                codes::POSTINGS_NOT_ZERO,
                format!("the postings of {place} do not sum to zero: audit the log"),
            ));
        }
    }
    // What is posted on one day stays in the order of the log.
    transactions.sort_by_key(|transaction| transaction.date);
    Ok(transactions)
}

/// The moves of memos to other PO numbers, oldest first. They are rare: what does not name one is not decoded.
async fn moves_of_memos(log: &dyn EventLog, recorded: Option<DateTime<Utc>>) -> Result<Vec<MemoPoReassigned>, Failure> {
    let mut moves = Vec::new();
    let mut from = 1;
    loop {
        let batch = log.read(StreamName::Memos, from, ReadLimits::default()).await?;
        let Some(last) = batch.last() else { return Ok(moves) };
        from = last.sequence + 1;
        for stored in batch.iter().filter(|stored| memmem::find(&stored.commit.body, MOVE).is_some()) {
            let body = CommitBody::read(&stored.commit).map_err(ReadModelFault::from)?;
            if recorded.is_some_and(|time| body.recorded > time) {
                continue;
            }
            moves.extend(body.facts.into_iter().filter_map(|fact| match fact {
                Fact::MemoPoReassigned(moved) => Some(moved),
                _ => None,
            }));
        }
    }
}

/// What the body of a commit with such a move has.
const MOVE: &[u8] = b"memo_po_reassigned";

fn transactions_of(book: &mut JournalBook, placed: &PlacedFact<'_>) -> Result<Vec<JournalTransaction>, Failure> {
    let place = FactPlace {
        text: format!("{}-{}", placed.stream, placed.sequence),
        billing_position: placed.billing_position,
        accounts_position: placed.accounts_position,
    };
    let fact = placed.fact;
    let made = match placed.key {
        AggregateKey::Billing { payer, period } => match fact {
            Fact::MemberStatementRecorded(statement) => book.statement(&place, statement),
            Fact::DocumentVoided(voided) => book.voided(&place, voided),
            Fact::PeriodClosed(_) => {
                book.lock(payer, placed.sequence, *period, PeriodLock::Closed);
                Ok(Vec::new())
            }
            Fact::PeriodReopened(_) => {
                book.lock(payer, placed.sequence, *period, PeriodLock::Reopened);
                Ok(Vec::new())
            }
            _ => Ok(Vec::new()),
        },
        AggregateKey::Delivery { payer, period } => match fact.as_delivery_fact() {
            Some(delivery) => book.delivery(&place, payer, *period, &delivery).map(Vec::from_iter),
            None => Ok(Vec::new()),
        },
        AggregateKey::UpstreamCredit { payer, credit } => match fact.as_credit_fact() {
            Some(of_credit) => book.credit(&place, payer, credit, &of_credit).map(Vec::from_iter),
            None => Ok(Vec::new()),
        },
        AggregateKey::Suspense { .. } => match fact.as_suspense_fact() {
            Some(suspense) => book.suspense(&place, &suspense).map(Vec::from_iter),
            None => Ok(Vec::new()),
        },
        AggregateKey::Memos { payer, member } => match fact.as_memo_fact() {
            Some(memo) => book.memo(&place, payer, member, &memo).map(Vec::from_iter),
            None => Ok(Vec::new()),
        },
        _ => Ok(Vec::new()),
    };
    made.map_err(|fault| match fault {
        JournalFault::Fold(_) | JournalFault::Sum(_) => Failure::check(
            codes::NOT_POSTABLE,
            format!("no journal can be made of {}: {fault}; audit the log", place.text),
        ),
    })
}
