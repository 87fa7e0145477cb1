//! Attribution: whose credit a credit line is (rule book N10 to N13, W11).
//!
//! A line says on which account AWS let a credit benefit, not whose credit it was. The matches, the
//! strongest first: the credit's id; the owner suffix with the description; the owner suffix where
//! that owner has exactly one live credit; a description that only one credit of the payer has; an
//! account that owns exactly one live credit (provisional). A stronger match takes the face first,
//! whatever the order of lines; what is beyond the face goes to suspense, or to the rounding account
//! where it is within the tolerance (N13). Identical descriptions
//! are never merged: where several credits fit, the one that ends first is filled first, and the
//! match is marked provisional.
//!
//! The suffix was seen in real bills, for example in FOCUS's anonymised AWS sample:
//! `AWS Open Source Promotional Credits, credit from account: 391835788720`.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use money::{Exact, MoneyError};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{AttributedLine, SuspenseReason, suspense::SuspenseItem};
use crate::ids::{MemberAccountId, UpstreamCreditId};

/// How a line was matched, the strongest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum MatchedBy {
    /// An operator said so.
    Operator,
    /// The line states the credit's id.
    CreditId,
    /// The owner suffix and the description.
    OwnerAndDescription,
    /// The same, but several credits fit: the one that ends first is filled first. Provisional. Also
    /// where the description alone leads to credits of one owner.
    OwnerAndDescriptionShared,
    /// The owner suffix, and that owner has one live credit.
    SoleCreditOfOwner,
    /// The description, which only one credit of the payer has.
    Description,
    /// The account owns one live credit. Provisional.
    SoleCreditOfAccount,
}

impl MatchedBy {
    /// Whether it is an estimate rather than knowledge.
    pub fn is_provisional(self) -> bool {
        matches!(self, Self::OwnerAndDescriptionShared | Self::SoleCreditOfAccount)
    }
}

/// The promotional credit lines of one member with one description.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PromotionalLine {
    /// The account that AWS let benefit.
    pub member: MemberAccountId,
    /// The description.
    pub description: String,
    /// The credit's id, where the bill states it.
    pub credit_id: String,
    /// What AWS applied: positive, or negative where it took back.
    pub applied: Exact,
    /// What an operator said of it.
    pub by_operator: Option<UpstreamCreditId>,
}

/// A credit that lines may be attributed to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AttributableCredit {
    /// Its id.
    pub credit: UpstreamCreditId,
    /// Its owner in the period.
    pub owner: MemberAccountId,
    /// Its description.
    pub description: String,
    /// What AWS has not applied of it outside the period.
    pub remaining: Exact,
    /// What may still go to the rounding account beyond that: the tolerance, less what other periods
    /// used of it.
    pub tolerance: Exact,
    /// Whether AWS may apply it in the period.
    pub live: bool,
    /// Last day.
    pub end_date: Option<NaiveDate>,
    /// First day.
    pub start_date: NaiveDate,
}

/// Where a period's promotional credit lines went.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Attribution {
    /// By credit.
    pub by_credit: BTreeMap<UpstreamCreditId, Vec<AttributedLine>>,
    /// Beyond a face by no more than the tolerance, by credit: rounding drift.
    pub beyond_face: BTreeMap<UpstreamCreditId, Exact>,
    /// Without a known owner, or beyond a face.
    pub suspense: Vec<SuspenseItem>,
}

const OWNER_SUFFIX: &str = "credit from account:";

/// Splits `..., credit from account: 391835788720` into the description and the owner.
pub fn split_owner_suffix(description: &str) -> (&str, Option<&str>) {
    // ASCII lower-casing keeps byte positions.
    let lower = description.to_ascii_lowercase();
    let Some(at) = lower.rfind(OWNER_SUFFIX) else { return (description.trim(), None) };
    let owner = description[at + OWNER_SUFFIX.len()..].trim();
    if owner.is_empty() || owner.contains(char::is_whitespace) {
        return (description.trim(), None);
    }
    (description[..at].trim_end().trim_end_matches(',').trim(), Some(owner))
}

