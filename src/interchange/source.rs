//! What the readers of all formats are.

use super::broken::Broken;
use super::raw_page::RawPage;

/// Where the pages of a file come from, one after the other.
pub(super) trait PageSource {
    /// Returns the next page, `None` at the end. After an error nothing more can be read.
    fn next_page(&mut self) -> Result<Option<RawPage>, Broken>;
}
