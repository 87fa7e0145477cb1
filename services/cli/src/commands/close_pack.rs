//! Close packs: filed by `close`, shown, signed and compared again from the log by `close-pack`, and
//! checked without it.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

use clap::Subcommand;
use domain::{
    billing::{CLOSE_PACK_KIND, ClosePack},
    ids::PayerAccountId,
    period::BillingPeriod,
};
use memo_keeper::{FiledClosePack, close_pack_again, record_close_pack};
use projector::{AuditCheck, check};
use schemars::JsonSchema;
use seal::{PublicKey, SealFault, SignedText, SigningKey};
use serde::Serialize;
use serde_json::Value;
use service_kit::{Failure, UnitOfWork};
use sha2::{Digest, Sha256};
use wire::Subject;

use super::{
    audit::print_checks,
    payer::payer_or_only,
    rows::CurrencyAmount,
    seal::{key_failure, read, write},
};
use crate::{
    args::{Global, OutputFormat},
    output,
};

#[derive(Debug, Clone, Subcommand)]
pub(crate) enum ClosePackCommand {
    /// Make the pack of a closed month again from the log: `--output json` prints its bytes.
    Show {
        /// The month.
        period: BillingPeriod,
        /// The payer, where there are several.
        #[arg(long, value_name = "ID", allow_hyphen_values = true)]
        payer: Option<PayerAccountId>,
        /// The close, where the month was closed more than once; the last one if not named.
        #[arg(long, value_name = "NUMBER")]
        version: Option<u32>,
        /// Write it to this file.
        #[arg(long, value_name = "FILE")]
        out: Option<PathBuf>,
        /// Sign what is written with this private key, as `audit keygen` writes it.
        #[arg(long, value_name = "FILE", requires = "out")]
        key: Option<PathBuf>,
    },
    /// Check a pack without the log: its signature, and that its amounts add up.
    Verify {
        /// The pack.
        file: PathBuf,
        /// The public key of who signed it; without one the signature is not checked.
        #[arg(long, value_name = "FILE")]
        public_key: Option<PathBuf>,
    },
    /// Compare a pack with what the log makes of the same close, byte for byte.
    Compare {
        /// The pack.
        file: PathBuf,
    },
}

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

/// Records the pack of a month that is closed and files it in the folder of the log; answers with the
/// file. One that is filed already is left alone, unless it is to be signed.
pub(super) async fn file_close_pack(
    global: &Global,
    unit: &mut UnitOfWork,
    payer: &PayerAccountId,
    period: BillingPeriod,
    key: Option<&Path>,
) -> Result<Option<String>, Failure> {
    let key = key.map(|path| SigningKey::read(path).map_err(key_failure)).transpose()?;
    let recorded = record_close_pack(unit, payer, period).await?;
    let state = unit.model.billing(payer, period)?;
    let Some(folder) = unit.folder() else { return Ok(None) };
    let path = place_of(folder, payer, period, state.closes);
    let filed = match recorded {
        Some(filed) => filed,
        None if path.exists() && key.is_none() => return Ok(Some(path.display().to_string())),
        None => close_pack_again(unit.log().as_ref(), &unit.model, payer, period, None).await?,
    };
    if global.dry_run {
        return Ok(Some(path.display().to_string()));
    }
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).map_err(|cause| {
            Failure::failed("CM0142", format!("making the folder {} failed: {cause}", folder.display()))
        })?;
    }
    write(&path, &text_of(&filed, key.as_ref()))?;
    Ok(Some(path.display().to_string()))
}

/// `closes/<payer>/<period>.json`; a month that was closed again has a file a close.
fn place_of(folder: &Path, payer: &PayerAccountId, period: BillingPeriod, version: u32) -> PathBuf {
    // As the subject writes the payer: an id such as `..` is no folder.
    let subject = Subject::billing(payer, period).to_string();
    let payer = subject.split('.').nth(1).unwrap_or_default();
    let name = if version > 1 { format!("{period}.{version}.json") } else { format!("{period}.json") };
    folder.join("closes").join(payer).join(name)
}

fn text_of(filed: &FiledClosePack, key: Option<&SigningKey>) -> String {
    match key {
        Some(key) => SignedText::sign(key, filed.text.clone()).to_file(),
        None => filed.text.clone(),
    }
}

