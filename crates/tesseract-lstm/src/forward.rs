//! Runs the network over lines: first layer line by line, then all lines together step by step.
//!
//! Owns the weights in a kernel's order and the buffers. Called by the line reader. Lines are sorted by
//! length, so that at each step the lines that still run stand in front.

use super::border::{self, Border};
#[cfg(target_arch = "x86_64")]
use super::kernels::{Amx, Avx2, Vnni};
use super::kernels::{Arithmetic, Kernel, LstmStep, Neighborhoods, Place, Scalar, WINDOW, padded};
use super::line::LineInput;
use super::network::{Direction, Lstm, NEIGHBORS, Network, POOL};

/// So many steps run at once at most, but for a line that is longer alone: it bounds the buffers to about
/// 50 MiB. A page of prose has 18,000.
const MAX_STEPS: usize = 32_768;
/// So many columns go through the summarizing LSTM together: their states stay in the first cache.
const SUMMARY_COLUMNS: usize = 48;
/// So many steps are classified together: their sums stay in the cache.
const SUM_ROWS: usize = 48;
/// The row of every output buffer that stays zero: what an LSTM feeds back at its first step.
const ZERO_ROW: usize = 0;

/// The network's answer for one line.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Outputs {
    /// Steps along the line.
    pub steps: usize,
    /// Codes of the network.
    pub classes: usize,
    /// `steps × classes`, row by row; each row's sum is 1.
    pub probabilities: Vec<f32>,
    /// Pixels of the given line to one step.
    pub pixels_per_step: f32,
}

impl Outputs {
    /// Returns the probabilities of all codes at a step.
    pub(super) fn row(&self, step: usize) -> &[f32] {
        &self.probabilities[step * self.classes..][..self.classes]
    }

    /// Returns the mean probability, in steps of 1/127, of the best codes of all steps where it is not
    /// `null_code`; 0 where there is none. It tells a line from its negative.
    pub(super) fn certainty(&self, null_code: usize) -> f32 {
        let mut total = 0u64;
        let mut count = 0u64;
        for row in self.probabilities.chunks_exact(self.classes) {
            let (mut best, mut best_probability) = (0, f32::NEG_INFINITY);
            for (code, &probability) in row.iter().enumerate() {
                if probability > best_probability {
                    (best, best_probability) = (code, probability);
                }
            }
            if best != null_code {
                total += (127.0 * best_probability) as u64;
                count += 1;
            }
        }
        if count == 0 { 0.0 } else { (total as f64 / count as f64 / 127.0) as f32 }
    }
}

/// A network ready to run on one kind of processor.
#[derive(Debug)]
pub(super) struct Forward {
    engine: AnyEngine,
}

#[derive(Debug)]
enum AnyEngine {
    Scalar(Engine<Scalar>),
    #[cfg(target_arch = "x86_64")]
    Avx2(Engine<Avx2>),
    #[cfg(target_arch = "x86_64")]
    Vnni(Engine<Vnni>),
    #[cfg(target_arch = "x86_64")]
    Amx(Engine<Amx>),
}

impl Forward {
    /// Arranges the weights for `kernel`. A kernel that this processor cannot run is replaced by the fastest
    /// that it can.
    pub(super) fn new(network: &Network, kernel: Kernel) -> Self {
        let available = Kernel::available();
        let kernel = if available.contains(&kernel) { kernel } else { available[0] };
        let engine = match kernel {
            #[cfg(target_arch = "x86_64")]
            Kernel::Avx2 => AnyEngine::Avx2(Engine::new(network)),
            #[cfg(target_arch = "x86_64")]
            Kernel::Vnni => AnyEngine::Vnni(Engine::new(network)),
            #[cfg(target_arch = "x86_64")]
            Kernel::Amx => AnyEngine::Amx(Engine::new(network)),
            _ => AnyEngine::Scalar(Engine::new(network)),
        };
        Self { engine }
    }

    /// Returns the kernel that runs.
    pub(super) fn kernel(&self) -> Kernel {
        match self.engine {
            AnyEngine::Scalar(_) => Kernel::Scalar,
            #[cfg(target_arch = "x86_64")]
            AnyEngine::Avx2(_) => Kernel::Avx2,
            #[cfg(target_arch = "x86_64")]
            AnyEngine::Vnni(_) => Kernel::Vnni,
            #[cfg(target_arch = "x86_64")]
            AnyEngine::Amx(_) => Kernel::Amx,
        }
    }

