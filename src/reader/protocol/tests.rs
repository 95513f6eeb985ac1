use super::*;

/// Reads a question out of these bytes.
fn read_from(mut bytes: &[u8]) -> io::Result<Option<Request>> {
    read(&mut bytes)
}

fn kind(bytes: &[u8]) -> io::ErrorKind {
    read_from(bytes).unwrap_err().kind()
}

#[test]
fn what_is_written_is_read_again_one_frame_after_the_other() {
    let mut pipe = Vec::new();
    write(&mut pipe, &Request::Open { length: 300 }).unwrap();
    write(&mut pipe, &Request::ReadPage(PageNumber::FIRST)).unwrap();
    let mut rest = pipe.as_slice();
    assert!(matches!(read(&mut rest), Ok(Some(Request::Open { length: 300 }))));
    assert!(matches!(read(&mut rest), Ok(Some(Request::ReadPage(PageNumber::FIRST)))));
    assert!(
        matches!(read::<Request>(&mut rest), Ok(None)),
        "the pipe was closed between two frames"
    );
}

#[test]
fn a_frame_over_the_limit_is_refused_before_memory_is_taken_for_it() {
    let over = (MAX_FRAME + 1).to_le_bytes();
    assert_eq!(kind(&over), io::ErrorKind::InvalidData);
    assert_eq!(body_length(MAX_FRAME.to_le_bytes()).unwrap(), 268_435_456);
    assert_eq!(kind(&[0xff; 4]), io::ErrorKind::InvalidData);
}

#[test]
fn a_frame_that_is_cut_off_is_no_value() {
    let whole = frame(&Request::Open { length: 300 }).unwrap();
    for end in 4..whole.len() {
        assert_eq!(kind(&whole[..end]), io::ErrorKind::UnexpectedEof, "{end} bytes");
    }
    // Its length says less than its value needs.
    assert_eq!(kind(&[1, 0, 0, 0, 1]), io::ErrorKind::InvalidData);
}

#[test]
fn a_value_of_no_known_kind_is_refused() {
    assert_eq!(kind(&[1, 0, 0, 0, 99]), io::ErrorKind::InvalidData);
    assert_eq!(kind(&[0, 0, 0, 0]), io::ErrorKind::InvalidData);
}
