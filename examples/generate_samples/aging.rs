//! What the years do to paper: grain, yellowing, coffee, folds, holes, ink from the other side.
//!
//! Works on sheets in millimetres, before they are scanned.

use image::{Rgb, imageops};

use crate::random::{Clouds, Random, grain};
use crate::sheet::{At, Ink, Sheet, at, ink, px};

/// Gives the paper its grain, its cloudiness and yellowed edges; strengths are 0–1.
pub fn age_paper(sheet: &mut Sheet, random: &mut Random, cloudy: f32, yellow_edges: f32) {
    let seed = random.bits();
    let clouds = [Clouds::new(random, 420.0), Clouds::new(random, 170.0)];
    let (width, height) = sheet.pixels.dimensions();
    let rim = px(26.0);
    for (x, y, pixel) in sheet.pixels.enumerate_pixels_mut() {
        let fine = (grain(x, y, seed) + grain(x / 3, y, seed ^ 1) - 1.0) * 0.018;
        let wide = (clouds[0].at(x, y) * 0.7 + clouds[1].at(x, y) * 0.3) * cloudy * 0.12;
        let edge = x.min(width - 1 - x).min(y).min(height - 1 - y) as f32;
        let yellow =
            (1.0 - edge / rim).max(0.0).powi(2) * yellow_edges * (0.25 + 0.9 * clouds[1].at(x, y));
        for (channel, taint) in pixel.0.iter_mut().zip([0.10, 0.18, 0.34]) {
            let light = 1.0 - fine - wide - yellow * taint;
            *channel = (f32::from(*channel) * light).clamp(0.0, 255.0) as u8;
        }
    }
}

/// Sets a wet coffee cup down at `middle`; the ring is broken and darker at its rims.
pub fn coffee_ring(sheet: &mut Sheet, random: &mut Random, middle: At, radius_mm: f32) {
    let brown = ink(150, 100, 50);
    let wobble = [Clouds::new(random, 70.0), Clouds::new(random, 12.0)];
    let reach = px(radius_mm + 6.0) as i32;
    let (center_x, center_y) = (px(middle.x), px(middle.y));
    for y in center_y as i32 - reach..center_y as i32 + reach {
        for x in center_x as i32 - reach..center_x as i32 + reach {
            let (Ok(column), Ok(row)) = (u32::try_from(x), u32::try_from(y)) else { continue };
            let away = ((x as f32 - center_x).powi(2) + (y as f32 - center_y).powi(2)).sqrt()
                * 25.4
                / 300.0;
            let wave = wobble[0].at(column, row);
            let rim = radius_mm + (wave - 0.5) * 2.4;
            let ring =
                (1.0 - ((away - rim) / 1.3).powi(2)).max(0.0) * (wave * 1.6 - 0.35).clamp(0.0, 1.0);
            let edge = (1.0 - ((away - rim - 1.0) / 0.4).powi(2)).max(0.0) * 0.5;
            let inside = if away < rim { 0.10 } else { 0.0 };
            let cover =
                (ring * 0.5 + edge * wave + inside) * (0.7 + 0.5 * wobble[1].at(column, row));
            sheet.soak(x, y, brown, cover * 0.75);
        }
    }
}

/// Lets drops of coffee or oil fall around `middle`.
pub fn drops(sheet: &mut Sheet, random: &mut Random, middle: At, stain: Ink) {
    for _ in 0..9 {
        let place = at(middle.x + random.bell() * 12.0, middle.y + random.bell() * 9.0);
        let radius = random.between(0.3, 2.4);
        let reach = px(radius) as i32 + 1;
        for dy in -reach..=reach {
            for dx in -reach..=reach {
                let away = ((dx * dx + dy * dy) as f32).sqrt() / px(radius);
                let cover = if away > 1.0 { 0.0 } else { 0.45 + 0.5 * away.powi(6) };
                sheet.soak(px(place.x) as i32 + dx, px(place.y) as i32 + dy, stain, cover * 0.5);
            }
        }
    }
}

/// Which way a sheet was folded.
#[derive(Debug, Clone, Copy)]
pub enum Fold {
    /// Across, at so many millimetres from the top.
    Across(f32),
    /// Down, at so many millimetres from the left.
    Down(f32),
}

/// Folds the sheet: a worn line that loses ink, with a shadow beside it.
pub fn fold(sheet: &mut Sheet, random: &mut Random, fold: Fold) {
    let clouds = Clouds::new(random, 30.0);
    let drift = random.between(-0.004, 0.004);
    let shadow = ink(120, 112, 100);
    let (width, height) = sheet.pixels.dimensions();
    let (length, place) = match fold {
        Fold::Across(y) => (width, px(y)),
        Fold::Down(x) => (height, px(x)),
    };
    for along in 0..length {
        let middle = place + along as f32 * drift + (clouds.at(along, 7) - 0.5) * 3.0;
        let worn = clouds.at(along, 300);
        for offset in -9i32..=9 {
            let across = middle as i32 + offset;
            let (x, y) = match fold {
                Fold::Across(_) => (along.cast_signed(), across),
                Fold::Down(_) => (across, along.cast_signed()),
            };
            if offset.abs() <= 1 && worn > 0.45 {
                bleach(sheet, x, y, (worn - 0.45) * 1.6);
            } else if offset > 0 {
                sheet.soak(x, y, shadow, 0.34 * (1.0 - offset as f32 / 10.0) * (0.5 + worn));
            } else {
                sheet.soak(x, y, shadow, 0.10 * (1.0 + offset as f32 / 10.0));
            }
        }
    }
}

