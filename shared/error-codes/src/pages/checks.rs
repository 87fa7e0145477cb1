//! Checks that did not hold, and what blocks a month. Do not go on billing before you know why.
//! Exit code 5.

crate::declare::declare_pages! {
    5 LOG_DAMAGED = "CM0501" {
        title: "the log is damaged",
        happened: "A commit's bytes are not what was written: its checksum does not fit. Reading stopped there. \
            Nothing was changed.",
        why: "A disk failed, or someone changed a file.",
        remedy: "Stop all commands that write. Keep the folder as it is, restore the log from a copy, and \
            compare with `creditmemo log compare`.",
    }
    5 LOG_GAP = "CM0502" {
        title: "a commit of the log is missing",
        happened: "The numbers of commits follow one another, and one is not there.",
        why: "A file of the log, or messages of a stream, were deleted.",
        remedy: "Restore the log from a copy (`creditmemo log copy`). Check the copy with `audit verify` and \
            your newest seal.",
    }
    5 LOG_DOES_NOT_FOLLOW = "CM0503" {
        title: "a commit does not follow from those before it",
        happened: "The log's bytes are whole, and a commit's chain or a balance in it is not what the commits \
            before it come to. Reading stopped there.",
        why: "The log was written again, or another program wrote into it.",
        remedy: "Run `creditmemo audit` for the place, and `audit verify` with your newest seal. Restore the \
            log from a copy.",
    }
    5 COMMIT_UNREADABLE = "CM0504" {
        title: "a commit cannot be read",
        happened: "A commit is whole, and what it says is not a form that this program knows.",
        why: "A later version of the program wrote it.",
        remedy: "Use that version. If there was none, run `creditmemo audit`.",
    }
    5 DECISION_DOES_NOT_FOLLOW = "CM0505" {
        title: "what was decided does not follow from the balance",
        happened: "The program worked out an amount and its own check refused it before it was recorded. \
            Nothing was recorded.",
        why: "This is a mistake in the program.",
        remedy: "Run `creditmemo audit`. Report it with the message, the account and the month.",
    }
    5 MONTH_BLOCKED = "CM0510" {
        title: "the month is blocked",
        happened: "The month cannot be billed or closed yet. What blocks it is listed under the message. \
            Nothing was recorded.",
        why: "For example an open delivery, a former month that is open, a line without a known owner, or \
            an account without a customer.",
        remedy: "Mend each point in the list, then run the command again. What may be waived is waived with \
            `close --waive --reason`.",
    }
    5 DAYS_MISSING = "CM0511" {
        title: "a month cannot be worked out, because its delivery has no days",
        happened: "A memo begins or ends inside the month, and the policy lets it pay for the days in its life \
            only. The month's bill was ingested without days.",
        why: "It was ingested under another policy, which needs no days.",
        remedy: "Ingest the same files again: they are read with their days now. Or adopt a policy that \
            counts whole months.",
    }
    5 STATEMENT_DOES_NOT_FOOT = "CM0512" {
        title: "a statement does not add up",
        happened: "Prior balance, what was issued, corrections, applied and expired amounts do not come to the \
            balance of funds. The statement was not issued.",
        why: "This is a mistake in the program, or the log was changed.",
        remedy: "Run `creditmemo audit`. Report it with the account and the month.",
    }
    5 RESIDUAL = "CM0513" {
        title: "the residual of a reconciliation is not 0",
        happened: "What AWS took off for credits does not come to what was attributed and what is in suspense, \
            or what was billed does not come to payable and memos.",
        why: "An amount was lost or counted twice between AWS's bill and ours.",
        remedy: "Do not send documents of the month. Look at the rows of `reconcile --output json` for the \
            first that is off, and run `audit`.",
    }
    5 BALANCES_DIFFER = "CM0514" {
        title: "the log and the live balances differ",
        happened: "A replay of the log comes to other balances than the read model shows. Each difference is \
            listed.",
        why: "The read model was damaged or belongs to another log. The log is the truth.",
        remedy: "Delete the read model's folder: it is made again from the log. Then run `replay --verify` \
            again.",
    }
    5 AUDIT_FOUND = "CM0515" {
        title: "the audit found something",
        happened: "At least one check over the whole log did not hold. Each finding is listed with its place.",
        why: "See the check's name: conservation, chain, gaps, balances or documents.",
        remedy: "Stop billing. Compare with a copy of the log (`log compare`) and with your newest seal \
            (`audit verify`).",
    }
    5 SEALED_PART_CHANGED = "CM0516" {
        title: "the log is not as it was sealed",
        happened: "A proof was to be made, and commits of the log are not those that the seal covers.",
        why: "The log was changed after it was sealed, or the seal is of another log.",
        remedy: "Run `creditmemo audit verify SEAL --public-key FILE`: it names the commits that differ.",
    }
    5 PROOF_DOES_NOT_HOLD = "CM0517" {
        title: "the statement does not hold",
        happened: "The statement, its proof and the signed head do not belong together.",
        why: "The statement was changed after it was made, or the proof is of another one.",
        remedy: "Ask its sender for it again. Do not rely on its amounts.",
    }
    5 SIGNATURE_WRONG = "CM0518" {
        title: "the signature does not hold",
        happened: "The file was changed after it was signed, or was signed with another key.",
        why: "A wrong public key was named, or someone changed the file.",
        remedy: "Check which key belongs to the signer. If it is the right one, do not trust the file.",
    }
    5 LOG_NOT_SEALED_ONE = "CM0519" {
        title: "the log is not the one that was sealed",
        happened: "Commits that a seal covers are missing or are others. Each is listed.",
        why: "The log was cut off, written again or changed.",
        remedy: "Stop all commands that write. Restore the log from a copy that the seal holds for.",
    }
    5 EXPLAINED_DIFFERS = "CM0520" {
        title: "a figure cannot be explained as it was recorded",
        happened: "`explain` worked a figure out again from the log and came to another one, or could not. What \
            was recorded is shown.",
        why: "The rules changed between two versions without a version of their own: a mistake in the \
            program.",
        remedy: "Report it with the account and the month. The recorded figure is what the customer has.",
    }
    5 DELIVERY_MISSING = "CM0522" {
        title: "a statement rests on a delivery that the log does not hold",
        happened: "A statement names the delivery that it was made of, and the log has none of that name.",
        why: "The log was changed, or a part of it is missing.",
        remedy: "Run `creditmemo audit`.",
    }
    5 PACK_MADE_ANEW_DIFFERS = "CM0524" {
        title: "the log makes another close pack than was recorded",
        happened: "The digest of the month's close pack is in the log, and making it again gives another.",
        why: "The log was changed after the close, or the program makes packs otherwise now.",
        remedy: "Compare the filed pack: `creditmemo close-pack compare FILE`. Run `audit`.",
    }
    5 PACK_DOES_NOT_HOLD = "CM0525" {
        title: "the close pack does not hold",
        happened: "The amounts of a close pack do not add up, or its signature is wrong. Each finding is \
            listed.",
        why: "The file was changed.",
        remedy: "Make it again from the log with `close-pack show`, and compare.",
    }
    5 PACK_DIFFERS = "CM0526" {
        title: "the file is not what the log makes",
        happened: "A close pack on file differs from the one that the log makes. Each field is listed.",
        why: "The file or the log was changed, or the month was reopened and closed again.",
        remedy: "See which pack of the month it is (`close-pack show`), and run `audit`.",
    }
    5 SNAPSHOT_CHANGED = "CM0527" {
        title: "a snapshot is not of this log, or was changed",
        happened: "A snapshot's digest does not fit, or the log is not the one it was taken of.",
        why: "A damaged file, or a folder that was copied from elsewhere.",
        remedy: "Delete the file that the message names: snapshots are a cache. Then run the command again.",
    }
    5 POSTINGS_NOT_ZERO = "CM0530" {
        title: "the postings of a transaction do not sum to zero",
        happened: "The journal was not written, because debit and credit of one transaction differ.",
        why: "The log was changed, or a mistake in the program.",
        remedy: "Run `creditmemo audit`, and report it with the place in the message.",
    }
    5 NOT_POSTABLE = "CM0531" {
        title: "no journal can be made of a fact",
        happened: "A fact of the log cannot be posted: it does not follow from the memo's balance.",
        why: "The log was changed.",
        remedy: "Run `creditmemo audit`.",
    }
    5 STREAM_REMADE = "CM0540" {
        title: "a stream was made anew, and its commits are lost",
        happened: "One stream of the log began again since it was last read, and the others did not. Nothing is \
            read or written.",
        why: "A stream was deleted on the server.",
        remedy: "Restore the log from a copy, into streams of their own (`creditmemo log copy`).",
    }
    5 LOGS_DIFFER = "CM0541" {
        title: "the two logs are not the same",
        happened: "`log compare` found streams that differ. The first commit that differs is listed for each.",
        why: "One is older, or one was changed.",
        remedy: "If one is only shorter, copy again. Otherwise run `audit verify` on both.",
    }
    5 COPY_DIFFERS = "CM0542" {
        title: "the target holds other commits than the source",
        happened: "A copy goes on where the target ends, and what the target holds is not what the source has. \
            Nothing was written over.",
        why: "The target is the copy of another log, or one of the two was changed.",
        remedy: "See `creditmemo log compare`. Copy into an empty place.",
    }
}
