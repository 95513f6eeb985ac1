use std::path::Path;

use super::*;
use crate::container::{Component, Components};

/// A generator of numbers for tests.
pub(crate) struct Numbers(pub u64);

impl Numbers {
    pub(crate) fn next(&mut self) -> u64 {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        self.0 >> 33
    }

    pub(crate) fn byte(&mut self) -> i8 {
        (self.next() as u8).cast_signed().max(-127)
    }
}

/// The sizes of a network for tests.
#[derive(Debug, Clone)]
pub(crate) struct Sizes {
    pub height: i32,
    pub features: u32,
    pub summary: u32,
    pub along: Vec<(Direction, u32)>,
    pub classes: u32,
}

/// Writes network components as model files hold them, with random weights.
struct Writer {
    bytes: Vec<u8>,
    numbers: Numbers,
}

impl Writer {
    fn text(&mut self, text: &str) {
        self.bytes.extend(u32::try_from(text.len()).unwrap().to_le_bytes());
        self.bytes.extend(text.as_bytes());
    }

    fn numbers(&mut self, numbers: &[u32]) {
        for number in numbers {
            self.bytes.extend(number.to_le_bytes());
        }
    }

    fn layer(&mut self, type_name: &str, inputs: u32, outputs: u32) {
        self.bytes.push(0);
        self.text(type_name);
        self.bytes.extend([0, 0]);
        self.numbers(&[0, inputs, outputs, 0]);
        self.text("name");
    }

    fn matrix(&mut self, rows: u32, inputs: u32) {
        self.bytes.push(133);
        self.numbers(&[rows, inputs + 1]);
        self.bytes.push(0);
        for _ in 0..rows * (inputs + 1) {
            let weight = self.numbers.byte();
            self.bytes.push(weight.cast_unsigned());
        }
        self.numbers(&[rows]);
        for _ in 0..rows {
            // Sums of up to 4 or so: neither lost in zero nor all at the ends of the curves.
            let scale = 0.02 * (1.0 + self.numbers.next() as f64 / (1u64 << 31) as f64)
                / f64::from(inputs).sqrt();
            self.bytes.extend(scale.to_le_bytes());
        }
    }

    fn lstm(&mut self, type_name: &str, inputs: u32, units: u32) {
        self.layer(type_name, inputs, units);
        self.numbers(&[inputs + units]);
        for _ in 0..4 {
            self.matrix(units, inputs + units);
        }
    }
}

/// Returns a network component of these sizes with random weights.
pub(crate) fn component(sizes: &Sizes, seed: u64) -> Vec<u8> {
    let mut writer = Writer { bytes: Vec::new(), numbers: Numbers(seed) };
    let Sizes { height, features, summary, along, classes } = sizes.clone();
    writer.layer("Series", height.cast_unsigned(), classes);
    writer.numbers(&[5 + u32::try_from(along.len()).unwrap()]);
    writer.layer("Input", height.cast_unsigned(), 1);
    writer.numbers(&[1, height.cast_unsigned(), 0, 1, 0]);
    writer.layer("Series", 1, features);
    writer.numbers(&[2]);
    writer.layer("Convolve", 1, 9);
    writer.numbers(&[1, 1]);
    writer.layer("Tanh", 9, features);
    writer.matrix(features, 9);
    writer.layer("Maxpool", features, features);
    writer.numbers(&[3, 3]);
    writer.layer("XYTranspose", features, summary);
    writer.numbers(&[1]);
    writer.lstm("SummLSTM", features, summary);
    let mut width = summary;
    for (direction, units) in along {
        if direction == Direction::Backward {
            writer.layer("RTLReversed", width, units);
            writer.numbers(&[1]);
        }
        writer.lstm("LSTM", width, units);
        width = units;
    }
    writer.layer("Softmax", width, classes);
    writer.matrix(classes, width);
    writer.text("[spec]");
    writer.numbers(&[65, 1000, 1234, classes - 1, 0, 0, 0]);
    writer.bytes
}

