//! What mechanics wrote: invented aircraft, people and shops, and the work they did in order of time.
//!
//! Owns the words and the numbers of log entries, and keeps dates and times non-decreasing. Names,
//! registrations and certificates are made up. How entries look on paper is in `tables`.

use jiff::ToSpan;
use jiff::civil::Date;

use crate::random::Random;

/// An invented aircraft as the head of a page names it.
#[derive(Debug, Clone, Copy)]
pub struct Aircraft {
    pub registration: &'static str,
    pub make: &'static str,
    pub serial: &'static str,
}

/// Somebody who signs for work.
#[derive(Debug, Clone, Copy)]
pub struct Mechanic {
    pub name: &'static str,
    /// What stands before the number: `A&P`, `IA`, or nothing for repair stations.
    pub kind: &'static str,
    pub number: &'static str,
}

impl Mechanic {
    /// Returns the certificate as it is written in the column.
    pub fn certificate(self) -> String {
        format!("{} {}", self.kind, self.number).trim().to_owned()
    }
}

/// One entry of a log.
#[derive(Debug, Clone)]
pub struct Entry {
    pub date: Date,
    /// Tenths of an hour.
    pub tenths: u32,
    pub work: String,
    pub mechanic: Mechanic,
}

/// Writes tenths of hours with their point.
pub fn hours(tenths: u32) -> String {
    format!("{}.{}", tenths / 10, tenths % 10)
}

/// What kind of book the work belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trade {
    Airframe,
    Engine,
    Propeller,
    Avionics,
    Transport,
}

/// Where a book begins and how busy the aircraft is.
#[derive(Debug, Clone, Copy)]
pub struct Start {
    pub date: Date,
    pub tenths: u32,
    /// Most days from one entry to the next.
    pub days: u32,
    /// Most tenths of an hour flown between them.
    pub flown: u32,
}

pub const HOLLIS: Mechanic = Mechanic { name: "R. T. Hollis", kind: "A&P", number: "1578432" };
pub const BRANNOCK: Mechanic = Mechanic { name: "Dale Brannock", kind: "IA", number: "2384417" };
pub const OKAFOR: Mechanic = Mechanic { name: "J. Okafor", kind: "A&P", number: "413662908" };
pub const VANCE: Mechanic = Mechanic { name: "Lew Vance", kind: "A&P", number: "1904775" };
pub const STADLER: Mechanic = Mechanic { name: "K. Stadler", kind: "IA", number: "528317746" };
pub const PRAIRIE: Mechanic = Mechanic { name: "M. Quill", kind: "", number: "PR4R127K" };
pub const TIDEWATER: Mechanic = Mechanic { name: "W. Asher", kind: "", number: "TW7R309L" };

const AIRFRAME: &[&str] = &[
    "Annual inspection c/w IAW FAR 43 App. D. Aircraft found airworthy and returned to service.",
    "100-hour inspection completed. Compression {c} {c} {c} {c}. Changed oil and filter.",
    "Replaced L/H main tire and tube. Serviced both struts with MIL-H-5606 fluid.",
    "Installed new ELT battery P/N 452-0133. Replacement due {m}.",
    "Removed and replaced nose gear shimmy dampener. Ops check good.",
    "C/W AD {a} by inspection of carburetor air box. No defects found.",
    "Replaced landing light bulb and repaired wiring at connector.",
    "Altimeter and static system tested to 18,000 ft IAW FAR 91.170.",
    "Replaced R/H brake linings, P/N 66-105. Bled brakes.",
    "Repaired crack in lower cowling with 2024-T3 doubler. See FAA Form 337 this date.",
    "Replaced vacuum pump, new S/N {s}. Ran up engine, suction 4.9 in. Hg.",
    "Washed and waxed aircraft. Lubricated all hinges and control cables.",
    "Stall warning horn inoperative. Cleaned contacts, checked good.",
    "Battery removed, serviced and reinstalled. Specific gravity 1.275 all cells.",
    "Removed and overhauled starter, reinstalled S/N {s}. Ops check good.",
    "Weight and balance revised, new empty weight 1412.6 lb.",
    "Rigged flaps and ailerons IAW service manual. Test flown, OK.",
    "Replaced fuel selector valve O-rings. No leaks noted.",
    "Transponder tested IAW FAR 91.172. Satisfactory.",
    "Installed new windshield P/N 0513267-1. Sealed with PR-1422.",
    "C/W Service Bulletin SE{y}-16. Inspected seat rails, no cracks found.",
    "Replaced pilot seat belt with TSO-C22 belt.",
];
const ENGINE: &[&str] = &[
    "Changed oil and oil screen. No metal found. Added 8 qts Aeroshell W100.",
    "Compression test {c} {c} {c} {c}. Spark plugs cleaned, gapped and rotated.",
    "Replaced No. 3 cylinder with overhauled unit S/N {s}. Ground run 20 minutes.",
    "L/H magneto removed for 500-hour inspection. Reinstalled and timed 25 deg BTC.",
    "Installed eight new Champion REM40E spark plugs. Torqued to 30 ft-lb.",
    "C/W AD {a} by replacement of piston pins. See work order {w}.",
    "Carburetor overhauled by repair station, installed S/N {s}. Idle mixture set.",
    "Exhaust gasket leak at No. 2 cylinder. Replaced gasket and stud nuts.",
    "Oil cooler removed, flushed and pressure tested. Reinstalled, no leaks.",
    "Alternator belt replaced and tensioned. Charging system checked 14.1 volts.",
    "100-hour inspection of engine completed IAW manufacturer's check list.",
    "Replaced primer line, R/H side. Leak check good.",
    "Muffler removed and inspected for AD {a}. No cracks found.",
    "Top overhaul at {h} hours SMOH. All cylinders lapped, new rings fitted.",
    "Tachometer drive cable replaced. Tach time carried forward.",
    "Engine mount bolts re-torqued. Baffle seals replaced.",
];
const PROPELLER: &[&str] = &[
    "Propeller removed for overhaul by Tidewater Propeller, W.O. {w}.",
    "Installed overhauled propeller S/N {s}. Track within 1/16 in.",
    "Dressed nicks in both blades. Torque of hub bolts checked.",
    "Spinner bulkhead cracked, replaced with new part. Balanced.",
    "Governor removed and replaced with S/N {s}. Static RPM 2330.",
    "C/W AD {a}. Hub inspected by dye penetrant. No defects.",
    "Greased hub with Aeroshell 6 until clean grease appeared.",
    "Hub seals replaced, no oil leaks on ground run.",
];
const AVIONICS: &[&str] = &[
    "Removed No. 1 NAV/COM for repair. Reinstalled after bench check.",
    "Transponder code check c/w. Replies normal on all codes.",
    "Replaced ELT battery, expires {m}. Unit tested first five minutes of hour.",
    "Installed new marker beacon antenna. Coax replaced, VSWR 1.4.",
    "Gyro horizon slow to erect, replaced with S/N {s}. Leak check good.",
    "ADF loop bearing error corrected. Swung compass, card updated.",
    "Repaired audio panel, cold joint on pin 14. Ops check good.",
    "Altimeter S/N {s} overhauled and recertified to 20,000 ft.",
];
const TRANSPORT: &[&str] = &[
    "Phase 2 inspection c/w IAW maintenance manual chapter 05-20. No findings.",
    "L/H main wheel assembly replaced, S/N {s}. Torqued and safetied.",
    "Hydraulic pump R/H leaking at case drain. Replaced packing, leak check good.",
    "Fuel quantity transmitter No. 4 replaced. System calibrated.",
    "Deice boot L/H wing outboard patched. Inflation check satisfactory.",
    "Generator control unit S/N {s} installed. Output 28.2 volts.",
    "Elevator trim cable tension adjusted to 22 lb at 70 deg F.",
    "Found fire loop R/H nacelle chafed. Replaced section, tested good.",
    "Cabin door seal replaced. Pressurization leak rate within limits.",
    "Brake assembly No. 2 removed and replaced. Bled system, ops check good.",
    "C/W AD {a}. Inspected wing attach fittings by eddy current.",
    "Propeller synchrophaser inoperative, replaced box. Checked in flight.",
    "Life raft and survival kit replaced, next due {m}.",
    "Engine No. 2 chip detector light. Cleaned plug, no metal found.",
    "Windshield heat controller adjusted. Resistance 31 ohms.",
    "Main battery capacity check 94 percent. Reinstalled.",
];

