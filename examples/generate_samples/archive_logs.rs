//! The single log pages among the samples: which aircraft, which form, how old, how scanned.

use jiff::civil::date;

use crate::aging::{Fold, age_paper, bleed_through, coffee_ring, drops, fade, fold, punch, staple};
use crate::containers::{PdfPage, jpeg, pdf, png, tiff};
use crate::entries::{
    Aircraft, BRANNOCK, Entry, HOLLIS, OKAFOR, PRAIRIE, STADLER, Start, TIDEWATER, Trade, VANCE,
    history, hours,
};
use crate::logs::{Drawn, HeadLine, Page, draw, margin_note, shop_stamp};
use crate::random::Random;
use crate::scanner::{Output, Scanner, Surround, Turn, scan, scanner};
use crate::sheet::{At, at, ink};
use crate::tables::{BLACK_PEN, BLUE_PEN, DateStyle, Letters, Repeats, Table};
use crate::truth::Content;
use crate::writing::{ELITE_MM, Face, Faces, Machine};
use crate::{Made, stored};

const LETTER: At = at(215.9, 279.4);
const WHITE: [u8; 3] = [246, 244, 237];
const CREAM: [u8; 3] = [240, 231, 208];
const BUFF: [u8; 3] = [232, 217, 182];
const VIOLET_STAMP: crate::sheet::Ink = ink(92, 60, 140);

/// What a single page needs to be drawn.
struct Single<'a> {
    aircraft: Aircraft,
    title: &'a str,
    title_face: Face,
    /// Words before registration, make, serial number and total time.
    labels: [&'a str; 4],
    paper: [u8; 3],
    footer: &'a str,
}

/// Draws one page whose head has two lines, with the entries that fit.
fn single(
    faces: &Faces,
    what: &Single,
    table: &Table,
    machine: &mut Machine,
    entries: &[Entry],
) -> Drawn {
    let entries = &entries[..table.fitting(entries, machine.pitch_mm)];
    let total = hours(entries[0].tenths);
    let [registration, make, serial, time] = what.labels;
    let head: [HeadLine; 2] = [
        &[
            (registration, what.aircraft.registration.into(), table.edges[0]),
            (make, what.aircraft.make.into(), table.edges[0] + 88.0),
        ],
        &[
            (serial, what.aircraft.serial.into(), table.edges[0]),
            (time, total.clone(), table.edges[0] + 88.0),
        ],
    ];
    let form = Page {
        size: LETTER,
        paper: what.paper,
        title: what.title,
        title_face: what.title_face,
        head: &head,
        label_points: 9.5,
        table,
        footer: what.footer,
    };
    draw(faces, &form, machine, entries).with_head(what.aircraft, &total, 1)
}

/// A gray scan with a coffee ring, a fold and two stamps.
pub fn coffee(faces: &Faces) -> anyhow::Result<Made> {
    let what = Single {
        aircraft: Aircraft {
            registration: "N7734Q",
            make: "Piper PA-28-180",
            serial: "28-7205173",
        },
        title: "AIRFRAME LOG BOOK",
        title_face: Face::SansBold,
        labels: ["Reg. No.", "Make & Model", "Serial Number", "Total Time"],
        paper: CREAM,
        footer: "Enter all inspections, repairs and alterations. Sign each entry.",
    };
    let table = Table {
        dates: DateStyle::Slashes,
        pens: &[BLUE_PEN, BLACK_PEN],
        ..Table::letter(
            ["DATE", "TOTAL|HOURS", "WORK PERFORMED", "CERTIFICATE|NUMBER", "SIGNED"],
            50.0,
        )
    };
    let start = Start { date: date(1976, 5, 2), tenths: 10_627, days: 55, flown: 380 };
    let mut machine = Machine::typewriter(Face::Typewriter, ELITE_MM, 42);
    machine.patchy = 0.2;
    let drawn = single(
        faces,
        &what,
        &table,
        &mut machine,
        &history(41, Trade::Airframe, start, 20, &[OKAFOR, VANCE, BRANNOCK]),
    );
    let mut sheet = drawn.sheet;
    let mut random = Random::new(43);
    age_paper(&mut sheet, &mut random, 0.7, 0.6);
    coffee_ring(&mut sheet, &mut random, at(132.0, 205.0), 37.0);
    drops(&mut sheet, &mut random, at(90.0, 232.0), ink(150, 104, 56));
    fold(&mut sheet, &mut random, Fold::Across(141.0));
    shop_stamp(
        &mut sheet,
        faces,
        (at(150.0, 6.0), -6.0),
        VIOLET_STAMP,
        &["RECEIVED", "MAR 9 1981"],
    );
    let image =
        scan(&sheet, &Scanner { skew_degrees: 1.8, noise: 3.0, ..scanner(200, Output::Gray, 44) });
    Ok(stored(jpeg(&image, 62)?, 1, Content::Log(drawn.rows)))
}

