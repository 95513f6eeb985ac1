//! Cuts a page where white runs through all of it, as long as the parts are documents of their own.

use super::evidence::{self, Finding, Lie, White};
use super::side::{self, Piece, Side};
use crate::document::{Mark, PageText, PixelBox};

/// White between two documents in text heights.
const MIN_WHITE: f32 = 1.5;
/// More documents than this are a list.
const MAX_REGIONS: usize = 24;
/// Paper around the words of a document, in millimetres, where no other is nearer.
const MARGIN_MM: f32 = 15.0;
/// Rules in this share of the page along its edges are where the paper ended.
const EDGE: f32 = 0.03;
/// A rule that parts two sides is as long as this share of them.
const RULED: f32 = 0.5;
/// Resolution that is assumed where a page does not know its own.
const FALLBACK_DPI: f32 = 300.0;
/// Regions stand in one row if they share this share of the lower one's height.
const ROW_OVERLAP: f32 = 0.5;

/// The documents on a page.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Regions {
    /// In reading order: the whole page, divided among them.
    pub areas: Vec<PixelBox>,
    /// Where their paper may be, in the same order.
    pub boxes: Vec<PixelBox>,
    /// There may be more than these.
    pub is_unsure: bool,
}

/// Finds the documents on a page; one region or none if it is one.
pub(super) fn regions(text: &PageText) -> Regions {
    let Some(text_height) = side::text_height(text) else { return Regions::default() };
    // Words of a text layer may stick out of the page: they belong to somebody, too.
    let page = PixelBox { left: 0, top: 0, right: u32::MAX, bottom: u32::MAX };
    let mut cutter =
        Cutter { rules: rules(text), text_height, parts: Vec::new(), is_unsure: false };
    cutter.divide(page, Piece::all(text, text_height));
    let dpi = if text.dpi >= 1.0 { text.dpi } else { FALLBACK_DPI };
    let margin = (MARGIN_MM * dpi / 25.4) as u32;
    let parts = in_reading_order(cutter.parts);
    Regions {
        boxes: parts
            .iter()
            .map(|(area, content)| padded(*content, on_page(*area, text), margin))
            .collect(),
        areas: parts.into_iter().map(|(area, _)| area).collect(),
        is_unsure: cutter.is_unsure,
    }
}

struct Cutter {
    /// Which way each rule runs, and where.
    rules: Vec<(Lie, PixelBox)>,
    text_height: f32,
    /// Areas that are divided no further, and the box of their words.
    parts: Vec<(PixelBox, PixelBox)>,
    is_unsure: bool,
}

/// A place where an area may be cut.
#[derive(Debug, Clone, Copy)]
struct Gap {
    lie: Lie,
    /// First pixel of the white, and the one after its last.
    start: u32,
    end: u32,
}

impl Cutter {
    fn divide(&mut self, area: PixelBox, pieces: Vec<Piece>) {
        let mut best: Option<(Finding, Gap)> = None;
        if self.parts.len() < MAX_REGIONS {
            for gap in self.gaps(&pieces) {
                let finding = self.judge(&pieces, gap);
                if best.is_none_or(|(most, _)| finding > most) {
                    best = Some((finding, gap));
                }
            }
        }
        match best {
            Some((Finding::Two(_), gap)) => {
                let (first, second) = parted(pieces, gap);
                let (area_first, area_second) = gap.areas(area);
                self.divide(area_first, first);
                self.divide(area_second, second);
                return;
            }
            Some((Finding::Unsure, _)) => self.is_unsure = true,
            Some((Finding::One, _)) | None => {}
        }
        if let Some(content) = Side::of(&pieces).map(|side| side.bounds) {
            self.parts.push((area, content));
        }
    }

    fn judge(&self, pieces: &[Piece], gap: Gap) -> Finding {
        let (first, second) = parted(pieces.to_vec(), gap);
        let (Some(first), Some(second)) = (Side::of(&first), Side::of(&second)) else {
            return Finding::One;
        };
        let content = first.bounds.union(&second.bounds);
        if self.rules.iter().any(|(lie, rule)| gap.is_crossed(*lie, rule, &content)) {
            return Finding::One;
        }
        let white = White {
            lie: gap.lie,
            width: gap.end.saturating_sub(gap.start) as f32,
            text_height: self.text_height,
            is_ruled: self.rules.iter().any(|(lie, rule)| gap.is_ruled(*lie, rule, &content)),
        };
        evidence::judge(&first, &second, white)
    }

