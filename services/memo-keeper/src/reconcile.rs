//! Reconciling a period: what was stripped equals what was given to owners and to suspense; what
//! customers are billed ties to what AWS is paid (rule book B.3).
//!
//! ```text
//! upstream credits = attributed + retained + suspense + beyond face
//! payable          = gross - upstream credits
//! memo movement    = attributed + suspense + beyond face - memo applied
//! billed           = payable + memo movement - kept - rounding + refunded later
//! ```
//!
//! What counts of the accounts together is what their delivery said (its control totals), and each credit's
//! attributed amount of the month is what its memo was funded with. How far the memos and AWS are apart on a
//! day is in `funds.rs`.

use chrono::NaiveDate;
use domain::{
    billing::run::{CustomersSide, MemberInputs, PaidNotShown, PayerMonth, farthest_from_nothing},
    classification::CreditLineTreatment,
    ids::{PayerAccountId, UpstreamCreditId},
    period::BillingPeriod,
    usage::{ControlDifference, MembersTogether},
};
use money::{Exact, Money};
use read_model::ReadModel;
use schemars::JsonSchema;
use serde::Serialize;
use service_kit::Failure;

use crate::{
    exceptions::{Exception, ExceptionKind, exceptions},
    exposure::{Exposure, funds_apart},
    gather_month::GatheredMonth,
};

/// What AWS applied of one credit.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct ReconciledCredit {
    /// The credit.
    pub credit_id: UpstreamCreditId,
    /// Its owner.
    pub owner_account_id: String,
    /// The part on the owner.
    pub on_owner: Exact,
    /// The part stripped from others.
    pub scattered: Exact,
    /// Both.
    pub attributed: Exact,
    /// The memo it funds; none for a credit that gets none.
    pub memo_number: Option<String>,
    /// What of it the memo was not funded with: must be 0 where there is a memo.
    pub not_funded: Exact,
    /// What AWS's allocation history says it applied, where it was imported and names the credit.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub history: Option<Exact>,
    /// That less what the bill's lines say: an open item unless it is 0.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub history_difference: Option<Exact>,
}

/// A period, reconciled. Upstream amounts are exact; what customers are billed is in minor units.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct Reconciliation {
    /// The payer.
    pub payer_account_id: PayerAccountId,
    /// The month.
    pub period: BillingPeriod,
    /// The currency.
    pub currency: String,
    /// All credit lines of AWS's bill, positive.
    pub upstream_credits: Exact,
    /// Of them attributed to credits.
    pub attributed: Exact,
    /// Of those on the credits' owners.
    pub on_owner: Exact,
    /// Of those stripped from others.
    pub scattered: Exact,
    /// Left where AWS put them, or kept as margin.
    pub retained: Exact,
    /// Without a known owner.
    pub suspense: Exact,
    /// Beyond a credit's face by no more than the tolerance: on the rounding account.
    pub beyond_face: Exact,
    /// What AWS is paid.
    pub payable: Exact,
    /// AWS's charges before credits.
    pub gross: Exact,
    /// What customers are billed for the month, corrections of it since included.
    pub billed: Money,
    /// What memos pay.
    pub memo_applied: Money,
    /// AWS's charges less what customers are charged, before memos: negative where the distributor
    /// gains.
    pub kept: Exact,
    /// The part of `kept` that documents charged which were voided (rule book N39).
    pub voided: Exact,
    /// Exact charges less their rounded sum.
    pub rounding: Exact,
    /// Whether the period was billed on the delivery that counts; else only the upstream side ties.
    pub is_billed: bool,
    /// What of AWS's credits was stripped and not drawn: attributed, in suspense and beyond a face, less
    /// what memos pay. Negative where memos were drawn ahead of AWS.
    pub memo_movement: Exact,
    /// Refunds on later bills that correct this month.
    pub refunded_later: Exact,
    /// What of the credit lines is neither attributed, retained nor in suspense: must be 0.
    pub upstream_residual: Exact,
    /// What customers are billed less what ties it to AWS's bill: must be 0.
    pub customer_residual: Exact,
    /// What the accounts' usage differs from the control totals of their delivery by, of the line type that
    /// differs most: must be 0.
    #[serde(default)]
    pub delivery_residual: Exact,
    /// What the payer's own memos paid of the month less what its statements show of them, of the account
    /// where they are farthest apart: must be 0.
    pub memos_not_shown: Exact,
    /// The largest of these, and of what a credit's memo was not funded with: must be 0.
    pub residual: Exact,
    /// Each credit.
    pub credits: Vec<ReconciledCredit>,
    /// How far the memos and AWS are apart.
    pub funds: Exposure,
    /// What ties and still wants a person's eye: shortfalls, funding below nothing, differences from
    /// AWS's history of the month. It is no part of the residual.
    #[serde(default)]
    pub open_items: Vec<Exception>,
}

