use super::*;

/// The bytes of a numeric: weight, sign, scale and digits.
fn numeric(weight: i16, sign: u16, scale: u16, digits: &[u16]) -> Vec<u8> {
    let head = [digits.len() as u16, weight.cast_unsigned(), sign, scale];
    head.iter().chain(digits).flat_map(|number| number.to_be_bytes()).collect()
}

fn check(bytes: &[u8], text: &str, scale: u8, unscaled: Option<i128>) {
    let Datum::Decimal(number) = Datum::one(DatumKind::Decimal, bytes).unwrap() else { panic!() };
    let mut out = Vec::new();
    number.write(&mut out, b'.');
    assert_eq!(String::from_utf8(out).unwrap(), text);
    assert_eq!(number.unscaled(scale), unscaled, "{text}");
}

#[test]
fn numbers_are_written_as_postgres_writes_them() {
    check(&numeric(0, 0, 0, &[]), "0", 0, Some(0));
    check(&numeric(0, 0, 2, &[]), "0.00", 2, Some(0));
    check(&numeric(1, 0x4000, 2, &[1, 2345, 6700]), "-12345.67", 2, Some(-1_234_567));
    check(&numeric(1, 0, 2, &[1, 2345, 6700]), "12345.67", 5, Some(1_234_567_000));
    check(&numeric(-1, 0, 4, &[5]), "0.0005", 4, Some(5));
    check(&numeric(-2, 0, 5, &[5000]), "0.00005", 5, Some(5));
    check(&numeric(2, 0, 0, &[1, 2000]), "120000000", 0, Some(120_000_000));
    check(&numeric(2, 0, 1, &[1]), "100000000.0", 1, Some(1_000_000_000));
    check(&numeric(0, 0, 3, &[7]), "7.000", 2, None);
    check(&numeric(12, 0, 0, &[1]), &format!("1{}", "0".repeat(48)), 0, None);
    check(&numeric(0, 0xc000, 0, &[]), "NaN", 0, None);
    check(&numeric(0, 0xf000, 0, &[]), "-Infinity", 0, None);
}

#[test]
fn days_and_times_are_written_as_postgres_writes_them() {
    let day = |days: i32| {
        let mut out = Vec::new();
        Day { days }.write(&mut out);
        String::from_utf8(out).unwrap()
    };
    assert_eq!(day(0), "2000-01-01");
    assert_eq!(day(-1), "1999-12-31");
    assert_eq!(day(59), "2000-02-29");
    assert_eq!(day(-730_120), "0001-12-31 BC");
    assert_eq!(day(2_921_940), "10000-01-01");
    assert_eq!(day(i32::MAX), "infinity");
    assert_eq!((Day { days: 1 }).since_1970(), Some(10_958));
    let time = |microseconds| {
        let mut out = Vec::new();
        TimeOfDay { microseconds }.write(&mut out);
        String::from_utf8(out).unwrap()
    };
    assert_eq!(time(0), "00:00:00");
    assert_eq!(time(86_400_000_000), "24:00:00");
    assert_eq!(time(45_296_000_000), "12:34:56");
    assert_eq!(time(45_296_050_000), "12:34:56.05");
}

#[test]
fn what_is_cut_off_is_an_error() {
    for kind in [DatumKind::Integer, DatumKind::Decimal, DatumKind::Date, DatumKind::Boolean] {
        assert!(Datum::one(kind, &[1, 2]).is_err(), "{kind:?}");
        assert!(Datum::list(kind, &[0, 0, 0, 1]).is_err(), "{kind:?}");
    }
    assert!(Datum::one(DatumKind::Text, &[0xff]).is_err());
    let one_of_two =
        [0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 20, 0, 0, 0, 2, 0, 0, 0, 1, 0xff, 0xff, 0xff, 0xff];
    let Datum::List(list) = Datum::list(DatumKind::Integer, &one_of_two).unwrap() else { panic!() };
    let values: Vec<_> = list.values().collect();
    assert!(matches!(values[..], [Ok(Datum::Null), Err(_)]));
}
