//! Tells files that are no documents from scans: by their first bytes, then by their names. In doubt a file is a
//! scan: one that cannot be read is a failed page, and nobody overlooks it.

use std::path::Path;

use crate::decode::format_of;
use crate::document::Format;

/// So much of a file's start is looked at: a tar archive says what it is at byte 257, and a page of text says it soon.
pub(super) const HEAD: usize = 4096;

/// Extensions of scans and of other pictured pages, whether scanlift reads them or not.
const SCAN_EXTENSIONS: [&str; 39] = [
    "tif", "tiff", "pdf", "jpg", "jpeg", "jpe", "jfif", "png", "bmp", "dib", "gif", "webp", "pnm",
    "pbm", "pgm", "ppm", "pam", "jp2", "j2k", "jpf", "jpx", "jpm", "j2c", "jpc", "jb2", "jbig2",
    "heic", "heif", "avif", "jxl", "djvu", "djv", "xps", "oxps", "ps", "eps", "dcx", "pcx", "g4",
];

/// Starts of files that show pages but that scanlift does not read: JPEG 2000, its codestream, JBIG2, `DjVu`,
/// `PostScript`, JPEG XL.
const OTHER_SCANS: [&[u8]; 7] = [
    b"\0\0\0\x0cjP  \r\n\x87\n",
    b"\xff\x4f\xff\x51",
    b"\x97JB2\r\n\x1a\n",
    b"AT&TFORM",
    b"%!PS",
    b"\0\0\0\x0cJXL \r\n\x87\n",
    b"\xff\x0a",
];

const OFFICE: &str = "office document";
const ARCHIVE: &str = "archive";
const MEDIA: &str = "audio or video";
const THUMBNAILS: &str = "Windows thumbnail cache";
const FORK: &str = "macOS resource fork";
const FINDER: &str = "macOS folder settings";
const EXPLORER: &str = "Windows folder settings";
const TEXT: &str = "text";

/// Starts of files that are no documents, and what they are.
const OTHER_STARTS: [(&[u8], &str); 28] = [
    (b"\0\0\0\x01Bud1", FINDER),
    (b"\x00\x05\x16\x07", FORK),
    (b"\x00\x05\x16\x00", FORK),
    (b"CMMM", THUMBNAILS),
    (b"IMMM", THUMBNAILS),
    (b"{\\rtf", OFFICE),
    (b"\x1f\x8b", ARCHIVE),
    (b"BZh", ARCHIVE),
    (b"\xfd7zXZ\0", ARCHIVE),
    (b"7z\xbc\xaf\x27\x1c", ARCHIVE),
    (b"Rar!\x1a\x07", ARCHIVE),
    (b"\x28\xb5\x2f\xfd", ARCHIVE),
    (b"MSCF\0\0\0\0", ARCHIVE),
    (b"SQLite format 3\0", "database"),
    (b"\0\x01\0\0Standard Jet DB", "database"),
    (b"\0\x01\0\0Standard ACE DB", "database"),
    (b"MZ", "program"),
    (b"\x7fELF", "program"),
    (b"L\0\0\0\x01\x14\x02\0", "Windows shortcut"),
    (b"ID3", MEDIA),
    (b"fLaC", MEDIA),
    (b"OggS", MEDIA),
    (b"\x1a\x45\xdf\xa3", MEDIA),
    (b"RIFF", MEDIA),
    (b"\0\0\x01\xba", MEDIA),
    (b"\xff\xfb", MEDIA),
    (b"\0\0\x01\0", "icon"),
    (b"8BPS", "Photoshop picture"),
];

/// Names that programs give to files which they leave beside scans, lowercase.
const OTHER_NAMES: [(&str, &str); 13] = [
    ("thumbs.db", THUMBNAILS),
    ("ehthumbs.db", THUMBNAILS),
    ("ehthumbs_vista.db", THUMBNAILS),
    ("desktop.ini", EXPLORER),
    ("folder.ini", EXPLORER),
    ("autorun.inf", EXPLORER),
    (".ds_store", FINDER),
    ("icon\r", FINDER),
    (".directory", "KDE folder settings"),
    (".picasa.ini", "Picasa settings"),
    ("picasa.ini", "Picasa settings"),
    (".nomedia", "Android folder settings"),
    ("pspbrwse.jbf", "thumbnail cache"),
];

