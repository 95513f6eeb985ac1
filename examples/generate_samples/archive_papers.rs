//! The receipts, the filings and the odd ones among the samples: blank, cut off, twice there.

use crate::aging::{Fold, age_paper, crumple, drops, fade, fold, punch, staple};
use crate::containers::{PdfPage, jpeg, pdf, png, tiff};
use crate::filings::{amendment, dissemination_report, execution, short_form};
use crate::logs::shop_stamp;
use crate::random::Random;
use crate::receipts::{SALES, SHOPS, print};
use crate::scanner::{Output, Scanner, Surround, Turn, scan, scanner};
use crate::sheet::{Sheet, at, ink};
use crate::truth::{Content, Filing};
use crate::writing::{ELITE_MM, Face, Faces, Machine, PICA_MM};
use crate::{Made, stored};

/// A fresh receipt.
pub fn fresh_receipt(faces: &Faces) -> anyhow::Result<Made> {
    let (mut sheet, receipt) = print(faces, &SHOPS[0], &SALES[0], &mut Machine::till(301));
    age_paper(&mut sheet, &mut Random::new(302), 0.2, 0.0);
    let image = scan(&sheet, &Scanner { skew_degrees: 0.4, ..scanner(200, Output::Gray, 303) });
    Ok(stored(jpeg(&image, 60)?, 1, Content::Receipt(receipt)))
}

/// A receipt that the sun has bleached.
pub fn bleached_receipt(faces: &Faces) -> anyhow::Result<Made> {
    let (mut sheet, receipt) = print(faces, &SHOPS[1], &SALES[1], &mut Machine::till(311));
    let mut random = Random::new(312);
    fade(&mut sheet, &mut random, 0.42, 0.3);
    age_paper(&mut sheet, &mut random, 0.6, 0.5);
    let image = scan(&sheet, &Scanner { skew_degrees: -1.4, ..scanner(200, Output::Color, 313) });
    Ok(stored(jpeg(&image, 60)?, 1, Content::Receipt(receipt)))
}

/// A crumpled receipt, photographed askew on a dark table.
pub fn crumpled_receipt(faces: &Faces) -> anyhow::Result<Made> {
    let (mut sheet, receipt) = print(faces, &SHOPS[2], &SALES[2], &mut Machine::till(321));
    let mut random = Random::new(322);
    crumple(&mut sheet, &mut random, 26);
    age_paper(&mut sheet, &mut random, 0.8, 0.2);
    let glass = Scanner {
        skew_degrees: 4.5,
        surround: Surround::Black(6.0),
        shade: 0.3,
        blur: 1.2,
        ..scanner(180, Output::Color, 323)
    };
    Ok(stored(jpeg(&scan(&sheet, &glass), 55)?, 1, Content::Receipt(receipt)))
}

/// A long receipt of low resolution with a stain of oil.
pub fn oily_receipt(faces: &Faces) -> anyhow::Result<Made> {
    let (mut sheet, receipt) = print(faces, &SHOPS[3], &SALES[3], &mut Machine::till(331));
    let mut random = Random::new(332);
    drops(&mut sheet, &mut random, at(52.0, 110.0), ink(206, 196, 150));
    fold(&mut sheet, &mut random, Fold::Across(70.0));
    age_paper(&mut sheet, &mut random, 0.4, 0.3);
    let image = scan(&sheet, &Scanner { noise: 1.2, ..scanner(150, Output::Gray, 333) });
    Ok(stored(png(&image)?, 1, Content::Receipt(receipt)))
}

/// A bilevel scan of a receipt.
pub fn faxed_receipt(faces: &Faces) -> anyhow::Result<Made> {
    let (mut sheet, receipt) = print(faces, &SHOPS[0], &SALES[4], &mut Machine::till(341));
    age_paper(&mut sheet, &mut Random::new(342), 0.4, 0.2);
    let glass =
        Scanner { skew_degrees: 0.9, specks: 160, ..scanner(200, Output::Bilevel(160), 343) };
    Ok(stored(png(&scan(&sheet, &glass))?, 1, Content::Receipt(receipt)))
}

fn filing(
    document_type: &'static str,
    registration_number: &'static str,
    registrant_name: &'static str,
) -> Content {
    Content::Filing(Filing { document_type, registration_number, registrant_name })
}

