//! What each table holds, column by column. The committed description is made of this.

use schemars::JsonSchema;
use serde::Serialize;

/// What a column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ColumnKind {
    /// Text; ids are text, leading zeros and all.
    Text,
    /// A count.
    Integer,
    /// An exact amount: decimal text in CSV, a decimal of 38 digits with 18 behind the point in
    /// Parquet.
    Amount,
    /// A day.
    Date,
    /// A time in UTC, to the microsecond.
    Time,
    /// True or false.
    Truth,
}

/// A column.
#[derive(Debug, Clone, Copy, Serialize, JsonSchema)]
pub struct ColumnDefinition {
    /// Its name.
    pub name: &'static str,
    /// What it holds.
    pub kind: ColumnKind,
    /// What it means.
    pub about: &'static str,
}

/// A table.
#[derive(Debug, Clone, Copy, Serialize, JsonSchema)]
pub struct TableDefinition {
    /// Its name, and that of its file.
    pub name: &'static str,
    /// What a row is.
    pub about: &'static str,
    /// Its columns, in order.
    pub columns: &'static [ColumnDefinition],
}

const fn text(name: &'static str, about: &'static str) -> ColumnDefinition {
    ColumnDefinition { name, kind: ColumnKind::Text, about }
}

const fn count(name: &'static str, about: &'static str) -> ColumnDefinition {
    ColumnDefinition { name, kind: ColumnKind::Integer, about }
}

const fn amount(name: &'static str, about: &'static str) -> ColumnDefinition {
    ColumnDefinition { name, kind: ColumnKind::Amount, about }
}

const fn date(name: &'static str, about: &'static str) -> ColumnDefinition {
    ColumnDefinition { name, kind: ColumnKind::Date, about }
}

const fn time(name: &'static str, about: &'static str) -> ColumnDefinition {
    ColumnDefinition { name, kind: ColumnKind::Time, about }
}

const fn truth(name: &'static str, about: &'static str) -> ColumnDefinition {
    ColumnDefinition { name, kind: ColumnKind::Truth, about }
}

const PAYER: ColumnDefinition = text("payer_account_id", "the payer");
const MEMBER: ColumnDefinition = text("member_account_id", "the member account");
const PERIOD: ColumnDefinition = text("period", "the month, YYYY-MM");
const CURRENCY: ColumnDefinition = text("currency", "the currency of the row's amounts");
const CUSTOMER: ColumnDefinition = text("customer", "the customer; blank while the account is unassigned");
const PO_NUMBER: ColumnDefinition = text("po_number", "the PO number");
const MEMO: ColumnDefinition = text("memo_number", "the memo");

