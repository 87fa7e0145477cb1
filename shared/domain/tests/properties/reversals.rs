//! What is given back has the nature of what was charged, in every spelling (law D6).

use domain::{
    classification::CreditLineTreatment,
    ids::DeliveryId,
    memo::{MemoTerms, plan_draws},
    never_covered::NeverCovered,
    policy::Policies,
    rating::{RatedMonth, rate},
    reversal::{BilledService, UndatedOf, months_of_undated},
    usage::{ChargeAggregate, CreditLineAggregate, CreditLineKey, DiscountAmount, MemberUsage},
};
use money::{Currency, Exact, Rounding};

use crate::builders::{charge_key, exact, holding, issue, member, payer, period, usd};

fn line(line_type: &str, product: &str, amount: &str) -> ChargeAggregate {
    ChargeAggregate {
        key: charge_key(line_type, product),
        rows: 1,
        amount: exact(amount),
        net_amount: None,
        discounts: Vec::new(),
    }
}

fn month(charges: Vec<ChargeAggregate>, credit_lines: Vec<CreditLineAggregate>) -> RatedMonth {
    let usage = MemberUsage {
        payer: payer(),
        member: member("1234"),
        period: period("2025-05"),
        delivery: DeliveryId::parse("d").unwrap(),
        currency: Currency::USD,
        charges,
        credit_lines,
    };
    rate(&usage, &Policies::default(), |line| match line.key.description.as_str() {
        "AWS Free Tier" => CreditLineTreatment::Retained,
        _ => CreditLineTreatment::GivesBack,
    })
    .unwrap()
}

fn eligible(month: &RatedMonth) -> Exact {
    Exact::checked_sum(month.charges.iter().filter(|one| one.never_covered.is_none()).map(|one| one.amount)).unwrap()
}

fn of_may(mut line: ChargeAggregate) -> ChargeAggregate {
    line.key.charge_month = Some(period("2025-05"));
    line
}

/// Usage of 130, a Savings Plan's upfront fee of 410, a tenth off both: 117 may be paid, 369 not.
#[test]
fn a_discount_is_of_the_charges_it_is_on_as_a_column_and_as_a_line() {
    let column = |mut of: ChargeAggregate, amount: &str| {
        of.discounts = vec![DiscountAmount { discount_type: "EdpDiscount".into(), amount: exact(amount) }];
        of
    };
    let usage = || line("Usage", "AmazonEC2", "130");
    let fee = |product: &str| line("Fee", product, "410");
    for product in ["ComputeSavingsPlans", "AmazonEC2"] {
        let as_columns = vec![column(usage(), "-13"), column(fee(product), "-41")];
        let mut as_lines = vec![usage(), fee(product)];
        for kind in ["EdpDiscount", "PrivateRateDiscount"] {
            match product {
                // One line on both, as AWS computes it: by amount.
                "AmazonEC2" => as_lines.push(line(kind, "AmazonEC2", "-27")),
                other => as_lines.extend([line(kind, "AmazonEC2", "-6.5"), line(kind, other, "-20.5")]),
            }
        }
        for charges in [as_columns, as_lines] {
            let month = month(charges, Vec::new());
            assert_eq!(
                eligible(&month).round_to_money(Currency::USD, Rounding::HalfEven).unwrap().to_string(),
                "117.00"
            );
            assert_eq!(month.gross().unwrap(), exact("486"), "{product}");
        }
    }
}

/// May had EC2 usage of 130. June's bill gives 27 of it back: 103 stay, however it is written.
#[test]
fn money_given_back_lowers_the_charge_it_is_of_in_every_spelling() {
    let correction = |mut of: ChargeAggregate| {
        of.key.bill_type = "Correction".into();
        of
    };
    let credit = CreditLineAggregate {
        key: CreditLineKey {
            description: "Refund for EC2 usage".into(),
            line_type: "Credit".into(),
            product_code: "AmazonEC2".into(),
            invoice_id: String::new(),
            billing_entity: String::new(),
            bill_type: String::new(),
            credit_id: String::new(),
            region: String::new(),
            charge_month: Some(period("2025-05")),
            charge_day: None,
            undated: false,
        },
        rows: 1,
        amount: exact("-27"),
    };
    let back = |line_type: &str| of_may(line(line_type, "AmazonEC2", "-27"));
    let spellings = [
        (vec![back("Refund")], vec![]),
        (vec![back("Usage")], vec![]),
        (vec![back("Adjustment")], vec![]),
        (vec![correction(back("Usage"))], vec![]),
        (
            vec![
                correction(of_may(line("Usage", "AmazonEC2", "-130"))),
                correction(of_may(line("Usage", "AmazonEC2", "103"))),
            ],
            vec![],
        ),
        (vec![], vec![credit]),
    ];
    for (mut charges, credit_lines) in spellings {
        charges.push(line("Usage", "AmazonEC2", "130"));
        charges.push(line("SavingsPlanUpfrontFee", "ComputeSavingsPlans", "410"));
        let month = month(charges.clone(), credit_lines);
        assert_eq!(eligible(&month), exact("103"), "{charges:?}");
        assert_eq!(month.gross().unwrap(), exact("513"));
    }
}

