use super::*;

/// A file with these offsets, and behind them the bytes `payload`.
fn file(offsets: &[i64], payload: &[u8]) -> Vec<u8> {
    let mut file = u32::try_from(offsets.len()).unwrap().to_le_bytes().to_vec();
    for offset in offsets {
        file.extend(offset.to_le_bytes());
    }
    file.extend(payload);
    file
}

fn problem(file: &[u8]) -> ModelError {
    Components::parse(file).unwrap_err()
}

#[test]
fn a_component_ends_where_the_next_one_present_starts() {
    // 4 + 18 × 8 = 148 bytes of table.
    let mut offsets = [-1; 18];
    offsets[0] = 148;
    offsets[5] = 150;
    offsets[17] = 153;
    let bytes = file(&offsets, b"coXYZlstm");
    let components = Components::parse(&bytes).unwrap();
    assert_eq!(components.get(Component::Lstm), Some(&b"lstm"[..]));
    assert_eq!(components.get(Component::Unicharset), None);
}

#[test]
fn a_short_table_has_no_later_components() {
    let bytes = file(&[-1], b"");
    assert_eq!(Components::parse(&bytes).unwrap().get(Component::Lstm), None);
}

#[test]
fn refuses_what_is_no_table() {
    for (bytes, why) in [
        (vec![], "needs 4 bytes, 0 are left"),
        (vec![1, 0, 0], "needs 4 bytes, 3 are left"),
        (vec![0, 0, 0, 0], "0 entries, must be 1 to 1000"),
        (vec![2, 0, 0, 0, 1], "needs 8 bytes, 1 are left"),
        (vec![0xff; 64], "4294967295 entries, must be 1 to 1000"),
        (file(&[13], b""), "component 0 starts at 13, must end at 12"),
        (file(&[-2], b""), "component 0 starts at -2, must end at 12"),
        (file(&[21, 20], b"xx"), "component 0 starts at 21, must end at 20"),
        (file(&[i64::MAX], b""), "component 0 starts at 9223372036854775807, must end at 12"),
    ] {
        assert_eq!(problem(&bytes), ModelError::broken("container", why));
    }
}

#[test]
fn names_the_forms_that_only_tesseract_reads() {
    assert_eq!(problem(b"PK\x03\x04rest"), ModelError::Unsupported("a zip archive".to_owned()));
    assert_eq!(
        problem(&[0, 0, 0, 24, 0, 0]),
        ModelError::Unsupported("big-endian byte order".to_owned())
    );
}
