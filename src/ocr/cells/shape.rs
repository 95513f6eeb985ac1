//! The shape of a table's cells, such as `9.999`: how many digits, and where the point stands.

/// A shape: so many digits, with a point before one of them or without.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct CellShape {
    /// Number of digits, 1 or more.
    pub digits: usize,
    /// Number of digits before the point, if there is one.
    pub point: Option<usize>,
}

/// More digits than this are no cell.
const MAX_DIGITS: usize = 12;

impl CellShape {
    /// Parses a shape of `9` for each digit and at most one point; `None` for other text.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let mut shape = Self { digits: 0, point: None };
        for character in text.chars() {
            match character {
                '9' => shape.digits += 1,
                '.' if shape.point.is_none() => shape.point = Some(shape.digits),
                _ => return None,
            }
        }
        (1..=MAX_DIGITS).contains(&shape.digits).then_some(shape)
    }

    /// Returns the text of so many digits in this shape, and the byte at which each digit stands.
    pub(super) fn text(&self, digits: &[u8]) -> (String, Vec<usize>) {
        let mut text = String::with_capacity(digits.len() + 1);
        let mut places = Vec::with_capacity(digits.len());
        for (index, &digit) in digits.iter().enumerate() {
            if self.point == Some(index) {
                text.push('.');
            }
            places.push(text.len());
            text.push(char::from(b'0' + digit.min(9)));
        }
        (text, places)
    }
}
