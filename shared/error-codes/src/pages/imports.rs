//! Files and values that were refused, so that nothing of them is recorded: accounts, bills,
//! credits, policies, rates, templates, keys. Exit code 3.

crate::declare::declare_pages! {
    3 AMOUNT_UNUSABLE = "CM0301" {
        title: "an amount cannot be used as it stands",
        happened: "An amount is no decimal number, is too large, or has more decimals than its currency.",
        why: "Memos and documents are in whole minor units, and nothing is rounded without a rule.",
        remedy: "Write it with a point and at most the currency's decimals, for example 1234.50.",
    }
    3 KEY_OF_OTHER_INPUT = "CM0302" {
        title: "the idempotency key was used for another input",
        happened: "A key stands for one input: the options and the contents of the files. This key stands for \
            another.",
        why: "Otherwise a repeated command could silently do something else.",
        remedy: "Use a new key. If you meant to repeat a command, use the same files and options as then.",
    }
    3 FILE_UNREADABLE = "CM0303" {
        title: "a file could not be read",
        happened: "A file that the command names could not be opened or read. Nothing was recorded.",
        why: "The name is wrong, rights are missing, or the disk failed.",
        remedy: "Check its name and rights, then run the command again.",
    }
    3 BILL_REFUSED = "CM0310" {
        title: "a bill file was refused",
        happened: "A bill is read whole or not at all. The message names file, line and column. Nothing of the \
            delivery was recorded.",
        why: "A needed column is missing, a cost or a date cannot be read, a chunk is missing, or the file \
            is cut off.",
        remedy: "Get the file again from AWS's export. Do not edit it by hand: a spreadsheet changes ids and \
            amounts.",
    }
    3 DELIVERY_DROPS_MEMBERS = "CM0311" {
        title: "the delivery lacks what the former one had",
        happened: "The new delivery of the month has no lines of accounts, or of a type of bill, that the \
            former one had.",
        why: "Usually a file or a chunk is missing. It would look as if those customers had used nothing.",
        remedy: "Deliver all files of the month. If AWS really took them off, say --replace.",
    }
    3 CREDITS_FILE_REFUSED = "CM0321" {
        title: "a line of the credits file was refused",
        happened: "The CSV file of credits cannot be used as it is. The message names line and column. No \
            credit was recorded.",
        why: "A column is missing, an amount or a date cannot be read, or an id was turned into a number \
            by a spreadsheet.",
        remedy: "Correct the line and import the file again. Credits that are known already are not recorded \
            twice.",
    }
    3 NOT_JSON = "CM0322" {
        title: "the file is not JSON",
        happened: "An answer of AWS's API was expected, and the text cannot be read as JSON. The message names \
            line and column.",
        why: "The file was cut off, or holds something before the answer, such as a prompt.",
        remedy: "Save the answer again: `aws billing get-credits > credits.json`.",
    }
    3 GET_CREDITS_REFUSED = "CM0323" {
        title: "the answer of get-credits cannot be used",
        happened: "The file is JSON, and a field of a credit in it is missing or cannot be read.",
        why: "It is the answer of another call, or a payer cannot be told from it.",
        remedy: "Save the answer of `aws billing get-credits` as it comes. Say --payer if the message asks \
            for it.",
    }
    3 CREDIT_REFUSED = "CM0324" {
        title: "a credit cannot be recorded as stated",
        happened: "A credit's face, its dates, its currency or its owner contradict what a credit can be, or \
            what was recorded of it.",
        why: "The file has a mistake, or something happened to the credit that has a command of its own.",
        remedy: "Read the message. For another owner say `credits transfer`. Otherwise correct the line.",
    }
    3 ATTRIBUTE_TO_UNKNOWN = "CM0325" {
        title: "the credit that a line is given to is not known",
        happened: "`credits attribute` names a credit that the payer does not have.",
        why: "It was not imported, or the id is misspelt.",
        remedy: "Import the credit first, or see `credits list`.",
    }
    3 NO_SUCH_SUSPENSE = "CM0326" {
        title: "the month has no such suspense item",
        happened: "`credits attribute` names an item that is not open in that month.",
        why: "It was attributed already, or the month is another.",
        remedy: "See `credits suspense` for names and months.",
    }
    3 ATTRIBUTE_OTHER_CURRENCY = "CM0371" {
        title: "the credit is in another currency than the bill",
        happened: "`credits attribute` gives a line to a credit in another currency. Nothing was recorded.",
        why: "A credit pays lines of its own currency only, and nobody stated a rate for AWS's lines.",
        remedy: "Name a credit in the bill's currency.",
    }
    3 NOTHING_ATTRIBUTED = "CM0372" {
        title: "nothing was said of this suspense item",
        happened: "`credits attribute --withdraw` names an item that nobody attributed by hand in that month.",
        why: "It was withdrawn before, or the month or the item is another.",
        remedy: "See `credits attributions` for what was said.",
    }
    3 CREDIT_ACT_REFUSED = "CM0327" {
        title: "the act upon the credit is refused",
        happened: "A transfer, split, pause or cancellation contradicts what stands of the credit.",
        why: "It has ended, the portions do not add up to what is left, or the day lies before an earlier \
            act.",
        remedy: "Read the message for the figure, compare it with `credits show ID`, and state it again.",
    }
    3 PORTION_ID_TAKEN = "CM0328" {
        title: "the id of a portion is taken",
        happened: "A split gives new ids to its portions, and one of them is a credit already.",
        why: "Two credits of one id could not be told apart.",
        remedy: "Name other ids, as AWS shows them.",
    }
    3 HISTORY_REFUSED = "CM0329" {
        title: "the answer of get-credit-allocation-history cannot be used",
        happened: "The file is JSON, and something in it is missing or cannot be read. No part of it was \
            recorded.",
        why: "It is the answer of another call, pages are missing, or a month failed at AWS.",
        remedy: "Save all pages of `aws billing get-credit-allocation-history` as they come.",
    }
    3 ACCOUNTS_FILE_REFUSED = "CM0340" {
        title: "a line of the accounts file was refused",
        happened: "The file of accounts cannot be used as it is. The message names line and column. No account \
            was recorded.",
        why: "A column is missing, a date cannot be read, or an id lost its leading zeros in a spreadsheet.",
        remedy: "Correct the line and import the file again. Export ids as text.",
    }
    3 ASSIGNMENT_REFUSED = "CM0341" {
        title: "the assignment of an account is refused",
        happened: "An account belongs to one customer on each day, and the line contradicts that.",
        why: "Two lines overlap, a line ends before it begins, or names no customer.",
        remedy: "End the earlier assignment (`to`, the first day that is no longer in it) on the day the \
            later one begins.",
    }
    3 MEMOS_FILE_REFUSED = "CM0343" {
        title: "a line of the memos file was refused",
        happened: "The file of open memos from another system cannot be used as it is. The message names line \
            and column.",
        why: "A column is missing, or an amount or a date cannot be read.",
        remedy: "Correct the line and import the file again.",
    }
    3 POLICY_TOO_EARLY = "CM0350" {
        title: "a policy cannot begin in a closed month",
        happened: "The policies were to be adopted from a month that is closed, or before one.",
        why: "A closed month keeps the policies it was closed under.",
        remedy: "Adopt them from the month that the message names, with --from.",
    }
    3 POLICY_FILE_REFUSED = "CM0351" {
        title: "the policy file cannot be used",
        happened: "The file is neither JSON nor TOML, names a policy that there is not, or gives one a value \
            that it cannot have. Nothing was adopted.",
        why: "A misspelt name or value. A policy that was ignored without a word would bill wrongly for \
            months.",
        remedy: "Read which policy and what it may be in the message. `creditmemo policy show` prints all of \
            them as they stand.",
    }
    3 POLICY_FIGURE_REFUSED = "CM0353" {
        title: "a figure of a policy is out of range",
        happened: "A rate is not between 0 and 1, or a tolerance is below zero or of no currency.",
        why: "19 for 19 % is the usual mistake.",
        remedy: "Write 19 % as 0.19, a tolerance without a sign, and currencies by their ISO 4217 code.",
    }
    3 RATES_FILE_REFUSED = "CM0360" {
        title: "a line of the rates file was refused",
        happened: "The file of conversion rates cannot be used as it is. The message names line and column. No \
            rate was recorded.",
        why: "A column is missing, or a rate, a period or a currency cannot be read.",
        remedy: "Correct the line and import the file again.",
    }
    3 RATE_REFUSED = "CM0361" {
        title: "a conversion rate is refused",
        happened: "A rate is not above zero, or is from a currency to itself.",
        why: "Such a rate converts nothing.",
        remedy: "Correct the row or leave it out.",
    }
    3 NOT_SIGNED = "CM0362" {
        title: "the file carries no signature, or is of another kind",
        happened: "A signed file was expected. Its last line is no signature, or it says that it is something \
            else.",
        why: "Another file was named, or its last line was lost.",
        remedy: "Name the file that `audit seal` or `close-pack show --key` wrote.",
    }
    3 STREAMS_WEAKENED = "CM0363" {
        title: "the change would weaken the log",
        happened: "`streams apply` was asked for fewer replicas or less protection than the streams have. \
            Nothing was changed.",
        why: "A log that may lose commits is no ledger.",
        remedy: "Ask for at least what is there. The message names each stream.",
    }
    3 PROOF_UNREADABLE = "CM0364" {
        title: "the file is no statement with a proof",
        happened: "`statement verify` needs the JSON of a statement with its `proof`, and the file is not that.",
        why: "It was printed as text, before the first seal, or was changed.",
        remedy: "Print it with `statement ... --format json` after `audit seal`.",
    }
    3 KEY_UNUSABLE = "CM0365" {
        title: "the key file cannot be used",
        happened: "The file is not a key of the kind that is needed, or a private key that others can read.",
        why: "The public key was named for the private one, or the file's rights are too wide.",
        remedy: "Name the file that `audit keygen` wrote. Take the rights of others away: chmod 600 FILE.",
    }
    3 PACK_UNREADABLE = "CM0366" {
        title: "the file is no close pack",
        happened: "The text is not a close pack as `close` files it.",
        why: "Another file was named, or it was changed or cut off.",
        remedy: "Name a file of `closes/<payer>/` in the data folder, or make it again with `close-pack \
            show`.",
    }
    3 TEMPLATES_REFUSED = "CM0370" {
        title: "the file of journal templates cannot be used",
        happened: "The file is neither JSON nor TOML, or names an account, a posting or a placeholder that \
            there is not.",
        why: "A misspelt name.",
        remedy: "Read which one in the message. Templates that you leave out keep their defaults.",
    }
    3 NOT_READ_BACK = "CM0112" {
        title: "what is to be recorded could not be read again",
        happened: "Before a commit is recorded, its text is read back. It could not be read, or would be read \
            as something else. Nothing was recorded.",
        why: "A value in your input has a form that the log cannot keep, or there is a mistake in the \
            program.",
        remedy: "Look at the value that the message names. If it is as it should be, report it.",
    }
}
