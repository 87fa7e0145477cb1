//! Subjects: the exact subject is the boundary of consistency, so an aggregate has one.
//!
//! A token is lower-case letters, digits and `-`; every other byte is written `_` and two hex
//! digits, one way and back, so that no id can collide with another or leave its level.

use std::{fmt, sync::Arc};

use domain::{
    ids::{MemberAccountId, PayerAccountId, UpstreamCreditId},
    period::BillingPeriod,
};

use crate::{Fingerprint, StreamName};

/// The subject of a commit, for example `memos.999900001111.111122223333`.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Subject {
    text: Arc<str>,
    stream: StreamName,
}

/// Not a subject of this log: the record was written by something else, or is damaged.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("'{0}' is not a subject of this log")]
pub struct BadSubject(pub String);

/// Words that stand where an id may stand.
const RESERVED: [&str; 3] = ["policy", "delivery", "suspense"];

impl Subject {
    /// Reads a subject as it stands in a log.
    ///
    /// # Errors
    /// [`BadSubject`] where the first token names no stream or a token has other characters.
    pub fn parse(text: &str) -> Result<Self, BadSubject> {
        let bad = || BadSubject(text.to_owned());
        let (prefix, rest) = text.split_once('.').ok_or_else(bad)?;
        let stream = StreamName::ALL.into_iter().find(|stream| stream.subject_prefix() == prefix).ok_or_else(bad)?;
        let known = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'-' | b'_');
        if rest.split('.').any(|token| token.is_empty() || !token.bytes().all(known)) {
            return Err(bad());
        }
        Ok(Self { text: text.into(), stream })
    }

    fn of(stream: StreamName, tokens: &[&str]) -> Self {
        Self { text: format!("{}.{}", stream.subject_prefix(), tokens.join(".")).into(), stream }
    }

    /// A member account: joined, left, customer and PO.
    pub fn member(payer: &PayerAccountId, member: &MemberAccountId) -> Self {
        Self::of(StreamName::Accounts, &[&escape(payer.as_str()), &escape(member.as_str())])
    }

    /// The policies of a payer.
    pub fn policy(payer: &PayerAccountId) -> Self {
        Self::of(StreamName::Accounts, &[&escape(payer.as_str()), "policy"])
    }

    /// The policies of all payers that have none of their own.
    pub fn general_policy() -> Self {
        Self::of(StreamName::Accounts, &["policy"])
    }

    /// The conversion rates that the distributor states.
    pub fn rates() -> Self {
        Self::of(StreamName::Accounts, &["rates"])
    }

    /// A command that was done under an operator's key.
    pub fn command(key: &str) -> Self {
        // Keys are any text: hashed, so that none is too long for a subject.
        let token = Fingerprint::of_bytes(key.as_bytes()).to_string();
        Self::of(StreamName::Accounts, &["commands", "key", &token[..32]])
    }

    /// What a bill says of one member in one period.
    pub fn member_usage(payer: &PayerAccountId, member: &MemberAccountId, period: BillingPeriod) -> Self {
        let period = period.to_string();
        Self::of(StreamName::Usage, &[&escape(payer.as_str()), &escape(member.as_str()), &period])
    }

    /// The deliveries of a payer's bill for a period.
    pub fn delivery(payer: &PayerAccountId, period: BillingPeriod) -> Self {
        Self::of(StreamName::Usage, &[&escape(payer.as_str()), "delivery", &period.to_string()])
    }

    /// One upstream credit.
    pub fn credit(payer: &PayerAccountId, credit: &UpstreamCreditId) -> Self {
        Self::of(StreamName::Credits, &[&escape(payer.as_str()), &escape(credit.as_str())])
    }

    /// Upstream credit lines of a period without a known owner.
    pub fn suspense(payer: &PayerAccountId, period: BillingPeriod) -> Self {
        Self::of(StreamName::Credits, &[&escape(payer.as_str()), "suspense", &period.to_string()])
    }

    /// The memos of a member account.
    pub fn memos(payer: &PayerAccountId, member: &MemberAccountId) -> Self {
        Self::of(StreamName::Memos, &[&escape(payer.as_str()), &escape(member.as_str())])
    }

    /// The runs and documents of a payer's period.
    pub fn billing(payer: &PayerAccountId, period: BillingPeriod) -> Self {
        Self::of(StreamName::Billing, &[&escape(payer.as_str()), &period.to_string()])
    }

    /// What the subjects of a stream begin with: those of one payer, or of all.
    pub fn prefix(stream: StreamName, payer: Option<&PayerAccountId>) -> String {
        let payer = payer.map_or_else(String::new, |payer| format!("{}.", escape(payer.as_str())));
        format!("{}.{payer}", stream.subject_prefix())
    }

    /// The stream it belongs to.
    pub fn stream(&self) -> StreamName {
        self.stream
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The tokens after the stream's own, unescaped.
    pub fn tokens(&self) -> Vec<String> {
        self.text.split('.').skip(1).map(unescape).collect()
    }
}

fn escape(token: &str) -> String {
    let mut escaped = String::with_capacity(token.len());
    let reserved = RESERVED.contains(&token);
    for (at, byte) in token.bytes().enumerate() {
        match byte {
            b'a'..=b'z' | b'0'..=b'9' | b'-' if !(reserved && at == 0) => escaped.push(char::from(byte)),
            other => escaped.push_str(&format!("_{other:02x}")),
        }
    }
    escaped
}

fn unescape(token: &str) -> String {
    let mut bytes = Vec::with_capacity(token.len());
    let mut rest = token.as_bytes();
    while let Some((&byte, tail)) = rest.split_first() {
        if byte == b'_'
            && let Some(pair) = tail.get(..2)
            && let Ok(decoded) = hex::decode(pair)
        {
            bytes.extend(decoded);
            rest = &tail[2..];
            continue;
        }
        bytes.push(byte);
        rest = tail;
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

impl fmt::Display for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.text)
    }
}

impl fmt::Debug for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_member_called_policy_is_not_the_policy() {
        let payer = PayerAccountId::parse("p").unwrap();
        let member = MemberAccountId::parse("policy").unwrap();
        assert_ne!(Subject::member(&payer, &member), Subject::policy(&payer));
        assert_eq!(Subject::member(&payer, &member).tokens(), ["p", "policy"]);
    }

    proptest! {
        #[test]
        fn escaping_goes_one_way_and_back(token in "[ -~]{1,20}") {
            let escaped = escape(&token);
            let known = escaped.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'-' | b'_'));
            prop_assert!(known);
            prop_assert_eq!(unescape(&escaped), token);
        }
    }
}