/// Shows, signs or compares packs.
pub(crate) async fn close_pack(global: &Global, unit: &UnitOfWork, command: ClosePackCommand) -> Result<(), Failure> {
    match command {
        ClosePackCommand::Show { period, payer, version, out, key } => {
            let payer = payer_or_only(unit, payer.as_ref())?;
            let key = key.map(|path| SigningKey::read(&path).map_err(key_failure)).transpose()?;
            let filed = close_pack_again(unit.log().as_ref(), &unit.model, &payer, period, version).await?;
            let out = out.filter(|_| !global.dry_run);
            if let Some(path) = &out {
                write(path, &text_of(&filed, key.as_ref()))?;
            }
            match global.output {
                OutputFormat::Json => output::print_text(&filed.text),
                format => output::print_object(format, &row_of(&filed, out, key.as_ref())),
            }
        }
        ClosePackCommand::Verify { file, public_key } => close_pack_verify(global, &file, public_key.as_deref()),
        ClosePackCommand::Compare { file } => compare(global, unit, &file).await,
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

/// A pack's file: what it says, its text, and the signature where it has one.
fn read_pack(path: &Path) -> Result<(ClosePack, String, Option<SignedText>), Failure> {
    let whole = read(path)?;
    let signed = SignedText::from_file(&whole).ok();
    let text = signed.as_ref().map_or(whole, |signed| signed.signed.clone());
    let pack: ClosePack = serde_json::from_str(&text).map_err(|cause| {
        Failure::refused("CM0362", format!("{} is no close pack that can be read: {cause}", path.display()))
    })?;
    if pack.kind != CLOSE_PACK_KIND {
        return Err(key_failure(SealFault::OtherKind { expected: CLOSE_PACK_KIND, found: pack.kind }));
    }
    Ok((pack, text, signed))
}

/// Checks a pack without the log.
pub(crate) fn close_pack_verify(global: &Global, file: &Path, public_key: Option<&Path>) -> Result<(), Failure> {
    // The signature before anything else: what was changed after it need not be readable.
    let mut checks = Vec::new();
    if let Some(public_key) = public_key {
        let key = PublicKey::read(public_key).map_err(key_failure)?;
        let signed = SignedText::from_file(&read(file)?).map_err(key_failure)?;
        signed.verified(&key).map_err(key_failure)?;
        checks.push(check("signature", 1, "signatures", Vec::new()));
    }
    let (pack, _, signed) = read_pack(file)?;
    if signed.is_some() && public_key.is_none() {
        output::warn("its signature was not checked: name the key with --public-key");
    }
    checks.extend(pack.checks().into_iter().map(|one| check(one.check, one.looked_at, one.of, one.findings)));
    print_checks(global, &checks, "CM0525", "the close pack does not hold")
}

async fn compare(global: &Global, unit: &UnitOfWork, file: &Path) -> Result<(), Failure> {
    let (pack, text, _) = read_pack(file)?;
    let (payer, period) = (&pack.payer_account_id, pack.period);
    let again = close_pack_again(unit.log().as_ref(), &unit.model, payer, period, Some(pack.version)).await?;
    let unreadable = |cause| Failure::failed("CM0110", cause);
    let stated: Value = serde_json::from_str(&text).map_err(unreadable)?;
    let found: Value = serde_json::from_str(&again.text).map_err(unreadable)?;
    let mut differences = Vec::new();
    differences_of("", Some(&stated), Some(&found), &mut differences);
    output::print_rows(global.output, &differences, &["field", "file", "log"])?;
    if text == again.text {
        output::say(format_args!("{} is what the log makes of it, byte for byte", file.display()));
        return Ok(());
    }
    Err(Failure::check("CM0526", format!("{} is not what the log makes of {period} of {payer}", file.display())))
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

/// Whether the packs in the folder of the log are those that were recorded; none where there are none.
pub(super) fn packs_on_file(unit: &UnitOfWork) -> Result<Option<AuditCheck>, Failure> {
    let Some(kept_in) = unit.folder() else { return Ok(None) };
    let mut findings = Vec::new();
    let mut looked_at = 0;
    let folders = fs::read_dir(kept_in.join("closes")).into_iter().flatten().flatten();
    let files = folders.flat_map(|folder| fs::read_dir(folder.path()).into_iter().flatten().flatten());
    let mut paths: Vec<PathBuf> = files.map(|file| file.path()).collect();
    paths.retain(|path| path.extension().is_some_and(|ending| ending == "json"));
    paths.sort();
    for path in paths {
        looked_at += 1;
        let name = path.display();
        let Ok((pack, text, _)) = read_pack(&path) else {
            findings.push(format!("{name} is no close pack that can be read"));
            continue;
        };
        let (payer, period, version) = (&pack.payer_account_id, pack.period, pack.version);
        let recorded = unit.model.billing(payer, period)?.packs.get(&version).map(|made| made.digest.clone());
        let digest = hex::encode(Sha256::digest(text.as_bytes()));
        let is_in_its_place = path == place_of(kept_in, payer, period, version);
        if recorded.as_ref() != Some(&digest) || !is_in_its_place {
            let recorded = recorded.unwrap_or_else(|| "none".to_owned());
            findings.push(format!(
                "{name} has the digest {digest}, and {recorded} was recorded on {} for close {version}",
                Subject::billing(payer, period)
            ));
        }
    }
    let check = check("close packs on file are those recorded", looked_at, "files", findings);
    Ok((looked_at > 0).then_some(check))
}
