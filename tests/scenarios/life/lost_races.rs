//! Someone else wrote first: an act is decided again on the books as they are then, and not as they were
//! when it was begun (rule book D8). Two processes work over one log; the one that acts has not read what
//! the other wrote.

use std::sync::Arc;

use domain::memo::MemoFact;
use event_log::{EventLog, MemoryLog};
use read_model::{ReadModel, WhatToFold, catch_up};
use service_kit::{Act, Clock, ExitCode, Failure, UnitOfWork};

use crate::support::*;

const REASON: [&str; 2] = ["--reason", "agreed by phone"];

/// A process over the log, up to date as of now.
async fn process(log: &Arc<dyn EventLog>) -> UnitOfWork {
    let mut model = ReadModel::in_memory(WhatToFold::Everything);
    catch_up(log.as_ref(), &mut model).await.unwrap();
    let clock = Clock::Injected(FIVE_FEBRUARY.parse().unwrap());
    UnitOfWork::over(log.clone(), model, clock, Act::default()).await.unwrap()
}

async fn run(unit: &mut UnitOfWork, words: &[&str], by: &str) -> Result<(), Failure> {
    let words = [words, &REASON, &["--by", by, "--output", "csv"]].concat();
    cli::run_in(unit, &words).await
}

/// A log with the owner's memo of 1,000.00 and January's bill, which is not billed yet.
async fn log_with_january(four_eyes: bool) -> (Office, Arc<dyn EventLog>, String) {
    let office = Office::new();
    let accounts = format!(
        "payer_account_id,member_account_id,customer,po_number,from,to\n\
         {PAYER},{OWNER},Department of Light,PO-A,2015-01-01,\n\
         {PAYER},{A2},Second Street Bakery,PO-2,2015-01-01,\n\
         {PAYER},{A3},Third Man Pictures,PO-3,2015-01-01,\n"
    );
    let credits = format!(
        "credit_id,payer_account_id,owner_account_id,description,program,currency,face_amount,start_date,end_date,\
         services,excluded_services,regions,covers_tax\n\
         5001,{PAYER},{OWNER},AWS Promotional Credit,promotional,USD,1000.00,2019-01-01,2019-12-31,,,,\n"
    );
    let written = [
        office.write("accounts.csv", accounts),
        office.write("credits.csv", credits),
        office.write("january.csv", Story::january().cur2()),
        office.write("policy.json", r#"{"four_eyes":["write-off"]}"#),
    ];
    let [accounts, credits, january, policy] = written.each_ref().map(|path| path.to_str().unwrap());
    let log: Arc<dyn EventLog> = Arc::new(MemoryLog::new());
    let mut clerk = process(&log).await;
    run(&mut clerk, &["accounts", "import", accounts], "clerk").await.unwrap();
    run(&mut clerk, &["credits", "import", credits], "clerk").await.unwrap();
    if four_eyes {
        run(&mut clerk, &["policy", "adopt", policy, "--from", "2019-01"], "clerk").await.unwrap();
    }
    run(&mut clerk, &["ingest", january], "clerk").await.unwrap();
    let memo = clerk.model.all_memos().unwrap().into_values().flat_map(|memos| memos.memos.into_keys());
    let memo = memo.map(|number| number.to_string()).next().unwrap();
    (office, log, memo)
}

/// What was written off, with the month whose statement shows it, in the log's order.
async fn written_off(log: &Arc<dyn EventLog>) -> Vec<(String, String)> {
    let subject = wire::Subject::memos(&PAYER.parse().unwrap(), &OWNER.parse().unwrap());
    let mut found = Vec::new();
    for stored in log.read_subject(&subject).await.unwrap() {
        let body = wire::CommitBody::read(&stored.commit).unwrap();
        for fact in body.facts.iter().filter_map(wire::Fact::as_memo_fact) {
            if let MemoFact::WrittenOff(gone) = fact {
                found.push((gone.amount.to_string(), gone.posting.to_string()));
            }
        }
    }
    found
}

#[tokio::test]
async fn an_act_that_lost_the_race_posts_to_the_month_that_is_open_now() {
    let (_files, log, memo) = log_with_january(false).await;
    let mut late = process(&log).await;
    let mut first = process(&log).await;
    run(&mut first, &["bill", "2019-01"], "clerk").await.unwrap();
    run(&mut first, &["close", "2019-01"], "clerk").await.unwrap();
    run(&mut late, &["memos", "write-off", &memo, "--amount", "45.00"], "anna").await.unwrap();
    assert_eq!(written_off(&log).await, [("45.00".to_owned(), "2019-02".to_owned())]);
}

#[tokio::test]
async fn what_someone_else_took_first_is_not_given_twice() {
    let (_files, log, memo) = log_with_january(false).await;
    let mut late = process(&log).await;
    let mut first = process(&log).await;
    run(&mut first, &["memos", "write-off", &memo, "--amount", "970.00"], "bert").await.unwrap();
    let refused = run(&mut late, &["memos", "write-off", &memo, "--amount", "45.00"], "anna").await.unwrap_err();
    assert_eq!(refused.exit, ExitCode::InputRefused);
    assert!(refused.to_string().contains("30.00"), "{refused}");
    assert_eq!(written_off(&log).await, [("970.00".to_owned(), "2019-01".to_owned())]);
}

#[tokio::test]
async fn two_who_approve_at_once_do_it_once() {
    let (_files, log, memo) = log_with_january(true).await;
    let mut maker = process(&log).await;
    run(&mut maker, &["memos", "write-off", &memo, "--amount", "45.00"], "anna").await.unwrap();
    let proposal = memo_keeper::proposals(&maker.model).unwrap()[0].1.proposal.clone();
    let mut late = process(&log).await;
    let mut first = process(&log).await;
    run(&mut first, &["approve", &proposal], "bert").await.unwrap();
    let refused = run(&mut late, &["approve", &proposal], "cleo").await.unwrap_err();
    assert!(refused.to_string().contains(&proposal), "{refused}");
    assert_eq!(written_off(&log).await.len(), 1);
}

#[tokio::test]
async fn an_approval_that_lost_the_race_posts_to_the_month_that_is_open_now() {
    let (_files, log, memo) = log_with_january(true).await;
    let mut maker = process(&log).await;
    run(&mut maker, &["memos", "write-off", &memo, "--amount", "45.00"], "anna").await.unwrap();
    let proposal = memo_keeper::proposals(&maker.model).unwrap()[0].1.proposal.clone();
    let mut late = process(&log).await;
    let mut first = process(&log).await;
    run(&mut first, &["bill", "2019-01"], "clerk").await.unwrap();
    run(&mut first, &["close", "2019-01"], "clerk").await.unwrap();
    run(&mut late, &["approve", &proposal], "bert").await.unwrap();
    assert_eq!(written_off(&log).await, [("45.00".to_owned(), "2019-02".to_owned())]);
}
