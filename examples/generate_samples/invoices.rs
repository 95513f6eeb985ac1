//! Invoices of invented firms: printed letterheads, boxed forms, typed ones.
//!
//! The amounts add up: lines, subtotal, tax, total.

use jiff::civil::Date;

use crate::sheet::{Sheet, at, ink};
use crate::truth::Invoice;
use crate::writing::{Face, Faces, Machine, Type, printed, set, set_centered, width_of};

const PAPER: [u8; 3] = [250, 249, 245];
const LINE_MM: f32 = 5.2;

/// What stands on an invoice.
pub struct Bill {
    pub vendor: &'static str,
    pub vendor_address: &'static [&'static str],
    pub customer: &'static str,
    pub customer_address: &'static [&'static str],
    pub number: &'static str,
    /// The date and how it is printed.
    pub date: (Date, &'static str),
    pub due: Option<(Date, &'static str)>,
    /// Description, quantity, price of one in hundredths.
    pub items: &'static [(&'static str, u32, u32)],
    /// In tenths of a percent.
    pub tax_rate: u32,
    pub words: Words,
    pub money: Money,
}

/// The captions of an invoice.
pub struct Words {
    pub title: &'static str,
    pub number: &'static str,
    pub date: &'static str,
    pub due: &'static str,
    pub customer: &'static str,
    pub subtotal: &'static str,
    pub tax: &'static str,
    pub total: &'static str,
}

/// How amounts are printed.
pub struct Money {
    /// Before the total, and its code.
    pub sign: &'static str,
    pub code: &'static str,
    pub style: Style,
}

/// Signs that divide an amount.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Style {
    /// `1,234.50`
    Point,
    /// `1.234,50`
    Comma,
}

impl Money {
    fn amount(&self, hundredths: u32) -> String {
        let (divider, decimal) = match self.style {
            Style::Point => (',', '.'),
            Style::Comma => ('.', ','),
        };
        let whole = (hundredths / 100).to_string();
        let mut text = String::new();
        for (place, digit) in whole.chars().enumerate() {
            if place > 0 && (whole.len() - place).is_multiple_of(3) {
                text.push(divider);
            }
            text.push(digit);
        }
        format!("{text}{decimal}{:02}", hundredths % 100)
    }

    fn with_sign(&self, hundredths: u32) -> String {
        let gap = if self.sign.len() > 1 { " " } else { "" };
        format!("{}{gap}{}", self.sign, self.amount(hundredths))
    }
}

impl Bill {
    /// Returns subtotal, tax and total in hundredths.
    fn sums(&self) -> [u32; 3] {
        let subtotal = self.items.iter().map(|(_, count, price)| count * price).sum();
        let tax = (subtotal * self.tax_rate + 500) / 1000;
        [subtotal, tax, subtotal + tax]
    }

    fn truth(&self) -> Invoice {
        let plain = |hundredths: u32| format!("{}.{:02}", hundredths / 100, hundredths % 100);
        let [subtotal, tax, total] = self.sums();
        Invoice {
            number: self.number,
            date: self.date.0,
            due_date: self.due.map(|(date, _)| date),
            vendor: self.vendor,
            customer: self.customer,
            currency: self.money.code,
            subtotal: plain(subtotal),
            tax: plain(tax),
            total: plain(total),
            page: 1,
        }
    }

