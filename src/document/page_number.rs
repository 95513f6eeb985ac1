//! The number of a page in its document.

use std::fmt;
use std::num::NonZeroU32;

use serde::{Deserialize, Serialize};

/// Number of a page in its document, from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct PageNumber(pub NonZeroU32);

impl PageNumber {
    /// The first page.
    pub const FIRST: Self = Self(NonZeroU32::MIN);

    /// Returns the page number for a position counted from 0, or `None` past `u32::MAX`.
    pub fn from_index(index: usize) -> Option<Self> {
        NonZeroU32::new(u32::try_from(index).ok()?.checked_add(1)?).map(Self)
    }

    /// Returns the position counted from 0.
    pub fn index(self) -> usize {
        self.0.get() as usize - 1
    }

    /// Returns the number as Postgres stores it.
    pub fn as_i32(self) -> i32 {
        i32::try_from(self.0.get()).unwrap_or(i32::MAX)
    }
}

impl fmt::Display for PageNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}
