//! The memo's verbs by hand, and the second pair of eyes.

use std::{collections::BTreeMap, path::Path};

use chrono::NaiveDate;
use domain::{
    credit::CreditStatus,
    ids::{MemberAccountId, MemoNumber, PayerAccountId},
    memo::{
        AdjustMemo, CreditMemo, ExpireMemo, HandAct, HandRefusal, IssueMemo, MemoTerms, OpenMemo, PastEnd, ReassignPo,
        RefundMemo, ReinstateMemo, TransferMemo, WriteOffCause, WriteOffMemo,
    },
    period::BillingPeriod,
    policy::MemoBasis,
};
use memo_keeper::{HandOutcome, act_by_hand, owner_of, posting};
use money::{Currency, Exact, Money};
use schemars::JsonSchema;
use serde::Serialize;
use service_kit::{Failure, UnitOfWork};
use upstream_credits::{CsvFault, CsvTable};

use super::{dates::DatesArgs, memos::memos_list, payer::payer_or_only};
use crate::{
    args::{Global, MemoActArgs, MemoIssueArgs, MemosCommand},
    output,
};

/// An act that waits for a second person.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub(crate) struct ProposalRow {
    /// What `approve` takes.
    pub proposal: String,
    /// The payer.
    pub payer_account_id: String,
    /// The account; blank for an act upon a month.
    pub member_account_id: String,
    /// The month, for an act upon one.
    pub period: Option<String>,
    /// What is to be done.
    pub act: String,
    /// Who proposed it.
    pub by: String,
    /// Why.
    pub reason: String,
}

/// Does a verb by hand.
pub(crate) async fn memo_verb(global: &Global, unit: &mut UnitOfWork, command: MemosCommand) -> Result<(), Failure> {
    if unit.was_done() {
        // What it did may not be possible a second time; it is not asked again.
        return memos_list(global, unit, None, None, &DatesArgs::default()).await;
    }
    if let MemosCommand::Import { file } = &command {
        return import(global, unit, file).await;
    }
    let needs_reason = !matches!(command, MemosCommand::Expire(_) | MemosCommand::Reinstate { .. });
    if needs_reason && global.reason.as_deref().is_none_or(|reason| reason.trim().is_empty()) {
        return Err(Failure::usage("CM0205", "an act by hand needs a reason: say --reason"));
    }
    let (payer, member, act) = act_of(unit, command)?;
    match act_by_hand(unit, &payer, &member, &act).await? {
        HandOutcome::Done(0) => output::say("nothing to do: it stands so already"),
        HandOutcome::Done(_) => {}
        HandOutcome::Completed(one) => output::say(format_args!(
            "this move was cut off before: the {} that had left {} are now with account {}, and nothing more was \
             moved; to move as much again, give the command again",
            one.left.amount, one.memo.number, one.left.to_member
        )),
        HandOutcome::Proposed(proposal) => {
            output::say(format_args!(
                "proposed as {proposal}: another person has to approve it (creditmemo approve {proposal} --by NAME)"
            ));
        }
    }
    memos_list(global, unit, Some(&payer), Some(&member), &DatesArgs::default()).await
}

struct Target {
    payer: PayerAccountId,
    member: MemberAccountId,
    currency: Currency,
    effective: NaiveDate,
    posting: BillingPeriod,
    amount: Option<Money>,
}

fn target(unit: &UnitOfWork, args: &MemoActArgs) -> Result<Target, Failure> {
    let (payer, member) = owner_of(&unit.model, &args.number)?;
    let memos = unit.model.memos(&payer, &member)?;
    let currency = memos.currency_of(&args.number).unwrap_or(Currency::USD);
    let effective = args.date.unwrap_or_else(|| unit.clock.today());
    let amount = args.amount.map(|amount| in_minor_units(amount, currency)).transpose()?;
    Ok(Target { posting: posting(unit, &payer, effective)?, payer, member, currency, effective, amount })
}

/// Whether AWS has cancelled a memo's credit, or given it to another account.
fn has_ended_upstream(unit: &UnitOfWork, of: &Target, number: &MemoNumber) -> Result<bool, Failure> {
    let memos = unit.model.memos(&of.payer, &of.member)?;
    let Some(id) = memos.memos.get(number).and_then(|memo| memo.credit.as_ref()) else { return Ok(false) };
    let credit = unit.model.upstream_credit(&of.payer, id)?;
    let is_anothers = credit.terms.as_ref().is_some_and(|terms| terms.owner != of.member);
    Ok(credit.status == CreditStatus::Cancelled || is_anothers)
}

