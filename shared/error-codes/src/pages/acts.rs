//! Acts upon memos, documents and months that the rules refuse, and writers that met each other.
//! Nothing is recorded. Exit codes 3 and 4.

crate::declare::declare_pages! {
    3 ISSUE_REFUSED = "CM0330" {
        title: "the memo cannot be issued",
        happened: "A memo's face, its dates, or its credit contradict what a memo can be.",
        why: "Usually the credit has a memo already: a credit is given to a customer once.",
        remedy: "See `memos list`. Adjust the memo that is there, or correct what was stated.",
    }
    1 PO_CHANGE_FAILED = "CM0331" {
        title: "a memo could not follow its account's PO number",
        happened: "The account's customer or PO number changed, and writing that on the memo was refused.",
        why: "The memo is not where the account is. This should not happen.",
        remedy: "Run `creditmemo audit`, and report it with the message.",
    }
    3 REOPEN_REFUSED = "CM0333" {
        title: "the month cannot be reopened",
        happened: "The month is not closed, or something that came after it rests on it.",
        why: "The next month is billed, or a document of it was voided since. What a customer has seen \
            must stay as it was.",
        remedy: "Leave it closed. Ingest or record the change: it posts to the open month as a correction.",
    }
    3 CORRECTION_REFUSED = "CM0334" {
        title: "an earlier month cannot be corrected",
        happened: "A change of a month that is billed or closed could not be worked out.",
        why: "Most often a memo ends inside that month and the policy counts days, and the delivery was \
            ingested without days.",
        remedy: "Ingest the bill of that month again under the policy, then run `bill` again.",
    }
    3 REVISION_REFUSED = "CM0335" {
        title: "the memo cannot follow what AWS changed on its credit",
        happened: "AWS's change of the credit is recorded. The memo's balance could not be changed by it.",
        why: "The change would contradict the memo's amounts.",
        remedy: "See `credits show` and `memos show`. Correct the memo by hand with `memos adjust`.",
    }
    3 HAND_ACT_REFUSED = "CM0336" {
        title: "the act upon the memo is refused",
        happened: "An adjustment, write-off, refund, reassignment, expiry or reinstatement contradicts what \
            stands of the memo.",
        why: "There is less open than was asked for, the memo belongs to another customer, or an amount is \
            not above zero.",
        remedy: "Read the figure in the message and compare it with `memos show NUMBER`. Moving a memo to \
            another customer needs that customer's consent.",
    }
    3 ACT_ON_UNKNOWN_MEMO = "CM0337" {
        title: "the memo of the act does not exist",
        happened: "An act by hand names a memo that was never issued.",
        why: "The number is misspelt, or belongs to another payer's log.",
        remedy: "See `memos list`.",
    }
    3 NO_SUCH_PROPOSAL = "CM0338" {
        title: "no act of that name waits for approval",
        happened: "`approve` names a proposal that is not there.",
        why: "It was approved already, or the name is misspelt.",
        remedy: "See `creditmemo approvals`.",
    }
    3 APPROVAL_REFUSED = "CM0339" {
        title: "the act cannot be approved",
        happened: "Whoever proposed an act cannot approve it, and an act is approved only as long as what it \
            rests on stands.",
        why: "You proposed it yourself, or the memo, the month or the credit has changed since.",
        remedy: "Have someone else approve it. If something changed, propose the act again.",
    }
    3 TAKEOVER_REFUSED = "CM0342" {
        title: "the memo of another system cannot be taken over",
        happened: "What was applied, funded or issued in the other system does not fit together, or the memo \
            was taken over before with other figures.",
        why: "A wrong column, or a second import after corrections.",
        remedy: "Correct the line. For a memo that was taken over already say `memos adjust`.",
    }
    3 CAP_PAYS_NOTHING = "CM0344" {
        title: "a monthly cap lets the memo pay nothing",
        happened: "A cap of zero, or below, was named for a memo.",
        why: "Such a memo could never be used.",
        remedy: "Name a cap above zero, or none.",
    }
    3 VOID_REFUSED = "CM0346" {
        title: "the document cannot be voided",
        happened: "The document was never issued, or another one has taken its place.",
        why: "Only what stands can be voided.",
        remedy: "Void the document that the message names. See `documents list`.",
    }
    3 DOCUMENT_UNKNOWN = "CM0347" {
        title: "no such document was issued",
        happened: "The number is of no document in the log.",
        why: "It is misspelt, or was a draft.",
        remedy: "See `creditmemo documents list`.",
    }
    4 LOG_LOCKED = "CM0401" {
        title: "another process writes to the log",
        happened: "The embedded log has one writer at a time, and another process held it for as long as this \
            one waited. Nothing was recorded.",
        why: "Another command runs, or one hangs.",
        remedy: "Wait for it and run the command again. The message names the process.",
    }
    4 OTHERS_WROTE_FIRST = "CM0402" {
        title: "others wrote first, again and again",
        happened: "What this command decided rested on something that others changed meanwhile. It decided \
            again several times and gave up. Nothing of it was recorded.",
        why: "Several people or services work on the same account or month.",
        remedy: "Run the command again. If it goes on, find out who else writes to this month.",
    }
}
