//! Parties on pages drawn with characters, and what single lines say.

use super::lines::{Says, bare, domain_fits, end_of_name, salutation, same};
use crate::document::PageNumber;
use crate::extract::page;
use crate::extract::tests::{best, draw};
use crate::model::parse;

const MODEL: &str = r#"
name = "letter"
version = 1
records = "page"
[fields.sender]
type = "text"
label = ["Seller", "Fournisseur"]
value = { party = "sender" }
[fields.recipient]
type = "text"
label = ["Bill to", "Kunde", "Cliente"]
exclude = ["Ship to"]
value = { party = "recipient" }
"#;

/// Compares the best sender and recipient of a page.
fn check(art: &str, sender: &str, recipient: &str) {
    let model = parse(MODEL, "letter.toml").unwrap();
    let records = page(&model, PageNumber::FIRST, &draw(art)).unwrap();
    assert_eq!(best(&records), [[sender.to_owned(), recipient.to_owned()]], "{art}");
}

#[test]
fn under_the_sender_s_line_stands_the_recipient() {
    check(
        "\n\n\n\n\nMuster GmbH - Musterweg 1 - 80333 Muenchen\n\nPaul Peter\nMercedesstr. 24\n70188 Stuttgart\n\n\n\n\n\n\n\nRechnung\n\n\n\n",
        "Muster GmbH",
        "Paul Peter",
    );
}

#[test]
fn labels_name_the_parties_and_the_address_of_delivery_is_neither() {
    check(
        "Seller                   Bill to                 Ship to\nMill & Sons              Hill Foods              Dale Foods\n12 Mill Road             48 King Street          5 Low Lane\nLeeds LS1 4DY            Bristol BS1 5TR         Hull HU1 1AA\n\n\n\n\n\n\n\n\n\n\n",
        "Mill & Sons",
        "Hill Foods",
    );
}

#[test]
fn the_address_that_is_not_the_sender_s_is_the_recipient_s() {
    check(
        "Atelier Moreau SARL\n18 rue Victor Hugo\n69002 LYON\nTel. 04 78 00 00 00\n\n\n                                   Mairie de Bron\n                                   4 avenue des Tilleuls\n                                   33000 Bordeaux\n\n\n\n\n\n\n\n\n\n\n\n",
        "Atelier Moreau SARL",
        "Mairie de Bron",
    );
}

#[test]
fn a_label_that_begins_a_name_is_part_of_it() {
    check(
        "Fournisseur Durand SA\n4 rue Basse\n69002 LYON\n\n\n\n\n\n\n\n\n",
        "Fournisseur Durand SA",
        "",
    );
}

#[test]
fn a_name_may_stand_beside_its_caption() {
    check(
        "Seller\nNumber:        4711\nName:          Hall Transport\n\n\nBill to: Anna Hill\n\n\n\n\n\n\n",
        "Hall Transport",
        "Anna Hill",
    );
}

#[test]
fn a_firm_that_is_named_twice_is_one_and_a_name_over_two_lines_is_whole() {
    let address = "12 Mill Road\nLeeds LS1 4DY\n\n\n\n\n\n\n\n\n\n\n";
    check(&format!("Hill TV\nHill Ltd\n{address}"), "Hill TV", "");
    check(
        &format!("Mutual Insurance\nof Leeds Ltd\n{address}"),
        "Mutual Insurance\nof Leeds Ltd",
        "",
    );
}

#[test]
fn an_internet_domain_speaks_for_the_name_that_it_has() {
    check(
        "\n\n\nOsprey                    Quince\nHigh Street 1             Low Street 2\n20097 Hamburg             12345 Benrath\n\n\n\n\n\n\n\n\n\nwww.quince.de\n",
        "Quince",
        "Osprey",
    );
}

#[test]
fn towns_of_many_countries_are_told_by_their_postcodes() {
    for town in [
        "80333 Muenchen",
        "D-50667 Koeln",
        "75018 PARIS, FR",
        "1012 AB Amsterdam",
        "Medford, OR 97501",
        "London SW1A 1AA",
        "20121 Milano (MI)",
        "Toronto, ON M5V 2T6",
        "Bangalore - 560067",
        "00-950 Warszawa",
        "8010 Graz",
    ] {
        assert!(Says::of(town).town, "{town}");
    }
    for other in ["Invoice 4711", "24. Januar 2014", "Total 1,234.50", "Order 2013-51112"] {
        assert!(!Says::of(other).town, "{other}");
    }
}

#[test]
fn names_are_told_from_titles_and_addresses() {
    for name in [
        "Kranz & Soehne OHG",
        "Amazon Web Services, Inc.",
        "Comune di Arcore",
        "J. Whitfield",
        "A. de Boer",
        "Rossi Costruzioni S.r.1.",
    ] {
        assert!(Says::of(name).name, "{name}");
    }
    for other in [
        "Rechnung",
        "Accounts Payable",
        "12 Mill Road",
        "Tel. 030 445566",
        "Betrag 12,00",
        "Sehr geehrte Damen und Herren,",
        "Name:",
        "USt-IdNr. DE123456789",
        "Vertrag Nr: 00.123",
    ] {
        assert!(!Says::of(other).name, "{other}");
    }
}

#[test]
fn salutations_and_addresses_are_cut_off_names() {
    let name = |text: &str| {
        let rest = &text[salutation(text)..];
        rest[..end_of_name(rest)].trim().to_owned()
    };
    assert_eq!(name("Herrn Max Mustermann"), "Max Mustermann");
    assert_eq!(name("Sig.ra Lucia Conti"), "Lucia Conti");
    assert_eq!(name("ATTN: Hill Ltd"), "Hill Ltd");
    assert_eq!(name("De Vries B.V."), "De Vries B.V.");
    assert_eq!(name("Alphabet, Lilienthalallee 26"), "Alphabet");
    assert_eq!(name("Amazon Web Services, Inc."), "Amazon Web Services, Inc.");
    assert_eq!(name("Hill Inc 101 Devon Road"), "Hill Inc");
}

#[test]
fn names_are_the_same_without_legal_forms_and_small_misreadings() {
    assert!(same(&bare("Muster GmbH"), &bare("MUSTER")));
    assert!(same(&bare("Rossi Costruzioni S.r.l."), &bare("Rossi Costruzi0ni S.r.1.")));
    assert!(!same(&bare("Hill Foods"), &bare("Dale Foods")));
    assert!(domain_fits("weidnerelektro", "Weidner Elektrotechnik GmbH"));
    assert!(!domain_fits("quince", "Osprey"));
}
