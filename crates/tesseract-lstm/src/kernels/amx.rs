//! The layers whose sums are products of matrices on AMX: 16 rows by 16 outputs by 64 inputs an instruction, as much as
//! 256 dot products of vectors. All else is as with VNNI, whose weights have the order that AMX reads.
//!
//! The instructions are written out, as Rust has no stable names for them. Linux gives a process the registers only when it
//! asks for them (`arch_prctl(2)`).

#![expect(unsafe_code, reason = "tile instructions, their loads and stores, and a system call")]

use std::arch::asm;
use std::arch::x86_64::{
    __cpuid_count, __m512i, _mm512_mask_storeu_epi8, _mm512_maskz_loadu_epi8, _mm512_setzero_si512,
};
use std::sync::LazyLock;

use super::arithmetic::{Arithmetic, LstmStep, Neighborhoods, padded};
use super::pack::CacheLine;
use super::packed::{self, ConvolutionWeights, Vectors, check_rows};
use super::tiles;
use super::vector::{GATES, LstmRows, Vector, Weights};
use super::vnni;
use crate::network::{Convolution, Lstm, OutputLayer};

/// Rows of a tile of activations, and groups of inputs of a tile of weights.
const TILE_ROWS: usize = 16;
/// Cache lines of the weights of a tile of inputs: for each group of four inputs one for each vector of outputs.
const TILE_LINES: usize = TILE_ROWS * GATES;

/// For so many rows a step takes less time without tiles, which load as many weights for one row as for 16 (measured).
const FEW_ROWS: usize = 3;

/// What runs on vectors.
type Vnni = vnni::Vnni<true>;

/// The sums of 4 vectors of outputs of a row.
type Sums = [__m512i; GATES];

/// The arithmetic of a processor with AMX.
#[derive(Debug)]
pub(crate) struct Amx;

impl Amx {
    /// Returns whether this processor has the instructions and this process may use their registers.
    pub(crate) fn is_available() -> bool {
        static AVAILABLE: LazyLock<bool> =
            LazyLock::new(|| Vnni::is_available() && has_tiles() && may_use_tiles());
        *AVAILABLE
    }
}

/// Returns whether the processor has tiles of 8-bit integers.
fn has_tiles() -> bool {
    /// Bits of leaf 7 that stand for AMX-TILE and AMX-INT8.
    const TILE_AND_INT8: u32 = 1 << 24 | 1 << 25;
    __cpuid_count(0, 0).eax >= 7 && __cpuid_count(7, 0).edx & TILE_AND_INT8 == TILE_AND_INT8
}

/// Asks for the registers of tiles; returns whether this process has them.
#[cfg(target_os = "linux")]
fn may_use_tiles() -> bool {
    /// `asm/prctl.h`: asks for a part of the processor's state.
    const ARCH_REQ_XCOMP_PERM: libc::c_long = 0x1023;
    /// The part with the tiles' data.
    const XFEATURE_XTILEDATA: libc::c_long = 18;
    // SAFETY: the call reads no memory of the process.
    let answer =
        unsafe { libc::syscall(libc::SYS_arch_prctl, ARCH_REQ_XCOMP_PERM, XFEATURE_XTILEDATA) };
    answer == 0
}

#[cfg(not(target_os = "linux"))]
fn may_use_tiles() -> bool {
    false
}

/// The shapes of the tile registers, as the processor loads them.
#[repr(C, align(64))]
struct Shapes {
    palette: u8,
    start_row: u8,
    reserved: [u8; 14],
    bytes_per_row: [u16; 16],
    rows: [u8; 16],
}

/// The registers in their shapes; released when dropped, so that the kernel has nothing to keep of them.
struct Tiles {
    /// Tiles of inputs that are multiplied one after the other.
    depth: usize,
}

