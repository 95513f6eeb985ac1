//! Whether the layout of a page may be wrong, and where its pictures are.

use super::found::Doubt;
use super::frame::Owner;
use super::part::Part;
use super::rest::{MAX_PICTURE_SHARE, MUCH_INK, PICTURE_HEIGHTS};
use super::scene::{Lines, Scene};
use super::strip::Strip;

/// With fewer letters and much ink a page is a picture, or its letters are broken.
const FEW_LETTERS: usize = 20;
/// Share of the letter-like parts that may be in no segment, on pages with enough of them.
const MAX_UNCOVERED: f32 = 0.3;
const ENOUGH_LETTERS: usize = 60;
/// Lines steeper than this, in px a px, were missed by preparation.
const STEEP: f32 = 0.0165;

/// Returns the boxes of pictures: large shapes that are no frame of the page.
pub(super) fn pictures(scene: &Scene) -> Vec<Part> {
    let least = PICTURE_HEIGHTS * scene.text_height;
    let most = MAX_PICTURE_SHARE * scene.size.0 * scene.size.1;
    let is_picture = |part: &&Part| {
        part.width() > least && part.height() > least && part.width() * part.height() < most
    };
    scene.parts.iter().filter(is_picture).copied().collect()
}

/// Returns why the layout may be wrong.
pub(super) fn of(scene: &Scene, lines: &Lines, owners: &[Owner], ink: u64) -> Vec<Doubt> {
    let pictures = pictures(scene);
    let in_picture = |part: &Part| {
        pictures.iter().any(|picture| {
            (picture.left..=picture.right).contains(&part.middle_x())
                && (picture.top..=picture.bottom).contains(&part.middle_y())
        })
    };
    let is_left_over = |id: &&u32| {
        owners[**id as usize] == Owner::None && !in_picture(&scene.parts[**id as usize])
    };
    let left_over = scene.letters.iter().filter(is_left_over).count();
    let mut doubts = Vec::new();
    let letters = scene.letters.len();
    if letters < FEW_LETTERS && ink as f32 > MUCH_INK * scene.size.0 * scene.size.1 {
        doubts.push(Doubt::FewLetters);
    }
    if letters >= ENOUGH_LETTERS && left_over as f32 > MAX_UNCOVERED * letters as f32 {
        doubts.push(Doubt::Uncovered);
    }
    let count = |strips: &mut dyn Iterator<Item = &Strip>| -> usize {
        strips.map(|strip| strip.letters).sum()
    };
    let level = count(&mut lines.level.iter().filter(|strip| strip.letters > 2));
    let turned = count(&mut lines.turned.iter().map(|turned| &turned.strip));
    if turned > level {
        doubts.push(Doubt::Turned);
    }
    if scene.shear.slope.abs() > STEEP {
        doubts.push(Doubt::Steep);
    }
    doubts
}
