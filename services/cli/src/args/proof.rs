//! The arguments of `audit` and `statement`, each with commands of its own beside its usual job.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::books::StatementArgs;

#[derive(Debug, Clone, Args)]
#[command(args_conflicts_with_subcommands = true)]
pub(crate) struct AuditCommand {
    #[command(subcommand)]
    pub(crate) act: Option<AuditAct>,
}

#[derive(Debug, Clone, Subcommand)]
pub(crate) enum AuditAct {
    /// Sign the head of every stream, the policies and the certificates.
    Seal {
        /// The private key, as `audit keygen` writes it.
        #[arg(long, value_name = "FILE")]
        key: PathBuf,
        /// Write the seal here as well.
        #[arg(long, value_name = "FILE")]
        out: Option<PathBuf>,
    },
    /// Check a log, or a copy of it (--data), against a seal; one that has grown since still holds.
    Verify {
        /// The seal.
        seal: PathBuf,
        /// The public key of who sealed.
        #[arg(long, value_name = "FILE")]
        public_key: PathBuf,
    },
    /// Make a pair of keys: FILE, which is private, and FILE.pub.
    Keygen {
        /// The private key's file; it must not be there.
        file: PathBuf,
    },
}

#[derive(Debug, Clone, Args)]
#[command(args_conflicts_with_subcommands = true)]
pub(crate) struct StatementCommand {
    #[command(subcommand)]
    pub(crate) act: Option<StatementAct>,
    #[command(flatten)]
    pub(crate) of: Option<StatementArgs>,
}

#[derive(Debug, Clone, Subcommand)]
pub(crate) enum StatementAct {
    /// Check a statement's proof (`statement --format json`) with the public key alone.
    Verify {
        /// The statement.
        file: PathBuf,
        /// The public key of who sealed the log.
        #[arg(long, value_name = "FILE")]
        public_key: PathBuf,
    },
}