/// Descriptions are compared without case and with single spaces: AWS varies both.
fn normal(description: &str) -> String {
    split_owner_suffix(description).0.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase()
}

/// Attributes a period's promotional credit lines.
///
/// # Errors
/// [`MoneyError`] where a sum cannot be held exactly.
pub fn attribute(lines: &[PromotionalLine], credits: &[AttributableCredit]) -> Result<Attribution, MoneyError> {
    let descriptions: Vec<String> = credits.iter().map(|credit| normal(&credit.description)).collect();
    let mut matched: Vec<(MatchedBy, Vec<usize>, &PromotionalLine)> = Vec::new();
    let mut attribution = Attribution::default();
    for line in lines {
        match candidates(line, credits, &descriptions) {
            Ok((matched_by, fitting)) => matched.push((matched_by, fitting, line)),
            Err(reason) => attribution.suspense.push(SuspenseItem::new(line, line.applied, reason)),
        }
    }
    // The strongest match first, then by member and description: not by the order of lines.
    matched.sort_by(|a, b| {
        let key = |line: &PromotionalLine| (line.member.clone(), line.description.clone(), line.credit_id.clone());
        a.0.cmp(&b.0).then_with(|| key(a.2).cmp(&key(b.2)))
    });
    let mut remaining: Vec<Exact> = credits.iter().map(|credit| credit.remaining).collect();
    // What AWS took back makes room before anything is filled.
    for (_, fitting, line) in matched.iter().filter(|(_, _, line)| line.applied.is_negative()) {
        if let Some(at) = fitting.first() {
            remaining[*at] = remaining[*at].checked_sub(line.applied)?;
        }
    }
    let mut beyond: BTreeMap<usize, Vec<(&PromotionalLine, Exact)>> = BTreeMap::new();
    for (matched_by, fitting, line) in matched {
        let mut left = line.applied;
        for at in &fitting {
            let part = if left.is_negative() { left } else { left.min(remaining[*at].max(Exact::ZERO)) };
            if part.is_zero() {
                continue;
            }
            if part.is_positive() {
                remaining[*at] = remaining[*at].checked_sub(part)?;
            }
            left = left.checked_sub(part)?;
            attribution.by_credit.entry(credits[*at].credit.clone()).or_default().push(AttributedLine {
                beneficiary: line.member.clone(),
                description: line.description.clone(),
                amount: part,
                matched_by,
            });
        }
        if !left.is_zero() {
            beyond.entry(fitting.last().copied().unwrap_or_default()).or_default().push((line, left));
        }
    }
    for (at, lines) in beyond {
        let sum = Exact::checked_sum(lines.iter().map(|(_, amount)| *amount))?;
        // All of it or none: an excess above the tolerance is no rounding drift but a wrong match.
        match credits.get(at).filter(|credit| sum.is_positive() && sum <= credit.tolerance) {
            Some(credit) => {
                attribution.beyond_face.insert(credit.credit.clone(), sum);
            }
            None => attribution.suspense.extend(
                lines.into_iter().map(|(line, amount)| SuspenseItem::new(line, amount, SuspenseReason::BeyondFace)),
            ),
        }
    }
    for lines in attribution.by_credit.values_mut() {
        lines.sort();
    }
    attribution.suspense.sort_by(|a, b| a.item.cmp(&b.item));
    Ok(attribution)
}

