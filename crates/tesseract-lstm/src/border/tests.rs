use super::*;

#[test]
fn draws_the_numbers_of_the_minimum_standard_generator() {
    // From state 1: 48271 (thrown away), 182605794, 1291394886, 1914720637; over 2^31 - 1, times 254, less 127.
    assert_eq!(Border::new(0).first(3), [-105, 26, 99]);
}

#[test]
fn drawing_more_does_not_change_the_first() {
    let mut border = Border::new(6_352_704);
    let first = border.first(10)[..10].to_vec();
    assert_eq!(border.first(5000)[..10], first);
}

#[test]
fn offsets_count_the_neighbors_outside_of_the_pixels_before() {
    for (width, height) in [(3, 36), (4, 6), (7, 48)] {
        let inside = |x: i32, y: i32| {
            (0..i32::try_from(width).unwrap()).contains(&x)
                && (0..i32::try_from(height).unwrap()).contains(&y)
        };
        let mut drawn = 0;
        for y in 0..height {
            for x in 0..width {
                assert_eq!(offset((x, y), (width, height)), drawn, "at {x}, {y}");
                let (x, y) = (i32::try_from(x).unwrap(), i32::try_from(y).unwrap());
                drawn += (-1..=1)
                    .flat_map(|dx| (-1..=1).map(move |dy| (x + dx, y + dy)))
                    .filter(|&(x, y)| !inside(x, y))
                    .count();
            }
        }
        assert_eq!(count(width, height), drawn);
    }
}
