//! Ruled tables of log entries: columns, wrapping, ditto marks, signatures.
//!
//! Draws entries on a sheet and says what a reader should find there. Page heads are in `logs`
//! and `cards`.

use jiff::civil::Date;

use crate::entries::{Aircraft, Entry, hours};
use crate::random::Random;
use crate::sheet::{Ink, Sheet, at, ink};
use crate::signatures::{Space, signature};
use crate::truth::LogRow;
use crate::writing::{Face, Faces, Machine, Type, printed, set_centered, sign, width_of};

/// How a clerk writes dates.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DateStyle {
    /// `3/14/78`
    Slashes,
    /// `03/14/78`
    PaddedSlashes,
    /// `03-14-78`
    Dashes,
    /// `14 MAR 78`
    Military,
    /// `03/14/1978`
    FullYear,
}

/// Writes a date in the clerk's way.
pub fn written(date: Date, style: DateStyle) -> String {
    let (year, month, day) = (date.year(), date.month(), date.day());
    let short = year % 100;
    match style {
        DateStyle::Slashes => format!("{month}/{day}/{short:02}"),
        DateStyle::PaddedSlashes => format!("{month:02}/{day:02}/{short:02}"),
        DateStyle::Dashes => format!("{month:02}-{day:02}-{short:02}"),
        DateStyle::FullYear => format!("{month:02}/{day:02}/{year}"),
        DateStyle::Military => {
            const MONTHS: [&str; 12] = [
                "JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC",
            ];
            format!("{day:02} {} {short:02}", MONTHS[usize::from(month.unsigned_abs()) - 1])
        }
    }
}

/// How repeated values are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Repeats {
    InFull,
    /// A ditto mark under the value it repeats.
    Ditto,
}

/// Capitals or not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Letters {
    AsWritten,
    Capitals,
}

