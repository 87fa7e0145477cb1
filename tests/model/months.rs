//! The stories: each step is run through the program and written in the second books; then both are
//! compared.

use chrono::{Days, NaiveDate};
use proptest::prelude::*;

use crate::{
    bookkeeper::{Books, Credit, NewMemo, Status},
    compare,
    cut_off::Cut,
    paper::{
        Bill, CreditLine, CreditRow, LateRefund, MEMBERS, PAYER, accounts_csv, amount, credits_csv, first_day,
        last_day, month_of, name, policy_json, services_of,
    },
    program::Program,
    story::{Act, CENT, Cents, Chosen, Grain, Micros, Month, Named, Scattered, Step, Story, Used, stories},
};

/// Months that a story may have.
const MONTHS_MAX: Month = 8;

/// Cases in the gate; `PROPTEST_CASES` asks for others.
fn cases(in_gate: u32) -> ProptestConfig {
    let asked = std::env::var("PROPTEST_CASES").ok().and_then(|text| text.parse().ok());
    ProptestConfig {
        cases: asked.unwrap_or(in_gate),
        failure_persistence: None,
        max_shrink_iters: 4000,
        ..ProptestConfig::default()
    }
}

proptest! {
    #![proptest_config(cases(40))]

    /// Whole cents: with restatements and refunds of closed months.
    #[test]
    fn months_are_kept_as_a_second_bookkeeper_keeps_them(story in stories(Grain::Cents, 24)) {
        tell(&story, Grain::Cents);
    }
}

proptest! {
    #![proptest_config(cases(12))]

    /// Charges finer than cents, rounded once an account and document.
    #[test]
    fn months_finer_than_cents_are_kept_alike(story in stories(Grain::Fine, 16)) {
        tell(&story, Grain::Fine);
    }
}

fn tell(Story(story): &Story, grain: Grain) {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    runtime.block_on(async {
        let mut telling = Telling::new(grain).await;
        for Act { step, cut } in story {
            telling.step(step, *cut).await;
        }
        compare::replays(&telling.program).await;
    });
}

/// A story under way.
struct Telling {
    grain: Grain,
    program: Program,
    books: Books,
    issued: compare::Issued,
    credits: u32,
    po_numbers: u32,
    /// Where each account's assignment begins.
    assigned: Vec<(String, NaiveDate)>,
}

impl Telling {
    async fn new(grain: Grain) -> Self {
        let mut telling = Self {
            grain,
            program: Program::new().await,
            books: Books::default(),
            issued: compare::Issued::default(),
            credits: 0,
            po_numbers: 0,
            assigned: vec![("PO-0".to_owned(), "2015-01-01".parse().unwrap()); MEMBERS.len()],
        };
        telling.import_accounts(&[0, 1, 2], None).await;
        telling
    }

    async fn import_accounts(&mut self, members: &[usize], to: Option<NaiveDate>) {
        let rows: Vec<_> =
            members.iter().map(|at| (*at, self.assigned[*at].0.clone(), self.assigned[*at].1, to)).collect();
        let path = self.program.write("accounts.csv", &accounts_csv(&rows));
        self.accepted(&["accounts", "import", path.to_str().unwrap()], None).await;
        self.books.accounts.extend(members.iter().map(|at| (*at, to)));
    }

    /// Runs a command that must be done.
    async fn accepted(&mut self, arguments: &[&str], cut: Option<Cut>) {
        self.decided(arguments, cut, true).await;
    }

    /// Runs a command that must be done, or must be refused.
    async fn decided(&mut self, arguments: &[&str], cut: Option<Cut>, is_possible: bool) -> bool {
        let outcome = self.program.run(arguments, cut).await;
        match &outcome {
            Ok(()) => assert!(is_possible, "{arguments:?} was done, and should have been refused"),
            Err(failure) => assert!(!is_possible, "{arguments:?} was refused: {failure}"),
        }
        is_possible
    }

    async fn step(&mut self, step: &Step, cut: Option<Cut>) {
        self.take(step, cut).await;
        compare::balances(&self.program.office.model, &self.books);
        compare::invariants(&self.program, &self.books, &mut self.issued).await;
    }

