//! Exports in several files: what they are called, how they go on, and what describes them.

use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::Path;

use sha2::{Digest, Sha256};

use crate::export::{Content, ExportError, ExportOptions, Format, Target, export};
use crate::store::Store;
use crate::store::tests::with_store;

use super::{ALL, archive, receipts};

fn in_parts(package: bool) -> ExportOptions {
    let split_rows = std::num::NonZeroU64::new(2);
    ExportOptions { split_rows, package, ..ExportOptions::default() }
}

async fn run(store: &Store, path: &Path, options: &ExportOptions) -> Result<u64, ExportError> {
    let target = Target::File(path.to_owned());
    export(store, Content::Records(&receipts()), &target, options).await
}

fn names(directory: &Path) -> Vec<String> {
    let entries = fs::read_dir(directory).unwrap();
    let mut names: Vec<String> =
        entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

/// Two more rows, so that there are five.
async fn two_more(store: &Store) {
    sqlx::raw_sql(
        "insert into records.receipt (document_id, page_number, row_number, model_version, status, confidence,
                                      field_confidence, issues, company)
         select 1, 1, n, 1, 'accepted', 0.5, '{0.5}', '{}', 'x' from generate_series(3, 4) n",
    )
    .execute(&store.pool)
    .await
    .unwrap();
}

#[test]
fn parts_are_whole_files_and_what_is_left_of_more_parts_goes() {
    with_store(|store| async move {
        archive(&store).await;
        two_more(&store).await;
        let scratch = tempfile::tempdir().unwrap();
        let path = scratch.path().join("out.csv");
        assert_eq!(run(&store, &path, &in_parts(false)).await.unwrap(), 5);
        let part = |number: u32| scratch.path().join(format!("out-{number:05}.csv"));
        assert_eq!(names(scratch.path()), ["out-00001.csv", "out-00002.csv", "out-00003.csv"]);
        let lines: Vec<&str> = ALL.split_inclusive('\n').collect();
        assert_eq!(fs::read_to_string(part(1)).unwrap(), lines[..3].concat());
        let last = fs::read_to_string(part(3)).unwrap();
        assert_eq!(last, format!("{}x,,b.tif,1,4,,accepted,0.5000,\n", lines[0]));
        sqlx::raw_sql("delete from records.receipt where row_number > 2")
            .execute(&store.pool)
            .await
            .unwrap();
        assert_eq!(run(&store, &path, &in_parts(false)).await.unwrap(), 3);
        assert_eq!(names(scratch.path()), ["out-00001.csv", "out-00002.csv"]);
        // Without rows there is a file with a head.
        sqlx::raw_sql("delete from records.receipt").execute(&store.pool).await.unwrap();
        assert_eq!(run(&store, &path, &in_parts(false)).await.unwrap(), 0);
        assert_eq!(fs::read_to_string(part(1)).unwrap(), lines[0]);
        assert_eq!(names(scratch.path()), ["out-00001.csv"]);
    });
}

#[test]
fn an_interrupted_export_goes_on_unless_records_have_changed() {
    with_store(|store| async move {
        archive(&store).await;
        two_more(&store).await;
        let scratch = tempfile::tempdir().unwrap();
        let path = scratch.path().join("out.csv");
        let [first, second] = [1, 2].map(|n| scratch.path().join(format!("out-{n:05}.csv")));
        let inode = |path: &Path| fs::metadata(path).unwrap().ino();
        // What cannot be replaced stops the export behind its first part.
        fs::create_dir(&second).unwrap();
        run(&store, &path, &in_parts(false)).await.unwrap_err();
        assert_eq!(names(scratch.path()), ["out-00001.csv", "out-00002.csv", "out.csv.progress"]);
        let made = inode(&first);
        fs::remove_dir(&second).unwrap();
        assert_eq!(run(&store, &path, &in_parts(false)).await.unwrap(), 5);
        assert_eq!(inode(&first), made, "the first part is kept");
        let resumed: Vec<String> = (1..=3)
            .map(|n| fs::read_to_string(scratch.path().join(format!("out-{n:05}.csv"))).unwrap())
            .collect();
        assert_eq!(run(&store, &path, &in_parts(false)).await.unwrap(), 5);
        assert_ne!(inode(&first), made, "a finished export is made anew");
        for (n, part) in (1..).zip(&resumed) {
            let path = scratch.path().join(format!("out-{n:05}.csv"));
            assert_eq!(&fs::read_to_string(path).unwrap(), part, "part {n}");
        }
        // Now with a change in between, and with other settings.
        for change in ["update records.receipt set company = 'y' where row_number = 4", "select"] {
            fs::remove_file(&second).unwrap();
            fs::create_dir(&second).unwrap();
            run(&store, &path, &in_parts(false)).await.unwrap_err();
            let made = inode(&first);
            fs::remove_dir(&second).unwrap();
            sqlx::raw_sql(change).execute(&store.pool).await.unwrap();
            let package = change == "select";
            assert_eq!(run(&store, &path, &in_parts(package)).await.unwrap(), 5);
            assert_ne!(inode(&first), made, "{change}");
        }
    });
}

