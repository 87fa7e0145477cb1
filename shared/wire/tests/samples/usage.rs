//! Facts of the USAGE stream.

use domain::ids::DeliveryId;
use domain::usage::{
    BillFormat, ChargeAggregate, ChargeKey, ControlTotals, CreditLineAggregate, CreditLineKey, DeliveryCompleted,
    DeliveryFile, DeliverySeen, DiscountAmount, Finality, LeftOut, MemberUsageDelivered, TypeTotal,
};
use money::Currency;

use super::{delivery, exact, january, owner, payer, sha256};

fn former_delivery() -> DeliveryId {
    DeliveryId::parse("d-07c2f6e1b48d9a35").unwrap()
}

fn charge(line_type: &str, product: &str, rows: u64, amount: &str) -> ChargeAggregate {
    ChargeAggregate {
        key: ChargeKey {
            line_type: line_type.into(),
            product_code: product.into(),
            service_name: String::new(),
            purchase_type: String::new(),
            region: "eu-central-1".to_owned(),
            billing_entity: "AWS".to_owned(),
            legal_entity: "Amazon Web Services EMEA SARL".to_owned(),
            invoice_id: "EUINDE19-48211".to_owned(),
            bill_type: "Anniversary".to_owned(),
            billing_view: String::new(),
            charge_month: None,
            charge_day: None,
            undated: false,
            description: String::new(),
        },
        rows,
        amount: exact(amount),
        net_amount: None,
        discounts: Vec::new(),
    }
}

pub(super) fn member_usage_delivered() -> MemberUsageDelivered {
    let mut compute = charge("Usage", "AmazonEC2", 1488, "412.3456789012");
    compute.net_amount = Some(exact("391.72839495614"));
    compute.discounts = vec![DiscountAmount { discount_type: "SppDiscount".into(), amount: exact("-20.61728394506") }];
    let mut bought_elsewhere = charge("Usage", "8cs2example7j1k", 1, "25");
    bought_elsewhere.key.billing_entity = "AWS Marketplace".to_owned();
    bought_elsewhere.key.legal_entity = "Example Software Ltd".to_owned();
    let mut late = charge("Usage", "AmazonS3", 744, "58.1000000021");
    late.key.service_name = "Amazon Simple Storage Service".to_owned();
    late.key.purchase_type = "Usage-Based".to_owned();
    late.key.charge_month = Some(january().previous());
    MemberUsageDelivered {
        payer: payer(),
        member: owner(),
        period: january(),
        delivery: delivery(),
        replaces: Some(former_delivery()),
        not_completed: vec![DeliveryId::parse("d-91e4d07b3c5a2f68").unwrap()],
        currency: Currency::USD,
        part: 1,
        parts: 1,
        charges: vec![bought_elsewhere, compute, late],
        credit_lines: vec![CreditLineAggregate {
            key: CreditLineKey {
                description: "AWS Activate Founders, credit from account: 111122223333".to_owned(),
                line_type: "Credit".into(),
                product_code: "AmazonEC2".into(),
                invoice_id: "EUINDE19-48211".to_owned(),
                billing_entity: "AWS".to_owned(),
                bill_type: "Anniversary".to_owned(),
                credit_id: String::new(),
                region: String::new(),
                charge_month: None,
                charge_day: None,
                undated: false,
            },
            rows: 12,
            amount: exact("-100"),
        }],
    }
}

fn file(name: &str, bytes: u64, rows: u64) -> DeliveryFile {
    DeliveryFile { name: name.to_owned(), sha256: sha256(name), bytes, rows }
}

fn type_total(line_type: &str, rows: u64, amount: &str) -> TypeTotal {
    TypeTotal { line_type: line_type.into(), rows, amount: exact(amount) }
}

pub(super) fn delivery_completed() -> DeliveryCompleted {
    let by_type = vec![
        type_total("Credit", 40, "-350.4"),
        type_total("Refund", 1, "-2.75"),
        type_total("SppDiscount", 2, "-20.61728394506"),
        type_total("Tax", 2, "94.13"),
        type_total("Usage", 4466, "895.4456789033"),
    ];
    DeliveryCompleted {
        payer: payer(),
        period: january(),
        delivery: delivery(),
        replaces: Some(former_delivery()),
        format: BillFormat::Cur2,
        currency: Currency::USD,
        files: vec![file("bill-00001.csv.gz", 88_123, 2256), file("bill-00002.csv.gz", 90_441, 2255)],
        assembly_id: "20190203T101112Z-6f9619ff".to_owned(),
        created: Some("2019-02-03T10:11:12Z".parse().unwrap()),
        rows: 4511,
        accounts: 2,
        changed_accounts: 1,
        totals: ControlTotals::of(&by_type).unwrap(),
        by_type,
        finality: Finality::Final,
        bill_types: vec!["Anniversary".to_owned()],
        left_out: vec![LeftOut { provider: "Example Cloud".to_owned(), rows: 7 }],
        unknown_columns: vec!["x_cost_centre".to_owned()],
        pro_forma: false,
        by_day: true,
        digest: sha256("the aggregates of january"),
    }
}

pub(super) fn delivery_seen() -> DeliverySeen {
    DeliverySeen {
        payer: payer(),
        period: january(),
        delivery: former_delivery(),
        compared_with: delivery(),
        stale: true,
        files: vec![file("bill-early.csv.gz", 61_904, 3120)],
    }
}
