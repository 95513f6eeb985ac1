//! The index cards of archives and museums among the samples.

use crate::aging::{age_paper, drops, fade};
use crate::catalogue::{Item, gridded, lined, typed};
use crate::containers::{PdfPage, gray_tiff, jpeg, pdf, png, tiff};
use crate::random::Random;
use crate::scanner::{Output, Scanner, Surround, scan, scanner};
use crate::sheet::{at, ink};
use crate::truth::Content;
use crate::writing::{ELITE_MM, Face, Faces, Machine};
use crate::{Made, stored};

const BUFF: [u8; 3] = [240, 226, 190];
const WHITE: [u8; 3] = [246, 244, 238];

/// Three cards of a museum in one TIFF.
pub fn museum_drawer(faces: &Faces) -> anyhow::Result<Made> {
    let items = [
        Item {
            paper: WHITE,
            heading: "COASTAL MUSEUM  -  CATALOGUE CARD",
            number: ("Accession No.", "1962.14.3"),
            title: ("Title", "Ship's barometer, brass"),
            date: ("Date", "12 March 1962", "1962-03-12"),
            location: ("Location", "Store B, shelf 14"),
            others: &[("Donor", "Estate of Capt. J. Harrow")],
            remarks: ("Remarks", &["Glass cracked, tube intact.", "Lent to Esbjerg in 1971."]),
        },
        Item {
            paper: WHITE,
            heading: "COASTAL MUSEUM  -  CATALOGUE CARD",
            number: ("Accession No.", "1958.2.17"),
            title: ("Title", "Signal lamp with spare lens"),
            date: ("Date", "June 1958", "1958-06"),
            location: ("Location", "Gallery 2, case 5"),
            others: &[("Donor", "Harbour Board")],
            remarks: ("Remarks", &["Wick holder replaced."]),
        },
        Item {
            paper: WHITE,
            heading: "COASTAL MUSEUM  -  CATALOGUE CARD",
            number: ("Accession No.", "1949.30.1"),
            title: ("Title", "Model of a lifeboat"),
            date: ("Date", "1949", "1949"),
            location: ("Location", "Entrance hall"),
            others: &[("Donor", "Miss E. Pell")],
            remarks: ("Remarks", &["Rigging renewed by K. Asher,", "receipt in folder 30."]),
        },
    ];
    let (mut scans, mut cards) = (Vec::new(), Vec::new());
    for (item, page) in items.iter().zip(1_u32..) {
        let seed = 600 + u64::from(page);
        let mut machine = Machine::typewriter(Face::Courier, ELITE_MM, seed);
        let mut sheet = lined(faces, item, &mut machine);
        age_paper(&mut sheet, &mut Random::new(seed + 5), 0.3, 0.3);
        let skew_degrees = page as f32 * 0.7 - 1.5;
        let glass = Scanner { skew_degrees, ..scanner(300, Output::Bilevel(160), seed) };
        scans.push(scan(&sheet, &glass));
        cards.push(item.truth(page));
    }
    Ok(stored(tiff(&scans)?, scans.len(), Content::IndexCards(cards)))
}

/// A buff card of a photograph collection, in color.
pub fn negatives(faces: &Faces) -> anyhow::Result<Made> {
    let item = Item {
        paper: BUFF,
        heading: "PHOTOGRAPH FILE",
        number: ("Negative No.", "N-20417"),
        title: ("Subject", "Grain elevators along the Larned spur"),
        date: ("Date Taken", "Aug 9, 1937", "1937-08-09"),
        location: ("Filed In", "Drawer 41"),
        others: &[("Photographer", "D. Brannock")],
        remarks: ("Notes", &["Two prints, one cropped.", "Plate chipped at lower left."]),
    };
    let mut sheet = lined(faces, &item, &mut Machine::typewriter(Face::Typewriter, ELITE_MM, 611));
    let mut random = Random::new(612);
    drops(&mut sheet, &mut random, at(160.0, 100.0), ink(96, 84, 60));
    age_paper(&mut sheet, &mut random, 0.6, 0.7);
    let glass = Scanner {
        skew_degrees: -1.9,
        surround: Surround::Black(4.0),
        ..scanner(200, Output::Color, 613)
    };
    let cards = Content::IndexCards(vec![item.truth(1)]);
    Ok(stored(jpeg(&scan(&sheet, &glass), 55)?, 1, cards))
}

