//! How much of a page is looked at again, and by whom.

use crate::document::words;

/// Whether doubtful fields are read again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum SecondLook {
    Off,
    /// The most doubtful ones, within a share of the page's work.
    #[default]
    Auto,
    /// All of them.
    Thorough,
}

words!(SecondLook { Off => "off", Auto => "auto", Thorough => "thorough" });

/// How much is read again, and by whom.
#[derive(Debug, Clone, Copy)]
pub(in crate::pipeline) struct Effort {
    pub look: SecondLook,
    pub has_second_network: bool,
}
