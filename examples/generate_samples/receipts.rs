//! Till receipts of invented Malaysian shops on 80 mm thermal paper.
//!
//! The amounts add up: items, tax, rounding to five sen, cash and change.

use jiff::civil::Date;

use crate::random::Random;
use crate::sheet::{Sheet, at};
use crate::truth::Receipt;
use crate::writing::{Faces, Machine};

/// An invented shop.
pub struct Shop {
    pub name: &'static str,
    pub number: &'static str,
    pub address: &'static [&'static str],
    pub phone: &'static str,
    pub tax_number: &'static str,
    pub till: Till,
    pub farewell: &'static [&'static str],
}

/// How a till lays out its receipts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Till {
    /// Item lines with quantity and price below each name; GST at 6 %.
    TwoLines,
    /// Quantity, name and amount on one line; no tax.
    OneLine,
}

/// One sale.
pub struct Sale {
    pub date: Date,
    /// As the till prints it.
    pub printed_date: &'static str,
    pub time: &'static str,
    pub bill: &'static str,
    /// Name, quantity, price of one in sen.
    pub items: &'static [(&'static str, u32, u32)],
    pub cash: u32,
}

const COLUMNS: usize = 42;
const LINE_MM: f32 = 3.9;

fn sen(amount: u32) -> String {
    format!("{}.{:02}", amount / 100, amount % 100)
}

fn pair(left: &str, right: &str) -> String {
    let gap = COLUMNS.saturating_sub(left.len() + right.len());
    format!("{left}{}{right}", " ".repeat(gap))
}

fn centered(text: &str) -> String {
    format!("{}{text}", " ".repeat(COLUMNS.saturating_sub(text.len()) / 2))
}

/// Prints a receipt; returns the paper and what it says.
pub fn print(faces: &Faces, shop: &Shop, sale: &Sale, machine: &mut Machine) -> (Sheet, Receipt) {
    let (lines, total) = lines(shop, sale);
    let mut random = Random::new(machine.random.bits());
    let height = 16.0 + lines.len() as f32 * LINE_MM + random.between(6.0, 14.0);
    let mut sheet = Sheet::new(80.0, height, [250, 249, 246]);
    let mut y = 12.0;
    for line in &lines {
        machine.write(&mut sheet, faces, at(8.0, y), line);
        y += LINE_MM;
    }
    let receipt = Receipt {
        company: shop.name.to_owned(),
        date: sale.date,
        address: shop.address.join(" "),
        total: sen(total),
    };
    (sheet, receipt)
}

/// Returns the lines of a receipt and the total in sen.
fn lines(shop: &Shop, sale: &Sale) -> (Vec<String>, u32) {
    let rule = "-".repeat(COLUMNS);
    let mut lines = vec![centered(shop.name), centered(shop.number)];
    lines.extend(shop.address.iter().map(|line| centered(line)));
    lines.push(centered(shop.phone));
    if !shop.tax_number.is_empty() {
        lines.push(centered(shop.tax_number));
        lines.push(String::new());
        lines.push(centered("TAX INVOICE"));
    }
    lines.push(rule.clone());
    lines.push(pair(&format!("Bill No : {}", sale.bill), "Counter 02"));
    lines.push(pair(&format!("Date : {}", sale.printed_date), sale.time));
    lines.push(rule.clone());
    let mut subtotal = 0;
    for (name, quantity, price) in sale.items {
        let amount = quantity * price;
        subtotal += amount;
        match shop.till {
            Till::TwoLines => {
                lines.push((*name).to_owned());
                lines.push(pair(
                    &format!("   {quantity} x {}", sen(*price)),
                    &format!("{} S", sen(amount)),
                ));
            }
            Till::OneLine => lines.push(pair(&format!("{quantity}  {name}"), &sen(amount))),
        }
    }
    lines.push(rule.clone());
    let tax = match shop.till {
        Till::TwoLines => (subtotal * 6 + 50) / 100,
        Till::OneLine => 0,
    };
    let exact = subtotal + tax;
    let total = (exact + 2) / 5 * 5;
    lines.push(pair("Subtotal", &sen(subtotal)));
    if tax > 0 {
        lines.push(pair("GST 6%", &sen(tax)));
    }
    let rounding =
        if total >= exact { sen(total - exact) } else { format!("-{}", sen(exact - total)) };
    lines.push(pair("Rounding Adj", &rounding));
    lines.push(pair("TOTAL RM", &sen(total)));
    lines.push(rule);
    lines.push(pair("Cash", &sen(sale.cash)));
    lines.push(pair("Change", &sen(sale.cash.saturating_sub(total))));
    lines.push(String::new());
    if tax > 0 {
        lines.push(pair("GST Summary    Amount(RM)", "Tax(RM)"));
        lines.push(pair(&format!("S = 6%         {}", sen(subtotal)), &sen(tax)));
        lines.push(String::new());
    }
    lines.extend(shop.farewell.iter().map(|line| centered(line)));
    (lines, total)
}

