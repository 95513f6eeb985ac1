//! Two receipts on the glass: one picture, two documents.

use image::{GrayImage, Luma, imageops};

use crate::program::{Program, samples};

#[test]
fn two_receipts_on_one_scan_give_two_records() {
    let program = Program::new();
    let slip = |name: &str| image::open(samples().join("receipts").join(name)).unwrap().to_luma8();
    let (left, right) = (slip("tools.jpg"), slip("lunch-bleached.jpg"));
    let size = (left.width() + right.width(), left.height().max(right.height()));
    let mut glass = GrayImage::from_pixel(size.0, size.1, Luma([255]));
    imageops::replace(&mut glass, &left, 0, 0);
    imageops::replace(&mut glass, &right, i64::from(left.width()), 60);
    glass.save(program.directory().join("glass.png")).unwrap();

    program.succeed(&["ingest", "glass.png", "-j", "1"]);

    let records = program.rows(&["export", "receipt"]);
    let found: Vec<[&str; 3]> = records
        .iter()
        .map(|row| ["_row", "company", "total"].map(|column| row[column].as_str()))
        .collect();
    let expected = [
        ["1", "KEDAI ALATAN SERI MELUR SDN BHD", "110.15"],
        ["2", "RESTORAN NASI KANDAR BERINGIN", "29.40"],
    ];
    assert_eq!(found, expected);
}