    /// Runs the network; returns one answer for each line, in their order.
    pub(super) fn run(&mut self, lines: &[LineInput]) -> Vec<Outputs> {
        match &mut self.engine {
            AnyEngine::Scalar(engine) => engine.run(lines),
            #[cfg(target_arch = "x86_64")]
            AnyEngine::Avx2(engine) => engine.run(lines),
            #[cfg(target_arch = "x86_64")]
            AnyEngine::Vnni(engine) => engine.run(lines),
            #[cfg(target_arch = "x86_64")]
            AnyEngine::Amx(engine) => engine.run(lines),
        }
    }
}

/// The weights of an LSTM and the sizes of its rows.
#[derive(Debug)]
struct Recurrent<G> {
    gates: G,
    direction: Direction,
    /// Values of an input row.
    input_stride: usize,
    /// Values of an output row.
    stride: usize,
}

/// The network with the arithmetic of one kind of processor.
#[derive(Debug)]
struct Engine<A: Arithmetic> {
    height: usize,
    classes: usize,
    features_stride: usize,
    convolution: A::Convolution,
    summary: Recurrent<A::Gates>,
    along: Vec<Recurrent<A::Gates>>,
    output: A::Dense,
    border: Border,
    scratch: Scratch<A::Activation>,
}

/// Buffers that are kept from run to run.
#[derive(Debug)]
struct Scratch<T> {
    /// The scaled picture, column by column.
    columns: Vec<T>,
    /// The pixels around the columns of a step.
    neighbors: Vec<T>,
    pooled: Vec<T>,
    state: Vec<f32>,
    /// Outputs of the layer before, and of the one that runs.
    read: Vec<T>,
    written: Vec<T>,
    places: Vec<Place>,
    sums: Vec<f32>,
}

/// A line's place in the order of a run.
#[derive(Debug, Clone, Copy)]
struct Span {
    /// Index among the given lines.
    line: usize,
    /// First step among those of all lines.
    start: usize,
    steps: usize,
}

impl<A: Arithmetic> Engine<A> {
    fn new(network: &Network) -> Self {
        let recurrent = |lstm: &Lstm| Recurrent {
            gates: A::pack_gates(lstm),
            direction: lstm.direction,
            input_stride: padded(lstm.inputs),
            stride: padded(lstm.units),
        };
        Self {
            height: network.height(),
            classes: network.classes(),
            features_stride: padded(network.convolution.0.rows),
            convolution: A::pack_convolution(&network.convolution),
            summary: recurrent(&network.summary),
            along: network.along.iter().map(recurrent).collect(),
            output: A::pack_dense(&network.output),
            border: Border::new(network.random_seed()),
            scratch: Scratch {
                columns: Vec::new(),
                neighbors: Vec::new(),
                pooled: Vec::new(),
                state: Vec::new(),
                read: Vec::new(),
                written: Vec::new(),
                places: Vec::new(),
                sums: Vec::new(),
            },
        }
    }

    fn run(&mut self, lines: &[LineInput]) -> Vec<Outputs> {
        let mut order: Vec<usize> = (0..lines.len()).collect();
        order.sort_by_key(|&line| std::cmp::Reverse(lines[line].width()));
        let mut outputs: Vec<Option<Outputs>> = vec![None; lines.len()];
        let mut rest = order.as_slice();
        while !rest.is_empty() {
            let mut spans = Vec::new();
            let mut start = 0;
            for &line in rest {
                let steps = lines[line].width() / POOL;
                if start > 0 && start + steps > MAX_STEPS {
                    break;
                }
                spans.push(Span { line, start, steps });
                start += steps;
            }
            rest = &rest[spans.len()..];
            self.run_together(lines, &spans, start, &mut outputs);
        }
        outputs.into_iter().map(|output| output.expect("each line stands in one span")).collect()
    }

    /// Runs the lines of `spans`, the longest first, which have `steps` steps in all.
    fn run_together(
        &mut self,
        lines: &[LineInput],
        spans: &[Span],
        steps: usize,
        outputs: &mut [Option<Outputs>],
    ) {
        self.summarize(lines, spans, steps);
        for layer in 0..self.along.len() {
            self.run_along(layer, spans, steps);
        }
        for span in spans {
            let line = &lines[span.line];
            outputs[span.line] = Some(Outputs {
                steps: span.steps,
                classes: self.classes,
                probabilities: self.classify(*span),
                pixels_per_step: POOL as f32 / line.factor(),
            });
        }
    }

