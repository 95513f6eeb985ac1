//! A small, fixed source of chance: the same seed gives the same samples on every machine.
//!
//! Owns the number generator and the smooth noise made from it. Knows nothing of paper or ink.

/// A splitmix64 generator (Steele, Lea, Flood 2014).
#[derive(Clone)]
pub struct Random(u64);

impl Random {
    /// Starts the sequence that belongs to `seed`.
    pub fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) ^ 0x5CA1_AB1E)
    }

    /// Returns the next 64 bits.
    pub fn bits(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        mix(self.0)
    }

    /// Returns a number in 0–1, one excluded.
    pub fn unit(&mut self) -> f32 {
        (self.bits() >> 40) as f32 / (1u32 << 24) as f32
    }

    /// Returns a number between `low` and `high`.
    pub fn between(&mut self, low: f32, high: f32) -> f32 {
        low + (high - low) * self.unit()
    }

    /// Returns a whole number from `low` up to and including `high`.
    pub fn whole(&mut self, low: u32, high: u32) -> u32 {
        low + (self.bits() % u64::from(high - low + 1)) as u32
    }

    /// Returns a bell-shaped number with mean 0 and deviation 1, never beyond ±3.5.
    pub fn bell(&mut self) -> f32 {
        // Four uniform numbers need no logarithm, so no platform's rounding enters.
        (self.unit() + self.unit() + self.unit() + self.unit() - 2.0) * 1.732
    }

    /// Returns true with the given probability.
    pub fn chance(&mut self, probability: f32) -> bool {
        self.unit() < probability
    }

    /// Returns one of the choices; they must not be empty.
    pub fn pick<'a, T>(&mut self, choices: &'a [T]) -> &'a T {
        &choices[(self.bits() % choices.len() as u64) as usize]
    }
}

fn mix(value: u64) -> u64 {
    let value = (value ^ (value >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    let value = (value ^ (value >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    value ^ (value >> 31)
}

/// Returns the grain of the pixel at (x, y), 0–1, without memory of its neighbors.
pub fn grain(x: u32, y: u32, seed: u64) -> f32 {
    let key = (u64::from(x) << 32 | u64::from(y)) ^ seed.wrapping_mul(0x2545_F491_4F6C_DD1D);
    (mix(key) >> 40) as f32 / (1u32 << 24) as f32
}

/// Smooth noise: a coarse lattice of random heights, blended between its nodes.
pub struct Clouds {
    seed: u64,
    cell: f32,
}

impl Clouds {
    /// Makes noise whose hills are about `cell` pixels wide.
    pub fn new(random: &mut Random, cell: f32) -> Self {
        Self { seed: random.bits(), cell }
    }

    /// Returns the height at (x, y), 0–1.
    pub fn at(&self, x: u32, y: u32) -> f32 {
        let (column, row) = (x as f32 / self.cell, y as f32 / self.cell);
        let (left, top) = (column as u32, row as u32);
        let across = ease(column - left as f32);
        let down = ease(row - top as f32);
        let node = |dx: u32, dy: u32| grain(left + dx, top + dy, self.seed);
        let upper = node(0, 0) + (node(1, 0) - node(0, 0)) * across;
        let lower = node(0, 1) + (node(1, 1) - node(0, 1)) * across;
        upper + (lower - upper) * down
    }
}

fn ease(part: f32) -> f32 {
    part * part * (3.0 - 2.0 * part)
}
