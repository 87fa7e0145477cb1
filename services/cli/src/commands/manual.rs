//! `completions` and `man`.

use service_kit::{Failure, codes};

use crate::{help::command_line, outcome::Outcome};

/// Completions for a shell.
pub(crate) fn completions(shell: clap_complete::Shell) -> Result<Outcome, Failure> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut command_line(), "creditmemo", &mut script);
    Ok(Outcome::bytes(script))
}

/// The manual page of the program or of a command.
pub(crate) fn man(names: &[String]) -> Result<Outcome, Failure> {
    let mut command = command_line();
    command.build();
    for name in names {
        let found = command.find_subcommand(name).cloned();
        command = found.ok_or_else(|| {
            Failure::usage(codes::NO_SUCH_COMMAND, format!("there is no command '{}': see --help", names.join(" ")))
        })?;
    }
    let mut page = Vec::new();
    clap_mangen::Man::new(command).render(&mut page).map_err(|cause| Failure::failed(codes::ANSWER_NOT_TEXT, cause))?;
    Ok(Outcome::bytes(page))
}
