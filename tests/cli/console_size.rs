//! The size of the files of the console.

use std::fs;
use std::io::Write as _;
use std::path::Path;

use flate2::Compression;
use flate2::write::GzEncoder;

/// Returns the size of the files of a folder and its folders, each compressed on its own.
fn compressed_size(folder: &Path) -> usize {
    let entries = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path());
    let size = |path: std::path::PathBuf| match path.is_dir() {
        true => compressed_size(&path),
        false => {
            let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
            encoder.write_all(&fs::read(&path).unwrap()).unwrap();
            encoder.finish().unwrap().len()
        }
    };
    entries.map(size).sum()
}

#[test]
fn the_files_of_the_console_have_at_most_60_kb_with_gzip() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../mock-ecr/src/web/console");
    let size = compressed_size(&folder);
    assert!((1..=60_000).contains(&size), "{size} bytes");
}
