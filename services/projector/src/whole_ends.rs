//! Whether each stream ends with a whole commit. What a crash left is cut off by the next writer; until
//! then, or where nobody crashed, it may be a commit that someone cut short.

use event_log::EventLog;
use service_kit::Failure;
use wire::StreamName;

use crate::audit_check::{AuditCheck, check};

/// Looks at the end of each stream.
pub(crate) async fn whole_ends(log: &dyn EventLog) -> Result<AuditCheck, Failure> {
    let mut findings = Vec::new();
    for stream in StreamName::ALL {
        if let Some(end) = log.unfinished_end(stream).await? {
            findings.push(format!(
                "{}: {} bytes are no whole commit ({}). A write that was cut off leaves this, and the next command \
                 that writes takes it away; where none was cut off, compare with a copy or a seal",
                end.place, end.bytes, end.what
            ));
        }
    }
    Ok(check("streams end with a whole commit", StreamName::ALL.len() as u64, "streams", findings))
}
