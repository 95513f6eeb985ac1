//! The account of a page's ink: how much of what looks like text was read, and where the rest is.

use crate::document::PixelBox;

/// An area that looks like text and was not read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct UnreadArea {
    /// In pixels of the prepared page.
    pub bounds: PixelBox,
    /// Pixels of ink of the size of text in it.
    pub ink: u64,
}

/// What became of a page's ink.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Account {
    /// Pixels of ink in words.
    pub read: u64,
    pub unread: Vec<UnreadArea>,
}

impl Account {
    /// Returns the share of the text-like ink that was not read, 0–1.
    pub fn unread_share(&self) -> f32 {
        let unread: u64 = self.unread.iter().map(|area| area.ink).sum();
        unread as f32 / (self.read + unread).max(1) as f32
    }

    /// Adds what became of ink that was looked at by itself, as far as no word of the page stands there.
    pub(super) fn add(&mut self, other: Self, is_read: impl Fn(&PixelBox) -> bool) {
        self.read += other.read;
        self.unread.extend(other.unread.into_iter().filter(|area| !is_read(&area.bounds)));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn area(left: u32, ink: u64) -> UnreadArea {
        UnreadArea { bounds: PixelBox { left, top: 0, right: left + 10, bottom: 10 }, ink }
    }

    #[test]
    fn a_page_that_was_read_has_no_unread_share() {
        assert!(Account { read: 500, unread: Vec::new() }.unread_share() <= 0.0);
        assert!(Account::default().unread_share() <= 0.0);
    }

    #[test]
    fn the_share_is_of_text_like_ink() {
        let mut account = Account { read: 900, unread: vec![area(0, 60)] };
        let other = Account { read: 0, unread: vec![area(100, 40), area(200, 500)] };
        account.add(other, |bounds| bounds.left == 200);
        assert!((account.unread_share() - 0.1).abs() < 1e-6);
    }
}
