//! Which column of a file is what: a header recognised and resolved, by name, never by position.
//!
//! Invariants: a format is a table of names ([`cur`], [`focus`]); everything required is there or
//! the file is refused naming what lacks; a needed column that is there twice is refused. Columns
//! that nobody knows are listed, never dropped silently (rule book N45). Deliberately absent:
//! values.

mod cur;
mod focus;
mod names;

use std::sync::Arc;

use domain::{period::BillingPeriod, usage::LineType};

use crate::{
    fault::{ColumnAt, ReadFault},
    field::{Field, LineClass},
    format::{BillFormat, Encoding},
};
use names::{Names, same};

/// A resolved header.
#[derive(Debug)]
pub(crate) struct Columns {
    /// The format.
    pub(crate) format: BillFormat,
    /// How the rows are stored.
    pub(crate) encoding: Encoding,
    /// All names, in order.
    pub(crate) names: Vec<Arc<str>>,
    /// Where each text field is.
    pub(crate) texts: [Option<usize>; Field::COUNT],
    /// The amount.
    pub(crate) cost: usize,
    /// The amount after discounts.
    pub(crate) net: Option<usize>,
    /// The sum of all discounts.
    pub(crate) discount_total: Option<usize>,
    /// A map of discounts.
    pub(crate) discount_map: Option<usize>,
    /// One discount type each.
    pub(crate) discounts: Vec<(usize, LineType)>,
    /// Columns that the format is not known to have.
    pub(crate) unknown: Vec<String>,
    /// The month that a folder of the file states, and that folder.
    pub(crate) folder_period: Option<(BillingPeriod, Arc<str>)>,
}

/// Of the required columns, so many make a header a bill's: fewer are a chance likeness.
const REQUIRED_HITS_MIN: usize = 3;

impl Columns {
    /// Resolves a header.
    ///
    /// # Errors
    /// Not a bill, a missing column, a needed column twice.
    pub(crate) fn resolve(names: Vec<Arc<str>>, encoding: Encoding, file: &str) -> Result<Self, ReadFault> {
        let format = recognise(&names, encoding)
            .ok_or_else(|| ReadFault::NotABill { file: file.to_owned(), found: describe(&names) })?;
        let table = table(format);
        let legacy_words = format == BillFormat::CurLegacy && encoding == Encoding::Csv;
        let mut missing = Vec::new();
        let mut texts = [None; Field::COUNT];
        for column in table.texts {
            let mut found = None;
            for name in column.names {
                found = found.or(find(&names, name, file)?);
            }
            if found.is_none() && column.required {
                missing.push(spelled(column.names[0], legacy_words));
            }
            texts[column.field.index()] = found;
        }
        let optional = |name: Option<&str>| name.map_or(Ok(None), |name| find(&names, name, file));
        let cost = find(&names, table.amounts.cost, file)?;
        if cost.is_none() {
            missing.push(spelled(table.amounts.cost, legacy_words));
        }
        let (Some(cost), true) = (cost, missing.is_empty()) else {
            return Err(ReadFault::MissingColumns { file: file.to_owned(), format, missing });
        };
        let net = optional(table.amounts.net)?;
        let discount_total = optional(table.amounts.discount_total)?;
        let discount_map = optional(table.amounts.discount_map)?;
        let discounts = table.amounts.discount_prefix.map_or_else(Vec::new, |prefix| {
            let typed = names.iter().enumerate().filter(|(at, _)| Some(*at) != discount_total);
            typed.filter_map(|(at, name)| Some((at, discount_type(in_group(name, prefix)?)))).collect()
        });
        let is_known = match format {
            BillFormat::Focus => focus::is_known,
            BillFormat::Cur2 | BillFormat::CurLegacy => cur::is_known,
        };
        let unknown = names.iter().filter(|name| !is_known(name)).map(|name| name.to_string()).collect();
        Ok(Self {
            format,
            encoding,
            names,
            texts,
            cost,
            net,
            discount_total,
            discount_map,
            discounts,
            unknown,
            folder_period: None,
        })
    }

