//! Files that commands read and write: what stands in them, and where they are kept. No command is known here.

pub(crate) mod accounts;
pub(crate) mod close_packs;
pub(crate) mod generated;
pub(crate) mod keys;
pub(crate) mod policies;
pub(crate) mod seals;
pub(crate) mod texts;
