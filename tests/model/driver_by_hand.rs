//! What people do with memos by hand.

use crate::{
    cut_off::Cut,
    driver::Driver,
    memo::NewMemo,
    paper::{MEMBERS, PAYER, amount, last_day, month_of, take_over_csv},
    steps::{CENT, Cents, Step},
};

impl Driver {
    /// A memo of another system; the file once more takes nothing over.
    pub(crate) async fn take_over(
        &mut self,
        member: usize,
        face: Cents,
        percents: [u8; 2],
        months: u8,
        cut: Option<Cut>,
    ) {
        let [applied, funded] = percents.map(|percent| face * i64::from(percent) / 100);
        let end = last_day(months);
        let number = format!("OLD-{}", self.books.memos.len());
        let amounts = [face, applied, funded].map(|cents| cents * CENT);
        let path = self.program.write("memos.csv", &take_over_csv(member, &number, amounts, end));
        for _ in 0..2 {
            self.accepted(&["memos", "import", path.to_str().unwrap()], cut).await;
        }
        let at = self.books.add_memo(NewMemo {
            member,
            credit: None,
            is_the_credits: false,
            grows_with_funding: false,
            face,
            start: "2018-06-01".parse().unwrap(),
            end: Some(end),
            pays: 0,
            covers_tax: false,
            funding_moved: funded * CENT,
        });
        self.books.memos[at].applied_before = applied;
        self.books.attribute_all();
        self.books.fund();
        self.books.follow(self.program.today());
    }

    pub(crate) async fn by_hand(&mut self, step: &Step, cut: Option<Cut>) {
        let today = self.program.today();
        if let Step::IssueByHand { member, cents, months } = step {
            let member = usize::from(*member);
            let end = last_day(month_of(today) + months);
            let (face, until) = (amount(cents * CENT), end.to_string());
            let words =
                ["memos", "issue", "--account", MEMBERS[member], "--payer", PAYER, "--face", &face, "--end", &until];
            self.accepted(&words, cut).await;
            self.approve_all(cut).await;
            self.books.add_memo(NewMemo {
                member,
                credit: None,
                is_the_credits: false,
                grows_with_funding: false,
                face: *cents,
                start: today,
                end: Some(end),
                pays: 0,
                covers_tax: false,
                funding_moved: 0,
            });
            return;
        }
        let (Step::WriteOff { memo, .. }
        | Step::Refund { memo, .. }
        | Step::Expire { memo, .. }
        | Step::Reinstate { memo, .. }
        | Step::Adjust { memo, .. }
        | Step::Move { memo, .. }) = step
        else {
            return;
        };
        if self.books.memos.is_empty() {
            return;
        }
        let at = usize::from(*memo) % self.books.memos.len();
        let of = self.books.memos[at].clone();
        let number = format!("CM-{PAYER}-{}-{:04}", MEMBERS[of.member], of.ordinal);
        let mut words = vec!["memos", "", &number];
        let (verb, cents, at_most) = match step {
            Step::WriteOff { cents, .. } => ("write-off", cents.unwrap_or(of.open()), of.open()),
            Step::Refund { cents, .. } => ("refund", cents.unwrap_or(of.funded_open()), of.open()),
            Step::Expire { cents, .. } => ("expire", cents.unwrap_or(of.open()), of.open()),
            Step::Reinstate { cents, .. } => ("reinstate", cents.unwrap_or(of.expired), of.expired),
            Step::Move { cents, .. } => ("reassign", cents.unwrap_or(of.open()), of.open()),
            Step::Adjust { cents, .. } => ("adjust", *cents, if *cents < 0 { of.open() } else { Cents::MAX }),
            _ => return,
        };
        words[1] = verb;
        let said = amount(cents * CENT);
        let names_amount = match step {
            Step::WriteOff { cents, .. }
            | Step::Refund { cents, .. }
            | Step::Expire { cents, .. }
            | Step::Reinstate { cents, .. }
            | Step::Move { cents, .. } => cents.is_some(),
            _ => true,
        };
        if names_amount {
            words.extend(["--amount", &said]);
        }
        let to = if let Step::Move { to, .. } = step { usize::from(*to) } else { 0 };
        if let Step::Move { .. } = step {
            words.extend(["--to-account", MEMBERS[to], "--consent"]);
        }
        let is_possible = cents != 0 && cents.abs() <= at_most && (cents > 0 || verb == "adjust");
        if !self.decided(&words, cut, is_possible).await {
            return;
        }
        self.approve_all(cut).await;
        let memo = &mut self.books.memos[at];
        match step {
            Step::WriteOff { .. } => self.books.write_off_by_hand(at, cents),
            Step::Refund { .. } => memo.refunded += cents,
            Step::Expire { .. } => {
                memo.given_up += cents.min(memo.unfunded_open());
                memo.expired += cents;
            }
            Step::Reinstate { .. } => {
                // What ended last comes first: what AWS had paid, then what a person ended, then what lapsed.
                let paid = memo.expired - memo.lapsed - memo.given_up;
                let given_up = (cents - paid).max(0).min(memo.given_up);
                memo.lapsed -= (cents - paid).max(0) - given_up;
                memo.given_up -= given_up;
                memo.expired -= cents;
                // Past the end it lapses at once.
                let posting = self.books.first_unissued().unwrap_or(month_of(today));
                self.books.lapse_past_end(at, posting, today);
            }
            Step::Adjust { .. } if cents < 0 => self.books.write_off_by_hand(at, -cents),
            Step::Adjust { .. } => {
                let credit = of.credit.as_ref().map(|id| &self.books.credits[id]);
                let is_own_promise = credit.is_some_and(|credit| credit.is_cancelled || credit.owner() != of.member);
                let granted = self.books.add_memo(NewMemo {
                    member: of.member,
                    credit: of.credit.clone(),
                    is_the_credits: false,
                    grows_with_funding: false,
                    face: cents,
                    start: today,
                    end: of.end.map(|end| end.max(today)),
                    pays: of.pays,
                    covers_tax: of.covers_tax,
                    funding_moved: 0,
                });
                let granted = &mut self.books.memos[granted];
                (granted.is_own_promise, granted.is_beside, granted.came_from) = (is_own_promise, true, Some(at));
            }
            _ => {
                let funding = cents.min(of.funded_open()) * CENT;
                let to = NewMemo {
                    member: to,
                    credit: of.credit.clone(),
                    is_the_credits: false,
                    grows_with_funding: false,
                    face: 0,
                    start: today,
                    end: of.end.map(|end| end.max(today)),
                    pays: of.pays,
                    covers_tax: of.covers_tax,
                    funding_moved: 0,
                };
                self.books.move_part(at, cents, funding, to);
            }
        }
    }
}
