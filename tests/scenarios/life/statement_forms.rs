//! The forms of a statement: what each says, that texts stay texts, and that the same statement is
//! printed as the same bytes whenever and however often it is asked for.

use crate::support::*;

/// March of the worked example, where the memo ends: utilisation and application differ.
fn march() -> Office {
    let mut office = Story::closed();
    office.at(FIVE_MARCH);
    office.ingest("february.csv", Story::later("2019-02", "250.40").cur2());
    office.bill_and_close("2019-02");
    office.at(FIVE_APRIL);
    office.ingest("march.csv", Story::later("2019-03", "900.00").cur2());
    office.ok(&["bill", "2019-03"]);
    office
}

/// The bytes of a form.
#[track_caller]
fn form(office: &Office, format: &str, more: &[&str]) -> Vec<u8> {
    let mut arguments = vec!["statement", "--account", OWNER, "--period", "2019-03", "--format", format];
    arguments.extend(more);
    let output = office.command(&arguments).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    output.stdout
}

fn text_of(bytes: Vec<u8>) -> String {
    String::from_utf8(bytes).unwrap()
}

#[test]
fn every_form_is_the_same_bytes_every_time() {
    let mut office = march();
    let first: Vec<Vec<u8>> = ["text", "json", "html", "eml", "pdf"].map(|name| form(&office, name, &[])).to_vec();
    office.at("2031-12-31T23:59:59Z");
    office.ok(&["close", "2019-03"]);
    std::fs::remove_dir_all(office.data().join("read-model")).unwrap();
    for (name, before) in ["text", "json", "html", "eml", "pdf"].iter().zip(first) {
        assert!(form(&office, name, &[]) == before, "{name} is printed otherwise twelve years later");
    }
}

#[test]
fn the_page_of_march() {
    let page = text_of(form(&march(), "html", &[]));
    let (style, body) = page.split_once("</style>").unwrap();
    assert!(style.contains("@media print"), "the page is made for paper too");
    for elsewhere in ["http", "src=", "href=", "<script", "@import", "url("] {
        assert!(!page.contains(elsewhere), "the page needs something else: {elsewhere}");
    }
    insta::assert_snapshot!(body.replace("><", ">\n<"));
}

#[test]
fn texts_of_an_import_are_texts_on_the_page_and_in_the_mail() {
    let office = Office::new();
    office.write(
        "accounts.csv",
        "payer_account_id,member_account_id,customer,po_number,from,to\n\
         999900001111,000000001234,\"<script>alert('1')</script> & \"\"Söhne\"\"\",PO<1>,2015-01-01,\n",
    );
    office.ok(&["accounts", "import", "accounts.csv"]);
    office.grants(&[grant("5001", OWNER, "1000.00").described("<b>bold</b>")]);
    office.ingest("march.csv", bill("2019-03").lines([usage(OWNER, "AmazonEC2", "10.00")]).cur2());
    office.ok(&["bill", "2019-03"]);
    let page = text_of(form(&office, "html", &[]));
    assert!(page.contains("&lt;script&gt;alert('1')&lt;/script&gt; &amp; &quot;Söhne&quot;"), "{page}");
    assert!(page.contains("PO&lt;1&gt;") && page.contains("&lt;b&gt;bold&lt;/b&gt;"), "{page}");
    assert!(!page.contains("<script") && !page.contains("<b>"), "{page}");
}

#[test]
fn the_message_of_march() {
    let office = march();
    let message = text_of(form(
        &office,
        "eml",
        &["--from", "billing@example.com", "--to", "a@example.org", "--to", "b@example.org"],
    ));
    assert!(message.lines().all(|line| line.len() < 998), "lines are as short as mail asks");
    assert!(!message.replace("\r\n", "").contains('\n'), "lines end as mail asks");
    let (head, body) = message.split_once("\r\n\r\n").unwrap();
    insta::assert_snapshot!(head.replace("\r\n", "\n"));
    let boundary = head.split("boundary=\"").nth(1).unwrap().split('"').next().unwrap();
    let parts: Vec<&str> = body.split(&format!("--{boundary}")).collect();
    assert_eq!(parts.len(), 4, "two parts between three boundaries: {body}");
    assert!(parts[1].contains("text/plain") && parts[1].contains("Balance of funds"), "{body}");
    assert!(parts[2].contains("text/html") && parts[2].contains("Balance of funds"), "{body}");
    assert!(parts[3].starts_with("--"), "it ends: {body}");
}

