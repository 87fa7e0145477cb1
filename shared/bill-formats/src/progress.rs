//! Who hears how far a read is.

/// Hears how far a read is. Called from several threads, some hundred times a second.
pub trait Progress: Sync {
    /// The bytes of all files, before the first is read.
    fn begin(&self, _bytes_total: u64) {}
    /// So many more bytes of files were read.
    fn bytes_read(&self, _bytes: u64) {}
    /// So many more rows were added up.
    fn rows_read(&self, _rows: u64) {}
}

/// Hears nothing.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoProgress;

impl Progress for NoProgress {}
