//! A member's statement as it was recorded, with what became of its document, and where it is asked for what
//! counts of its memos by a day.

use chrono::{DateTime, NaiveDate, Utc};
use domain::{
    billing::{DocumentStanding, MemberStatement, ProgramRow},
    ids::{MemberAccountId, PayerAccountId},
    period::BillingPeriod,
};
use money::Money;
use projector::{ProvedStatement, StatementProof};
use read_model::{ReadModel, StoredStatement, as_of, model_of_subjects};
use schemars::JsonSchema;
use serde::Serialize;
use service_kit::{Failure, codes};
use wire::Subject;

use crate::{
    books::{Books, cut_at},
    point_in_time::PointInTime,
};

/// Which statement.
#[derive(Debug, Clone)]
pub struct StatementAsked {
    /// The payer, where the account has had several.
    pub payer: Option<PayerAccountId>,
    /// The account.
    pub account: MemberAccountId,
    /// The month.
    pub period: BillingPeriod,
    /// A version of it, from 1; the one that stands where none is named.
    pub version: Option<u32>,
}

/// A statement as it was known.
#[derive(Debug, Clone)]
pub struct StatementAnswer {
    /// The statement.
    pub stored: StoredStatement,
    /// Where its document stands.
    pub standing: DocumentStanding,
    /// What counts by an effective date.
    pub as_of: Option<StatementAsOf>,
}

/// The row of a statement: as it was recorded, and where it is asked for, what counts of its memos by a day.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct PrintedStatement {
    /// The statement, with its proof.
    #[serde(flatten)]
    pub statement: ProvedStatement,
    /// What became of its document, where it no longer counts.
    #[serde(flatten)]
    pub standing: StandingSaid,
    /// What counts by an effective date.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub as_of: Option<StatementAsOf>,
}

/// A statement with its memos summed by programme.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct StatementByProgram {
    /// The statement.
    #[serde(flatten)]
    pub statement: MemberStatement,
    /// What became of its document, where it no longer counts.
    #[serde(flatten)]
    pub standing: StandingSaid,
    /// The sums.
    pub programs: Vec<ProgramRow>,
}

/// What became of a statement's document: nothing where it counts, or is a draft.
#[derive(Debug, Clone, Default, Serialize, JsonSchema)]
pub struct StandingSaid {
    /// `superseded` or `void`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub document_status: Option<String>,
    /// The document that took its place.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub superseded_by: Option<String>,
    /// The month whose statements show that it was voided.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub voided_in: Option<String>,
}

/// A statement's memos by effective date.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct StatementAsOf {
    /// What counts by the end of this day.
    pub effective: NaiveDate,
    /// What was recorded at or before this time; none for now.
    pub recorded: Option<DateTime<Utc>>,
    /// What is open of the account's memos in the statement's currency: corrections count in the
    /// month they correct, whichever statement shows them.
    pub open_balance: Money,
}

impl From<&DocumentStanding> for StandingSaid {
    fn from(standing: &DocumentStanding) -> Self {
        match standing {
            DocumentStanding::Draft | DocumentStanding::Issued => Self::default(),
            DocumentStanding::Superseded { .. } | DocumentStanding::Void { .. } => Self {
                document_status: Some(standing.word().to_owned()),
                superseded_by: standing.superseded_by().map(ToString::to_string),
                voided_in: standing.voided_in().map(|month| month.to_string()),
            },
        }
    }
}

impl StatementAnswer {
    /// Its row, with a proof where there is one.
    pub fn row(&self, proof: Option<StatementProof>) -> PrintedStatement {
        let statement = ProvedStatement { statement: self.stored.statement.clone(), proof };
        PrintedStatement { statement, standing: (&self.standing).into(), as_of: self.as_of.clone() }
    }

    /// Its row with its memos summed by programme.
    pub fn by_program(&self) -> StatementByProgram {
        let statement = self.stored.statement.clone();
        let programs = statement.by_program();
        StatementByProgram { statement, standing: (&self.standing).into(), programs }
    }
}

/// The account's statements of the month, one a payer.
///
/// # Errors
/// [`Failure`].
pub async fn statements(
    books: &Books<'_>,
    asked: &StatementAsked,
    at: PointInTime,
) -> Result<Vec<StatementAnswer>, Failure> {
    let payers = match &asked.payer {
        Some(payer) => vec![payer.clone()],
        None => books.live.payers()?,
    };
    let mut found = Vec::new();
    for payer in &payers {
        if at.recorded.is_none() {
            found.extend(answer(books.live, asked, payer, at)?);
            continue;
        }
        let (account, period) = (&asked.account, asked.period);
        let subjects =
            [Subject::member(payer, account), Subject::billing(payer, period), Subject::memos(payer, account)];
        let model = model_of_subjects(books.log.as_ref(), &cut_at(at.recorded), subjects).await?;
        found.extend(answer(&model, asked, payer, at)?);
    }
    Ok(found)
}

