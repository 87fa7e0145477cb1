//! The credits file: what is wrong is named by file, line and column, and no memo is issued for the
//! good rows beside it.

use super::{office, tells_what_to_do};

const HEADER: &str = "credit_id,payer_account_id,owner_account_id,description,program,currency,face_amount,start_date,\
                      end_date,services,excluded_services,regions,covers_tax";
const GOOD: &str = "6001,999900001111,000000000002,Good,promotional,USD,10,2019-01-01,2019-12-31,,,,";

#[track_caller]
fn refuses(row: &str, words: &[&str]) {
    let office = office();
    office.write("credits.csv", format!("{HEADER}\n{GOOD}\n{row}\n"));
    let outcome = office.refused(&["credits", "import", "credits.csv"], &["credits.csv", "line 3"]).says(words);
    tells_what_to_do(&outcome);
}

#[test]
fn a_face_that_is_no_amount() {
    refuses("6002,999900001111,000000000002,D,p,USD,lots,2019-01-01,2019-12-31,,,,", &["face_amount", "'lots'"]);
}

#[test]
fn a_blank_face() {
    refuses("6002,999900001111,000000000002,D,p,USD,,2019-01-01,2019-12-31,,,,", &["face_amount", "blank"]);
}

#[test]
fn a_face_of_nothing() {
    refuses("6002,999900001111,000000000002,D,p,USD,0,2019-01-01,2019-12-31,,,,", &["face_amount", "0"]);
}

#[test]
fn a_face_below_nothing() {
    refuses("6002,999900001111,000000000002,D,p,USD,-5,2019-01-01,2019-12-31,,,,", &["face_amount", "-5"]);
}

#[test]
fn an_unknown_currency() {
    refuses("6002,999900001111,000000000002,D,p,Dollars,10,2019-01-01,2019-12-31,,,,", &["currency", "'Dollars'"]);
}

#[test]
fn a_blank_id() {
    refuses(",999900001111,000000000002,D,p,USD,10,2019-01-01,2019-12-31,,,,", &["credit_id", "blank"]);
}

#[test]
fn an_owner_that_a_spreadsheet_made_a_number() {
    refuses("6002,999900001111,2.0E+11,D,p,USD,10,2019-01-01,2019-12-31,,,,", &["owner_account_id", "'2.0E+11'"]);
}

#[test]
fn a_blank_start() {
    refuses("6002,999900001111,000000000002,D,p,USD,10,,2019-12-31,,,,", &["start_date", "blank"]);
}

#[test]
fn an_end_before_the_start() {
    refuses("6002,999900001111,000000000002,D,p,USD,10,2019-12-31,2019-01-01,,,,", &["end_date", "2019-12-31"]);
}

#[test]
fn a_day_in_another_notation() {
    refuses("6002,999900001111,000000000002,D,p,USD,10,2019-01-01,31.12.2019,,,,", &["end_date", "'31.12.2019'"]);
}

#[test]
fn neither_yes_nor_no() {
    refuses("6002,999900001111,000000000002,D,p,USD,10,2019-01-01,2019-12-31,,,,maybe", &["covers_tax", "'maybe'"]);
}

#[test]
fn one_credit_twice_with_other_terms() {
    refuses("6001,999900001111,000000000002,Good,promotional,USD,20,2019-01-01,2019-12-31,,,,", &["credit_id", "6001"]);
}

#[test]
fn a_missing_column_an_empty_file_and_no_file() {
    let office = office();
    office.write("credits.csv", "credit_id,payer_account_id\n1,2\n");
    tells_what_to_do(&office.refused(&["credits", "import", "credits.csv"], &["credits.csv", "owner_account_id"]));
    office.write("credits.csv", "");
    tells_what_to_do(&office.refused(&["credits", "import", "credits.csv"], &["credits.csv", "empty"]));
    tells_what_to_do(&office.refused(&["credits", "import", "nowhere.csv"], &["nowhere.csv"]));
}

#[test]
fn broken_json_is_named_by_line_and_column() {
    let office = office();
    office.write("credits.json", "{\n  \"credits\": [ { \"creditId\": } ]\n}\n");
    office.refused(&["credits", "import", "credits.json"], &["credits.json", "line 2", "column"]);
}
