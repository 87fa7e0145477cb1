//! The memo's verbs by hand, and the second pair of eyes.

use std::path::Path;

use domain::memo::{
    AdjustAct, AmountAct, HandAct, IssueAct, MemoTerms, ReassignAct, ReinstateAct, TakeOverAct, TransferAct,
};
use memo_keeper::{HandOutcome, act_by_hand, owner_of};
use service_kit::{Failure, UnitOfWork, codes};
use upstream_credits::{CsvFault, CsvTable};

use crate::{
    args::{DatesArgs, FilterArgs, Global, MemoActArgs, MemoIssueArgs, MemosCommand},
    outcome::Outcome,
    payer::payer_or_only,
    policy_proposals,
    shown::{
        memos::memos_list,
        proposals::{approvals, proposed},
    },
};

/// Does a verb by hand.
pub(crate) async fn memo_verb(
    global: &Global,
    unit: &mut UnitOfWork,
    command: MemosCommand,
) -> Result<Outcome, Failure> {
    if let MemosCommand::Import { file } = &command {
        return import(unit, file).await;
    }
    let needs_reason = !matches!(command, MemosCommand::Expire(_) | MemosCommand::Reinstate { .. });
    if needs_reason && global.reason.as_deref().is_none_or(|reason| reason.trim().is_empty()) {
        return Err(Failure::usage(codes::REASON_MISSING, "an act by hand needs a reason: say --reason"));
    }
    let act = act_of(unit, command)?;
    let ((payer, member), done) = act_by_hand(unit, &act).await?;
    let outcome = match done {
        HandOutcome::Done(0) => Outcome::new().say("nothing to do: it stands so already"),
        HandOutcome::Done(_) => Outcome::new(),
        HandOutcome::Completed(one) => Outcome::new().say(format_args!(
            "this move was cut off before: the {} that had left {} are now with account {}, and nothing more was \
             moved; to move as much again, give the command again",
            one.left.amount, one.memo.number, one.left.to_member
        )),
        HandOutcome::Proposed(proposal) => Outcome::new().say(proposed(&proposal)),
    };
    let of_member = FilterArgs { payer: Some(payer), account: Some(member), ..FilterArgs::default() };
    Ok(outcome.then(memos_list(unit, &of_member, &DatesArgs::default()).await?))
}

/// What was said, as an act. Nothing is looked up for it here but a payer that need not be named.
fn act_of(unit: &UnitOfWork, command: MemosCommand) -> Result<HandAct, Failure> {
    Ok(match command {
        MemosCommand::Issue(args) => HandAct::Issue(issue(unit, args)?),
        MemosCommand::Adjust { number, amount, date } => {
            HandAct::Adjust(AdjustAct { memo: number, change: amount, effective: date })
        }
        MemosCommand::WriteOff(args) => HandAct::WriteOff(amount_act(args)),
        MemosCommand::Refund(args) => HandAct::Refund(amount_act(args)),
        MemosCommand::Expire(args) => HandAct::Expire(amount_act(args)),
        MemosCommand::Reinstate { of, until } => HandAct::Reinstate(ReinstateAct {
            memo: of.number,
            amount: of.amount,
            usable_until: until,
            effective: of.date,
        }),
        MemosCommand::Reassign { of, to_account, to_payer, customer, po, consent } => {
            if to_account.is_some() || to_payer.is_some() {
                // A move to another payer alone stays with the account.
                let home = || owner_of(&unit.model, &of.number).map(|(_, member)| member);
                let to_member = to_account.map_or_else(home, Ok)?;
                let (memo, amount, effective) = (of.number, of.amount, of.date);
                return Ok(HandAct::Transfer(TransferAct { memo, to_payer, to_member, amount, consent, effective }));
            }
            if customer.is_none() && po.is_none() {
                return Err(Failure::usage(
                    codes::REASSIGN_NOWHERE,
                    "say where to: --to-account, --to-payer, --customer or --po",
                ));
            }
            HandAct::ReassignPo(ReassignAct {
                memo: of.number,
                customer: customer.map(|name| name.as_str().into()),
                po_number: po.map(|number| number.as_str().into()),
                consent,
                effective: of.date,
            })
        }
        MemosCommand::List { .. } | MemosCommand::Show { .. } | MemosCommand::Import { .. } => {
            return Err(Failure::failed(codes::NO_SUCH_ACT, "this is no act by hand"));
        }
    })
}

