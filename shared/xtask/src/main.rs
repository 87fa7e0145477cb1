//! Tasks of the repository, run as `cargo xtask <task>`.
//!
//! Two kinds: what is generated and committed (`schemas`, `man`), where the task writes and `--check`
//! only compares; and what no compiler checks (`tidy`): the rules of the architecture. Both end
//! with exit code 1 and a list where something is amiss. Deliberately absent: anything that the
//! product itself needs.

mod asyncapi;
mod committed;
mod man;
mod schemas;
mod tidy;
mod workspace;

use std::process::ExitCode;

use clap::Parser;

/// Tasks of the repository.
#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
enum Task {
    /// Write the JSON Schemas of events, commits and command output to `schemas/`.
    Schemas {
        /// Write nothing; fail where a committed schema is not what the types say.
        #[arg(long)]
        check: bool,
    },
    /// Write the manual pages of every command to `deploy/man/`.
    Man {
        /// Write nothing; fail where a committed page is not what the command line says.
        #[arg(long)]
        check: bool,
    },
    /// Check the rules of the architecture: layers, purity, names, file shape.
    Tidy,
}

fn main() -> anyhow::Result<ExitCode> {
    let task = Task::parse();
    let workspace = workspace::Workspace::load()?;
    let is_well = match task {
        Task::Schemas { check: true } => committed::check(&workspace.root.join("schemas"), &schemas::registry()?)?,
        Task::Schemas { check: false } => committed::write(&workspace.root.join("schemas"), &schemas::registry()?)?,
        Task::Man { check: true } => committed::check(&workspace.root.join("deploy/man"), &man::pages()?)?,
        Task::Man { check: false } => committed::write(&workspace.root.join("deploy/man"), &man::pages()?)?,
        Task::Tidy => tidy::run(&workspace)?,
    };
    Ok(if is_well { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