/// The strongest match of a line and the credits it fits, in the order they are filled in.
fn candidates(
    line: &PromotionalLine,
    credits: &[AttributableCredit],
    descriptions: &[String],
) -> Result<(MatchedBy, Vec<usize>), SuspenseReason> {
    let all = || 0..credits.len();
    if let Some(named) = &line.by_operator
        && let Some(at) = all().find(|at| credits[*at].credit == *named)
    {
        return Ok((MatchedBy::Operator, vec![at]));
    }
    if !line.credit_id.is_empty()
        && let Some(at) = all().find(|at| credits[*at].credit.as_str() == line.credit_id)
    {
        return Ok((MatchedBy::CreditId, vec![at]));
    }
    let description = normal(&line.description);
    if let (_, Some(owner)) = split_owner_suffix(&line.description) {
        let owned: Vec<usize> = all().filter(|at| credits[*at].owner.as_str() == owner && credits[*at].live).collect();
        let mut fitting: Vec<usize> = owned.iter().copied().filter(|at| descriptions[*at] == description).collect();
        return match (fitting.len(), owned.len()) {
            (1, _) => Ok((MatchedBy::OwnerAndDescription, fitting)),
            (2.., _) => {
                in_order_of_end(&mut fitting, credits);
                Ok((MatchedBy::OwnerAndDescriptionShared, fitting))
            }
            (0, 1) => Ok((MatchedBy::SoleCreditOfOwner, owned)),
            (0, 0) => Err(SuspenseReason::UnknownOwner),
            _ => Err(SuspenseReason::SeveralCreditsFit),
        };
    }
    let mut fitting: Vec<usize> = all().filter(|at| descriptions[*at] == description && credits[*at].live).collect();
    if fitting.len() == 1 {
        return Ok((MatchedBy::Description, fitting));
    }
    // Credits of one description and one owner: whichever it is, it is that owner's (rule book N11).
    let is_one_owners = fitting.windows(2).all(|pair| credits[pair[0]].owner == credits[pair[1]].owner);
    if !is_one_owners {
        // Among credits of several owners the account's own are the nearest.
        fitting.retain(|at| credits[*at].owner == line.member);
    }
    if !fitting.is_empty() {
        in_order_of_end(&mut fitting, credits);
        return Ok((MatchedBy::OwnerAndDescriptionShared, fitting));
    }
    let owned: Vec<usize> = all().filter(|at| credits[*at].owner == line.member && credits[*at].live).collect();
    match owned.len() {
        1 => Ok((MatchedBy::SoleCreditOfAccount, owned)),
        _ if descriptions.contains(&description) => Err(SuspenseReason::SeveralCreditsFit),
        _ => Err(SuspenseReason::NoCreditFits),
    }
}

