//! Real bills, in place.
