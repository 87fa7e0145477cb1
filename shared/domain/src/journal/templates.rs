//! Posting templates: the account that each class of event debits, and the one that it credits.
//! They are data: a file names those that differ from the defaults (rule book B.3).

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::JournalParty;

/// A class of event that moves money.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum PostingClass {
    /// A memo issued, or grown, for an upstream credit.
    MemoIssued,
    /// A memo issued by hand without an upstream credit: nobody pays for it but the distributor.
    MemoIssuedByHand,
    /// The open balance of a memo taken over from another system.
    MemoTakenOver,
    /// What AWS had still to apply of the credit of a memo taken over.
    ReceivableTakenOver,
    /// A memo paid charges; taken back, the reverse.
    MemoApplied,
    /// The part of a memo that AWS never funded lapsed: no profit and no loss.
    MemoLapsed,
    /// The part of a memo that AWS funded expired.
    MemoExpired,
    /// A memo was written down because AWS gives less, or the account left with the rest; and the
    /// unfunded part of a memo written off by hand.
    MemoWrittenDown,
    /// The funded part of a memo written off by hand.
    MemoWrittenOff,
    /// AWS gives less than the customer was given, and no write-down makes up for it.
    UpstreamShortfall,
    /// AWS applied more of a credit than any of its memos may have.
    UpstreamSurplus,
    /// A memo was paid out.
    MemoRefunded,
    /// A memo left for another account.
    MemoReassignedOut,
    /// What left another memo came in.
    MemoReassignedIn,
    /// What AWS has still to apply of a portion stands with the portion and no longer with its parent:
    /// `{credit}` is the portion on the debit's side, and the parent on the credit's.
    ReceivableOfPortion,
    /// A memo moved to another PO number or customer.
    MemoPoReassigned,
    /// AWS's charges of a month, before credit lines.
    AwsCharges,
    /// AWS's credit lines of a month.
    AwsCreditLines,
    /// Credit lines that turned out to be of a credit.
    CreditAttributed,
    /// Credit lines beyond a credit's face by no more than the tolerance.
    BeyondFace,
    /// Credit lines without a known owner; cleared, the reverse.
    Suspense,
    /// What a customer is charged.
    CustomerCharged,
    /// A correction of what a customer was charged for a closed month.
    CustomerCorrected,
}

impl PostingClass {
    /// All of them.
    pub const ALL: [Self; 23] = [
        Self::MemoIssued,
        Self::MemoIssuedByHand,
        Self::MemoTakenOver,
        Self::ReceivableTakenOver,
        Self::MemoApplied,
        Self::MemoLapsed,
        Self::MemoExpired,
        Self::MemoWrittenDown,
        Self::MemoWrittenOff,
        Self::UpstreamShortfall,
        Self::UpstreamSurplus,
        Self::MemoRefunded,
        Self::MemoReassignedOut,
        Self::MemoReassignedIn,
        Self::ReceivableOfPortion,
        Self::MemoPoReassigned,
        Self::AwsCharges,
        Self::AwsCreditLines,
        Self::CreditAttributed,
        Self::BeyondFace,
        Self::Suspense,
        Self::CustomerCharged,
        Self::CustomerCorrected,
    ];

