//! How bills are read, as far as the caller may choose.

/// How to read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct ReadOptions {
    /// Keep the day of each charge, not only the month: more aggregates, for policies that split a
    /// month by day.
    pub keep_days: bool,
    /// Threads that add rows up; all processors where nothing is said. It changes the time, never
    /// the answer.
    pub threads: Option<usize>,
}
