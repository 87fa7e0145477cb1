//! `balance`.

use projector::{AsOf, balance_rows};
use service_kit::{BackOffice, Failure};

use crate::{
    args::{BalanceArgs, Global},
    output,
};

/// Prints balances of funds.
pub(crate) fn balance(global: &Global, office: &BackOffice, args: &BalanceArgs) -> Result<(), Failure> {
    let at = AsOf { effective: args.effective, recorded: args.recorded };
    let rows = balance_rows(&office.model, args.payer.as_ref(), args.account.as_ref(), at, office.clock.today())?;
    output::print_rows(
        global.output,
        &rows,
        &[
            "member_account_id",
            "customer",
            "po_number",
            "memo_number",
            "currency",
            "face_amount",
            "applied_amount",
            "expired_amount",
            "open_balance",
            "funded_balance",
            "unfunded_balance",
            "status",
        ],
    )
}
