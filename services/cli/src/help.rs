//! The definition of the command line as people see it: commands grouped by job, examples, and the options of writing
//! on commands that write. All of it follows the table of commands.

use clap::{Command, CommandFactory};

use crate::{
    args::CommandLine,
    table::{COMMANDS, CommandEntry, Group, Writes},
};

/// The definition, for parsing, help, man pages and completions.
pub fn command_line() -> Command {
    let definition = CommandLine::command();
    let writing: Vec<clap::Arg> = definition
        .get_arguments()
        .filter(|option| option.is_hide_set())
        .map(|option| option.clone().hide(false))
        .collect();
    let template = template_of(&definition);
    let names: Vec<String> = definition.get_subcommands().map(|inner| inner.get_name().to_owned()).collect();
    names
        .iter()
        .fold(definition, |whole, name| whole.mut_subcommand(name, |inner| dressed(inner, name, &writing)))
        .help_template(template)
}

/// A command with the options and examples that its entry asks for, and so its commands.
fn dressed(command: Command, name: &str, writing: &[clap::Arg]) -> Command {
    let mut command = command;
    if let Some(entry) = CommandEntry::named(name) {
        let shown = writing.iter().filter(|option| is_shown(entry.writes, option.get_id().as_str()));
        command = command.args(shown.cloned());
    }
    if let Some((_, examples)) = EXAMPLES.iter().find(|(of, _)| *of == name) {
        command = command.after_help(format!("Examples:\n{examples}"));
    }
    let inner: Vec<String> = command.get_subcommands().map(|inner| inner.get_name().to_owned()).collect();
    inner.iter().fold(command, |whole, word| {
        whole.mut_subcommand(word, |inner| dressed(inner, &format!("{name} {word}"), writing))
    })
}

/// Whether a command's help shows an option of writing.
fn is_shown(writes: Writes, option: &str) -> bool {
    match writes {
        Writes::Log | Writes::LogWithFile => true,
        Writes::Elsewhere => matches!(option, "dry_run" | "by"),
        Writes::Nothing | Writes::ElsewhereForReal => false,
    }
}

/// The help of the program: its commands in groups.
fn template_of(definition: &Command) -> String {
    let mut text = "{about-with-newline}\n{usage-heading} {usage}\n".to_owned();
    let mut shown: Vec<&str> = Vec::new();
    for group in Group::ALL {
        text.push_str(&format!("\n{}:\n", group.heading()));
        for entry in COMMANDS.iter().filter(|entry| entry.group == group) {
            let word = entry.name.split(' ').next().unwrap_or_default();
            let Some(command) = definition.find_subcommand(word).filter(|_| !shown.contains(&word)) else {
                continue;
            };
            let about = command.get_about().map(ToString::to_string).unwrap_or_default();
            text.push_str(&format!("  {word:<12} {about}\n"));
            shown.push(word);
        }
    }
    text + "\nA month: ingest the bill, bill, close, statement.\n\nOptions (before or after the command):\n{options}\n\n\
            creditmemo COMMAND --help shows what a command takes, with examples.\n"
}

/// Examples of the main commands, and what comes after them.
const EXAMPLES: &[(&str, &str)] = &[
    (
        "accounts import",
        "  creditmemo accounts import accounts.csv\n  creditmemo accounts import accounts.csv --dry-run\n\
         Next: creditmemo credits import credits.csv",
    ),
    (
        "credits import",
        "  creditmemo credits import credits.csv\n  \
         aws billing get-credits ... | creditmemo credits import - --payer 111122223333\n\
         Next: creditmemo ingest BILL",
    ),
    (
        "ingest",
        "  creditmemo ingest bill-2025-01.csv.gz\n  creditmemo ingest deliveries/2025-01/\n\
         Next: creditmemo bill 2025-01",
    ),
    (
        "bill",
        "  creditmemo bill 2025-01 --dry-run\n  creditmemo bill 2025-01 --payer 111122223333\n\
         Next: creditmemo close 2025-01",
    ),
    (
        "close",
        "  creditmemo close 2025-01\n  creditmemo close 2025-01 --waive --reason \"agreed with finance\"\n\
         Next: creditmemo statement --account 444455556666 --period 2025-01",
    ),
    (
        "memos write-off",
        "  creditmemo memos write-off CM-111122223333-444455556666-0001 --amount 70.00 --reason \"agreed\"",
    ),
    (
        "balance",
        "  creditmemo balance\n  creditmemo balance --account 444455556666 --effective 2025-01-31\n  \
         creditmemo balance --recorded 2025-02-05T00:00:00Z --output json",
    ),
    (
        "statement",
        "  creditmemo statement --account 444455556666 --period 2025-01\n  \
         creditmemo statement --account 444455556666 --period 2025-01 --format pdf > statement.pdf",
    ),
    (
        "explain",
        "  creditmemo explain --account 444455556666 --period 2025-01\n  \
         creditmemo explain --memo CM-111122223333-444455556666-0001",
    ),
    ("reconcile", "  creditmemo reconcile 2025-01 --payer 111122223333"),
    ("audit", "  creditmemo audit\n  creditmemo audit seal --key seal.pem"),
    ("export journal", "  creditmemo export journal > journal.hledger"),
    ("serve", "  creditmemo serve --nats nats://localhost:4222\n  creditmemo serve memo-keeper --listen 0.0.0.0:9090"),
];

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    fn names_below(command: &Command, name: &str, found: &mut BTreeSet<String>) {
        let inner: Vec<&Command> = command.get_subcommands().collect();
        if inner.is_empty() || command.get_arguments().next().is_some() || matches!(name, "audit" | "statement") {
            found.insert(name.to_owned());
        }
        for one in inner {
            names_below(one, format!("{name} {}", one.get_name()).trim(), found);
        }
    }

    #[test]
    fn the_table_has_every_command_once_and_no_other() {
        let mut found = BTreeSet::new();
        for command in CommandLine::command().get_subcommands() {
            names_below(command, command.get_name(), &mut found);
        }
        let listed: BTreeSet<String> = COMMANDS.iter().map(|entry| entry.name.to_owned()).collect();
        assert_eq!(listed, found);
        assert_eq!(listed.len(), COMMANDS.len());
    }

    #[test]
    fn the_table_names_arguments_that_there_are() {
        for entry in COMMANDS {
            let definition = CommandLine::command();
            let command = entry.name.split(' ').fold(definition, |at, word| at.find_subcommand(word).unwrap().clone());
            for file in entry.files {
                assert!(command.get_arguments().any(|one| one.get_id() == file), "{} has no {file}", entry.name);
            }
        }
    }

    #[test]
    fn options_of_writing_are_shown_on_commands_that_write() {
        for (name, is_there) in [("bill", true), ("balance", false), ("audit", false)] {
            let mut definition = command_line();
            let help = definition.find_subcommand_mut(name).unwrap().render_help().to_string();
            assert_eq!(help.contains("--idempotency-key"), is_there, "{help}");
            assert_eq!(help.contains("--reason"), is_there, "{help}");
        }
    }

    #[test]
    fn examples_are_commands_of_the_table() {
        for (name, _) in EXAMPLES {
            assert!(CommandEntry::named(name).is_some(), "{name}");
        }
        command_line().debug_assert();
    }
}
