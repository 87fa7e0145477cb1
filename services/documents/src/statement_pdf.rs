//! The statement as a PDF/A-2b file, which is the form that archives take: fonts inside, no clock,
//! no random id, so that the same statement gives the same bytes.
//!
//! The page is laid out first, as texts and lines at places, and drawn when the number of pages is
//! known. Fractions of a point are the only floating point here: amounts come as text.
#![allow(clippy::float_arithmetic)]

use std::collections::BTreeSet;

use chrono::{DateTime, Datelike, Timelike, Utc};
use domain::billing::{MemberStatement, StatementMemo};
use krilla::{
    Document, SerializeSettings,
    color::rgb,
    configure::{Archival, ConfigurationBuilder},
    geom::{PathBuilder, Point},
    metadata::Metadata,
    num::NormalizedF32,
    page::PageSettings,
    paint::Stroke,
    surface::Surface,
    text::{Font, GlyphId, KrillaGlyph},
};
use skrifa::{
    FontRef, MetadataProvider,
    charmap::Charmap,
    instance::{LocationRef, Size},
    metrics::GlyphMetrics,
};

use super::statement_parts::{
    BALANCE_OF_FUNDS, DUE, SELLERS, across_lines, balance_lines, converted_lines, converted_title,
    correction_reference, correction_title, expiry_note, heading, memo_lines, memo_title, seller_name, thousands,
    title,
};
use crate::shown_statement::ShownStatement;

const PAGE: (f32, f32) = (595.0, 842.0);
const LEFT: f32 = 54.0;
const RIGHT: f32 = PAGE.0 - 54.0;
const TOP: f32 = 64.0;
const BOTTOM: f32 = PAGE.1 - 72.0;
const BODY: f32 = 9.0;
const TITLE: f32 = 14.0;
const LEADING: f32 = 1.4;

/// Where the columns of the charges stand: kind, and the right edges of gross and applied.
const KIND: f32 = LEFT + 205.0;
const GROSS: f32 = RIGHT - 150.0;
const APPLIED: f32 = RIGHT - 75.0;

/// Why there is no PDF.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PdfFault {
    /// Characters that the font has no shape for, or that need a script's own layout. A document with
    /// boxes in the place of a name is none.
    #[error("the font of the PDF has no shape for these characters: {0}; the HTML form shows them")]
    NoShape(String),
    /// The file could not be written.
    #[error("{0}")]
    NotWritten(String),
}

impl From<String> for PdfFault {
    fn from(what: String) -> Self {
        Self::NotWritten(what)
    }
}

/// The statement as a PDF, dated when the statement was recorded.
///
/// # Errors
/// [`PdfFault`].
pub fn statement_pdf(shown: &ShownStatement, recorded: DateTime<Utc>) -> Result<Vec<u8>, PdfFault> {
    let faces = Faces { regular: Face::read(dejavu::sans::regular())?, bold: Face::read(dejavu::sans::bold())? };
    let mut layout = Layout { faces: &faces, pages: vec![Vec::new()], y: TOP, not_shown: BTreeSet::new() };
    lay_out(&mut layout, shown);
    let Layout { pages, not_shown, .. } = layout;
    if !not_shown.is_empty() {
        return Err(PdfFault::NoShape(not_shown.into_iter().collect()));
    }
    Ok(draw(&faces, &pages, &title(shown), recorded)?)
}

fn lay_out(layout: &mut Layout<'_>, shown: &ShownStatement) {
    let statement = &shown.statement;
    layout.row(&[Cell::from(LEFT, RIGHT, &title(shown)).bold().size(TITLE)]);
    layout.gap(6.0);
    for (name, value) in heading(shown) {
        layout.row(&[Cell::from(LEFT, LEFT + 125.0, name), Cell::from(LEFT + 130.0, RIGHT, &value)]);
    }
    layout.section("Balance");
    for (label, amount) in balance_lines(statement) {
        let indent = if label.starts_with(' ') { 12.0 } else { 0.0 };
        layout.labelled(indent, label.trim_start(), &thousands(amount), false);
    }
    layout.rule();
    layout.labelled(0.0, BALANCE_OF_FUNDS, &thousands(statement.balance_of_funds), true);
    if !statement.memos.is_empty() {
        layout.section("Credit memos");
        statement.memos.iter().for_each(|memo| lay_out_memo(layout, memo));
    }
    lay_out_charges(layout, statement);
    if let Some(converted) = &statement.in_document_currency {
        layout.section(&converted_title(statement, converted));
        let lines = converted_lines(statement, converted);
        for (at, (label, amount)) in lines.iter().enumerate() {
            if at + 1 == lines.len() {
                layout.rule();
            }
            layout.labelled(0.0, label, &thousands(*amount), at + 1 == lines.len());
        }
    }
}