    /// Runs the layers up to the summarizing LSTM; leaves a row for each step in `scratch.read`.
    fn summarize(&mut self, lines: &[LineInput], spans: &[Span], steps: usize) {
        let cells = self.height / POOL;
        let cell_stride = cells * self.features_stride;
        let zero = A::activation(0);
        let scratch = &mut self.scratch;
        scratch.pooled.resize(SUMMARY_COLUMNS * cell_stride, zero);
        // Behind the rows of the steps lie two rows for each column that is on its way down.
        grow(&mut scratch.read, (1 + steps + 2 * SUMMARY_COLUMNS) * self.summary.stride, zero);
        scratch.read[..self.summary.stride].fill(zero);

        let mut waiting = 0;
        let mut done = 0;
        for span in spans {
            let line = &lines[span.line];
            let border = self.border.first(border::count(line.width(), line.height()));
            lay_columns::<A>(line, &mut scratch.columns);
            for step in 0..span.steps {
                let picture = PaddedPicture { line, columns: &scratch.columns, border };
                let neighbors = picture.neighbors::<A>(step, &mut scratch.neighbors);
                let pooled = &mut scratch.pooled[waiting * cell_stride..][..cell_stride];
                A::convolve(&self.convolution, neighbors, pooled);
                waiting += 1;
                if waiting == SUMMARY_COLUMNS || done + waiting == steps {
                    run_down::<A>(&self.summary, scratch, cells, done..done + waiting, 1 + steps);
                    done += waiting;
                    waiting = 0;
                }
            }
        }
    }

    /// Runs one LSTM along all lines: from `scratch.read` to `scratch.written`, which then change places.
    fn run_along(&mut self, layer: usize, spans: &[Span], steps: usize) {
        let recurrent = &self.along[layer];
        let scratch = &mut self.scratch;
        grow(&mut scratch.written, (1 + steps) * recurrent.stride, A::activation(0));
        scratch.written[..recurrent.stride].fill(A::activation(0));
        scratch.state.clear();
        scratch.state.resize(spans.len() * recurrent.stride, 0.0);
        let longest = spans.first().map_or(0, |span| span.steps);
        for time in 0..longest {
            scratch.places.clear();
            for span in spans.iter().take_while(|span| span.steps > time) {
                let first_row = 1 + span.start;
                let (own, before) = match recurrent.direction {
                    Direction::Forward => (first_row + time, (first_row + time) - 1),
                    Direction::Backward => {
                        let own = first_row + span.steps - 1 - time;
                        (own, own + 1)
                    }
                };
                let before = if time == 0 { ZERO_ROW } else { before };
                scratch.places.push(Place { input: own, before, output: own });
            }
            A::lstm_step(
                &recurrent.gates,
                LstmStep {
                    input: &scratch.read,
                    input_stride: recurrent.input_stride,
                    output: &mut scratch.written,
                    state: &mut scratch.state,
                    places: &scratch.places,
                },
            );
        }
        std::mem::swap(&mut scratch.read, &mut scratch.written);
    }

    /// Returns the probabilities of a line from the rows of the last LSTM.
    fn classify(&mut self, span: Span) -> Vec<f32> {
        let stride = self.along.last().map_or(self.summary.stride, |last| last.stride);
        let rows = &self.scratch.read[(1 + span.start) * stride..][..span.steps * stride];
        let sums = &mut self.scratch.sums;
        let mut probabilities = vec![0.0; span.steps * self.classes];
        sums.resize(SUM_ROWS * padded(self.classes), 0.0);
        for (rows, probabilities) in
            rows.chunks(SUM_ROWS * stride).zip(probabilities.chunks_mut(SUM_ROWS * self.classes))
        {
            let sums = &mut sums[..rows.len() / stride * padded(self.classes)];
            A::dense(&self.output, self.classes, rows, sums);
            A::softmax(&self.output, self.classes, sums, probabilities);
        }
        probabilities
    }
}

/// Makes a buffer at least `length` long; what was in it stays.
fn grow<T: Copy>(buffer: &mut Vec<T>, length: usize, fill: T) {
    if buffer.len() < length {
        buffer.resize(length, fill);
    }
}

/// Returns how far apart the columns of `Scratch::columns` are: with a pixel above and two below they are as long as
/// windows that overlap.
fn column_stride(height: usize) -> usize {
    Neighborhoods::<u8>::side_values(height, 1)
}

