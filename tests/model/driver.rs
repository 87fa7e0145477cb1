//! A story under way: a step goes through the program and into the second books, and both are
//! compared. What each kind of step does stands in `telling_bills.rs`, `telling_credits.rs` and
//! `telling_by_hand.rs`.

use chrono::NaiveDate;

use crate::{
    bookkeeper::{Books, Status},
    compare,
    cut_off::Cut,
    paper::{MEMBERS, accounts_csv, first_day},
    program::Program,
    steps::{CENT, Grain, Step},
};

/// A story under way.
pub(crate) struct Driver {
    pub(crate) grain: Grain,
    pub(crate) program: Program,
    pub(crate) books: Books,
    pub(crate) issued: compare::Issued,
    pub(crate) credits: u32,
    pub(crate) po_numbers: u32,
    /// Where each account's assignment begins.
    pub(crate) assigned: Vec<(String, NaiveDate)>,
}

impl Driver {
    pub(crate) async fn new(grain: Grain) -> Self {
        let mut driver = Self {
            grain,
            program: Program::new().await,
            books: Books::default(),
            issued: compare::Issued::default(),
            credits: 0,
            po_numbers: 0,
            assigned: vec![("PO-0".to_owned(), "2015-01-01".parse().unwrap()); MEMBERS.len()],
        };
        driver.import_accounts(&[0, 1, 2], None).await;
        driver
    }

    pub(crate) async fn import_accounts(&mut self, members: &[usize], to: Option<NaiveDate>) {
        let rows: Vec<_> =
            members.iter().map(|at| (*at, self.assigned[*at].0.clone(), self.assigned[*at].1, to)).collect();
        let path = self.program.write("accounts.csv", &accounts_csv(&rows));
        self.accepted(&["accounts", "import", path.to_str().unwrap()], None).await;
        self.books.accounts.extend(members.iter().map(|at| (*at, to)));
    }

    /// Runs a command that must be done.
    pub(crate) async fn accepted(&mut self, arguments: &[&str], cut: Option<Cut>) {
        self.decided(arguments, cut, true).await;
    }

    /// Runs a command that must be done, or must be refused.
    pub(crate) async fn decided(&mut self, arguments: &[&str], cut: Option<Cut>, is_possible: bool) -> bool {
        let outcome = self.program.run(arguments, cut).await;
        match &outcome {
            Ok(()) => assert!(is_possible, "{arguments:?} was done, and should have been refused"),
            Err(failure) => assert!(!is_possible, "{arguments:?} was refused: {failure}"),
        }
        is_possible
    }

    /// What waits for a second person is approved at once by one.
    pub(crate) async fn approve_all(&mut self, cut: Option<Cut>) {
        for (_, proposed) in memo_keeper::proposals(&self.program.office.model).unwrap() {
            self.program.run_by("checker", &["approve", &proposed.proposal], cut).await.unwrap();
        }
        // Under four eyes, other policies wait too.
        for (_, proposed) in answers::policies_waiting(&self.program.office.model).unwrap() {
            self.program.run_by("checker", &["approve", &proposed.proposal], cut).await.unwrap();
        }
    }

    pub(crate) async fn step(&mut self, step: &Step, cut: Option<Cut>) {
        self.take(step, cut).await;
        compare::balances(&self.program.office.model, &self.books);
        compare::invariants(&self.program, &self.books, &mut self.issued).await;
    }

    pub(crate) async fn take(&mut self, step: &Step, cut: Option<Cut>) {
        match step {
            Step::Grant { owner, face, start, months, pays, covers_tax } => {
                self.grant((*owner).into(), *face, (*start, *months), (*pays, *covers_tax), cut).await;
            }
            Step::Transfer { .. } | Step::Split { .. } | Step::Pause { .. } | Step::Cancel { .. } => {
                self.upstream(step, cut).await;
            }
            Step::Revise { credit, cents, months } => self.revise(*credit, *cents, *months, cut).await,
            Step::TakeOver { member, face, applied, funded, months } => {
                self.take_over((*member).into(), *face, [*applied, *funded], *months, cut).await;
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

    pub(crate) async fn other_po(&mut self, member: usize) {
        let today = self.program.today();
        let is_there = self.books.accounts.get(&member).is_some_and(Option::is_none);
        if is_there && self.assigned[member].1 < today {
            self.po_numbers += 1;
            self.assigned[member] = (format!("PO-{}", self.po_numbers), today);
            self.import_accounts(&[member], None).await;
        }
    }

    pub(crate) async fn leave(&mut self, member: usize) {
        let Some(newest) = self.books.newest() else { return };
        let left = first_day(newest + 1);
        if self.assigned[member].1 < left && self.books.accounts.get(&member).is_some_and(Option::is_none) {
            self.import_accounts(&[member], Some(left)).await;
        }
    }
}
