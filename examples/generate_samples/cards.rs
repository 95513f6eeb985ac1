//! Index cards and task cards: small forms with boxed heads and a few entries.

use crate::entries::{Aircraft, Entry};
use crate::logs::Drawn;
use crate::sheet::{Ink, Sheet, at, ink};
use crate::tables::Table;
use crate::writing::{Face, Faces, Machine, printed, set, set_centered};

/// A 5 × 8 in card as it is printed.
pub struct Card<'a> {
    pub paper: [u8; 3],
    pub title: &'a str,
    /// Label, value and left edge in mm; two lines of them.
    pub head: [&'a [(&'a str, String, f32)]; 2],
    pub table: &'a Table,
}

/// Returns the table of an index card.
pub fn card_table(headers: [&'static str; 5]) -> Table {
    Table {
        edges: [8.0, 31.5, 53.5, 139.5, 170.5, 196.0],
        head_mm: 6.2,
        row_mm: 6.35,
        rows: 13,
        rules: ink(150, 180, 214),
        ..Table::letter(headers, 33.0)
    }
}

/// Draws an index card with its entries.
pub fn index_card(faces: &Faces, card: &Card, machine: &mut Machine, entries: &[Entry]) -> Drawn {
    let mut sheet = Sheet::new(203.2, 127.0, card.paper);
    set(&mut sheet, faces, printed(Face::SerifBold, 12.0), at(9.0, 10.5), card.title);
    sheet.rule(at(0.0, 13.2), at(203.2, 13.2), 0.35, ink(206, 84, 84));
    for (line, fields) in card.head.iter().enumerate() {
        let y = 20.0 + 8.0 * line as f32;
        for (index, (label, value, left)) in fields.iter().enumerate() {
            let from = set(&mut sheet, faces, printed(Face::Sans, 8.5), at(*left, y), label) + 1.0;
            let to = fields.get(index + 1).map_or(196.0, |next| next.2 - 2.0);
            sheet.rule(at(from, y + 0.9), at(to, y + 0.9), 0.2, ink(90, 92, 104));
            machine.write(&mut sheet, faces, at(from + 1.0, y - 0.2), value);
        }
    }
    card.table.draw_form(&mut sheet, faces);
    let rows = card.table.write(&mut sheet, faces, machine, entries);
    Drawn { sheet, rows }
}

/// What stands in the boxes of a task card.
pub struct Task<'a> {
    pub company: &'a str,
    pub card_number: &'a str,
    pub work_order: &'a str,
    pub chapter: &'a str,
    pub location: &'a str,
    pub subject: &'a str,
    pub aircraft: Aircraft,
    pub total_time: &'a str,
    pub paper: [u8; 3],
    pub print: Ink,
}

/// Returns the table of a task card.
pub fn task_table() -> Table {
    Table {
        rows: 14,
        row_mm: 7.6,
        ..Table::letter(["DATE", "A/C HOURS", "WORK PERFORMED", "CERT. NO.", "SIGNED"], 88.0)
    }
}

/// Draws a task card: boxes with small labels at the top, steps as a table below.
pub fn task_card(
    faces: &Faces,
    task: &Task,
    table: &Table,
    machine: &mut Machine,
    entries: &[Entry],
) -> Drawn {
    let mut sheet = Sheet::new(215.9, 229.0, task.paper);
    let print = |points: f32, face: Face| printed(face, points).inked(task.print);
    set(&mut sheet, faces, print(11.0, Face::SansBold), at(15.0, 17.0), task.company);
    set_centered(
        &mut sheet,
        faces,
        print(15.0, Face::SansBold),
        at(160.0, 17.5),
        "MAINTENANCE TASK CARD",
    );
    let boxes = [
        [
            ("CARD NO.", task.card_number, 15.0),
            ("WORK ORDER", task.work_order, 62.0),
            ("ATA", task.chapter, 110.0),
            ("LOCATION", task.location, 150.0),
        ],
        [
            ("A/C REGISTRATION", task.aircraft.registration, 15.0),
            ("A/C SERIAL NO.", task.aircraft.serial, 62.0),
            ("A/C TOTAL TIME", task.total_time, 110.0),
            ("TYPE", task.aircraft.make, 150.0),
        ],
    ];
    for (line, row) in boxes.iter().enumerate() {
        let top = 24.0 + 15.0 * line as f32;
        sheet.frame(at(15.0, top), at(190.0, 15.0), 0.35, task.print);
        for (label, value, left) in row {
            sheet.rule(at(*left, top), at(*left, top + 15.0), 0.3, task.print);
            set(&mut sheet, faces, print(7.5, Face::Sans), at(left + 1.4, top + 4.2), label);
            machine.write(&mut sheet, faces, at(left + 3.0, top + 11.6), value);
        }
    }
    sheet.frame(at(15.0, 54.0), at(190.0, 24.0), 0.35, task.print);
    set(&mut sheet, faces, print(7.5, Face::Sans), at(16.4, 58.4), "TASK");
    for (index, line) in crate::tables::wrapped(task.subject, 78).iter().enumerate() {
        machine.write(&mut sheet, faces, at(20.0, 65.0 + 6.2 * index as f32), line);
    }
    table.draw_form(&mut sheet, faces);
    let rows = table.write(&mut sheet, faces, machine, entries);
    let foot = "INSPECTOR ACCEPTANCE: ______________________   DATE: ____________   STAMP:";
    set(&mut sheet, faces, print(8.0, Face::Sans), at(15.0, 213.0), foot);
    Drawn { sheet, rows }
}
