//! Barcodes and QR codes: what kinds there are, and one that was read.

use serde::{Deserialize, Serialize};

use super::geometry::PixelBox;
use super::words::words;

/// A barcode or QR code.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Barcode {
    /// What its reader located: of a bar code a thin strip across its bars.
    pub bounds: PixelBox,
    pub symbology: Symbology,
    /// What it says.
    pub text: String,
}

/// How a barcode is built.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Symbology {
    Aztec,
    Codabar,
    Code39,
    Code93,
    Code128,
    DataMatrix,
    Ean8,
    Ean13,
    Itf,
    Pdf417,
    QrCode,
    UpcA,
    UpcE,
}

words!(Symbology {
    Aztec => "aztec", Codabar => "codabar", Code39 => "code_39", Code93 => "code_93",
    Code128 => "code_128", DataMatrix => "data_matrix", Ean8 => "ean_8", Ean13 => "ean_13",
    Itf => "itf", Pdf417 => "pdf_417", QrCode => "qr_code", UpcA => "upc_a", UpcE => "upc_e",
});

impl Symbology {
    /// Those that a model without a list looks for. The others carry no check of what they say, so that
    /// stripes of any kind are read as one now and then.
    pub const CHECKED: [Self; 10] = [
        Self::Aztec,
        Self::Code93,
        Self::Code128,
        Self::DataMatrix,
        Self::Ean8,
        Self::Ean13,
        Self::Pdf417,
        Self::QrCode,
        Self::UpcA,
        Self::UpcE,
    ];
}