#[test]
fn a_fee_comes_back_in_cash_and_what_cannot_be_told_is_said() {
    let why = |charges: Vec<ChargeAggregate>| -> Vec<(String, Option<NeverCovered>)> {
        let refunds = month(charges, Vec::new()).charges.into_iter().filter(|one| one.line_type.as_str() == "Refund");
        refunds.map(|one| (one.amount.to_string(), one.never_covered)).collect()
    };
    let ec2 = || line("Usage", "AmazonEC2", "130");
    let refund = |amount: &str| of_may(line("Refund", "AmazonEC2", amount));
    let fee = || line("Fee", "AmazonEC2", "410");
    assert_eq!(why(vec![ec2(), refund("-27")]), [("-27".into(), None)]);
    // As large as the fee, or larger than all usage: the fee.
    assert_eq!(why(vec![ec2(), fee(), refund("-410")]), [("-410".into(), Some(NeverCovered::UpfrontFee))]);
    assert_eq!(why(vec![ec2(), fee(), refund("-131")]), [("-131".into(), Some(NeverCovered::UpfrontFee))]);
    assert_eq!(why(vec![ec2(), fee(), refund("-27")]), [("-27".into(), Some(NeverCovered::CannotBeTold))]);
    // No more than was charged of the service comes back to a memo.
    let beyond = Some(NeverCovered::BeyondCharge);
    assert_eq!(why(vec![ec2(), refund("-150")]), [("-130".into(), None), ("-20".into(), beyond)]);
    assert_eq!(why(vec![ec2(), refund("-100"), refund("-50")])[1..], [("-30".into(), None), ("-20".into(), beyond)]);
}

#[test]
fn an_undated_line_is_of_the_month_that_it_can_only_be_of() {
    let billed = |of: &str, charged: &str, applied: &str| BilledService {
        period: period(of),
        charged: exact(charged),
        applied: exact(applied),
    };
    let asked = |amount: &str, of: &[BilledService]| months_of_undated(exact(amount), of).unwrap();
    let of = |months: &[(&str, &str)]| UndatedOf::Months(months.iter().map(|(m, a)| (period(m), exact(a))).collect());
    assert_eq!(asked("-18", &[]), UndatedOf::ThisMonth);
    assert_eq!(asked("-18", &[billed("2025-04", "90", "55")]), of(&[("2025-04", "-18")]));
    let paid = [billed("2025-03", "90", "90"), billed("2025-04", "10", "10")];
    assert_eq!(asked("-18", &paid), of(&[("2025-04", "-10"), ("2025-03", "-8")]));
    assert_eq!(asked("-18", &[billed("2025-03", "90", "0"), paid[1]]), UndatedOf::CannotBeTold);
}

/// S3 is 60 below nothing and takes that off EC2 100; RDS is 100. A memo for EC2 and S3 pays 40, and one
/// for S3 and RDS the whole 100: the 60 are taken off once.
#[test]
fn a_negative_line_is_taken_off_once_where_several_memos_pay() {
    let month = month(
        vec![line("Usage", "AmazonEC2", "100"), line("Usage", "AmazonS3", "-60"), line("Usage", "AmazonRDS", "100")],
        Vec::new(),
    );
    let of = |credit: &str, services: &[&str]| {
        let terms =
            MemoTerms { services: services.iter().map(|one| (*one).to_owned()).collect(), ..MemoTerms::default() };
        domain::memo::IssueMemo { terms, ..issue(credit, usd("500"), None) }
    };
    let memos = holding(&[of("1", &["AmazonEC2", "AmazonS3"]), of("2", &["AmazonS3", "AmazonRDS"])]);
    let plan = plan_draws(&month, &memos.in_order_of_issue(), Rounding::HalfEven).unwrap();
    let drawn: Vec<String> = plan.draws.iter().map(|draw| draw.amount.to_string()).collect();
    assert_eq!(drawn, ["40.00", "100.00"]);
    assert_eq!(plan.due.to_string(), "0.00");
}
