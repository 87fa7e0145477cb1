//! The statement as a mail message, text and HTML of the same content: a file that a mail program
//! opens or a mail server takes.
//!
//! Invariants: the same statement gives the same bytes, so the boundary and the date come from the
//! statement and its record, never from a clock or a random number. No address is made up: who it
//! is from and to is said by the operator, or left to the mail program.

use chrono::{DateTime, Utc};
use mail_builder::{
    MessageBuilder,
    headers::{HeaderType, address::Address, content_type::ContentType, date::Date, message_id::MessageId, raw::Raw},
    mime::MimePart,
};
use sha2::{Digest, Sha256};

use super::{ShownStatement, statement::statement_body, statement_html, statement_parts::title};

/// A mail address as an operator says it: `name@host`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MailAddress(String);

impl MailAddress {
    /// Takes what has one `@` with something on both sides, and nothing that could end a header
    /// line or begin another address.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn parse(text: &str) -> Result<Self, String> {
        let refused = || format!("'{text}' is not a mail address: write it as name@host");
        let strange = |c: char| c.is_whitespace() || c.is_control() || matches!(c, '<' | '>' | ',' | ';' | '"' | '(');
        let (name, host) = text.split_once('@').ok_or_else(refused)?;
        if name.is_empty() || host.is_empty() || host.contains('@') || text.chars().any(strange) {
            return Err(refused());
        }
        Ok(Self(text.to_owned()))
    }

    fn header(&self) -> Address<'_> {
        Address::new_address(None::<&str>, self.0.as_str())
    }
}

/// Who the message is from and to.
#[derive(Debug, Clone, Copy)]
pub struct MailParties<'a> {
    /// The sender; the mail program fills it in where none is named.
    pub from: Option<&'a MailAddress>,
    /// The recipients; the mail program fills them in where none is named.
    pub to: &'a [MailAddress],
}

/// The statement as a message, dated when the statement was recorded.
///
/// # Errors
/// Where it cannot be written.
pub fn statement_mail(
    shown: &ShownStatement,
    recorded: DateTime<Utc>,
    parties: MailParties<'_>,
) -> std::io::Result<Vec<u8>> {
    let text = statement_body(shown);
    let page = statement_html(shown);
    let digest = hex::encode(Sha256::digest(format!("{text}\0{page}")));
    // A boundary of 128 bits of the content's own hash stands in the content by no accident.
    let boundary = format!("=_creditmemo_{}", &digest[..32]);
    let mut message = MessageBuilder::new()
        .date(Date::new(recorded.timestamp()))
        // `.invalid` names no host (RFC 2606): the id says what it is of and nothing else.
        .message_id(MessageId::new(format!("{}@creditmemo.invalid", &digest[..32])))
        .subject(title(shown));
    if let Some(from) = parties.from {
        message = message.from(from.header());
    }
    if !parties.to.is_empty() {
        message = message.to(Address::new_list(parties.to.iter().map(MailAddress::header).collect()));
    }
    if parties.from.is_none() || parties.to.is_empty() {
        // Mail programs open such a file for editing instead of showing it as received.
        message = message.header("X-Unsent", HeaderType::Raw(Raw::new("1")));
    }
    let body = MimePart::new(
        ContentType::new("multipart/alternative").attribute("boundary", boundary),
        vec![MimePart::new("text/plain", text), MimePart::new("text/html", page)],
    );
    message.body(body).write_to_vec()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_cannot_bring_another_header_or_recipient() {
        for good in ["a@b", "first.last+tag@example.com", "büro@example.org"] {
            assert!(MailAddress::parse(good).is_ok(), "{good}");
        }
        for bad in ["", "a", "@b", "a@", "a@b@c", "a b@c", "a@b\r\nBcc: c@d", "a@b,c@d", "<a@b>", "\"x\"@b"] {
            assert!(MailAddress::parse(bad).is_err(), "{bad}");
        }
    }
}
