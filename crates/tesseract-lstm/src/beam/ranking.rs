//! The outputs of one step by rank, and the certainties of the codes that are worth extending with.
//!
//! Called by the beam search once a step; finding the two best of a hundred outputs in a few vector
//! comparisons is what makes it fast.

use super::super::recoder::{self, Code, Completion, ROOT, Recoder};
use super::heap::Heap;
use super::{CERTAINTY_OFFSET, MIN_CERTAINTY};

/// How many outputs count as good ones.
const GOOD: usize = 5;
/// e^-20: smaller probabilities all count as certainty -20.
const MIN_PROBABILITY: f32 = 2.061_153_6e-9;
/// Outputs that are compared at once.
const LANES: usize = 8;

/// Rank of an output within its step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Rank {
    /// The best two, and the null.
    Best,
    /// The next three.
    Good,
    /// All others.
    Rest,
}

impl Rank {
    pub(super) const ALL: [Self; 3] = [Self::Best, Self::Good, Self::Rest];
}

/// What a code is worth in a step.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Worth {
    /// By itself.
    pub(super) alone: f32,
    /// Together with the null.
    pub(super) with_null: f32,
    /// Together with the null and the other one of the best two.
    pub(super) with_both: f32,
}

/// The outputs of a step, and of these the codes of one rank.
#[derive(Debug, Default)]
pub(super) struct Ranking {
    null: Code,
    best: Code,
    second: Option<Code>,
    rank: Option<Rank>,
    member: Vec<bool>,
    worth: Vec<Worth>,
    members: Vec<Code>,
    completions: Vec<Completion>,
    continuations: Vec<recoder::Continuation>,
}

/// Returns the certainty of a probability: its logarithm, bounded, with the search's offset.
fn certainty(probability: f32) -> f32 {
    let bounded = if probability > MIN_PROBABILITY { probability.ln() } else { MIN_CERTAINTY };
    (f64::from(bounded) + CERTAINTY_OFFSET) as f32
}

impl Ranking {
    /// Returns a ranking of `classes` outputs, one of which is the null.
    pub(super) fn new(classes: usize, null: Code) -> Self {
        Self {
            null,
            member: vec![false; classes],
            worth: vec![Worth::default(); classes],
            ..Self::default()
        }
    }

    /// Finds the best two outputs of a step; ranks are chosen with `choose`.
    pub(super) fn rank(&mut self, outputs: &[f32]) {
        (self.best, self.second) = two_best(outputs).unwrap_or_else(|| {
            let ranked = good(outputs);
            (ranked[0].unwrap_or(self.null), ranked[1])
        });
    }

    /// Makes the codes of a rank the members.
    pub(super) fn choose(&mut self, rank: Rank, outputs: &[f32], recoder: &Recoder) {
        for code in self.members.drain(..) {
            self.member[usize::from(code)] = false;
        }
        let best = [Some(self.best), self.second, Some(self.null)];
        match rank {
            Rank::Best => self.members.extend(best.into_iter().flatten()),
            Rank::Good => {
                self.members.extend(good(outputs).into_iter().flatten());
                self.members.retain(|code| !best.contains(&Some(*code)));
            }
            Rank::Rest => {
                let good = good(outputs);
                // A recoder's codes fit 16 bits, further outputs have no meaning.
                let codes = 0..=Code::try_from(outputs.len() - 1).unwrap_or(Code::MAX);
                self.members.extend(
                    codes.filter(|code| {
                        !good.contains(&Some(*code)) && !best.contains(&Some(*code))
                    }),
                );
            }
        }
        // The null may also be one of the best two.
        self.members.retain(|code| !std::mem::replace(&mut self.member[usize::from(*code)], true));
        let null = outputs[usize::from(self.null)];
        for code in &self.members {
            let probability = outputs[usize::from(*code)];
            let worth = &mut self.worth[usize::from(*code)];
            worth.alone = certainty(probability);
            if rank == Rank::Best {
                worth.with_null = certainty(probability + null);
            }
        }
        self.rank = Some(rank);
        if rank == Rank::Best {
            self.weigh_both(outputs);
        }
        self.branch(recoder);
    }

    /// The best two may be halves of one character; then all that is likely stands together.
    fn weigh_both(&mut self, outputs: &[f32]) {
        let Some(second) = self.second else { return };
        let [best, second] = [usize::from(self.best), usize::from(second)];
        let null = outputs[usize::from(self.null)];
        self.worth[best].with_both = certainty(outputs[best] + null + outputs[second]);
        self.worth[second].with_both = certainty(outputs[second] + null + outputs[best]);
    }

    /// Collects what the members complete and continue at the start of a character.
    fn branch(&mut self, recoder: &Recoder) {
        let mut places: [Option<u16>; 3] = [None; 3];
        self.completions.clear();
        if let [_] | [_, _] | [_, _, _] = *self.members {
            for (place, code) in places.iter_mut().zip(&self.members) {
                *place = recoder.single(*code);
            }
            places.sort_unstable();
            let all = recoder.completions(ROOT);
            self.completions
                .extend(places.into_iter().flatten().map(|place| all[usize::from(place)]));
        } else {
            let all = recoder.completions(ROOT).iter();
            self.completions.extend(all.filter(|branch| self.member[usize::from(branch.code)]));
        }
        self.continuations.clear();
        let all = recoder.continuations(ROOT).iter();
        self.continuations.extend(all.filter(|branch| self.member[usize::from(branch.code)]));
    }

