//! The network of a model: its layers, checked to be a chain that `forward` can run.
//!
//! The one shape that all of Tesseract's int8 models have: 3 × 3 convolution, 3 × 3 maximum, an LSTM that
//! summarizes each column, LSTMs along the line in either direction, softmax. Everything else is refused.

use super::bytes::ByteReader;
use super::error::ModelError;
use super::layers::{self, Content, Layer, Matrix};

const PART: &str = "network";

/// Component flags.
const FLAG_INT8: i32 = 1;
const FLAG_RECODED: i32 = 64;
/// Heights that an input may have; the models at hand have 36 and 48 px.
const HEIGHTS: std::ops::RangeInclusive<usize> = 6..=256;
/// Columns and rows that become one step, by the maximum layer.
pub(super) const POOL: usize = 3;
/// Inputs of the convolution: a pixel and its eight neighbors.
pub(super) const NEIGHBORS: usize = 9;

/// The way in which an LSTM goes over a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Direction {
    /// From the first step to the last.
    Forward,
    /// From the last step to the first.
    Backward,
}

/// An LSTM layer.
#[derive(Debug, Clone)]
pub(super) struct Lstm {
    /// The way it goes.
    pub direction: Direction,
    /// Inputs for each step, without the fed-back outputs.
    pub inputs: usize,
    /// Outputs for each step.
    pub units: usize,
    /// Cell input, input gate, forget gate, output gate: `units` rows over inputs and then fed-back outputs.
    pub gates: [Matrix; 4],
}

/// A network that turns a line of gray pixels into probabilities of codes.
#[derive(Debug, Clone)]
pub(super) struct Network {
    height: usize,
    null_code: usize,
    random_seed: i64,
    /// 9 neighbors (x outer, y inner) to features.
    pub(super) convolution: Matrix,
    /// Goes down each column; its last output stands for the column.
    pub(super) summary: Lstm,
    /// Along the line, one after the other.
    pub(super) along: Vec<Lstm>,
    /// To the codes.
    pub(super) output: Matrix,
}

/// What stands behind the tree of layers.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct NetworkFacts {
    /// The tree in short form, such as `[1,36,0,1Ct3,3,16Mp3,3Lfys48Lfx96Lrx96Lfx192O1c1]`.
    pub specification: String,
    /// Whether codes stand for characters through a recoder.
    pub recoding: Recoding,
    /// Samples that the model was trained with; seeds the border's random numbers.
    pub sample_iteration: i32,
    /// Training steps.
    pub training_iteration: i32,
    /// The code that means "nothing here".
    pub null_code: usize,
}

/// What the network's codes are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Recoding {
    /// Codes are ids of characters.
    Direct,
    /// One or more codes stand for a character; the recoder says which.
    Recoded,
}

impl Network {
    /// Reads the network component of a file that has its characters and its recoder in components of
    /// their own (older files have them in here; the caller refuses those).
    pub(super) fn parse(lstm: &[u8]) -> Result<(Self, NetworkFacts), ModelError> {
        let mut reader = ByteReader::new(PART, lstm);
        let root = layers::parse(&mut reader, 0)?;
        let specification = reader.text()?.to_owned();
        let flags = reader.i32()?;
        if flags & FLAG_INT8 == 0 {
            return Err(ModelError::Unsupported("float weights".to_owned()));
        }
        let recoding = if flags & FLAG_RECODED == 0 { Recoding::Direct } else { Recoding::Recoded };
        let training_iteration = reader.i32()?;
        let sample_iteration = reader.i32()?;
        let null_code = reader.size_of("null code", 0)?;
        // Adam beta, learning rate, momentum: no matter for reading.
        reader.take_items(3, size_of::<f32>())?;
        let facts = NetworkFacts {
            specification,
            recoding,
            sample_iteration,
            training_iteration,
            null_code,
        };
        let network = Self::from_tree(root, &facts)?;
        if null_code >= network.classes() {
            return Err(
                reader.broken(format!("null code {null_code} of {} codes", network.classes()))
            );
        }
        Ok((network, facts))
    }

    /// Returns the number of codes: the width of an output row.
    pub(super) fn classes(&self) -> usize {
        self.output.rows
    }

    /// Returns the code that means "nothing here".
    pub(super) fn null_code(&self) -> usize {
        self.null_code
    }

    /// Returns the height in px to which lines are scaled.
    pub(super) fn height(&self) -> usize {
        self.height
    }