pub const SHOPS: [Shop; 4] = [
    Shop {
        name: "KEDAI ALATAN SERI MELUR SDN BHD",
        number: "(904417-W)",
        address: &["NO. 18, JALAN MELUR 3/2,", "TAMAN MELUR INDAH,", "43000 KAJANG, SELANGOR."],
        phone: "TEL: 03-8700 4412",
        tax_number: "GST REG NO: 000814572032",
        till: Till::TwoLines,
        farewell: &["GOODS SOLD ARE NOT RETURNABLE", "THANK YOU, PLEASE COME AGAIN"],
    },
    Shop {
        name: "RESTORAN NASI KANDAR BERINGIN",
        number: "(PG0318845-T)",
        address: &["27 LEBUH TANJONG BESAR,", "10200 GEORGE TOWN, PULAU PINANG"],
        phone: "Tel : 04-261 7730",
        tax_number: "",
        till: Till::OneLine,
        farewell: &["TERIMA KASIH", "SILA DATANG LAGI"],
    },
    Shop {
        name: "TECK LOONG HARDWARE TRADING",
        number: "(JM0447120-H)",
        address: &["LOT 4471, JALAN KOTA DALAM,", "81100 JOHOR BAHRU, JOHOR"],
        phone: "TEL/FAX: 07-355 9021",
        tax_number: "GST NO : 001127743488",
        till: Till::TwoLines,
        farewell: &["*** THANK YOU ***"],
    },
    Shop {
        name: "PASARAYA BINTANG TIMUR SDN BHD",
        number: "(1120358-P)",
        address: &["G-12, PLAZA BINTANG TIMUR,", "JALAN RAJA LUMUT, 41050 KLANG, SELANGOR"],
        phone: "TEL: 03-3341 2287",
        tax_number: "GST REG NO: 001940226560",
        till: Till::TwoLines,
        farewell: &["CUSTOMER CARE 1-800-22-4471", "THANK YOU"],
    },
];

pub const SALES: [Sale; 5] = [
    Sale {
        date: jiff::civil::date(2017, 3, 14),
        printed_date: "14/03/2017",
        time: "10:42:18 AM",
        bill: "CS00041827",
        items: &[
            ("SPARK PLUG GASKET 18MM", 8, 145),
            ("SOCKET WRENCH 7/8 DEEP", 1, 3890),
            ("SAFETY WIRE 0.032 1LB", 2, 2250),
            ("MASKING TAPE 24MM", 3, 280),
        ],
        cash: 15_000,
    },
    Sale {
        date: jiff::civil::date(2018, 11, 2),
        printed_date: "02/11/2018",
        time: "13:05",
        bill: "R-118274",
        items: &[
            ("NASI KANDAR AYAM", 2, 850),
            ("ROTI CANAI", 3, 140),
            ("TEH TARIK", 2, 220),
            ("SIRAP LIMAU", 1, 260),
            ("PAPADOM", 2, 60),
        ],
        cash: 5000,
    },
    Sale {
        date: jiff::civil::date(2016, 8, 27),
        printed_date: "27-08-2016",
        time: "16:31:55",
        bill: "0083114",
        items: &[
            ("HEX BOLT 1/4 X 2 ZINC", 24, 35),
            ("PAINT THINNER 5L", 1, 3240),
            ("SAND PAPER #400", 10, 110),
            ("WIRE BRUSH BRASS", 2, 690),
        ],
        cash: 10_000,
    },
    Sale {
        date: jiff::civil::date(2017, 12, 9),
        printed_date: "09/12/17",
        time: "20:17",
        bill: "T2-0091836",
        items: &[
            ("BERAS WANGI 5KG", 1, 2690),
            ("MINYAK MASAK 2KG", 2, 1180),
            ("SUSU SEGAR 1L", 3, 675),
            ("TISU DAPUR 6 ROLLS", 1, 990),
            ("KOPI O 20S", 2, 845),
            ("PISANG BERANGAN KG", 1, 538),
        ],
        cash: 12_000,
    },
    Sale {
        date: jiff::civil::date(2017, 5, 6),
        printed_date: "06/05/2017",
        time: "09:12:40 AM",
        bill: "CS00043390",
        items: &[
            ("AIR FILTER ELEMENT", 1, 4670),
            ("HOSE CLAMP 12-20MM", 6, 190),
            ("LED TORCH AAA", 1, 2599),
        ],
        cash: 10_000,
    },
];
