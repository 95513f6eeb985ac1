//! The invoices among the samples.

use jiff::civil::date;

use crate::aging::{Fold, age_paper, coffee_ring, drops, fade, fold, punch, staple};
use crate::containers::{PdfPage, gray_tiff, jpeg, pdf, png, tiff};
use crate::invoices::{Bill, Money, Style, Words, boxed, letterhead, typed};
use crate::logs::{margin_note, shop_stamp};
use crate::random::Random;
use crate::scanner::{Output, Scanner, Surround, scan, scanner};
use crate::sheet::{at, ink};
use crate::tables::BLUE_PEN;
use crate::truth::Content;
use crate::writing::{ELITE_MM, Face, Faces, Machine, PICA_MM};
use crate::{Made, stored};

const DOLLARS: Money = Money { sign: "$", code: "USD", style: Style::Point };
const RINGGIT: Money = Money { sign: "RM", code: "MYR", style: Style::Point };
const EUROS: Money = Money { sign: "EUR", code: "EUR", style: Style::Comma };
const POUNDS: Money = Money { sign: "£", code: "GBP", style: Style::Point };

/// A clean color print with terms.
pub fn propeller_shop(faces: &Faces) -> anyhow::Result<Made> {
    let bill = Bill {
        vendor: "Lakeshore Propeller Works, Inc.",
        vendor_address: &["1180 Airpark Drive", "Oshkosh, WI 54902"],
        customer: "Brannock Flying Service",
        customer_address: &["RR 2, Box 88", "Mason City, IA 50401"],
        number: "INV-20418",
        date: (date(2011, 3, 14), "March 14, 2011"),
        due: Some((date(2011, 4, 13), "April 13, 2011")),
        items: &[
            ("Overhaul McCauley 1C160", 1, 184_000),
            ("Bolt kit, propeller attach", 2, 11_250),
            ("Dynamic balance", 1, 24_000),
        ],
        tax_rate: 50,
        words: Words {
            title: "INVOICE",
            number: "Invoice No.",
            date: "Invoice Date",
            due: "Due Date",
            customer: "Bill To",
            subtotal: "Subtotal",
            tax: "Sales Tax 5%",
            total: "Total Due",
        },
        money: DOLLARS,
    };
    let (mut sheet, truth) = letterhead(faces, &bill, Face::Sans);
    age_paper(&mut sheet, &mut Random::new(501), 0.3, 0.1);
    let glass = Scanner { skew_degrees: 0.5, ..scanner(200, Output::Color, 502) };
    Ok(stored(jpeg(&scan(&sheet, &glass), 55)?, 1, Content::Invoice(truth)))
}

/// A tax invoice with boxes, bilevel, stamped.
pub fn tool_trader(faces: &Faces) -> anyhow::Result<Made> {
    let bill = Bill {
        vendor: "SYARIKAT PERALATAN CENDANA SDN BHD",
        vendor_address: &["No. 41, Jalan Cendana 7, 81300 Skudai, Johor", "Tel: 07-511 2290"],
        customer: "BENGKEL MOTOR WARISAN",
        customer_address: &["12 JALAN PERMAI", "80200 JOHOR BAHRU"],
        number: "TI-006612",
        date: (date(2016, 9, 5), "05/09/2016"),
        due: Some((date(2016, 10, 5), "05/10/2016")),
        items: &[
            ("Torque wrench 1/2 in", 2, 21_990),
            ("Hydraulic jack 3 t", 1, 48_500),
            ("Impact socket set", 3, 13_480),
        ],
        tax_rate: 60,
        words: Words {
            title: "TAX INVOICE",
            number: "INVOICE NO.",
            date: "DATE",
            due: "DUE DATE",
            customer: "BILL TO",
            subtotal: "Sub Total",
            tax: "GST 6%",
            total: "Grand Total",
        },
        money: RINGGIT,
    };
    let mut machine = Machine::dot_matrix(ELITE_MM, 511);
    let (mut sheet, truth) = boxed(faces, &bill, &mut machine);
    age_paper(&mut sheet, &mut Random::new(512), 0.3, 0.2);
    shop_stamp(
        &mut sheet,
        faces,
        (at(40.0, 240.0), 6.0),
        ink(150, 30, 40),
        &["RECEIVED", "07 SEP"],
    );
    let glass = Scanner { skew_degrees: -0.8, ..scanner(200, Output::Bilevel(160), 513) };
    Ok(stored(tiff(&[scan(&sheet, &glass)])?, 1, Content::Invoice(truth)))
}

