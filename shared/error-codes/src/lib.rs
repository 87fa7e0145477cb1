//! Every error code of the program, each with the page that explains it.
//!
//! A code is one thing: a constant in one file of [`pages`], with its exit code, a title, what
//! happened, why it happens and what to do. The text is for the operator who meets the error at the
//! end of a month. A failure is made with the constant, so that the compiler holds the code, and its
//! exit code is part of the constant's type, so that it holds that too. `cargo xtask tidy` finds a
//! page that nothing uses and a code that is written as text.
//!
//! Numbers are never used again for something else. Absent: the message of one failure, which names
//! the file, the account and the amount; it is written where the failure is made.

mod declare;
mod lookup;
mod page;
pub mod pages;

pub use lookup::{nearest, page_of, pages};
pub use page::{Code, Page};

/// All codes, by their names.
pub mod codes {
    pub use crate::pages::{acts::*, checks::*, imports::*, machine::*, serving::*, usage::*};
}

/// Codes of what failed.
pub type Failed = Code<1>;
/// Codes of wrong usage.
pub type WrongUsage = Code<2>;
/// Codes of input that was refused; nothing was recorded.
pub type Refused = Code<3>;
/// Codes of writers that met each other.
pub type Conflict = Code<4>;
/// Codes of checks that did not hold, and of what blocks.
pub type CheckFailed = Code<5>;
