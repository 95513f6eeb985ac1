//! The index cards and task cards among the samples.

use jiff::civil::date;

use crate::aging::{Fold, age_paper, drops, fade, fold, punch};
use crate::cards::{Card, Task, card_table, index_card, task_card, task_table};
use crate::containers::{PdfPage, gray_tiff, jpeg, pdf, png, tiff};
use crate::entries::{
    Aircraft, BRANNOCK, HOLLIS, OKAFOR, PRAIRIE, STADLER, Start, TIDEWATER, Trade, VANCE, history,
    hours,
};
use crate::logs::{Drawn, margin_note, shop_stamp};
use crate::random::Random;
use crate::scanner::{Output, Scanner, Surround, scan, scanner};
use crate::sheet::{at, ink};
use crate::tables::{BLUE_PEN, DateStyle, Letters, Table};
use crate::truth::Content;
use crate::writing::{ELITE_MM, Face, Faces, Machine};
use crate::{Made, stored};

const BUFF_CARD: [u8; 3] = [240, 226, 190];
const WHITE_CARD: [u8; 3] = [246, 244, 238];

/// Which card, and from when.
struct Which<'a> {
    aircraft: Aircraft,
    paper: [u8; 3],
    title: &'a str,
    labels: [&'a str; 4],
    trade: Trade,
    start: Start,
    seed: u64,
}

fn draw(faces: &Faces, which: &Which, table: &Table, machine: &mut Machine) -> Drawn {
    let signers = [HOLLIS, OKAFOR, TIDEWATER, PRAIRIE, VANCE];
    let pair = [signers[which.seed as usize % 5], signers[(which.seed as usize + 2) % 5]];
    let entries = history(which.seed, which.trade, which.start, 8, &pair);
    let entries = &entries[..table.fitting(&entries, machine.pitch_mm)];
    let total = hours(entries[0].tenths);
    let [registration, make, serial, time] = which.labels;
    let first = [
        (registration, which.aircraft.registration.to_owned(), 9.0),
        (make, which.aircraft.make.to_owned(), 90.0),
    ];
    let second = [(serial, which.aircraft.serial.to_owned(), 9.0), (time, total.clone(), 90.0)];
    let card = Card { paper: which.paper, title: which.title, head: [&first, &second], table };
    index_card(faces, &card, machine, entries).with_head(which.aircraft, &total, 1)
}

/// A buff card in color, handled a lot.
pub fn avionics(faces: &Faces) -> anyhow::Result<Made> {
    let which = Which {
        aircraft: Aircraft { registration: "N4521K", make: "Cessna 172M", serial: "17262345" },
        paper: BUFF_CARD,
        title: "RADIO & INSTRUMENT RECORD",
        labels: ["Registration", "Make", "Serial No.", "Total Time"],
        trade: Trade::Avionics,
        start: Start { date: date(1975, 2, 3), tenths: 24_310, days: 120, flown: 900 },
        seed: 201,
    };
    let table = card_table(["DATE", "TACH TIME", "WORK PERFORMED", "CERTIFICATE NO.", "SIGNED"]);
    let drawn =
        draw(faces, &which, &table, &mut Machine::typewriter(Face::Typewriter, ELITE_MM, 202));
    let mut sheet = drawn.sheet;
    let mut random = Random::new(203);
    drops(&mut sheet, &mut random, at(150.0, 112.0), ink(96, 84, 60));
    age_paper(&mut sheet, &mut random, 0.6, 0.8);
    margin_note(&mut sheet, faces, (at(128.0, 10.0), 2.0), BLUE_PEN, "new radio rack 6/77");
    let glass = Scanner {
        skew_degrees: -2.2,
        surround: Surround::Black(4.0),
        ..scanner(200, Output::Color, 204)
    };
    Ok(stored(jpeg(&scan(&sheet, &glass), 55)?, 1, Content::Log(drawn.rows)))
}