/// Typed in the seventies, without a date when it is due.
pub fn typed_bill(faces: &Faces) -> anyhow::Result<Made> {
    let bill = Bill {
        vendor: "HOLLIS & SON AIRCRAFT ENGINES",
        vendor_address: &["Municipal Airport, Hangar 4", "Great Bend, Kansas 67530"],
        customer: "Prairie Crop Dusters",
        customer_address: &["Route 1", "Larned, Kansas 67550"],
        number: "4471",
        date: (date(1974, 8, 21), "Aug 21, 1974"),
        due: None,
        items: &[
            ("Cylinder assembly O-320", 4, 18_950),
            ("Gasket set", 1, 3240),
            ("Labor, hours", 26, 1150),
        ],
        tax_rate: 30,
        words: Words {
            title: "I N V O I C E",
            number: "Invoice Number",
            date: "Date",
            due: "Due",
            customer: "Sold To",
            subtotal: "Subtotal",
            tax: "State Sales Tax",
            total: "TOTAL AMOUNT DUE",
        },
        money: DOLLARS,
    };
    let mut machine = Machine::typewriter(Face::Typewriter, PICA_MM, 521);
    let (mut sheet, truth) = typed(faces, &bill, &mut machine);
    let mut random = Random::new(522);
    coffee_ring(&mut sheet, &mut random, at(150.0, 225.0), 32.0);
    age_paper(&mut sheet, &mut random, 0.6, 0.7);
    fold(&mut sheet, &mut random, Fold::Across(196.0));
    let glass = Scanner {
        skew_degrees: 1.6,
        surround: Surround::Black(4.0),
        ..scanner(200, Output::Gray, 523)
    };
    Ok(stored(jpeg(&scan(&sheet, &glass), 55)?, 1, Content::Invoice(truth)))
}

/// Decimal commas, on an image-only PDF.
pub fn continental(faces: &Faces) -> anyhow::Result<Made> {
    let bill = Bill {
        vendor: "Lindqvist Instrumente GmbH",
        vendor_address: &["Hafenstrasse 19", "24937 Flensburg"],
        customer: "Museum of Coastal Flight",
        customer_address: &["2 Harbour Road", "Esbjerg"],
        number: "2009/1187",
        date: (date(2009, 11, 3), "3 November 2009"),
        due: Some((date(2009, 12, 3), "3 December 2009")),
        items: &[
            ("Restoration of altimeter", 1, 142_050),
            ("Compass card, replica", 3, 8900),
            ("Packing and insurance", 1, 6480),
        ],
        tax_rate: 190,
        words: Words {
            title: "INVOICE",
            number: "Invoice Number",
            date: "Date of Invoice",
            due: "Payment Due",
            customer: "Invoice To",
            subtotal: "Net Amount",
            tax: "VAT 19%",
            total: "Total",
        },
        money: EUROS,
    };
    let (mut sheet, truth) = letterhead(faces, &bill, Face::Serif);
    age_paper(&mut sheet, &mut Random::new(531), 0.2, 0.1);
    punch(&mut sheet, &[108.5, 188.5], [236, 236, 236]);
    let image = scan(&sheet, &Scanner { skew_degrees: -0.4, ..scanner(200, Output::Gray, 532) });
    let pages = [PdfPage { scan: image, quality: 50, text: Vec::new() }];
    Ok(stored(pdf(&pages)?, 1, Content::Invoice(truth)))
}

