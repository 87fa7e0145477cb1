//! Whose credit a credit line is, once more: each line finds its credit by the rules in their order
//! (rule book C), then the credits are filled, the strongest match first.

use std::collections::{BTreeMap, BTreeSet};

use crate::{
    credit::Credit,
    paper::{CreditLine, MEMBERS},
    steps::{Micros, Month},
};

/// What a month's credit lines come to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Attributed {
    pub(crate) by_credit: BTreeMap<String, Micros>,
    pub(crate) suspense: Micros,
    /// Part of it lies beyond the face of its credit.
    pub(crate) is_beyond: bool,
}

/// What operators said of lines: on which account, with which description, that it is of which credit.
pub(crate) type Said = [(usize, String, String)];

/// Attributes the lines of a month. What an operator said in it of a line is first; what was said
/// of its description in earlier months is remembered last, where nothing else tells and one credit was
/// named that still lives.
pub(crate) fn attribute(
    lines: &[CreditLine],
    credits: &BTreeMap<String, Credit>,
    month: Month,
    (said, said_before): (&Said, &Said),
) -> Attributed {
    let mut sums: BTreeMap<(usize, String), Micros> = BTreeMap::new();
    for line in lines {
        *sums.entry((line.on, line.description.clone())).or_default() += line.applied;
    }
    let mut attributed = Attributed::default();
    let mut matched = Vec::new();
    for ((on, description), applied) in sums.into_iter().filter(|(_, applied)| *applied != 0) {
        let by_hand = said.iter().rev().find(|(member, text, _)| *member == on && *text == description);
        let remembered = || {
            let named = said_before.iter().filter(|(_, text, _)| *text == description).map(|(.., credit)| credit);
            let named: BTreeSet<&String> = named.collect();
            named.first().copied().filter(|credit| named.len() == 1 && credits[*credit].is_live(month))
        };
        let said_of_it = by_hand.map(|(.., credit)| (0, credit.clone()));
        let known = said_of_it.or_else(|| owner_of(on, &description, credits, month));
        match known.or_else(|| remembered().map(|credit| (5, credit.clone()))) {
            Some((strength, credit)) => matched.push((strength, on, description, credit, applied)),
            None => attributed.suspense += applied,
        }
    }
    matched.sort();
    let mut room: BTreeMap<&String, Micros> = credits
        .iter()
        .map(|(id, credit)| {
            // Earlier months come first; of later ones only what they take back makes room.
            let ahead = credit.applied.iter().filter(|(of, _)| **of != month);
            let ahead: Micros = ahead.map(|(of, sum)| if *of < month { *sum } else { (*sum).min(0) }).sum();
            (id, credit.face - ahead)
        })
        .collect();
    for (.., credit, applied) in matched.iter().filter(|(.., applied)| *applied < 0) {
        *room.get_mut(credit).unwrap() -= applied;
    }
    for (.., credit, applied) in &matched {
        let left = room.get_mut(credit).unwrap();
        let part = if *applied < 0 { *applied } else { (*applied).min((*left).max(0)) };
        *left -= part.max(0);
        *attributed.by_credit.entry(credit.clone()).or_default() += part;
        attributed.suspense += applied - part;
        attributed.is_beyond |= *applied != part;
    }
    attributed
}

/// The credit of a line with the strength of the match, the strongest lowest.
fn owner_of(on: usize, description: &str, credits: &BTreeMap<String, Credit>, month: Month) -> Option<(u8, String)> {
    let live: Vec<(&String, &Credit)> = credits.iter().filter(|(_, credit)| credit.is_live(month)).collect();
    let owned_by = |member: usize| -> Vec<&String> {
        live.iter().filter(|(_, credit)| credit.owner_in(month) == member).map(|(id, _)| *id).collect()
    };
    if let Some((text, owner)) = description.split_once(", credit from account: ") {
        let owner = MEMBERS.iter().position(|id| *id == owner)?;
        let owned = owned_by(owner);
        if let Some(exact) = owned.iter().find(|id| credits[**id].description == text) {
            return Some((1, (*exact).clone()));
        }
        return (owned.len() == 1).then(|| (2, owned[0].clone()));
    }
    if let Some((id, _)) = live.iter().find(|(_, credit)| credit.description == description) {
        return Some((3, (*id).clone()));
    }
    let owned = owned_by(on);
    (owned.len() == 1).then(|| (4, owned[0].clone()))
}