/// Three cards in one TIFF.
pub fn drawer(faces: &Faces) -> anyhow::Result<Made> {
    let labels = ["Reg. No.", "Make & Model", "Serial No.", "Total Time"];
    let table = Table {
        dates: DateStyle::PaddedSlashes,
        ..card_table(["DATE", "HOURS", "DESCRIPTION OF WORK", "CERT. NO.", "SIGNATURE"])
    };
    let aircraft = [
        Aircraft { registration: "N22HD", make: "Hartzell HC-C2YK", serial: "CH7714" },
        Aircraft { registration: "N6655B", make: "McCauley 1C160", serial: "723819" },
        Aircraft { registration: "N340AX", make: "Hartzell HC-B3TN", serial: "BUA20417" },
    ];
    let mut scans = Vec::new();
    let mut rows = Vec::new();
    for (aircraft, number) in aircraft.into_iter().zip(1u32..) {
        let seed = 210 + u64::from(number);
        let start =
            Start { date: date(1970, 5, 14), tenths: 5000 + 7411 * number, days: 300, flown: 2600 };
        let which = Which {
            aircraft,
            paper: WHITE_CARD,
            title: "PROPELLER RECORD CARD",
            labels,
            trade: Trade::Propeller,
            start,
            seed,
        };
        let drawn = draw(
            faces,
            &which,
            &table,
            &mut Machine::typewriter(Face::Courier, ELITE_MM, seed + 10),
        );
        let mut sheet = drawn.sheet;
        age_paper(&mut sheet, &mut Random::new(seed), 0.3, 0.2);
        let glass = Scanner {
            skew_degrees: number as f32 * 0.8 - 1.7,
            ..scanner(300, Output::Bilevel(160), seed)
        };
        scans.push(scan(&sheet, &glass));
        rows.extend(drawn.rows.into_iter().map(|row| crate::truth::LogRow { page: number, ..row }));
    }
    Ok(stored(tiff(&scans)?, scans.len(), Content::Log(rows)))
}

/// A small gray scan of low resolution.
pub fn magneto(faces: &Faces) -> anyhow::Result<Made> {
    let which = Which {
        aircraft: Aircraft { registration: "N9083T", make: "Slick 4051", serial: "7120344" },
        paper: WHITE_CARD,
        title: "ENGINE ACCESSORY CARD",
        labels: ["Registration", "Unit", "Serial No.", "Total Time"],
        trade: Trade::Engine,
        start: Start { date: date(1982, 7, 19), tenths: 3022, days: 150, flown: 700 },
        seed: 221,
    };
    let table = card_table(["DATE", "TACH TIME", "WORK PERFORMED", "CERTIFICATE NO.", "SIGNED"]);
    let drawn =
        draw(faces, &which, &table, &mut Machine::typewriter(Face::CourierBold, ELITE_MM, 222));
    let mut sheet = drawn.sheet;
    age_paper(&mut sheet, &mut Random::new(223), 0.3, 0.3);
    let glass = Scanner { skew_degrees: 0.7, noise: 1.2, ..scanner(150, Output::Gray, 224) };
    Ok(stored(png(&scan(&sheet, &glass))?, 1, Content::Log(drawn.rows)))
}

/// A dot matrix card, ten degrees askew.
pub fn slanted(faces: &Faces) -> anyhow::Result<Made> {
    let which = Which {
        aircraft: Aircraft { registration: "N771GA", make: "Grumman AA-5B", serial: "AA5B-0812" },
        paper: WHITE_CARD,
        title: "AIRCRAFT STATUS CARD",
        labels: ["Registration", "Make", "Serial No.", "Total Time"],
        trade: Trade::Airframe,
        start: Start { date: date(1986, 1, 8), tenths: 19_145, days: 70, flown: 600 },
        seed: 231,
    };
    let table = Table {
        letters: Letters::Capitals,
        dates: DateStyle::PaddedSlashes,
        ..card_table(["DATE", "TACH TIME", "WORK PERFORMED", "CERTIFICATE NO.", "SIGNED"])
    };
    let drawn = draw(faces, &which, &table, &mut Machine::dot_matrix(ELITE_MM, 232));
    let mut sheet = drawn.sheet;
    age_paper(&mut sheet, &mut Random::new(233), 0.4, 0.4);
    let glass = Scanner {
        skew_degrees: 9.5,
        surround: Surround::Black(3.0),
        noise: 0.0,
        ..scanner(150, Output::Gray, 234)
    };
    Ok(stored(gray_tiff(&scan(&sheet, &glass))?, 1, Content::Log(drawn.rows)))
}

const SUBJECTS: [&str; 3] = [
    "Inspect wing attach fittings IAW maintenance manual 57-10-02. Replace bolts if worn beyond limits.",
    "Overhaul exchange of L/H main gear shock strut. Cycle gear five times after installation.",
    "Fuel system leak check, all tanks. Calibrate quantity transmitters IAW 28-40-01.",
];

