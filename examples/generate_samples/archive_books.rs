//! The books among the samples: several pages of one aircraft, typed and listed by computer.

use jiff::civil::date;

use crate::aging::{age_paper, punch};
use crate::containers::{PdfPage, pdf, tiff};
use crate::entries::{
    Aircraft, BRANNOCK, Entry, HOLLIS, PRAIRIE, STADLER, Start, Trade, history, hours,
};
use crate::logs::{HeadLine, Page, draw, listing, shop_stamp};
use crate::random::Random;
use crate::scanner::{Output, Scanner, scan, scanner};
use crate::sheet::{at, ink};
use crate::tables::{DateStyle, Letters, Table};
use crate::truth::Content;
use crate::writing::{ELITE_MM, Face, Faces, Machine};
use crate::{Made, stored};

/// Takes from a history what fits on each page of a table, page after page.
fn pages_of(table: &Table, pitch_mm: f32, entries: &[Entry], pages: usize) -> Vec<Vec<Entry>> {
    let mut rest = entries;
    let mut book = Vec::new();
    for _ in 0..pages {
        let (page, later) = rest.split_at(table.fitting(rest, pitch_mm));
        book.push(page.to_vec());
        rest = later;
    }
    book
}

/// Four pages of an airframe log, well typed and well scanned.
pub fn clean_book(faces: &Faces) -> anyhow::Result<Made> {
    let aircraft = Aircraft { registration: "N4521K", make: "Cessna 172M", serial: "17262345" };
    let table = Table {
        dates: DateStyle::PaddedSlashes,
        ..Table::letter(
            ["DATE", "TACH|TIME", "DESCRIPTION OF WORK PERFORMED", "CERTIFICATE|NO.", "SIGNATURE"],
            48.0,
        )
    };
    let start = Start { date: date(1974, 3, 11), tenths: 23_146, days: 48, flown: 420 };
    let entries = history(11, Trade::Airframe, start, 70, &[HOLLIS, BRANNOCK]);
    let mut machine = Machine::typewriter(Face::Courier, ELITE_MM, 12);
    machine.ink = ink(26, 26, 30);
    let mut scans = Vec::new();
    let mut rows = Vec::new();
    for (page, number) in pages_of(&table, ELITE_MM, &entries, 4).iter().zip(1..) {
        let total = hours(page[0].tenths);
        let head: [HeadLine; 2] = [
            &[
                ("Registration", aircraft.registration.into(), 15.0),
                ("Make", aircraft.make.into(), 78.0),
                ("Page", number.to_string(), 168.0),
            ],
            &[("Serial No.", aircraft.serial.into(), 15.0), ("Total Time", total.clone(), 110.0)],
        ];
        let form = Page {
            size: at(215.9, 279.4),
            paper: [246, 244, 237],
            title: "AIRCRAFT LOG",
            title_face: Face::SerifBold,
            head: &head,
            label_points: 10.0,
            table: &table,
            footer: "FORM AL-12  HALVORSEN STATIONERY CO.",
        };
        let drawn = draw(faces, &form, &mut machine, page).with_head(aircraft, &total, number);
        let mut sheet = drawn.sheet;
        age_paper(&mut sheet, &mut Random::new(20 + u64::from(number)), 0.2, 0.1);
        punch(&mut sheet, &[60.0, 139.7, 219.0], [235, 235, 235]);
        if number == 2 {
            shop_stamp(
                &mut sheet,
                faces,
                (at(140.0, 8.0), 4.0),
                ink(176, 48, 54),
                &["RECORDS CHECKED", "PRAIRIE AERO SERVICE"],
            );
        }
        let skew = [0.3, -0.5, 0.0, 0.7][number as usize - 1];
        scans.push(scan(
            &sheet,
            &Scanner {
                skew_degrees: skew,
                ..scanner(300, Output::Bilevel(160), 30 + u64::from(number))
            },
        ));
        rows.extend(drawn.rows);
    }
    Ok(stored(tiff(&scans)?, scans.len(), Content::Log(rows)))
}

/// Two pages of a computer listing on green-barred paper, as a PDF of JPEGs.
pub fn green_bars(faces: &Faces) -> anyhow::Result<Made> {
    let aircraft = Aircraft { registration: "N740RS", make: "SWEARINGEN SA226", serial: "TC-231" };
    let table = Table {
        edges: [16.0, 44.0, 68.0, 190.0, 224.0, 262.0],
        top_mm: 40.0,
        head_mm: 7.0,
        row_mm: 6.35,
        rows: 24,
        letters: Letters::Capitals,
        dates: DateStyle::PaddedSlashes,
        ..Table::letter(["DATE", "HOURS", "WORK PERFORMED", "CERT NO", "SIGNED"], 40.0)
    };
    let start = Start { date: date(1984, 9, 5), tenths: 102_317, days: 12, flown: 410 };
    let entries = history(121, Trade::Transport, start, 50, &[PRAIRIE, STADLER]);
    let mut machine = Machine::dot_matrix(ELITE_MM, 122);
    let mut pages = Vec::new();
    let mut rows = Vec::new();
    for (page, number) in pages_of(&table, ELITE_MM, &entries, 2).iter().zip(1..) {
        let total = hours(page[0].tenths);
        let head = [
            format!("AIRCRAFT MAINTENANCE LOG                         PAGE {number}"),
            format!("REGISTRATION: {}     TYPE: {}", aircraft.registration, aircraft.make),
            format!("SERIAL NO: {}        TOTAL TIME: {total}", aircraft.serial),
        ];
        let drawn =
            listing(faces, &head, &table, &mut machine, page).with_head(aircraft, &total, number);
        let mut sheet = drawn.sheet;
        age_paper(&mut sheet, &mut Random::new(123), 0.4, 0.3);
        let image = scan(
            &sheet,
            &Scanner { skew_degrees: 0.4, ..scanner(200, Output::Color, 125 + u64::from(number)) },
        );
        pages.push(PdfPage { scan: image, quality: 48, text: Vec::new() });
        rows.extend(drawn.rows);
    }
    Ok(stored(pdf(&pages)?, pages.len(), Content::Log(rows)))
}