/// Reconciles a period; none where nothing was delivered.
///
/// # Errors
/// [`Failure`].
pub fn reconcile(
    model: &ReadModel,
    payer: &PayerAccountId,
    period: BillingPeriod,
) -> Result<Option<Reconciliation>, Failure> {
    reconcile_as_of(model, payer, period, period.last_day())
}

/// The same, with the memos and AWS compared as of another day than the period's last.
///
/// # Errors
/// [`Failure`].
pub fn reconcile_as_of(
    model: &ReadModel,
    payer: &PayerAccountId,
    period: BillingPeriod,
    day: NaiveDate,
) -> Result<Option<Reconciliation>, Failure> {
    let Some(gathered) = GatheredMonth::of(model, payer, period)? else { return Ok(None) };
    Ok(Some(reconcile_gathered(&gathered, day, |_| Ok(()))?))
}

/// Reconciles a month that was gathered, and shows each of its accounts to `see` on the way.
pub(crate) fn reconcile_gathered(
    gathered: &GatheredMonth<'_>,
    day: NaiveDate,
    mut see: impl FnMut(&MemberInputs) -> Result<(), Failure>,
) -> Result<Reconciliation, Failure> {
    let GatheredMonth { month, outline, .. } = gathered;
    let (model, payer, period) = (gathered.model(), &month.payer, month.period);
    let (mut upstream_credits, mut retained, mut gross) = (Exact::ZERO, Exact::ZERO, Exact::ZERO);
    let mut together = MembersTogether::default();
    let mut customers = CustomersSide::nothing(month.currency());
    for member in gathered.accounts()? {
        let member = member?;
        if let Some(usage) = member.own.usage.get(&period) {
            together.add(usage)?;
            for line in &usage.credit_lines {
                upstream_credits = upstream_credits.checked_sub(line.amount)?;
                if month.treat(line) != CreditLineTreatment::Promotional {
                    retained = retained.checked_sub(line.amount)?;
                }
            }
            gross = gross.checked_add(month.rated(&member.own)?.upstream)?;
        }
        if month.is_about(&member.own) {
            if outline.billed().is_some() {
                customers.add(month, &member.own, gathered.through)?;
            }
            see(&member)?;
        }
    }
    let differences = together.differences(&month.delivery);
    let differences = differences.iter().map(ControlDifference::amount).collect::<Result<Vec<_>, _>>()?;
    let delivery_residual = farthest_from_nothing(differences);
    let payable = gross.checked_sub(upstream_credits)?;
    let mut beyond_face = Exact::ZERO;
    let suspense = model.suspense(payer, period)?.total()?;
    let (mut attributed, mut on_owner, mut scattered, mut credits) =
        (Exact::ZERO, Exact::ZERO, Exact::ZERO, Vec::new());
    for ((_, id), credit) in model.upstream_credits(Some(payer))? {
        let Some((applied, terms)) = credit.applications.get(&period).zip(credit.terms.as_ref()) else { continue };
        let stated = credit.history.get(&period).map(|observed| observed.amount);
        let on_bill = applied.amount.checked_add(applied.beyond_face)?;
        attributed = attributed.checked_add(applied.amount)?;
        beyond_face = beyond_face.checked_add(applied.beyond_face)?;
        on_owner = on_owner.checked_add(applied.on_owner)?;
        scattered = scattered.checked_add(applied.scattered)?;
        let owner = credit.owner_in(period).unwrap_or(&terms.owner);
        let memos = model.memos(payer, owner)?;
        let memo = memos.of_credit_in(&id, period);
        let funded = memos.funded_in(&id, period)?;
        credits.push(ReconciledCredit {
            owner_account_id: owner.to_string(),
            on_owner: applied.on_owner,
            scattered: applied.scattered,
            attributed: applied.amount,
            memo_number: memo.map(|memo| memo.number.to_string()),
            not_funded: applied.amount.checked_sub(funded)?,
            credit_id: id,
            history: stated,
            history_difference: stated.map(|stated| stated.checked_sub(on_bill)).transpose()?,
        });
    }
    let given = attributed.checked_add(retained)?.checked_add(suspense)?.checked_add(beyond_face)?;
    let upstream_residual = upstream_credits.checked_sub(given)?;

    let customers = customers.unless_it_waits(month, outline, &gathered.later_months());
    let is_billed = customers.is_some();
    let CustomersSide { billed, memo_applied, kept, voided, rounding, refunded_later, unsettled, memos_not_shown } =
        customers.unwrap_or_else(|| CustomersSide::nothing(month.currency()));
    let customer_residual = if is_billed {
        let customers = billed
            .to_exact()
            .checked_add(memo_applied.to_exact())?
            .checked_add(rounding)?
            .checked_add(unsettled)?
            .checked_sub(refunded_later)?;
        let upstream = payable.checked_add(given)?.checked_sub(retained)?.checked_sub(kept)?;
        // What is not settled with customers is no tie, whatever the sums say.
        customers.checked_sub(upstream)?.checked_add(unsettled)?
    } else {
        Exact::ZERO
    };
    let not_funded: Vec<Exact> =
        credits.iter().filter(|credit| credit.memo_number.is_some()).map(|credit| credit.not_funded).collect();
    Ok(Reconciliation {
        payer_account_id: payer.clone(),
        period,
        currency: month.currency().to_string(),
        upstream_credits,
        attributed,
        on_owner,
        scattered,
        retained,
        suspense,
        beyond_face,
        payable,
        gross,
        billed,
        memo_applied,
        kept,
        voided,
        rounding,
        is_billed,
        // All must tie; the largest gap is shown, so that two errors never hide each other.
        residual: farthest_from_nothing(
            [upstream_residual, customer_residual, delivery_residual, memos_not_shown].into_iter().chain(not_funded),
        ),
        delivery_residual,
        memo_movement: attributed
            .checked_add(suspense)?
            .checked_add(beyond_face)?
            .checked_sub(memo_applied.to_exact())?,
        refunded_later,
        upstream_residual,
        customer_residual,
        memos_not_shown,
        credits,
        funds: funds_apart(model, payer, month.currency(), day)?,
        open_items: Vec::new(),
    })
}

