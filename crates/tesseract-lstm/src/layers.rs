//! The tree of layers as it stands in a model file: names, sizes and int8 matrices.
//!
//! Knows how each kind of layer is written down, not which trees make sense: `network` checks that.

use super::bytes::ByteReader;
use super::error::ModelError;

/// Deeper trees than this do not exist; it bounds the recursion over a broken file.
const MAX_DEPTH: usize = 16;
/// Layer flag: a list of learning rates follows the children.
const FLAG_LEARNING_RATES: i32 = 64;
/// Matrix mode bits.
const MATRIX_INT8: u8 = 1;
const MATRIX_NEW_FORMAT: u8 = 128;
/// So many inputs of a matrix at most: the sum of products stays within 32 bits.
const MAX_INPUTS: usize = 32_768;

/// An int8 matrix with a bias and a scale for each row.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Matrix {
    /// Number of outputs.
    pub rows: usize,
    /// Number of inputs, without the bias.
    pub inputs: usize,
    /// `rows × inputs`, row by row.
    pub weights: Vec<i8>,
    /// One for each row; stands for an input of 1.0, which is 127.
    pub bias: Vec<i8>,
    /// Real value of one unit of each row's integer sum; finite and positive or zero.
    pub scale: Vec<f32>,
}

impl Matrix {
    /// Returns the weights of one output.
    pub(super) fn row(&self, row: usize) -> &[i8] {
        &self.weights[row * self.inputs..][..self.inputs]
    }
}

/// One layer of the tree.
#[derive(Debug)]
pub(super) struct Layer<'a> {
    /// Name of the layer's type in the file.
    pub type_name: &'a str,
    /// Values that each position takes.
    pub inputs: usize,
    /// Values that each position gives.
    pub outputs: usize,
    /// What the type adds.
    pub content: Content<'a>,
}

/// What a layer consists of, by its type.
#[derive(Debug)]
pub(super) enum Content<'a> {
    /// The image that goes in: its fixed height in px and its depth in channels.
    Input { height: usize, depth: usize },
    /// Stacks the neighbors of each position.
    Convolve { half_x: usize, half_y: usize },
    /// Keeps the largest value of each rectangle.
    Maxpool { x: usize, y: usize },
    /// Layers inside a layer: a series, or one that runs in another direction.
    Children(Vec<Layer<'a>>),
    /// Cell input, input gate, forget gate, output gate; each over inputs and fed-back outputs.
    Lstm(Box<[Matrix; 4]>),
    /// A fully connected layer.
    Dense(Matrix),
}

/// Reads one layer and all that is inside it.
pub(super) fn parse<'a>(
    reader: &mut ByteReader<'a>,
    depth: usize,
) -> Result<Layer<'a>, ModelError> {
    if depth > MAX_DEPTH {
        return Err(reader.broken(format!("layers are nested deeper than {MAX_DEPTH}")));
    }
    if reader.i8()? != 0 {
        return Err(ModelError::Unsupported("layers in the oldest format".to_owned()));
    }
    let type_name = reader.text()?;
    // Training state and whether the layer was trained: no matter for reading.
    reader.take(2)?;
    let flags = reader.i32()?;
    let inputs = reader.size_of("number of inputs", 0)?;
    let outputs = reader.size_of("number of outputs", 0)?;
    let _weights = reader.i32()?;
    let _name = reader.text()?;
    let content = match type_name {
        "Input" => parse_input(reader)?,
        "Convolve" => Content::Convolve {
            half_x: reader.size_of("half width", 0)?,
            half_y: reader.size_of("half height", 0)?,
        },
        "Maxpool" => {
            Content::Maxpool { x: reader.size_of("width", 1)?, y: reader.size_of("height", 1)? }
        }
        "Series" | "RTLReversed" | "XYTranspose" => parse_children(reader, flags, depth)?,
        "LSTM" | "SummLSTM" => parse_lstm(reader, inputs, outputs)?,
        "Softmax" | "Tanh" => {
            let matrix = parse_matrix(reader)?;
            expect_shape(reader, &matrix, outputs, inputs)?;
            Content::Dense(matrix)
        }
        other => {
            return Err(ModelError::Unsupported(format!(
                "layer of type `{}`",
                other.escape_debug()
            )));
        }
    };
    Ok(Layer { type_name, inputs, outputs, content })
}

