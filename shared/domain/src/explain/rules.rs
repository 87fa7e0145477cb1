//! The rules that an explanation cites: the case in the rule book, and the page of AWS or FOCUS
//! that it rests on, where there is one.

use schemars::JsonSchema;
use serde::Serialize;

/// A rule as an explanation names it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct RuleCited {
    /// Its heading in the rule book: a case, a policy, a part.
    pub case: &'static str,
    /// What it says.
    pub says: &'static str,
    /// The page that it rests on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source: Option<&'static str>,
}

/// A rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs)] // each is said in words below
pub enum Rule {
    RoundOnce,
    Converted,
    LargestRemainder,
    ListBasis,
    NetBasis,
    DiscountPassedOn,
    DiscountKept,
    CreditLineRetained,
    CreditLineKept,
    CreditLineStripped,
    TaxByRate,
    TaxKept,
    NeverCovered,
    Eligible,
    MemoIssued,
    MemoFunded,
    MemoDrawn,
    DrawnAgain,
    AcrossPayers,
    SellersApart,
    Corrected,
    Refunded,
    Ended,
    ByHand,
    UpstreamChanged,
    BroughtForward,
    Attributed,
    Suspense,
    BeyondFace,
    Released,
}

const SHARING: &str =
    "https://docs.aws.amazon.com/awsaccountbilling/latest/aboutv2/useconsolidatedbilling-credits.html";
const TERMS: &str = "https://aws.amazon.com/awscredits/";
const CUR: &str = "https://docs.aws.amazon.com/cur/latest/userguide/table-dictionary-cur2.html";
const FOCUS: &str = "https://focus.finops.org/focus-specification/";

impl Rule {
    /// As an explanation names it.
    pub fn cited(self) -> RuleCited {
        let (case, says, source) = match self {
            Self::RoundOnce => ("N34", "exact amounts are summed and the sum is rounded once", None),
            Self::Converted => ("N33", "a rounded total is converted once, at the rate stated on the document", None),
            Self::LargestRemainder => {
                ("N34", "a rounded total is shown over lines by largest remainder, so that they add up", None)
            }
            Self::ListBasis => ("rating_basis: list", "the unblended cost, before discounts that are kept", Some(CUR)),
            Self::NetBasis => ("rating_basis: net", "the cost after every upstream discount", Some(CUR)),
            Self::DiscountPassedOn => ("discounts", "a discount that is passed on to the customer", Some(CUR)),
            Self::DiscountKept => ("discounts", "a discount that the distributor keeps", Some(CUR)),
            Self::CreditLineRetained => {
                ("credit_lines", "a credit line that is not promotional is left where AWS put it", Some(CUR))
            }
            Self::CreditLineKept => ("credit_lines", "a credit line that the distributor keeps", Some(CUR)),
            Self::CreditLineStripped => {
                ("W1", "a promotional credit line is taken off whichever account AWS let benefit", Some(SHARING))
            }
            Self::TaxByRate => ("customer_tax", "customer tax by the policy's rate", None),
            Self::TaxKept => ("customer_tax", "upstream tax that the policy does not pass on", Some(CUR)),
            Self::NeverCovered => ("N36", "charged, and never paid by a memo", Some(TERMS)),
            Self::Eligible => ("N30", "what the memo may pay of the account's own charges", Some(TERMS)),
            Self::MemoIssued => ("memo_basis", "a memo is issued to the owner of the upstream credit", Some(SHARING)),
            Self::MemoFunded => {
                ("N14", "what AWS applied of the credit, on whatever account, funds the memo", Some(SHARING))
            }
            Self::MemoDrawn => (
                "N31",
                "memos are drawn in order of end date, restriction, start date and number; the largest service first",
                Some(SHARING),
            ),
            Self::DrawnAgain => ("N3", "an open month is drawn again by taking the draw back first", None),
            Self::AcrossPayers => (
                "N21",
                "a memo pays the account's charges under its own payer first, then those under another payer of ours",
                None,
            ),
            Self::SellersApart => ("N38", "each seller of record and invoice is told apart on one document", Some(CUR)),
            Self::Corrected => ("N1, N2", "a closed month is corrected in the open one", Some(FOCUS)),
            Self::Refunded => ("N9", "a refund gives back to the memo what the memo had paid", Some(FOCUS)),
            Self::Ended => ("memo_expiry, N14, N32", "what ends with the upstream end date", None),
            Self::ByHand => ("B.1", "an act by hand, with its reason", None),
            Self::UpstreamChanged => ("N5 to N8, N25, N26", "the upstream credit changed", None),
            Self::BroughtForward => ("B.2", "what earlier statements left", None),
            Self::Attributed => {
                ("C", "a credit line goes to the credit that it came from, the strongest match first", Some(SHARING))
            }
            Self::Suspense => {
                ("N10", "a credit line without a known owner is stripped and waits in suspense", Some(SHARING))
            }
            Self::BeyondFace => ("N13", "lines beyond the face of the credit that they fit", None),
            Self::Released => ("N10", "it left suspense: attributed, or restated by AWS", None),
        };
        RuleCited { case, says, source }
    }
}
