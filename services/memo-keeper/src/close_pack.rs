//! The close pack of a month: made once it is closed, recorded by its digest, and made again from the
//! log by anyone who has it (rule book B.2).

use std::{collections::BTreeMap, sync::Mutex};

use domain::{
    billing::{
        BillingFact, BillingState, CLOSE_PACK_KIND, ClosePack, ClosePackMade, PackedBalance, PackedBalanceTotal,
        PackedCredit, PackedDocument, PackedException, PackedInput, PackedPlace, PackedPolicy, PackedRun, PackedTies,
        PeriodStatus,
    },
    ids::PayerAccountId,
    memo::CreditMemo,
    period::BillingPeriod,
};
use event_log::EventLog;
use read_model::{KnowledgeCut, ReadModel, SubjectRecord, model_as_known};
use service_kit::{Failure, UnitOfWork, codes};
use sha2::{Digest, Sha256};
use wire::{Fact, StreamName, Subject};

use crate::{
    exceptions::{Exception, ExceptionKind, exceptions},
    gather::PayerRead,
    reconcile::reconcile,
};

/// A close pack with its text: what is filed and signed.
#[derive(Debug, Clone)]
pub struct FiledClosePack {
    /// What it says.
    pub pack: ClosePack,
    /// The same, byte for byte.
    pub text: String,
    /// SHA-256 of the text.
    pub digest: String,
}

impl FiledClosePack {
    fn of(pack: ClosePack) -> Result<Self, Failure> {
        let text = serde_json::to_string_pretty(&pack)
            .map_err(|cause| Failure::failed(codes::NOT_WRITABLE_AS_JSON, cause))?
            + "\n";
        let digest = hex::encode(Sha256::digest(text.as_bytes()));
        Ok(Self { pack, text, digest })
    }
}

/// Makes the pack of a closed period and records its digest. Done before, nothing is recorded and none
/// is answered: [`close_pack_again`] makes it from the log.
///
/// # Errors
/// [`Failure`].
pub async fn record_close_pack(
    unit: &mut UnitOfWork,
    payer: &PayerAccountId,
    period: BillingPeriod,
) -> Result<Option<FiledClosePack>, Failure> {
    let made = Mutex::new(None);
    let recorded = unit
        .decide(&Subject::billing(payer, period), |model| {
            let state = model.billing(payer, period)?;
            if state.status != PeriodStatus::Closed || state.packs.contains_key(&state.closes) {
                return Ok(Vec::new());
            }
            let filed = FiledClosePack::of(close_pack(model, payer, period, through(model))?)?;
            let fact = ClosePackMade {
                payer: payer.clone(),
                period,
                version: state.closes,
                kind: filed.pack.kind.clone(),
                through: filed.pack.through.clone(),
                digest: filed.digest.clone(),
            };
            *made.lock().unwrap_or_else(std::sync::PoisonError::into_inner) = Some(filed);
            Ok(vec![Fact::from(BillingFact::Packed(fact))])
        })
        .await?;
    let made = made.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner);
    Ok(made.filter(|_| !recorded.is_empty()))
}

/// Makes the pack of a close again, from the log alone: the last one where no version is named.
///
/// # Errors
/// [`Failure`]: no such pack was made, or the log makes another one of it than was recorded.
pub async fn close_pack_again(
    log: &dyn EventLog,
    model: &ReadModel,
    payer: &PayerAccountId,
    period: BillingPeriod,
    version: Option<u32>,
) -> Result<FiledClosePack, Failure> {
    let state = model.billing(payer, period)?;
    let made = match version {
        Some(version) => state.packs.get(&version),
        None => state.packs.values().next_back(),
    };
    let Some(made) = made else {
        let which = version.map_or_else(String::new, |version| format!(", version {version}"));
        return Err(Failure::failed(
            codes::NO_CLOSE_PACK,
            format!("no close pack was made of {period} of {payer}{which}: close the month first"),
        ));
    };
    if made.kind != CLOSE_PACK_KIND {
        return Err(Failure::failed(
            codes::CLOSE_PACK_KIND,
            format!("the close pack of {period} of {payer} is a {}: a later program makes it", made.kind),
        ));
    }
    let known = model_as_known(log, None, &KnowledgeCut::Read(made.through.clone()), &StreamName::ALL).await?;
    let filed = FiledClosePack::of(close_pack(&known, payer, period, made.through.clone())?)?;
    if filed.digest == made.digest {
        return Ok(filed);
    }
    Err(Failure::check(
        codes::PACK_MADE_ANEW_DIFFERS,
        format!(
            "the log makes another close pack of {period} of {payer} (digest {}) than was recorded when it was closed \
             ({}): audit the log",
            filed.digest, made.digest
        ),
    ))
}