/// The one statement that is asked for.
///
/// # Errors
/// [`Failure`] where there is none, or several payers have one.
pub async fn statement(books: &Books<'_>, asked: &StatementAsked, at: PointInTime) -> Result<StatementAnswer, Failure> {
    let mut found = statements(books, asked, at).await?;
    let (account, period) = (&asked.account, asked.period);
    match (found.pop(), found.is_empty()) {
        (Some(one), true) => Ok(one),
        (Some(_), false) => Err(Failure::usage(
            codes::WHICH_PAYERS_STATEMENT,
            format!("account {account} has statements of several payers for {period}: say --payer"),
        )),
        (None, _) => {
            let last = period.last_day();
            let remedy = match at.effective.filter(|day| *day < last) {
                Some(day) => format!(" as of {day}: a statement counts from the last day of its month on, {last}"),
                None => ": bill the period first".to_owned(),
            };
            Err(Failure::failed(
                codes::STATEMENT_UNKNOWN,
                format!("account {account} has no statement for {period}{remedy}"),
            ))
        }
    }
}

fn answer(
    model: &ReadModel,
    asked: &StatementAsked,
    payer: &PayerAccountId,
    at: PointInTime,
) -> Result<Option<StatementAnswer>, Failure> {
    // A statement counts from the last day of its month on.
    if !at.counts(asked.period.last_day()) {
        return Ok(None);
    }
    let stored = match of_version(model, payer, asked)? {
        Some(stored) => stored,
        None => match of_nothing(model, payer, asked)? {
            Some(stored) => stored,
            None => return Ok(None),
        },
    };
    let statement = &stored.statement;
    let as_of = match at.effective {
        None => None,
        Some(effective) => {
            let memos = model.memos(payer, &asked.account)?;
            let entries = model.memo_entries(payer, &asked.account)?;
            let then = as_of(&memos.memos, &entries, Some(effective), None)?;
            let open = then.iter().filter(|memo| memo.currency == statement.currency).map(|memo| memo.open);
            let open_balance = Money::sum(statement.currency, open);
            Some(StatementAsOf { effective, recorded: at.recorded, open_balance })
        }
    };
    let standing = model.billing(payer, asked.period)?.document_standing(statement.document_number.as_ref());
    Ok(Some(StatementAnswer { stored, standing, as_of }))
}

/// The statement as it stands, or the version asked for: those that went out, from 1.
fn of_version(
    model: &ReadModel,
    payer: &PayerAccountId,
    asked: &StatementAsked,
) -> Result<Option<StoredStatement>, Failure> {
    let Some(standing) = model.statement(payer, &asked.account, asked.period)? else { return Ok(None) };
    let Some(version) = asked.version else { return Ok(Some(standing)) };
    let mut versions = model.former_statements(payer, &asked.account, asked.period)?;
    versions.push(standing);
    let count = versions.len();
    let found = usize::try_from(version).ok().and_then(|version| version.checked_sub(1));
    found.filter(|at| *at < count).map(|at| Some(versions.swap_remove(at))).ok_or_else(|| {
        let what = format!("account {} has {count} versions of its statement for {}", asked.account, asked.period);
        Failure::usage(codes::NO_SUCH_VERSION, format!("{what}, no version {version}: say 1 to {count}"))
    })
}

/// The statement of an account that has a memo of the month or an earlier one, and about which the month had nothing
/// to record: the memo is used up and nothing was charged. It says zeros, as of the run that billed the month.
fn of_nothing(
    model: &ReadModel,
    payer: &PayerAccountId,
    asked: &StatementAsked,
) -> Result<Option<StoredStatement>, Failure> {
    let (account, period) = (&asked.account, asked.period);
    if asked.version.is_some() || model.billing_outline(payer, period)?.billed().is_none() {
        return Ok(None);
    }
    // What the run was decided under stands on each of its statements.
    let Some(other) = model.members_stated(payer, period)?.into_iter().next() else { return Ok(None) };
    let Some(of_run) = model.statement(payer, &other, period)? else { return Ok(None) };
    let currency = of_run.statement.currency;
    let memos = model.memos(payer, account)?;
    let has_memo = memos.memos.values().any(|memo| memo.currency == currency && memo.start_date <= period.last_day());
    if !has_memo {
        return Ok(None);
    }
    let assigned = model.member_account(payer, account)?;
    let assigned = assigned.on(period.last_day());
    let zero = Money::zero(currency);
    let statement = MemberStatement {
        member_account_id: account.clone(),
        customer: assigned.map(|one| one.customer.clone()).unwrap_or_default(),
        po_number: assigned.map(|one| one.po_number.clone()).unwrap_or_default(),
        document_number: None,
        prior_balance: zero,
        issued: zero,
        corrections: zero,
        utilisation: zero,
        applied: zero,
        expired: zero,
        balance_of_funds: zero,
        gross: zero,
        due: zero,
        memos: Vec::new(),
        lines: Vec::new(),
        sellers: Vec::new(),
        earlier_periods: Vec::new(),
        paid_under_other_payers: Vec::new(),
        paid_by_other_payers: Vec::new(),
        in_document_currency: None,
        ..of_run.statement
    };
    Ok(Some(StoredStatement { statement, ..of_run }))
}