    /// Returns the rank that was chosen last.
    #[inline]
    pub(super) fn is_best(&self) -> bool {
        self.rank == Some(Rank::Best)
    }

    /// Returns whether a code has the chosen rank.
    #[inline]
    pub(super) fn contains(&self, code: Code) -> bool {
        self.member[usize::from(code)]
    }

    /// Returns what a code of the chosen rank is worth; `with_null` and `with_both` are of the best only.
    #[inline]
    pub(super) fn worth(&self, code: Code) -> Worth {
        self.worth[usize::from(code)]
    }

    /// Returns whether two codes are the best two of the step.
    #[inline]
    pub(super) fn are_best_two(&self, one: Code, other: Code) -> bool {
        self.second.is_some_and(|second| {
            (one == self.best && other == second) || (one == second && other == self.best)
        })
    }

    /// Returns the members that are characters by themselves, in the recoder's order.
    #[inline]
    pub(super) fn completions(&self) -> &[Completion] {
        &self.completions
    }

    /// Returns the members that begin longer characters, in the recoder's order.
    #[inline]
    pub(super) fn continuations(&self) -> &[recoder::Continuation] {
        &self.continuations
    }
}

/// Returns the indices of the two largest outputs, or none where equal outputs leave a choice.
fn two_best(outputs: &[f32]) -> Option<(Code, Option<Code>)> {
    let (chunks, rest) = outputs.as_chunks::<LANES>();
    let mut last = [f32::MIN; LANES];
    last[..rest.len()].copy_from_slice(rest);
    let mut first = [f32::MIN; LANES];
    let mut second = [f32::MIN; LANES];
    for chunk in chunks.iter().chain([&last]) {
        for lane in 0..LANES {
            let smaller = smaller(chunk[lane], first[lane]);
            first[lane] = larger(chunk[lane], first[lane]);
            second[lane] = larger(smaller, second[lane]);
        }
    }
    let (mut best, mut runner_up) = (f32::MIN, f32::MIN);
    for value in first.into_iter().chain(second) {
        runner_up = larger(smaller(value, best), runner_up);
        best = larger(value, best);
    }
    // Where there is one of each, the sums of their indices are the indices.
    let mut count = [0_u32; LANES];
    let mut sum_of_both = [0_u32; LANES];
    let mut sum_of_best = [0_u32; LANES];
    let mut index: [u32; LANES] = std::array::from_fn(|lane| lane as u32);
    for chunk in chunks.iter().chain([&last]) {
        for lane in 0..LANES {
            let either = if chunk[lane] >= runner_up { u32::MAX } else { 0 };
            let best = if chunk[lane] >= best { u32::MAX } else { 0 };
            count[lane] += either & 1;
            sum_of_both[lane] += either & index[lane];
            sum_of_best[lane] += best & index[lane];
            index[lane] += LANES as u32;
        }
    }
    if count.iter().sum::<u32>() != 2 || best <= runner_up {
        return None;
    }
    let best: u32 = sum_of_best.iter().sum();
    let second = sum_of_both.iter().sum::<u32>() - best;
    Some((Code::try_from(best).ok()?, Some(Code::try_from(second).ok()?)))
}

/// These two are single vector instructions, which `f32::max` and `f32::min` are not.
fn larger(one: f32, other: f32) -> f32 {
    if one > other { one } else { other }
}

fn smaller(one: f32, other: f32) -> f32 {
    if one < other { one } else { other }
}

/// Returns the five largest outputs, best first. Between equal ones the order of a heap decides.
fn good(outputs: &[f32]) -> [Option<Code>; GOOD] {
    let mut heap = Heap::default();
    for (code, output) in outputs.iter().enumerate().take(usize::from(Code::MAX) + 1) {
        if heap.admits(*output, GOOD) {
            heap.push(*output, code as Code);
            if heap.len() > GOOD {
                heap.pop();
            }
        }
    }
    let mut ranked = [None; GOOD];
    for place in ranked[..heap.len()].iter_mut().rev() {
        *place = heap.pop().map(|(_, code)| code);
    }
    ranked
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_the_best_outputs() {
        let outputs = [0.1, 0.05, 0.3, 0.01, 0.2, 0.02, 0.25, 0.04, 0.03];
        assert_eq!(two_best(&outputs), Some((2, Some(6))));
        assert_eq!(good(&outputs), [Some(2), Some(6), Some(4), Some(0), Some(1)]);
        assert_eq!(two_best(&[0.3, 0.7]), Some((1, Some(0))));
    }

    #[test]
    fn leaves_equal_outputs_to_the_heap() {
        assert_eq!(two_best(&[0.5, 0.5, 0.0]), None);
        assert_eq!(two_best(&[0.2, 0.6, 0.2]), None);
        assert_eq!(two_best(&[1.0]), None);
        assert_eq!(good(&[0.2, 0.6, 0.2])[0], Some(1));
        assert_eq!(good(&[1.0]), [Some(0), None, None, None, None]);
    }

    #[test]
    fn certainties_are_bounded_logarithms() {
        assert!((certainty(1.0) + 0.085).abs() < 1e-6);
        assert!((certainty(0.5) + 0.778_147).abs() < 1e-6);
        assert!((certainty(0.0) + 20.085).abs() < 1e-6);
    }
}
