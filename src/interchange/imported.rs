//! What an import has of a page.

use crate::document::PageText;

/// A page with what the file says about how it was read.
#[derive(Debug, Clone, PartialEq)]
pub struct ImportedPage {
    pub text: PageText,
    /// Name and version as the file states them; empty if it does not.
    pub engine: String,
    /// As the ledger names them, such as `eng+deu`; empty if the file does not say.
    pub languages: String,
    /// What was chosen or mended because the file does not say it or says what cannot be.
    pub steps: Vec<String>,
}
