//! `audit seal`, `audit verify`, `audit keygen` and `statement verify`.

use std::{fs, path::Path};

use projector::{HEAD_KIND, LogHead, SEAL_KIND, Seal, Sealer, seal_log, verify_seal, verify_statement};
use schemars::JsonSchema;
use seal::{PublicKey, SignedText, SigningKey};
use serde::Serialize;
use service_kit::{Clock, Failure, UnitOfWork, codes};

use crate::{
    args::{AuditAct, Global, StatementAct},
    files::{
        keys::key_failure,
        seals::SEALS,
        texts::{read, write},
    },
    outcome::Outcome,
    shown::checks::checks_hold,
};

/// What was sealed.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct SealRow {
    /// The file in the data folder; none in a dry run.
    pub file: Option<String>,
    /// When.
    pub sealed_at: chrono::DateTime<chrono::Utc>,
    /// The id of the key.
    pub key: String,
    /// Commits sealed.
    pub commits: u64,
    /// The certificate of the state.
    pub state_certificate: String,
    /// The certificate of the log.
    pub log_certificate: String,
}

/// A pair of keys that was made.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct KeyRow {
    /// The file of the private key.
    pub private_key: String,
    /// The file of the public key.
    pub public_key: String,
    /// The id of the key, as seals name it.
    pub key: String,
}

/// What is done with seals and keys.
pub(crate) async fn audit_act(global: &Global, act: AuditAct) -> Result<Outcome, Failure> {
    match act {
        AuditAct::Seal { key, out } => make_seal(global, &key, out.as_deref()).await,
        AuditAct::Verify { seal, public_key } => check_seal(global, &seal, &public_key).await,
        AuditAct::Keygen { file } => keygen(global, &file),
    }
}

fn keygen(global: &Global, private: &Path) -> Result<Outcome, Failure> {
    let key = SigningKey::generate().map_err(key_failure)?;
    let public = private.with_added_extension("pub");
    if !global.dry_run {
        key.write_new(private).map_err(key_failure)?;
        key.public().write_new(&public).map_err(key_failure)?;
    }
    let row = KeyRow {
        private_key: private.display().to_string(),
        public_key: public.display().to_string(),
        key: key.public().id(),
    };
    Outcome::rows(&[row], &["private_key", "public_key", "key"])
}

async fn make_seal(global: &Global, key: &Path, out: Option<&Path>) -> Result<Outcome, Failure> {
    let key = SigningKey::read(key).map_err(key_failure)?;
    let clock = Clock::from_environment().map_err(|fault| Failure::usage(codes::CLOCK_UNREADABLE, fault))?;
    let log = UnitOfWork::open_log_to_read(&global.data, global.nats.as_deref()).await?;
    let sealer = Sealer { at: clock.now(), injected: clock.is_injected(), by: global.actor() };
    let sealed = seal_log(log.as_ref(), &key, &sealer).await?;
    let head: LogHead = sealed
        .head
        .verified_json(&key.public(), HEAD_KIND)
        .map_err(|fault| Failure::failed(codes::SEAL_UNREADABLE, fault))?;
    let commits = head.streams.iter().map(|stream| stream.commits).sum();
    let text = SignedText::sign_json(&key, &sealed)
        .map_err(|cause| Failure::failed(codes::NOT_WRITABLE_AS_JSON, cause))?
        .to_file();
    let mut file = None;
    if !global.dry_run {
        let folder = UnitOfWork::folder_of(log.as_ref(), &global.data, global.nats.as_deref()).await?.join(SEALS);
        fs::create_dir_all(&folder).map_err(|cause| {
            Failure::failed(codes::FOLDER_NOT_MADE, format!("making the folder {} failed: {cause}", folder.display()))
        })?;
        // Named after what is sealed: in order of the log, and sealing it again takes the same name.
        let name = format!("{commits:012}-{}-{}.json", &sealed.certificates.log[..8], &sealed.head.key[..8]);
        let path = folder.join(name);
        write(&path, &text)?;
        if let Some(out) = out {
            write(out, &text)?;
        }
        file = Some(path.display().to_string());
    }
    let row = SealRow {
        file,
        sealed_at: sealed.sealed_at,
        key: sealed.head.key.clone(),
        commits,
        state_certificate: sealed.certificates.state,
        log_certificate: sealed.certificates.log,
    };
    Outcome::rows(&[row], &["file", "sealed_at", "key", "commits", "state_certificate"])
}

async fn check_seal(global: &Global, path: &Path, public_key: &Path) -> Result<Outcome, Failure> {
    let key = PublicKey::read(public_key).map_err(key_failure)?;
    let text = SignedText::from_file(&read(path)?).map_err(key_failure)?;
    let sealed: Seal = text.verified_json(&key, SEAL_KIND).map_err(key_failure)?;
    let head: LogHead = sealed.head.verified_json(&key, HEAD_KIND).map_err(key_failure)?;
    let log = UnitOfWork::open_log_to_read(&global.data, global.nats.as_deref()).await?;
    let checks = verify_seal(log.as_ref(), &sealed, &head).await?;
    checks_hold(&checks, codes::LOG_NOT_SEALED_ONE, "the log is not the one that was sealed")
}

/// Checks a statement with the public key alone.
pub(crate) fn statement_act(act: &StatementAct) -> Result<Outcome, Failure> {
    let StatementAct::Verify { file, public_key } = act;
    let key = PublicKey::read(public_key).map_err(key_failure)?;
    let verified = verify_statement(&read(file)?, &key)?;
    Outcome::object(&verified)
}
