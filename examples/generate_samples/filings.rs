//! Forms in the manner of the US Foreign Agents Registration Act, filled in for invented firms.

use crate::sheet::{Sheet, at, ink};
use crate::writing::{Face, Faces, Machine, printed, set, set_centered};

const PAPER: [u8; 3] = [249, 248, 244];

fn letter() -> Sheet {
    Sheet::new(215.9, 279.4, PAPER)
}

/// Draws the department, the title and the heavy rule below.
fn heading(sheet: &mut Sheet, faces: &Faces, omb: &str, title: &[&str]) {
    set(sheet, faces, printed(Face::SerifBold, 9.0), at(17.0, 19.0), "U.S. Department of Justice");
    set(sheet, faces, printed(Face::Serif, 9.0), at(17.0, 24.0), "Washington, DC 20530");
    set(sheet, faces, printed(Face::Serif, 8.5), at(104.0, 14.5), omb);
    for (index, line) in title.iter().enumerate() {
        set(
            sheet,
            faces,
            printed(Face::SerifBold, 14.0),
            at(104.0, 20.5 + 5.6 * index as f32),
            line,
        );
    }
    sheet.fill(at(17.0, 33.0), at(182.0, 1.8), ink(20, 20, 24));
}

fn paragraph(sheet: &mut Sheet, faces: &Faces, top: f32, text: &str) -> f32 {
    let mut y = top;
    for line in crate::tables::wrapped(text, 128) {
        set(sheet, faces, printed(Face::Serif, 8.6), at(17.0, y), &line);
        y += 3.75;
    }
    y
}

fn cell(sheet: &mut Sheet, faces: &Faces, place: (f32, f32), label: &str) {
    set(sheet, faces, printed(Face::Serif, 9.5), at(place.0, place.1), label);
}

fn checkbox(sheet: &mut Sheet, faces: &Faces, place: (f32, f32), ticked: Tick, label: &str) {
    let black = ink(24, 24, 28);
    sheet.frame(at(place.0, place.1 - 2.9), at(3.1, 3.1), 0.3, black);
    if ticked == Tick::Ticked {
        sheet.rule(at(place.0 + 0.4, place.1 - 2.5), at(place.0 + 2.7, place.1 - 0.2), 0.45, black);
        sheet.rule(at(place.0 + 2.7, place.1 - 2.5), at(place.0 + 0.4, place.1 - 0.2), 0.45, black);
    }
    set(sheet, faces, printed(Face::Serif, 9.5), at(place.0 + 5.5, place.1), label);
}

/// Whether a box is ticked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Tick {
    Ticked,
    Empty,
}

fn rule(sheet: &mut Sheet, y: f32) {
    sheet.rule(at(17.0, y), at(199.0, y), 0.3, ink(24, 24, 28));
}

/// The captions of the short form, each with where it stands, in millimetres.
const SHORT_FORM_CELLS: [(f32, f32, &str); 11] = [
    (18.0, 61.0, "1. Name"),
    (110.0, 61.0, "2. Registration No."),
    (18.0, 77.0, "3. Residence Address(es)"),
    (110.0, 77.0, "4. Business Address(es)"),
    (18.0, 97.0, "5. Year of Birth"),
    (110.0, 97.0, "6. If present citizenship was not acquired by birth,"),
    (18.0, 117.0, "7. Occupation"),
    (18.0, 129.0, "8. What is the name and address of the primary registrant?"),
    (18.0, 147.0, "9. Indicate your connection with the primary registrant:"),
    (
        18.0,
        175.0,
        "10. List every foreign principal to whom you will render services in support of the primary registrant.",
    ),
    (
        18.0,
        199.0,
        "11. Describe separately and in detail all services which you will render to the foreign principal(s).",
    ),
];

fn name_the_act(sheet: &mut Sheet, faces: &Faces) {
    let bold = printed(Face::SerifBold, 9.5);
    set(sheet, faces, bold, at(104.0, 26.0), "Pursuant to the Foreign Agents Registration Act");
    set(sheet, faces, bold, at(104.0, 30.0), "of 1938, as amended");
}

fn instructions(sheet: &mut Sheet, faces: &Faces) {
    let y = paragraph(
        sheet,
        faces,
        40.0,
        "INSTRUCTIONS. File this amendment form for any changes to a registration. Compliance is accomplished by filing this form in triplicate with the Registration Unit. One copy of every such document is automatically provided to the Secretary of State.",
    );
    paragraph(
        sheet,
        faces,
        y + 3.0,
        "Privacy Act Statement. The filing of this document is required for the Foreign Agents Registration Act of 1938, as amended, for the purposes of registration under the Act and public disclosure. Every registration statement, amendment and exhibit filed with the Attorney General under this Act is a public record open to public examination, inspection and copying during the posted business hours of the Registration Unit.",
    );
}