/// Lays out the picture column by column, as the network reads it.
fn lay_columns<A: Arithmetic>(line: &LineInput, columns: &mut Vec<A::Activation>) {
    let levels: [A::Activation; 256] =
        std::array::from_fn(|gray| A::activation(line.level(gray as u8)));
    let stride = column_stride(line.height());
    grow(columns, line.width() * stride, A::activation(0));
    for (y, row) in line.rows().enumerate() {
        for (column, &gray) in columns.chunks_exact_mut(stride).zip(row) {
            column[1 + y] = levels[usize::from(gray)];
        }
    }
}

/// A line column by column, and the random numbers around it.
struct PaddedPicture<'a, T> {
    line: &'a LineInput,
    columns: &'a [T],
    border: &'a [i8],
}

impl<T: Copy> PaddedPicture<'_, T> {
    /// Lays out the pixels around the three columns that become `step`.
    fn neighbors<'a, A: Arithmetic<Activation = T>>(
        &self,
        step: usize,
        values: &'a mut Vec<T>,
    ) -> Neighborhoods<'a, T> {
        let (width, height) = (self.line.width(), self.line.height());
        let is_at_edge = step == 0 || POOL * (step + 1) >= width;
        let pitch = if is_at_edge { WINDOW } else { 1 };
        let side_values = Neighborhoods::<T>::side_values(height, pitch);
        values.resize(NEIGHBORS * side_values, A::activation(0));
        for (column, sides) in values.chunks_exact_mut(POOL * side_values).enumerate() {
            if is_at_edge {
                self.lay_edge::<A>(POOL * step + column, sides);
            } else {
                self.lay_inner::<A>(POOL * step + column, sides);
            }
        }
        Neighborhoods { values, height, pitch }
    }

    /// Lays out the neighbors of a column that has columns on both sides: only its ends lack pixels.
    fn lay_inner<A: Arithmetic<Activation = T>>(&self, x: usize, sides: &mut [T]) {
        let (width, height) = (self.line.width(), self.line.height());
        let stride = column_stride(height);
        let above = &self.border[border::offset((x, 0), (width, height))..];
        let below = &self.border[border::offset((x, height - 1), (width, height))..];
        for (side, values) in sides.chunks_exact_mut(stride).enumerate() {
            values.copy_from_slice(&self.columns[(x + side - 1) * stride..][..stride]);
            values[0] = A::activation(above[side]);
            values[1 + height] = A::activation(below[side]);
        }
    }

    /// Lays out the neighbors of a column that may be the first or the last. Pixels that are missing are drawn anew in
    /// each window.
    fn lay_edge<A: Arithmetic<Activation = T>>(&self, x: usize, sides: &mut [T]) {
        let (width, height) = (self.line.width(), self.line.height());
        let stride = column_stride(height);
        for y in 0..height {
            let mut drawn = self.border[border::offset((x, y), (width, height))..].iter();
            for (side, windows) in sides.chunks_exact_mut(WINDOW * height).enumerate() {
                // One column more and one row more than the picture's, so that none is negative.
                let source = x + side;
                for (pixel, value) in windows[y * WINDOW..][..3].iter_mut().enumerate() {
                    let is_inside =
                        (1..=width).contains(&source) && (1..=height).contains(&(y + pixel));
                    if is_inside {
                        *value = self.columns[(source - 1) * stride + y + pixel];
                    } else if let Some(&number) = drawn.next() {
                        *value = A::activation(number);
                    }
                }
            }
        }
    }
}

/// Runs the summarizing LSTM down the columns that wait in `scratch.pooled`, and writes its last outputs as
/// the rows of `steps` in `scratch.read`. Rows from `spare` on hold the outputs on the way down.
fn run_down<A: Arithmetic>(
    summary: &Recurrent<A::Gates>,
    scratch: &mut Scratch<A::Activation>,
    cells: usize,
    steps: std::ops::Range<usize>,
    spare: usize,
) {
    scratch.state.clear();
    scratch.state.resize(steps.len() * summary.stride, 0.0);
    for y in 0..cells {
        scratch.places.clear();
        for (column, step) in steps.clone().enumerate() {
            let way = |y: usize| spare + y % 2 * SUMMARY_COLUMNS + column;
            scratch.places.push(Place {
                input: column * cells + y,
                before: if y == 0 { ZERO_ROW } else { way(y - 1) },
                output: if y + 1 == cells { 1 + step } else { way(y) },
            });
        }
        A::lstm_step(
            &summary.gates,
            LstmStep {
                input: &scratch.pooled,
                input_stride: summary.input_stride,
                output: &mut scratch.read,
                state: &mut scratch.state,
                places: &scratch.places,
            },
        );
    }
}

#[cfg(test)]
mod tests;