fn in_minor_units(amount: Exact, currency: Currency) -> Result<Money, Failure> {
    amount.to_money(currency).map_err(|fault| Failure::refused("CM0301", fault))
}

fn monthly_cap(amount: Exact, currency: Currency) -> Result<Money, Failure> {
    if !amount.is_positive() {
        return Err(Failure::refused(
            "CM0344",
            format!("a monthly cap of {amount} lets the memo pay nothing: name one above zero"),
        ));
    }
    in_minor_units(amount, currency)
}

fn act_of(unit: &UnitOfWork, command: MemosCommand) -> Result<(PayerAccountId, MemberAccountId, HandAct), Failure> {
    Ok(match command {
        MemosCommand::Issue(args) => issue(unit, args)?,
        MemosCommand::Adjust { number, amount, date } => {
            let of = target(unit, &MemoActArgs { number: number.clone(), amount: None, date })?;
            let policy = unit.model.policies(&of.payer, of.posting)?.hash();
            let after_upstream_end = has_ended_upstream(unit, &of, &number)?;
            let act = HandAct::Adjust(AdjustMemo {
                memo: number,
                change: in_minor_units(amount, of.currency)?,
                effective: of.effective,
                posting: of.posting,
                policy,
                first_unissued: unit.first_unissued(&of.payer)?,
                after_upstream_end,
            });
            (of.payer, of.member, act)
        }
        MemosCommand::WriteOff(args) => {
            let of = target(unit, &args)?;
            let (amount, effective, posting) = (of.amount, of.effective, of.posting);
            let act = WriteOffMemo { memo: args.number, amount, cause: WriteOffCause::ByHand, effective, posting };
            (of.payer, of.member, HandAct::WriteOff(act))
        }
        MemosCommand::Refund(args) => {
            let of = target(unit, &args)?;
            let act = RefundMemo { memo: args.number, amount: of.amount, effective: of.effective, posting: of.posting };
            (of.payer, of.member, HandAct::Refund(act))
        }
        MemosCommand::Expire(args) => {
            let of = target(unit, &args)?;
            let policy = unit.model.policies(&of.payer, of.posting)?.hash();
            let (amount, effective, posting) = (of.amount, of.effective, of.posting);
            let act = ExpireMemo { memo: args.number, amount, effective, posting, policy };
            (of.payer, of.member, HandAct::Expire(act))
        }
        MemosCommand::Reinstate { of: args, until } => {
            let of = target(unit, &args)?;
            let (amount, effective, posting) = (of.amount, of.effective, of.posting);
            let past_end = Some(PastEnd::of(&unit.model.policies(&of.payer, posting)?));
            let (memo, usable_until) = (args.number, until);
            let act = ReinstateMemo { memo, amount, usable_until, effective, posting, past_end };
            (of.payer, of.member, HandAct::Reinstate(act))
        }
        MemosCommand::Reassign { of: args, to_account, to_payer, customer, po, consent } => {
            reassign(unit, &args, to_account, to_payer, customer, po, consent)?
        }
        MemosCommand::List { .. } | MemosCommand::Show { .. } | MemosCommand::Import { .. } => {
            return Err(Failure::failed("CM0100", "this is no act by hand"));
        }
    })
}

fn issue(unit: &UnitOfWork, args: MemoIssueArgs) -> Result<(PayerAccountId, MemberAccountId, HandAct), Failure> {
    let payer = payer_or_only(unit, args.payer.as_ref())?;
    let list = |text: &str| text.split(';').map(str::trim).filter(|part| !part.is_empty()).map(str::to_owned).collect();
    let start_date = args.start.unwrap_or_else(|| unit.clock.today());
    if let Some(credit) = &args.credit
        && let Some(memo) = unit.model.memos(&payer, &args.account)?.of_credit(credit)
    {
        // A second memo for one credit and owner is a mistake, whoever makes it.
        return Err(Failure::refused(
            "CM0330",
            domain::memo::IssueRefusal::HasMemo { credit: credit.clone(), memo: memo.number.clone() },
        ));
    }
    let act = HandAct::Issue(IssueMemo {
        payer: payer.clone(),
        member: args.account.clone(),
        credit: args.credit,
        supplements: None,
        description: args.description,
        program: "by hand".to_owned(),
        currency: args.currency,
        face: in_minor_units(args.face, args.currency)?,
        start_date,
        end_date: args.end,
        terms: MemoTerms {
            services: list(&args.services),
            excluded_services: list(&args.excluded_services),
            regions: list(&args.regions),
            covers_tax: args.covers_tax,
            monthly_cap: args.monthly_cap.map(|cap| monthly_cap(cap, args.currency)).transpose()?,
            not_applied: Vec::new(),
        },
        basis: MemoBasis::Face,
        policy: unit.model.policies(&payer, BillingPeriod::containing(start_date))?.hash(),
        first_unissued: unit.first_unissued(&payer)?,
        new_ownership: false,
    });
    Ok((payer, args.account, act))
}

