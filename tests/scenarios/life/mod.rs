//! The life of a back office: deliveries that come again, months in order, what is done twice.