#[test]
fn a_package_describes_its_files() {
    with_store(|store| async move {
        archive(&store).await;
        let scratch = tempfile::tempdir().unwrap();
        let path = scratch.path().join("out.csv");
        run(&store, &path, &in_parts(true)).await.unwrap();
        let read = |name: &str| -> serde_json::Value {
            serde_json::from_slice(&fs::read(scratch.path().join(name)).unwrap()).unwrap()
        };
        let (package, manifest) = (read("datapackage.json"), read("manifest.json"));
        let first = fs::read(scratch.path().join("out-00001.csv")).unwrap();
        let hash = Sha256::digest(&first)
            .iter()
            .fold(String::new(), |text, byte| format!("{text}{byte:02x}"));
        let resource = &package["resources"][0];
        assert_eq!(resource["path"], "out-00001.csv");
        assert_eq!(resource["bytes"], first.len());
        assert_eq!(resource["hash"], format!("sha256:{hash}"));
        let fields = &resource["schema"]["fields"];
        assert_eq!(fields[1], serde_json::json!({ "name": "total", "type": "number" }));
        assert_eq!(package["resources"].as_array().unwrap().len(), 2);
        assert_eq!(manifest["files"][0]["sha256"], hash);
        assert_eq!(
            (&manifest["rows"], &manifest["settings"]["split_rows"]),
            (&3.into(), &2.into())
        );
        assert_eq!(manifest["model"]["name"], "receipt");
    });
}

#[test]
fn what_does_not_go_together_is_refused() {
    with_store(|store| async move {
        archive(&store).await;
        let model = receipts();
        let content = || Content::Records(&model);
        for (options, target) in [
            (in_parts(false), Target::Stdout),
            (ExportOptions { package: true, ..ExportOptions::default() }, Target::Stdout),
            (
                ExportOptions { format: Format::Parquet, ..ExportOptions::default() },
                Target::File("x.parquet.gz".into()),
            ),
        ] {
            let error = export(&store, content(), &target, &options).await.unwrap_err();
            assert!(
                matches!(error, ExportError::Unfit(_) | ExportError::NoParquet),
                "{options:?}: {error}"
            );
        }
    });
}

#[test]
fn large_compressed_files_are_their_rows_in_order() {
    use std::io::Read;
    with_store(|store| async move {
        archive(&store).await;
        sqlx::raw_sql(
            "insert into records.receipt (document_id, page_number, row_number, model_version, status, confidence,
                                          field_confidence, issues, company)
             select 1, 1, n, 1, 'accepted', 0.5, '{0.5}', '{}', 'company ' || n from generate_series(3, 3000) n",
        )
        .execute(&store.pool)
        .await
        .unwrap();
        let scratch = tempfile::tempdir().unwrap();
        let path = |name: &str| scratch.path().join(name);
        for name in ["out.csv", "out.csv.gz", "again.csv.gz", "out.csv.zst"] {
            run(&store, &path(name), &ExportOptions::default()).await.unwrap();
        }
        let plain = fs::read_to_string(path("out.csv")).unwrap();
        assert!(plain.len() > 100_000);
        let (mut unzipped, packed) = (String::new(), fs::read(path("out.csv.gz")).unwrap());
        flate2::read::MultiGzDecoder::new(packed.as_slice()).read_to_string(&mut unzipped).unwrap();
        assert!(unzipped == plain);
        assert!(fs::read(path("again.csv.gz")).unwrap() == packed, "the same bytes again");
        let unpacked = zstd::decode_all(fs::File::open(path("out.csv.zst")).unwrap()).unwrap();
        assert!(unpacked == plain.as_bytes());
    });
}