#[allow(clippy::too_many_arguments)] // the options of one verb
fn reassign(
    unit: &UnitOfWork,
    args: &MemoActArgs,
    to_account: Option<MemberAccountId>,
    to_payer: Option<PayerAccountId>,
    customer: Option<String>,
    po: Option<String>,
    consent: bool,
) -> Result<(PayerAccountId, MemberAccountId, HandAct), Failure> {
    let of = target(unit, args)?;
    let today = of.effective;
    let account = unit.model.member_account(&of.payer, &of.member)?;
    let assignment = account.on(today).or_else(|| account.assignments().last()).cloned();
    let memo = unit.model.memos(&of.payer, &of.member)?.memos.get(&args.number).cloned();
    let from = memo
        .and_then(|memo| memo.assigned_to)
        .or_else(|| assignment.map(|one| (one.customer, one.po_number)))
        .unwrap_or_default();
    let other_customer = |other: &domain::ids::CustomerId| -> Result<(), Failure> {
        if *other != from.0 && !from.0.is_blank() && !consent {
            let refusal =
                HandRefusal::OtherCustomer { memo: args.number.clone(), owner: from.0.clone(), other: other.clone() };
            return Err(Failure::refused("CM0336", refusal));
        }
        Ok(())
    };
    if to_account.is_some() || to_payer.is_some() {
        let to_payer = to_payer.unwrap_or_else(|| of.payer.clone());
        let to_member = to_account.unwrap_or_else(|| of.member.clone());
        let target = unit.model.member_account(&to_payer, &to_member)?;
        let owner = target
            .on(today)
            .or_else(|| target.assignments().last())
            .map(|one| one.customer.clone())
            .unwrap_or_default();
        other_customer(&owner)?;
        let transfer = unit
            .model
            .memos(&of.payer, &of.member)?
            .memos
            .get(&args.number)
            .map_or_else(String::new, CreditMemo::next_transfer_id);
        let act = HandAct::Transfer(TransferMemo {
            memo: args.number.clone(),
            transfer,
            to_payer,
            to_member,
            amount: of.amount,
            unfunded_first: false,
            effective: of.effective,
            posting: of.posting,
        });
        return Ok((of.payer, of.member, act));
    }
    if customer.is_none() && po.is_none() {
        return Err(Failure::usage("CM0211", "say where to: --to-account, --to-payer, --customer or --po"));
    }
    let customer = customer.map_or_else(|| from.0.clone(), |name| name.as_str().into());
    other_customer(&customer)?;
    let po_number = po.map_or_else(|| from.1.clone(), |number| number.as_str().into());
    let act = HandAct::ReassignPo(ReassignPo {
        memo: args.number.clone(),
        customer,
        po_number,
        from,
        effective: of.effective,
        posting: of.posting,
    });
    Ok((of.payer, of.member, act))
}

const IMPORT_COLUMNS: [&str; 11] = [
    "payer_account_id",
    "member_account_id",
    "credit_id",
    "memo_number",
    "currency",
    "face_amount",
    "applied_amount",
    "funded_amount",
    "start_date",
    "as_of",
    "evidence",
];

async fn import(global: &Global, unit: &mut UnitOfWork, file: &Path) -> Result<(), Failure> {
    let commands = read_memos(unit, file).map_err(|fault| Failure::refused("CM0343", fault))?;
    let opened = memo_keeper::open_memos(unit, &commands).await?;
    output::say(format_args!("{} memos read, {opened} taken over", commands.len()));
    let payers: std::collections::BTreeSet<_> = commands.iter().map(|command| command.issue.payer.clone()).collect();
    for payer in &payers {
        crate::process_manager::follow(unit, payer).await?;
    }
    memos_list(global, unit, None, None, &DatesArgs::default()).await
}

