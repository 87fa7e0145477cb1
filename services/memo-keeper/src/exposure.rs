//! How far a payer's memos and AWS are apart on a day: what customers were given ahead of AWS, and
//! what AWS has given that customers have not used (rule book N28), with their ages.

use chrono::NaiveDate;
use domain::{
    ids::{MemberAccountId, MemoNumber, PayerAccountId, UpstreamCreditId},
    memo::{Ages, CreditMemo},
};
use money::{Currency, Money};
use read_model::{ReadModel, as_of};
use schemars::JsonSchema;
use serde::Serialize;
use service_kit::Failure;

/// A memo that AWS's applications are ahead of, or behind.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct MemoExposure {
    /// The memo.
    pub memo_number: MemoNumber,
    /// Its account.
    pub member_account_id: MemberAccountId,
    /// The upstream credit.
    pub credit_id: Option<UpstreamCreditId>,
    /// Given to the customer ahead of AWS.
    pub exposure: Money,
    /// The same by age.
    pub exposure_by_age: Ages,
    /// Taken off the payer's bill by AWS and not used by the customer: owed.
    pub owed: Money,
    /// The same by age.
    pub owed_by_age: Ages,
}

/// All memos of a payer in a currency.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct Exposure {
    /// The day: what counts by its end.
    pub as_of: NaiveDate,
    /// Given to customers ahead of AWS.
    pub exposure: Money,
    /// The same by age.
    pub exposure_by_age: Ages,
    /// Owed to customers out of what AWS has given.
    pub owed: Money,
    /// The same by age.
    pub owed_by_age: Ages,
    /// Memos with either.
    pub memos: Vec<MemoExposure>,
}

/// Compares a payer's memos with AWS's applications as of a day.
pub(crate) fn funds_apart(
    model: &ReadModel,
    payer: &PayerAccountId,
    currency: Currency,
    day: NaiveDate,
) -> Result<Exposure, Failure> {
    let zero = Money::zero(currency);
    let mut funds = Exposure {
        as_of: day,
        exposure: zero,
        exposure_by_age: Ages::none(currency),
        owed: zero,
        owed_by_age: Ages::none(currency),
        memos: Vec::new(),
    };
    for member in model.memo_holders(payer)? {
        let memos = model.memos(payer, &member)?;
        let entries = model.memo_entries(payer, &member)?;
        for memo in as_of(&memos.memos, &entries, Some(day), None)? {
            if memo.currency == currency {
                funds.add(&member, &known_by(memo, day), day);
            }
        }
    }
    Ok(funds)
}

/// A memo without what happened in months that end after the day.
fn known_by(mut memo: CreditMemo, day: NaiveDate) -> CreditMemo {
    memo.applications.retain(|period, _| period.last_day() <= day);
    memo.funding.retain(|period, _| period.last_day() <= day);
    memo
}

impl Exposure {
    fn add(&mut self, member: &MemberAccountId, memo: &CreditMemo, day: NaiveDate) {
        let (exposure, owed) = (memo.exposure(), memo.funded_balance());
        if exposure.is_zero() && owed.is_zero() {
            return;
        }
        let apart = MemoExposure {
            memo_number: memo.number.clone(),
            member_account_id: member.clone(),
            credit_id: memo.credit.clone(),
            exposure,
            exposure_by_age: memo.exposure_by_age(day),
            owed,
            owed_by_age: memo.owed_by_age(day),
        };
        self.exposure += exposure;
        self.owed += owed;
        self.exposure_by_age.add_all(&apart.exposure_by_age);
        self.owed_by_age.add_all(&apart.owed_by_age);
        self.memos.push(apart);
    }
}
