//! Where a place of a decoded image lies on the prepared page, and the other way round.

use crate::document::{PixelBox, RightAngle};
use crate::images::PreparedPage;

/// How preparation has turned, leveled and scaled an image: around its middle, in this order.
#[derive(Debug, Clone, Copy)]
pub(super) struct Placing {
    /// Middles of the decoded image and of the prepared page, in their own pixels.
    decoded: (f32, f32),
    prepared: (f32, f32),
    rotation: RightAngle,
    skew_degrees: f32,
    scale: f32,
}

impl Placing {
    /// Returns how a page was prepared; its facts say so.
    pub(super) fn of(page: &PreparedPage) -> Self {
        let middle = |(width, height): (u32, u32)| (width as f32 / 2.0, height as f32 / 2.0);
        Self {
            decoded: middle((page.facts.width, page.facts.height)),
            prepared: middle(page.pixels.dimensions()),
            rotation: page.facts.rotation,
            skew_degrees: page.facts.skew_degrees,
            scale: if page.facts.scale > 0.0 { page.facts.scale } else { 1.0 },
        }
    }

    /// Returns the box on the prepared page of one in the decoded image.
    pub(super) fn on_page(&self, bounds: &PixelBox) -> PixelBox {
        let (x, y) = from_middle(bounds, self.decoded);
        let (x, y) = rotated(turned(x, y, self.rotation), self.skew_degrees);
        let (width, height) = self.turned_size(bounds);
        let size = (width * self.scale, height * self.scale);
        around((x * self.scale + self.prepared.0, y * self.scale + self.prepared.1), size)
    }

    /// Returns the box in the decoded image of one on the prepared page.
    pub(super) fn in_image(&self, bounds: &PixelBox) -> PixelBox {
        let (x, y) = from_middle(bounds, self.prepared);
        let (x, y) = rotated((x / self.scale, y / self.scale), -self.skew_degrees);
        let back = match self.rotation {
            RightAngle::None => RightAngle::None,
            RightAngle::Quarter => RightAngle::ThreeQuarters,
            RightAngle::Half => RightAngle::Half,
            RightAngle::ThreeQuarters => RightAngle::Quarter,
        };
        let (x, y) = turned(x, y, back);
        let (width, height) = self.turned_size(bounds);
        let size = (width / self.scale, height / self.scale);
        around((x + self.decoded.0, y + self.decoded.1), size)
    }

    fn turned_size(&self, bounds: &PixelBox) -> (f32, f32) {
        let (width, height) = (bounds.width() as f32, bounds.height() as f32);
        match self.rotation {
            RightAngle::None | RightAngle::Half => (width, height),
            RightAngle::Quarter | RightAngle::ThreeQuarters => (height, width),
        }
    }
}

fn from_middle(bounds: &PixelBox, middle: (f32, f32)) -> (f32, f32) {
    let x = f32::midpoint(bounds.left as f32, bounds.right as f32);
    let y = f32::midpoint(bounds.top as f32, bounds.bottom as f32);
    (x - middle.0, y - middle.1)
}

/// Turns clockwise; y points down.
fn turned(x: f32, y: f32, rotation: RightAngle) -> (f32, f32) {
    match rotation {
        RightAngle::None => (x, y),
        RightAngle::Quarter => (-y, x),
        RightAngle::Half => (-x, -y),
        RightAngle::ThreeQuarters => (y, -x),
    }
}

/// Rotates clockwise; y points down.
fn rotated((x, y): (f32, f32), degrees: f32) -> (f32, f32) {
    let (sin, cos) = degrees.to_radians().sin_cos();
    (x * cos - y * sin, x * sin + y * cos)
}

fn around((x, y): (f32, f32), (width, height): (f32, f32)) -> PixelBox {
    let side = |value: f32| value.max(0.0).round() as u32;
    PixelBox {
        left: side(x - width / 2.0),
        top: side(y - height / 2.0),
        right: side(x + width / 2.0),
        bottom: side(y + height / 2.0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::PageFacts;
    use crate::images::{BitMask, OrientationSureness, PagePixels};

    fn page(facts: PageFacts, (width, height): (usize, usize)) -> PreparedPage {
        PreparedPage {
            pixels: PagePixels::Bilevel(BitMask::empty(width, height)),
            dpi: 300.0,
            facts,
            orientation: OrientationSureness::Sure,
            marks: Vec::new(),
            overlay: None,
            steps: Vec::new(),
        }
    }

    #[test]
    fn follows_a_quarter_turn_and_a_scale() {
        let facts = PageFacts {
            width: 100,
            height: 60,
            rotation: RightAngle::Quarter,
            scale: 2.0,
            ..PageFacts::default()
        };
        let placing = Placing::of(&page(facts, (120, 200)));
        // The upper left corner goes to the upper right.
        let corner = PixelBox { left: 0, top: 0, right: 20, bottom: 10 };
        let on_page = PixelBox { left: 100, top: 0, right: 120, bottom: 40 };
        assert_eq!(placing.on_page(&corner), on_page);
        assert_eq!(placing.in_image(&on_page), corner);
    }

    #[test]
    fn follows_a_skew() {
        let facts = PageFacts {
            width: 200,
            height: 200,
            skew_degrees: 30.0,
            scale: 1.0,
            ..PageFacts::default()
        };
        let placing = Placing::of(&page(facts, (274, 274)));
        // 80 pixels right of the middle: clockwise by 30 degrees 69 right and 40 down.
        let right = PixelBox { left: 178, top: 98, right: 182, bottom: 102 };
        let on_page = PixelBox { left: 204, top: 175, right: 208, bottom: 179 };
        assert_eq!(placing.on_page(&right), on_page);
        assert_eq!(placing.in_image(&on_page), right);
    }
}
