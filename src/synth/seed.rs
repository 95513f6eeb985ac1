//! Seeds of pages.

/// Gives seeds that have nothing to do with each other for each page and purpose.
pub(super) fn mixed(seed: u64, number: u64, purpose: u64) -> u64 {
    let mut value = seed ^ number.rotate_left(20) ^ purpose.rotate_left(56);
    // The finalizer of splitmix64 (Steele, Lea, Flood, "Fast splittable pseudorandom number generators", 2014).
    value = value.wrapping_add(0x9E37_79B9_7F4A_7C15);
    value = (value ^ (value >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    value = (value ^ (value >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    value ^ (value >> 31)
}
