//! A call: one command with what was said of it, and who acts.

use clap::{ArgMatches, FromArgMatches};
use service_kit::{Access, Act, Failure};
use wire::IdempotencyKey;

use crate::{
    args::{Command, CommandLine, Global},
    help::command_line,
    input::input_hash,
    table::CommandEntry,
};

/// One call of the program.
#[derive(Debug)]
pub(crate) struct Call {
    /// Which command, as the table of commands has it.
    pub(crate) entry: &'static CommandEntry,
    /// Whether it reads the log or writes it.
    pub(crate) access: Access,
    /// The global options.
    pub(crate) global: Global,
    /// The command with its options.
    pub(crate) command: Command,
}

impl Call {
    /// Reads a command line.
    ///
    /// # Errors
    /// What clap says of it: also where help or the version is asked for.
    pub(crate) fn parse<I, T>(words: I) -> Result<Self, clap::Error>
    where
        I: IntoIterator<Item = T>,
        T: Into<std::ffi::OsString> + Clone,
    {
        let matches = command_line().try_get_matches_from(words)?;
        let CommandLine { global, command } = CommandLine::from_arg_matches(&matches)?;
        let (name, of_command) = path_of(&matches);
        let entry = CommandEntry::named(&name).ok_or_else(|| {
            let mut definition = command_line();
            definition.error(clap::error::ErrorKind::InvalidSubcommand, format!("'{name}' stands in no table"))
        })?;
        let has_file = entry.files.iter().any(|id| of_command.try_contains_id(id).unwrap_or(false));
        Ok(Self { entry, access: entry.access(has_file), global, command })
    }

    /// Who acts, why, and under which key.
    ///
    /// # Errors
    /// [`Failure`] where an input file of a command under a key cannot be read.
    pub(crate) fn act(&self) -> Result<Act, Failure> {
        Ok(Act {
            command: self.entry.name.to_owned(),
            by: self.global.actor(),
            reason: self.global.reason.clone(),
            idempotency: self.idempotency()?,
            dry_run: self.global.dry_run,
        })
    }

    /// The operator's key with the hash of the command's input, where one was named.
    ///
    /// # Errors
    /// [`Failure`] where an input file cannot be read.
    pub(crate) fn idempotency(&self) -> Result<Option<IdempotencyKey>, Failure> {
        let key = self.global.idempotency_key.as_ref().filter(|_| self.access == Access::Write);
        let Some(key) = key else { return Ok(None) };
        Ok(Some(IdempotencyKey { key: key.clone(), input: input_hash(self)? }))
    }
}

/// The words of the command, and what was said of the last of them.
fn path_of(matches: &ArgMatches) -> (String, &ArgMatches) {
    let mut words = Vec::new();
    let mut at = matches;
    while let Some((name, below)) = at.subcommand() {
        words.push(name);
        at = below;
    }
    (words.join(" "), at)
}
