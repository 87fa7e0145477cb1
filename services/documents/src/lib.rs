//! documents: answers as people read them. A statement as text, HTML, mail and PDF; an explanation
//! as text; amounts for people.
//!
//! Each function takes a typed answer and gives text or bytes: the same answer gives the same bytes.
//! What every form of a statement says is in `statement_parts.rs`; the files beside it say how it looks.
//! Control characters of names reach no form (`plain_text.rs`).
//! Deliberately absent: the log, the read model, command-line arguments, a clock, rules.

mod explain;
mod plain_text;
mod shown_statement;
mod statement;
mod statement_html;
mod statement_mail;
mod statement_parts;
mod statement_pdf;

pub use explain::{explained_document, explained_memo, explained_suspense};
pub use plain_text::plain_text;
pub use shown_statement::ShownStatement;
pub use statement::{programs_text, statement_text};
pub use statement_html::statement_html;
pub use statement_mail::{MailAddress, MailParties, statement_mail};
pub use statement_parts::thousands;
pub use statement_pdf::{PdfFault, statement_pdf};
