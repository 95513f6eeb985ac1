//! The arithmetic of the network's layers, once for each kind of processor.
//!
//! All kernels give the same bits: sums of products are integers, and every rounding of the rest is
//! fixed. `forward` drives them; it knows the order of lines and steps, the kernels know numbers only.

#[cfg(target_arch = "x86_64")]
mod amx;
mod arithmetic;
#[cfg(target_arch = "x86_64")]
mod avx2;
mod curves;
#[cfg(target_arch = "x86_64")]
mod pack;
#[cfg(target_arch = "x86_64")]
mod packed;
mod scalar;
#[cfg(target_arch = "x86_64")]
mod tiles;
#[cfg(target_arch = "x86_64")]
mod vector;
#[cfg(target_arch = "x86_64")]
mod vnni;

use std::fmt;
use std::str::FromStr;

use thiserror::Error;

#[cfg(target_arch = "x86_64")]
pub(super) use amx::Amx;
#[cfg(target_arch = "x86_64")]
pub(super) type Avx2 = packed::Vectors<avx2::Avx2>;
pub(super) use arithmetic::{Arithmetic, LstmStep, Neighborhoods, Place, WINDOW, padded};
pub(super) use scalar::Scalar;
#[cfg(target_arch = "x86_64")]
pub(super) type Vnni = packed::Vectors<vnni::Vnni>;

/// A set of instructions that the network runs on. All give the same results, not at the same speed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "snake_case"))]
pub enum Kernel {
    /// Plain code; slower than Tesseract, there to check the others by.
    Scalar,
    /// AVX2 with 16-bit products.
    Avx2,
    /// AVX-512 with 8-bit dot products.
    Vnni,
    /// AVX-512, with 8-bit products of matrices.
    Amx,
}

impl Kernel {
    /// Returns the fastest kernel that this processor can run.
    pub fn fastest() -> Self {
        Self::available()[0]
    }

    /// Returns the kernels that this processor can run, the fastest first; `Scalar` is always the last.
    pub fn available() -> Vec<Self> {
        let mut kernels = Vec::new();
        #[cfg(target_arch = "x86_64")]
        if Amx::is_available() {
            kernels.push(Self::Amx);
        }
        #[cfg(target_arch = "x86_64")]
        if <vnni::Vnni as vector::Vector>::is_available() {
            kernels.push(Self::Vnni);
        }
        #[cfg(target_arch = "x86_64")]
        if <avx2::Avx2 as vector::Vector>::is_available() {
            kernels.push(Self::Avx2);
        }
        kernels.push(Self::Scalar);
        kernels
    }
}

impl fmt::Display for Kernel {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Scalar => "scalar",
            Self::Avx2 => "avx2",
            Self::Vnni => "vnni",
            Self::Amx => "amx",
        })
    }
}

/// A kernel's name that is none.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("no kernel is called `{0}`; there are `scalar`, `avx2`, `vnni` and `amx`")]
pub struct UnknownKernel(String);

impl FromStr for Kernel {
    type Err = UnknownKernel;

    fn from_str(name: &str) -> Result<Self, UnknownKernel> {
        match name {
            "scalar" => Ok(Self::Scalar),
            "avx2" => Ok(Self::Avx2),
            "vnni" => Ok(Self::Vnni),
            "amx" => Ok(Self::Amx),
            other => Err(UnknownKernel(other.to_owned())),
        }
    }
}

#[cfg(test)]
mod tests;
