//! Credits that are granted, and what AWS does with them.

use crate::{
    credit::Credit,
    cut_off::Cut,
    driver::Driver,
    driver_bills::MONTHS_MAX,
    paper::{CreditRow, MEMBERS, PAYER, amount, credits_csv, first_day, last_day, month_of, services_of},
    steps::{CENT, Cents, Step},
};

impl Driver {
    pub(crate) async fn grant(
        &mut self,
        owner: usize,
        face: Cents,
        (start, months): (u8, u8),
        (pays, covers_tax): (u8, bool),
        cut: Option<Cut>,
    ) {
        self.credits += 1;
        let (id, description) = (format!("c{:02}", self.credits), format!("Promo {}", self.credits));
        let start = start.min(MONTHS_MAX - 2);
        let credit = Credit {
            description,
            face: face * CENT,
            stated: (face * CENT, owner),
            changed: 0,
            is_revised: false,
            given_to: None,
            start: first_day(start),
            end: last_day(start + months - 1),
            pays,
            covers_tax,
            owners: [(first_day(start), owner)].into(),
            everyone: [owner].into(),
            transferred: None,
            given: None,
            ended_on: None,
            is_cancelled: false,
            portions: Vec::new(),
            applied: [].into(),
        };
        let services = services_of(pays);
        let path = self.program.write(
            "credits.csv",
            &credits_csv(&CreditRow {
                id: &id,
                owner,
                description: &credit.description,
                face: credit.face,
                start: credit.start,
                end: credit.end,
                services: &services,
                covers_tax,
            }),
        );
        self.accepted(&["credits", "import", path.to_str().unwrap()], cut).await;
        let enters = self.books.first_unissued().unwrap_or(0).max(start);
        let (first, face) = (credit.start, credit.face);
        self.books.credits.insert(id.clone(), credit);
        self.books.issue_for(&id, owner, face, first, enters);
        self.follow();
    }

    /// What the services do once something happened to a credit.
    pub(crate) fn follow(&mut self) {
        self.books.attribute_all();
        self.books.fund();
        self.books.follow(self.program.today());
    }

    /// AWS's list with another face and another end of a credit; whose it was first, and what was split
    /// off it, the list does not know.
    pub(crate) async fn revise(&mut self, credit: u8, cents: Cents, months: i8, cut: Option<Cut>) {
        let ids: Vec<String> = self.books.credits.keys().cloned().collect();
        let id = ids[usize::from(credit) % ids.len()].clone();
        let known = self.books.credits[&id].clone();
        let (face, owner) = (known.stated.0 + cents * CENT, known.stated.1);
        let end = last_day(month_of(known.end).saturating_add_signed(months));
        let services = services_of(known.pays);
        let row = CreditRow {
            id: &id,
            owner,
            description: &known.description,
            face,
            start: known.start,
            end,
            services: &services,
            covers_tax: known.covers_tax,
        };
        let path = self.program.write("credits.csv", &credits_csv(&row));
        let is_possible = face > 0 && end >= known.start && known.face + cents * CENT >= 0;
        if !self.decided(&["credits", "import", path.to_str().unwrap()], cut, is_possible).await {
            return;
        }
        let credit = self.books.credits.get_mut(&id).unwrap();
        credit.is_revised |= (face, end) != (known.stated.0, known.end);
        credit.stated.0 = face;
        credit.face += cents * CENT;
        credit.changed += cents * CENT;
        credit.end = end;
        self.follow();
    }