/// What files of these extensions are, whatever stands in them.
const OTHER_EXTENSIONS: [(&[&str], &str); 12] = [
    (
        &[
            "doc", "docx", "docm", "dot", "dotx", "xls", "xlsx", "xlsm", "xlsb", "ppt", "pptx",
            "pps", "odt", "ods", "odp", "odg", "rtf", "msg", "pub", "vsd", "vsdx", "one", "wpd",
            "pages",
        ],
        OFFICE,
    ),
    (
        &["zip", "7z", "rar", "tar", "gz", "tgz", "bz2", "xz", "zst", "cab", "iso", "lzh", "arj"],
        ARCHIVE,
    ),
    (&["xml", "xmp", "xsd", "xsl"], "xml"),
    (&["json", "jsonl"], "json"),
    (&["html", "htm", "xhtml", "mht"], "html"),
    (&["csv", "tsv"], "csv"),
    (&["md5", "sha1", "sha256", "sha512", "sfv", "crc", "par2"], "checksums"),
    (&["log"], "log"),
    (&["ini", "cfg", "conf", "toml", "yaml", "yml", "inf"], "settings"),
    (
        &["mp3", "mp4", "m4a", "mov", "avi", "wav", "wmv", "mkv", "mpg", "mpeg", "flac", "ogg"],
        MEDIA,
    ),
    (&["db", "mdb", "accdb", "sqlite", "dbf"], "database"),
    (&["exe", "dll", "com", "bat", "cmd", "msi", "sys"], "program"),
];

/// Returns what a file is if it is no document, from its name and the first bytes of its content (all of it if it is
/// shorter than [`HEAD`]). `None`: a scan, or something that should be one and may be broken.
pub(super) fn no_document(path: &Path, head: &[u8]) -> Option<&'static str> {
    let head = &head[..head.len().min(HEAD)];
    let name = Name::of(path);
    if is_fork(&name, head) {
        return Some(FORK);
    }
    if head.is_empty() {
        return (!name.is_of_scan()).then_some("empty");
    }
    if is_scan(head) || name.is_of_scan() {
        return None;
    }
    by_start(&name, head)
        .or_else(|| name.known())
        .or_else(|| is_text(head).then(|| kind_of_text(head)))
        .or_else(|| name.has_word_extension().then_some("unknown content"))
}

/// Tells whether a hidden file is one that a file manager leaves in every directory.
pub(super) fn is_of_file_manager(name: &[u8]) -> bool {
    name == b".DS_Store" || name.starts_with(b"._")
}

/// A file's name as it is compared, lowercase.
struct Name {
    whole: String,
    /// Empty without one.
    extension: String,
}

impl Name {
    fn of(path: &Path) -> Self {
        let lowercase = |part: Option<&std::ffi::OsStr>| {
            part.map(|part| part.to_string_lossy().to_lowercase()).unwrap_or_default()
        };
        Self { whole: lowercase(path.file_name()), extension: lowercase(path.extension()) }
    }

    fn is_of_scan(&self) -> bool {
        SCAN_EXTENSIONS.contains(&self.extension.as_str())
    }

    /// Returns what a file of this name is, if the name says it.
    fn known(&self) -> Option<&'static str> {
        if self.whole.starts_with("~$") {
            return Some(OFFICE);
        }
        let named = OTHER_NAMES.iter().find(|(name, _)| *name == self.whole);
        let extended =
            || OTHER_EXTENSIONS.iter().find(|(all, _)| all.contains(&self.extension.as_str()));
        named.map(|(_, kind)| *kind).or_else(|| extended().map(|(_, kind)| *kind))
    }

    /// Scanners number their files, with or without an extension: `00000017`, `box7.003`. Other extensions are words.
    fn has_word_extension(&self) -> bool {
        self.extension.chars().any(char::is_alphabetic)
    }
}