/// Pounds, faded print of low resolution.
pub fn faded_bill(faces: &Faces) -> anyhow::Result<Made> {
    let bill = Bill {
        vendor: "Thornbury Bindery Ltd",
        vendor_address: &["Unit 6, Mill Lane", "Thornbury BS35 2AA"],
        customer: "County Record Office",
        customer_address: &["Castle Street", "Gloucester"],
        number: "TB/3308",
        date: (date(1998, 2, 19), "19 Feb 1998"),
        due: Some((date(1998, 3, 21), "21 Mar 1998")),
        items: &[
            ("Rebinding of ledger, half calf", 6, 8750),
            ("Archival box, large", 20, 645),
            ("Paper repair, leaf", 45, 310),
        ],
        tax_rate: 175,
        words: Words {
            title: "INVOICE",
            number: "Invoice #",
            date: "Date",
            due: "Due Date",
            customer: "Customer",
            subtotal: "Total excl. VAT",
            tax: "VAT 17.5%",
            total: "Amount Payable",
        },
        money: POUNDS,
    };
    let (mut sheet, truth) = letterhead(faces, &bill, Face::Serif);
    let mut random = Random::new(541);
    fade(&mut sheet, &mut random, 0.6, 0.25);
    age_paper(&mut sheet, &mut random, 0.6, 0.6);
    let glass = Scanner { skew_degrees: -1.3, noise: 1.2, ..scanner(150, Output::Gray, 542) };
    Ok(stored(png(&scan(&sheet, &glass))?, 1, Content::Invoice(truth)))
}

/// Boxes filled in by a typewriter, stained, in color.
pub fn stained_bill(faces: &Faces) -> anyhow::Result<Made> {
    let bill = Bill {
        vendor: "Meridian Hangar Supply Co.",
        vendor_address: &["77 Taxiway Road, Ames, Iowa 50010"],
        customer: "Vance Aviation",
        customer_address: &["Hangar 12", "Boone, Iowa 50036"],
        number: "88-1402",
        date: (date(1988, 6, 30), "06/30/88"),
        due: Some((date(1988, 7, 30), "07/30/88")),
        items: &[
            ("Safety wire .032, 1 lb", 12, 985),
            ("Dope, butyrate, 5 gal", 2, 13_675),
            ("Fabric, 60 in, yard", 30, 845),
        ],
        tax_rate: 40,
        words: Words {
            title: "INVOICE",
            number: "INVOICE NUMBER",
            date: "INVOICE DATE",
            due: "PAYMENT DUE",
            customer: "SOLD TO",
            subtotal: "SUBTOTAL",
            tax: "TAX",
            total: "INVOICE TOTAL",
        },
        money: DOLLARS,
    };
    let mut machine = Machine::typewriter(Face::Courier, ELITE_MM, 551);
    let (mut sheet, truth) = boxed(faces, &bill, &mut machine);
    let mut random = Random::new(552);
    drops(&mut sheet, &mut random, at(60.0, 200.0), ink(150, 130, 80));
    age_paper(&mut sheet, &mut random, 0.7, 0.5);
    margin_note(&mut sheet, faces, (at(30.0, 255.0), 3.0), BLUE_PEN, "paid 7/22 ck 1180");
    staple(&mut sheet, &mut random, at(22.0, 10.0));
    let glass = Scanner { skew_degrees: 1.1, ..scanner(200, Output::Color, 553) };
    Ok(stored(jpeg(&scan(&sheet, &glass), 55)?, 1, Content::Invoice(truth)))
}

