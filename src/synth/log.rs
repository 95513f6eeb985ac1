//! Books of invented aircraft: a page's head, and its entries in order of time.

use fastrand::Rng;
use jiff::ToSpan;
use jiff::civil::{Date, date};

use super::entry::Entry;
use super::seed::mixed;

/// Pages of a book, which follow each other in time.
const PAGES_OF_A_BOOK: u64 = 40;
/// Between two entries are at most so many days, …
const MOST_DAYS: u32 = 12;
/// … and at most so many tenths of an hour are flown.
const MOST_FLOWN: u32 = 150;
/// Mechanics and repair stations who sign in one book.
const SIGNERS: u64 = 4;

const WORK: [&str; 24] = [
    "100-hour inspection completed. Compression 74/80 72/80 79/80 72/80. Changed oil and filter.",
    "Annual inspection c/w IAW FAR 43 App. D. Found airworthy.",
    "Replaced L/H main tire and tube. Serviced both struts with MIL-H-5606 fluid.",
    "Installed new ELT battery P/N 452-0133.",
    "Removed and replaced nose gear shimmy dampener. Ops check good.",
    "Replaced landing light bulb and repaired wiring at connector.",
    "Altimeter and static system tested to 18,000 ft IAW FAR 91.170.",
    "Replaced R/H brake linings, P/N 66-105. Bled brakes.",
    "Repaired crack in lower cowling with 2024-T3 doubler. See FAA Form 337 this date.",
    "Replaced vacuum pump. Ran up engine, suction 4.9 in. Hg.",
    "Washed and waxed aircraft. Lubricated all hinges and control cables.",
    "Stall warning horn inoperative. Cleaned contacts, checked good.",
    "Battery removed, serviced and reinstalled. Specific gravity 1.275 all cells.",
    "Weight and balance revised, new empty weight 1412.6 lb.",
    "Rigged flaps and ailerons IAW service manual. Test flown, OK.",
    "Replaced fuel selector valve O-rings. No leaks noted.",
    "Transponder tested IAW FAR 91.172. Satisfactory.",
    "Changed oil and oil screen. No metal found. Added 8 qts Aeroshell W100.",
    "L/H magneto removed for 500-hour inspection. Reinstalled and timed 25 deg BTC.",
    "Installed eight new Champion REM40E spark plugs. Torqued to 30 ft-lb.",
    "Exhaust gasket leak at No. 2 cylinder. Replaced gasket and stud nuts.",
    "Oil cooler removed, flushed and pressure tested. No leaks.",
    "Alternator belt replaced and tensioned. Charging system checked 14.1 volts.",
    "Seat rails inspected, no cracks found.",
];

/// One page of a book.
pub(super) struct Page {
    pub registration: String,
    pub serial_number: String,
    pub lines: Vec<LogLine>,
}

/// What was written on one line of a page.
pub(super) struct LogLine {
    pub date: Date,
    /// Tenths of hours.
    pub hours: u32,
    pub description: &'static str,
    pub certificate: String,
}

impl Page {
    /// Makes a page of so many lines, `number` from 0 in the archive of a seed.
    pub(super) fn of((seed, rows): (u64, u32), number: u64) -> Self {
        let (book, place) = (number / PAGES_OF_A_BOOK, (number % PAGES_OF_A_BOOK) as u32);
        let mut cover = Rng::with_seed(mixed(seed, book, 0));
        let registration = registration(&mut cover);
        let serial_number = format!("{}-{}", cover.u32(17..400), cover.u32(10_000..99_999));
        let first_day = date(1948, 1, 1).saturating_add(cover.i32(0..9000).days());
        let first_hours = cover.u32(0..20_000);
        let mut random = Rng::with_seed(mixed(seed, number, 1));
        // The pages before have taken at most so much, and each takes less than that.
        let lines_before = place * rows;
        let mut day = first_day.saturating_add(i64::from(lines_before * MOST_DAYS).days());
        let mut hours = first_hours + lines_before * MOST_FLOWN;
        let lines = (0..rows)
            .map(|_| {
                day = day.saturating_add(random.i64(0..i64::from(MOST_DAYS)).days());
                hours += random.u32(0..MOST_FLOWN);
                LogLine {
                    date: day,
                    hours,
                    description: WORK[random.usize(0..WORK.len())],
                    certificate: certificate(seed, book, random.u64(0..SIGNERS)),
                }
            })
            .collect();
        Self { registration, serial_number, lines }
    }

    /// Tenths of hours at the head of the page.
    pub(super) fn total_time(&self) -> u32 {
        self.lines.first().map_or(0, |line| line.hours)
    }

    pub(super) fn entries(&self) -> Vec<Entry> {
        let entry = |line: &LogLine| Entry {
            registration: self.registration.clone(),
            serial_number: self.serial_number.clone(),
            total_time: self.total_time(),
            date: line.date,
            hours: line.hours,
            description: line.description.to_owned(),
            certificate: line.certificate.clone(),
        };
        self.lines.iter().map(entry).collect()
    }
}

/// Makes a US registration: N, figures, at times a letter.
fn registration(random: &mut Rng) -> String {
    // The letters I and O are not given out.
    const LETTERS: [char; 24] = [
        'A', 'B', 'C', 'D', 'E', 'F', 'G', 'H', 'J', 'K', 'L', 'M', 'N', 'P', 'Q', 'R', 'S', 'T',
        'U', 'V', 'W', 'X', 'Y', 'Z',
    ];
    let number = random.u32(100..9999);
    if random.bool() {
        format!("N{number}{}", LETTERS[random.usize(0..LETTERS.len())])
    } else {
        format!("N{number}")
    }
}

/// Returns the number of somebody who signs in a book.
fn certificate(seed: u64, book: u64, signer: u64) -> String {
    let mut random = Rng::with_seed(mixed(seed, book * SIGNERS + signer, 3));
    random.u32(1_000_000..9_999_999).to_string()
}
