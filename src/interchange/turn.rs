//! Turns a page upright whose text runs in another direction.

use super::raw_page::{RawBox, RawLine, RawMark, RawPage};
use crate::document::RightAngle;

/// Turns the page as most of its text wants it, counted in characters. Returns the turn; the page has its size.
pub(super) fn upright(page: &mut RawPage, (width, height): (f64, f64)) -> RightAngle {
    let turn = wanted(&page.lines);
    if turn == RightAngle::None {
        return turn;
    }
    let turned = |bounds: &RawBox| turned(bounds, turn, (width, height));
    for line in &mut page.lines {
        line.bounds = line.bounds.as_ref().map(turned);
        for word in &mut line.words {
            word.bounds = word.bounds.as_ref().map(turned);
        }
    }
    for mark in &mut page.marks {
        *mark = match mark {
            RawMark::Rule(bounds) => RawMark::Rule(turned(bounds)),
            RawMark::Picture(bounds) => RawMark::Picture(turned(bounds)),
            RawMark::TickBox { bounds, is_ticked } => {
                RawMark::TickBox { bounds: turned(bounds), is_ticked: *is_ticked }
            }
        };
    }
    turn
}

fn wanted(lines: &[RawLine]) -> RightAngle {
    const TURNS: [RightAngle; 4] =
        [RightAngle::None, RightAngle::Quarter, RightAngle::Half, RightAngle::ThreeQuarters];
    if lines.iter().all(|line| line.turn == RightAngle::None) {
        return RightAngle::None;
    }
    let characters = |line: &RawLine| {
        line.text.len() + line.words.iter().map(|word| word.text.len()).sum::<usize>()
    };
    let votes = |turn: RightAngle| -> usize {
        lines.iter().filter(|line| line.turn == turn).map(characters).sum()
    };
    // Of equal ones the first: a page that is as much upright as not stays as it is.
    let most = TURNS.into_iter().map(votes).max().unwrap_or(0);
    TURNS.into_iter().find(|turn| votes(*turn) == most).unwrap_or(RightAngle::None)
}

/// Returns a box on a page of this size that is turned clockwise.
fn turned(bounds: &RawBox, turn: RightAngle, (width, height): (f64, f64)) -> RawBox {
    let RawBox { left, top, right, bottom } = *bounds;
    match turn {
        RightAngle::None => *bounds,
        RightAngle::Quarter => {
            RawBox { left: height - bottom, top: left, right: height - top, bottom: right }
        }
        RightAngle::Half => RawBox {
            left: width - right,
            top: height - bottom,
            right: width - left,
            bottom: height - top,
        },
        RightAngle::ThreeQuarters => {
            RawBox { left: top, top: width - right, right: bottom, bottom: width - left }
        }
    }
}

/// Returns the size of a page after a turn.
pub(super) fn turned_size((width, height): (f64, f64), turn: RightAngle) -> (f64, f64) {
    match turn {
        RightAngle::None | RightAngle::Half => (width, height),
        RightAngle::Quarter | RightAngle::ThreeQuarters => (height, width),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_turned_box_lies_where_the_turned_page_has_it() {
        // Top left corner of a page of 100 × 200.
        let corner = RawBox { left: 0.0, top: 0.0, right: 10.0, bottom: 20.0 };
        let check = |turn, left: f64, top: f64, right: f64, bottom: f64| {
            assert_eq!(turned(&corner, turn, (100.0, 200.0)), RawBox { left, top, right, bottom });
        };
        check(RightAngle::Quarter, 180.0, 0.0, 200.0, 10.0);
        check(RightAngle::Half, 90.0, 180.0, 100.0, 200.0);
        check(RightAngle::ThreeQuarters, 0.0, 90.0, 20.0, 100.0);
    }
}
