//! What a perfect reader would find in the samples, and the CSV files that say so.

use std::path::Path;

use anyhow::Context;
use jiff::civil::Date;

/// One entry of a maintenance log.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct LogRow {
    pub page: u32,
    pub row: u32,
    pub registration: String,
    pub serial_number: String,
    pub total_time: String,
    pub date: Date,
    pub hours: String,
    pub description: String,
    pub certificate: String,
}

/// What a receipt says.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Receipt {
    pub company: String,
    pub date: Date,
    pub address: String,
    pub total: String,
}

/// What a filing says.
#[derive(Debug, Clone, PartialEq)]
pub struct Filing {
    pub document_type: &'static str,
    pub registration_number: &'static str,
    pub registrant_name: &'static str,
}

/// What an invoice says.
#[derive(Debug, Clone, PartialEq)]
pub struct Invoice {
    /// The page it stands on.
    pub page: u32,
    pub number: &'static str,
    pub date: Date,
    pub due_date: Option<Date>,
    pub vendor: &'static str,
    pub customer: &'static str,
    pub currency: &'static str,
    pub subtotal: String,
    pub tax: String,
    pub total: String,
}

/// What an index card says.
#[derive(Debug, Clone, PartialEq)]
pub struct IndexCard {
    pub page: u32,
    pub number: &'static str,
    pub title: &'static str,
    /// As far as it is known: `1978-03-12`, `1978-03` or `1978`.
    pub date: &'static str,
    pub location: &'static str,
    pub remarks: String,
}

/// What stands in a sample.
#[derive(Debug, Clone, PartialEq)]
pub enum Content {
    Log(Vec<LogRow>),
    Receipt(Receipt),
    Filing(Filing),
    Invoice(Invoice),
    IndexCards(Vec<IndexCard>),
    Nothing,
}

/// A finished sample.
#[derive(Debug, Clone)]
pub struct Sample {
    /// Path below `samples/`.
    pub file: &'static str,
    pub bytes: Vec<u8>,
    /// How it ends in the ledger: stored, blank, failed or duplicate.
    pub status: &'static str,
    pub pages: usize,
    pub content: Content,
}

/// Writes the truth of all samples to `folder`.
pub fn write(folder: &Path, samples: &[Sample]) -> anyhow::Result<()> {
    std::fs::create_dir_all(folder)
        .with_context(|| format!("{}: cannot create", folder.display()))?;
    let open = |name: &str, header: &[&str]| -> anyhow::Result<csv::Writer<std::fs::File>> {
        let path = folder.join(name);
        let mut file = csv::Writer::from_path(&path)
            .with_context(|| format!("{}: cannot write", path.display()))?;
        file.write_record(header)?;
        Ok(file)
    };
    let mut files = open("files.csv", &["_file", "status", "pages"])?;
    let mut logs = open("maintenance_log.csv", &LOG_COLUMNS)?;
    let mut receipts =
        open("receipt.csv", &["company", "date", "address", "total", "_file", "_page", "_row"])?;
    let mut filings = open(
        "filing.csv",
        &["document_type", "registration_number", "registrant_name", "_file", "_page", "_row"],
    )?;
    let mut invoices = open("invoice.csv", &INVOICE_COLUMNS)?;
    let mut cards = open("index_card.csv", &CARD_COLUMNS)?;
    for sample in samples {
        files.write_record([sample.file, sample.status, &sample.pages.to_string()])?;
        match &sample.content {
            Content::Log(rows) => {
                for row in rows {
                    write_row(&mut logs, row, sample.file)?;
                }
            }
            Content::Receipt(receipt) => receipts.write_record([
                receipt.company.as_str(),
                &receipt.date.to_string(),
                &receipt.address,
                &receipt.total,
                sample.file,
                "1",
                "1",
            ])?,
            Content::Filing(filing) => filings.write_record([
                filing.document_type,
                filing.registration_number,
                filing.registrant_name,
                sample.file,
                "1",
                "1",
            ])?,
            Content::Invoice(invoice) => write_invoice(&mut invoices, invoice, sample.file)?,
            Content::IndexCards(all) => {
                for card in all {
                    write_card(&mut cards, card, sample.file)?;
                }
            }
            Content::Nothing => {}
        }
    }
    for mut file in [files, logs, receipts, filings, invoices, cards] {
        file.flush()?;
    }
    Ok(())
}

const LOG_COLUMNS: [&str; 10] = [
    "registration",
    "serial_number",
    "total_time",
    "date",
    "hours",
    "description",
    "certificate",
    "_file",
    "_page",
    "_row",
];

fn write_row(
    logs: &mut csv::Writer<std::fs::File>,
    row: &LogRow,
    file: &str,
) -> anyhow::Result<()> {
    logs.write_record([
        row.registration.as_str(),
        &row.serial_number,
        &row.total_time,
        &row.date.to_string(),
        &row.hours,
        &row.description,
        &row.certificate,
        file,
        &row.page.to_string(),
        &row.row.to_string(),
    ])?;
    Ok(())
}

const INVOICE_COLUMNS: [&str; 12] = [
    "invoice_number",
    "invoice_date",
    "due_date",
    "vendor",
    "customer",
    "currency",
    "subtotal",
    "tax",
    "total",
    "_file",
    "_page",
    "_row",
];
const CARD_COLUMNS: [&str; 8] =
    ["number", "title", "date", "location", "remarks", "_file", "_page", "_row"];

type Table = csv::Writer<std::fs::File>;

fn write_invoice(table: &mut Table, invoice: &Invoice, file: &str) -> csv::Result<()> {
    table.write_record([
        invoice.number,
        &invoice.date.to_string(),
        &invoice.due_date.map_or(String::new(), |date| date.to_string()),
        invoice.vendor,
        invoice.customer,
        invoice.currency,
        &invoice.subtotal,
        &invoice.tax,
        &invoice.total,
        file,
        &invoice.page.to_string(),
        "1",
    ])
}

fn write_card(table: &mut Table, card: &IndexCard, file: &str) -> csv::Result<()> {
    table.write_record([
        card.number,
        card.title,
        card.date,
        card.location,
        &card.remarks,
        file,
        &card.page.to_string(),
        "1",
    ])
}
