//! The binary `creditmemo`.

use std::process::ExitCode;

// Folding a log makes and drops small values by the million, on several threads: the system's
// allocator took two fifths of the time of building a read model.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    cli::main()
}