fn lay_out_memo(layout: &mut Layout<'_>, memo: &StatementMemo) {
    let lines = memo_lines(memo);
    layout.keep_together(lines.len() + 2);
    layout.row(&[Cell::from(LEFT, RIGHT, &memo_title(memo))]);
    if let Some(note) = expiry_note(memo) {
        layout.row(&[Cell::from(LEFT + 12.0, RIGHT, &note)]);
    }
    for (at, (label, amount)) in lines.iter().enumerate() {
        if at + 1 == lines.len() {
            layout.rule();
        }
        layout.labelled(12.0, label, &thousands(*amount), at + 1 == lines.len());
    }
    layout.gap(4.0);
}

fn lay_out_charges(layout: &mut Layout<'_>, statement: &MemberStatement) {
    layout.section("Charges");
    charges_header(layout);
    for charge in &statement.lines {
        if layout.breaks(1) {
            charges_header(layout);
        }
        layout.row(&[
            Cell::from(LEFT, KIND - 6.0, &charge.service),
            Cell::from(KIND, GROSS - 65.0, &charge.charge_kind),
            Cell::upto(GROSS, &thousands(charge.gross)),
            Cell::upto(APPLIED, &thousands(-charge.applied)),
            Cell::upto(RIGHT, &thousands(charge.due)),
        ]);
    }
    if !statement.sellers.is_empty() {
        layout.keep_together(2);
        layout.row(&[Cell::from(LEFT, RIGHT, SELLERS).bold()]);
    }
    for seller in &statement.sellers {
        layout.row(&[
            Cell::from(LEFT, GROSS - 65.0, &seller_name(seller)),
            Cell::upto(GROSS, &thousands(seller.gross)),
            Cell::upto(APPLIED, &thousands(-seller.applied)),
            Cell::upto(RIGHT, &thousands(seller.due)),
        ]);
    }
    for correction in &statement.earlier_periods {
        if layout.breaks(2) {
            charges_header(layout);
        }
        layout.row(&[
            Cell::from(LEFT, GROSS - 65.0, &correction_title(correction)),
            Cell::upto(GROSS, &thousands(correction.gross)),
            Cell::upto(APPLIED, &thousands(-correction.applied)),
            Cell::upto(RIGHT, &thousands(correction.due)),
        ]);
        if let Some(reference) = correction_reference(correction) {
            layout.row(&[Cell::from(LEFT + 12.0, RIGHT, &reference)]);
        }
    }
    for (label, amount) in across_lines(statement) {
        layout.labelled(0.0, &label, &thousands(amount), false);
    }
    layout.rule();
    layout.labelled(0.0, DUE, &thousands(statement.due), true);
}

fn charges_header(layout: &mut Layout<'_>) {
    layout.row(&[
        Cell::from(LEFT, KIND, "Service").bold(),
        Cell::from(KIND, GROSS - 60.0, "Kind").bold(),
        Cell::upto(GROSS, "gross").bold(),
        Cell::upto(APPLIED, "applied").bold(),
        Cell::upto(RIGHT, "due").bold(),
    ]);
    layout.rule();
}

/// A font with what is needed to place its glyphs.
struct Face {
    font: Font,
    charmap: Charmap<'static>,
    metrics: GlyphMetrics<'static>,
}

impl Face {
    fn read(bytes: &'static [u8]) -> Result<Self, String> {
        let reading = FontRef::new(bytes).map_err(|cause| format!("the font cannot be read: {cause}"))?;
        let font = Font::new(bytes.into(), 0).ok_or("the font cannot be embedded")?;
        let metrics = reading.glyph_metrics(Size::new(1.0), LocationRef::default());
        Ok(Self { font, charmap: reading.charmap(), metrics })
    }

