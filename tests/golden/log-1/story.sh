#!/usr/bin/env bash
# The story that the golden log beside this file tells, by which it was written once:
#
#     tests/golden/log-1/story.sh target/debug/creditmemo FOLDER
#
# It makes FOLDER/data with a log in which every type of event occurs that the program of its time wrote.
# The log that is committed is never written again: see ../README.md.

set -euo pipefail

program=$(realpath "$1")
mkdir -p "$2/files"
CREDITMEMO_DATA=$(realpath "$2")/data
export CREDITMEMO_DATA USER=clerk
unset CREDITMEMO_NATS CREDITMEMO_SIGNING_KEY
cd "$2/files"

# Three payers: A has a year's work by hand, B what happens to credits upstream, C came from elsewhere.
readonly A=999900001111 B=999900002222 C=999900003333
readonly OWNER=000000001234 BAKERY=000000000002 PICTURES=000000000003
readonly LIGHT=000000005678 HARBOUR=000000005679 MILL=000000009001

cm() { "$program" "$@" >/dev/null; }
at() { export CREDITMEMO_CLOCK=$1; }
# The number of an account's only memo, or that of a credit's memo.
memo_of() { "$program" balance --account "$1" --output csv | awk -F, -v credit="${2:-}" '
    NR == 1 { for (i = 1; i <= NF; i++) column[$i] = i; next }
    credit == "" || $column["credit_id"] == credit { print $column["memo_number"]; exit }'; }
waiting() { "$program" approvals --output csv | awk -F, '
    NR == 1 { for (i = 1; i <= NF; i++) column[$i] = i; next } { print $column["proposal"]; exit }'; }

# bill FILE PERIOD PAYER, then lines "account type cost product description" on stdin.
bill() {
    {
        echo bill_payer_account_id,line_item_usage_account_id,bill_billing_period_start_date,line_item_line_item_type,line_item_unblended_cost,line_item_currency_code,line_item_product_code,line_item_line_item_description,bill_invoice_id
        while read -r account kind cost product description; do
            echo "$3,$account,$2-01T00:00:00Z,$kind,$cost,USD,$product,\"$description\",INV-$2"
        done
    } >"$1"
}
readonly OF_OWNER="AWS Promotional Credit, credit from account: $OWNER"
credits_header=credit_id,payer_account_id,owner_account_id,description,program,currency,face_amount,start_date,end_date,services,excluded_services,regions,covers_tax

at 2019-01-03T08:00:00Z
cat >accounts.csv <<END
payer_account_id,member_account_id,customer,po_number,from,to
$A,$OWNER,Department of Light,PO-A,2015-01-01,
$A,$BAKERY,Second Street Bakery,PO-2,2015-01-01,
$A,$PICTURES,Third Man Pictures,PO-3,2015-01-01,
$B,$LIGHT,Lighthouse,PO-7,2015-01-01,
$B,$HARBOUR,Harbour Works,PO-8,2015-01-01,
$C,$MILL,Old Mill,PO-9,2015-01-01,
END
cm accounts import accounts.csv
echo '{"four_eyes":["write-off","reopen"],"document_currencies":{"Third Man Pictures":"EUR"}}' >policies.json
cm policy adopt policies.json
printf 'period,from,to,rate,source\n2019-01,USD,EUR,0.92,ECB\n2019-02,USD,EUR,0.91,ECB\n' >rates.csv
cm rates import rates.csv
cat >credits.csv <<END
$credits_header
5001,$A,$OWNER,AWS Promotional Credit,promotional,USD,1000.00,2019-01-01,2019-12-31,,,,
6001,$B,$LIGHT,AWS Activate,activate,USD,2000.00,2019-01-01,2020-12-31,,,,
6004,$B,$LIGHT,AWS Migration,map,USD,60.00,2019-01-01,2019-12-31,,,,
6005,$B,$HARBOUR,AWS Harbour Credit,promotional,USD,100.00,2019-01-01,2019-12-31,,,,
6006,$B,$HARBOUR,AWS Short Credit,promotional,USD,25.00,2019-01-01,2019-01-31,AmazonS3,,,
END
cm credits import credits.csv
cat >memos.csv <<END
payer_account_id,member_account_id,credit_id,memo_number,currency,face_amount,applied_amount,funded_amount,start_date,end_date,as_of,evidence
$C,$MILL,4001,OLD-77,USD,500.00,120.00,300.00,2018-06-01,2019-12-31,2018-12-31,ledger p. 7
END
cm memos import memos.csv

at 2019-02-05T09:00:00Z
january() {
    bill "$1" 2019-01 $A <<END
$OWNER Usage $2 AmazonEC2 instances
$BAKERY Usage 2500.00 AmazonEC2 instances
$PICTURES Usage 2400.405 AmazonEC2 instances
$OWNER Credit -100.00 AmazonEC2 AWS Promotional Credit
$BAKERY Credit -900.00 AmazonEC2 $OF_OWNER
END
}
january january.csv 100.00
cm ingest january.csv
(cat january.csv && echo) >january-again.csv
cm ingest january-again.csv
cm bill 2019-01 --payer $A --idempotency-key january
cm close 2019-01 --payer $A
cat >history.json <<END
{"creditAllocationHistoryList": [
  {"accountId": "$OWNER", "appliedServiceName": "Amazon Elastic Compute Cloud", "billingMonth": "2019-01",
   "creditAmount": {"currencyCode": "USD", "currencyAmount": "-100.00"}, "creditId": "5001",
   "description": "AWS Promotional Credit", "isEstimatedBill": false}],
 "partialResults": false, "failedMonths": []}
END
cm credits history history.json --payer $A

# Payer B: a line that no credit fits, and draws ahead of AWS.
bill january-b.csv 2019-01 $B <<END
$LIGHT Usage 300.00 AmazonEC2 instances
$HARBOUR Usage 80.00 AmazonEC2 instances
$LIGHT Credit -12.34 AmazonEC2 AWS Unknown Credit
END
cm ingest january-b.csv
cm bill 2019-01 --payer $B
item=$("$program" credits suspense --payer $B --output csv | awk -F, '
    NR == 1 { for (i = 1; i <= NF; i++) column[$i] = i; next } { print $column["item"]; exit }')
cm credits attribute "$item" --credit 6001 --payer $B --period 2019-01 --reason 'support case'
cm bill 2019-01 --payer $B
cm close 2019-01 --payer $B

# What happens to credits upstream.
cat >revised.csv <<END
$credits_header
6004,$B,$LIGHT,AWS Migration,map,USD,160.00,2019-01-01,2019-12-31,,,,
6005,$B,$HARBOUR,AWS Harbour Credit,promotional,USD,30.00,2019-01-01,2019-12-31,,,,
END
cm credits import revised.csv
cm credits split 6001 --payer $B --portion 6002:1000 --portion 6003:500 --reserved 487.66 --date 2019-02-01
cm credits transfer 6002 --payer $B --to $HARBOUR --date 2019-02-02 --reason "AWS's letter"
cm credits pause 6003 --payer $B --date 2019-02-03 --reason 'the payer paused it'
cm credits cancel 6004 --payer $B --date 2019-02-03 --reason 'terms breached'

# Acts by hand upon payer A's memo.
at 2019-02-06T10:00:00Z
memo=$(memo_of $OWNER)
cm memos write-off "$memo" --amount 30.00 --by anna --reason 'too old'
cm approve "$(waiting)" --by bert
cm memos refund "$memo" --amount 50.00 --by anna --reason 'asked for it'
cm memos expire "$memo" --amount 40.00 --by anna --reason mistake
cm memos reinstate "$memo" --amount 10.00 --by anna --reason 'it was a mistake'
cm memos reassign "$memo" --po PO-B --by anna --reason merger
cm memos reassign "$memo" --to-account $PICTURES --consent --amount 100.00 --by anna --reason merger
cm memos issue --payer $A --account $BAKERY --face 20.00 --end 2019-12-31 --description goodwill --by anna --reason agreed

# February: January was less than AWS had said, so that the memo gets some of it back.
at 2019-03-05T09:00:00Z
january january-less.csv 70.00
cm ingest january-less.csv
bill february.csv 2019-02 $A <<END
$OWNER Usage 250.40 AmazonEC2 instances
$BAKERY Usage 2500.00 AmazonEC2 instances
$PICTURES Usage 2400.00 AmazonEC2 instances
END
cm ingest february.csv
cm bill 2019-02 --payer $A
cm close 2019-02 --payer $A
cm reopen 2019-02 --payer $A --by anna --reason 'a customer was wrong'
cm approve "$(waiting)" --by bert
cm bill 2019-02 --payer $A
cm close 2019-02 --payer $A
document=$("$program" documents list --payer $A --period 2019-02 --output csv | awk -F, '
    NR == 1 { for (i = 1; i <= NF; i++) column[$i] = i; next }
    $column["customer"] == "Department of Light" { print $column["document_number"]; exit }')
cm documents void "$document" --by anna --reason 'wrong customer'
cm close 2019-03 --payer $A --waive --reason 'AWS has no bill yet'
