//! What counts as the length of a page: strips are longer than any sheet, and their letters no larger.

/// The longer side of a sheet of paper is at most so many tenths of the shorter one (legal: 16.5).
const LONGEST_SHEET: usize = 17;
/// Narrower pictures are of lines and labels, whose letters may fill them.
const LEAST_SIDE: usize = 1000;
/// Wide and low pictures are bands of a page, up to the width of one at 600 dpi; wider ones are plots.
const WIDEST_BAND: usize = 6000;

/// Returns the longer side in pixels that a sheet as wide as a page has: that of the page itself unless
/// it is a strip. What is measured in shares of it is the same on a strip of any length.
pub fn sheet_side(width: usize, height: usize) -> usize {
    let (shorter, longer) = (width.min(height), width.max(height));
    let least = if width > height { WIDEST_BAND } else { LEAST_SIDE };
    longer.min((shorter.saturating_mul(LONGEST_SHEET) / 10).max(least))
}

/// Returns how many sheets long a page is, at least 1: what is too much for a page may be so many times as
/// much on a strip.
pub fn sheets(width: usize, height: usize) -> usize {
    width.max(height).div_ceil(sheet_side(width, height).max(1)).max(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sheets_are_as_long_as_they_are_and_strips_are_not() {
        assert_eq!(sheet_side(1654, 2339), 2339);
        assert_eq!(sheet_side(2339, 1654), 2339);
        assert_eq!(sheet_side(600, 16_000), 1020);
        assert_eq!(sheet_side(2000, 100), 2000);
        assert_eq!(sheet_side(30_000, 900), 6000);
        assert_eq!(sheets(1654, 2339), 1);
        assert_eq!(sheets(600, 16_000), 16);
    }
}