/// The names of resource forks are those of the files they belong to, after `._`.
fn is_fork(name: &Name, head: &[u8]) -> bool {
    name.whole.starts_with("._")
        && (head.is_empty() || head.starts_with(b"\x00\x05\x16\x07") || !is_scan(head))
}

/// Tells whether content is that of a scan, or of a picture of a page that scanlift does not read.
fn is_scan(head: &[u8]) -> bool {
    let is_read = match format_of(head) {
        // `P1 ` may be how a text begins; what follows in a picture is its width.
        Some(Format::Pnm) => has_pnm_width(head),
        // Text about PDF is no PDF: the binary parts of one begin soon.
        Some(Format::Pdf) => head.trim_ascii_start().starts_with(b"%PDF") || !is_text(head),
        Some(_) => true,
        None => false,
    };
    is_read || OTHER_SCANS.iter().any(|start| head.starts_with(start)) || is_heif(head)
}

fn has_pnm_width(head: &[u8]) -> bool {
    let mut rest = head.get(2..).unwrap_or_default().trim_ascii_start();
    while rest.starts_with(b"#") {
        let end = rest.iter().position(|byte| *byte == b'\n').unwrap_or(rest.len());
        rest = rest.get(end..).unwrap_or_default().trim_ascii_start();
    }
    rest.first().is_some_and(u8::is_ascii_digit) || rest.starts_with(b"WIDTH")
}

/// HEIC and AVIF are of the family of MP4; the brand tells them apart (ISO/IEC 23008-12, clause 10).
fn is_heif(head: &[u8]) -> bool {
    const BRANDS: [&[u8]; 9] =
        [b"heic", b"heix", b"heim", b"heis", b"hevc", b"mif1", b"msf1", b"avif", b"avis"];
    head.get(4..8) == Some(b"ftyp") && head.get(8..12).is_some_and(|brand| BRANDS.contains(&brand))
}

fn by_start(name: &Name, head: &[u8]) -> Option<&'static str> {
    if head.starts_with(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1") {
        // Thumbnail caches and office documents are both compound files.
        return Some(name.known().unwrap_or(OFFICE));
    }
    if head.starts_with(b"PK\x03\x04") || head.starts_with(b"PK\x05\x06") {
        let holds = |part: &[u8]| head.windows(part.len()).any(|window| window == part);
        let office = holds(b"[Content_Types].xml") || holds(b"mimetypeapplication/vnd.oasis");
        return Some(if office { OFFICE } else { name.known().unwrap_or(ARCHIVE) });
    }
    if head.get(4..8) == Some(b"ftyp") {
        return Some(MEDIA);
    }
    if head.get(257..262) == Some(b"ustar") {
        return Some(ARCHIVE);
    }
    if is_text(head) && !head.starts_with(b"{\\rtf") {
        return None;
    }
    OTHER_STARTS.iter().find(|(start, _)| head.starts_with(start)).map(|(_, kind)| *kind)
}

/// Tells whether content is text: UTF-16 with its mark, or bytes without control characters, most of which are
/// UTF-8 or, in an old code page, ASCII.
fn is_text(head: &[u8]) -> bool {
    if head.starts_with(b"\xff\xfe") || head.starts_with(b"\xfe\xff") {
        let zeros = head.split(|byte| *byte == 0).count() - 1;
        return head.len() <= 2 || zeros * 4 >= head.len();
    }
    let is_control = |byte: &u8| matches!(byte, 0..=8 | 0x0e..=0x1a | 0x1c..=0x1f | 0x7f);
    if head.iter().any(is_control) {
        return false;
    }
    let ascii = head.iter().filter(|byte| byte.is_ascii()).count();
    let is_utf8 = match std::str::from_utf8(head) {
        Ok(_) => true,
        // The head may end within a character.
        Err(error) => error.error_len().is_none(),
    };
    is_utf8 || ascii * 10 >= head.len() * 7
}

