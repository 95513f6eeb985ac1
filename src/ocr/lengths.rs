//! How long lines are: what reading them costs, and what of a page is worth reading again.

use image::GrayImage;

/// Returns how long a line is, in its heights.
pub(super) fn length(picture: &GrayImage) -> f32 {
    picture.width() as f32 / picture.height().max(1) as f32
}

/// Returns how long lines are.
pub(super) fn lengths(pictures: &[GrayImage]) -> Vec<f32> {
    pictures.iter().map(length).collect()
}

/// Returns the lines of `ranked` (rank and place, the lowest rank first), as many as make up a share of the length of all.
pub(super) fn within_share(
    share: f32,
    mut ranked: Vec<(f32, usize)>,
    lengths: &[f32],
) -> Vec<usize> {
    ranked.sort_by(|one, other| one.0.total_cmp(&other.0));
    let mut left = share * lengths.iter().sum::<f32>();
    let fits = |&(_, place): &(f32, usize)| {
        left -= lengths[place];
        left >= 0.0
    };
    ranked.into_iter().take_while(fits).map(|(_, place)| place).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_ranked_lines_the_lowest_are_taken_as_long_as_they_are_a_small_share() {
        let lengths = lengths(&vec![GrayImage::new(200, 20); 10]);
        assert_eq!(lengths, [10.0; 10]);
        let ranked = vec![(80.0, 1), (60.0, 7), (70.0, 4)];
        assert_eq!(within_share(0.25, ranked, &lengths), [7, 4]);
    }
}
