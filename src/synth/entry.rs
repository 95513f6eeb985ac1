//! What an entry of a log says.

use jiff::civil::Date;

/// One entry of a log with the head of its page.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    pub registration: String,
    pub serial_number: String,
    /// Tenths of hours at the first entry of the page.
    pub total_time: u32,
    pub date: Date,
    /// Tenths of hours.
    pub hours: u32,
    pub description: String,
    pub certificate: String,
}

/// Writes tenths of hours with their point.
pub fn in_hours(tenths: u32) -> String {
    format!("{}.{}", tenths / 10, tenths % 10)
}
