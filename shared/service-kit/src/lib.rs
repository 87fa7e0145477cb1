//! What every service and the CLI are started with: a log, a read model, a clock, and the one way
//! of recording what was decided.
//!
//! [`UnitOfWork`] reads, lets a pure function decide, and appends with the sequence it read. A
//! conflict means that someone else wrote first: it reads and decides again, a bounded number of
//! times. A dry run does all of this and appends nothing.
//!
//! Invariants: no rule of the business lives here, and nothing is appended that could not be read again.
//! Deliberately absent: output, argument parsing; log lines, traces and probes, which are `telemetry`'s.

mod clock;
mod failure;
mod foreign_writes;
mod jetstream;
mod open;
mod place;
mod record;
mod service_unit;
mod unit_of_work;

pub use clock::{Clock, ClockFault};
pub use error_codes::{self, codes};
pub use event_log_nats::Provision;
pub use failure::{ExitCode, Failure, IsCode};
pub use jetstream::connect as connect_to_jetstream;
pub use open::{Access, UnitSettings};
pub use place::LogPlace;
pub use unit_of_work::{Act, ForeignWrites, Recorded, UnitOfWork, Writes};