/// Boxes with captions over their values, low resolution.
pub fn parts_store(faces: &Faces) -> anyhow::Result<Made> {
    let item = Item {
        paper: WHITE,
        heading: "INVENTORY CARD",
        number: ("ITEM NO.", "KM-4471"),
        title: ("DESCRIPTION", "Altimeter, sensitive, 20 000 ft"),
        date: ("DATE ACQUIRED", "03/11/1951", "1951-11-03"),
        location: ("STORAGE LOCATION", "Bay 7, bin 22"),
        others: &[("CONDITION", "Fair, needle bent")],
        remarks: ("REMARKS", &["Transferred from Station 4.", "Not to be lent."]),
    };
    let mut sheet =
        gridded(faces, &item, &mut Machine::typewriter(Face::CourierBold, ELITE_MM, 621));
    age_paper(&mut sheet, &mut Random::new(622), 0.3, 0.3);
    let glass = Scanner { skew_degrees: 0.8, noise: 1.2, ..scanner(150, Output::Gray, 623) };
    Ok(stored(png(&scan(&sheet, &glass))?, 1, Content::IndexCards(vec![item.truth(1)])))
}

/// Typed library cards of 3 × 5 in, two in an image-only PDF.
pub fn library(faces: &Faces) -> anyhow::Result<Made> {
    let items = [
        Item {
            paper: WHITE,
            heading: "COUNTY LIBRARY      CARD INDEX",
            number: ("Call No.:", "629.13 V27"),
            title: ("Title:", "Gliders over the Estuary"),
            date: ("Date:", "1934", "1934"),
            location: ("Location:", "Closed stack 3"),
            others: &[("Author:", "Vance, Lewis")],
            remarks: ("Notes:", &["2 copies. Plates loose."]),
        },
        Item {
            paper: WHITE,
            heading: "COUNTY LIBRARY      CARD INDEX",
            number: ("Call No.:", "551.5 H61"),
            title: ("Title:", "Winds of the Northern Coast"),
            date: ("Date:", "May 1911", "1911-05"),
            location: ("Location:", "Reading room"),
            others: &[("Author:", "Hollis, R. T.")],
            remarks: ("Notes:", &["Rebound 1952."]),
        },
    ];
    let (mut pages, mut cards) = (Vec::new(), Vec::new());
    for (item, page) in items.iter().zip(1_u32..) {
        let seed = 630 + u64::from(page);
        let mut machine = Machine::typewriter(Face::Courier, 2.3, seed);
        let mut sheet = typed(faces, item, &mut machine);
        age_paper(&mut sheet, &mut Random::new(seed + 5), 0.4, 0.4);
        let glass = Scanner { skew_degrees: -0.6, ..scanner(300, Output::Gray, seed) };
        pages.push(PdfPage { scan: scan(&sheet, &glass), quality: 45, text: Vec::new() });
        cards.push(item.truth(page));
    }
    Ok(stored(pdf(&pages)?, pages.len(), Content::IndexCards(cards)))
}

/// A faded card of a map collection, askew.
pub fn map_case(faces: &Faces) -> anyhow::Result<Made> {
    let item = Item {
        paper: BUFF,
        heading: "MAP COLLECTION",
        number: ("Catalogue No.", "M 318/4"),
        title: ("Title", "Harbour and approaches, soundings"),
        date: ("Date", "1878-06", "1878-06"),
        location: ("Shelf Mark", "Case C, drawer 9"),
        others: &[("Scale", "1 : 20 000")],
        remarks: ("Remarks", &["Linen backing torn.", "Copy of the second state."]),
    };
    let mut sheet = gridded(faces, &item, &mut Machine::dot_matrix(ELITE_MM, 641));
    let mut random = Random::new(642);
    fade(&mut sheet, &mut random, 0.7, 0.2);
    age_paper(&mut sheet, &mut random, 0.5, 0.5);
    let glass = Scanner {
        skew_degrees: 4.0,
        surround: Surround::Black(3.0),
        noise: 0.0,
        ..scanner(200, Output::Gray, 643)
    };
    Ok(stored(gray_tiff(&scan(&sheet, &glass))?, 1, Content::IndexCards(vec![item.truth(1)])))
}
