//! Attribution: whose credit a credit line is (rule book N10 to N13, W11).
//!
//! A line says on which account AWS let a credit benefit, not whose credit it was. The matches, the
//! strongest first: the credit's id; the owner suffix with the description; the owner suffix where
//! that owner has exactly one live credit; a description that only one credit of the payer has; an
//! account that owns exactly one live credit (provisional); what an operator said of such a line in an
//! earlier month, where no credit bears its words. Only credits in the line's currency match (N33), and a
//! split credit gives way to its portions once nothing is left of it (N26). A stronger match takes the face first,
//! whatever the order of lines; what is beyond the face goes to suspense, or to the rounding account
//! where it is within the tolerance (N13). Identical descriptions
//! are never merged: where several credits fit, the one that ends first is filled first, and the
//! match is marked provisional.
//!
//! The suffix was seen in real bills, for example in FOCUS's anonymised AWS sample:
//! `AWS Open Source Promotional Credits, credit from account: 391835788720`.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use money::{Currency, Exact, MoneyError};
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
    /// An operator said so of such a line in an earlier month, and no credit bears its words.
    Remembered,
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
    /// The currency it is in.
    pub currency: Currency,
    /// What an operator said of it.
    pub by_operator: Option<UpstreamCreditId>,
    /// What an operator said of such a line in an earlier month.
    pub remembered: Option<UpstreamCreditId>,
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
    /// Its currency.
    pub currency: Currency,
    /// It was split: it takes what is left of it, and its portions the rest.
    pub is_split: bool,
    /// What it is a portion of.
    pub split_from: Option<UpstreamCreditId>,
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

/// The strongest match of a line and the credits it fits, in the order they are filled in. Only credits
/// in the line's currency are asked: nobody stated a rate (rule book N33).
fn candidates(
    line: &PromotionalLine,
    credits: &[AttributableCredit],
    descriptions: &[String],
) -> Result<(MatchedBy, Vec<usize>), SuspenseReason> {
    let all = || (0..credits.len()).filter(|at| credits[*at].currency == line.currency);
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
    let words = Words { credits, descriptions, description: normal(&line.description) };
    let matched = match split_owner_suffix(&line.description).1 {
        Some(owner) => words.of_owner(owner, all),
        None => words.of_account(line, all),
    };
    // What an operator said of such a line before holds where the words are nobody's else, and where
    // the account has no credit of its own that they may be of (rule book N12).
    let Err(reason) = matched else { return matched };
    let is_borne = (0..credits.len()).any(|at| words.are_of(at));
    let remembered = line.remembered.as_ref().filter(|_| !is_borne);
    if let Some(at) = remembered.and_then(|named| all().find(|at| credits[*at].credit == *named))
        && credits[at].live
        && (credits[at].owner == line.member
            || !all().any(|own| credits[own].live && credits[own].owner == line.member))
    {
        return Ok((MatchedBy::Remembered, vec![at]));
    }
    let is_of_another_currency =
        (0..credits.len()).any(|at| credits[at].currency != line.currency && credits[at].live && words.are_of(at));
    Err(if is_of_another_currency && !all().any(|at| words.are_of(at)) {
        SuspenseReason::OtherCurrency
    } else {
        reason
    })
}

/// The words of a line beside those of credits.
struct Words<'a> {
    credits: &'a [AttributableCredit],
    descriptions: &'a [String],
    description: String,
}

