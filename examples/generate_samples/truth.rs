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

/// What stands in a sample.
#[derive(Debug, Clone, PartialEq)]
pub enum Content {
    Log(Vec<LogRow>),
    Receipt(Receipt),
    Filing(Filing),
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
    let mut logs = open(
        "maintenance_log.csv",
        &[
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
        ],
    )?;
    let mut receipts =
        open("receipt.csv", &["company", "date", "address", "total", "_file", "_page", "_row"])?;
    let mut filings = open(
        "filing.csv",
        &["document_type", "registration_number", "registrant_name", "_file", "_page", "_row"],
    )?;
    for sample in samples {
        files.write_record([sample.file, sample.status, &sample.pages.to_string()])?;
        match &sample.content {
            Content::Log(rows) => {
                for row in rows {
                    logs.write_record([
                        row.registration.as_str(),
                        &row.serial_number,
                        &row.total_time,
                        &row.date.to_string(),
                        &row.hours,
                        &row.description,
                        &row.certificate,
                        sample.file,
                        &row.page.to_string(),
                        &row.row.to_string(),
                    ])?;
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
            Content::Nothing => {}
        }
    }
    for mut file in [files, logs, receipts, filings] {
        file.flush()?;
    }
    Ok(())
}
