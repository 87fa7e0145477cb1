//! Small CSV files with a header, as operators write them: credits, accounts, memos, rates. Every
//! refusal names the file, the line and the column.

use std::path::Path;

use bill_formats::input_file::read_import;
use chrono::NaiveDate;
use domain::{credit::UpstreamCreditTerms, day::parse_day, ids::IdFault};
use money::{Currency, Exact};

/// A cell, a row or a file cannot be taken. Fix the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CsvFault {
    /// The file's name.
    pub file: String,
    /// The line, from 1; 0 for the whole file.
    pub line: u64,
    /// The column's name, where it is one cell.
    pub column: String,
    /// What is wrong and what to do.
    pub what: String,
}

impl std::fmt::Display for CsvFault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.file)?;
        if self.line > 0 {
            write!(f, " line {}", self.line)?;
        }
        if !self.column.is_empty() {
            write!(f, " column {}", self.column)?;
        }
        write!(f, ": {}", self.what)
    }
}

impl std::error::Error for CsvFault {}

/// A line of a bill may have such a description, which its credit has to be matched by.
const DESCRIPTION: &str = "description";

const STEERS_THE_DISPLAY: &str =
    "it holds a line break or another character that steers a display or a printer: take it out";

/// Whether a character does not show, and changes how what follows is shown: control characters, line
/// breaks, and marks that turn the direction of text.
pub fn steers_the_display(character: char) -> bool {
    character.is_control()
        || matches!(character, '\u{2028}' | '\u{2029}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
}

/// A CSV file read whole, with its header.
#[derive(Debug, Clone)]
pub struct CsvTable {
    file: String,
    header: Vec<String>,
    rows: Vec<(u64, Vec<String>)>,
}

impl CsvTable {
    /// Reads a file and checks that it has the columns needed.
    ///
    /// # Errors
    /// [`CsvFault`].
    pub fn read(path: &Path, needed: &[&str]) -> Result<Self, CsvFault> {
        let file =
            path.file_name().map_or_else(|| path.display().to_string(), |name| name.to_string_lossy().into_owned());
        let whole = |what: String| CsvFault { file: file.clone(), line: 0, column: String::new(), what };
        let bytes = read_import(path).map_err(|fault| {
            let text = fault.to_string();
            whole(text.strip_prefix(&format!("{file}: ")).unwrap_or(&text).to_owned())
        })?;
        let text = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&bytes);
        if text.trim_ascii().is_empty() {
            return Err(whole("the file is empty: export it again".into()));
        }
        let mut reader =
            csv::ReaderBuilder::new().has_headers(true).flexible(false).trim(csv::Trim::All).from_reader(text);
        let header: Vec<String> = reader
            .headers()
            .map_err(|cause| whole(format!("its header cannot be read: {cause}")))?
            .iter()
            .map(str::to_owned)
            .collect();
        for column in needed {
            if !header.iter().any(|name| name == column) {
                return Err(whole(format!("the column {column} is missing: the header must be {}", needed.join(","))));
            }
        }
        let mut rows = Vec::new();
        for record in reader.records() {
            let record = record.map_err(|cause| {
                let line = cause.position().map_or(0, csv::Position::line);
                CsvFault { line, ..whole(row_fault(&cause)) }
            })?;
            let line = record.position().map_or(0, csv::Position::line);
            for (column, cell) in header.iter().zip(&record) {
                if column != DESCRIPTION && cell.chars().any(steers_the_display) {
                    let column = column.clone();
                    return Err(CsvFault { line, column, ..whole(STEERS_THE_DISPLAY.into()) });
                }
            }
            rows.push((line, record.iter().map(str::to_owned).collect()));
        }
        Ok(Self { file, header, rows })
    }

    /// Its rows.
    pub fn rows(&self) -> impl Iterator<Item = CsvRow<'_>> {
        self.rows.iter().map(|(line, cells)| CsvRow { table: self, line: *line, cells })
    }
}

fn row_fault(cause: &csv::Error) -> String {
    match cause.kind() {
        csv::ErrorKind::UnequalLengths { expected_len, len, .. } => {
            format!("the row has {len} fields and the header {expected_len}: correct the row")
        }
        _ => format!("the row cannot be read: {cause}: export the file again as CSV in UTF-8"),
    }
}

fn with_remedy(fault: &IdFault) -> String {
    match fault {
        IdFault::Blank { .. } => format!("{fault}: fill it in"),
        IdFault::SpreadsheetNumber { .. } => fault.to_string(),
        IdFault::NotAnId { .. } => format!("{fault}: correct it"),
    }
}

/// A row of such a file.
#[derive(Debug, Clone, Copy)]
pub struct CsvRow<'a> {
    table: &'a CsvTable,
    line: u64,
    cells: &'a [String],
}