/// A listing of a dot matrix printer, gray TIFF.
pub fn printed_bill(faces: &Faces) -> anyhow::Result<Made> {
    let bill = Bill {
        vendor: "KOPERASI PERCETAKAN UTARA BERHAD",
        vendor_address: &["15 Lebuh Pantai, 10300 George Town", "Pulau Pinang"],
        customer: "Arkib Daerah Kuala Muda",
        customer_address: &["08000 Sungai Petani", "Kedah"],
        number: "KPU-1993-0417",
        date: (date(1993, 12, 28), "28-12-1993"),
        due: Some((date(1994, 1, 27), "27-01-1994")),
        items: &[
            ("Record book 400 leaves", 24, 3850),
            ("Index cards, 1000", 15, 2275),
            ("Delivery", 1, 4500),
        ],
        tax_rate: 50,
        words: Words {
            title: "INVOICE",
            number: "Invoice No",
            date: "Date",
            due: "Due Date",
            customer: "Bill To",
            subtotal: "Sub-Total",
            tax: "Service Tax 5%",
            total: "TOTAL PAYABLE",
        },
        money: RINGGIT,
    };
    let mut machine = Machine::dot_matrix(PICA_MM, 561);
    let (mut sheet, truth) = typed(faces, &bill, &mut machine);
    age_paper(&mut sheet, &mut Random::new(562), 0.4, 0.4);
    let glass = Scanner { skew_degrees: 2.4, noise: 0.0, ..scanner(150, Output::Gray, 563) };
    Ok(stored(gray_tiff(&scan(&sheet, &glass))?, 1, Content::Invoice(truth)))
}

/// A PDF whose first page is a letter.
pub fn with_letter(faces: &Faces) -> anyhow::Result<Made> {
    let bill = Bill {
        vendor: "Stadler Survey Associates, LLC",
        vendor_address: &["400 Court Street, Suite 12", "Pierre, SD 57501"],
        customer: "Hughes County Land Office",
        customer_address: &["104 E Capitol Ave", "Pierre, SD 57501"],
        number: "SSA-0652",
        date: (date(2004, 5, 7), "7 May 2004"),
        due: Some((date(2004, 6, 6), "6 June 2004")),
        items: &[
            ("Boundary survey, section 14", 1, 325_000),
            ("Monument, brass cap", 8, 6550),
            ("Plat, recorded copy", 3, 2500),
        ],
        tax_rate: 45,
        words: Words {
            title: "INVOICE",
            number: "Invoice No.",
            date: "Date",
            due: "Payment Due",
            customer: "Billed To",
            subtotal: "Subtotal",
            tax: "Sales Tax (4.5%)",
            total: "Balance Due",
        },
        money: DOLLARS,
    };
    let mut letter = crate::sheet::Sheet::new(210.0, 297.0, [250, 249, 245]);
    let mut machine = Machine::typewriter(Face::Courier, PICA_MM, 571);
    let lines = [
        "Dear Mr. Asher,",
        "",
        "The survey of section 14 is complete and the plat was recorded",
        "on Monday. Our bill is on the next page. Please call if there is",
        "any question about the monuments along the north line.",
        "",
        "Sincerely,",
        "K. Stadler",
    ];
    for (line, text) in lines.into_iter().enumerate() {
        machine.write(&mut letter, faces, at(24.0, 60.0 + 7.0 * line as f32), text);
    }
    let (sheet, truth) = letterhead(faces, &bill, Face::Sans);
    let mut pages = Vec::new();
    for (mut sheet, seed) in [(letter, 572), (sheet, 573)] {
        age_paper(&mut sheet, &mut Random::new(seed), 0.3, 0.2);
        let glass = Scanner { skew_degrees: 0.3, ..scanner(200, Output::Bilevel(150), seed) };
        pages.push(PdfPage { scan: scan(&sheet, &glass), quality: 50, text: Vec::new() });
    }
    let content = Content::Invoice(crate::truth::Invoice { page: 2, ..truth });
    Ok(stored(pdf(&pages)?, pages.len(), content))
}
