//! The size of a PDF page in points, and where its lengths lie on it.

use hayro::hayro_interpret::TransformExt;
use hayro::hayro_syntax::object::dict::keys::USER_UNIT;
use hayro::hayro_syntax::page::Page;
use hayro::kurbo::{Affine, Rect};

pub(super) const POINTS_PER_INCH: f32 = 72.0;
/// Larger units make pages of more than 15 km.
const MAX_USER_UNIT: f32 = 75_000.0;

/// The part of a page that is shown, upright.
#[derive(Debug, Clone, Copy)]
pub(super) struct PageBox {
    /// In points.
    pub(super) width: f32,
    pub(super) height: f32,
    /// Points that a length of 1 has on the page (`UserUnit`; PDF 1.7, table 30).
    pub(super) unit: f32,
    /// From the page's own coordinates to points from the top left corner of the page as it is shown.
    pub(super) transform: Affine,
}

impl PageBox {
    /// Returns the box of a page; `None` if it has no size.
    pub(super) fn of(page: &Page<'_>) -> Option<Self> {
        let declared = page.raw().get::<f32>(USER_UNIT);
        let unit = declared.filter(|unit| *unit > 0.0 && *unit <= MAX_USER_UNIT).unwrap_or(1.0);
        let (width, height) = page.render_dimensions();
        let (width, height) = (width * unit, height * unit);
        let transform = Affine::scale(f64::from(unit)) * page.initial_transform(true).to_kurbo();
        let has_size = width.is_finite() && height.is_finite() && width > 0.0 && height > 0.0;
        has_size.then_some(Self { width, height, unit, transform })
    }

    /// Returns the page's box from the origin, in points.
    pub(super) fn bounds(&self) -> Rect {
        Rect::new(0.0, 0.0, f64::from(self.width), f64::from(self.height))
    }
}