/// What ties in a period and still wants a person's eye; first what another run of it would show.
///
/// # Errors
/// [`Failure`].
pub fn open_items(
    model: &ReadModel,
    payer: &PayerAccountId,
    period: BillingPeriod,
    today: chrono::NaiveDate,
) -> Result<Vec<Exception>, Failure> {
    let mut found = exceptions(model, Some(payer), today)?;
    found.retain(|one| match one.exception {
        ExceptionKind::UpstreamShortfall | ExceptionKind::NegativeFunding => true,
        ExceptionKind::HistoryDifference => one.period == Some(period),
        _ => false,
    });
    let Some(gathered) = GatheredMonth::of(model, payer, period)? else { return Ok(found) };
    let waiting = gathered.paid_not_shown()?.into_iter().map(|one| open_item(one, &gathered.month));
    Ok(waiting.chain(found).collect())
}

/// The open item of what memos of another payer paid otherwise than the statements say, and what to do
/// about it.
fn open_item(one: PaidNotShown, month: &PayerMonth) -> Exception {
    let whose_turn = if one.left_to_bill().is_zero() { &one.home } else { &month.payer };
    let PaidNotShown { member, home, paid, shown, .. } = &one;
    let (payer, period) = (&month.payer, month.period);
    let message = format!(
        "memos of {member} under payer {home} paid {paid} of its charges of {period}, and the statements of payer \
         {payer} say {shown}: bill payer {whose_turn} again, or its next month where {period} is closed"
    );
    Exception {
        exception: ExceptionKind::PaidNotShown,
        payer_account_id: payer.clone(),
        period: Some(period),
        member_account_id: Some(member.clone()),
        memo_number: None,
        credit_id: None,
        currency: month.currency().to_string(),
        amount: (*paid - *shown).to_exact(),
        age_days: None,
        message,
    }
}
