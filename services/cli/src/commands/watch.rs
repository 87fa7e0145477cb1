//! `watch`: memo-changed events as JSON lines.

use std::{sync::Arc, time::Duration};

use event_log::{EventLog, ReadLimits};
use read_model::decode_all;
use service_kit::{Failure, UnitOfWork, codes};
use wire::StreamName;

use crate::{
    args::{Global, WatchArgs},
    printer::Printer,
};

/// How long one wait for news lasts; it only bounds how fast an interrupt is noticed.
const WAIT: Duration = Duration::from_secs(5);

/// Follows the memo stream, and prints what happens as it happens, until nobody reads it any more.
pub(crate) async fn watch(global: &Global, args: &WatchArgs, printer: &mut Printer) -> Result<(), Failure> {
    let log: Arc<dyn EventLog> = UnitOfWork::open_log_to_read(&global.data, global.nats.as_deref()).await?;
    let stream = StreamName::Memos;
    let mut next = match args.from {
        Some(position) => position.max(1),
        None if args.until_head => 1,
        None => log.head(stream).await?.last_sequence + 1,
    };
    loop {
        let batch = log.read(stream, next, ReadLimits::default()).await?;
        if batch.is_empty() {
            if args.until_head {
                return Ok(());
            }
            log.wait_beyond(stream, next - 1, WAIT).await?;
            continue;
        }
        for commit in decode_all(&batch)? {
            next = commit.sequence + 1;
            for changed in projector::changes_of(&commit) {
                let of_payer = args.payer.as_ref().is_none_or(|payer| *payer == changed.payer_account_id);
                let of_account = args.account.as_ref().is_none_or(|account| *account == changed.member_account_id);
                let of_memo = args.memo.as_ref().is_none_or(|memo| *memo == changed.memo_number);
                if of_payer && of_account && of_memo {
                    let line = serde_json::to_string(&changed)
                        .map_err(|cause| Failure::failed(codes::ANSWER_NOT_TEXT, cause))?;
                    if let Err(fault) = printer.text(&format!("{line}\n")) {
                        return fault.unless_reader_left();
                    }
                }
            }
        }
    }
}