    /// Returns the seed of the random numbers around the picture.
    pub(super) fn random_seed(&self) -> i64 {
        self.random_seed
    }

    fn from_tree(root: Layer<'_>, facts: &NetworkFacts) -> Result<Self, ModelError> {
        let mut layers = children(root, "Series")?.into_iter();
        let mut next =
            || layers.next().ok_or_else(|| ModelError::broken(PART, "layers are missing"));

        let input = next()?;
        let Content::Input { height, depth } = input.content else { return Err(refuse(&input)) };
        if depth != 1 || !HEIGHTS.contains(&height) {
            return Err(ModelError::Unsupported(format!(
                "input of height {height} and depth {depth}, must be {} to {} and 1",
                HEIGHTS.start(),
                HEIGHTS.end()
            )));
        }
        let convolution = convolution(next()?)?;
        let pool = next()?;
        let Content::Maxpool { x: POOL, y: POOL } = pool.content else { return Err(refuse(&pool)) };
        let summary = lstm(only_child(next()?, "XYTranspose")?, "SummLSTM", Direction::Forward)?;
        expect_inputs(summary.inputs, convolution.rows)?;

        let mut along = Vec::new();
        let mut width = summary.units;
        let output = loop {
            let layer = next()?;
            let recurrent = match layer.type_name {
                "LSTM" => lstm(layer, "LSTM", Direction::Forward)?,
                "RTLReversed" => {
                    lstm(only_child(layer, "RTLReversed")?, "LSTM", Direction::Backward)?
                }
                "Softmax" => break dense(layer, "Softmax")?,
                _ => return Err(refuse(&layer)),
            };
            expect_inputs(recurrent.inputs, width)?;
            width = recurrent.units;
            along.push(recurrent);
        };
        expect_inputs(output.inputs, width)?;
        if let Ok(extra) = next() {
            return Err(refuse(&extra));
        }
        let random_seed = i64::from(facts.sample_iteration);
        let null_code = facts.null_code;
        Ok(Self { height, null_code, random_seed, convolution, summary, along, output })
    }
}

fn refuse(layer: &Layer<'_>) -> ModelError {
    ModelError::Unsupported(format!("layer of type `{}` in this place", layer.type_name))
}

fn expect_inputs(inputs: usize, outputs_before: usize) -> Result<(), ModelError> {
    if inputs == outputs_before {
        return Ok(());
    }
    Err(ModelError::broken(
        PART,
        format!("a layer of {inputs} inputs after one of {outputs_before} outputs"),
    ))
}

fn children<'a>(layer: Layer<'a>, type_name: &str) -> Result<Vec<Layer<'a>>, ModelError> {
    match layer.content {
        Content::Children(children) if layer.type_name == type_name => Ok(children),
        _ => Err(refuse(&layer)),
    }
}

fn only_child<'a>(layer: Layer<'a>, type_name: &str) -> Result<Layer<'a>, ModelError> {
    match <[Layer<'a>; 1]>::try_from(children(layer, type_name)?) {
        Ok([child]) => Ok(child),
        Err(children) => Err(ModelError::Unsupported(format!(
            "{} layers inside a layer of type `{type_name}`",
            children.len()
        ))),
    }
}

fn convolution(layer: Layer<'_>) -> Result<Matrix, ModelError> {
    let Ok([window, features]) = <[Layer<'_>; 2]>::try_from(children(layer, "Series")?) else {
        return Err(ModelError::Unsupported("a first series of other than two layers".to_owned()));
    };
    let Content::Convolve { half_x: 1, half_y: 1 } = window.content else {
        return Err(refuse(&window));
    };
    let features = dense(features, "Tanh")?;
    expect_inputs(features.inputs, NEIGHBORS)?;
    Ok(features)
}

fn dense(layer: Layer<'_>, type_name: &str) -> Result<Matrix, ModelError> {
    match layer.content {
        Content::Dense(matrix) if layer.type_name == type_name => Ok(matrix),
        _ => Err(refuse(&layer)),
    }
}

fn lstm(layer: Layer<'_>, type_name: &str, direction: Direction) -> Result<Lstm, ModelError> {
    match layer.content {
        Content::Lstm(gates) if layer.type_name == type_name => {
            Ok(Lstm { direction, inputs: layer.inputs, units: layer.outputs, gates: *gates })
        }
        _ => Err(refuse(&layer)),
    }
}

#[cfg(test)]
pub(super) mod tests;