fn purposes(sheet: &mut Sheet, faces: &Faces) {
    let purposes = [
        (Tick::Empty, "To correct a deficiency in"),
        (Tick::Empty, "Initial Statement"),
        (Tick::Ticked, "To give notice of change in an exhibit previously filed"),
        (
            Tick::Empty,
            "To give a 10-day notice of a change in information as required by Section 2(b)",
        ),
        (Tick::Empty, "Other purpose (specify)"),
    ];
    for (index, (tick, label)) in purposes.into_iter().enumerate() {
        checkbox(sheet, faces, (26.0, 108.0 + 7.6 * index as f32), tick, label);
    }
}

/// Draws the amendment form for the registrant.
pub fn amendment(faces: &Faces, machine: &mut Machine, registrant: &str, number: &str) -> Sheet {
    let mut sheet = letter();
    heading(&mut sheet, faces, "OMB No. 1124-0003", &["Amendment to Registration Statement"]);
    name_the_act(&mut sheet, faces);
    instructions(&mut sheet, faces);
    rule(&mut sheet, 74.0);
    cell(&mut sheet, faces, (18.0, 79.0), "1. Name of Registrant");
    cell(&mut sheet, faces, (124.0, 79.0), "2. Registration No.");
    sheet.rule(at(122.0, 74.0), at(122.0, 94.0), 0.3, ink(24, 24, 28));
    machine.write(&mut sheet, faces, at(24.0, 88.0), registrant);
    machine.write(&mut sheet, faces, at(132.0, 88.0), number);
    rule(&mut sheet, 94.0);
    cell(
        &mut sheet,
        faces,
        (18.0, 99.5),
        "3. This amendment is filed to accomplish the following indicated purpose or purposes:",
    );
    purposes(&mut sheet, faces);
    rule(&mut sheet, 145.0);
    cell(
        &mut sheet,
        faces,
        (18.0, 150.5),
        "4. If this amendment requires the filing of a document or documents, please list:",
    );
    machine.write(
        &mut sheet,
        faces,
        at(24.0, 159.0),
        "Exhibit B, letter of agreement dated June 4.",
    );
    rule(&mut sheet, 170.0);
    cell(
        &mut sheet,
        faces,
        (18.0, 175.5),
        "5. Each item checked above must be explained below in full detail:",
    );
    let typed = [
        "The retainer named in the agreement was increased",
        "from $2,400 to $3,100 per month. All other terms",
        "of the agreement remain unchanged.",
    ];
    for (index, line) in typed.iter().enumerate() {
        machine.write(&mut sheet, faces, at(24.0, 185.0 + 8.4 * index as f32), line);
    }
    rule(&mut sheet, 254.0);
    set(&mut sheet, faces, printed(Face::SerifBold, 8.5), at(95.0, 259.0), "Formerly OBD-68");
    set(&mut sheet, faces, printed(Face::Serif, 8.0), at(176.0, 259.0), "Form CRM-158");
    sheet
}

/// Draws the second page: the execution with date, typed name and signature.
pub fn execution(faces: &Faces, machine: &mut Machine, day: &str, name: &str) -> Sheet {
    let mut sheet = letter();
    set_centered(&mut sheet, faces, printed(Face::SerifBold, 12.0), at(108.0, 30.0), "EXECUTION");
    let y = paragraph(
        &mut sheet,
        faces,
        42.0,
        "In accordance with 28 U.S.C. 1746, the undersigned swears or affirms under penalty of perjury that he has read the information set forth in this statement and that he is familiar with the contents thereof and that such contents are in their entirety true and accurate to the best of his knowledge and belief.",
    );
    cell(&mut sheet, faces, (22.0, y + 16.0), "(Date of signature)");
    cell(&mut sheet, faces, (112.0, y + 16.0), "(Type or print name under each signature)");
    for line in 0..4 {
        let y = y + 34.0 + line as f32 * 18.0;
        sheet.rule(at(22.0, y), at(82.0, y), 0.25, ink(24, 24, 28));
        sheet.rule(at(112.0, y), at(194.0, y), 0.25, ink(24, 24, 28));
    }
    machine.write(&mut sheet, faces, at(24.0, y + 33.0), day);
    machine.write(&mut sheet, faces, at(116.0, y + 38.5), name);
    let pen =
        crate::writing::Type { face: Face::Script, points: 34.0, ink: crate::tables::BLUE_PEN };
    crate::writing::sign(&mut sheet, faces, pen, at(120.0, y + 32.5), (name, 3.0));
    sheet
}

