//! Where the text of a page stands: lines, columns, cells of ruled tables, reading order.
//!
//! Works on prepared pages: upright and level. Knows nothing of what the text says.
