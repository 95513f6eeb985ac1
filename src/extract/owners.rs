//! Who owns a page or document: of the models that claim it, those of the highest priority, and of
//! these the one whose claims are fulfilled best. Where one document ends and the next begins.

use std::cell::OnceCell;
use std::cmp::Reverse;
use std::ops::Range;

use super::claims;
use super::sheet::Sheet;
use crate::model::{Claims, Continues, RecordModel, Scope};

/// Claims whose doubts (1 less the strength) differ by less than this share are equally good: the
/// page has two owners, and a person must decide. It is half a letter of a phrase.
const TIE: f32 = 0.02;

/// What a model of whole documents says of each page of one; asked late, since most pages are not its own.
pub(super) struct Claimant<'m, 's> {
    pub model: &'m RecordModel,
    /// The models of pages and rows.
    rivals: &'s [&'m RecordModel],
    sheets: &'s [Sheet<'s>],
    strengths: Vec<OnceCell<Option<f32>>>,
}

impl<'m, 's> Claimant<'m, 's> {
    pub fn new(
        model: &'m RecordModel,
        rivals: &'s [&'m RecordModel],
        sheets: &'s [Sheet<'s>],
    ) -> Self {
        Self { model, rivals, sheets, strengths: vec![OnceCell::new(); sheets.len()] }
    }

    /// Returns how strongly it claims a page; `None` if it does not, or a model of pages or rows claims it better.
    pub fn on_page(&self, page: usize) -> Option<f32> {
        *self.strengths[page].get_or_init(|| {
            let sheet = &self.sheets[page];
            let strength = |model: &RecordModel| claims::strength(&model.claims, sheet);
            let priority = self.model.claims.priority;
            let mut higher = self.rivals.iter().filter(|rival| rival.claims.priority > priority);
            if higher.any(|rival| strength(rival).is_some()) {
                return None;
            }
            let own = strength(self.model)?;
            let equal = self.rivals.iter().filter(|rival| rival.claims.priority == priority);
            let rivals = equal.filter_map(|rival| Some((false, strength(rival)?)));
            let all = std::iter::once((true, own)).chain(rivals).collect();
            strongest(all).contains(&true).then_some(own)
        })
    }

    /// Returns the strength of its best page in a range.
    fn strength(&self, pages: &Range<usize>) -> Option<f32> {
        pages.clone().filter_map(|page| self.on_page(page)).reduce(f32::max)
    }
}

/// Returns the models that own a page; several only if they are equally good. Where no model of pages or rows may,
/// those of whole documents are not asked unless `all` are.
pub(super) fn of_page<'m>(
    models: &'m [RecordModel],
    sheet: &Sheet,
    all: bool,
) -> Vec<&'m RecordModel> {
    let claim = |model: &'m RecordModel| Some((model, claims::strength(&model.claims, sheet)?));
    let priority = |model: &&RecordModel| model.claims.priority;
    let (of_documents, mut of_pages): (Vec<&RecordModel>, Vec<&RecordModel>) =
        models.iter().partition(|model| model.scope == Scope::Document);
    let mut priorities: Vec<i32> = models.iter().map(|model| model.claims.priority).collect();
    priorities.sort_unstable_by_key(|priority| Reverse(*priority));
    priorities.dedup();
    for top in priorities {
        let of_top = |models: &[&'m RecordModel]| {
            let models = models.iter().copied().filter(|model| priority(model) == top);
            models.filter_map(claim).collect::<Vec<(&'m RecordModel, f32)>>()
        };
        let mut claims = of_top(&of_pages);
        of_pages.retain(|model| priority(model) < top);
        if all || !claims.is_empty() || !of_pages.is_empty() {
            claims.extend(of_top(&of_documents));
        }
        if !claims.is_empty() {
            return strongest(claims);
        }
    }
    Vec::new()
}

/// Returns the models that own a part of a document; several only if they are equally good.
pub(super) fn of_pages<'c, 'm, 's>(
    claimants: &'c [Claimant<'m, 's>],
    pages: &Range<usize>,
) -> Vec<&'c Claimant<'m, 's>> {
    let mut claims: Vec<(&Claimant, f32)> = Vec::new();
    let mut sorted: Vec<&Claimant> = claimants.iter().collect();
    sorted.sort_by_key(|claimant| Reverse(claimant.model.claims.priority));
    for same in sorted.chunk_by(|a, b| a.model.claims.priority == b.model.claims.priority) {
        claims.extend(
            same.iter().filter_map(|claimant| Some((*claimant, claimant.strength(pages)?))),
        );
        if !claims.is_empty() {
            break;
        }
    }
    strongest(claims)
}

/// Returns those of equal priority that are equally good.
fn strongest<T>(mut claims: Vec<(T, f32)>) -> Vec<T> {
    let most = claims.iter().map(|(_, strength)| *strength).fold(0.0, f32::max);
    claims.retain(|(_, strength)| 1.0 - most >= (1.0 - strength) * (1.0 - TIE));
    claims.into_iter().map(|(owner, _)| owner).collect()
}

/// Splits a stack into documents: each page that a model claims and that has one of its
/// `first_page` phrases begins one. Pages before the first belong to it unless they are claimed.
/// Regions of a page are documents of their own.
pub(super) fn documents(claimants: &[Claimant], sheets: &[Sheet]) -> Vec<Range<usize>> {
    let begins = |page: usize| {
        is_apart(page, sheets)
            || claimants.iter().any(|claimant| {
                let claims = &claimant.model.claims;
                has_any(claims, &claims.first_page, &sheets[page])
                    && claimant.on_page(page).is_some()
            })
    };
    let mut starts: Vec<usize> = (0..sheets.len()).filter(|&page| begins(page)).collect();
    let before = 0..starts.first().copied().unwrap_or(0);
    let is_claimed = claimants.iter().any(|claimant| claimant.strength(&before).is_some());
    match starts.first_mut() {
        Some(first) if !is_claimed && !is_apart(*first, sheets) => *first = 0,
        Some(0) => {}
        Some(_) | None => starts.insert(0, 0),
    }
    let ends = starts.iter().skip(1).copied().chain([sheets.len()]);
    starts.iter().zip(ends).map(|(&start, end)| start..end).collect()
}

/// Tells whether a page begins a document because it or the one before is a region.
fn is_apart(page: usize, sheets: &[Sheet]) -> bool {
    sheets[page].region > 0 || page > 0 && sheets[page - 1].region > 0
}

/// Tells whether a page that nobody claims may continue one that a model owns.
pub(super) fn continues(claims: &Claims, sheet: &Sheet) -> bool {
    match &claims.continues {
        Continues::Never => false,
        Continues::Unclaimed => true,
        Continues::Marked(phrases) => has_any(claims, phrases, sheet),
    }
}

fn has_any(claims: &Claims, phrases: &[String], sheet: &Sheet) -> bool {
    let zone = claims.within.as_ref();
    phrases.iter().any(|phrase| claims::best(phrase, zone, sheet).is_some())
}