    /// Returns caption and amount of each sum, the total with the sign of its currency.
    fn sum_lines(&self) -> [(&'static str, String); 3] {
        let [subtotal, tax, total] = self.sums();
        [
            (self.words.subtotal, self.money.amount(subtotal)),
            (self.words.tax, self.money.amount(tax)),
            (self.words.total, self.money.with_sign(total)),
        ]
    }
}

fn set_right(sheet: &mut Sheet, faces: &Faces, style: Type, place: (f32, f32), text: &str) {
    let left = place.0 - width_of(faces, style, text);
    set(sheet, faces, style, at(left, place.1), text);
}

/// Sets a column of lines; returns the height of the next one.
fn set_lines(
    sheet: &mut Sheet,
    faces: &Faces,
    style: Type,
    place: (f32, f32),
    lines: &[&str],
) -> f32 {
    let mut y = place.1;
    for line in lines {
        set(sheet, faces, style, at(place.0, y), line);
        y += LINE_MM;
    }
    y
}

/// Draws the lines of an invoice as a table; returns the height below it.
fn item_table(sheet: &mut Sheet, faces: &Faces, bill: &Bill, top: f32, style: Type) -> f32 {
    let black = ink(40, 40, 46);
    let head = printed(Face::SansBold, 9.0);
    let mut y = top;
    sheet.rule(at(18.0, y - 5.0), at(192.0, y - 5.0), 0.3, black);
    set(sheet, faces, head, at(20.0, y), "Description");
    for (right, caption) in [(128.0, "Qty"), (158.0, "Unit Price"), (190.0, "Amount")] {
        set_right(sheet, faces, head, (right, y), caption);
    }
    sheet.rule(at(18.0, y + 2.0), at(192.0, y + 2.0), 0.3, black);
    y += 8.0;
    for (name, count, price) in bill.items {
        set(sheet, faces, style, at(20.0, y), name);
        set_right(sheet, faces, style, (128.0, y), &count.to_string());
        set_right(sheet, faces, style, (158.0, y), &bill.money.amount(*price));
        set_right(sheet, faces, style, (190.0, y), &bill.money.amount(count * price));
        y += 6.4;
    }
    sheet.rule(at(18.0, y - 2.0), at(192.0, y - 2.0), 0.3, black);
    y + 5.0
}

/// A letterhead at the left, the title and its numbers at the right.
pub fn letterhead(faces: &Faces, bill: &Bill, face: Face) -> (Sheet, Invoice) {
    let mut sheet = Sheet::new(210.0, 297.0, PAPER);
    let bold = if face == Face::Sans { Face::SansBold } else { Face::SerifBold };
    let text = printed(face, 10.0);
    set(&mut sheet, faces, printed(bold, 15.0), at(20.0, 24.0), bill.vendor);
    set_lines(&mut sheet, faces, printed(face, 9.0), (20.0, 30.5), bill.vendor_address);
    set_right(&mut sheet, faces, printed(bold, 20.0), (190.0, 26.0), bill.words.title);
    let mut y = 48.0;
    let mut heads = vec![(bill.words.number, bill.number), (bill.words.date, bill.date.1)];
    heads.extend(bill.due.map(|(_, printed)| (bill.words.due, printed)));
    for (caption, value) in heads {
        set(&mut sheet, faces, printed(bold, 10.0), at(122.0, y), &format!("{caption}:"));
        set(&mut sheet, faces, text, at(158.0, y), value);
        y += 6.0;
    }
    set(
        &mut sheet,
        faces,
        printed(bold, 10.0),
        at(20.0, 62.0),
        &format!("{}:", bill.words.customer),
    );
    let below = set_lines(&mut sheet, faces, text, (20.0, 68.0), &[bill.customer]);
    set_lines(&mut sheet, faces, text, (20.0, below), bill.customer_address);
    let mut y = item_table(&mut sheet, faces, bill, 102.0, text);
    for (line, (caption, amount)) in bill.sum_lines().into_iter().enumerate() {
        let style = if line == 2 { printed(bold, 11.0) } else { text };
        set(&mut sheet, faces, style, at(130.0, y), caption);
        set_right(&mut sheet, faces, style, (190.0, y), &amount);
        y += 7.0;
    }
    let thanks =
        "Please quote the number of this invoice with your payment. Thank you for your business.";
    set_centered(&mut sheet, faces, printed(face, 8.5), at(105.0, 280.0), thanks);
    (sheet, bill.truth())
}

/// A centered letterhead, and boxes with small captions over their values.
pub fn boxed(faces: &Faces, bill: &Bill, machine: &mut Machine) -> (Sheet, Invoice) {
    let mut sheet = Sheet::new(210.0, 297.0, PAPER);
    let black = ink(36, 36, 42);
    set_centered(&mut sheet, faces, printed(Face::SerifBold, 16.0), at(105.0, 20.0), bill.vendor);
    for (line, text) in bill.vendor_address.iter().enumerate() {
        let y = 26.0 + 4.6 * line as f32;
        set_centered(&mut sheet, faces, printed(Face::Serif, 9.5), at(105.0, y), text);
    }
    set_centered(
        &mut sheet,
        faces,
        printed(Face::SansBold, 14.0),
        at(105.0, 46.0),
        bill.words.title,
    );
    sheet.frame(at(18.0, 52.0), at(94.0, 34.0), 0.3, black);
    let caption = printed(Face::Sans, 7.5);
    set(&mut sheet, faces, caption, at(20.0, 56.5), bill.words.customer);
    machine.write(&mut sheet, faces, at(22.0, 63.0), bill.customer);
    for (line, text) in bill.customer_address.iter().enumerate() {
        machine.write(&mut sheet, faces, at(22.0, 69.0 + 5.6 * line as f32), text);
    }
    let due = bill.due.map_or("", |(_, printed)| printed);
    let boxes =
        [(bill.words.number, bill.number), (bill.words.date, bill.date.1), (bill.words.due, due)];
    for (index, (label, value)) in boxes.into_iter().enumerate() {
        let top = 52.0 + 11.33 * index as f32;
        sheet.frame(at(116.0, top), at(76.0, 11.33), 0.3, black);
        set(&mut sheet, faces, caption, at(118.0, top + 4.0), label);
        machine.write(&mut sheet, faces, at(122.0, top + 9.6), value);
    }
    let mut y = item_table(&mut sheet, faces, bill, 98.0, printed(Face::Serif, 10.0));
    for (label, amount) in bill.sum_lines() {
        sheet.frame(at(112.0, y - 5.0), at(80.0, 8.0), 0.3, black);
        set(&mut sheet, faces, printed(Face::Sans, 9.0), at(114.0, y), label);
        let left = 189.0 - amount.chars().count() as f32 * machine.pitch_mm;
        machine.write(&mut sheet, faces, at(left, y), &amount);
        y += 8.0;
    }
    (sheet, bill.truth())
}

/// Written on a machine from top to bottom.
pub fn typed(faces: &Faces, bill: &Bill, machine: &mut Machine) -> (Sheet, Invoice) {
    const COLUMNS: usize = 66;
    let mut sheet = Sheet::new(215.9, 279.4, PAPER);
    let pair = |left: &str, right: &str| {
        let gap = COLUMNS.saturating_sub(left.len() + right.len());
        format!("{left}{}{right}", " ".repeat(gap))
    };
    let mut lines = vec![bill.vendor.to_owned()];
    lines.extend(bill.vendor_address.iter().map(|line| (*line).to_owned()));
    lines.push(String::new());
    lines.push(format!("{}{}", " ".repeat(28), bill.words.title));
    lines.push(String::new());
    let number = format!("{}: {}", bill.words.number, bill.number);
    lines.push(pair(&number, &format!("{}: {}", bill.words.date, bill.date.1)));
    if let Some((_, due)) = bill.due {
        lines.push(format!("{}: {due}", bill.words.due));
    }
    lines.push(String::new());
    lines.push(format!("{}: {}", bill.words.customer, bill.customer));
    let indent = " ".repeat(bill.words.customer.len() + 2);
    lines.extend(bill.customer_address.iter().map(|line| format!("{indent}{line}")));
    lines.push(String::new());
    for (name, count, price) in bill.items {
        let left = format!("{count:>4}  {name} @ {}", bill.money.amount(*price));
        lines.push(pair(&left, &bill.money.amount(count * price)));
    }
    lines.push(String::new());
    for (caption, amount) in bill.sum_lines() {
        lines.push(pair(caption, &amount));
    }
    let mut y = 26.0;
    for line in &lines {
        machine.write(&mut sheet, faces, at(24.0, y), line);
        y += 6.35;
    }
    (sheet, bill.truth())
}