impl Tiles {
    /// Shapes four registers of sums and one of activations for `rows` rows, two of weights for whole tiles.
    ///
    /// # Safety
    ///
    /// `Amx::is_available` must have said so.
    unsafe fn shaped(rows: usize, depth: usize) -> Self {
        let mut shapes = Shapes {
            palette: 1,
            start_row: 0,
            reserved: [0; 14],
            bytes_per_row: [0; 16],
            rows: [0; 16],
        };
        let weights = TILE_ROWS as u8;
        let rows = rows as u8;
        for (register, rows) in
            [rows, rows, rows, rows, rows, weights, weights].into_iter().enumerate()
        {
            shapes.bytes_per_row[register] = size_of::<CacheLine>() as u16;
            shapes.rows[register] = rows;
        }
        // SAFETY: the caller vouches for the instructions; the shapes are of palette 1.
        unsafe {
            asm!("ldtilecfg [{}]", in(reg) &raw const shapes, options(nostack, preserves_flags, readonly));
        }
        Self { depth }
    }

    /// Gives each of the shaped rows the sums of 4 vectors of outputs: the bias and the products of `self.depth` tiles.
    ///
    /// # Safety
    ///
    /// Each shaped row has `depth` cache lines of activations, 1 or more, behind those of the row before, and one of
    /// `sums`; `bias` has 4 vectors and `weights` `depth * TILE_LINES` lines.
    unsafe fn add_products(
        &self,
        bias: *const i32,
        activations: *const CacheLine,
        weights: *const CacheLine,
        sums: *mut Sums,
    ) {
        let depth = self.depth;
        // SAFETY: the caller vouches for what the pointers point to; `self` for the shapes.
        unsafe {
            asm!(
                // Rows no bytes apart: each starts with the same bias.
                "tileloadd tmm0, [{bias} + {none}]",
                "tileloadd tmm1, [{bias} + {none} + 64]",
                "tileloadd tmm2, [{bias} + {none} + 128]",
                "tileloadd tmm3, [{bias} + {none} + 192]",
                "2:",
                "tileloadd tmm4, [{activations} + {row}]",
                "tileloadd tmm5, [{weights} + {group}]",
                "tileloadd tmm6, [{weights} + {group} + 64]",
                "tdpbusd tmm0, tmm4, tmm5",
                "tdpbusd tmm1, tmm4, tmm6",
                "tileloadd tmm5, [{weights} + {group} + 128]",
                "tileloadd tmm6, [{weights} + {group} + 192]",
                "tdpbusd tmm2, tmm4, tmm5",
                "tdpbusd tmm3, tmm4, tmm6",
                "add {activations}, 64",
                "add {weights}, {tile}",
                "dec {depth}",
                "jnz 2b",
                "tilestored [{sums} + {group}], tmm0",
                "tilestored [{sums} + {group} + 64], tmm1",
                "tilestored [{sums} + {group} + 128], tmm2",
                "tilestored [{sums} + {group} + 192], tmm3",
                bias = in(reg) bias,
                none = in(reg) 0usize,
                activations = inout(reg) activations => _,
                row = in(reg) depth * size_of::<CacheLine>(),
                weights = inout(reg) weights => _,
                group = in(reg) GATES * size_of::<CacheLine>(),
                tile = const TILE_LINES * size_of::<CacheLine>(),
                depth = inout(reg) depth => _,
                sums = in(reg) sums,
                out("tmm0") _, out("tmm1") _, out("tmm2") _, out("tmm3") _,
                out("tmm4") _, out("tmm5") _, out("tmm6") _,
                options(nostack),
            );
        }
    }
}

impl Drop for Tiles {
    fn drop(&mut self) {
        // SAFETY: whoever made the value vouched for the instructions.
        unsafe { asm!("tilerelease", options(nostack, nomem, preserves_flags)) };
    }
}

/// Weights of a layer in whole tiles.
#[derive(Debug)]
struct TileWeights(Weights<Vnni>);

impl TileWeights {
    /// Fills the weights of each tile of outputs up with zeros to whole tiles of inputs.
    fn filled(mut weights: Weights<Vnni>) -> Self {
        assert!(Amx::is_available(), "the kernel was chosen for a processor that can run it");
        let lines = weights.lines();
        let zeros = lines.next_multiple_of(TILE_LINES) - lines;
        let tiles = weights.packed.weights.chunks(lines);
        weights.packed.weights = tiles
            .flat_map(|tile| {
                let zeros = std::iter::repeat_n(CacheLine([0; 64]), zeros);
                tile.iter().copied().chain(zeros)
            })
            .collect();
        Self(weights)
    }

