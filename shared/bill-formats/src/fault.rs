//! What stops a read, in words that say what, where, and what to do.
//!
//! A read is refused as a whole: no part of a delivery is ever handed out beside a fault. Every
//! variant is the operator's to mend in the input, except where its comment says otherwise.

use std::{fmt, sync::Arc};

use domain::{ids::IdFault, period::BillingPeriod};
use money::{Currency, MoneyError, UnknownCurrency};

use crate::format::BillFormat;

/// Where in a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Position {
    /// The file as it was named to this crate.
    pub file: Arc<str>,
    /// The line of a text file (the header is line 1) or the row of a Parquet file (from 1).
    pub line: u64,
    /// Whether `line` counts Parquet rows.
    pub is_row: bool,
    /// The column, where one value is at fault.
    pub column: Option<ColumnAt>,
}

/// A column by name and by number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ColumnAt {
    /// Its name in the header.
    pub name: Arc<str>,
    /// Its number, from 1.
    pub number: usize,
}

impl fmt::Display for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let unit = if self.is_row { "row" } else { "line" };
        write!(f, "{}, {unit} {}", self.file, self.line)?;
        if let Some(column) = &self.column {
            write!(f, ", column {} (number {})", column.name, column.number)?;
        }
        Ok(())
    }
}

/// Why a read was refused.
#[derive(Debug, thiserror::Error)]
pub enum ReadFault {
    /// The file system refused. Check path and permissions, then read again.
    #[error("{path}: cannot be read: check that it exists and may be read")]
    Io {
        /// What was read.
        path: String,
        /// The system's word.
        source: std::io::Error,
    },
    /// Name a file.
    #[error("{path}: is a pipe, a device or a socket, not a file: name a file, or - for standard input")]
    NotAFile {
        /// What was named.
        path: String,
    },
    /// Name the folder that holds the bill.
    #[error("{folder}: lies more than {deepest} folders deep: name the folder that the bill was delivered to")]
    FolderTooDeep {
        /// The folder.
        folder: String,
        /// How deep folders are searched.
        deepest: usize,
    },
    /// Name bill files, folders or manifests.
    #[error("nothing to read: name bill files, folders that hold them, or their manifests")]
    NoPaths,
    /// Name the folder that holds the bill, or the files themselves.
    #[error("{folder}: holds neither a manifest nor a bill file: name the folder that a bill was delivered to")]
    EmptyFolder {
        /// The folder.
        folder: String,
    },
    /// Give a file of one of the known formats.
    #[error(
        "{file}: not a bill file: {found}; expected a legacy CUR (columns such as bill/PayerAccountId), a CUR 2.0 \
         (bill_payer_account_id) or FOCUS (BillingAccountId) as CSV, gzip, zip or Parquet"
    )]
    NotABill {
        /// The file.
        file: String,
        /// What was found instead.
        found: String,
    },
    /// Export the bill again with these columns.
    #[error("{file}: this {format} bill lacks the column{} {}: export it again with {}", plural(.missing), .missing.join(", "), them(.missing))]
    MissingColumns {
        /// The file.
        file: String,
        /// The format its header was recognised as.
        format: BillFormat,
        /// The columns as that format names them.
        missing: Vec<String>,
    },
    /// Export the bill again; one of the two columns would be read and the other ignored.
    #[error("{file}: the columns {first} and {second} are the same column: export the bill with one of them")]
    DuplicateColumn {
        /// The file.
        file: String,
        /// A name in the header.
        first: String,
        /// The other.
        second: String,
    },
    /// Export the column with a type that amounts, ids or dates can be read from.
    #[error(
        "{file}: column {column} has the type {found}, which cannot be read as {expected}: export it with another type"
    )]
    ColumnType {
        /// The file.
        file: String,
        /// The column.
        column: String,
        /// Its type.
        found: String,
        /// What it is for.
        expected: &'static str,
    },
    /// Fetch the file again, or name the manifest that lists it as an empty chunk.
    #[error(
        "{file}: the file is empty: fetch it again, or name the delivery's manifest if the empty file is one of its chunks"
    )]
    EmptyFile {
        /// The file.
        file: String,
    },
    /// Fetch the file again, or name the manifest that lists it.
    #[error(
        "{file}: has a header and no rows: fetch the complete bill, or name the delivery's manifest if this is one of \
         its chunks"
    )]
    HeaderOnly {
        /// The file.
        file: String,
    },
    /// Fetch the file again: its end is missing.
    #[error("{file}: the {container} file ends too early: fetch it again, it was cut off on the way")]
    Truncated {
        /// The file.
        file: String,
        /// What it is packed as.
        container: &'static str,
    },
    /// Fetch the file again: it was damaged.
    #[error("{file}: the {container} file is damaged ({cause}): fetch it again")]
    Damaged {
        /// The file.
        file: String,
        /// What it is packed as.
        container: &'static str,
        /// What the decoder met.
        cause: String,
    },
    /// Export the bill packed in another way.
    #[error(
        "{file}: is packed with {codec}, which is not read here: export it with Snappy, gzip, Zstandard, LZ4 or unpacked"
    )]
    Codec {
        /// The file.
        file: String,
        /// What it is packed with.
        codec: String,
    },
    /// Unpack the archive and name its files.
    #[error("{file}: the zip archive holds {files} files where one was expected: unpack it and name the bill files")]
    ZipEntries {
        /// The archive.
        file: String,
        /// How many files it holds.
        files: usize,
    },
    /// Export as UTF-8.
    #[error("{place}: is not UTF-8 text: export the bill as UTF-8")]
    NotUtf8 {
        /// Where.
        place: Position,
    },
    /// Fetch the file again; a comma in a value has to be quoted.
    #[error(
        "{place}: has {found} fields where the header has {expected}: fetch the file again, or quote values that hold commas"
    )]
    FieldCount {
        /// Where.
        place: Position,
        /// Columns of the header.
        expected: usize,
        /// Fields of the line.
        found: usize,
    },
    /// Quote the value by RFC 4180.
    #[error("{place}: {what}: quote values that hold quotes or line breaks, and double the quotes within")]
    Quoting {
        /// Where the line begins.
        place: Position,
        /// What is wrong.
        what: &'static str,
    },
    /// The value is needed. Export the bill again.
    #[error("{place}: is blank where {what} is needed: export the bill again")]
    Blank {
        /// Where.
        place: Position,
        /// What the column states.
        what: &'static str,
    },
    /// Mend the amount.
    #[error("{place}: {source}")]
    Amount {
        /// Where.
        place: Position,
        /// What is wrong with it.
        source: MoneyError,
    },
    /// Mend the id, usually by exporting the column as text.
    #[error("{place}: {source}")]
    Id {
        /// Where.
        place: Position,
        /// What is wrong with it.
        source: IdFault,
    },
    /// Mend the date.
    #[error(
        "{place}: '{text}' is not the start of a billing period, which is the first of a month at 00:00 UTC: export the \
         bill with its times in UTC"
    )]
    Period {
        /// Where.
        place: Position,
        /// The text found.
        text: String,
    },
    /// Put the file under its own month.
    #[error(
        "{place}: begins the period {found}, but the file lies in {folder}: put it under its own month, and read again"
    )]
    OtherPeriod {
        /// Where.
        place: Position,
        /// The month of the row.
        found: BillingPeriod,
        /// The folder, which is of another.
        folder: String,
    },
    /// No bill has such a text.
    #[error("{place}: the text is longer than {bytes_max} bytes, as no bill's is: fetch the file again")]
    TextTooLong {
        /// Where.
        place: Position,
        /// The bound.
        bytes_max: usize,
    },
    /// The bill has more in it than is kept in memory.
    #[error(
        "{place}: the bill has more than {what}, which is the most that is kept in memory: deliver it in parts by payer"
    )]
    TooMuch {
        /// Where the bound was met.
        place: Position,
        /// The bound.
        what: &'static str,
    },
    /// Mend the year.
    #[error("{place}: the year of '{text}' has not four digits: write it as YYYY-MM-DD, with or without a time")]
    Year {
        /// Where.
        place: Position,
        /// The text found.
        text: String,
    },
    /// Mend the currency code.
    #[error("{place}: {source}")]
    Currency {
        /// Where.
        place: Position,
        /// What is wrong with it.
        source: UnknownCurrency,
    },
    /// Mend the discounts column: a JSON object of names and amounts.
    #[error("{place}: '{text}' is not a map of discounts: write it as {{\"edp_discount\": -1.25}}")]
    DiscountMap {
        /// Where.
        place: Position,
        /// The text found.
        text: String,
    },
    /// A payer's month is billed in one currency here: leave the rows of the other one out of the export.
    #[error("{0}")]
    MixedCurrencies(Box<MixedCurrencies>),
    /// Read one format a call: two would count the bill twice.
    #[error(
        "payer {payer}, {period}: is in {first} and in {second}, which would count it twice: name the files of one \
         format"
    )]
    TwoFormats {
        /// The payer.
        payer: String,
        /// The month.
        period: BillingPeriod,
        /// A file and its format.
        first: String,
        /// Another file and its format.
        second: String,
    },
    /// Name each file once.
    #[error("{first} and {second} have the same content, which would count it twice: name one of them")]
    SameContent {
        /// A file.
        first: String,
        /// Its copy.
        second: String,
    },
    /// Mend the manifest, or fetch it again.
    #[error("{manifest}: not a manifest that can be read: {cause}; fetch it again")]
    BadManifest {
        /// The manifest.
        manifest: String,
        /// What is wrong.
        cause: String,
    },
    /// Fetch the chunk: a delivery is read whole or not at all (rule book N18).
    #[error("{manifest}: names the chunk {chunk}, which is not there: fetch it and read the whole delivery again")]
    MissingChunk {
        /// The manifest.
        manifest: String,
        /// The chunk as the manifest names it.
        chunk: String,
    },
    /// A manifest names files of its own delivery only.
    #[error("{manifest}: names {chunk}, which is not in the folder of its delivery: fetch the delivery again")]
    ChunkElsewhere {
        /// The manifest.
        manifest: String,
        /// The file as the manifest names it.
        chunk: String,
    },
    /// Put the chunks under the folders that the manifest names.
    #[error(
        "{manifest}: the chunks {first} and {second} are both {file} here: keep the folders that the manifest names"
    )]
    AmbiguousChunk {
        /// The manifest.
        manifest: String,
        /// A chunk.
        first: String,
        /// Another.
        second: String,
        /// The one file that both match.
        file: String,
    },
    /// Name one of the manifests: each lists a complete delivery of the same month.
    #[error("{first} and {second} are two deliveries of the same bill: name the newer one")]
    SeveralDeliveries {
        /// A manifest.
        first: String,
        /// Another.
        second: String,
    },
    /// Name the files of one delivery.
    #[error(
        "payer {payer}, {period}: {first} and {second} are two deliveries of the same month ({why}), which would count it twice: name the newer one"
    )]
    TwoDeliveries {
        /// The payer.
        payer: String,
        /// The month.
        period: BillingPeriod,
        /// A file.
        first: String,
        /// A file of another delivery.
        second: String,
        /// What shows it.
        why: &'static str,
    },
    /// The chunk is of another month than its manifest: fetch both again.
    #[error("{manifest}: is for {stated}, but {file} holds rows of {found}: fetch the delivery again")]
    ManifestPeriod {
        /// The manifest.
        manifest: String,
        /// Its month.
        stated: BillingPeriod,
        /// The chunk.
        file: String,
        /// The month of its rows.
        found: BillingPeriod,
    },
    /// The bill has nothing of AWS in it.
    #[error("{file}: none of the rows is billed by AWS ({rows} rows of {providers}): name a bill of AWS")]
    NothingOfAws {
        /// The file.
        file: String,
        /// Rows left out.
        rows: u64,
        /// Who they are of.
        providers: String,
    },
    /// A sum left the range that is held exactly. The amounts in the bill cannot be right.
    #[error("payer {payer}, {period}, account {member}: a sum of its lines cannot be held exactly: check the amounts")]
    SumTooLarge {
        /// The payer.
        payer: String,
        /// The month.
        period: BillingPeriod,
        /// The account.
        member: String,
    },
    /// A defect of this crate, not of the input: report it.
    #[error("{0}: nothing was read; please report this")]
    Defect(&'static str),
}

/// The two places that state different currencies.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MixedCurrencies {
    /// The payer.
    pub payer: String,
    /// The month.
    pub period: BillingPeriod,
    /// The account, where one account has both.
    pub member: Option<String>,
    /// A currency.
    pub first: Currency,
    /// The first place that states it.
    pub first_at: Position,
    /// The other currency.
    pub second: Currency,
    /// The first place that states it.
    pub second_at: Position,
}

impl fmt::Display for MixedCurrencies {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "payer {}, {}", self.payer, self.period)?;
        if let Some(member) = &self.member {
            write!(f, ", account {member}")?;
        }
        write!(
            f,
            ": is billed in {} ({}) and in {} ({}), which cannot be added: a payer's month is \
             billed in one currency here; export it without the rows of the other",
            self.first, self.first_at, self.second, self.second_at
        )
    }
}

fn plural(items: &[String]) -> &'static str {
    if items.len() == 1 { "" } else { "s" }
}

fn them(items: &[String]) -> &'static str {
    if items.len() == 1 { "it" } else { "them" }
}