    fn has(&self, field: Field) -> bool {
        self.texts[field.index()].is_some()
    }

    /// Whether a row may be of another provider than AWS.
    pub(crate) fn tells_providers(&self) -> bool {
        let by = [Field::Provider, Field::ServiceProvider, Field::HostProvider, Field::LegalEntity];
        self.format == BillFormat::Focus && by.into_iter().any(|field| self.has(field))
    }

    /// Whether a row that names nobody is nobody's: only where there is a column for it.
    pub(crate) fn needs_a_provider(&self) -> bool {
        self.has(Field::Provider) || self.has(Field::ServiceProvider)
    }

    /// The column that tells Marketplace from AWS, where the file has none: memos never pay Marketplace.
    pub(crate) fn lacks_seller(&self) -> Option<&'static str> {
        match self.format {
            BillFormat::Focus if self.has(Field::Publisher) || self.has(Field::ServiceProvider) => None,
            BillFormat::Focus => Some("PublisherName"),
            _ if self.has(Field::BillingEntity) => None,
            BillFormat::Cur2 => Some("bill_billing_entity"),
            BillFormat::CurLegacy => Some("bill/BillingEntity"),
        }
    }

    /// The text columns that key a line of this class, the provider left out.
    pub(crate) fn kept_for(&self, class: LineClass) -> Vec<Field> {
        let there = |field: &Field| self.texts[field.index()].is_some() && field.is_kept_for(class);
        Field::ALL.into_iter().filter(there).collect()
    }

    /// Name and number of a column, for an error.
    pub(crate) fn at(&self, column: usize) -> ColumnAt {
        ColumnAt { name: self.names[column].clone(), number: column + 1 }
    }
}

/// Whether a header is a bill's at all: for files of a folder that nobody named.
pub(crate) fn is_a_bill(names: &[Arc<str>], encoding: Encoding) -> bool {
    recognise(names, encoding).is_some()
}

fn table(format: BillFormat) -> &'static Names {
    match format {
        BillFormat::Focus => &focus::NAMES,
        BillFormat::Cur2 | BillFormat::CurLegacy => &cur::NAMES,
    }
}

fn recognise(names: &[Arc<str>], encoding: Encoding) -> Option<BillFormat> {
    let hits = |table: &Names| table.required().filter(|wanted| names.iter().any(|name| same(wanted, name))).count();
    let (cur_hits, focus_hits) = (hits(&cur::NAMES), hits(&focus::NAMES));
    if cur_hits.max(focus_hits) < REQUIRED_HITS_MIN {
        return None;
    }
    if focus_hits > cur_hits {
        return Some(BillFormat::Focus);
    }
    let any = |test: fn(&str) -> bool| names.iter().any(|name| test(name));
    let spelled_legacy = any(|name| name.contains('/'));
    let spread_maps = encoding == Encoding::Parquet && any(cur::is_of_legacy_only) && !any(cur::is_of_cur2_only);
    Some(if spelled_legacy || spread_maps { BillFormat::CurLegacy } else { BillFormat::Cur2 })
}

fn find(names: &[Arc<str>], wanted: &str, file: &str) -> Result<Option<usize>, ReadFault> {
    let mut hits = names.iter().enumerate().filter(|(_, name)| same(wanted, name));
    let Some((at, first)) = hits.next() else { return Ok(None) };
    match hits.next() {
        None => Ok(Some(at)),
        Some((_, second)) => Err(ReadFault::DuplicateColumn {
            file: file.to_owned(),
            first: first.to_string(),
            second: second.to_string(),
        }),
    }
}

/// What follows the group's name in a column's name.
fn in_group<'a>(name: &'a str, group: &str) -> Option<&'a str> {
    let head = name.get(..group.len())?;
    let rest = name.get(group.len()..)?;
    let rest = rest.strip_prefix(['/', '_'])?;
    (head.eq_ignore_ascii_case(group) && !rest.is_empty()).then_some(rest)
}