    /// A text's glyphs, their advances in parts of the size.
    fn glyphs(&self, text: &str) -> Vec<KrillaGlyph> {
        let glyph = |(at, c): (usize, char)| {
            let id = self.charmap.map(c).unwrap_or_default();
            let advance = self.metrics.advance_width(id).unwrap_or(0.0);
            KrillaGlyph::new(GlyphId::new(id.to_u32()), advance, 0.0, 0.0, 0.0, at..at + c.len_utf8(), None)
        };
        text.char_indices().map(glyph).collect()
    }

    fn width(&self, text: &str, size: f32) -> f32 {
        let of = |c| self.charmap.map(c).and_then(|id| self.metrics.advance_width(id)).unwrap_or(0.0);
        text.chars().map(of).sum::<f32>() * size
    }

    /// Whether a character can be set on its own, from left to right.
    fn shows(&self, c: char) -> bool {
        let is_plain = matches!(c, ' '..='\u{7e}' | '\u{a0}'..='\u{2ff}' | '\u{370}'..='\u{58f}' | '\u{1e00}'..='\u{1fff}'
            | '\u{2010}'..='\u{2027}' | '\u{2030}'..='\u{205e}' | '\u{20a0}'..='\u{20bf}' | '\u{2100}'..='\u{22ff}');
        is_plain && self.charmap.map(c).is_some()
    }
}

struct Faces {
    regular: Face,
    bold: Face,
}

impl Faces {
    fn of(&self, bold: bool) -> &Face {
        if bold { &self.bold } else { &self.regular }
    }
}

/// Something at its place on a page.
enum Placed {
    Text { x: f32, y: f32, size: f32, bold: bool, text: String },
    Rule { y: f32 },
}

#[derive(Clone, Copy)]
enum Side {
    From,
    UpTo,
}

/// A text in a row: from an edge on, or up to one.
struct Cell<'a> {
    side: Side,
    x: f32,
    width: f32,
    text: &'a str,
    bold: bool,
    size: f32,
}

impl<'a> Cell<'a> {
    fn from(x: f32, end: f32, text: &'a str) -> Self {
        Self { side: Side::From, x, width: end - x, text, bold: false, size: BODY }
    }

    fn upto(x: f32, text: &'a str) -> Self {
        Self { side: Side::UpTo, x, width: f32::INFINITY, text, bold: false, size: BODY }
    }

    fn bold(self) -> Self {
        Self { bold: true, ..self }
    }

    fn size(self, size: f32) -> Self {
        Self { size, ..self }
    }
}

struct Layout<'a> {
    faces: &'a Faces,
    pages: Vec<Vec<Placed>>,
    y: f32,
    not_shown: BTreeSet<char>,
}

impl Layout<'_> {
    fn place(&mut self, placed: Placed) {
        if let Some(page) = self.pages.last_mut() {
            page.push(placed);
        }
    }

    fn gap(&mut self, points: f32) {
        self.y += points;
    }

    /// Begins a page where the rows would not fit on this one; says whether it did.
    fn breaks(&mut self, rows: usize) -> bool {
        let needed = rows as f32 * BODY * LEADING;
        if self.y + needed <= BOTTOM {
            return false;
        }
        self.pages.push(Vec::new());
        self.y = TOP;
        true
    }

    fn keep_together(&mut self, rows: usize) {
        // More than a page fits on none; it breaks where it must.
        self.breaks(rows.min(40));
    }

    fn section(&mut self, name: &str) {
        self.gap(10.0);
        self.keep_together(4);
        self.row(&[Cell::from(LEFT, RIGHT, name).bold().size(BODY + 2.0)]);
    }

    fn rule(&mut self) {
        let y = self.y + 1.0 - BODY;
        self.place(Placed::Rule { y });
        self.gap(3.0);
    }

    fn labelled(&mut self, indent: f32, label: &str, amount: &str, bold: bool) {
        let (mut label, mut amount) = (Cell::from(LEFT + indent, RIGHT - 110.0, label), Cell::upto(RIGHT, amount));
        (label.bold, amount.bold) = (bold, bold);
        self.row(&[label, amount]);
    }

    /// Places a row; a text that is too wide goes on below itself.
    fn row(&mut self, cells: &[Cell<'_>]) {
        let lines: Vec<Vec<String>> = cells.iter().map(|cell| self.wrapped(cell)).collect();
        let rows = lines.iter().map(Vec::len).max().unwrap_or(1);
        self.breaks(rows);
        let size = cells.iter().map(|cell| cell.size).fold(BODY, f32::max);
        for at in 0..rows {
            for (cell, lines) in cells.iter().zip(&lines) {
                let Some(text) = lines.get(at).filter(|text| !text.is_empty()) else { continue };
                let width = self.faces.of(cell.bold).width(text, cell.size);
                let x = match cell.side {
                    Side::From => cell.x,
                    Side::UpTo => cell.x - width,
                };
                let (y, size, bold) = (self.y, cell.size, cell.bold);
                self.place(Placed::Text { x, y, size, bold, text: text.clone() });
            }
            self.gap(size * LEADING);
        }
    }

    /// A cell's text in lines that fit, broken between words where that is possible.
    fn wrapped(&mut self, cell: &Cell<'_>) -> Vec<String> {
        let face = self.faces.of(cell.bold);
        let mut shown = String::new();
        for c in cell.text.chars() {
            if !face.shows(c) {
                self.not_shown.insert(c);
            }
            shown.push(c);
        }
        let (mut lines, mut line) = (Vec::new(), String::new());
        for word in shown.split_inclusive(' ') {
            if !line.is_empty()
                && face.width(line.as_str(), cell.size) + face.width(word.trim_end(), cell.size) > cell.width
            {
                lines.push(std::mem::take(&mut line).trim_end().to_owned());
            }
            for c in word.chars() {
                line.push(c);
                if c != ' ' && line.chars().count() > 1 && face.width(line.as_str(), cell.size) > cell.width {
                    line.pop();
                    lines.push(std::mem::replace(&mut line, c.to_string()));
                }
            }
        }
        lines.push(line.trim_end().to_owned());
        lines
    }
}

