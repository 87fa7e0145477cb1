//! Bills that come, are restated and billed, months that are closed and reopened.

use chrono::Days;

use crate::{
    bookkeeper::Status,
    compare,
    credit::Credit,
    cut_off::Cut,
    driver::Driver,
    paper::{Bill, CreditLine, MEMBERS, PAYER, first_day, name, policy_json},
    steps::{CENT, Chosen, Grain, Month, Named, Scattered, Used},
};

/// Months that a story may have.
pub(crate) const MONTHS_MAX: Month = 8;

impl Driver {
    pub(crate) fn delivered(&self, back: u8) -> Option<Month> {
        let mut delivered = self.books.months.iter().rev().filter(|(_, book)| book.bill.is_some());
        let month = delivered.nth(back.into()).map(|(month, _)| *month)?;
        // Finer than cents, months whose documents are out stay as they are.
        let is_out = self.books.first_unissued().is_some_and(|open| month < open);
        (self.grain == Grain::Cents || !is_out).then_some(month)
    }

    pub(crate) fn any_month(&self, back: u8) -> Option<Month> {
        self.books.newest()?.checked_sub(back)
    }

    pub(crate) fn credit_lines(&self, scattered: &[Scattered]) -> Vec<CreditLine> {
        // A split credit's words are also those of its portions (rule book N26): scenarios tell of them.
        let credits: Vec<&Credit> = self.books.credits.values().filter(|credit| credit.portions.is_empty()).collect();
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

    pub(crate) async fn next_bill(
        &mut self,
        used: &[Used; 4],
        credits: &[Scattered],
        is_final: bool,
        cut: Option<Cut>,
    ) {
        let month = self.books.newest().map_or(0, |newest| newest + 1);
        if month >= MONTHS_MAX {
            return;
        }
        // Bills come on the fifth of the next month.
        self.program.at(first_day(month + 1) + Days::new(4));
        let mut used = used.clone();
        used[0].usage[0] += CENT;
        let credits = self.credit_lines(credits);
        self.deliver(Bill { month, is_final, used, credits }, false, cut).await;
    }

    pub(crate) async fn deliver(&mut self, bill: Bill, reversed: bool, cut: Option<Cut>) {
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
        self.bring_up_to_date(month);
    }

    /// What the services do once a month was delivered, and before it is billed or closed.
    pub(crate) fn bring_up_to_date(&mut self, month: Month) {
        self.books.attribute(month);
        self.books.fund();
        self.books.follow(self.program.today());
    }

    pub(crate) async fn bill(&mut self, month: Month, accept_estimated: bool, cut: Option<Cut>) {
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

    pub(crate) async fn close(&mut self, month: Month, accept_estimated: bool, waive: bool, cut: Option<Cut>) {
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

    pub(crate) async fn reopen(&mut self, month: Month, cut: Option<Cut>) {
        let next = self.books.months.get(&(month + 1)).cloned().unwrap_or_default();
        let is_closed = self.books.month(month).status == Status::Closed;
        let is_possible = is_closed && next.billed.is_none() && next.status != Status::Closed;
        if self.decided(&["reopen", &name(month), "--payer", PAYER], cut, is_possible).await {
            self.books.month(month).status = Status::Open;
        }
    }

    pub(crate) async fn adopt(&mut self, chosen: Chosen, cut: Option<Cut>) {
        let from = self.books.last_closed().map_or(0, |closed| closed + 1);
        let path = self.program.write("policy.json", &policy_json(chosen));
        self.accepted(&["policy", "adopt", path.to_str().unwrap(), "--from", &name(from)], cut).await;
        self.approve_all(cut).await;
        self.books.policies.retain(|(other, _)| *other < from);
        self.books.policies.push((from, chosen));
    }
}