/// Draws the short form; `person` fills the first box, `firm` item 8.
pub fn short_form(
    faces: &Faces,
    machine: &mut Machine,
    person: &str,
    firm: &str,
    number: &str,
) -> Sheet {
    let mut sheet = letter();
    heading(&mut sheet, faces, "OMB No. 1124-0005", &["Short Form Registration Statement"]);
    name_the_act(&mut sheet, faces);
    paragraph(
        &mut sheet,
        faces,
        40.0,
        "INSTRUCTIONS. Each partner, officer, director, associate, employee and agent of a registrant is required to file a short form registration statement unless he engages in no activities in furtherance of the interests of the registrant's foreign principal.",
    );
    let line = ink(24, 24, 28);
    for y in [56.0, 72.0, 92.0, 112.0, 124.0, 142.0, 170.0, 194.0, 238.0] {
        rule(&mut sheet, y);
    }
    sheet.rule(at(108.0, 56.0), at(108.0, 112.0), 0.3, line);
    for (x, y, label) in SHORT_FORM_CELLS {
        cell(&mut sheet, faces, (x, y), label);
    }
    cell(&mut sheet, faces, (110.0, 101.0), "    indicate when, and how acquired.");
    let typed = [
        (24.0, 69.0, person),
        (118.0, 69.0, number),
        (24.0, 83.5, "418 Larkspur Terrace"),
        (24.0, 89.0, "Arlington, VA 22205"),
        (116.0, 83.5, "1190 Fifteenth Street NW"),
        (116.0, 89.0, "Washington, DC 20005"),
        (52.0, 97.0, "1938"),
        (24.0, 105.5, "Nationality  U.S.A."),
        (50.0, 117.2, "Consultant"),
        (24.0, 138.0, firm),
        (24.0, 184.0, "Ministry of Fisheries of Norrland"),
        (24.0, 209.0, "Will prepare press releases and arrange meetings on"),
        (24.0, 217.0, "behalf of the principal's trade office."),
    ];
    for (x, y, text) in typed {
        machine.write(&mut sheet, faces, at(x, y), text);
    }
    connections(&mut sheet, faces);
    set(&mut sheet, faces, printed(Face::SerifBold, 8.5), at(95.0, 259.0), "Formerly OBD-66");
    set(&mut sheet, faces, printed(Face::Serif, 8.0), at(176.0, 259.0), "Form CRM-156");
    sheet
}

/// Draws the boxes of item 9 of the short form.
fn connections(sheet: &mut Sheet, faces: &Faces) {
    let connections = [
        ("partner", Tick::Empty),
        ("director", Tick::Empty),
        ("employee", Tick::Ticked),
        ("consultant", Tick::Empty),
        ("officer", Tick::Empty),
        ("associate", Tick::Empty),
        ("agent", Tick::Empty),
        ("subcontractor", Tick::Empty),
    ];
    for (index, (label, tick)) in connections.into_iter().enumerate() {
        let place = (30.0 + 42.0 * (index % 4) as f32, 155.0 + 7.5 * (index / 4) as f32);
        checkbox(sheet, faces, place, tick, label);
    }
}

/// Draws a dissemination report.
pub fn dissemination_report(
    faces: &Faces,
    machine: &mut Machine,
    registrant: &str,
    number: &str,
) -> Sheet {
    let mut sheet = letter();
    heading(&mut sheet, faces, "OMB No. 1105-0004", &["Dissemination Report"]);
    set(
        &mut sheet,
        faces,
        printed(Face::SerifBold, 9.5),
        at(104.0, 26.0),
        "Pursuant to Section 4 of the Foreign Agents",
    );
    set(
        &mut sheet,
        faces,
        printed(Face::SerifBold, 9.5),
        at(104.0, 30.0),
        "Registration Act of 1938, as amended",
    );
    let rows = [
        (44.0, "1. Name of Registrant", registrant),
        (44.0, "", ""),
        (64.0, "3. Name of Foreign Principal", "Tourist Board of the Isle of Marrow"),
        (
            84.0,
            "4. Name of political propaganda material transmitted",
            "Marrow Letter, monthly news sheet",
        ),
        (104.0, "5. Period covered by this report", "October 1 to October 31, 1974"),
        (124.0, "6. Number of copies transmitted", "1,250"),
        (144.0, "7. Dates of transmittal", "October 7 and October 21"),
        (164.0, "8. Means of transmittal", "Second class mail"),
    ];
    for (top, label, value) in rows {
        rule(&mut sheet, top);
        cell(&mut sheet, faces, (18.0, top + 5.5), label);
        machine.write(&mut sheet, faces, at(24.0, top + 14.0), value);
    }
    sheet.rule(at(130.0, 44.0), at(130.0, 64.0), 0.3, ink(24, 24, 28));
    cell(&mut sheet, faces, (132.0, 49.5), "2. Registration No.");
    machine.write(&mut sheet, faces, at(138.0, 58.0), number);
    rule(&mut sheet, 184.0);
    cell(&mut sheet, faces, (18.0, 189.5), "9. Type of recipients");
    let recipients = ["Libraries", "Newspapers", "Civic groups", "Public officials"];
    for (index, label) in recipients.into_iter().enumerate() {
        let tick = if index < 2 { Tick::Ticked } else { Tick::Empty };
        checkbox(&mut sheet, faces, (26.0 + 42.0 * index as f32, 199.0), tick, label);
    }
    rule(&mut sheet, 208.0);
    set(&mut sheet, faces, printed(Face::Serif, 8.0), at(176.0, 259.0), "Form DJ-310");
    sheet
}