/// A ruled table.
#[derive(Debug, Clone)]
pub struct Table {
    /// Words over the columns: date, hours, work, certificate, signature; `|` breaks a line.
    pub headers: [&'static str; 5],
    /// Left edges of the columns and the right edge of the last, mm.
    pub edges: [f32; 6],
    pub top_mm: f32,
    pub head_mm: f32,
    pub row_mm: f32,
    pub rows: usize,
    pub rules: Ink,
    pub heading: Type,
    pub dates: DateStyle,
    pub repeats: Repeats,
    pub letters: Letters,
    pub pens: &'static [Ink],
}

pub const BLUE_PEN: Ink = ink(38, 52, 132);
pub const BLACK_PEN: Ink = ink(40, 38, 44);

impl Table {
    /// Returns a table for letter paper in portrait.
    pub fn letter(headers: [&'static str; 5], top_mm: f32) -> Self {
        Self {
            headers,
            edges: [15.0, 38.0, 59.5, 147.0, 178.5, 205.0],
            top_mm,
            head_mm: 8.0,
            row_mm: 6.9,
            rows: 27,
            rules: ink(120, 150, 190),
            heading: printed(Face::SansBold, 8.0),
            dates: DateStyle::Slashes,
            repeats: Repeats::InFull,
            letters: Letters::AsWritten,
            pens: &[BLUE_PEN],
        }
    }

    /// Draws the rules and the words over the columns.
    pub fn draw_form(&self, sheet: &mut Sheet, faces: &Faces) {
        let (left, right) = (self.edges[0], self.edges[5]);
        let body = self.top_mm + self.head_mm;
        let bottom = body + self.row_mm * self.rows as f32;
        let dark = ink(60, 62, 74);
        for y in [self.top_mm, body, bottom] {
            sheet.rule(at(left, y), at(right, y), 0.4, dark);
        }
        for row in 1..self.rows {
            let y = body + self.row_mm * row as f32;
            sheet.rule(at(left, y), at(right, y), 0.18, self.rules);
        }
        for edge in self.edges {
            sheet.rule(at(edge, self.top_mm), at(edge, bottom), 0.3, dark);
        }
        for (index, header) in self.headers.iter().enumerate() {
            let middle = f32::midpoint(self.edges[index], self.edges[index + 1]);
            let lines: Vec<&str> = header.split('|').collect();
            let line_mm = self.heading.points * 0.42;
            let first =
                self.top_mm + (self.head_mm - line_mm * lines.len() as f32) / 2.0 + line_mm * 0.8;
            for (number, line) in lines.iter().enumerate() {
                let place = at(middle, first + line_mm * number as f32);
                set_centered(sheet, faces, self.heading, place, line);
            }
        }
    }

    /// Returns how many entries of the list fit, from its start.
    pub fn fitting(&self, entries: &[Entry], pitch_mm: f32) -> usize {
        let mut used = 0;
        entries
            .iter()
            .take_while(|entry| {
                used += self.lines_of(entry, pitch_mm).len();
                used <= self.rows
            })
            .count()
    }

    fn lines_of(&self, entry: &Entry, pitch_mm: f32) -> Vec<String> {
        let columns = ((self.edges[3] - self.edges[2] - 2.2) / pitch_mm) as usize;
        let work = match self.letters {
            Letters::AsWritten => entry.work.clone(),
            Letters::Capitals => entry.work.to_uppercase(),
        };
        wrapped(&work, columns)
    }

    /// Writes entries into the table; returns what stands there, without page and head values.
    pub fn write(
        &self,
        sheet: &mut Sheet,
        faces: &Faces,
        machine: &mut Machine,
        entries: &[Entry],
    ) -> Vec<LogRow> {
        let mut rows = Vec::new();
        let mut line = 0;
        let mut random = Random::new(machine.random.bits());
        let mut above: Option<&Entry> = None;
        for entry in entries {
            let baseline = |line: usize| {
                self.top_mm + self.head_mm + self.row_mm * (line as f32 + 1.0) - self.row_mm * 0.27
            };
            let lines = self.lines_of(entry, machine.pitch_mm);
            let loose = machine.stray_mm * 6.0;
            let base = baseline(line) + random.bell() * loose * 0.4;
            let ditto = |same: fn(&Entry, &Entry) -> bool, full: String| match (self.repeats, above)
            {
                (Repeats::Ditto, Some(previous)) if same(previous, entry) => "  \"".to_owned(),
                (Repeats::Ditto | Repeats::InFull, _) => full,
            };
            let date = ditto(|a, b| a.date == b.date, written(entry.date, self.dates));
            let certificate =
                ditto(|a, b| a.mechanic.number == b.mechanic.number, entry.mechanic.certificate());
            let time = hours(entry.tenths);
            let time_left = self.edges[2] - 1.6 - time.len() as f32 * machine.pitch_mm;
            machine.write(
                sheet,
                faces,
                at(self.edges[0] + 1.2 + random.bell() * loose, base),
                &date,
            );
            machine.write(sheet, faces, at(time_left + random.bell() * loose * 0.3, base), &time);
            for (index, text) in lines.iter().enumerate() {
                let y = base + self.row_mm * index as f32;
                machine.write(sheet, faces, at(self.edges[2] + 1.2, y), text);
            }
            machine.write(
                sheet,
                faces,
                at(self.edges[3] + 1.2 + random.bell() * loose, base),
                &certificate,
            );
            self.scribble(sheet, faces, (entry, base), &mut random);
            rows.push(LogRow {
                date: entry.date,
                hours: time,
                description: lines.join(" "),
                certificate: entry.mechanic.number.to_owned(),
                ..LogRow::default()
            });
            line += lines.len();
            above = Some(entry);
        }
        rows
    }

    /// Signs an entry.
    fn scribble(&self, sheet: &mut Sheet, faces: &Faces, what: (&Entry, f32), random: &mut Random) {
        let (entry, base) = what;
        let name = entry.mechanic.name;
        let last = name.as_bytes()[name.len() - 1];
        let pen = self.pens[usize::from(last) % self.pens.len()].with_strength(0.92);
        let room = self.edges[5] - self.edges[4] - 2.0;
        let place = at(self.edges[4] + 1.0, base + 0.4 + random.bell() * 0.4);
        if last != b'r' {
            signature(sheet, name, &Space { at: place, width_mm: room, pen }, random);
            return;
        }
        let style = Type { face: Face::Script, points: 23.0 * random.between(0.9, 1.1), ink: pen };
        let fit = (room / width_of(faces, style, name)).min(1.0);
        let style = Type { points: style.points * fit, ..style };
        sign(sheet, faces, style, place, (name, random.between(0.0, 6.0)));
    }
}

/// Breaks a text into lines of at most `columns` characters, at spaces.
pub fn wrapped(text: &str, columns: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split(' ') {
        match lines.last_mut() {
            Some(line) if line.len() + 1 + word.len() <= columns => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}

/// Puts the head of the page and the page number on the rows.
pub fn completed(
    rows: Vec<LogRow>,
    aircraft: Aircraft,
    total_time: &str,
    page: u32,
) -> Vec<LogRow> {
    rows.into_iter()
        .zip(1..)
        .map(|(row, number)| LogRow {
            page,
            row: number,
            registration: aircraft.registration.to_owned(),
            serial_number: aircraft.serial.to_owned(),
            total_time: total_time.to_owned(),
            ..row
        })
        .collect()
}