    async fn take(&mut self, step: &Step, cut: Option<Cut>) {
        match step {
            Step::Grant { owner, face, start, months, pays, covers_tax } => {
                self.grant((*owner).into(), *face, (*start, *months), (*pays, *covers_tax), cut).await;
            }
            Step::Transfer { .. } | Step::Split { .. } | Step::Pause { .. } | Step::Cancel { .. } => {
                self.upstream(step, cut).await;
            }
            Step::NextBill { used, credits, is_final } => self.next_bill(used, credits, *is_final, cut).await,
            Step::Restated { back, member, used, credits, is_final } => {
                let Some(month) = self.delivered(*back) else { return };
                let mut bill = self.books.months[&month].bill.clone().unwrap();
                bill.used[usize::from(*member)] = used.clone();
                bill.used[0].usage[0] += CENT;
                bill.is_final = *is_final;
                if let Some(credits) = credits {
                    bill.credits = self.credit_lines(credits);
                }
                self.deliver(bill, false, cut).await;
            }
            Step::Refunded { back, member, amount } => self.refund_late(*back, (*member).into(), *amount, cut).await,
            Step::Again { back, other_files } => {
                if let Some(month) = self.delivered(*back) {
                    let bill = self.books.months[&month].bill.clone().unwrap();
                    self.deliver(bill, *other_files, cut).await;
                }
            }
            Step::Bill { back, accept_estimated } => {
                if let Some(month) = self.any_month(*back) {
                    self.bill(month, *accept_estimated, cut).await;
                }
            }
            Step::Close { back, accept_estimated, waive } => {
                if let Some(month) = self.any_month(*back) {
                    self.close(month, *accept_estimated, *waive, cut).await;
                }
            }
            Step::Reopen { back } => {
                if let Some(month) = self.any_month(*back) {
                    self.reopen(month, cut).await;
                }
            }
            Step::Finish => {
                let open =
                    self.books.months.iter().find(|(_, book)| book.status == Status::Open && book.bill.is_some());
                if let Some(month) = open.map(|(month, _)| *month) {
                    self.bill(month, true, cut).await;
                    self.close(month, true, true, None).await;
                }
            }
            Step::OtherPo { member } => self.other_po((*member).into()).await,
            Step::Join => self.import_accounts(&[3], self.books.accounts.get(&3).copied().flatten()).await,
            Step::Leave { member } => self.leave((*member).into()).await,
            Step::Attribute { credit } => self.attribute_by_hand(*credit, cut).await,
            Step::Policy(chosen) => self.adopt(*chosen, cut).await,
            Step::WriteOff { .. }
            | Step::Refund { .. }
            | Step::Expire { .. }
            | Step::Reinstate { .. }
            | Step::Adjust { .. }
            | Step::Move { .. }
            | Step::IssueByHand { .. } => self.by_hand(step, cut).await,
        }
    }

    // ---- bills

    fn delivered(&self, back: u8) -> Option<Month> {
        let mut delivered = self.books.months.iter().rev().filter(|(_, book)| book.bill.is_some());
        let month = delivered.nth(back.into()).map(|(month, _)| *month)?;
        // Finer than cents, months whose documents are out stay as they are.
        let is_out = self.books.first_unissued().is_some_and(|open| month < open);
        (self.grain == Grain::Cents || !is_out).then_some(month)
    }

    fn any_month(&self, back: u8) -> Option<Month> {
        self.books.newest()?.checked_sub(back)
    }

    fn credit_lines(&self, scattered: &[Scattered]) -> Vec<CreditLine> {
        let credits: Vec<&Credit> = self.books.credits.values().collect();
        let lines = scattered.iter().filter_map(|line| {
            let credit = credits.get(usize::from(line.credit) % credits.len().max(1))?;
            let description = match line.named {
                Named::OwnerAndDescription => {
                    format!("{}, credit from account: {}", credit.description, MEMBERS[credit.owner()])
                }
                Named::Description => credit.description.clone(),
                Named::Nobody => "Mystery".to_owned(),
            };
            Some(CreditLine { on: line.on.into(), description, applied: line.amount })
        });
        lines.collect()
    }

