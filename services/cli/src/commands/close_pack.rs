//! Close packs: shown, signed and compared again from the log, and checked without it.

use std::{
    collections::BTreeSet,
    path::{Path, PathBuf},
};

use answers::CurrencyAmount;
use memo_keeper::{FiledClosePack, close_pack_again};
use projector::check;
use schemars::JsonSchema;
use seal::{PublicKey, SignedText, SigningKey};
use serde::Serialize;
use serde_json::Value;
use service_kit::{Failure, UnitOfWork, codes};

use crate::{
    args::{ClosePackCommand, Global},
    files::{
        close_packs::{read_pack, text_of},
        keys::key_failure,
        texts::{read, write},
    },
    outcome::Outcome,
    payer::payer_or_only,
    shown::checks::checks_hold,
};

/// A close pack, in short.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct ClosePackRow {
    /// The payer.
    pub payer_account_id: String,
    /// The month.
    pub period: String,
    /// The close it is of.
    pub version: u32,
    /// SHA-256 of its text, without a signature.
    pub digest: String,
    /// Where it was written; none where it was not.
    pub file: Option<String>,
    /// The id of the key it was signed with.
    pub key: Option<String>,
    /// The hash of the policies.
    pub policy: String,
    /// Documents in it.
    pub documents: usize,
    /// Memos in it.
    pub memos: usize,
    /// Their open balances.
    pub open_balance: Vec<CurrencyAmount>,
    /// The residual of the reconciliation.
    pub residual: money::Exact,
    /// What was waived.
    pub waived: usize,
    /// Items in suspense.
    pub suspense: usize,
    /// Open exceptions.
    pub exceptions: usize,
}

/// A field that a file and the log say something else of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct ClosePackDifference {
    /// Where it stands, as `balances.0.open_balance`.
    pub field: String,
    /// In the file; none where it is not there.
    pub file: Option<String>,
    /// As the log makes it; none where it is not there.
    pub log: Option<String>,
}

/// Shows, signs or compares packs.
pub(crate) async fn close_pack(
    global: &Global,
    unit: &UnitOfWork,
    command: ClosePackCommand,
) -> Result<Outcome, Failure> {
    match command {
        ClosePackCommand::Show { period, payer, version, out, key } => {
            let payer = payer_or_only(unit, payer.as_ref())?;
            let key = key.map(|path| SigningKey::read(&path).map_err(key_failure)).transpose()?;
            let filed = close_pack_again(unit.log().as_ref(), &unit.model, &payer, period, version).await?;
            let out = out.filter(|_| !global.dry_run);
            if let Some(path) = &out {
                write(path, &text_of(&filed, key.as_ref()))?;
            }
            let row = row_of(&filed, out, key.as_ref());
            Outcome::json_or(filed.text, &row)
        }
        ClosePackCommand::Verify { file, public_key } => close_pack_verify(&file, public_key.as_deref()),
        ClosePackCommand::Compare { file } => compare(unit, &file).await,
    }
}

fn row_of(filed: &FiledClosePack, file: Option<PathBuf>, key: Option<&SigningKey>) -> ClosePackRow {
    let pack = &filed.pack;
    ClosePackRow {
        payer_account_id: pack.payer_account_id.to_string(),
        period: pack.period.to_string(),
        version: pack.version,
        digest: filed.digest.clone(),
        key: key.filter(|_| file.is_some()).map(|key| key.public().id()),
        file: file.map(|path| path.display().to_string()),
        policy: pack.policy.hash.to_string(),
        documents: pack.documents.len(),
        memos: pack.balances.len(),
        open_balance: pack
            .balance_totals
            .iter()
            .filter_map(|total| {
                let amount = total.open_balance.to_money(total.currency).ok()?;
                Some(CurrencyAmount { currency: total.currency.to_string(), amount })
            })
            .collect(),
        residual: pack.ties.residual,
        waived: pack.waived.len(),
        suspense: pack.suspense.len(),
        exceptions: pack.exceptions.len(),
    }
}

/// Checks a pack without the log.
pub(crate) fn close_pack_verify(file: &Path, public_key: Option<&Path>) -> Result<Outcome, Failure> {
    // The signature before anything else: what was changed after it need not be readable.
    let mut checks = Vec::new();
    if let Some(public_key) = public_key {
        let key = PublicKey::read(public_key).map_err(key_failure)?;
        let signed = SignedText::from_file(&read(file)?).map_err(key_failure)?;
        signed.verified(&key).map_err(key_failure)?;
        checks.push(check("signature", 1, "signatures", Vec::new()));
    }
    let (pack, _, signed) = read_pack(file)?;
    let mut outcome = Outcome::new();
    if signed.is_some() && public_key.is_none() {
        outcome = outcome.warn("its signature was not checked: name the key with --public-key");
    }
    checks.extend(pack.checks().into_iter().map(|one| check(one.check, one.looked_at, one.of, one.findings)));
    Ok(outcome.then(checks_hold(&checks, codes::PACK_DOES_NOT_HOLD, "the close pack does not hold")?))
}

async fn compare(unit: &UnitOfWork, file: &Path) -> Result<Outcome, Failure> {
    let (pack, text, _) = read_pack(file)?;
    let (payer, period) = (&pack.payer_account_id, pack.period);
    let again = close_pack_again(unit.log().as_ref(), &unit.model, payer, period, Some(pack.version)).await?;
    let unreadable = |cause| Failure::failed(codes::ANSWER_NOT_TEXT, cause);
    let stated: Value = serde_json::from_str(&text).map_err(unreadable)?;
    let found: Value = serde_json::from_str(&again.text).map_err(unreadable)?;
    let mut differences = Vec::new();
    differences_of("", Some(&stated), Some(&found), &mut differences);
    let outcome = Outcome::rows(&differences, &["field", "file", "log"])?;
    if text == again.text {
        return Ok(outcome.say(format_args!("{} is what the log makes of it, byte for byte", file.display())));
    }
    let what = format!("{} is not what the log makes of {period} of {payer}", file.display());
    Ok(outcome.failing(Failure::check(codes::PACK_DIFFERS, what)))
}

fn differences_of(field: &str, file: Option<&Value>, log: Option<&Value>, found: &mut Vec<ClosePackDifference>) {
    if file == log {
        return;
    }
    let below = |name: &str| if field.is_empty() { name.to_owned() } else { format!("{field}.{name}") };
    match (file, log) {
        (Some(Value::Object(a)), Some(Value::Object(b))) => {
            let names: BTreeSet<&String> = a.keys().chain(b.keys()).collect();
            for name in names {
                differences_of(&below(name), a.get(name), b.get(name), found);
            }
        }
        (Some(Value::Array(a)), Some(Value::Array(b))) => {
            for at in 0..a.len().max(b.len()) {
                differences_of(&below(&at.to_string()), a.get(at), b.get(at), found);
            }
        }
        (file, log) => {
            let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
            found.push(ClosePackDifference { field: field.to_owned(), file: file.map(text), log: log.map(text) });
        }
    }
}