fn read_memos(unit: &UnitOfWork, file: &Path) -> Result<Vec<OpenMemo>, CsvFault> {
    let table = CsvTable::read(file, &IMPORT_COLUMNS)?;
    let mut commands = Vec::new();
    for row in table.rows() {
        let currency = row.currency("currency")?;
        let money = |column: &str| -> Result<Money, CsvFault> {
            row.amount(column)?.to_money(currency).map_err(|fault| row.fault(column, fault))
        };
        let payer: PayerAccountId = row.id("payer_account_id")?;
        let as_of = row.date("as_of")?;
        let first_unissued = unit.first_unissued(&payer).map_err(|failure| row.fault("as_of", failure))?;
        let policies =
            unit.model.policies(&payer, BillingPeriod::containing(as_of)).map_err(|fault| row.fault("as_of", fault))?;
        let face = money("face_amount")?;
        let applied_before = money("applied_amount")?;
        if applied_before > face || applied_before.is_negative() {
            return Err(
                row.fault("applied_amount", format!("{applied_before} is not between nothing and the face {face}"))
            );
        }
        commands.push(OpenMemo {
            issue: IssueMemo {
                member: row.id("member_account_id")?,
                credit: if row.text("credit_id").is_empty() { None } else { Some(row.id("credit_id")?) },
                supplements: None,
                description: row.text("description").to_owned(),
                program: row.text("program").to_owned(),
                currency,
                face,
                start_date: row.date("start_date")?,
                end_date: row.optional_date("end_date")?,
                terms: MemoTerms {
                    services: row.list("services"),
                    excluded_services: row.list("excluded_services"),
                    regions: row.list("regions"),
                    covers_tax: row.yes_or_no("covers_tax")?,
                    monthly_cap: None,
                    not_applied: Vec::new(),
                },
                basis: MemoBasis::Face,
                policy: policies.hash(),
                // What was before the cut-over is on the other system's statements.
                first_unissued: first_unissued.max(Some(BillingPeriod::containing(as_of))),
                new_ownership: false,
                payer,
            },
            applied_before,
            funded_before: row.amount("funded_amount")?,
            as_of,
            former_number: row.text("memo_number").to_owned(),
            evidence: row.filled("evidence")?.to_owned(),
            same_before: 0,
        });
    }
    let mut said: BTreeMap<String, usize> = BTreeMap::new();
    for command in &mut commands {
        let times = said.entry(format!("{command:?}")).or_default();
        command.same_before = *times;
        *times += 1;
    }
    Ok(commands)
}

/// Lists acts that wait for a second person.
pub(crate) fn approvals(global: &Global, unit: &UnitOfWork) -> Result<(), Failure> {
    let mut rows: Vec<ProposalRow> = memo_keeper::proposals(&unit.model)?
        .into_iter()
        .map(|((payer, member), proposed)| ProposalRow {
            proposal: proposed.proposal,
            payer_account_id: payer.to_string(),
            member_account_id: member.to_string(),
            period: None,
            act: serde_json::to_string(&proposed.act).unwrap_or_default(),
            by: proposed.by,
            reason: proposed.reason,
        })
        .collect();
    rows.extend(memo_keeper::period_proposals(&unit.model)?.into_iter().map(|proposed| ProposalRow {
        proposal: proposed.proposal,
        payer_account_id: proposed.payer.to_string(),
        member_account_id: String::new(),
        period: Some(proposed.period.to_string()),
        act: serde_json::to_string(&proposed.act).unwrap_or_default(),
        by: proposed.by,
        reason: proposed.reason,
    }));
    output::print_rows(global.output, &rows, &["proposal", "period", "member_account_id", "act", "by", "reason"])
}

/// Approves an act.
pub(crate) async fn approve(global: &Global, unit: &mut UnitOfWork, proposal: &str) -> Result<(), Failure> {
    if unit.was_done() {
        return approvals(global, unit);
    }
    let facts = memo_keeper::approve(unit, proposal).await?;
    output::say(format_args!("approved: {facts} facts recorded"));
    approvals(global, unit)
}