    /// Returns the white that runs through all of the pieces, across and down.
    fn gaps(&self, pieces: &[Piece]) -> Vec<Gap> {
        let mut gaps = Vec::new();
        for lie in [Lie::Beside, Lie::Stacked] {
            let mut spans: Vec<(u32, u32)> =
                pieces.iter().map(|piece| along(lie, &piece.bounds)).collect();
            spans.sort_unstable();
            let mut reach: Option<u32> = None;
            for (start, end) in spans {
                if let Some(reach) = reach
                    && start as f32 - reach as f32 >= MIN_WHITE * self.text_height
                {
                    gaps.push(Gap { lie, start: reach, end: start });
                }
                reach = Some(reach.map_or(end, |reach| reach.max(end)));
            }
        }
        gaps
    }
}

impl Gap {
    fn middle(self) -> u32 {
        u32::midpoint(self.start, self.end)
    }

    /// Divides an area in the middle of the white.
    fn areas(self, area: PixelBox) -> (PixelBox, PixelBox) {
        let middle = self.middle();
        match self.lie {
            Lie::Beside => (PixelBox { right: middle, ..area }, PixelBox { left: middle, ..area }),
            Lie::Stacked => (PixelBox { bottom: middle, ..area }, PixelBox { top: middle, ..area }),
        }
    }

    /// Tells whether a rule lies in the white and runs along most of it.
    fn is_ruled(self, rule_parts: Lie, rule: &PixelBox, content: &PixelBox) -> bool {
        let (start, end) = along(self.lie, rule);
        let length = |bounds: &PixelBox| match self.lie {
            Lie::Beside => bounds.height(),
            Lie::Stacked => bounds.width(),
        };
        rule_parts == self.lie
            && start >= self.start
            && end <= self.end
            && length(rule) as f32 >= RULED * length(content) as f32
    }

    /// Tells whether a rule runs from one side to the other, between the words of both.
    fn is_crossed(self, rule_parts: Lie, rule: &PixelBox, content: &PixelBox) -> bool {
        let (start, end) = along(self.lie, rule);
        let is_across = rule_parts != self.lie && start < self.start && end > self.end;
        let is_inside = rule.top < content.bottom
            && rule.bottom > content.top
            && rule.left < content.right
            && rule.right > content.left;
        is_across && is_inside
    }
}

/// Returns the extent of a box in the direction in which the sides follow each other.
fn along(lie: Lie, bounds: &PixelBox) -> (u32, u32) {
    match lie {
        Lie::Beside => (bounds.left, bounds.right),
        Lie::Stacked => (bounds.top, bounds.bottom),
    }
}

fn parted(pieces: Vec<Piece>, gap: Gap) -> (Vec<Piece>, Vec<Piece>) {
    let middle = gap.middle();
    pieces.into_iter().partition(|piece| along(gap.lie, &piece.bounds).0 < middle)
}

/// Returns the rules of a page that are no edges of its paper, with what they could part.
fn rules(text: &PageText) -> Vec<(Lie, PixelBox)> {
    let (across, down) = (EDGE * text.width as f32, EDGE * text.height as f32);
    let inner = |start: u32, end: u32, edge: f32, size: u32| {
        start as f32 > edge && (end as f32) < size as f32 - edge
    };
    let kept = text.marks.iter().filter_map(|mark| match mark {
        Mark::HorizontalRule(rule) if inner(rule.top, rule.bottom, down, text.height) => {
            Some((Lie::Stacked, *rule))
        }
        Mark::VerticalRule(rule) if inner(rule.left, rule.right, across, text.width) => {
            Some((Lie::Beside, *rule))
        }
        _ => None,
    });
    kept.collect()
}

fn padded(content: PixelBox, area: PixelBox, margin: u32) -> PixelBox {
    PixelBox {
        left: content.left.saturating_sub(margin).max(area.left),
        top: content.top.saturating_sub(margin).max(area.top),
        right: content.right.saturating_add(margin).min(area.right),
        bottom: content.bottom.saturating_add(margin).min(area.bottom),
    }
}

/// Orders parts row by row, those that stand beside each other from left to right.
fn in_reading_order(mut parts: Vec<(PixelBox, PixelBox)>) -> Vec<(PixelBox, PixelBox)> {
    parts.sort_by_key(|(_, content)| content.top);
    let mut ordered: Vec<(PixelBox, PixelBox)> = Vec::with_capacity(parts.len());
    while !parts.is_empty() {
        let first = parts[0].1;
        let (mut row, rest): (Vec<_>, Vec<_>) = parts.into_iter().partition(|(_, content)| {
            let shared =
                first.bottom.min(content.bottom).saturating_sub(first.top.max(content.top));
            shared as f32 >= ROW_OVERLAP * first.height().min(content.height()) as f32
        });
        row.sort_by_key(|(_, content)| content.left);
        ordered.append(&mut row);
        parts = rest;
    }
    ordered
}

fn on_page(area: PixelBox, text: &PageText) -> PixelBox {
    PixelBox { right: area.right.min(text.width), bottom: area.bottom.min(text.height), ..area }
}