    /// Returns the number of tiles of inputs.
    fn depth(&self) -> usize {
        self.0.lines() / TILE_LINES
    }

    /// Hands the sums of all blocks of rows to `each`, for each tile of outputs, with the tile and the block's first row.
    fn each_block(&self, rows: &Gathered, mut each: impl FnMut(usize, usize, &[Sums; TILE_ROWS])) {
        let (weights, depth) = (&self.0, self.depth());
        assert!(rows.depth == depth, "rows hold the inputs of all weights");
        // SAFETY: these weights exist only where the instructions do; blocks are whole, have at most `TILE_ROWS` rows and as
        // many lines as the weights are deep.
        unsafe {
            let mut sums = [[_mm512_setzero_si512(); GATES]; TILE_ROWS];
            let registers = Tiles::shaped(rows.block, depth);
            for tile in 0..weights.packed.tiles {
                let bias = weights.packed.bias.as_ptr().add(tile * GATES * Vnni::LANES);
                let lines = weights.packed.weights.as_ptr().add(tile * weights.lines());
                for (block, rows_of_block) in
                    rows.lines.chunks_exact(rows.block * depth).enumerate()
                {
                    registers.add_products(bias, rows_of_block.as_ptr(), lines, sums.as_mut_ptr());
                    each(tile, block * rows.block, &sums);
                }
            }
        }
    }
}

/// Rows of activations in blocks that are multiplied at once. Each row is filled up to whole tiles, and the last block to
/// a whole one; what stands there meets weights of zero, or its sums are not read.
struct Gathered {
    lines: Vec<CacheLine>,
    /// Cache lines of a row.
    depth: usize,
    /// Rows of a block.
    block: usize,
}

impl Gathered {
    /// Puts the pieces of each row one behind the other; splits `count` rows evenly into blocks.
    fn of<'a, const P: usize>(
        count: usize,
        depth: usize,
        rows: impl Iterator<Item = [&'a [u8]; P]>,
    ) -> Self {
        assert!(Amx::is_available(), "rows are gathered for tiles");
        let blocks = count.div_ceil(TILE_ROWS);
        let block = count.div_ceil(blocks);
        let mut lines = vec![CacheLine([0; 64]); blocks * block * depth];
        for (row, pieces) in lines.chunks_exact_mut(depth).zip(rows) {
            let length: usize = pieces.iter().map(|piece| piece.len()).sum();
            assert!(length <= size_of_val(row), "a row holds its pieces");
            let mut to = row.as_mut_ptr().cast::<u8>();
            for piece in pieces {
                // SAFETY: AMX comes with AVX-512; the row has room for all pieces.
                unsafe {
                    copy(piece, to);
                    to = to.add(piece.len());
                }
            }
        }
        Self { lines, depth, block }
    }
}

/// Copies a few bytes without a call.
#[inline]
#[target_feature(enable = "avx512f,avx512bw")]
unsafe fn copy(from: &[u8], to: *mut u8) {
    for (line, bytes) in from.chunks(size_of::<CacheLine>()).enumerate() {
        let mask = u64::MAX >> (u64::BITS as usize - bytes.len());
        // SAFETY: the caller vouches for the room; the mask takes no more bytes than there are.
        unsafe {
            let values = _mm512_maskz_loadu_epi8(mask, bytes.as_ptr().cast());
            _mm512_mask_storeu_epi8(to.add(line * size_of::<CacheLine>()).cast(), mask, values);
        }
    }
}

/// Weights of an LSTM.
#[derive(Debug)]
pub(crate) struct Gates(TileWeights);

/// Weights of the last layer.
#[derive(Debug)]
pub(crate) struct Dense(TileWeights);

impl Arithmetic for Amx {
    type Activation = u8;
    type Convolution = ConvolutionWeights<Vnni>;
    type Gates = Gates;
    type Dense = Dense;

    fn activation(value: i8) -> u8 {
        Vnni::activation(value)
    }