fn kind_of_text(head: &[u8]) -> &'static str {
    let start = head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(head).trim_ascii_start();
    let lowercase: Vec<u8> = start.iter().take(32).map(u8::to_ascii_lowercase).collect();
    match lowercase.as_slice() {
        start if start.starts_with(b"<?xml") => "xml",
        start if start.starts_with(b"<!doctype html") || start.starts_with(b"<html") => "html",
        [b'{' | b'[', ..] => "json",
        _ => TEXT,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(name: &str, head: &[u8], expected: Option<&str>) {
        let found = no_document(Path::new(name), head);
        assert_eq!(found, expected, "{name}: {}", head.escape_ascii());
    }

    #[test]
    fn what_file_managers_leave_is_no_document() {
        let compound = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1\0\0";
        check("Thumbs.db", compound, Some("Windows thumbnail cache"));
        check("THUMBS.DB", b"anything\0", Some("Windows thumbnail cache"));
        check("desktop.ini", b"[.ShellClassInfo]\r\n", Some("Windows folder settings"));
        check("desktop.ini", b"\xff\xfe[\0.\0S\0", Some("Windows folder settings"));
        check(".DS_Store", b"\0\0\0\x01Bud1\0\0", Some("macOS folder settings"));
        check("._page 1.tif", b"\0\x05\x16\x07\0\x02\0\0", Some("macOS resource fork"));
        check("._page 1.tif", b"II*\0\x08\0\0\0", None);
    }

    #[test]
    fn sidecars_and_other_peoples_files_are_no_documents() {
        check("scan1.xml", b"<?xml version=\"1.0\"?><a/>", Some("xml"));
        check("scan1.json", b"{\"pages\": 3}", Some("json"));
        check("scan1.txt", b"P1 form, see %PDF manual\n", Some("text"));
        check("notes", "Ablage für März\n".as_bytes(), Some("text"));
        check("notes", b"Ablage f\xfcr M\xe4rz, alt\n", Some("text"));
        check("export", b"<!DOCTYPE html><html>", Some("html"));
        check("index.csv", b"a;b\n1;2\n", Some("csv"));
        check("box.md5", b"d41d8cd9  a.tif\n", Some("checksums"));
        check("letter.doc", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1\0", Some("office document"));
        check("letter", b"PK\x03\x04\x14\0[Content_Types].xml", Some("office document"));
        check("box.zip", b"PK\x03\x04\x14\0page1.tif", Some("archive"));
        check("box.tif.gz", b"\x1f\x8b\x08\0", Some("archive"));
        check("talk.mp3", b"ID3\x03\0\0", Some("audio or video"));
        check("state.dat", b"\x01\x02\x03\x04", Some("unknown content"));
        check("empty.txt", b"", Some("empty"));
        check("empty", b"", Some("empty"));
    }

    #[test]
    fn content_of_a_scan_is_a_scan_whatever_its_name() {
        check("page.txt", b"II*\0\x08\0\0\0", None);
        check("Thumbs.db", b"\x89PNG\r\n\x1a\n", None);
        check("page", b"\r\n%PDF-1.4\n", None);
        check("page.dat", b"HTTP junk\x01\x02%PDF-1.4\n", None);
        check("page.bin", b"P4 # made by hand\n8 8\n", None);
        check("page.bin", b"\0\0\0\x0cjP  \r\n\x87\n", None);
        check("photo", b"\0\0\0\x18ftypheic\0\0", None);
    }

    #[test]
    fn the_name_of_a_scan_makes_broken_content_a_failure() {
        check("page.tif", b"<html>404 not found</html>", None);
        check("page.PDF", b"\0\0\0\0\0\0", None);
        check("page.jpg", b"", None);
        // Scanners number their files.
        check("00000017", b"\x01\x02\x03", None);
        check("box7.003", b"\x01\x02\x03", None);
    }
}
