//! Documents as people read them. What they say comes from the recorded statement and nothing else.

mod statement;

pub(crate) use statement::thousands;
pub(crate) use statement::{programs_text, statement_text};