    fn pack_convolution(layer: &Convolution) -> Self::Convolution {
        Vectors::<Vnni>::pack_convolution(layer)
    }

    fn pack_gates(lstm: &Lstm) -> Gates {
        Gates(TileWeights::filled(Vectors::<Vnni>::pack_gates(lstm).0))
    }

    fn pack_dense(layer: &OutputLayer) -> Dense {
        Dense(TileWeights::filled(Vectors::<Vnni>::pack_dense(layer).0))
    }

    fn convolve(weights: &Self::Convolution, picture: Neighborhoods<'_, u8>, pooled: &mut [u8]) {
        Vectors::<Vnni>::convolve(weights, picture, pooled);
    }

    fn lstm_step(Gates(gates): &Gates, mut step: LstmStep<'_, u8>) {
        if step.places.len() <= FEW_ROWS {
            return packed::lstm_step(&gates.0, &mut step);
        }
        let packed = &gates.0.packed;
        let stride = packed.tiles * Vnni::LANES;
        check_rows(&gates.0, &step);
        let [inputs, outputs] = [0, 1].map(|piece| packed.groups[piece] * Vnni::PRODUCTS.group);
        let rows = step.places.iter().map(|place| {
            let input = &step.input[place.input * step.input_stride..][..inputs];
            [input, &step.output[place.before * stride..][..outputs]]
        });
        let gathered = Gathered::of(step.places.len(), gates.depth(), rows);
        let (output, state) = (step.output.as_mut_ptr(), step.state.as_mut_ptr());
        gates.each_block(&gathered, |tile, first, sums| {
            let places = &step.places[first..step.places.len().min(first + gathered.block)];
            // SAFETY: weights exist only where the instructions do; all rows were just checked to lie in their
            // buffers.
            unsafe {
                let rows = LstmRows {
                    input: step.input.as_ptr(),
                    input_stride: step.input_stride,
                    output,
                    state: state.add(first * stride),
                    places,
                };
                run_lstm_outputs(&gates.0, tile, &rows, sums);
            }
        });
    }

    fn dense(Dense(weights): &Dense, classes: usize, input: &[u8], sums: &mut [f32]) {
        let stride = padded(classes);
        let inputs = weights.0.packed.groups[0] * Vnni::PRODUCTS.group;
        let input = input.chunks_exact(padded(inputs));
        let count = input.len();
        assert!(stride <= weights.0.packed.scale.len(), "weights for each class");
        assert!(sums.len() / stride >= count, "sums for each row");
        let gathered = Gathered::of(count, weights.depth(), input.map(|row| [&row[..inputs]]));
        let to = sums.as_mut_ptr();
        weights.each_block(&gathered, |tile, first, sums| {
            let count = gathered.block.min(count - first);
            // SAFETY: weights exist only where the instructions do; there is room for so many rows.
            unsafe {
                run_dense_outputs(&weights.0, tile, &sums[..count], to.add(first * stride), stride);
            }
        });
    }

    fn softmax(
        Dense(weights): &Dense,
        classes: usize,
        sums: &mut [f32],
        probabilities: &mut [f32],
    ) {
        packed::softmax(&weights.0, classes, sums, probabilities);
    }
}

/// Runs `tiles::lstm_outputs` with the instructions switched on.
#[target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vl,avx512vnni,avx2,fma")]
unsafe fn run_lstm_outputs(
    weights: &Weights<Vnni>,
    tile: usize,
    rows: &LstmRows<'_, Vnni>,
    sums: &[Sums; TILE_ROWS],
) {
    // SAFETY: as of the caller.
    unsafe { tiles::lstm_outputs::<Vnni, TILE_ROWS>(weights, tile, rows, sums) }
}

/// Runs `tiles::dense_outputs` with the instructions switched on.
#[target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vl,avx512vnni,avx2,fma")]
unsafe fn run_dense_outputs(
    weights: &Weights<Vnni>,
    tile: usize,
    sums: &[Sums],
    to: *mut f32,
    stride: usize,
) {
    // SAFETY: as of the caller.
    unsafe { tiles::dense_outputs(weights, tile, sums, to, stride) }
}