    async fn next_bill(&mut self, used: &[Used; 4], credits: &[Scattered], is_final: bool, cut: Option<Cut>) {
        let month = self.books.newest().map_or(0, |newest| newest + 1);
        if month >= MONTHS_MAX {
            return;
        }
        // Bills come on the fifth of the next month.
        self.program.at(first_day(month + 1) + Days::new(4));
        let mut used = used.clone();
        used[0].usage[0] += CENT;
        let credits = self.credit_lines(credits);
        self.deliver(Bill { month, is_final, used, refunds: Vec::new(), credits }, false, cut).await;
    }

    async fn refund_late(&mut self, back: u8, member: usize, amount: Micros, cut: Option<Cut>) {
        let Some(newest) = self.delivered(0) else { return };
        let Some(of) = newest.checked_sub(back + 1) else { return };
        let had_usage = self.books.months[&of].bill.as_ref().is_some_and(|bill| bill.used[member].usage[0] > 0);
        if self.grain == Grain::Fine || !had_usage || amount == 0 {
            return;
        }
        let mut bill = self.books.months[&newest].bill.clone().unwrap();
        bill.refunds.push(LateRefund { member, of, amount });
        self.deliver(bill, false, cut).await;
    }

    async fn deliver(&mut self, bill: Bill, reversed: bool, cut: Option<Cut>) {
        let text = bill.cur2(reversed);
        let path = self.program.write("bill.csv", &text);
        self.accepted(&["ingest", path.to_str().unwrap(), "--replace"], cut).await;
        let month = bill.month;
        let book = self.books.month(month);
        if !book.texts.contains(&text) {
            book.texts.push(text);
            if book.bill.as_ref() != Some(&bill) {
                book.bill = Some(bill);
                book.delivery += 1;
            }
        }
        self.books.attribute(month);
        self.books.fund();
    }

    // ---- billing

    /// What the services do before a month is billed or closed.
    fn bring_up_to_date(&mut self, month: Month) {
        self.books.attribute(month);
        self.books.fund();
        self.books.follow();
    }

    async fn bill(&mut self, month: Month, accept_estimated: bool, cut: Option<Cut>) {
        let of = name(month);
        let mut words = vec!["bill", &of, "--payer", PAYER];
        if accept_estimated {
            words.push("--accept-estimated");
        }
        self.bring_up_to_date(month);
        let book = self.books.month(month).clone();
        let is_settled = book.status == Status::Closed
            || (book.is_issued() && self.books.first_unissued().is_some_and(|open| open > month + 1));
        let is_possible = book.bill.is_some() && (is_settled || !self.books.former_is_open(month));
        self.decided(&words, cut, is_possible).await;
        if is_possible && !is_settled {
            let is_final = book.bill.as_ref().is_some_and(|bill| bill.is_final);
            self.books.bill(month, !is_final && !accept_estimated && !book.has_documents);
            compare::statements(&self.program.office.model, &self.books, month);
        }
    }

    async fn close(&mut self, month: Month, accept_estimated: bool, waive: bool, cut: Option<Cut>) {
        let of = name(month);
        let mut words = vec!["close", &of, "--payer", PAYER];
        if accept_estimated {
            words.push("--accept-estimated");
        }
        if waive {
            words.push("--waive");
        }
        self.bring_up_to_date(month);
        let book = self.books.month(month).clone();
        if waive && book.billed.is_none() {
            self.accepted(&words, cut).await;
            let book = self.books.month(month);
            book.is_known = true;
            if book.status == Status::Open {
                book.status = Status::Waived;
            }
            return;
        }
        if accept_estimated && book.status != Status::Closed && book.billed.is_some_and(|(_, draft)| draft) {
            if self.books.former_is_open(month) {
                self.decided(&words, cut, false).await;
                return;
            }
            self.books.bill(month, false);
        }
        let book = self.books.month(month).clone();
        let is_ready = book.bill.is_some()
            && book.billed.is_some_and(|(delivery, draft)| delivery == book.delivery && !draft)
            && (waive || !self.books.has_waivable(month, accept_estimated));
        let is_possible = book.status == Status::Closed || is_ready;
        if self.decided(&words, cut, is_possible).await {
            self.books.close(month);
        }
    }

