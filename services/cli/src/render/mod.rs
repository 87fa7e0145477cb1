//! Documents as people read them. What they say comes from the recorded statement and nothing else.

mod statement;

pub(crate) use statement::statement_text;
pub(crate) use statement::thousands;
