#!/usr/bin/env bash
# The story that the golden log beside this file tells, by which it was written once:
#
#     tests/golden/log-2/story.sh target/debug/creditmemo FOLDER
#
# It makes FOLDER/data with the types of events that the older logs do not have: acts and policies that
# wait and are turned down, a surplus, and a word about a suspense item that is taken back. The log that is
# committed is never written again: see ../README.md.

set -euo pipefail

program=$(realpath "$1")
mkdir -p "$2/files"
CREDITMEMO_DATA=$(realpath "$2")/data
export CREDITMEMO_DATA USER=clerk
unset CREDITMEMO_NATS CREDITMEMO_SIGNING_KEY
cd "$2/files"

readonly PAYER=999900004444 OWNER=000000002345 BAKERY=000000000004

cm() { "$program" "$@" >/dev/null; }
at() { export CREDITMEMO_CLOCK=$1; }
first() { awk -F, -v name="$1" 'NR == 1 { for (i = 1; i <= NF; i++) column[$i] = i; next } { print $column[name]; exit }'; }
waiting() { "$program" approvals --output csv | first proposal; }
# bill FILE PERIOD, then lines "account type cost product description" on stdin.
bill() {
    {
        echo bill_payer_account_id,line_item_usage_account_id,bill_billing_period_start_date,bill_billing_entity,line_item_line_item_type,line_item_unblended_cost,line_item_currency_code,line_item_product_code,line_item_line_item_description,bill_invoice_id
        while read -r account kind cost product description; do
            echo "$PAYER,$account,$2-01T00:00:00Z,AWS,$kind,$cost,USD,$product,\"$description\",INV-$2"
        done
    } >"$1"
}

at 2025-01-03T08:00:00Z
cat >accounts.csv <<END
payer_account_id,member_account_id,customer,po_number,from,to
$PAYER,$OWNER,Department of Light,PO-A,2020-01-01,
$PAYER,$BAKERY,Second Street Bakery,PO-2,2020-01-01,
END
cm accounts import accounts.csv
cat >credits.csv <<END
credit_id,payer_account_id,owner_account_id,description,program,currency,face_amount,start_date,end_date,services,excluded_services,regions,covers_tax
7001,$PAYER,$OWNER,AWS Promotional Credit,promotional,USD,900.00,2025-01-01,2025-12-31,,,,
END
cm credits import credits.csv

# Policies that change who has to approve wait for a second person.
echo '{"four_eyes":["write-off","reopen"]}' >policies.json
cm policy adopt policies.json --by anna --reason 'as the auditors ask'
echo '{"four_eyes":[]}' >nobody.json
cm policy adopt nobody.json --by anna --reason 'too slow'
cm reject "$(waiting)" --by bert --reason 'the auditors ask for it'
echo '{"four_eyes":["write-off","reopen","refund"]}' >more.json
cm policy adopt more.json --by anna --reason 'refunds too'
cm approve "$(waiting)" --by bert

# An act that is approved, and one that is turned down.
memo=$("$program" balance --account $OWNER --output csv | first memo_number)
cm memos write-off "$memo" --amount 300.00 --by anna --reason 'agreed'
cm approve "$(waiting)" --by bert
cm memos write-off "$memo" --amount 100.00 --by anna --reason 'agreed too'
cm reject "$(waiting)" --by bert --reason 'it was not'

# AWS applies all of the credit: 300.00 find no memo. A line that no credit fits is given one, and taken back.
at 2025-02-05T09:00:00Z
bill january.csv 2025-01 <<END
$OWNER Usage 40.00 AmazonEC2 instances
$BAKERY Usage 2500.00 AmazonEC2 instances
$OWNER Credit -40.00 AmazonEC2 AWS Promotional Credit
$BAKERY Credit -860.00 AmazonEC2 AWS Promotional Credit, credit from account: $OWNER
$BAKERY Credit -12.34 AmazonEC2 Renamed Words
END
cm ingest january.csv
item=$("$program" credits suspense --output csv | first item)
cm credits attribute "$item" --credit 7001 --payer $PAYER --period 2025-01 --reason 'support case'
cm credits attribute "$item" --withdraw --payer $PAYER --period 2025-01 --reason 'it was another'
cm bill 2025-01
cm close 2025-01 --waive --reason 'asked AWS'

# A reopening that is turned down.
cm reopen 2025-01 --by anna --reason 'a customer was wrong'
cm reject "$(waiting)" --by bert --reason 'the customer was right'