/// An amendment of two pages, bilevel, with the stamp of the office.
pub fn amendment_tiff(faces: &Faces) -> anyhow::Result<Made> {
    let (name, number) = ("Harrow, Pell & Lindqvist, Inc.", "2714");
    let mut machine = Machine::typewriter(Face::Courier, PICA_MM, 401);
    let mut first = amendment(faces, &mut machine, name, number);
    let mut second = execution(faces, &mut machine, "June 11, 1979", "Carter Pell");
    shop_stamp(
        &mut first,
        faces,
        (at(158.0, 218.0), 86.0),
        ink(40, 40, 44),
        &["RECEIVED", "JUN 14 1979", "REGISTRATION UNIT"],
    );
    let mut scans = Vec::new();
    for (sheet, seed) in [(&mut first, 402), (&mut second, 403)] {
        age_paper(sheet, &mut Random::new(seed), 0.3, 0.2);
        staple(sheet, &mut Random::new(seed), at(10.0, 8.0));
        let skew = if seed == 402 { -0.6 } else { 0.5 };
        scans.push(scan(
            sheet,
            &Scanner {
                skew_degrees: skew,
                specks: 260,
                ..scanner(300, Output::Bilevel(160), seed)
            },
        ));
    }
    Ok(stored(tiff(&scans)?, scans.len(), filing("amendment", number, name)))
}

/// A short form of two pages as an image-only PDF.
pub fn short_form_pdf(faces: &Faces) -> anyhow::Result<Made> {
    let (firm, number) = ("Tolliver Marsh Associates", "3186");
    let mut machine = Machine::typewriter(Face::Typewriter, ELITE_MM, 411);
    let mut first = short_form(faces, &mut machine, "Edwin L. Sorrell", firm, number);
    let mut second = execution(faces, &mut machine, "March 3, 1981", "Edwin L. Sorrell");
    let mut pages = Vec::new();
    for (sheet, seed) in [(&mut first, 412), (&mut second, 413)] {
        age_paper(sheet, &mut Random::new(seed), 0.3, 0.2);
        let glass =
            Scanner { skew_degrees: 0.7, specks: 180, ..scanner(300, Output::Bilevel(160), seed) };
        pages.push(PdfPage { scan: scan(sheet, &glass), quality: 0, text: Vec::new() });
    }
    Ok(stored(pdf(&pages)?, pages.len(), filing("short_form", number, firm)))
}

/// An amendment with a text layer over the picture.
pub fn amendment_with_text(faces: &Faces) -> anyhow::Result<Made> {
    let (name, number) = ("Castellan Public Affairs, Ltd.", "4402");
    let mut machine = Machine::typewriter(Face::Courier, ELITE_MM, 421);
    let mut sheet = amendment(faces, &mut machine, name, number);
    age_paper(&mut sheet, &mut Random::new(422), 0.2, 0.1);
    let text = std::mem::take(&mut sheet.runs);
    let image = scan(&sheet, &scanner(150, Output::Gray, 423));
    let page = PdfPage { scan: image, quality: 45, text };
    Ok(stored(pdf(&[page])?, 1, filing("amendment", number, name)))
}

/// A dissemination report, fed askew and upside down, with holes.
pub fn report_tiff(faces: &Faces) -> anyhow::Result<Made> {
    let (name, number) = ("Brightwater Travel Bureau", "1958");
    let mut machine = Machine::typewriter(Face::Typewriter, PICA_MM, 431);
    machine.patchy = 0.5;
    let mut sheet = dissemination_report(faces, &mut machine, name, number);
    shop_stamp(
        &mut sheet,
        faces,
        (at(140.0, 222.0), 5.0),
        ink(40, 40, 44),
        &["RECEIVED", "NOV 12 1974"],
    );
    age_paper(&mut sheet, &mut Random::new(432), 0.5, 0.4);
    punch(&mut sheet, &[70.0, 209.0], [22, 22, 22]);
    let glass = Scanner {
        skew_degrees: 2.4,
        turn: Turn::UpsideDown,
        surround: Surround::Black(2.0),
        specks: 500,
        ..scanner(200, Output::Bilevel(160), 433)
    };
    Ok(stored(tiff(&[scan(&sheet, &glass)])?, 1, filing("dissemination_report", number, name)))
}

/// The empty back of a page.
pub fn blank(_: &Faces) -> anyhow::Result<Made> {
    let mut sheet = Sheet::new(215.9, 279.4, [246, 244, 237]);
    age_paper(&mut sheet, &mut Random::new(501), 0.4, 0.3);
    punch(&mut sheet, &[60.0, 139.7, 219.0], [234, 234, 234]);
    let image = scan(&sheet, &Scanner { skew_degrees: 0.5, ..scanner(150, Output::Gray, 502) });
    Ok(Made { status: "blank", ..stored(jpeg(&image, 50)?, 1, Content::Nothing) })
}

/// A transfer that broke off within the first page: the directory of its pages never came.
pub fn cut_off(faces: &Faces) -> anyhow::Result<Made> {
    let mut bytes = amendment_tiff(faces)?.bytes;
    bytes.truncate(12_000);
    Ok(Made { status: "failed", ..stored(bytes, 0, Content::Nothing) })
}

/// The fresh receipt once more, under another name.
pub fn twin(faces: &Faces) -> anyhow::Result<Made> {
    let first = fresh_receipt(faces)?;
    Ok(Made { status: "duplicate", content: Content::Nothing, ..first })
}
