//! The binary `creditmemo`.

use std::process::ExitCode;

fn main() -> ExitCode {
    cli::main()
}