fn amount_act(args: MemoActArgs) -> AmountAct {
    AmountAct { memo: args.number, amount: args.amount, effective: args.date }
}

fn issue(unit: &UnitOfWork, args: MemoIssueArgs) -> Result<IssueAct, Failure> {
    let list = |text: &str| text.split(';').map(str::trim).filter(|part| !part.is_empty()).map(str::to_owned).collect();
    let cap = args.monthly_cap.map(|cap| cap.to_money(args.currency)).transpose();
    Ok(IssueAct {
        payer: payer_or_only(unit, args.payer.as_ref())?,
        member: args.account,
        credit: args.credit,
        description: args.description,
        currency: args.currency,
        face: args.face,
        start_date: args.start,
        end_date: args.end,
        terms: MemoTerms {
            services: list(&args.services),
            excluded_services: list(&args.excluded_services),
            regions: list(&args.regions),
            covers_tax: args.covers_tax,
            monthly_cap: cap.map_err(|fault| Failure::refused(codes::AMOUNT_UNUSABLE, fault))?,
            not_applied: Vec::new(),
        },
    })
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

async fn import(unit: &mut UnitOfWork, file: &Path) -> Result<Outcome, Failure> {
    let rows = read_memos(file).map_err(|fault| Failure::refused(codes::MEMOS_FILE_REFUSED, fault))?;
    let taken = memo_keeper::open_memos(unit, &rows).await?;
    let mut outcome = Outcome::new().say(format_args!("{} memos read, {} taken over", rows.len(), taken.opened));
    if let Some(proposal) = taken.proposal {
        outcome = outcome.say(proposed(&proposal));
    }
    Ok(outcome.then(memos_list(unit, &FilterArgs::default(), &DatesArgs::default()).await?))
}

fn read_memos(file: &Path) -> Result<Vec<TakeOverAct>, CsvFault> {
    let table = CsvTable::read(file, &IMPORT_COLUMNS)?;
    let mut acts = Vec::new();
    for row in table.rows() {
        let act = TakeOverAct {
            payer: row.id("payer_account_id")?,
            member: row.id("member_account_id")?,
            credit: if row.text("credit_id").is_empty() { None } else { Some(row.id("credit_id")?) },
            description: row.text("description").to_owned(),
            program: row.text("program").to_owned(),
            currency: row.currency("currency")?,
            face: row.amount("face_amount")?,
            applied_before: row.amount("applied_amount")?,
            funded_before: row.amount("funded_amount")?,
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
            as_of: row.date("as_of")?,
            former_number: row.text("memo_number").to_owned(),
            evidence: row.filled("evidence")?.to_owned(),
        };
        for (column, amount) in [("face_amount", act.face), ("applied_amount", act.applied_before)] {
            amount.to_money(act.currency).map_err(|fault| row.fault(column, fault))?;
        }
        act.check_figures().map_err(|refusal| row.fault("applied_amount", refusal))?;
        acts.push(act);
    }
    Ok(acts)
}

/// Approves an act.
pub(crate) async fn approve(unit: &mut UnitOfWork, proposal: &str) -> Result<Outcome, Failure> {
    let facts = match policy_proposals::is_one(proposal) {
        true => policy_proposals::approve(unit, proposal).await?,
        false => memo_keeper::approve(unit, proposal).await?,
    };
    let said = Outcome::new().say(format_args!("approved: {facts} facts recorded"));
    Ok(said.then(approvals(unit, &FilterArgs::default(), &DatesArgs::default()).await?))
}

/// Turns an act down, or withdraws it.
pub(crate) async fn reject(unit: &mut UnitOfWork, proposal: &str) -> Result<Outcome, Failure> {
    match policy_proposals::is_one(proposal) {
        true => policy_proposals::reject(unit, proposal).await?,
        false => memo_keeper::reject(unit, proposal).await?,
    }
    let said = Outcome::new().say(format_args!("rejected: {proposal} will not be done"));
    Ok(said.then(approvals(unit, &FilterArgs::default(), &DatesArgs::default()).await?))
}
