//! A member account of a payer: which customer it belongs to, and under which PO number, when.
//!
//! Assignments are effective-dated. A new one ends an open one before it; one with the same first
//! day replaces it. Nothing is deleted: the log keeps what was believed when.

mod assignment;

pub use assignment::{AccountRefusal, AssignMember, Assignment, MemberAccountState, MemberAssigned};
