use super::*;

/// One frame: its tags (all written as longs) and its one strip of pixels.
struct Frame {
    tags: Vec<(u16, u32)>,
    strip: Vec<u8>,
}

/// Two gray pixels beside each other, dark and light.
fn pair(dark: u8, light: u8) -> Frame {
    let tags = vec![(256, 2), (257, 1), (258, 8), (259, 1), (262, 1), (277, 1)];
    Frame { tags, strip: vec![dark, light] }
}

/// Writes a little-endian file; the last frame points to `next`.
fn file(frames: &[Frame], next: u32) -> Vec<u8> {
    let mut bytes = b"II*\0\x08\0\0\0".to_vec();
    for (index, frame) in frames.iter().enumerate() {
        let length = u32::try_from(frame.strip.len()).expect("a short strip");
        let mut tags = frame.tags.clone();
        let entries = tags.len() + 2;
        let strip_at = u32::try_from(bytes.len() + 2 + entries * 12 + 4).expect("a short file");
        tags.extend([(273, strip_at), (279, length)]);
        tags.sort_unstable();
        bytes.extend(u16::try_from(entries).expect("few tags").to_le_bytes());
        for (tag, value) in tags {
            bytes.extend(tag.to_le_bytes());
            bytes.extend([4, 0, 1, 0, 0, 0]);
            bytes.extend(value.to_le_bytes());
        }
        let end = strip_at + length;
        let follows = if index + 1 < frames.len() { end } else { next };
        bytes.extend(follows.to_le_bytes());
        bytes.extend(&frame.strip);
    }
    bytes
}

fn open(bytes: Vec<u8>) -> TiffDocument {
    TiffDocument::open(bytes, &Limits::default()).expect("a document")
}

fn values(document: &mut TiffDocument, index: usize) -> Vec<u8> {
    match document.frame(index).expect("a page").pixels {
        Pixels::Bilevel(mask) => mask.to_gray().into_raw(),
        Pixels::Gray(gray) => gray.into_raw(),
        Pixels::Color(color) => color.into_raw(),
    }
}

fn reason(document: &mut TiffDocument, index: usize) -> Reason {
    document.frame(index).expect_err("a failure").reason
}

#[test]
fn reads_each_frame_in_any_order() {
    let mut document = open(file(&[pair(1, 2), pair(3, 4), pair(5, 6)], 0));
    assert_eq!(document.frame_count(), 3);
    assert_eq!(values(&mut document, 2), [5, 6]);
    assert_eq!(values(&mut document, 0), [1, 2]);
    assert_eq!(values(&mut document, 1), [3, 4]);
}

#[test]
fn loses_only_the_broken_frame() {
    let mut broken = pair(1, 2);
    broken.tags = vec![(256, 2), (257, 1), (259, 9999)];
    let mut document = open(file(&[broken, pair(3, 4)], 0));
    assert_eq!(reason(&mut document, 0), Reason::Corrupt);
    assert_eq!(values(&mut document, 1), [3, 4]);
}

#[test]
fn accounts_for_a_frame_beyond_the_end_of_the_file() {
    let mut document = open(file(&[pair(1, 2)], 4_000));
    assert_eq!(document.frame_count(), 2);
    assert_eq!(values(&mut document, 0), [1, 2]);
    assert_eq!(reason(&mut document, 1), Reason::Corrupt);
}

#[test]
fn ends_at_a_circle_of_frames() {
    assert_eq!(open(file(&[pair(1, 2), pair(3, 4)], 8)).frame_count(), 2);
}

#[test]
fn refuses_a_file_without_frames() {
    let opened = TiffDocument::open(b"II*\0\0\0\0\0".to_vec(), &Limits::default());
    assert_eq!(opened.map(|_| ()).map_err(|failure| failure.reason), Err(Reason::Corrupt));
}

#[test]
fn refuses_a_large_frame_by_its_tags() {
    let mut large = pair(1, 2);
    large.tags[0] = (256, 30_000);
    large.tags[1] = (257, 30_000);
    assert_eq!(reason(&mut open(file(&[large], 0)), 0), Reason::TooLarge);
}

#[test]
fn turns_a_frame_upright() {
    let mut frame = pair(10, 20);
    frame.tags.push((274, 6));
    let mut document = open(file(&[frame], 0));
    assert_eq!(document.frame(0).expect("a page").pixels.dimensions(), (1, 2));
    assert_eq!(values(&mut document, 0), [10, 20]);
}

#[test]
fn reads_bits_in_both_photometric_senses() {
    let bits = |photometric| Frame {
        tags: vec![(256, 3), (257, 1), (258, 1), (259, 1), (262, photometric), (277, 1)],
        strip: vec![0b1010_0000],
    };
    let mut document = open(file(&[bits(0), bits(1)], 0));
    assert_eq!(values(&mut document, 0), [0, 255, 0]);
    assert_eq!(values(&mut document, 1), [255, 0, 255]);
    assert!(matches!(document.frame(0).expect("a page").pixels, Pixels::Bilevel(_)));
}

#[test]
fn expands_four_bit_levels() {
    assert_eq!(expand_levels(&[0x0f, 0x80], 3, 4), [0, 255, 136]);
}