    pub(crate) async fn upstream(&mut self, step: &Step, cut: Option<Cut>) {
        let (Step::Transfer { credit, .. }
        | Step::Split { credit, .. }
        | Step::Pause { credit, .. }
        | Step::Cancel { credit }) = step
        else {
            return;
        };
        let ids: Vec<String> = self.books.credits.keys().cloned().collect();
        let id = ids[usize::from(*credit) % ids.len()].clone();
        let known = self.books.credits[&id].clone();
        let has_ended = known.is_cancelled || !known.portions.is_empty();
        let today = self.program.today();
        match step {
            Step::Transfer { to, .. } => {
                let to = usize::from(*to);
                let is_possible =
                    !has_ended && known.owner() != to && known.transferred.is_none_or(|last| last < today);
                let words = ["credits", "transfer", &id, "--to", MEMBERS[to], "--payer", PAYER];
                if !self.decided(&words, cut, is_possible).await {
                    return;
                }
                let owner = known.owner();
                for memo in &mut self.books.memos {
                    if memo.member == owner && memo.credit.as_deref() == Some(&id) {
                        memo.ownership_ended = true;
                    }
                }
                let credit = self.books.credits.get_mut(&id).unwrap();
                credit.owners.retain(|from, _| *from < today);
                credit.owners.insert(today, to);
                credit.everyone.insert(to);
                credit.transferred = Some(today);
                credit.changed = 0;
                credit.given = Some((today, known.remaining_on(today)));
                credit.given_to = Some((to, known.remaining_on(today), today));
                self.follow();
            }
            Step::Split { percent, .. } => {
                let left = known.remaining();
                let first = left / 100 * i64::from(*percent) / CENT * CENT;
                let portions = [first, left - first];
                let is_possible = !has_ended && portions.iter().all(|portion| *portion >= 100 * 100 * CENT);
                let names = ["a", "b"].map(|child| format!("{id}{child}"));
                let said: Vec<String> =
                    names.iter().zip(portions).map(|(child, portion)| format!("{child}:{}", amount(portion))).collect();
                let portion_words = said.iter().flat_map(|portion| ["--portion", portion.as_str()]);
                let words: Vec<&str> =
                    ["credits", "split", &id, "--payer", PAYER].into_iter().chain(portion_words).collect();
                if first < 0 || !self.decided(&words, cut, is_possible).await {
                    return;
                }
                for (at, (child, portion)) in (1..).zip(names.iter().zip(portions)) {
                    let credit = Credit {
                        description: format!("{} - {at}/2", known.description),
                        face: portion,
                        stated: (portion, known.owner()),
                        changed: 0,
                        is_revised: false,
                        start: today,
                        end: known.end.max(today),
                        owners: [(today, known.owner())].into(),
                        everyone: [known.owner()].into(),
                        transferred: None,
                        given: None,
                        applied: [].into(),
                        ..known.clone()
                    };
                    self.books.credits.insert(child.clone(), credit);
                }
                let parent = self.books.credits.get_mut(&id).unwrap();
                parent.face -= left;
                parent.ended_on = Some(today);
                parent.portions = names.into_iter().zip(portions).map(|(child, of)| (child, of, false)).collect();
                self.follow();
            }
            Step::Pause { resume, .. } => {
                let mut words = vec!["credits", "pause", &id, "--payer", PAYER];
                if *resume {
                    words.push("--resume");
                }
                if self.decided(&words, cut, !has_ended).await {
                    self.follow();
                }
            }
            _ => {
                let is_possible = !has_ended;
                if self.decided(&["credits", "cancel", &id, "--payer", PAYER], cut, is_possible).await {
                    let credit = self.books.credits.get_mut(&id).unwrap();
                    (credit.is_cancelled, credit.ended_on) = (true, Some(today));
                    self.follow();
                }
            }
        }
    }

    pub(crate) async fn attribute_by_hand(&mut self, credit: u8, cut: Option<Cut>) {
        let ids: Vec<String> = self.books.credits.keys().cloned().collect();
        let id = ids[usize::from(credit) % ids.len()].clone();
        let all = self.program.office.model.all_suspense(None).unwrap();
        let found = all.iter().find_map(|((_, period), state)| state.items.values().next().map(|item| (*period, item)));
        let Some((period, item)) = found else { return };
        let of = period.to_string();
        let words = ["credits", "attribute", &item.item, "--credit", &id, "--payer", PAYER, "--period", &of];
        self.accepted(&words, cut).await;
        let month = month_of(period.first_day());
        let on = MEMBERS.iter().position(|member| *member == item.member.as_str()).unwrap();
        self.books.month(month).said.push((on, item.description.clone(), id));
        self.books.attribute(month);
        self.books.fund();
    }
}