/// Writes a number of entries, one after the other in time, signed by the given people.
pub fn history(
    seed: u64,
    trade: Trade,
    start: Start,
    count: usize,
    signers: &[Mechanic],
) -> Vec<Entry> {
    let mut random = Random::new(seed);
    let pool = match trade {
        Trade::Airframe => AIRFRAME,
        Trade::Engine => ENGINE,
        Trade::Propeller => PROPELLER,
        Trade::Avionics => AVIONICS,
        Trade::Transport => TRANSPORT,
    };
    let mut date = start.date;
    let mut tenths = start.tenths;
    let mut order: Vec<usize> = Vec::new();
    let mut entries = Vec::new();
    for _ in 0..count {
        if order.is_empty() {
            order = shuffled(pool.len(), &mut random);
        }
        let job = order.pop().unwrap_or(0);
        let work = fill_in(pool[job], date, tenths, &mut random);
        let mechanic = *random.pick(signers);
        entries.push(Entry { date, tenths, work, mechanic });
        let days = random.whole(0, start.days);
        date = date.checked_add(i64::from(days).days()).unwrap_or(date);
        if days > 0 {
            tenths += random.whole(1, start.flown);
        }
    }
    entries
}

fn shuffled(length: usize, random: &mut Random) -> Vec<usize> {
    let mut order: Vec<usize> = (0..length).collect();
    for index in (1..length).rev() {
        order.swap(index, random.whole(0, index as u32) as usize);
    }
    order
}

/// Fills the blanks of a job: compression, serial number, work order, hours, airworthiness
/// directive of the year, year, month due.
fn fill_in(job: &str, date: Date, tenths: u32, random: &mut Random) -> String {
    let mut work = String::new();
    let mut rest = job;
    while let Some((before, after)) = rest.split_once('{') {
        let (blank, after) = after.split_once('}').unwrap_or((after, ""));
        let filling = match blank {
            "c" => format!("{}/80", random.whole(68, 79)),
            "s" => {
                format!("{}{}", random.pick(&["A", "H", "L", "T", "C"]), random.whole(1104, 98_761))
            }
            "w" => random.whole(2017, 9864).to_string(),
            "h" => hours((tenths / 2 + random.whole(5, 900)) % 17_000),
            "a" => format!(
                "{:02}-{:02}-{:02}",
                date.year() % 100,
                random.whole(1, 26),
                random.whole(1, 12)
            ),
            "y" => format!("{:02}", date.year() % 100),
            "m" => format!("{}/{}", random.whole(1, 12), (date.year() + 2) % 100),
            _ => String::new(),
        };
        work.push_str(before);
        work.push_str(&filling);
        rest = after;
    }
    work.push_str(rest);
    work
}
