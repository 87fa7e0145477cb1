//! Money, exactly.
//!
//! Two kinds of number live here and nowhere else:
//!
//! * [`Exact`]: a decimal as AWS states it, with as many places as the bill has. Usage, upstream
//!   credit lines and funding are exact.
//! * [`Money`]: whole minor units of a currency, with the number of minor digits. Documents and
//!   memos are in minor units.
//!
//! The one way from the first to the second is [`Exact::round_to_money`], which names its
//! [`Rounding`]; the way back loses nothing. [`share_by_largest_remainder`] shows a rounded total
//! over lines so that the lines add up.
//!
//! Invariants: no float is ever an amount (a Parquet double is read through its shortest decimal
//! text, [`Exact::from_double_shortest`]); no operation rounds silently; there is no `-0`; on the
//! wire an amount is a string. Deliberately absent: exchange rates, formatting for people, I/O.

mod accumulator;
mod currency;
mod exact;
mod minor;
mod rounding;

pub use accumulator::{ExactAccumulator, ParseFault, ParsedDecimal};
pub use currency::{Currency, UnknownCurrency};
pub use exact::{Exact, MoneyError};
pub use minor::Money;
pub use rounding::{Rounding, share_by_largest_remainder};
