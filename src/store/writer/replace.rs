//! When a reading replaces an earlier one.

/// When a newly read page replaces one that was read before. A failed attempt never does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Replace {
    /// If it is not worth less: its mean confidence, less what it left unread.
    IfNotWorse,
    Always,
}