/// `edp_discount` is AWS's `EdpDiscount`: maps and Parquet spell it the first way, discount lines
/// the second.
pub(crate) fn discount_type(name: &str) -> LineType {
    if name.starts_with(|first: char| first.is_ascii_uppercase()) && !name.contains('_') {
        return LineType(name.to_owned());
    }
    let mut text = String::with_capacity(name.len());
    for word in name.split('_').filter(|word| !word.is_empty()) {
        let mut letters = word.chars();
        text.extend(letters.next().map(|first| first.to_ascii_uppercase()));
        text.push_str(letters.as_str());
    }
    LineType(text)
}

/// The name as the format spells it: `bill/PayerAccountId` in the legacy report.
fn spelled(name: &str, legacy: bool) -> String {
    if !legacy {
        return name.to_owned();
    }
    let (group, rest) = match name.strip_prefix("line_item_") {
        Some(rest) => ("lineItem", rest),
        None => name.split_once('_').unwrap_or(("", name)),
    };
    format!("{group}/{}", discount_type(rest))
}

/// The shape of a header that is no bill's, and not its words: the file may be anything, a list of
/// passwords too, and a refusal is kept and sent.
fn describe(names: &[Arc<str>]) -> String {
    match names.len() {
        1 => "its first line is no known header (1 field)".to_owned(),
        fields => format!("its first line is no known header ({fields} fields)"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn resolve(header: &str, encoding: Encoding) -> Result<Columns, ReadFault> {
        Columns::resolve(header.split(',').map(Arc::from).collect(), encoding, "bill")
    }

    const CUR2: &str = "bill_payer_account_id,line_item_usage_account_id,bill_billing_period_start_date,\
        line_item_line_item_type,line_item_unblended_cost,line_item_currency_code,line_item_product_code,\
        line_item_line_item_description";

    #[test]
    fn discount_columns_are_typed_and_the_total_is_no_type() {
        let header = format!("{CUR2},discount,discount_total_discount,discount_bundled_discount,discount_edp_discount");
        let columns = resolve(&header, Encoding::Csv).unwrap();
        let types: Vec<&str> = columns.discounts.iter().map(|(_, name)| name.as_str()).collect();
        assert_eq!(types, ["BundledDiscount", "EdpDiscount"]);
        assert_eq!(columns.discount_map, Some(8));
        assert_eq!(columns.discount_total, Some(9));
        let legacy = discount_type(in_group("discount/PrivateRateDiscount", "discount").unwrap());
        assert_eq!(legacy.as_str(), "PrivateRateDiscount");
    }

    #[test]
    fn a_missing_column_is_named_as_its_format_spells_it() {
        let legacy = "bill/PayerAccountId,lineItem/UsageAccountId,bill/BillingPeriodStartDate,lineItem/UnblendedCost";
        let error = resolve(legacy, Encoding::Csv).unwrap_err().to_string();
        assert!(error.contains("lineItem/LineItemType, lineItem/CurrencyCode, lineItem/ProductCode"), "{error}");
        let error = resolve("date,amount,text", Encoding::Csv).unwrap_err();
        assert!(matches!(error, ReadFault::NotABill { .. }), "{error}");
    }

    #[test]
    fn a_needed_column_that_is_there_twice_is_refused() {
        let error = resolve(&format!("{CUR2},Bill_Payer_Account_Id"), Encoding::Csv).unwrap_err();
        assert!(matches!(error, ReadFault::DuplicateColumn { .. }), "{error}");
    }

    #[test]
    fn unknown_columns_are_listed() {
        let columns = resolve(&format!("{CUR2},line_item_new,my_note,resource_tags"), Encoding::Csv).unwrap();
        assert_eq!(columns.unknown, ["my_note"]);
    }

    #[test]
    fn parquet_tells_the_reports_apart_by_their_maps() {
        let legacy = resolve(&format!("{CUR2},resource_tags_user_name"), Encoding::Parquet).unwrap();
        assert_eq!(legacy.format, BillFormat::CurLegacy);
        assert_eq!(resolve(CUR2, Encoding::Parquet).unwrap().format, BillFormat::Cur2);
    }
}
