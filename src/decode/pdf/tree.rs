//! The tree of a PDF's pages, as far as the number of pages depends on it: which announced pages are lost, and a new
//! root for a tree whose own root cannot be read. `pdf` asks it when it opens a file.

use std::collections::HashSet;
use std::sync::LazyLock;

use hayro::hayro_syntax::object::dict::keys::{COUNT, KIDS, PAGES};
use hayro::hayro_syntax::object::{Array, Dict, MaybeRef, Object};
use hayro::hayro_syntax::{Pdf, xref::XRef};
use regex::bytes::Regex;

/// A tree has no more nodes than this; more is a file that was made to keep us busy.
const MAX_NODES: usize = 1_000_000;

/// An object that is a node of the tree.
static NODE: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r"(?s-u)(?:^|[\r\n])(\d{1,9}) 0 obj\b((?:[^e]|e[^n]|en[^d])*?/Type\s*/Pages\b(?:[^e]|e[^n]|en[^d])*)")
        .ok()
});

/// Returns the number of pages that the root of the tree announces although some of them cannot be found; `None` if
/// all that the tree refers to is there, whatever it announces.
pub(super) fn announced_with_losses(pdf: &Pdf) -> Option<u32> {
    let xref = pdf.xref();
    let root = xref.get::<Dict<'_>>(xref.root_id())?.get::<Dict<'_>>(PAGES)?;
    let announced = root.get::<u32>(COUNT)?;
    is_torn(xref, root).then_some(announced)
}

/// Tells whether a node refers to something that is not in the file.
fn is_torn(xref: &XRef, root: Dict<'_>) -> bool {
    let mut seen = HashSet::new();
    let mut open = vec![root];
    while let Some(node) = open.pop() {
        let Some(kids) = node.get::<Array<'_>>(KIDS) else { continue };
        for kid in kids.raw_iter() {
            let MaybeRef::Ref(reference) = kid else { continue };
            if seen.len() > MAX_NODES || !seen.insert(reference.obj_number) {
                continue;
            }
            match xref.get::<Object<'_>>(reference.into()).and_then(Object::into_dict) {
                Some(dict) => open.push(dict),
                None => return true,
            }
        }
    }
    false
}

/// Returns the file with another catalog at its end: that of the only node without a parent. `None` if there is not
/// exactly one.
pub(super) fn with_new_root(bytes: &[u8]) -> Option<Vec<u8>> {
    let mut roots = NODE.as_ref()?.captures_iter(bytes).filter(|node| {
        node.get(2).is_some_and(|body| !body.as_bytes().windows(7).any(|at| at == b"/Parent"))
    });
    let (root, None) = (roots.next()?, roots.next()) else { return None };
    let number = std::str::from_utf8(root.get(1)?.as_bytes()).ok()?;
    let mut repaired = bytes.to_vec();
    let catalog = "999999999 0 obj <</Type/Catalog/Pages";
    let trailer = "trailer <</Root 999999999 0 R>>\nstartxref\n0\n%%EOF\n";
    repaired.extend(format!("\n{catalog} {number} 0 R>> endobj\n{trailer}").bytes());
    Some(repaired)
}