fn small() -> Sizes {
    Sizes {
        height: 36,
        features: 5,
        summary: 7,
        along: vec![(Direction::Forward, 6), (Direction::Backward, 9)],
        classes: 4,
    }
}

/// Returns the network component of a language's installed model, or none where it is not installed.
pub(crate) fn installed(language: &str) -> Option<Vec<u8>> {
    let path =
        Path::new("/usr/share/tesseract-ocr/5/tessdata").join(format!("{language}.traineddata"));
    let file = std::fs::read(path).ok()?;
    Some(Components::parse(&file).unwrap().get(Component::Lstm).unwrap().to_vec())
}

#[test]
fn reads_the_layers_in_their_order() {
    let (network, facts) = Network::parse(&component(&small(), 1)).unwrap();
    assert_eq!((network.height(), network.classes(), network.null_code()), (36, 4, 3));
    assert_eq!(network.random_seed(), 1234);
    assert_eq!(facts.specification, "[spec]");
    assert_eq!((facts.recoding, facts.training_iteration), (Recoding::Recoded, 1000));
    assert_eq!((network.convolution.rows, network.convolution.inputs), (5, 9));
    let shapes: Vec<_> = network.along.iter().map(|l| (l.direction, l.inputs, l.units)).collect();
    assert_eq!(shapes, [(Direction::Forward, 7, 6), (Direction::Backward, 6, 9)]);
    assert_eq!(network.output.inputs, 9);
}

#[test]
fn the_last_column_of_a_matrix_is_its_bias_and_its_scale_is_divided_by_127() {
    let mut bytes = vec![133];
    bytes.extend(1u32.to_le_bytes());
    bytes.extend(3u32.to_le_bytes());
    bytes.extend([0, 5, 0xfa, 7]);
    bytes.extend(2u32.to_le_bytes());
    bytes.extend(1.27f64.to_le_bytes());
    bytes.extend(9f64.to_le_bytes());
    let mut whole = Writer { bytes: Vec::new(), numbers: Numbers(0) };
    whole.layer("Tanh", 2, 1);
    whole.bytes.extend(bytes);
    let layer = layers::parse(&mut ByteReader::new(PART, &whole.bytes), 0).unwrap();
    let Content::Dense(matrix) = layer.content else { panic!("a matrix") };
    let expected =
        Matrix { rows: 1, inputs: 2, weights: vec![5, -6], bias: vec![7], scale: vec![0.01] };
    assert_eq!(matrix, expected);
}

#[test]
fn reads_the_installed_english_model() {
    let (network, facts) = Network::parse(&installed("eng").unwrap()).unwrap();
    assert_eq!(facts.specification, "[1,36,0,1Ct3,3,16Mp3,3Lfys48Lfx96Lrx96Lfx192O1c1]");
    assert_eq!((facts.sample_iteration, facts.null_code), (6_352_704, 110));
    assert_eq!((network.height(), network.classes()), (36, 111));
}

/// Replaces the first `from` behind the start of `bytes` by `to`, of the same length.
fn replaced(bytes: &[u8], from: &[u8], to: &[u8]) -> Vec<u8> {
    let at = bytes.windows(from.len()).position(|window| window == from).unwrap();
    let mut bytes = bytes.to_vec();
    bytes[at..at + to.len()].copy_from_slice(to);
    bytes
}

