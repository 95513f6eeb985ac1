use super::*;

const ARCHIVE: Archive = Archive { seed: 7, rows: 30, misread: 0.01 };

fn words(page: &SynthPage) -> String {
    page.text.plain()
}

#[test]
fn a_page_follows_from_its_number_alone() {
    assert_eq!(ARCHIVE.page(41), ARCHIVE.page(41));
    assert_ne!(ARCHIVE.page(41).text, ARCHIVE.page(42).text);
    assert_ne!(ARCHIVE.page(41).text, Archive { seed: 8, ..ARCHIVE }.page(41).text);
    assert_ne!(ARCHIVE.hash(41), ARCHIVE.hash(42));
    assert_ne!(ARCHIVE.hash(41), Archive { rows: 29, ..ARCHIVE }.hash(41));
}

#[test]
fn a_page_without_mistakes_says_what_its_entries_say() {
    let page = Archive { misread: 0.0, ..ARCHIVE }.page(3);
    let text = words(&page).replace('\n', " ");
    assert_eq!(page.entries.len(), 30);
    for entry in &page.entries {
        for expected in [
            &entry.registration,
            &entry.serial_number,
            &in_hours(entry.total_time),
            &entry.date.strftime("%m/%d/%Y").to_string(),
            &in_hours(entry.hours),
            &entry.certificate,
        ] {
            assert!(text.contains(expected.as_str()), "{expected} in {text}");
        }
    }
}

#[test]
fn about_so_many_letters_are_misread_as_was_asked_for() {
    let share = 0.02;
    let (mut letters, mut wrong) = (0, 0);
    for number in 0..50 {
        let clean = words(&Archive { misread: 0.0, ..ARCHIVE }.page(number));
        let read = words(&Archive { misread: share, ..ARCHIVE }.page(number));
        let pairs = clean.chars().zip(read.chars());
        let alike = pairs.filter(|(a, _)| crate::normalize::look_alike(*a, 0).is_some());
        for (a, b) in alike {
            letters += 1;
            wrong += u32::from(a != b);
        }
    }
    let found = f64::from(wrong) / f64::from(letters);
    assert!((found - share).abs() < share / 4.0, "{wrong} of {letters}");
}

#[test]
fn books_go_on_in_time_from_page_to_page() {
    for book in 0..20 {
        let pages = (0..40).map(|page| ARCHIVE.page(book * 40 + page));
        let entries: Vec<Entry> = pages.flat_map(|page| page.entries).collect();
        assert!(entries.windows(2).all(|pair| pair[0].date <= pair[1].date
            && pair[0].hours <= pair[1].hours
            && pair[0].registration == pair[1].registration));
    }
}

#[test]
fn everything_stands_on_the_paper() {
    let page = ARCHIVE.page(0).text;
    let inside = |bounds: &crate::document::PixelBox| {
        bounds.left < bounds.right && bounds.right < page.width && bounds.bottom < page.height
    };
    assert!(page.words().all(|word| inside(&word.bounds)));
    // Print of two columns does not run into each other.
    for line in &page.lines {
        let ends: Vec<u32> = line.words.iter().map(|word| word.bounds.right).collect();
        let starts: Vec<u32> = line.words.iter().map(|word| word.bounds.left).collect();
        assert!(starts[1..].iter().zip(&ends).all(|(start, end)| start > end));
    }
}
