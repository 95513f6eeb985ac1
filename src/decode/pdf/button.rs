//! A square of a form.

use hayro::kurbo::Rect;

/// A square of the form, as it is ticked.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Button {
    pub(super) bounds: Rect,
    pub(super) is_on: bool,
}