fn task<'a>(
    aircraft: Aircraft,
    subject: &'a str,
    numbers: [&'a str; 3],
    total_time: &'a str,
) -> Task<'a> {
    Task {
        company: "MERIDIAN COMMUTER MAINTENANCE, INC.",
        card_number: numbers[0],
        work_order: numbers[1],
        chapter: numbers[2],
        location: "HANGAR 2",
        subject,
        aircraft,
        total_time,
        paper: WHITE_CARD,
        print: ink(30, 30, 36),
    }
}

/// A work package of three task cards, as an image-only PDF.
pub fn work_package(faces: &Faces) -> anyhow::Result<Made> {
    let aircraft = Aircraft { registration: "N419MC", make: "BEECH 99A", serial: "U-147" };
    let numbers =
        [["57-014", "8841", "57-10"], ["32-006", "8841", "32-11"], ["28-021", "8841", "28-40"]];
    let table = Table { letters: Letters::Capitals, dates: DateStyle::FullYear, ..task_table() };
    let mut pages = Vec::new();
    let mut rows = Vec::new();
    for (index, subject) in SUBJECTS.into_iter().enumerate() {
        let seed = 240 + index as u64;
        let start =
            Start { date: date(1988, 11, 14 + index as i8), tenths: 187_733, days: 1, flown: 30 };
        let entries = history(seed, Trade::Transport, start, 8, &[PRAIRIE, STADLER]);
        let entries = &entries[..table.fitting(&entries, ELITE_MM)];
        let total = hours(entries[0].tenths);
        let mut machine = Machine::dot_matrix(ELITE_MM, seed + 5);
        let drawn = task_card(
            faces,
            &task(aircraft, subject, numbers[index], &total),
            &table,
            &mut machine,
            entries,
        );
        let drawn = drawn.with_head(aircraft, &total, index as u32 + 1);
        let mut sheet = drawn.sheet;
        age_paper(&mut sheet, &mut Random::new(seed), 0.3, 0.2);
        punch(&mut sheet, &[60.0, 139.7], [236, 236, 236]);
        shop_stamp(
            &mut sheet,
            faces,
            (at(158.0, 205.0), 3.0 + 4.0 * index as f32),
            ink(40, 60, 150),
            &["MCM", "INSP 7"],
        );
        let image = scan(
            &sheet,
            &Scanner { skew_degrees: 0.5 - index as f32 * 0.6, ..scanner(200, Output::Gray, seed) },
        );
        pages.push(PdfPage { scan: image, quality: 50, text: Vec::new() });
        rows.extend(drawn.rows);
    }
    Ok(stored(pdf(&pages)?, pages.len(), Content::Log(rows)))
}

/// The pink carbon copy of a task card: blue, soft, with lost strokes.
pub fn carbon_copy(faces: &Faces) -> anyhow::Result<Made> {
    let aircraft = Aircraft { registration: "N88PX", make: "PIPER PA-31", serial: "31-7405217" };
    let table =
        Table { dates: DateStyle::PaddedSlashes, letters: Letters::Capitals, ..task_table() };
    let start = Start { date: date(1980, 6, 2), tenths: 41_185, days: 2, flown: 60 };
    let entries = history(251, Trade::Engine, start, 8, &[BRANNOCK, HOLLIS]);
    let entries = &entries[..table.fitting(&entries, ELITE_MM)];
    let total = hours(entries[0].tenths);
    let mut machine = Machine::typewriter(Face::CourierBold, ELITE_MM, 252);
    machine.ink = ink(40, 52, 120).with_strength(0.9);
    machine.patchy = 0.45;
    let card = Task {
        paper: [244, 206, 208],
        print: ink(150, 60, 80),
        ..task(aircraft, SUBJECTS[1], ["71-002", "4417", "71-20"], &total)
    };
    let drawn =
        task_card(faces, &card, &table, &mut machine, entries).with_head(aircraft, &total, 1);
    let mut sheet = drawn.sheet;
    let mut random = Random::new(253);
    fade(&mut sheet, &mut random, 0.95, 0.1);
    age_paper(&mut sheet, &mut random, 0.6, 0.4);
    fold(&mut sheet, &mut random, Fold::Across(112.0));
    let glass = Scanner { skew_degrees: -1.6, blur: 1.5, ..scanner(200, Output::Color, 254) };
    Ok(stored(jpeg(&scan(&sheet, &glass), 52)?, 1, Content::Log(drawn.rows)))
}
