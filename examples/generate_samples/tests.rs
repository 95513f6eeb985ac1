//! The generator keeps its promises: the same bytes each time, time that never runs backwards,
//! receipts that add up, TIFF pages that a decoder gives back.

use std::path::Path;

use image::{GrayImage, Luma};
use jiff::civil::date;

use crate::containers::tiff;
use crate::entries::{HOLLIS, Start, Trade, VANCE, history};
use crate::scanner::{Pixels, Scan};
use crate::truth::Content;
use crate::writing::Faces;
use crate::{FONT_FOLDER, archive_cards, archive_papers};

fn faces() -> Faces {
    Faces::load(Path::new(FONT_FOLDER)).expect("scripts/samples installs the fonts")
}

#[test]
fn gives_the_same_bytes_twice() {
    let faces = faces();
    for maker in [archive_cards::magneto, archive_papers::faxed_receipt] {
        let (first, second) = (maker(&faces).unwrap(), maker(&faces).unwrap());
        assert_eq!(first.bytes, second.bytes);
        assert_eq!(first.content, second.content);
    }
}

#[test]
fn entries_never_go_back_in_time() {
    let start = Start { date: date(1974, 3, 11), tenths: 100, days: 30, flown: 50 };
    let entries = history(7, Trade::Airframe, start, 60, &[HOLLIS, VANCE]);
    assert_eq!(entries.len(), 60);
    for pair in entries.windows(2) {
        assert!(pair[0].date <= pair[1].date);
        assert!(pair[0].tenths <= pair[1].tenths);
    }
}

#[test]
fn receipts_add_up_with_tax_and_rounding() {
    // 8 × 1.45 + 38.90 + 2 × 22.50 + 3 × 2.80 = 103.90; 6 % are 6.23; 110.13 rounds to 110.15.
    let made = archive_papers::fresh_receipt(&faces()).unwrap();
    let Content::Receipt(receipt) = made.content else { panic!("not a receipt") };
    assert_eq!(receipt.total, "110.15");
    assert_eq!(receipt.company, "KEDAI ALATAN SERI MELUR SDN BHD");
}

#[test]
fn a_decoder_gets_back_each_page_of_a_group_4_tiff() {
    let page = |black: u32| {
        let mut image = GrayImage::from_pixel(70, 20, Luma([255]));
        for x in black..black + 9 {
            image.put_pixel(x, 3, Luma([0]));
            image.put_pixel(x / 2, 11, Luma([0]));
        }
        image
    };
    let pages = [page(0), page(41)];
    let scans = pages.clone().map(|image| Scan { pixels: Pixels::Bilevel(image), dpi: 300 });
    let bytes = tiff(&scans).unwrap();
    let mut decoder = ::tiff::decoder::Decoder::new(std::io::Cursor::new(bytes)).unwrap();
    for (number, expected) in pages.iter().enumerate() {
        decoder.seek_to_image(number).unwrap();
        let ::tiff::decoder::DecodingResult::U8(rows) = decoder.read_image().unwrap() else {
            panic!("not bytes")
        };
        let black = |x: u32, y: u32| rows[(y * 9 + x / 8) as usize] >> (7 - x % 8) & 1 == 0;
        for (x, y, pixel) in expected.enumerate_pixels() {
            assert_eq!(black(x, y), pixel.0[0] == 0, "page {number}, pixel {x}, {y}");
        }
    }
}