fn bleach(sheet: &mut Sheet, x: i32, y: i32, part: f32) {
    let (Ok(x), Ok(y)) = (u32::try_from(x), u32::try_from(y)) else { return };
    if let Some(pixel) = sheet.pixels.get_pixel_mut_checked(x, y) {
        for channel in &mut pixel.0 {
            *channel = (f32::from(*channel) + (242.0 - f32::from(*channel)) * part.min(1.0)) as u8;
        }
    }
}

/// Punches binder holes along the left edge at the given heights; behind them is `behind`.
pub fn punch(sheet: &mut Sheet, heights_mm: &[f32], behind: [u8; 3]) {
    let radius = px(3.2);
    for height in heights_mm {
        let (center_x, center_y) = (px(8.5), px(*height));
        for y in (center_y - radius - 4.0) as u32..(center_y + radius + 4.0) as u32 {
            for x in (center_x - radius - 4.0) as u32..(center_x + radius + 4.0) as u32 {
                let away = ((x as f32 - center_x).powi(2) + (y as f32 - center_y).powi(2)).sqrt();
                if away < radius {
                    // The upper left of a hole lies in the shadow of the sheet's thickness.
                    let lit = (x as f32 - center_x + y as f32 - center_y) > -radius;
                    let dark = if lit { behind } else { behind.map(|channel| channel / 2) };
                    sheet.pixels.put_pixel(x, y, Rgb(dark));
                } else {
                    let rim = (1.0 - (away - radius) / 4.0).max(0.0);
                    sheet.soak(x.cast_signed(), y.cast_signed(), ink(90, 85, 80), rim * 0.4);
                }
            }
        }
    }
}

/// Lets the writing of the other side shine through, mirrored and blurred; `strength` is 0–1.
pub fn bleed_through(sheet: &mut Sheet, back: &Sheet, strength: f32) {
    let gray = imageops::grayscale(&back.pixels);
    let mirrored = imageops::blur(&imageops::flip_horizontal(&gray), 2.2);
    for (x, y, pixel) in sheet.pixels.enumerate_pixels_mut() {
        let Some(other) = mirrored.get_pixel_checked(x, y) else { continue };
        let dark = (1.0 - f32::from(other.0[0]) / 235.0).max(0.0) * strength;
        for (channel, taint) in pixel.0.iter_mut().zip([0.9, 0.95, 1.0]) {
            *channel = (f32::from(*channel) * (1.0 - dark * taint)) as u8;
        }
    }
}

/// Leaves the rust and the shadow of a staple.
pub fn staple(sheet: &mut Sheet, random: &mut Random, place: At) {
    let lean = random.between(-1.5, 1.5);
    let end = at(place.x + 9.0, place.y + lean);
    sheet.rule(
        at(place.x + 0.3, place.y + 0.5),
        at(end.x + 0.3, end.y + 0.5),
        0.9,
        ink(130, 120, 110).with_strength(0.5),
    );
    sheet.rule(place, end, 0.5, ink(110, 90, 70).with_strength(0.9));
}

/// Takes the ink back from the paper, as light does to thermal paper and worn ribbons to type:
/// `kept` of it stays (0–1), less where the clouds are.
pub fn fade(sheet: &mut Sheet, random: &mut Random, kept: f32, uneven: f32) {
    let clouds = Clouds::new(random, 260.0);
    for (x, y, pixel) in sheet.pixels.enumerate_pixels_mut() {
        let stays = (kept + (clouds.at(x, y) - 0.5) * uneven).clamp(0.0, 1.0);
        for channel in &mut pixel.0 {
            *channel = (250.0 - (250.0 - f32::from(*channel)).max(0.0) * stays) as u8;
        }
    }
}

/// Crumples the sheet a little: soft creases that catch the light.
pub fn crumple(sheet: &mut Sheet, random: &mut Random, creases: u32) {
    for _ in 0..creases {
        let mut place =
            at(random.between(0.0, sheet.width_mm()), random.between(0.0, sheet.height_mm()));
        let mut heading = random.between(0.0, std::f32::consts::TAU);
        let mut path = vec![place];
        for _ in 0..random.whole(6, 16) {
            heading += random.bell() * 0.12;
            place = at(place.x + heading.cos() * 4.0, place.y + heading.sin() * 4.0);
            path.push(place);
        }
        let strength = random.between(0.03, 0.10);
        sheet.stroke(&path, 0.9, ink(150, 146, 140).with_strength(strength));
        sheet.stroke(&path, 0.4, ink(120, 116, 110).with_strength(strength));
    }
}