    fn default_accounts(self) -> (&'static str, &'static str) {
        const RECEIVABLE: &str = "Assets:Promotional credits receivable from AWS:{payer}:{credit}";
        const MEMO: &str = "Liabilities:Customer credit memos:{payer}:{member}:{memo}";
        const CUSTOMER: &str = "Assets:Accounts receivable:{payer}:{member}";
        const PAYABLE: &str = "Liabilities:Accounts payable:AWS:{payer}";
        const AWS_COST: &str = "Expenses:AWS charges:{payer}";
        const CREDIT_LINES: &str = "Expenses:AWS credit lines kept:{payer}";
        const REVENUE: &str = "Revenues:AWS services";
        const OPENING: &str = "Equity:Opening balances";
        const TRANSIT: &str = "Liabilities:Credit memos between accounts";
        match self {
            Self::MemoIssued => (RECEIVABLE, MEMO),
            Self::MemoIssuedByHand => ("Expenses:Credit memos without AWS credit", MEMO),
            Self::MemoTakenOver => (OPENING, MEMO),
            Self::ReceivableTakenOver => (RECEIVABLE, OPENING),
            Self::MemoApplied => (MEMO, CUSTOMER),
            Self::MemoLapsed | Self::MemoWrittenDown => (MEMO, RECEIVABLE),
            Self::MemoExpired => (MEMO, "Revenues:Expired credit memos"),
            Self::MemoWrittenOff => (MEMO, "Revenues:Credit memos written off"),
            Self::UpstreamShortfall => ("Expenses:AWS credits fallen short", RECEIVABLE),
            Self::UpstreamSurplus => (RECEIVABLE, "Liabilities:AWS credits beyond memos:{payer}:{credit}"),
            Self::MemoRefunded => (MEMO, "Liabilities:Accounts payable:Customers:{payer}:{member}"),
            Self::MemoReassignedOut => (MEMO, TRANSIT),
            Self::MemoReassignedIn => (TRANSIT, MEMO),
            Self::ReceivableOfPortion => (RECEIVABLE, RECEIVABLE),
            Self::MemoPoReassigned => (MEMO, MEMO),
            Self::AwsCharges => (AWS_COST, PAYABLE),
            Self::AwsCreditLines => (PAYABLE, CREDIT_LINES),
            Self::CreditAttributed => (CREDIT_LINES, RECEIVABLE),
            Self::BeyondFace => (CREDIT_LINES, "Revenues:Rounding of AWS credits"),
            Self::Suspense => (CREDIT_LINES, "Liabilities:Unidentified AWS credits:{payer}"),
            Self::CustomerCharged | Self::CustomerCorrected => (CUSTOMER, REVENUE),
        }
    }
}

/// What a placeholder of an account's name may stand for in one event; blank where the event has
/// none of it.
#[derive(Debug, Clone, Copy, Default)]
pub struct PostingWords<'a> {
    /// `{payer}`.
    pub payer: &'a str,
    /// `{member}`.
    pub member: &'a str,
    /// `{memo}`.
    pub memo: &'a str,
    /// `{credit}`.
    pub credit: &'a str,
    /// `{customer}`.
    pub customer: &'a str,
    /// `{po_number}`.
    pub po_number: &'a str,
    /// `{service}`.
    pub service: &'a str,
    /// `{kind}`.
    pub kind: &'a str,
    /// `{currency}`.
    pub currency: &'a str,
}

const PLACEHOLDERS: [&str; 9] =
    ["payer", "member", "memo", "credit", "customer", "po_number", "service", "kind", "currency"];

impl<'a> PostingWords<'a> {
    /// The same of a customer and PO number.
    pub(super) fn of_party(self, party: Option<&'a JournalParty>) -> Self {
        let (customer, po_number) = party.map_or(("", ""), |party| (party.customer.as_str(), party.po_number.as_str()));
        Self { customer, po_number, ..self }
    }

    fn of(&self, placeholder: &str) -> &str {
        match placeholder {
            "payer" => self.payer,
            "member" => self.member,
            "memo" => self.memo,
            "credit" => self.credit,
            "customer" => self.customer,
            "po_number" => self.po_number,
            "service" => self.service,
            "kind" => self.kind,
            _ => self.currency,
        }
    }
}

/// A name that no journal can have. Correct the file of templates.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadTemplate {
    /// It has no such placeholder.
    #[error("'{template}' has the placeholder {{{placeholder}}}: there are {}", PLACEHOLDERS.join(", "))]
    UnknownPlaceholder {
        /// The name.
        template: String,
        /// What stands in braces.
        placeholder: String,
    },
    /// A part is blank, or holds what a journal takes for something else.
    #[error("'{0}' is not an account: parts separated by ':', none blank, without ';' or two spaces in a row")]
    NotAnAccount(String),
}

/// The name of an account with placeholders in braces: `Assets:Accounts receivable:{member}`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(try_from = "String", into = "String")]
pub struct AccountTemplate(String);

impl TryFrom<String> for AccountTemplate {
    type Error = BadTemplate;

