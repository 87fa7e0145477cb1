//! A panic in a decoder is a damaged file, and is told as one.
//!
//! Decoders of packed formats are other people's, and some stop in the middle of what they cannot
//! make sense of. Caught here, around the reading of one file, such a stop is a refusal that names
//! the file: no thread ends, so nothing waits for it, and nothing is printed beside the refusal.

use std::{
    cell::Cell,
    panic::{self, AssertUnwindSafe},
    sync::Once,
};

use crate::fault::ReadFault;

thread_local! {
    static IS_GUARDED: Cell<bool> = const { Cell::new(false) };
}

static QUIET: Once = Once::new();

/// Reads a file, or a piece of it. What the reading had under way when it stopped is thrown away with
/// the whole read, so that nothing half done is seen.
///
/// # Errors
/// What `read` refuses, or that its decoder stopped.
pub(crate) fn guarded<T>(
    file: &str,
    container: &'static str,
    read: impl FnOnce() -> Result<T, ReadFault>,
) -> Result<T, ReadFault> {
    QUIET.call_once(|| {
        let before = panic::take_hook();
        panic::set_hook(Box::new(move |stop| {
            if !IS_GUARDED.get() {
                before(stop);
            }
        }));
    });
    let was_guarded = IS_GUARDED.replace(true);
    let outcome = panic::catch_unwind(AssertUnwindSafe(read));
    IS_GUARDED.set(was_guarded);
    outcome.unwrap_or_else(|_| {
        let cause = "its decoder stopped at a value that cannot be".to_owned();
        Err(ReadFault::Damaged { file: file.to_owned(), container, cause })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_decoder_that_stops_is_a_refusal_that_names_the_file() {
        let empty: Vec<u8> = Vec::new();
        let refused = guarded("june.parquet", "Parquet", || Ok(empty[std::hint::black_box(3)])).unwrap_err();
        assert!(refused.to_string().starts_with("june.parquet: the Parquet file is damaged"), "{refused}");
    }
}