fn parse_input<'a>(reader: &mut ByteReader<'a>) -> Result<Content<'a>, ModelError> {
    let _batch = reader.i32()?;
    let height = reader.size_of("input height", 0)?;
    let width = reader.size_of("input width", 0)?;
    let depth = reader.size_of("input depth", 1)?;
    let _loss = reader.i32()?;
    if width != 0 {
        return Err(ModelError::Unsupported(format!("input of fixed width {width}")));
    }
    Ok(Content::Input { height, depth })
}

fn parse_children<'a>(
    reader: &mut ByteReader<'a>,
    flags: i32,
    depth: usize,
) -> Result<Content<'a>, ModelError> {
    let count = reader.size()?;
    // No `with_capacity`: the count is only believed as far as there are layers behind it.
    let mut children = Vec::new();
    for _ in 0..count {
        children.push(parse(reader, depth + 1)?);
    }
    if flags & FLAG_LEARNING_RATES != 0 {
        let rates = reader.size()?;
        reader.take_items(rates, size_of::<f32>())?;
    }
    Ok(Content::Children(children))
}

fn parse_lstm<'a>(
    reader: &mut ByteReader<'a>,
    inputs: usize,
    units: usize,
) -> Result<Content<'a>, ModelError> {
    let all_inputs = reader.size_of("number of LSTM inputs", 1)?;
    let with_feedback = inputs.checked_add(units);
    if with_feedback.and_then(|sum| sum.checked_add(units)) == Some(all_inputs) {
        return Err(ModelError::Unsupported("two-dimensional LSTM".to_owned()));
    }
    if with_feedback != Some(all_inputs) {
        return Err(reader.broken(format!(
            "an LSTM of {inputs} inputs and {units} units has {all_inputs} inputs in all"
        )));
    }
    let mut gate = || {
        let matrix = parse_matrix(reader)?;
        expect_shape(reader, &matrix, units, all_inputs)?;
        Ok(matrix)
    };
    Ok(Content::Lstm(Box::new([gate()?, gate()?, gate()?, gate()?])))
}

fn parse_matrix(reader: &mut ByteReader<'_>) -> Result<Matrix, ModelError> {
    let mode = reader.u8()?;
    if mode & MATRIX_NEW_FORMAT == 0 {
        return Err(ModelError::Unsupported("weights in the oldest format".to_owned()));
    }
    if mode & MATRIX_INT8 == 0 {
        return Err(ModelError::Unsupported("float weights".to_owned()));
    }
    let rows = reader.size()?;
    let columns = reader.size()?;
    if rows == 0 || !(2..=MAX_INPUTS).contains(&columns) {
        return Err(reader.broken(format!(
            "a matrix of {rows} × {columns}, must have rows and 2 to {MAX_INPUTS} columns"
        )));
    }
    let _filler = reader.u8()?;
    let cells = reader.take_items(rows, columns)?;
    let scale_count = reader.size()?;
    if scale_count < rows {
        return Err(reader.broken(format!("{scale_count} scales for {rows} rows")));
    }
    let mut scales = ByteReader::new("network", reader.take_items(scale_count, size_of::<f64>())?);
    let mut scale = Vec::with_capacity(rows);
    for _ in 0..rows {
        // The file's scale is that of a weight; an input of 127 is 1.0.
        let row_scale = (scales.f64()? / 127.0) as f32;
        if !row_scale.is_finite() || row_scale < 0.0 {
            return Err(reader.broken(format!("a row scale of {row_scale}")));
        }
        scale.push(row_scale);
    }
    let mut weights = Vec::with_capacity(cells.len());
    let mut bias = Vec::with_capacity(rows);
    for row in cells.chunks_exact(columns) {
        if let Some((&last, others)) = row.split_last() {
            weights.extend(others.iter().map(|&weight| weight.cast_signed()));
            bias.push(last.cast_signed());
        }
    }
    Ok(Matrix { rows, inputs: columns - 1, weights, bias, scale })
}

fn expect_shape(
    reader: &ByteReader<'_>,
    matrix: &Matrix,
    rows: usize,
    inputs: usize,
) -> Result<(), ModelError> {
    if matrix.rows == rows && matrix.inputs == inputs {
        return Ok(());
    }
    Err(reader.broken(format!(
        "a matrix of {} rows and {} inputs where {rows} and {inputs} are announced",
        matrix.rows, matrix.inputs
    )))
}