fn close_pack(
    model: &ReadModel,
    payer: &PayerAccountId,
    period: BillingPeriod,
    through: BTreeMap<String, u64>,
) -> Result<ClosePack, Failure> {
    let state = model.billing(payer, period)?;
    let not_billed = || Failure::failed(codes::NOT_BILLED, format!("{period} of {payer} is not billed"));
    let basis = PayerRead::of(model, payer)?.month(model, period)?.ok_or_else(not_billed)?;
    let run = state.billed().ok_or_else(not_billed)?;
    let reconciled = reconcile(model, payer, period)?.ok_or_else(not_billed)?;
    let subject = Subject::billing(payer, period);
    let record = model.record(&subject)?.ok_or_else(not_billed)?;
    let balances = balances(model, payer, period)?;
    let delivery = &basis.delivery;
    Ok(ClosePack {
        kind: CLOSE_PACK_KIND.to_owned(),
        payer_account_id: payer.clone(),
        period,
        version: state.closes,
        currency: basis.currency(),
        through,
        closed_at: place(&subject, &record),
        input: PackedInput {
            delivery: delivery.delivery.clone(),
            replaces: delivery.replaces.clone(),
            format: delivery.format,
            finality: delivery.finality,
            assembly_id: delivery.assembly_id.clone(),
            created: delivery.created,
            files: delivery.files.clone(),
            rows: delivery.rows,
            accounts: delivery.accounts,
            digest: delivery.digest.clone(),
            totals: delivery.totals.clone(),
            by_type: delivery.by_type.clone(),
            other_payers: run.other_payers.clone(),
        },
        policy: PackedPolicy { hash: basis.policy.clone(), chosen: basis.policies.chosen() },
        waived: state.waived.clone(),
        run: PackedRun {
            run: run.run.clone(),
            members: run.totals.members,
            unassigned: run.totals.unassigned,
            documents: run.totals.documents,
            gross: run.totals.gross,
            applied: run.totals.applied,
            due: run.totals.due,
            rounding_difference: run.totals.rounding_difference,
            kept: run.totals.kept,
        },
        credits: reconciled
            .credits
            .iter()
            .map(|credit| PackedCredit {
                credit_id: credit.credit_id.clone(),
                owner_account_id: credit.owner_account_id.clone(),
                on_owner: credit.on_owner,
                scattered: credit.scattered,
                memo_number: credit.memo_number.clone(),
                not_funded: credit.not_funded,
            })
            .collect(),
        ties: PackedTies {
            upstream_credits: reconciled.upstream_credits,
            attributed: reconciled.attributed,
            on_owner: reconciled.on_owner,
            scattered: reconciled.scattered,
            retained: reconciled.retained,
            suspense: reconciled.suspense,
            beyond_face: reconciled.beyond_face,
            gross: reconciled.gross,
            payable: reconciled.payable,
            billed: reconciled.billed,
            memo_applied: reconciled.memo_applied,
            memo_movement: reconciled.memo_movement,
            kept: reconciled.kept,
            voided: reconciled.voided,
            rounding: reconciled.rounding,
            refunded_later: reconciled.refunded_later,
            exposure: reconciled.funds.exposure,
            owed: reconciled.funds.owed,
            upstream_residual: reconciled.upstream_residual,
            customer_residual: reconciled.customer_residual,
            residual: reconciled.residual,
        },
        documents: documents(&state),
        balance_totals: PackedBalanceTotal::of(&balances)?,
        balances,
        suspense: model.suspense(payer, period)?.items.into_values().collect(),
        exceptions: exceptions(model, Some(payer), period.next().first_day())?
            .into_iter()
            .filter_map(packed_exception)
            .collect(),
    })
}

