//! A small binary heap with the worst entry on top.
//!
//! The order of its array is visible to the beam search, which walks over it and thereby decides
//! between equal scores; so it sifts by the textbook's rules and no other.

/// Most entries at any time: the widest beam, and one that is about to be dropped.
const CAPACITY: usize = 17;

/// Entries with their scores; the worst score is at index 0, `2i + 1` and `2i + 2` are below `i`.
#[derive(Debug, Clone)]
pub(super) struct Heap<T> {
    entries: [(f32, T); CAPACITY],
    len: usize,
}

impl<T: Copy + Default> Default for Heap<T> {
    fn default() -> Self {
        Self { entries: [(0.0, T::default()); CAPACITY], len: 0 }
    }
}

impl<T: Copy> Heap<T> {
    pub(super) fn clear(&mut self) {
        self.len = 0;
    }

    #[inline]
    pub(super) fn len(&self) -> usize {
        self.len
    }

    /// Returns the entries in the order of the array.
    #[inline]
    pub(super) fn entries(&self) -> &[(f32, T)] {
        &self.entries[..self.len]
    }

    /// Returns whether an entry with this score would stay in a heap of at most `width` entries.
    #[inline]
    pub(super) fn admits(&self, score: f32, width: usize) -> bool {
        self.len < width || score > self.entries[0].0
    }

    /// Adds an entry; there must be less than 17.
    pub(super) fn push(&mut self, score: f32, item: T) {
        let hole = self.len;
        self.len += 1;
        self.sift_up(hole, (score, item));
    }

    /// Removes and returns the entry with the worst score.
    pub(super) fn pop(&mut self) -> Option<(f32, T)> {
        let last = self.len.checked_sub(1)?;
        let worst = self.entries[0];
        self.len = last;
        if last > 0 {
            let moved = self.entries[last];
            let hole = self.sift_down(0, moved);
            self.entries[hole] = moved;
        }
        Some(worst)
    }

    /// Puts an entry in the place of the one at `index`.
    pub(super) fn replace(&mut self, index: usize, score: f32, item: T) {
        let hole = self.sift_down(index, (score, item));
        self.sift_up(hole, (score, item));
    }

    fn sift_up(&mut self, mut hole: usize, entry: (f32, T)) {
        while hole > 0 {
            let above = (hole - 1) / 2;
            if entry.0 >= self.entries[above].0 {
                break;
            }
            self.entries[hole] = self.entries[above];
            hole = above;
        }
        self.entries[hole] = entry;
    }

    /// Moves better entries up until `entry` fits into the hole, and returns the hole's last place.
    fn sift_down(&mut self, mut hole: usize, entry: (f32, T)) -> usize {
        loop {
            let mut below = 2 * hole + 1;
            if below >= self.len {
                return hole;
            }
            if below + 1 < self.len && self.entries[below + 1].0 < self.entries[below].0 {
                below += 1;
            }
            if self.entries[below].0 >= entry.0 {
                return hole;
            }
            self.entries[hole] = self.entries[below];
            hole = below;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn letters(heap: &Heap<char>) -> String {
        heap.entries().iter().map(|(_, letter)| letter).collect()
    }

    #[test]
    fn keeps_the_worst_on_top_in_the_textbook_order() {
        let mut heap = Heap::default();
        for (score, letter) in [(5.0, 'a'), (3.0, 'b'), (4.0, 'c'), (1.0, 'd'), (3.0, 'e')] {
            heap.push(score, letter);
        }
        assert_eq!(letters(&heap), "dbcae");
        assert!(heap.admits(1.5, 5) && !heap.admits(1.0, 5) && heap.admits(0.0, 6));
        assert_eq!(heap.pop(), Some((1.0, 'd')));
        assert_eq!(letters(&heap), "ebca");
        heap.replace(0, 9.0, 'f');
        assert_eq!(letters(&heap), "bacf");
        heap.replace(3, 0.0, 'g');
        assert_eq!(letters(&heap), "gbca");
    }
}