#[test]
fn nobody_is_invented_as_sender_or_recipient() {
    let office = march();
    let message = text_of(form(&office, "eml", &[]));
    let (head, _) = message.split_once("\r\n\r\n").unwrap();
    for header in ["From:", "To:", "Sender:", "Reply-To:"] {
        assert!(!head.contains(&format!("\r\n{header}")) && !head.starts_with(header), "{head}");
    }
    assert!(head.contains("X-Unsent: 1"), "{head}");
    let arguments = ["statement", "--account", OWNER, "--period", "2019-03", "--format", "eml"];
    let smuggled = [&arguments[..], &["--to", "a@example.org\r\nBcc: b@example.org"]].concat();
    office.run(&smuggled).exits(2).says(&["is not a mail address"]);
    office
        .run(&["statement", "--account", OWNER, "--period", "2019-03", "--to", "a@example.org"])
        .exits(2)
        .says(&["CM0220", "--format eml"]);
}

/// The text of a PDF, read by another library than the one that wrote it.
fn pdf_text(bytes: &[u8]) -> (usize, String) {
    let document = lopdf::Document::load_mem(bytes).unwrap();
    let pages: Vec<u32> = document.get_pages().keys().copied().collect();
    (pages.len(), document.extract_text(&pages).unwrap())
}

#[test]
fn the_pdf_of_march_says_what_the_text_says() {
    let office = march();
    let bytes = form(&office, "pdf", &[]);
    assert!(bytes.starts_with(b"%PDF-1."), "a PDF");
    let has = |needle: &[u8]| bytes.windows(needle.len()).any(|window| window == needle);
    assert!(has(b"<pdfaid:part>2</pdfaid:part>"), "PDF/A-2 by its own word");
    assert!(has(b"(D:20190405090000"), "dated when the statement was recorded");
    let (pages, text) = pdf_text(&bytes);
    assert_eq!(pages, 1);
    let words: Vec<&str> = text.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    for said in [
        "AWS credit statement 2019-03 - account 000000001234",
        "Department of Light",
        "PO-A",
        "INV-999900001111-2019-03-00001",
        "649.60",
        "-900.00",
        "-649.60",
        "of it paid by credit",
        "250.40",
        "Due for this account",
    ] {
        assert!(words.iter().any(|line| line.contains(said)), "'{said}' is not in the PDF: {words:#?}");
    }
    // Every figure of the text form, as often as it stands there.
    let figures = |text: &str| {
        let is_figure =
            |word: &&str| word.contains('.') && word.trim_start_matches('-').starts_with(|c: char| c.is_ascii_digit());
        let mut found: Vec<String> = text.split_whitespace().filter(is_figure).map(str::to_owned).collect();
        found.sort();
        found
    };
    assert_eq!(figures(&text), figures(&text_of(form(&office, "text", &[]))));
}

#[test]
fn a_long_statement_goes_on_over_pages_and_nothing_is_lost() {
    let office = Office::new();
    office.accounts(&[(OWNER, "Łódź Światło ООО", "PO-A")]);
    let lines = (0..150).map(|at| usage(OWNER, &format!("Service{at:03}"), &format!("{at}.25")));
    office.ingest("march.csv", bill("2019-03").lines(lines).cur2());
    office.ok(&["bill", "2019-03"]);
    let output =
        office.command(&["statement", "--account", OWNER, "--period", "2019-03", "--format", "pdf"]).output().unwrap();
    assert_eq!(String::from_utf8(output.stderr).unwrap(), "");
    let (pages, text) = pdf_text(&output.stdout);
    assert_eq!(pages, 4);
    for at in 0..150 {
        assert!(text.contains(&format!("Service{at:03}")), "Service{at:03} is lost");
    }
    assert!(text.contains("Łódź Światło ООО"), "what the font has is shown");
    assert!(text.contains("page 4 of 4"));
}

/// A document with empty boxes for a name is none.
#[test]
fn a_pdf_that_cannot_show_a_name_is_not_made() {
    let office = Office::new();
    office.accounts(&[(OWNER, "Łódź 株式会社", "PO-A")]);
    office.ingest("march.csv", bill("2019-03").lines([usage(OWNER, "AmazonEC2", "1.25")]).cur2());
    office.ok(&["bill", "2019-03"]);
    let asked = ["statement", "--account", OWNER, "--period", "2019-03", "--format", "pdf"];
    let answer = office.run(&asked).exits(1).says(&["会式株社", "CM0706"]);
    assert!(answer.stdout.is_empty(), "{answer}");
    office.ok(&["statement", "--account", OWNER, "--period", "2019-03", "--format", "html"]);
}