fn in_order_of_end(fitting: &mut [usize], credits: &[AttributableCredit]) {
    fitting.sort_by_key(|at| {
        let credit = &credits[*at];
        (credit.end_date.unwrap_or(NaiveDate::MAX), credit.start_date, credit.credit.clone())
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    fn exact(text: &str) -> Exact {
        Exact::parse(text).unwrap()
    }

    fn line(member: &str, description: &str, applied: &str) -> PromotionalLine {
        PromotionalLine {
            member: MemberAccountId::parse(member).unwrap(),
            description: description.into(),
            credit_id: String::new(),
            applied: exact(applied),
            by_operator: None,
        }
    }

    fn credit(id: &str, owner: &str, description: &str, remaining: &str, end: &str) -> AttributableCredit {
        AttributableCredit {
            credit: UpstreamCreditId::parse(id).unwrap(),
            owner: MemberAccountId::parse(owner).unwrap(),
            description: description.into(),
            remaining: exact(remaining),
            tolerance: Exact::ZERO,
            live: true,
            end_date: Some(end.parse().unwrap()),
            start_date: "2019-01-01".parse().unwrap(),
        }
    }

    fn sums(attribution: &Attribution) -> (BTreeMap<String, Exact>, Exact) {
        let sum = |lines: &Vec<AttributedLine>| Exact::checked_sum(lines.iter().map(|line| line.amount)).unwrap();
        let by_credit = attribution.by_credit.iter().map(|(id, lines)| (id.to_string(), sum(lines))).collect();
        let suspense = Exact::checked_sum(attribution.suspense.iter().map(|item| item.amount)).unwrap();
        (by_credit, suspense)
    }

    #[test]
    fn the_suffix_names_the_owner() {
        let (description, owner) =
            split_owner_suffix("AWS Open Source Promotional Credits, credit from account: 391835788720");
        assert_eq!((description, owner), ("AWS Open Source Promotional Credits", Some("391835788720")));
        assert_eq!(split_owner_suffix("AWS Activate"), ("AWS Activate", None));
        assert_eq!(split_owner_suffix("credit from account: "), ("credit from account:", None));
    }

    #[test]
    fn the_stronger_match_takes_the_face_whatever_the_order_of_lines() {
        let credits = [credit("1", "1234", "Promo", "1000", "2019-12-31")];
        let strong = line("a2", "Promo, credit from account: 1234", "1000");
        let weak = line("1234", "Promo", "12.34");
        for lines in [[strong.clone(), weak.clone()], [weak, strong]] {
            let attribution = attribute(&lines, &credits).unwrap();
            let (by_credit, suspense) = sums(&attribution);
            assert_eq!(by_credit["1"], exact("1000"));
            assert_eq!(suspense, exact("12.34"));
            assert_eq!(attribution.suspense[0].reason, SuspenseReason::BeyondFace);
        }
    }

    #[test]
    fn identical_descriptions_are_never_merged() {
        let credits =
            [credit("2", "1234", "Survey", "50", "2019-12-31"), credit("1", "1234", "Survey", "50", "2019-06-30")];
        let attribution = attribute(&[line("a2", "Survey, credit from account: 1234", "70")], &credits).unwrap();
        let (by_credit, suspense) = sums(&attribution);
        assert_eq!((by_credit["1"], by_credit["2"], suspense), (exact("50"), exact("20"), Exact::ZERO));
        assert!(attribution.by_credit.values().flatten().all(|line| line.matched_by.is_provisional()));
    }

    #[test]
    fn a_line_without_a_known_owner_goes_to_suspense() {
        let credits = [credit("1", "1234", "Promo", "1000", "2019-12-31")];
        for (of, reason) in [
            (line("a2", "Other", "5"), SuspenseReason::NoCreditFits),
            (line("a2", "Promo, credit from account: 999", "5"), SuspenseReason::UnknownOwner),
        ] {
            let attribution = attribute(&[of], &credits).unwrap();
            assert_eq!(attribution.suspense[0].reason, reason);
            assert!(attribution.by_credit.is_empty());
        }
    }

    #[test]
    fn an_excess_within_the_tolerance_is_rounding_and_above_it_all_of_it_waits() {
        let of = |tolerance: &str| AttributableCredit {
            tolerance: exact(tolerance),
            ..credit("1", "1234", "Promo", "100", "2019-12-31")
        };
        let lines = [line("1234", "Promo", "100"), line("a2", "Promo", "0.02"), line("a3", "Promo", "0.03")];
        let within = attribute(&lines, &[of("0.05")]).unwrap();
        assert_eq!(sums(&within).1, Exact::ZERO);
        assert_eq!(within.beyond_face.values().copied().collect::<Vec<_>>(), [exact("0.05")]);
        let above = attribute(&lines, &[of("0.04")]).unwrap();
        assert_eq!(sums(&above).1, exact("0.05"));
        assert!(above.beyond_face.is_empty());
    }

    #[test]
    fn a_take_back_lowers_the_application_of_the_same_credit() {
        let credits = [credit("1", "1234", "Promo", "100", "2019-12-31")];
        let lines = [line("1234", "Promo", "100"), line("a2", "Promo", "-30"), line("a3", "Promo", "30")];
        let (by_credit, suspense) = sums(&attribute(&lines, &credits).unwrap());
        assert_eq!((by_credit["1"], suspense), (exact("100"), Exact::ZERO));
    }
}