    fn try_from(text: String) -> Result<Self, BadTemplate> {
        let strange = |part: &str| part.trim() != part || part.is_empty();
        let forbidden = |c: char| c.is_control() || matches!(c, ';' | '(' | '[' | '|' | '*' | '!');
        if text.split(':').any(strange) || text.contains("  ") || text.contains(forbidden) {
            return Err(BadTemplate::NotAnAccount(text));
        }
        for rest in text.split('{').skip(1) {
            let placeholder = rest.split('}').next().unwrap_or_default();
            if !rest.contains('}') || !PLACEHOLDERS.contains(&placeholder) {
                let placeholder = placeholder.to_owned();
                return Err(BadTemplate::UnknownPlaceholder { template: text, placeholder });
            }
        }
        Ok(Self(text))
    }
}

impl From<AccountTemplate> for String {
    fn from(template: AccountTemplate) -> Self {
        template.0
    }
}

impl AccountTemplate {
    /// The account of one event. A word is one part of the name whatever it holds; a blank one
    /// stands as `none`.
    pub fn account(&self, words: &PostingWords<'_>) -> String {
        let mut name = String::new();
        let mut rest = self.0.as_str();
        while let Some((before, after)) = rest.split_once('{') {
            let (placeholder, behind) = after.split_once('}').unwrap_or((after, ""));
            name.push_str(before);
            name.push_str(&as_part(words.of(placeholder)));
            rest = behind;
        }
        name.push_str(rest);
        name
    }
}

/// A text as one part of an account's name.
fn as_part(word: &str) -> String {
    let plain = |c: char| if c.is_alphanumeric() || matches!(c, '-' | '_' | '.' | '&' | '\'') { c } else { ' ' };
    let words: String = word.chars().map(plain).collect();
    let part = words.split_whitespace().collect::<Vec<_>>().join(" ");
    if part.is_empty() { "none".to_owned() } else { part }
}

/// The accounts of a class of event.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PostingTemplate {
    /// What is debited.
    pub debit: AccountTemplate,
    /// What is credited.
    pub credit: AccountTemplate,
}

/// The accounts of every class of event. A file names those that differ from the defaults.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(from = "BTreeMap<PostingClass, PostingTemplate>", into = "BTreeMap<PostingClass, PostingTemplate>")]
pub struct PostingTemplates(BTreeMap<PostingClass, PostingTemplate>);

impl Default for PostingTemplates {
    fn default() -> Self {
        Self(PostingClass::ALL.into_iter().map(|class| (class, default_template(class))).collect())
    }
}

fn default_template(class: PostingClass) -> PostingTemplate {
    let (debit, credit) = class.default_accounts();
    PostingTemplate { debit: AccountTemplate(debit.to_owned()), credit: AccountTemplate(credit.to_owned()) }
}

impl From<BTreeMap<PostingClass, PostingTemplate>> for PostingTemplates {
    fn from(named: BTreeMap<PostingClass, PostingTemplate>) -> Self {
        let mut templates = Self::default();
        templates.0.extend(named);
        templates
    }
}

impl From<PostingTemplates> for BTreeMap<PostingClass, PostingTemplate> {
    fn from(templates: PostingTemplates) -> Self {
        templates.0
    }
}

impl PostingTemplates {
    /// The accounts that an event debits and credits.
    pub fn accounts(&self, class: PostingClass, words: &PostingWords<'_>) -> (String, String) {
        match self.0.get(&class) {
            Some(template) => (template.debit.account(words), template.credit.account(words)),
            None => {
                let template = default_template(class);
                (template.debit.account(words), template.credit.account(words))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_default_is_a_good_template() {
        for class in PostingClass::ALL {
            let (debit, credit) = class.default_accounts();
            for name in [debit, credit] {
                assert_eq!(AccountTemplate::try_from(name.to_owned()).map(String::from), Ok(name.to_owned()));
            }
        }
    }

    #[test]
    fn names_that_a_journal_would_read_otherwise_are_refused() {
        for bad in [
            "",
            "Assets:",
            ":Assets",
            "Assets::Cash",
            "A  B",
            "Assets; cash",
            "(Assets)",
            "A:{who}",
            "A:{member",
            "A: B",
        ] {
            assert!(AccountTemplate::try_from(bad.to_owned()).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn a_word_is_one_part_whatever_it_holds() {
        let template = AccountTemplate::try_from("Assets:{customer}:{credit}".to_owned()).unwrap();
        let words = PostingWords { customer: "Söhne: &  Co; (x)", ..PostingWords::default() };
        assert_eq!(template.account(&words), "Assets:Söhne & Co x:none");
    }
}
