//! Documents as people read them. What they say comes from the recorded statement and nothing else.

mod explain;
mod statement;
mod statement_html;
mod statement_mail;
mod statement_parts;
mod statement_pdf;

pub(crate) use explain::{explained_document, explained_memo, explained_suspense};
pub(crate) use statement::{programs_text, statement_text};
pub(crate) use statement_html::statement_html;
pub(crate) use statement_mail::{MailAddress, MailParties, statement_mail};
pub(crate) use statement_parts::thousands;
pub(crate) use statement_pdf::statement_pdf;
