//! What became of the ink of a layout after its segments were read.

use std::collections::HashMap;

use super::found::{Layout, Segment, SegmentKind};
use super::frame::Owner;
use super::rest;
use crate::document::PixelBox;
use crate::ocr::lengths::within_share;
use crate::ocr::{Account, UnreadArea};
use crate::shapes::Component;

/// A segment that was no text looks like text from so many shapes on.
const MIN_SHAPES: usize = 4;
/// It may be text that is worth another reading from so many on, …
const MIN_AGAIN: usize = 3;
/// … as long as such segments are no more than this share of the length of all: more is no text that is damaged.
const AGAIN_SHARE: f32 = 0.15;
/// A line of a view has so many shapes at least, …
const MIN_MEMBERS: usize = 3;
/// … and an x-height between these multiples of that of the page.
const VIEW_HEIGHTS: std::ops::RangeInclusive<f32> = 0.5..=3.0;
/// Text-like shapes are between these multiples of the text height in height.
const SHAPE_HEIGHTS: std::ops::RangeInclusive<f32> = 0.6..=4.0;

impl Layout {
    /// Drops the segments of a view of the page that say nothing new: scraps, what is much smaller or larger than
    /// `text_height`, if that is given, and what `is_read` already.
    pub(in crate::ocr) fn keep_text_of(
        &mut self,
        text_height: Option<f32>,
        is_read: impl Fn(&PixelBox) -> bool,
    ) {
        self.segments.retain(|segment| {
            segment.members.len() >= MIN_MEMBERS
                && !is_read(&segment.bounds)
                && text_height
                    .is_none_or(|height| VIEW_HEIGHTS.contains(&(segment.x_height / height)))
        });
    }

    /// Returns the places of segments that look like text and are not `kept`, as many as are worth another reading.
    pub(in crate::ocr) fn dropped_text(&self, kept: &[bool]) -> Vec<usize> {
        let length = |segment: &Segment| segment.bounds.width() as f32 / segment.x_height.max(1.0);
        let lengths: Vec<f32> = self.segments.iter().map(length).collect();
        let is_dropped = |&place: &usize| {
            let segment = &self.segments[place];
            !kept[place]
                && segment.members.len() >= MIN_AGAIN
                && segment.kind != SegmentKind::InPicture
        };
        // Print is even; what is much larger or smaller than the text of the page is mostly drawn.
        let oddness = |place: usize| {
            let ratio = self.segments[place].x_height / self.text_height.max(1.0);
            ratio.max(0.01).ln().abs()
        };
        let dropped = (0..kept.len()).filter(is_dropped);
        let ranked = dropped.map(|place| (oddness(place), place)).collect();
        within_share(AGAIN_SHARE, ranked, &lengths)
    }

    /// Returns how much ink is in the segments that are `kept` (one for each segment), and the areas that look like
    /// text and are in none.
    pub(in crate::ocr) fn account(&self, kept: &[bool]) -> Account {
        let pairs = self.segments.iter().zip(kept);
        let segments: HashMap<u32, (&Segment, bool)> =
            pairs.map(|(segment, &is_kept)| (segment.id, (segment, is_kept))).collect();
        let pictures = rest::large_shapes(&self.components, self.text_height, self.size);
        let mut account = Account::default();
        let mut left_over: Vec<Component> = Vec::new();
        for (component, owner) in self.components.iter().zip(&self.owners) {
            let is_left_over = match owner {
                Owner::Segment(id) => match segments.get(id) {
                    Some((_, true)) => {
                        account.read += u64::from(component.area);
                        false
                    }
                    Some((segment, false)) => {
                        segment.members.len() >= MIN_SHAPES
                            && segment.kind != SegmentKind::InPicture
                    }
                    None => false,
                },
                Owner::None => true,
                Owner::Foreign => false,
            };
            if is_left_over
                && SHAPE_HEIGHTS.contains(&(component.height() / self.text_height.max(1.0)))
                && component.width() <= 12.0 * component.height()
                && !pictures.iter().any(|picture| picture.holds_center_of(&component.bounds))
            {
                left_over.push(*component);
            }
        }
        account.unread = rest::areas(&left_over, self.text_height)
            .into_iter()
            .map(|(bounds, ink)| UnreadArea { bounds, ink })
            .collect();
        account
    }
}
