//! Index cards of archives and museums: lines to fill in, boxes, or typed from top to bottom.

use crate::sheet::{Sheet, at, ink};
use crate::truth::IndexCard;
use crate::writing::{Face, Faces, Machine, printed, set};

/// A caption, and what a clerk wrote after it.
pub type Entry = (&'static str, &'static str);

/// What stands on an index card. The remarks may have several lines.
pub struct Item {
    pub paper: [u8; 3],
    pub heading: &'static str,
    pub number: Entry,
    pub title: Entry,
    /// Caption, what is written, and the date it means: `1978-03-12`, `1978-03` or `1978`.
    pub date: (&'static str, &'static str, &'static str),
    pub location: Entry,
    /// Further entries that no field asks for.
    pub others: &'static [Entry],
    pub remarks: (&'static str, &'static [&'static str]),
}

impl Item {
    /// Returns what a perfect reader finds on the card, which is on the given page.
    pub fn truth(&self, page: u32) -> IndexCard {
        IndexCard {
            page,
            number: self.number.1,
            title: self.title.1,
            date: self.date.2,
            location: self.location.1,
            remarks: self.remarks.1.join(" "),
        }
    }
}

/// A 5 × 8 in card with a red line under its heading and dotted lines to write on.
pub fn lined(faces: &Faces, item: &Item, machine: &mut Machine) -> Sheet {
    let mut sheet = Sheet::new(203.2, 127.0, item.paper);
    let label = printed(Face::Sans, 9.0);
    let line = ink(120, 120, 132);
    set(&mut sheet, faces, printed(Face::SerifBold, 12.0), at(10.0, 11.0), item.heading);
    sheet.rule(at(0.0, 14.0), at(203.2, 14.0), 0.35, ink(206, 84, 84));
    let from = set(&mut sheet, faces, label, at(128.0, 11.0), item.number.0) + 2.0;
    machine.write(&mut sheet, faces, at(from, 10.8), item.number.1);
    let mut y = 23.0;
    let mut entries = vec![item.title, (item.date.0, item.date.1), item.location];
    entries.extend(item.others);
    for (caption, value) in entries {
        let from = set(&mut sheet, faces, label, at(10.0, y), caption) + 1.5;
        sheet.rule(at(from, y + 0.9), at(194.0, y + 0.9), 0.2, line);
        machine.write(&mut sheet, faces, at(from + 2.0, y - 0.2), value);
        y += 9.0;
    }
    let from = set(&mut sheet, faces, label, at(10.0, y), item.remarks.0) + 3.5;
    for text in item.remarks.1 {
        machine.write(&mut sheet, faces, at(from, y - 0.2), text);
        y += 6.0;
    }
    sheet
}

/// A card of boxes with small captions over their values.
pub fn gridded(faces: &Faces, item: &Item, machine: &mut Machine) -> Sheet {
    let mut sheet = Sheet::new(203.2, 127.0, item.paper);
    let black = ink(48, 48, 56);
    set(&mut sheet, faces, printed(Face::SansBold, 11.0), at(10.0, 10.0), item.heading);
    let caption = printed(Face::Sans, 7.5);
    let mut boxes = vec![
        (item.number, 10.0, 14.0, 58.0),
        (item.title, 68.0, 14.0, 125.0),
        ((item.date.0, item.date.1), 10.0, 28.0, 58.0),
        (item.location, 68.0, 28.0, 125.0),
    ];
    for (index, other) in item.others.iter().enumerate() {
        boxes.push((*other, 10.0, 42.0 + 14.0 * index as f32, 183.0));
    }
    let mut bottom = 28.0;
    for ((label, value), left, top, width) in boxes {
        sheet.frame(at(left, top), at(width, 14.0), 0.3, black);
        set(&mut sheet, faces, caption, at(left + 1.5, top + 4.2), label);
        machine.write(&mut sheet, faces, at(left + 4.0, top + 11.2), value);
        bottom = top;
    }
    let top = bottom + 14.0;
    sheet.frame(at(10.0, top), at(183.0, 117.0 - top), 0.3, black);
    set(&mut sheet, faces, caption, at(11.5, top + 4.2), item.remarks.0);
    for (line, text) in item.remarks.1.iter().enumerate() {
        machine.write(&mut sheet, faces, at(14.0, top + 11.0 + 6.0 * line as f32), text);
    }
    sheet
}

/// A 3 × 5 in card, all of it typed.
pub fn typed(faces: &Faces, item: &Item, machine: &mut Machine) -> Sheet {
    let mut sheet = Sheet::new(127.0, 76.2, item.paper);
    let mut lines = vec![item.heading.to_owned(), String::new()];
    let mut entries = vec![item.number, item.title, (item.date.0, item.date.1), item.location];
    entries.extend(item.others);
    lines.extend(entries.into_iter().map(|(caption, value)| format!("{caption} {value}")));
    for (line, text) in item.remarks.1.iter().enumerate() {
        let caption = if line == 0 { format!("{} ", item.remarks.0) } else { "    ".to_owned() };
        lines.push(format!("{caption}{text}"));
    }
    let mut y = 9.5;
    for line in &lines {
        machine.write(&mut sheet, faces, at(7.0, y), line);
        y += 6.35;
    }
    sheet
}
