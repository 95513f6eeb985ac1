//! What a line of an address or letterhead says: a name, a street, a town, a telephone, a bank.
//!
//! General knowledge about how firms write themselves, in many countries. Knows words, not pages;
//! accents may be lost, so nothing here needs them.

use std::sync::LazyLock;

use regex::Regex;

/// Letters that a name has at least.
const LEAST_LETTERS: usize = 3;
/// A name is letters to so large a part.
const LEAST_SHARE_OF_LETTERS: f32 = 0.6;
/// A line of more words is a sentence.
const MOST_WORDS: usize = 10;
/// Names of so many letters may be parts of each other.
const LEAST_PART: usize = 6;

/// Towns with their postcodes: `D-80333 Köln`, `1012 AB Amsterdam`, `Salem, OR 97501`,
/// `London SW1A 1AA`, `Toronto M5V 2T6`, `Pune - 411001`, `00-950 Warszawa`, `1000-001 Lisboa`.
static TOWN: LazyLock<Regex> = LazyLock::new(|| {
    compiled(
        r"(?x)
        (?:^|[\s,(·|•*-])(?:[A-Z]{1,3}\s?[-–]?\s?)?\d{5,6}\s+\p{Lu}[\p{L}'.-]{2}
        | ^\W*(?:[A-Z]{1,3}\s?[-–]\s?)?\d{4}\s?[A-Z]{2}\s+\p{Lu}\p{L}
        | (?:^|[,·|•*–-]\s?)\W*(?:[A-Z]{1,3}\s?[-–]\s?)?\d{4}\s+\p{Lu}[\p{L}'-]{2}
        | (?:^|[\s,])\d{4}\s?[A-Z]{2}\s+\p{Lu}\p{Ll}
        | \b[A-Z]{2}\.?,?\s+\d{5}(?:-\d{4})?\b
        | \b[A-Z]\d[A-Z]\s?\d[A-Z]\d\b
        | \b[A-Z]{1,2}[\dIOl][A-Z\d]?\s[\dIOl][A-Z]{2}\b
        | \p{L}{3}\s?[-–]\s?\d{6}\b
        | \b\d{2}-\d{3}\s+\p{Lu}
        | \b\d{4}-\d{3}\s+\p{Lu}",
    )
});

/// Streets: with the number behind or before, or by what streets are called.
static STREET: LazyLock<Regex> = LazyLock::new(|| {
    compiled(
        r"(?x)
        ^\W*\p{Lu}[\p{L}.'\ -]{3,40}[\s.]\d{1,4}\s?[a-zA-Z]?(?:\s?[-/]\s?\d+\s?[a-zA-Z]?)?\W*$
        | ^\W*\d{1,5}[A-Za-z]?[\s,]+(?:bis\s|ter\s)?\p{L}[\p{L}.'\ -]+$
        | (?i:\b(?:street|road|rd\.?|avenue|ave\.?|boulevard|blvd|drive|lane|suite|floor|rue|chemin|impasse|quai
            |calle|avda|paseo|carrer|via|viale|corso|piazza|plaza|strada|p\.?\s?o\.?\s?box|postfach|postbus|cedex)\b)
        | (?i:^\W*c/)
        | (?i:\p{L}(?:stra(?:ss|[ßfBbk&])e|str\.|weg|allee|platz|gasse|straat|laan|plein|gracht|kade|singel)\s*\d)",
    )
});

/// How one is reached.
static CONTACT: LazyLock<Regex> = LazyLock::new(|| {
    compiled(
        r"(?i)@|\bwww\.|https?:|\b(?:tel|t[eé]l[eé]fon[eo]?|telefoon|phone|fax|mobile?|e-?mail)\b|\b(?:web(?:site)?|internet)\s*:|\(\d{3}\)\s?\d{3}",
    )
});

/// Numbers that authorities give to firms, and who heads them.
static REGISTRATION: LazyLock<Regex> = LazyLock::new(|| {
    compiled(
        r"(?ix)\b(?:vat|ust|uid|mwst|tva|btw|nif|cif|n\.i\.f|c\.i\.f|siren|siret|kvk|rcs|ape|naf|hrb|hra|p\.?\s?iva|partita\s+iva|gstin|gst|ein|abn
        |steuer-?nr|steuernummer|steuernr|tax\s+id|handelsregister|amtsgericht|registergericht|gesch\p{L}{2,4}tsf\p{L}+|registro\s+mercantil
        |registro\s+imprese|company\s+(?:no|number|reg)|registered\s+(?:office|in)|regd|capital|capitale|kamer\s+van\s+koophandel|vorstand|aufsichtsrat)\b",
    )
});

/// Where money is sent.
static BANK: LazyLock<Regex> = LazyLock::new(|| {
    compiled(
        r"(?i)\b(?:iban|bic|swift|bank(?:name|verbindung|ing|gegevens)?|\p{L}*bank|konto(?:nr|nummer)?|blz|sort code|routing|cuenta|rekening(?:nummer)?|banca|banco|banque|sparkasse|account (?:no|number))\b",
    )
});

/// Legal forms that need no case: nothing else is written so.
static LEGAL_FORM: LazyLock<Regex> = LazyLock::new(|| {
    compiled(
        r"(?x)
        (?i:\b(?:g\s?m\s?b\s?h|gesellschaft\s+mbh|limited|ltd|l\.?l\.?c|l\.?l\.?p|p\.?l\.?c|inc|incorporated|corp|corporation|company|s\.?a\.?r\.?l|s\.?a\.?s\.?u?|eurl
            |s\.?r\.?[l1|]\.?s?|s\.p\.a|b\.v|n\.v|v\.o\.f|vof|s\.[l1|](?:\.u)?|s\.a\.u|s\.n\.c|s\.c\.p|s\.c\.i|pty|pvt|sp\.\s?z\s?o\.\s?o|s\.r\.o|sdn\.?\s?bhd|aps|oyj?|lda|kft|a/s
            |e\.?\s?k|e\.\s?v|e\.?\s?g|e\.u|a\.\s?g|o\.?h\.?g|gbr|k\.g|sociedad\s+(?:limitada|an[oó]nima)|soci[eé]t[eé]\s+anonyme|societ[aà]\s+cooperativa|co\.)(?:\W|$))
        | \b(?:AG|KG|KGaA|SE|UG|BV|NV|SA|SL|SLU|SpA|SPA|SNC|AB|AS|SAS|CV|Co|CO|Bv|Nv)(?:\W|$)",
    )
});

/// Words before a name that are no part of it.
static SALUTATION: LazyLock<Regex> = LazyLock::new(|| {
    compiled(
        r"(?ix)^\W*(?:herrn?|frau|firma|fa\.|an(?:\s+(?:die|den|das|herrn|frau|firma))?|messrs|m/s|attn|attention|att|mr|mrs|ms|monsieur|madame|mme
        |soci[eé]t[eé]|t\.?a\.?v|de\s+heer|mevrouw|dhr|mevr|d[ñn]a|do[ñn]a|don|sra?|sig\.?\s?ra|sig|spett(?:\.?\s?le|abile)?|egr|gent\.?ma
        |name|nom|naam|nombre|nome|ragione\s+sociale|raz[oó]n\s+social|raison\s+sociale|denominazione|company(?:\s+name)?|c/o|to|from|von|de|da|van|aan)(?:\s*[.:]+\s*|\s+|$)",
    )
});

/// What stands alone before a name: a person or firm is addressed.
static ADDRESSED: LazyLock<Regex> = LazyLock::new(|| {
    compiled(
        r"(?ix)^\W*(?:herrn?|frau|firma|an\s+(?:die|den|das|herrn|frau|firma)|messrs|m/s|monsieur|madame|de\s+heer|mevrouw|t\.?a\.?v|spett(?:\.?\s?le|abile)?|egr(?:egio)?|attn|attention)\b",
    )
});

/// Lines that are no names: titles, captions, greetings, dates, pages.
static NO_NAME: LazyLock<Regex> = LazyLock::new(|| {
    compiled(
        r"(?ix)\b(?:invoices?|rechnung|rechnungs\p{L}+|facture|factuur|factuur\p{L}+|factura|fattura|faktura|quittung|gutschrift|credit\s+note|receipt|bon|seite|page|pagina|p[aá]gina
        |original|copy|kopie|copie|copia|duplicat[ae]?|date|datum|fecha|data|numm?er|number|num[eé]ro|total|totaal|totale|summe|betrag|amount|montant|importe|importo|bedrag
        |sehr\s+geehrte|dear|thank|bonjour|geachte|estimad[oa]s?|gentile|vielen\s+dank|merci|gracias|grazie|bedankt|payment|zahlung|paiement|betaling|pago|pagamento|description
        |beschreibung|bezeichnung|omschrijving|descripci\p{L}n|descrizione|d[eé]signation|menge|quantity|qty|quantit[eéà]|aantal|cantidad|preis|price|prix|prijs|precio|prezzo
        |logo|telefon|order|bestellung|commande|bestelling|pedido|ordine|kunden-?n\p{L}+|referen\p{L}+|r[eé]f[eé]ren\p{L}+|reference|ship\s+to|deliver\p{L}*|livraison|lieferung
        |accounts?\s+(?:payable|receivable)|department|dept|ansprechpartner|sachbearbeiter|kontakt(?:person)?|contact(?:persoon)?|contatto|contacto|buchhaltung|kreditoren|comptabilit[eé]|boekhouding|crediteuren\p{L}*|administra\p{L}+|contabilidad|contabilit[aà]|sales|service|support|help
        |due|f[aä]llig|adresse|address|billing|shipping|account|terms|period|zeitraum|scan|www|http|subtotal|tax|vat|mwst|tva|btw|iva)\b
        |\bn[°º]
        |^\W*(?:deutschland|germany|france|nederland|the\s+netherlands|netherlands|espa[nñ]a|spain|italia|italy|[oö]sterreich|austria|schweiz|suisse|belgi[eëq]u?e?|united\s+kingdom|usa|uk|u\.s\.a\.?|india|canada|poland|polska|luxembourg)\W*$",
    )
});

/// Amounts, dates and long numbers: a table, not a name.
static FIGURES: LazyLock<Regex> =
    LazyLock::new(|| compiled(r"\d[.,]\d{2}\b|\b\d{1,2}[./-]\d{1,2}[./-]\d{2,4}\b|[€$£%]|\d{7}"));

/// Internet domains, and those of addresses: the name in the first group.
static DOMAIN: LazyLock<Regex> = LazyLock::new(|| {
    compiled(
        r"(?i)(?:@|www\s?\.\s?|https?://(?:www\.)?|\b)([a-z\d-]{3,}(?:\.[a-z\d-]{3,})?)\.(?:com|de|fr|nl|es|it|eu|org|net|at|ch|be|co\.uk|uk|io|pl|info|biz|ca|us|in|my|com\.\p{L}{2})\b",
    )
});

/// Providers of mail that say nothing about who writes.
const PROVIDERS: [&str; 14] = [
    "gmail",
    "googlemail",
    "gmx",
    "web",
    "yahoo",
    "hotmail",
    "outlook",
    "orange",
    "wanadoo",
    "free",
    "libero",
    "aol",
    "icloud",
    "tonline",
];

fn compiled(pattern: &str) -> Regex {
    Regex::new(pattern).expect("the pattern is fixed and tested")
}

/// What a line says; several may be true.
#[expect(clippy::struct_excessive_bools, reason = "each says something of its own of a line")]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Says {
    pub town: bool,
    pub street: bool,
    pub contact: bool,
    pub registration: bool,
    pub bank: bool,
    pub legal_form: bool,
    pub addressed: bool,
    pub name: bool,
}

impl Says {
    /// Judges the text of a line.
    pub fn of(text: &str) -> Self {
        let legal_form = LEGAL_FORM.is_match(text);
        let mut says = Self {
            town: TOWN.is_match(text),
            street: STREET.is_match(text),
            contact: CONTACT.is_match(text),
            registration: REGISTRATION.is_match(text),
            bank: BANK.is_match(text),
            legal_form,
            addressed: ADDRESSED.is_match(text),
            name: false,
        };
        let place = says.town || says.street && !legal_form;
        says.name = !place && !says.contact && !says.registration && is_name(text, says);
        says
    }

    /// Tells whether the line says how to reach or pay a firm, or where it is registered.
    pub fn of_sender(self) -> bool {
        self.contact || self.registration || self.bank
    }
}

fn is_name(text: &str, says: Says) -> bool {
    let letters = text.chars().filter(|letter| letter.is_alphabetic()).count();
    let signs = text.chars().filter(|letter| !letter.is_whitespace()).count();
    let words = text.split_whitespace().count();
    let first = text.chars().find(|letter| letter.is_alphanumeric());
    letters >= LEAST_LETTERS
        && letters as f32 >= LEAST_SHARE_OF_LETTERS * signs as f32
        && words <= MOST_WORDS
        && first.is_some_and(|letter| {
            letter.is_uppercase() || letter.is_ascii_digit() || says.legal_form
        })
        && !text.contains([':', '#'])
        && (!says.bank || says.legal_form)
        && (!NO_NAME.is_match(text) || says.legal_form && words <= 6)
        && !FIGURES.is_match(text)
}

/// Returns how many bytes at the beginning of a line are a salutation or caption.
pub(super) fn salutation(text: &str) -> usize {
    let mut from = 0;
    // `Herrn Dr.`, `Attn: Mr`: at most three, so that a name of such words keeps something.
    for _ in 0..3 {
        match SALUTATION.find(&text[from..]) {
            Some(found)
                if found.end() > 0 && !is_colonless_word_of_name(&text[from..], found.end()) =>
            {
                from += found.end();
            }
            Some(_) | None => break,
        }
    }
    from
}

/// Tells whether a line only says that a name stands beside it, as `Name:` does.
pub(super) fn announces_name(text: &str) -> bool {
    let rest = text.get(salutation(text)..).unwrap_or_default();
    text.trim_end().ends_with(':') && !rest.chars().any(char::is_alphanumeric)
}

/// `De Vries`, `Van Gogh`, `Name Factory`: small words begin names, too, unless a colon follows.
fn is_colonless_word_of_name(text: &str, end: usize) -> bool {
    let head = text[..end].trim();
    let lower = head.trim_end_matches(['.', ':']).to_lowercase();
    let may_be_name = matches!(
        lower.as_str(),
        "de" | "da" | "van" | "von" | "to" | "from" | "aan" | "name" | "nom" | "company" | "an"
    );
    may_be_name && !head.ends_with([':', '.'])
}

/// Returns where the name ends in a line that goes on with an address: before a sign that divides,
/// a comma before anything but a legal form, or figures after one. In bytes.
pub(super) fn end_of_name(text: &str) -> usize {
    let divided = [" - ", " – ", " — ", " · ", " | ", " • ", " * ", " « ", " / ", "·", "•", "|"];
    let mut end = divided
        .iter()
        .filter_map(|sign| text.find(sign))
        .filter(|at| *at > 0)
        .min()
        .unwrap_or(text.len());
    for (at, _) in text[..end].match_indices(',') {
        if LEGAL_FORM.find(&text[at..]).is_none_or(|form| form.start() > 2) {
            end = at;
            break;
        }
    }
    if let Some(form) = LEGAL_FORM.find_iter(&text[..end]).last() {
        let rest = text[form.end()..end].trim_start();
        if rest.starts_with(|first: char| first.is_ascii_digit()) {
            end = form.end();
        }
    }
    end
}

/// Returns how many signs that divide the parts of a sender's line stand in a text.
pub(super) fn dividers(text: &str) -> usize {
    [" - ", " – ", " — ", "·", "|", "•", " * ", ", ", " / "]
        .iter()
        .map(|sign| text.matches(sign).count())
        .sum()
}

/// Returns a name as it is compared: lowercase letters and digits, without legal forms.
pub(super) fn bare(name: &str) -> String {
    let without = LEGAL_FORM.replace_all(name, " ");
    let text = if without.chars().any(char::is_alphabetic) { without.as_ref() } else { name };
    text.chars().filter(|letter| letter.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// Tells whether two bare names are one: alike, or one the beginning of the other.
pub(super) fn same(a: &str, b: &str) -> bool {
    let part = a.len().min(b.len()) >= LEAST_PART && (a.starts_with(b) || b.starts_with(a));
    a == b || part || a.len() >= LEAST_PART && crate::normalize::similarity(a, b) > 0.85
}

/// Returns the names of the domains in a text, without providers of mail; bare.
pub(super) fn domains(text: &str) -> impl Iterator<Item = String> {
    let found = DOMAIN.captures_iter(text).filter_map(|found| found.get(1));
    found.map(|name| bare(name.as_str())).filter(|name| !PROVIDERS.contains(&name.as_str()))
}

/// Tells whether a domain speaks of a name: one has the other, or its longest word.
pub(super) fn domain_fits(domain: &str, name: &str) -> bool {
    let whole = bare(name);
    let longest = name
        .split(|letter: char| !letter.is_alphanumeric())
        .max_by_key(|word| word.len())
        .map(bare)
        .unwrap_or_default();
    let has = |part: &str| part.len() >= 4 && domain.contains(part);
    has(&whole) || has(&longest) || domain.len() >= 4 && whole.contains(domain)
}