#[test]
fn reads_fax_group_three() {
    // A white run of 0 (00110101) and a black run of 8 (000101).
    let fax = |photometric| Frame {
        tags: vec![(256, 8), (257, 1), (258, 1), (259, 3), (262, photometric), (277, 1)],
        strip: vec![0x35, 0x14],
    };
    let mut document = open(file(&[fax(0), fax(1)], 0));
    assert_eq!(values(&mut document, 0), [0; 8]);
    assert_eq!(values(&mut document, 1), [255; 8]);
}

#[test]
fn leaves_reversed_bytes_to_libtiff() {
    let reversed = Frame {
        tags: vec![(256, 4), (257, 1), (258, 1), (259, 1), (262, 1), (266, 2), (277, 1)],
        strip: vec![0b0000_0001],
    };
    let mut document = open(file(&[reversed], 0));
    assert_eq!(values(&mut document, 0), [255, 0, 0, 0]);
}

#[test]
fn prints_inks_on_white_paper() {
    let inks = Frame {
        tags: vec![(256, 2), (257, 1), (258, 8), (259, 1), (262, 5), (277, 4)],
        strip: vec![0, 0, 0, 0, 0, 255, 255, 0],
    };
    let mut document = open(file(&[inks], 0));
    assert_eq!(values(&mut document, 0), [255, 255, 255, 255, 0, 0]);
}

#[test]
fn brings_planes_together() {
    assert_eq!(interleaved(&[1, 2, 10, 20, 100, 200], 3), [1, 10, 100, 2, 20, 200]);
}

#[test]
fn stretches_floating_point_samples() {
    let samples = DecodingResult::F32(vec![-1.0, 0.0, 1.0]);
    assert_eq!(stretched(samples), Some(vec![0, 128, 255]));
}

/// A frame of a size with a subfile tag.
fn marked(tag: (u16, u32), side: u32, dark: u8) -> Frame {
    let tags = vec![tag, (256, side), (257, 1), (258, 8), (259, 1), (262, 1), (277, 1)];
    let mut strip = vec![255; side as usize];
    strip[0] = dark;
    Frame { tags, strip }
}

#[test]
fn smaller_versions_and_masks_are_no_pages() {
    let pyramid = [marked((254, 0), 8, 1), marked((254, 1), 4, 2), marked((254, 1), 2, 3)];
    assert_eq!(open(file(&pyramid, 0)).frame_count(), 1);
    let old = [marked((255, 1), 8, 1), marked((255, 2), 4, 2)];
    assert_eq!(open(file(&old, 0)).frame_count(), 1);
    let masked = [marked((254, 2), 8, 1), marked((254, 4), 8, 2), marked((254, 2), 8, 3)];
    let mut document = open(file(&masked, 0));
    assert_eq!(document.frame_count(), 2);
    assert_eq!(values(&mut document, 1)[0], 3);
}

#[test]
fn a_preview_before_the_page_is_no_page() {
    let mut document = open(file(&[marked((254, 1), 2, 1), marked((254, 0), 8, 2)], 0));
    assert_eq!((document.frame_count(), values(&mut document, 0)[0]), (1, 2));
}

#[test]
fn pages_that_are_all_marked_as_smaller_versions_are_pages() {
    let all = [marked((254, 1), 8, 1), marked((254, 1), 8, 2), marked((254, 1), 2, 3)];
    assert_eq!(open(file(&all, 0)).frame_count(), 2);
    // A mistaken mark: a smaller version is smaller than something.
    let first = [marked((254, 1), 8, 1), marked((254, 2), 8, 2)];
    assert_eq!(open(file(&first, 0)).frame_count(), 2);
    assert_eq!(open(file(&[marked((254, 4), 8, 1)], 0)).frame_count(), 1);
}

#[test]
fn a_frame_that_shows_the_page_smaller_is_no_page() {
    let bars = |side: u32| {
        let tags = vec![(256, side), (257, side), (258, 8), (259, 1), (262, 1), (277, 1)];
        let ink = |x: u32| if [1, 2, 4, 7].contains(&(x * 8 / side)) { 0 } else { 255 };
        Frame { tags, strip: (0..side * side).map(|at| ink(at % side)).collect() }
    };
    assert_eq!(open(file(&[bars(96), bars(32)], 0)).frame_count(), 1);
    // Two pages of one size may well be equal, and what says that it is a page is one.
    assert_eq!(open(file(&[bars(96), bars(96)], 0)).frame_count(), 2);
    let declared = |tag: (u16, u32)| {
        let mut frame = bars(32);
        frame.tags.insert(0, tag);
        frame
    };
    assert_eq!(open(file(&[bars(96), declared((254, 2))], 0)).frame_count(), 2);
    assert_eq!(open(file(&[bars(96), declared((255, 3))], 0)).frame_count(), 2);
    assert_eq!(open(file(&[bars(96), declared((254, 0))], 0)).frame_count(), 1);
}

#[test]
fn reads_twelve_bits() {
    let frame = Frame {
        tags: vec![(256, 2), (257, 1), (258, 12), (259, 1), (262, 1), (277, 1)],
        strip: vec![0x12, 0x3a, 0xbc],
    };
    assert_eq!(values(&mut open(file(&[frame], 0)), 0), [0x12, 0xab]);
}
