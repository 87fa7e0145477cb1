//! Bills as comma-separated text: a header, then records.
//!
//! [`blocks`] cuts a stream of text into blocks that begin and end with whole records, [`split`]
//! finds the values in a block, [`rows`] adds them up. Blocks are independent, so several threads
//! read one file. Deliberately absent: what the columns mean.

pub(crate) mod blocks;
mod marks;
pub(crate) mod rows;
pub(crate) mod split;