/// A bilevel scan, six degrees askew before a black background, with punched holes.
pub fn askew(faces: &Faces) -> anyhow::Result<Made> {
    let what = Single {
        aircraft: Aircraft { registration: "N912FT", make: "Beech A36", serial: "E-1147" },
        title: "AIRCRAFT MAINTENANCE RECORD",
        title_face: Face::SansBold,
        labels: ["Registration No.", "Make", "Serial No.", "Total Time"],
        paper: WHITE,
        footer: "RETAIN WITH AIRCRAFT",
    };
    let table = Table {
        dates: DateStyle::Dashes,
        ..Table::letter(
            ["DATE", "TACH TIME", "DESCRIPTION OF WORK", "CERT. NO.", "SIGNATURE"],
            50.0,
        )
    };
    let start = Start { date: date(1983, 1, 17), tenths: 7345, days: 40, flown: 510 };
    let mut machine = Machine::typewriter(Face::CourierBold, ELITE_MM, 52);
    machine.patchy = 0.5;
    let drawn = single(
        faces,
        &what,
        &table,
        &mut machine,
        &history(51, Trade::Airframe, start, 20, &[STADLER, PRAIRIE]),
    );
    let mut sheet = drawn.sheet;
    age_paper(&mut sheet, &mut Random::new(53), 0.4, 0.4);
    punch(&mut sheet, &[60.0, 139.7, 219.0], [22, 21, 23]);
    let glass = Scanner {
        skew_degrees: -6.0,
        surround: Surround::Black(5.0),
        specks: 200,
        ..scanner(200, Output::Bilevel(168), 54)
    };
    Ok(stored(png(&scan(&sheet, &glass))?, 1, Content::Log(drawn.rows)))
}

/// An engine log that went through the feeder upside down.
pub fn upside_down(faces: &Faces) -> anyhow::Result<Made> {
    let what = Single {
        aircraft: Aircraft {
            registration: "N58216",
            make: "Lycoming O-320-E2D",
            serial: "L-31847-27A",
        },
        title: "ENGINE LOG",
        title_face: Face::SerifBold,
        labels: ["Registration", "Engine", "Serial No.", "Total Time"],
        paper: WHITE,
        footer: "Form 1104-E",
    };
    let table = Table {
        dates: DateStyle::Military,
        ..Table::letter(
            ["DATE", "TACH TIME", "DESCRIPTION OF WORK PERFORMED", "CERTIFICATE NO.", "SIGNATURE"],
            50.0,
        )
    };
    let start = Start { date: date(1978, 3, 12), tenths: 4120, days: 60, flown: 330 };
    let mut machine = Machine::typewriter(Face::Typewriter, ELITE_MM, 62);
    machine.patchy = 0.22;
    let drawn = single(
        faces,
        &what,
        &table,
        &mut machine,
        &history(61, Trade::Engine, start, 20, &[VANCE, HOLLIS]),
    );
    let mut sheet = drawn.sheet;
    age_paper(&mut sheet, &mut Random::new(63), 0.4, 0.3);
    staple(&mut sheet, &mut Random::new(64), at(8.0, 9.0));
    let glass = Scanner {
        skew_degrees: 0.9,
        turn: Turn::UpsideDown,
        ..scanner(300, Output::Bilevel(160), 65)
    };
    Ok(stored(tiff(&[scan(&sheet, &glass)])?, 1, Content::Log(drawn.rows)))
}

/// A page that lies on its side.
pub fn sideways(faces: &Faces) -> anyhow::Result<Made> {
    let what = Single {
        aircraft: Aircraft { registration: "N3307L", make: "Cessna 182P", serial: "18263094" },
        title: "AIRCRAFT LOG",
        title_face: Face::SansBold,
        labels: ["Reg. No.", "Model", "S/N", "Total Time"],
        paper: [226, 234, 222],
        footer: "",
    };
    let table = Table {
        rules: ink(140, 180, 150),
        row_mm: 6.1,
        rows: 31,
        ..Table::letter(["DATE", "HOURS", "DESCRIPTION", "CERTIFICATE", "SIGNATURE"], 50.0)
    };
    let start = Start { date: date(1979, 8, 4), tenths: 15_538, days: 45, flown: 260 };
    let mut machine = Machine::typewriter(Face::Courier, ELITE_MM, 72);
    machine.ink = ink(24, 28, 70);
    machine.patchy = 0.25;
    let drawn = single(
        faces,
        &what,
        &table,
        &mut machine,
        &history(71, Trade::Airframe, start, 20, &[BRANNOCK, OKAFOR]),
    );
    let mut sheet = drawn.sheet;
    age_paper(&mut sheet, &mut Random::new(73), 0.5, 0.5);
    fold(&mut sheet, &mut Random::new(74), Fold::Across(138.0));
    let glass =
        Scanner { skew_degrees: -1.1, turn: Turn::Right, ..scanner(200, Output::Color, 75) };
    Ok(stored(jpeg(&scan(&sheet, &glass), 45)?, 1, Content::Log(drawn.rows)))
}