fn draw(faces: &Faces, pages: &[Vec<Placed>], title: &str, recorded: DateTime<Utc>) -> Result<Vec<u8>, String> {
    let archival = ConfigurationBuilder::new().with_archival_validator(Archival::A2_B).finish();
    let configuration = archival.map_err(|cause| format!("PDF/A is not possible: {cause:?}"))?;
    let mut document = Document::new_with(SerializeSettings { configuration, ..SerializeSettings::default() });
    let metadata = Metadata::new().title(title.to_owned()).language("en".to_owned()).creation_date(pdf_time(recorded));
    document.set_metadata(metadata);
    for (at, placed) in pages.iter().enumerate() {
        let settings = PageSettings::from_wh(PAGE.0, PAGE.1).ok_or("the page has no size")?;
        let mut page = document.start_page_with(settings);
        let mut surface = page.surface();
        for one in placed {
            match one {
                Placed::Text { x, y, size, bold, text } => {
                    draw_text(&mut surface, faces.of(*bold), Point::from_xy(*x, *y), *size, text);
                }
                Placed::Rule { y } => draw_rule(&mut surface, *y),
            }
        }
        let number = format!("{title} - page {} of {}", at + 1, pages.len());
        let place = Point::from_xy(LEFT, PAGE.1 - 44.0);
        draw_text(&mut surface, &faces.regular, place, BODY - 2.0, &number);
        surface.finish();
        page.finish();
    }
    document.finish().map_err(|cause| format!("writing the PDF failed: {cause:?}"))
}

/// A time as PDF has it. A recorded time has none of the parts that would not fit.
fn pdf_time(time: DateTime<Utc>) -> krilla::metadata::DateTime {
    let small = |part: u32| u8::try_from(part).unwrap_or_default();
    krilla::metadata::DateTime::new(u16::try_from(time.year()).unwrap_or_default())
        .month(small(time.month()))
        .day(small(time.day()))
        .hour(small(time.hour()))
        .minute(small(time.minute()))
        .second(small(time.second()))
        .utc_offset_hour(0)
        .utc_offset_minute(0)
}

fn draw_text(surface: &mut Surface<'_>, face: &Face, at: Point, size: f32, text: &str) {
    surface.draw_glyphs(at, &face.glyphs(text), face.font.clone(), text, size, false);
}

fn draw_rule(surface: &mut Surface<'_>, y: f32) {
    let mut path = PathBuilder::new();
    path.move_to(LEFT, y);
    path.line_to(RIGHT, y);
    let Some(path) = path.finish() else { return };
    let stroke = Stroke {
        paint: rgb::Color::new(90, 90, 90).into(),
        width: 0.6,
        opacity: NormalizedF32::ONE,
        ..Stroke::default()
    };
    surface.set_fill(None);
    surface.set_stroke(Some(stroke));
    surface.draw_path(&path);
    surface.set_stroke(None);
}
