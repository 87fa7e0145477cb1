//! Progress of long work, on a terminal only.

use bill_formats::Progress;
use indicatif::{ProgressBar, ProgressStyle};

/// A bar on stderr, or nothing where nobody watches.
pub(crate) struct ReadingBar {
    bar: ProgressBar,
    rows: std::sync::atomic::AtomicU64,
}

impl ReadingBar {
    pub(crate) fn new(is_watched: bool) -> Self {
        let bar = if is_watched { ProgressBar::new(0) } else { ProgressBar::hidden() };
        let style = ProgressStyle::with_template("reading {bytes}/{total_bytes} {bytes_per_sec} {msg} {eta} left");
        if let Ok(style) = style {
            bar.set_style(style);
        }
        Self { bar, rows: std::sync::atomic::AtomicU64::new(0) }
    }

    pub(crate) fn done(&self) {
        self.bar.finish_and_clear();
    }
}

impl Progress for ReadingBar {
    fn begin(&self, bytes_total: u64) {
        self.bar.set_length(bytes_total);
    }

    fn bytes_read(&self, bytes: u64) {
        self.bar.inc(bytes);
    }

    fn rows_read(&self, rows: u64) {
        let all = self.rows.fetch_add(rows, std::sync::atomic::Ordering::Relaxed) + rows;
        self.bar.set_message(format!("{all} rows"));
    }
}