/// A low resolution scan with heavy JPEG artefacts.
pub fn coarse(faces: &Faces) -> anyhow::Result<Made> {
    let what = Single {
        aircraft: Aircraft { registration: "N6180D", make: "Mooney M20F", serial: "670284" },
        title: "AIRCRAFT LOG",
        title_face: Face::SerifBold,
        labels: ["Registration", "Make", "Serial No.", "Total Time"],
        paper: WHITE,
        footer: "",
    };
    let table = Table {
        dates: DateStyle::PaddedSlashes,
        ..Table::letter(
            ["DATE", "TACH TIME", "WORK PERFORMED", "CERTIFICATE NO.", "SIGNATURE"],
            50.0,
        )
    };
    let start = Start { date: date(1981, 2, 20), tenths: 28_403, days: 50, flown: 350 };
    let mut machine = Machine::typewriter(Face::CourierBold, ELITE_MM, 82);
    let drawn = single(
        faces,
        &what,
        &table,
        &mut machine,
        &history(81, Trade::Airframe, start, 20, &[HOLLIS, STADLER]),
    );
    let mut sheet = drawn.sheet;
    age_paper(&mut sheet, &mut Random::new(83), 0.4, 0.3);
    let glass = Scanner { skew_degrees: 0.6, blur: 1.4, ..scanner(150, Output::Gray, 84) };
    Ok(stored(jpeg(&scan(&sheet, &glass), 38)?, 1, Content::Log(drawn.rows)))
}

/// Thin paper: the writing of the other side shines through.
pub fn thin_paper(faces: &Faces) -> anyhow::Result<Made> {
    let what = Single {
        aircraft: Aircraft { registration: "N2419V", make: "Bellanca 17-30A", serial: "74-30682" },
        title: "AIRFRAME LOG",
        title_face: Face::SerifBold,
        labels: ["Registration", "Make", "Serial No.", "Total Time"],
        paper: CREAM,
        footer: "Continue overleaf",
    };
    let table = Table {
        pens: &[BLUE_PEN, BLACK_PEN],
        ..Table::letter(
            ["DATE", "TOTAL TIME", "DESCRIPTION OF WORK PERFORMED", "CERTIFICATE NO.", "SIGNATURE"],
            50.0,
        )
    };
    let start = Start { date: date(1977, 6, 30), tenths: 8816, days: 52, flown: 300 };
    let entries = history(91, Trade::Airframe, start, 40, &[OKAFOR, BRANNOCK]);
    let mut machine = Machine::typewriter(Face::Typewriter, ELITE_MM, 92);
    let drawn = single(faces, &what, &table, &mut machine, &entries);
    let back = single(faces, &what, &table, &mut machine, &entries[drawn.rows.len()..]);
    let mut sheet = drawn.sheet;
    bleed_through(&mut sheet, &back.sheet, 0.24);
    let mut random = Random::new(93);
    age_paper(&mut sheet, &mut random, 0.6, 0.8);
    margin_note(&mut sheet, faces, (at(120.0, 276.0), 1.5), BLUE_PEN, "see AD list p. 12");
    let image = scan(&sheet, &Scanner { skew_degrees: -1.3, ..scanner(200, Output::Color, 94) });
    Ok(stored(jpeg(&image, 45)?, 1, Content::Log(drawn.rows)))
}

