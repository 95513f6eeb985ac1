//! Two sets of drawn pages, A4 at 200 dpi: with something to read, and with nothing.

use super::*;
use crate::images::BitMask;
use crate::shapes;

const SIZE: (usize, usize) = (1654, 2339);
const MM: f32 = 200.0 / 25.4;

/// A page that is drawn on in millimeters.
struct Drawn(BitMask);

impl Drawn {
    fn page() -> Self {
        Self(BitMask::empty(SIZE.0, SIZE.1))
    }

    fn bar(mut self, left: f32, top: f32, width: f32, height: f32) -> Self {
        let px = |mm: f32| (mm * MM).round() as usize;
        for y in px(top)..px(top + height).max(px(top) + 1) {
            self.0.set(y.min(SIZE.1 - 1), px(left), px(left + width).max(px(left) + 1).min(SIZE.0));
        }
        self
    }

    /// A ring, or a disk if `inner` is 0.
    fn ring(mut self, (x, y): (f32, f32), outer: f32, inner: f32) -> Self {
        for row in 0..SIZE.1 {
            for column in 0..SIZE.0 {
                let (dx, dy) = (column as f32 / MM - x, row as f32 / MM - y);
                let radius = dx.hypot(dy);
                if (inner / 2.0..outer / 2.0).contains(&radius) {
                    self.0.set(row, column, column + 1);
                }
            }
        }
        self
    }

    /// The figure 3 of five bars.
    fn three(self, left: f32, top: f32, height: f32) -> Self {
        let (width, stroke) = (0.6 * height, 0.14 * height);
        self.bar(left, top, width, stroke)
            .bar(left, top + 0.43 * height, width, stroke)
            .bar(left, top + 0.86 * height, width, stroke)
            .bar(left + width - stroke, top, stroke, height)
    }

    fn turned(self) -> Self {
        let mut turned = BitMask::empty(SIZE.1, SIZE.0);
        for y in 0..SIZE.1 {
            self.0.runs(y, |left, right| {
                for x in left..right {
                    turned.set(x, SIZE.1 - 1 - y, SIZE.1 - y);
                }
            });
        }
        Self(turned)
    }

    fn presence(&self) -> Presence {
        let found = shapes::find_components(&self.0).unwrap();
        let size = (self.0.width, self.0.height);
        presence(&found, Sheet { size, dpi: 200.0, ink: 0.001 })
    }
}

#[test]
fn calls_no_page_with_text_blank() {
    let word =
        || (0..4).fold(Drawn::page(), |page, at| page.three(100.0 + 2.2 * at as f32, 140.0, 2.5));
    let pages = [
        ("a word", word()),
        ("a word that runs down the page", word().turned()),
        ("a page number", Drawn::page().three(104.0, 285.0, 2.6)),
        ("a figure of six points", Drawn::page().three(104.0, 285.0, 1.5)),
        (
            "two figures that stand apart",
            Drawn::page().three(60.0, 60.0, 2.5).three(90.0, 60.0, 2.5),
        ),
        ("a figure as high as a hand", Drawn::page().three(60.0, 60.0, 180.0)),
        ("a letter as high as a hand", Drawn::page().ring((105.0, 150.0), 150.0, 110.0)),
    ];
    for (name, page) in pages {
        assert_ne!(page.presence(), Presence::Nothing, "{name}");
    }
}

#[test]
fn a_letter_by_itself_is_text() {
    let pages = [
        ("a page number", Drawn::page().three(104.0, 285.0, 2.6)),
        ("a figure of six points", Drawn::page().three(60.0, 60.0, 1.5)),
        ("a ring", Drawn::page().ring((105.0, 150.0), 2.4, 1.6)),
        ("an I", Drawn::page().bar(104.0, 150.0, 0.5, 2.6)),
        ("two bars", Drawn::page().bar(104.0, 150.0, 0.5, 2.6).bar(105.5, 150.0, 0.5, 2.8)),
        ("a T", Drawn::page().bar(104.0, 150.0, 2.2, 0.4).bar(104.9, 150.0, 0.4, 2.6)),
    ];
    for (name, page) in pages {
        assert_eq!(page.presence(), Presence::Text, "{name}");
    }
}

#[test]
fn dirt_of_the_size_of_letters_is_no_text() {
    let specks = |page: Drawn| {
        (0..20).fold(page, |page, at| page.ring((10.0 + 9.0 * at as f32, 40.0), 0.8, 0.0))
    };
    let pages = [
        ("a blot", Drawn::page().ring((105.0, 150.0), 1.8, 0.0)),
        ("a long blot", Drawn::page().bar(60.0, 60.0, 0.8, 1.6)),
        ("a hair", Drawn::page().bar(60.0, 60.0, 0.1, 9.0).bar(60.0, 69.0, 4.0, 0.1)),
        ("an edge of a hole", Drawn::page().ring((12.0, 80.0), 6.0, 5.2).bar(9.0, 80.0, 6.0, 3.0)),
        ("a bar among specks", specks(Drawn::page().bar(104.0, 150.0, 0.5, 2.6))),
        ("a bar at the edge", Drawn::page().bar(4.0, 150.0, 0.5, 2.6)),
    ];
    for (name, page) in pages {
        assert_ne!(page.presence(), Presence::Text, "{name}");
    }
}

#[test]
fn calls_pages_blank_that_hold_dirt() {
    let dust = (0..120).fold(Drawn::page(), |page, at| {
        let (x, y) = ((at * 37 % 200) as f32, (at * 101 % 290) as f32);
        page.bar(x + 2.0, y + 2.0, 0.1 + 0.1 * (at % 4) as f32, 0.3)
    });
    let holes = [80.0, 160.0].iter();
    let pages = [
        ("nothing", Drawn::page()),
        ("dust", dust),
        ("holes", holes.clone().fold(Drawn::page(), |page, &y| page.ring((12.0, y), 6.0, 0.0))),
        ("edges of holes", holes.fold(Drawn::page(), |page, &y| page.ring((12.0, y), 6.0, 5.2))),
        ("a staple", Drawn::page().bar(14.0, 12.0, 9.0, 0.6)),
        ("the edge of the scanner", Drawn::page().bar(0.0, 0.0, 3.0, 250.0)),
        ("a fold", Drawn::page().bar(0.0, 148.0, 209.0, 0.3)),
        ("a blot", Drawn::page().ring((120.0, 80.0), 7.0, 0.0)),
    ];
    for (name, page) in pages {
        assert_eq!(page.presence(), Presence::Nothing, "{name}");
    }
}