/// All tables.
pub const TABLES: &[TableDefinition] = &[
    TableDefinition {
        name: "accounts",
        about: "assignments of member accounts",
        columns: &[
            PAYER,
            MEMBER,
            CUSTOMER,
            PO_NUMBER,
            date("from", "the first day"),
            date("to", "the day after the last; none while it lasts"),
        ],
    },
    TableDefinition {
        name: "policies",
        about: "adoptions of policies",
        columns: &[
            text("payer_account_id", "the payer; none where they are for all"),
            text("from_period", "the first month they hold for; none from the beginning"),
            text("policy_hash", "SHA-256 over them"),
            text("policies", "all of them, as JSON"),
        ],
    },
    TableDefinition {
        name: "memos",
        about: "memos with their balances, exhausted and expired ones too",
        columns: &[
            PAYER,
            MEMBER,
            CUSTOMER,
            PO_NUMBER,
            MEMO,
            text("credit_id", "the upstream credit; none for a memo issued by hand without one"),
            text("description", "what it is called"),
            text("program", "the programme"),
            CURRENCY,
            text("basis", "face or funded"),
            date("start_date", "the first day"),
            date("end_date", "the last day"),
            amount("face_amount", "what it was issued at, with what it grew by"),
            amount("applied_amount", "paid for charges"),
            amount("expired_amount", "lapsed and expired"),
            amount("written_off_amount", "written off"),
            amount("refunded_amount", "paid out"),
            amount("reassigned_amount", "gone to other memos"),
            amount("open_balance", "the balance of funds"),
            amount("funded_balance", "the part of it that AWS has taken off the payer's bill"),
            amount("unfunded_balance", "the part of it that AWS has not"),
            amount("funded_amount", "what AWS has applied of its credit"),
            amount("exposure", "given to the customer ahead of AWS"),
            text("status", "open, exhausted, expired or closed"),
        ],
    },
    TableDefinition {
        name: "memo_entries",
        about: "what each fact changed of a memo: they add up to its row in memos",
        columns: &[
            PAYER,
            MEMBER,
            MEMO,
            CURRENCY,
            count("position", "its sequence in the memo stream"),
            date("effective", "when it counts"),
            time("recorded", "when it was recorded"),
            amount("face", "change of the face"),
            amount("applied", "change of what stands applied"),
            amount("expired", "change of what lapsed and expired"),
            amount("written_off", "change of what was written off"),
            amount("refunded", "change of what was paid out"),
            amount("reassigned", "change of what left for other memos"),
            amount("funded", "change of what AWS funded"),
        ],
    },
    TableDefinition {
        name: "credits",
        about: "upstream credits",
        columns: &[
            PAYER,
            text("credit_id", "AWS's id"),
            text("owner_account_id", "the account that AWS granted it to"),
            text("description", "AWS's description"),
            text("program", "the programme"),
            text("credit_type", "AWS's credit type, where it states one"),
            CURRENCY,
            amount("face_amount", "what AWS uses under the payer"),
            amount("upstream_applied", "what AWS has applied"),
            amount("on_owner", "the part of it on the owner"),
            amount("scattered", "the part of it on others"),
            date("start_date", "the first day"),
            date("end_date", "the last day"),
            text("services", "services it pays, separated by ';'; blank for all"),
            text("excluded_services", "services it does not pay, separated by ';'"),
            text("regions", "regions it pays in, separated by ';'; blank for all"),
            truth("covers_tax", "whether it pays tax"),
            text("status", "active, paused, split or cancelled"),
        ],
    },
    TableDefinition {
        name: "credit_applications",
        about: "what AWS applied of each credit, a month, beneficiary and description",
        columns: &[
            PAYER,
            text("credit_id", "the credit"),
            PERIOD,
            text("beneficiary_account_id", "the account that AWS let benefit"),
            text("description", "the description on the lines"),
            CURRENCY,
            amount("amount", "how much"),
            text("matched_by", "how the lines were matched"),
            truth("provisional", "whether the match is an estimate"),
        ],
    },
    TableDefinition {
        name: "suspense",
        about: "credit lines without a known owner",
        columns: &[
            PAYER,
            PERIOD,
            text("item", "the item"),
            MEMBER,
            text("description", "the description on the lines"),
            amount("amount", "how much"),
            text("reason", "why it is here"),
        ],
    },
    TableDefinition {
        name: "deliveries",
        about: "the bill that counts of each payer and month, with its control totals",
        columns: &[
            PAYER,
            PERIOD,
            text("delivery_id", "the delivery"),
            CURRENCY,
            text("finality", "estimated or final"),
            count("rows", "lines"),
            count("accounts", "member accounts"),
            amount("charges", "everything used or bought"),
            amount("credits", "every credit line, signed"),
            amount("tax", "tax"),
            amount("refunds", "refunds"),
            amount("other", "discounts and adjustments"),
            amount("unclassified", "line types that no table knows"),
            amount("total", "the sum"),
            text("digest", "SHA-256 over what it says"),
        ],
    },
    TableDefinition {
        name: "charges",
        about: "AWS's charges as they count, summed by what rules ask of them",
        columns: &[
            PAYER,
            MEMBER,
            PERIOD,
            CURRENCY,
            text("line_type", "the line type, in the bill's words"),
            text("product_code", "the service"),
            text("service_name", "its name, where the bill states one"),
            text("region", "the region"),
            text("billing_entity", "AWS or AWS Marketplace"),
            text("legal_entity", "the seller of record"),
            text("invoice_id", "AWS's invoice"),
            text("bill_type", "Anniversary, Purchase or Refund"),
            text("charge_month", "the month it was incurred in, where that is another"),
            count("rows", "lines"),
            amount("amount", "unblended or billed cost"),
            amount("net_amount", "net cost, where the bill has it and it differs"),
        ],
    },
    TableDefinition {
        name: "credit_lines",
        about: "AWS's credit lines as they count, where AWS put them",
        columns: &[
            PAYER,
            MEMBER,
            PERIOD,
            CURRENCY,
            text("description", "AWS's description"),
            text("line_type", "the line type, in the bill's words"),
            text("product_code", "the service"),
            text("invoice_id", "AWS's invoice"),
            text("credit_id", "the credit's id, where the bill states it"),
            count("rows", "lines"),
            amount("amount", "signed as AWS states it"),
        ],
    },
    TableDefinition {
        name: "periods",
        about: "months of payers",
        columns: &[
            PAYER,
            PERIOD,
            text("status", "open, waived or closed"),
            count("closes", "how often it was closed"),
            text("delivery_id", "the delivery it is billed on"),
            text("run_id", "the run it is billed by"),
            truth("draft", "whether that run made drafts"),
            CURRENCY,
            amount("gross", "all charges"),
            amount("applied", "what memos pay"),
            amount("due", "what customers pay"),
            amount("rounding_difference", "exact charges less their rounded sum"),
            amount("kept", "what the distributor keeps, as AWS signs it"),
        ],
    },
    TableDefinition {
        name: "documents",
        about: "documents as they were issued, superseded ones too",
        columns: &[
            text("document_number", "its number"),
            text("kind", "invoice or superseding"),
            text("supersedes", "the one it replaces"),
            PAYER,
            PERIOD,
            CUSTOMER,
            PO_NUMBER,
            date("date", "the date on it"),
            CURRENCY,
            count("members", "member accounts on it"),
            amount("gross", "all charges"),
            amount("applied", "what memos pay"),
            amount("corrections_due", "corrections of closed months"),
            amount("due", "what the customer pays"),
            text("policy_hash", "the policies"),
            text("digest", "SHA-256 over what it says"),
            text("voided_in", "the month whose statements show that it was voided; none while it stands"),
        ],
    },
    TableDefinition {
        name: "statements",
        about: "the statement of each member and month, recorded last",
        columns: &[
            PAYER,
            MEMBER,
            PERIOD,
            CUSTOMER,
            PO_NUMBER,
            CURRENCY,
            text("document_number", "the document it is part of; none for a draft"),
            amount("prior_balance", "brought forward"),
            amount("issued", "memos that enter"),
            amount("corrections", "other changes, signed as they change the balance"),
            amount("utilisation", "charges that a memo may pay, before the draw"),
            amount("applied", "what memos pay of the month"),
            amount("expired", "what lapsed and expired"),
            amount("balance_of_funds", "what is left"),
            amount("gross", "all charges"),
            amount("due", "this account's share of what the customer pays"),
            text("policy_hash", "the policies"),
            count("position", "its sequence in the billing stream"),
            time("recorded", "when it was recorded"),
            text("document_currency", "the currency of the document, where that is another"),
            amount("rate", "one unit of the currency is so many of the document's"),
            amount("document_gross", "all charges, in the document's currency"),
            amount("document_applied", "what memos pay, in the document's currency"),
            amount("document_due", "what the customer pays, in the document's currency"),
        ],
    },
    TableDefinition {
        name: "statement_memos",
        about: "each memo on a statement",
        columns: &[
            PAYER,
            MEMBER,
            PERIOD,
            MEMO,
            CURRENCY,
            amount("prior_balance", "brought forward"),
            amount("issued", "entered with it"),
            amount("corrections", "other changes, signed as they change the balance"),
            amount("applied", "what it pays of the month"),
            amount("expired", "what lapsed and expired"),
            amount("balance_of_funds", "what is left"),
        ],
    },
    TableDefinition {
        name: "statement_lines",
        about: "each service and charge kind on a statement",
        columns: &[
            PAYER,
            MEMBER,
            PERIOD,
            text("service", "the product code"),
            text("charge_kind", "the line type, in the bill's words"),
            CURRENCY,
            amount("gross", "what the customer is charged"),
            amount("eligible", "what of it a memo may pay"),
            amount("applied", "what memos pay"),
            amount("due", "what is left to pay"),
        ],
    },
    TableDefinition {
        name: "corrections",
        about: "corrections of closed months, with the statement that shows them",
        columns: &[
            PAYER,
            MEMBER,
            PERIOD,
            text("corrected_period", "the month corrected"),
            text("corrects", "the document corrected"),
            CURRENCY,
            amount("gross", "the change of the charges"),
            amount("applied", "the change of what memos pay"),
            amount("due", "the change of what is due"),
        ],
    },
];
