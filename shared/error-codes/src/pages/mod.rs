//! The pages, a file a group. What a page says is for operators: no name of a type, no jargon.

pub mod acts;
pub mod checks;
pub mod imports;
pub mod machine;
pub mod serving;
pub mod usage;

use crate::Page;

/// Every page, group by group.
pub(crate) const GROUPS: [&[&Page]; 6] =
    [machine::PAGES, usage::PAGES, imports::PAGES, acts::PAGES, checks::PAGES, serving::PAGES];