#[test]
fn refuses_networks_that_it_cannot_run_and_says_why() {
    let model = component(&small(), 1);
    let header = [36, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0];
    for (from, to, why) in [
        (&b"Softmax"[..], &b"Rectify"[..], "layer of type `Rectify`"),
        (b"SummLSTM", b"BumpLSTM", "layer of type `BumpLSTM`"),
        (b"Convolve", b"Reconfig", "layer of type `Reconfig`"),
        (b"RTLReversed", b"XYTranspose", "layer of type `XYTranspose` in this place"),
        (&header, &[36, 0, 0, 0, 99, 0, 0, 0, 1, 0, 0, 0], "input of fixed width 99"),
        (
            &header,
            &[36, 0, 0, 0, 0, 0, 0, 0, 3, 0, 0, 0],
            "input of height 36 and depth 3, must be 6 to 256 and 1",
        ),
        (&[133, 5, 0, 0, 0, 10], &[132, 5, 0, 0, 0, 10], "float weights"),
        (&[133, 5, 0, 0, 0, 10], &[5, 5, 0, 0, 0, 10], "weights in the oldest format"),
        (b"[spec]\x41", b"[spec]\x40", "float weights"),
    ] {
        let problem = Network::parse(&replaced(&model, from, to)).unwrap_err();
        assert_eq!(problem, ModelError::Unsupported(why.to_owned()));
    }
}

#[test]
fn refuses_networks_that_contradict_themselves() {
    let model = component(&small(), 1);
    for (from, to, why) in [
        (&[133, 5, 0, 0, 0, 10][..], &[133, 10, 0, 0, 0, 5][..], "5 scales for 10 rows"),
        (&[133, 5, 0, 0, 0, 10], &[133, 5, 0, 0, 0, 1], "a matrix of 5 × 1"),
        (&[133, 5, 0, 0, 0, 10, 0, 0, 0], &[133, 5, 0, 0, 0, 10, 0, 0, 255], "a matrix of 5 ×"),
        (
            b"[spec]\x41\0\0\0\xe8\x03\0\0\xd2\x04\0\0\x03",
            b"[spec]\x41\0\0\0\xe8\x03\0\0\xd2\x04\0\0\x04",
            "null code 4 of 4",
        ),
    ] {
        match Network::parse(&replaced(&model, from, to)) {
            Err(ModelError::Broken { part: "network", what }) => {
                assert!(what.contains(why), "{what}");
            }
            other => panic!("{why}: {other:?}"),
        }
    }
}

#[test]
fn bounds_the_depth_of_the_tree() {
    let mut writer = Writer { bytes: Vec::new(), numbers: Numbers(0) };
    for _ in 0..100_000 {
        writer.layer("Series", 1, 1);
        writer.numbers(&[1]);
    }
    let problem = Network::parse(&writer.bytes).unwrap_err();
    assert_eq!(problem, ModelError::broken(PART, "layers are nested deeper than 16"));
}

/// Returns the places in a component where the headers of layers stand.
fn headers(component: &[u8]) -> Vec<usize> {
    let names =
        [&b"Series"[..], b"Input", b"Convolve", b"Tanh", b"Maxpool", b"LSTM", b"Softmax", b"[1,"];
    (0..component.len())
        .filter(|&at| names.iter().any(|name| component[at..].starts_with(name)))
        .collect()
}

#[test]
fn a_truncated_model_is_broken_wherever_it_ends() {
    let model = installed("eng").unwrap();
    let near = headers(&model).into_iter().flat_map(|at| at.saturating_sub(40)..at + 60);
    for end in near.chain((0..model.len()).step_by(4_001)).filter(|&end| end < model.len()) {
        match Network::parse(&model[..end]) {
            Err(ModelError::Broken { part: "network", .. }) => {}
            other => panic!("{end} bytes: {:?}", other.map(|(_, facts)| facts)),
        }
    }
}

#[test]
fn a_flipped_byte_never_panics() {
    let model = installed("eng").unwrap();
    let places = headers(&model);
    let mut refused = 0;
    for at in places.into_iter().flat_map(|at| at.saturating_sub(20)..at + 60) {
        for value in [0x00, 0x01, 0x7f, 0x80, 0xff] {
            let mut model = model.clone();
            let Some(byte) = model.get_mut(at) else { continue };
            *byte = value;
            refused += u32::from(Network::parse(&model).is_err());
        }
    }
    assert!(refused > 1_000, "only {refused} changes were noticed");
}