    async fn reopen(&mut self, month: Month, cut: Option<Cut>) {
        let next = self.books.months.get(&(month + 1)).cloned().unwrap_or_default();
        let is_closed = self.books.month(month).status == Status::Closed;
        let is_possible = is_closed && next.billed.is_none() && next.status != Status::Closed;
        if self.decided(&["reopen", &name(month), "--payer", PAYER], cut, is_possible).await {
            self.books.month(month).status = Status::Open;
        }
    }

    async fn adopt(&mut self, chosen: Chosen, cut: Option<Cut>) {
        let from = self.books.last_closed().map_or(0, |closed| closed + 1);
        let path = self.program.write("policy.json", &policy_json(chosen));
        self.accepted(&["policy", "adopt", path.to_str().unwrap(), "--from", &name(from)], cut).await;
        self.books.policies.retain(|(other, _)| *other < from);
        self.books.policies.push((from, chosen));
    }

    // ---- accounts

    async fn other_po(&mut self, member: usize) {
        let today = self.program.today();
        let is_there = self.books.accounts.get(&member).is_some_and(Option::is_none);
        if is_there && self.assigned[member].1 < today {
            self.po_numbers += 1;
            self.assigned[member] = (format!("PO-{}", self.po_numbers), today);
            self.import_accounts(&[member], None).await;
        }
    }

    async fn leave(&mut self, member: usize) {
        let Some(newest) = self.books.newest() else { return };
        let left = first_day(newest + 1);
        if self.assigned[member].1 < left && self.books.accounts.get(&member).is_some_and(Option::is_none) {
            self.import_accounts(&[member], Some(left)).await;
        }
    }

    // ---- upstream credits

    async fn grant(
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
            start: first_day(start),
            end: last_day(start + months - 1),
            pays,
            covers_tax,
            owners: [(first_day(start), owner)].into(),
            everyone: [owner].into(),
            transferred: None,
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
    fn follow(&mut self) {
        self.books.attribute_all();
        self.books.fund();
        self.books.follow();
    }

    async fn upstream(&mut self, step: &Step, cut: Option<Cut>) {
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
                self.books.attribute_all();
                self.books.fund();
                self.books.follow();
                self.books.issue_for(&id, to, known.remaining(), today, month_of(today));
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
                        start: today,
                        end: known.end.max(today),
                        owners: [(today, known.owner())].into(),
                        everyone: [known.owner()].into(),
                        transferred: None,
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

    async fn attribute_by_hand(&mut self, credit: u8, cut: Option<Cut>) {
        let ids: Vec<String> = self.books.credits.keys().cloned().collect();
        let id = ids[usize::from(credit) % ids.len()].clone();
        let all = self.program.office.model.all_suspense().unwrap();
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

    // ---- by hand

    async fn by_hand(&mut self, step: &Step, cut: Option<Cut>) {
        let today = self.program.today();
        if let Step::IssueByHand { member, cents, months } = step {
            let member = usize::from(*member);
            let end = last_day(month_of(today) + months);
            let (face, until) = (amount(cents * CENT), end.to_string());
            let words =
                ["memos", "issue", "--account", MEMBERS[member], "--payer", PAYER, "--face", &face, "--end", &until];
            self.accepted(&words, cut).await;
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
        let memo = &mut self.books.memos[at];
        match step {
            Step::WriteOff { .. } => memo.written_off += cents,
            Step::Refund { .. } => memo.refunded += cents,
            Step::Expire { .. } => memo.expired += cents,
            Step::Reinstate { .. } => {
                memo.expired -= cents;
                // Past the end it lapses at once.
                let posting = self.books.first_unissued().unwrap_or(month_of(today));
                self.books.lapse_past_end(at, posting);
            }
            Step::Adjust { .. } if cents < 0 => memo.written_off -= cents,
            Step::Adjust { .. } => {
                self.books.add_memo(NewMemo {
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
