//! Signatures: fast, worn-down handwriting that no recognizer is expected to read.
//!
//! The same person signs alike each time, never quite the same.

use crate::random::Random;
use crate::sheet::{At, Ink, Sheet, at};

/// Where a signature goes and what it is written with.
pub struct Space {
    /// Left end of the line it stands on.
    pub at: At,
    pub width_mm: f32,
    pub pen: Ink,
}

/// Signs a name: one hump or loop a letter, tall where the letter is tall, ending in a sweep.
pub fn signature(sheet: &mut Sheet, name: &str, space: &Space, random: &mut Random) {
    let seed =
        name.bytes().fold(7u64, |sum, byte| sum.wrapping_mul(31).wrapping_add(u64::from(byte)));
    let mut person = Random::new(seed);
    let (slant, size, haste) =
        (person.between(0.15, 0.55), person.between(3.0, 4.4), person.between(0.5, 0.9));
    let climb = person.between(-0.02, 0.1) + random.bell() * 0.02;
    let step = space.width_mm * person.between(0.78, 0.92) / name.chars().count() as f32;
    let mut path: Vec<At> = Vec::new();
    let mut x = random.between(0.0, 1.0);
    for (index, letter) in name.chars().enumerate() {
        if letter == ' ' || letter == '.' {
            sheet.stroke(&path, 0.3, space.pen);
            path.clear();
            x += step * 0.6;
            continue;
        }
        // Fast writers let the letters run out towards the end.
        let tired = 1.0 - haste * 0.5 * index as f32 / name.len() as f32;
        let height = size * height_of(letter) * tired * (1.0 + random.bell() * 0.1);
        let width =
            step * if letter.is_uppercase() { 1.7 } else { 1.0 } * (1.0 + random.bell() * 0.08);
        let loops = person.between(0.05, 0.30);
        for part in 0..=14 {
            let turn = part as f32 / 14.0;
            let lift = (turn * std::f32::consts::PI).sin() * height;
            let forward = turn - loops * (turn * std::f32::consts::TAU).sin();
            let right = x + forward * width + lift * slant;
            path.push(at(space.at.x + right, space.at.y - lift - right * climb));
        }
        x += width;
    }
    if random.chance(0.7) {
        for part in 0..=16 {
            let turn = part as f32 / 16.0;
            let right = x + turn * space.width_mm * 0.3 - (turn * 3.1).sin() * 2.4;
            path.push(at(
                space.at.x + right,
                space.at.y - right * climb + (turn * 3.1).sin() * 1.3,
            ));
        }
    }
    sheet.stroke(&path, 0.3, space.pen);
}

/// Returns the height of a letter as a share of a capital's; below the line is negative.
fn height_of(letter: char) -> f32 {
    match letter {
        'A'..='Z' => 1.0,
        'b' | 'd' | 'f' | 'h' | 'k' | 'l' | 't' => 0.85,
        'g' | 'j' | 'p' | 'q' | 'y' | 'z' => -0.55,
        _ => 0.3,
    }
}