impl CsvRow<'_> {
    /// A refusal that names this row and a column.
    pub fn fault(&self, column: &str, what: impl std::fmt::Display) -> CsvFault {
        CsvFault { file: self.table.file.clone(), line: self.line, column: column.to_owned(), what: what.to_string() }
    }

    /// A cell; blank where the column is not there.
    pub fn text(&self, column: &str) -> &str {
        let at = self.table.header.iter().position(|name| name == column);
        at.and_then(|at| self.cells.get(at)).map_or("", String::as_str)
    }

    /// A cell that must be filled.
    ///
    /// # Errors
    /// [`CsvFault`].
    pub fn filled(&self, column: &str) -> Result<&str, CsvFault> {
        match self.text(column) {
            "" => Err(self.fault(column, "it is blank: fill it in")),
            text => Ok(text),
        }
    }

    /// An id.
    ///
    /// # Errors
    /// [`CsvFault`].
    pub fn id<T: std::str::FromStr<Err = IdFault>>(&self, column: &str) -> Result<T, CsvFault> {
        self.text(column).parse().map_err(|fault: IdFault| self.fault(column, with_remedy(&fault)))
    }

    /// A date.
    ///
    /// # Errors
    /// [`CsvFault`].
    pub fn date(&self, column: &str) -> Result<NaiveDate, CsvFault> {
        let text = self.filled(column)?;
        parse_day(text).map_err(|_| self.fault(column, format!("'{text}' is not a date: write it as YYYY-MM-DD")))
    }

    /// A date, or nothing.
    ///
    /// # Errors
    /// [`CsvFault`].
    pub fn optional_date(&self, column: &str) -> Result<Option<NaiveDate>, CsvFault> {
        if self.text(column).is_empty() { Ok(None) } else { self.date(column).map(Some) }
    }

    /// An exact amount.
    ///
    /// # Errors
    /// [`CsvFault`].
    pub fn amount(&self, column: &str) -> Result<Exact, CsvFault> {
        Exact::parse(self.text(column))
            .map_err(|fault| self.fault(column, format!("{fault}: write it with digits and a point")))
    }

    /// A currency.
    ///
    /// # Errors
    /// [`CsvFault`].
    pub fn currency(&self, column: &str) -> Result<Currency, CsvFault> {
        Currency::parse(self.text(column))
            .map_err(|fault| self.fault(column, format!("{fault}: write the three letters")))
    }

    /// A list, separated by `;`.
    pub fn list(&self, column: &str) -> Vec<String> {
        self.text(column).split(';').map(str::trim).filter(|part| !part.is_empty()).map(str::to_owned).collect()
    }

    /// `yes` or `no`; blank is no.
    ///
    /// # Errors
    /// [`CsvFault`].
    pub fn yes_or_no(&self, column: &str) -> Result<bool, CsvFault> {
        match self.text(column).to_ascii_lowercase().as_str() {
            "yes" | "true" => Ok(true),
            "no" | "false" | "" => Ok(false),
            other => Err(self.fault(column, format!("'{other}' is neither yes nor no: write one of them"))),
        }
    }
}

/// The columns of a credits file.
const CREDIT_COLUMNS: [&str; 8] = [
    "credit_id",
    "payer_account_id",
    "owner_account_id",
    "description",
    "currency",
    "face_amount",
    "start_date",
    "end_date",
];

/// Reads the credits file of the contract.
///
/// # Errors
/// [`CsvFault`]; a credit that the file names twice with other terms is refused too.
pub fn read_credits_csv(path: &Path) -> Result<Vec<UpstreamCreditTerms>, CsvFault> {
    let table = CsvTable::read(path, &CREDIT_COLUMNS)?;
    let mut credits: Vec<UpstreamCreditTerms> = Vec::new();
    for row in table.rows() {
        let currency = row.currency("currency")?;
        let terms = UpstreamCreditTerms {
            credit: row.id("credit_id")?,
            payer: row.id("payer_account_id")?,
            owner: row.id("owner_account_id")?,
            description: row.text("description").to_owned(),
            program: row.text("program").to_owned(),
            credit_type: String::new(),
            currency,
            face_amount: row.amount("face_amount")?,
            initial_amount: None,
            remaining_amount: None,
            start_date: row.date("start_date")?,
            end_date: row.optional_date("end_date")?,
            services: row.list("services"),
            excluded_services: row.list("excluded_services"),
            regions: row.list("regions"),
            covers_tax: row.yes_or_no("covers_tax")?,
            stated: Default::default(),
        };
        if !terms.face_amount.is_positive() {
            return Err(row.fault(
                "face_amount",
                format!("{} is not above zero: correct it, or leave the row out", terms.face_amount),
            ));
        }
        if terms.end_date.is_some_and(|end| end < terms.start_date) {
            return Err(
                row.fault("end_date", format!("it is before the start date {}: correct one of them", terms.start_date))
            );
        }
        let twice = credits.iter().find(|other| other.credit == terms.credit && other.payer == terms.payer);
        if twice.is_some_and(|other| *other != terms) {
            return Err(row.fault(
                "credit_id",
                format!(
                    "credit {} stands twice in the file, with other terms: keep the row that is right",
                    terms.credit
                ),
            ));
        }
        if twice.is_none() {
            credits.push(terms);
        }
    }
    Ok(credits)
}
