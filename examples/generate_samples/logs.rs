//! Pages of aircraft log books: the printed head, the ruled table, the stamps.
//!
//! Returns sheets with what stands on them; `catalogue` decides how they age and are scanned.

use crate::entries::{Aircraft, Entry};
use crate::random::Random;
use crate::sheet::{At, Ink, Sheet, at, ink};
use crate::tables::{Table, completed};
use crate::truth::LogRow;
use crate::writing::{Face, Faces, Machine, printed, set, set_centered, stamp, width_of};

/// A line of the page head: printed labels, each with what is typed after it.
pub type HeadLine<'a> = &'a [(&'a str, String, f32)];

/// What makes a page of a book.
pub struct Page<'a> {
    pub size: At,
    pub paper: [u8; 3],
    pub title: &'a str,
    pub title_face: Face,
    /// Labels with their values and left edges in mm, line by line.
    pub head: &'a [HeadLine<'a>],
    pub label_points: f32,
    pub table: &'a Table,
    pub footer: &'a str,
}

/// A drawn page and the rows that stand on it.
pub struct Drawn {
    pub sheet: Sheet,
    pub rows: Vec<LogRow>,
}

/// Draws a page: form, head and entries.
pub fn draw(faces: &Faces, page: &Page, machine: &mut Machine, entries: &[Entry]) -> Drawn {
    let mut sheet = Sheet::new(page.size.x, page.size.y, page.paper);
    let middle = f32::midpoint(page.table.edges[0], page.table.edges[5]);
    set_centered(
        &mut sheet,
        faces,
        printed(page.title_face, page.label_points * 1.75),
        at(middle, page.table.top_mm - 8.2 * page.head.len() as f32 - 5.0),
        page.title,
    );
    for (line, fields) in page.head.iter().enumerate() {
        let y = page.table.top_mm - 8.2 * (page.head.len() - line) as f32 + 3.4;
        for (index, (label, value, left)) in fields.iter().enumerate() {
            let style = printed(Face::Sans, page.label_points);
            let from = set(&mut sheet, faces, style, at(*left, y), label) + 1.0;
            let to = fields.get(index + 1).map_or(page.table.edges[5], |next| next.2 - 2.5);
            sheet.rule(at(from, y + 0.9), at(to, y + 0.9), 0.2, ink(90, 92, 104));
            machine.write(&mut sheet, faces, at(from + 1.2, y - 0.2), value);
        }
    }
    page.table.draw_form(&mut sheet, faces);
    let bottom =
        page.table.top_mm + page.table.head_mm + page.table.row_mm * page.table.rows as f32;
    set(
        &mut sheet,
        faces,
        printed(Face::Sans, 6.5),
        at(page.table.edges[0], bottom + 4.0),
        page.footer,
    );
    let rows = page.table.write(&mut sheet, faces, machine, entries);
    Drawn { sheet, rows }
}

impl Drawn {
    /// Adds to each row what the head of the page says.
    pub fn with_head(self, aircraft: Aircraft, total_time: &str, number: u32) -> Self {
        Self { rows: completed(self.rows, aircraft, total_time, number), sheet: self.sheet }
    }
}

/// A rubber stamp of an inspector or of a shop, askew.
pub fn shop_stamp(sheet: &mut Sheet, faces: &Faces, place: (At, f32), color: Ink, lines: &[&str]) {
    let mut random = Random::new((place.0.x * 100.0) as u64 * 7919 + lines.len() as u64);
    stamp(
        sheet,
        faces,
        printed(Face::SansBold, 10.0).inked(color.with_strength(0.75)),
        place,
        (lines, &mut random),
    );
}

/// Draws a listing of a computer printer on green-barred paper: no rules, the head printed too.
pub fn listing(
    faces: &Faces,
    head: &[String],
    table: &Table,
    machine: &mut Machine,
    entries: &[Entry],
) -> Drawn {
    let mut sheet = Sheet::new(279.4, 215.9, [246, 245, 236]);
    let mut y = 8.0;
    while y < 206.0 {
        sheet.fill(at(12.7, y), at(254.0, 12.7), ink(214, 234, 214));
        y += 25.4;
    }
    for row in 0..17 {
        let height = 6.35 + row as f32 * 12.7;
        for x in [6.3, 273.0] {
            let hole: Vec<At> = (0..=24)
                .map(|step| {
                    let angle = step as f32 / 24.0 * std::f32::consts::TAU;
                    at(x + angle.cos() * 1.9, height + angle.sin() * 1.9)
                })
                .collect();
            sheet.stroke(&hole, 0.5, ink(150, 150, 150));
        }
    }
    for (line, text) in head.iter().enumerate() {
        machine.write(
            &mut sheet,
            faces,
            at(table.edges[0] + 1.2, table.top_mm - 5.6 * (head.len() - line) as f32),
            text,
        );
    }
    for (index, header) in table.headers.iter().enumerate() {
        let place = at(table.edges[index] + 1.2, table.top_mm + 3.0);
        machine.write(&mut sheet, faces, place, header);
    }
    let dashes = "-".repeat(((table.edges[5] - table.edges[0]) / machine.pitch_mm) as usize - 1);
    machine.write(&mut sheet, faces, at(table.edges[0] + 1.2, table.top_mm + 6.6), &dashes);
    let rows = table.write(&mut sheet, faces, machine, entries);
    Drawn { sheet, rows }
}

/// Writes a note in the margin by pen.
pub fn margin_note(sheet: &mut Sheet, faces: &Faces, place: (At, f32), pen: Ink, text: &str) {
    let style = crate::writing::Type { face: Face::Ballpoint, points: 13.0, ink: pen };
    crate::writing::sign(sheet, faces, style, place.0, (text, place.1));
    if place.1.abs() < 10.0 {
        let end = place.0.x + width_of(faces, style, text);
        sheet.stroke(&[at(place.0.x, place.0.y + 1.6), at(end, place.0.y + 1.2)], 0.25, pen);
    }
}