fn through(model: &ReadModel) -> BTreeMap<String, u64> {
    let positions = model.positions().into_iter().filter(|(_, position)| position.sequence > 0);
    positions.map(|(stream, position)| (stream.to_string(), position.sequence)).collect()
}

fn place(subject: &Subject, record: &SubjectRecord) -> PackedPlace {
    PackedPlace {
        subject: subject.to_string(),
        sequence: record.last_sequence,
        n: record.n,
        chain: record.chain.to_string(),
        recorded: record.recorded,
    }
}

fn documents(state: &BillingState) -> Vec<PackedDocument> {
    let issued = state.documents.iter();
    issued
        .map(|(number, header)| PackedDocument {
            document_number: number.clone(),
            kind: header.kind,
            supersedes: header.supersedes.clone(),
            voided: state.voided.contains_key(number),
            customer: header.customer.clone(),
            po_number: header.po_number.clone(),
            currency: header.currency,
            gross: header.gross,
            applied: header.applied,
            corrections_due: header.corrections_due,
            due: header.due,
            digest: header.digest.clone(),
        })
        .collect()
}

fn balances(model: &ReadModel, payer: &PayerAccountId, period: BillingPeriod) -> Result<Vec<PackedBalance>, Failure> {
    let mut balances = Vec::new();
    for ((_, member), memos) in model.memos_of(Some(payer))? {
        let Some(record) = model.record(&Subject::memos(payer, &member))? else { continue };
        let row = |memo: &CreditMemo| PackedBalance {
            member_account_id: member.clone(),
            memo_number: memo.number.clone(),
            credit_id: memo.credit.clone(),
            currency: memo.currency,
            face_amount: memo.face,
            applied_amount: memo.applied,
            expired_amount: memo.expired,
            written_off_amount: memo.written_off,
            refunded_amount: memo.refunded,
            reassigned_amount: memo.reassigned_out,
            open_balance: memo.open,
            funded_balance: memo.funded_balance(),
            balance_of_funds: memo.balance_through(period),
            status: memo.status(),
            sequence: record.last_sequence,
            chain: record.chain.to_string(),
        };
        balances.extend(memos.in_order_of_issue().into_iter().map(row));
    }
    Ok(balances)
}

/// As the first form of a pack has it. A kind of exception that is added later is no part of that form.
fn packed_exception(found: Exception) -> Option<PackedException> {
    let exception = match found.exception {
        ExceptionKind::UpstreamShortfall => "upstream-shortfall",
        ExceptionKind::NegativeFunding => "negative-funding",
        ExceptionKind::Exposure => "exposure",
        ExceptionKind::UnfundedLapse => "unfunded-lapse",
        ExceptionKind::FundedOpen => "funded-open",
        ExceptionKind::OverApplication => "over-application",
        ExceptionKind::Suspense => "suspense",
        ExceptionKind::HistoryDifference => "history-difference",
        ExceptionKind::InTransit => "in-transit",
        ExceptionKind::PaidNotShown => "paid-not-shown",
        ExceptionKind::UpstreamSurplus => "upstream-surplus",
        ExceptionKind::OtherCustomer => "other-customer",
        ExceptionKind::UnclearRefund => "unclear-refund",
    };
    Some(PackedException {
        exception: exception.to_owned(),
        period: found.period,
        member_account_id: found.member_account_id,
        memo_number: found.memo_number,
        credit_id: found.credit_id,
        currency: found.currency,
        amount: found.amount,
    })
}
