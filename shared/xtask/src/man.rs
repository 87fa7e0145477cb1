//! The manual pages that packages install: one a command, made of the command line's own definition.

use anyhow::Context;

use crate::committed::CommittedFile;

/// Every page, by the name that `man` finds it under: `man1/creditmemo-memos-list.1`.
pub(crate) fn pages() -> anyhow::Result<Vec<CommittedFile>> {
    let mut command = cli::command_line();
    // Gives subcommands their full names, and what is global.
    command.build();
    let mut pages = Vec::new();
    collect(&command, command.get_name(), &mut pages)?;
    Ok(pages)
}

fn collect(command: &clap::Command, name: &str, pages: &mut Vec<CommittedFile>) -> anyhow::Result<()> {
    let mut page = Vec::new();
    clap_mangen::Man::new(command.clone()).render(&mut page).with_context(|| format!("write the page of {name}"))?;
    pages.push(CommittedFile { path: format!("man1/{name}.1"), text: String::from_utf8(page)? });
    for inner in command.get_subcommands().filter(|inner| inner.get_name() != "help") {
        collect(inner, &format!("{name}-{}", inner.get_name()), pages)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_command_has_its_page_whatever_the_machine_says() {
        let pages = pages().unwrap();
        for path in ["man1/creditmemo.1", "man1/creditmemo-bill.1", "man1/creditmemo-export-journal.1"] {
            let page = pages.iter().find(|page| page.path == path).unwrap_or_else(|| panic!("{path} is missing"));
            assert!(page.text.contains(".TH") && page.text.contains(".SH OPTIONS"), "{}", page.text);
        }
        let home = std::env::var("HOME").unwrap_or_default();
        assert!(home.len() < 2 || pages.iter().all(|page| !page.text.contains(&home)));
    }
}
