//! upstream-credits: what AWS granted and where AWS put it.
//!
//! It imports credits, attributes the credit lines of each delivery to them, and keeps the rest in
//! suspense. It writes the CREDITS stream only; what a customer is owed follows from it elsewhere.

mod attribute;
mod billing_api;
mod csv_file;
mod follow;
mod history;
mod import;
mod life;
mod simulated;

pub use attribute::{attribute_by_hand, attribute_payer, attribute_period, withdraw_attribution};
pub use billing_api::read_get_credits;
pub use csv_file::{CsvFault, CsvTable, read_credits_csv, steers_the_display};
pub use follow::{Due, concerns, due_after, everything, follow};
pub use history::{HistoryImported, observe_history, read_history_file};
pub use import::{Imported, observe, read_credits_file};
pub use life::credit_life;
pub use simulated::{SimulatedRow, simulate_period};