/// Microfilm: white on black, scratched, blurred.
pub fn microfilm(faces: &Faces) -> anyhow::Result<Made> {
    let what = Single {
        aircraft: Aircraft { registration: "N8846E", make: "Convair 340", serial: "173" },
        title: "AIRCRAFT MAINTENANCE LOG",
        title_face: Face::SansBold,
        labels: ["Registration", "Type", "Serial No.", "Total Time"],
        paper: WHITE,
        footer: "FILM ROLL 114",
    };
    let table = Table {
        letters: Letters::Capitals,
        dates: DateStyle::Military,
        row_mm: 5.7,
        rows: 34,
        ..Table::letter(["DATE", "HOURS", "WORK PERFORMED", "CERTIFICATE NO.", "SIGNATURE"], 50.0)
    };
    let start = Start { date: date(1967, 10, 3), tenths: 214_406, days: 9, flown: 480 };
    let mut machine = Machine::typewriter(Face::CourierBold, ELITE_MM, 102);
    let drawn = single(
        faces,
        &what,
        &table,
        &mut machine,
        &history(101, Trade::Transport, start, 20, &[PRAIRIE, TIDEWATER]),
    );
    let mut sheet = drawn.sheet;
    age_paper(&mut sheet, &mut Random::new(103), 0.5, 0.2);
    let glass = Scanner {
        skew_degrees: 0.8,
        surround: Surround::Black(7.0),
        blur: 1.6,
        shade: 0.18,
        specks: 500,
        scratches: 9,
        ..scanner(240, Output::Negative(165), 104)
    };
    Ok(stored(tiff(&[scan(&sheet, &glass)])?, 1, Content::Log(drawn.rows)))
}

/// A book-keeper's page with ditto marks, as an image-only PDF of fax strips.
pub fn dittos(faces: &Faces) -> anyhow::Result<Made> {
    let what = Single {
        aircraft: Aircraft { registration: "N51PM", make: "DHC-6-200", serial: "164" },
        title: "AIRCRAFT LOG",
        title_face: Face::SerifBold,
        labels: ["Registration", "Type", "Serial No.", "Total Time"],
        paper: WHITE,
        footer: "",
    };
    let table = Table {
        repeats: Repeats::Ditto,
        ..Table::letter(
            ["DATE", "TOTAL TIME", "DESCRIPTION OF WORK PERFORMED", "CERTIFICATE NO.", "SIGNATURE"],
            50.0,
        )
    };
    let start = Start { date: date(1972, 4, 6), tenths: 61_872, days: 3, flown: 90 };
    let mut machine = Machine::typewriter(Face::Typewriter, ELITE_MM, 112);
    let drawn = single(
        faces,
        &what,
        &table,
        &mut machine,
        &history(111, Trade::Transport, start, 20, &[VANCE, OKAFOR]),
    );
    let mut sheet = drawn.sheet;
    age_paper(&mut sheet, &mut Random::new(113), 0.3, 0.2);
    let image =
        scan(&sheet, &Scanner { skew_degrees: -0.4, ..scanner(300, Output::Bilevel(160), 114) });
    let pages = [PdfPage { scan: image, quality: 0, text: Vec::new() }];
    Ok(stored(pdf(&pages)?, 1, Content::Log(drawn.rows)))
}

/// A ribbon at the end of its life, on yellowed paper.
pub fn faded_ribbon(faces: &Faces) -> anyhow::Result<Made> {
    let what = Single {
        aircraft: Aircraft { registration: "N1185H", make: "Stinson 108-2", serial: "108-2185" },
        title: "AIRCRAFT LOG",
        title_face: Face::SerifBold,
        labels: ["Registration", "Make", "Serial No.", "Total Time"],
        paper: BUFF,
        footer: "",
    };
    let table = Table {
        rules: ink(170, 150, 120),
        pens: &[BLACK_PEN],
        ..Table::letter(
            ["DATE", "TOTAL TIME", "WORK PERFORMED", "CERTIFICATE NO.", "SIGNATURE"],
            50.0,
        )
    };
    let start = Start { date: date(1974, 4, 22), tenths: 6204, days: 90, flown: 210 };
    let mut machine = Machine::typewriter(Face::Typewriter, ELITE_MM, 132);
    machine.ink = ink(62, 54, 66).with_strength(0.92);
    machine.tired = 0.28;
    machine.patchy = 0.35;
    let drawn = single(
        faces,
        &what,
        &table,
        &mut machine,
        &history(131, Trade::Airframe, start, 20, &[VANCE, HOLLIS]),
    );
    let mut sheet = drawn.sheet;
    let mut random = Random::new(133);
    fade(&mut sheet, &mut random, 0.82, 0.2);
    age_paper(&mut sheet, &mut random, 0.9, 1.0);
    fold(&mut sheet, &mut random, Fold::Down(108.0));
    let image = scan(&sheet, &Scanner { skew_degrees: 1.2, ..scanner(200, Output::Gray, 134) });
    Ok(stored(jpeg(&image, 55)?, 1, Content::Log(drawn.rows)))
}