impl Words<'_> {
    /// Whether a credit bears these very words.
    fn are_of(&self, at: usize) -> bool {
        self.descriptions[at] == self.description
    }

    /// Whether a credit was split off one that bears them: AWS goes on writing the parent's words for
    /// what is left of it (rule book N26).
    fn are_of_parent(&self, at: usize) -> bool {
        let parent = self.credits[at].split_from.as_ref();
        let found = parent.and_then(|id| self.credits.iter().position(|credit| credit.credit == *id));
        // A child may be split again; ids are imported and may be wrong, so a chain that comes back ends.
        found.is_some_and(|found| found != at && (self.are_of(found) || self.are_of_grandparent(found, at)))
    }

    fn are_of_grandparent(&self, at: usize, child: usize) -> bool {
        let parent = self.credits[at].split_from.as_ref();
        let found = parent.and_then(|id| self.credits.iter().position(|credit| credit.credit == *id));
        found.is_some_and(|found| found != at && found != child && self.are_of(found))
    }

    /// Of these credits, the ones that the line may be of, in the order they are filled in: a split
    /// credit while something is left of it, then the others.
    fn fitting(&self, among: &[usize]) -> Vec<usize> {
        let fits = |at: &usize| self.are_of(*at) || self.are_of_parent(*at);
        let mut fitting: Vec<usize> = among.iter().copied().filter(fits).collect();
        // Words that a credit bears itself are not those of another's portion.
        if fitting.iter().any(|at| self.are_of(*at) && !self.credits[*at].is_split) {
            fitting.retain(|at| self.are_of(*at));
        }
        if fitting.iter().any(|at| !self.credits[*at].is_split) {
            fitting.retain(|at| !self.credits[*at].is_split || self.credits[*at].remaining.is_positive());
        }
        in_order_of_end(&mut fitting, self.credits);
        fitting.sort_by_key(|at| !self.credits[*at].is_split);
        fitting
    }

    /// A line that names the owner of its credit.
    fn of_owner<I: Iterator<Item = usize>>(
        &self,
        owner: &str,
        all: impl Fn() -> I,
    ) -> Result<(MatchedBy, Vec<usize>), SuspenseReason> {
        let credits = self.credits;
        let owned: Vec<usize> = all().filter(|at| credits[*at].owner.as_str() == owner && credits[*at].live).collect();
        let fitting = self.fitting(&owned);
        match (fitting.len(), owned.len()) {
            (1, _) => Ok((MatchedBy::OwnerAndDescription, fitting)),
            (2.., _) => Ok((MatchedBy::OwnerAndDescriptionShared, fitting)),
            (0, 1) => Ok((MatchedBy::SoleCreditOfOwner, owned)),
            (0, 0) => Err(SuspenseReason::UnknownOwner),
            _ => Err(SuspenseReason::SeveralCreditsFit),
        }
    }

    /// A line that names no owner.
    fn of_account<I: Iterator<Item = usize>>(
        &self,
        line: &PromotionalLine,
        all: impl Fn() -> I,
    ) -> Result<(MatchedBy, Vec<usize>), SuspenseReason> {
        let credits = self.credits;
        let live: Vec<usize> = all().filter(|at| credits[*at].live).collect();
        let own: Vec<usize> = live.iter().copied().filter(|at| credits[*at].owner == line.member).collect();
        let bearing: Vec<usize> = live.iter().copied().filter(|at| self.are_of(*at)).collect();
        let portions: Vec<usize> = live.iter().copied().filter(|at| self.are_of_parent(*at)).collect();
        let own_fitting = self.fitting(&own);
        // A portion of the account's own is nearer than the split credit, or a stranger's, that bears the
        // words.
        let own_portion_fits = own_fitting.iter().any(|at| !bearing.contains(at));
        if let ([only], false) = (bearing.as_slice(), own_portion_fits) {
            let is_spent = credits[*only].is_split && !credits[*only].remaining.is_positive();
            if !is_spent || portions.is_empty() {
                return Ok((MatchedBy::Description, bearing));
            }
            return self.of_one_owner(&portions);
        }
        if bearing.len() > 1 && self.are_one_owners(&bearing) && !own_portion_fits {
            return self.of_one_owner(&bearing);
        }
        // Among credits of several owners the account's own are the nearest.
        if !own_fitting.is_empty() {
            return Ok((MatchedBy::OwnerAndDescriptionShared, own_fitting));
        }
        if bearing.is_empty() && !portions.is_empty() && self.are_one_owners(&portions) {
            return self.of_one_owner(&portions);
        }
        match own.len() {
            1 => Ok((MatchedBy::SoleCreditOfAccount, own)),
            _ if self.descriptions.contains(&self.description) => Err(SuspenseReason::SeveralCreditsFit),
            _ => Err(SuspenseReason::NoCreditFits),
        }
    }

    fn are_one_owners(&self, among: &[usize]) -> bool {
        among.windows(2).all(|pair| self.credits[pair[0]].owner == self.credits[pair[1]].owner)
    }

    /// Credits of one description and one owner: whichever it is, it is that owner's (rule book N11).
    fn of_one_owner(&self, among: &[usize]) -> Result<(MatchedBy, Vec<usize>), SuspenseReason> {
        if !self.are_one_owners(among) {
            return Err(SuspenseReason::SeveralCreditsFit);
        }
        Ok((MatchedBy::OwnerAndDescriptionShared, self.fitting(among)))
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
            currency: Currency::USD,
            by_operator: None,
            remembered: None,
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
            currency: Currency::USD,
            is_split: false,
            split_from: None,
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
