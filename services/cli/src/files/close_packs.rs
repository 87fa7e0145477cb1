//! The files of close packs: filed by `close` in the folder of the log, read by `close-pack` and `audit`.

use std::{
    fs,
    path::{Path, PathBuf},
};

use domain::{
    billing::{CLOSE_PACK_KIND, ClosePack},
    ids::PayerAccountId,
    period::BillingPeriod,
};
use memo_keeper::{FiledClosePack, close_pack_again, record_close_pack};
use projector::{AuditCheck, check};
use seal::{SealFault, SignedText, SigningKey};
use service_kit::{Failure, UnitOfWork, codes};
use sha2::{Digest, Sha256};
use wire::Subject;

use super::{
    keys::key_failure,
    texts::{read, write},
};

/// Records the pack of a month that is closed and files it in the folder of the log; answers with the
/// file. One that is filed already is left alone, unless it is to be signed.
pub(crate) async fn file_close_pack(
    dry_run: bool,
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
    if dry_run {
        return Ok(Some(path.display().to_string()));
    }
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).map_err(|cause| {
            Failure::failed(codes::FOLDER_NOT_MADE, format!("making the folder {} failed: {cause}", folder.display()))
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

/// The text of its file, signed where a key is named.
pub(crate) fn text_of(filed: &FiledClosePack, key: Option<&SigningKey>) -> String {
    match key {
        Some(key) => SignedText::sign(key, filed.text.clone()).to_file(),
        None => filed.text.clone(),
    }
}

/// A pack's file: what it says, its text, and the signature where it has one.
pub(crate) fn read_pack(path: &Path) -> Result<(ClosePack, String, Option<SignedText>), Failure> {
    let whole = read(path)?;
    let signed = SignedText::from_file(&whole).ok();
    let text = signed.as_ref().map_or(whole, |signed| signed.signed.clone());
    let pack: ClosePack = serde_json::from_str(&text).map_err(|cause| {
        Failure::refused(
            codes::PACK_UNREADABLE,
            format!("{} is no close pack that can be read: {cause}", path.display()),
        )
    })?;
    if pack.kind != CLOSE_PACK_KIND {
        return Err(key_failure(SealFault::OtherKind { expected: CLOSE_PACK_KIND, found: pack.kind }));
    }
    Ok((pack, text, signed))
}

/// Whether the packs in the folder of the log are those that were recorded; none where there are none.
pub(crate) fn packs_on_file(unit: &UnitOfWork) -> Result<Option<AuditCheck>, Failure> {
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
