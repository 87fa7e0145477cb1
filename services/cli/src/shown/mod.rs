//! What several commands show: rows that a reading command lists and a writing command ends with. No command is
//! known here.

pub(crate) mod blockers;
pub(crate) mod checks;
pub(crate) mod credits;
pub(crate) mod documents;
pub(crate) mod memos;
pub(crate) mod proposals;
