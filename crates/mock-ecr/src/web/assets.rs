//! The files of the console, which are part of the program.

use std::sync::LazyLock;

use sha2::{Digest as _, Sha256};

use crate::types::{Algorithm, Digest};

/// A file of the console.
#[derive(Debug)]
pub(super) struct Asset {
    /// The path after `/_mock/ui/`, with slashes.
    pub(super) path: &'static str,
    pub(super) content_type: &'static str,
    pub(super) bytes: &'static [u8],
    /// The entity tag, in quotation marks. It is computed from the bytes when it is first read.
    pub(super) etag: LazyLock<String>,
}

/// Returns the file with a path. An empty path is that of the page.
pub(super) fn find(path: &str) -> Option<&'static Asset> {
    let path = match path {
        "" => PAGE,
        path => path,
    };
    ASSETS.iter().find(|asset| asset.path == path)
}

/// Includes a file of the folder `console`.
macro_rules! asset {
    ($path:literal, $content_type:expr) => {
        Asset {
            path: $path,
            content_type: $content_type,
            bytes: include_bytes!(concat!("console/", $path)),
            etag: LazyLock::new(|| etag(include_bytes!(concat!("console/", $path)))),
        }
    };
}

/// All files of the folder `console`, sorted by path.
static ASSETS: [Asset; 26] = [
    asset!("actions.js", JAVASCRIPT),
    asset!("address.js", JAVASCRIPT),
    asset!("api.js", JAVASCRIPT),
    asset!("commands.js", JAVASCRIPT),
    asset!("describe.js", JAVASCRIPT),
    asset!("dom.js", JAVASCRIPT),
    asset!("faultform.js", JAVASCRIPT),
    asset!("filter.js", JAVASCRIPT),
    asset!("icon.svg", SVG),
    asset!("index.html", HTML),
    asset!("keys.js", JAVASCRIPT),
    asset!("list.js", JAVASCRIPT),
    asset!("main.js", JAVASCRIPT),
    asset!("page.css", CSS),
    asset!("store.js", JAVASCRIPT),
    asset!("sync.js", JAVASCRIPT),
    asset!("theme.css", CSS),
    asset!("time.js", JAVASCRIPT),
    asset!("timeline.js", JAVASCRIPT),
    asset!("views/bar.js", JAVASCRIPT),
    asset!("views/detail.js", JAVASCRIPT),
    asset!("views/faults.js", JAVASCRIPT),
    asset!("views/repositories.js", JAVASCRIPT),
    asset!("views/requests.js", JAVASCRIPT),
    asset!("views/setup.js", JAVASCRIPT),
    asset!("views/tokens.js", JAVASCRIPT),
];

const PAGE: &str = "index.html";

const HTML: &str = "text/html; charset=utf-8";
const CSS: &str = "text/css; charset=utf-8";
const JAVASCRIPT: &str = "text/javascript; charset=utf-8";
const SVG: &str = "image/svg+xml";

fn etag(bytes: &[u8]) -> String {
    let digest = Digest::of(Algorithm::Sha256, &Sha256::digest(bytes));
    format!("\"{}\"", digest.hex())
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    /// Adds the paths of the files of a folder and its folders, relative to the first folder.
    fn add_files(folder: &Path, prefix: &str, found: &mut Vec<String>) {
        for entry in std::fs::read_dir(folder).unwrap() {
            let entry = entry.unwrap();
            let path = format!("{prefix}{}", entry.file_name().to_str().unwrap());
            match entry.file_type().unwrap().is_dir() {
                true => add_files(&entry.path(), &format!("{path}/"), found),
                false => found.push(path),
            }
        }
    }

    #[test]
    fn the_table_contains_the_files_of_the_folder_in_order() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/web/console");
        let mut files = Vec::new();
        add_files(&folder, "", &mut files);
        files.sort();
        let table = ASSETS.iter().map(|asset| asset.path);
        assert!(
            table.clone().eq(files.iter().map(String::as_str)),
            "{files:?}"
        );
        for asset in &ASSETS {
            let bytes = std::fs::read(folder.join(asset.path)).unwrap();
            assert_eq!(asset.bytes, bytes, "{}", asset.path);
        }
    }

    #[test]
    fn the_content_type_of_a_file_is_that_of_its_name() {
        for asset in &ASSETS {
            let (_, extension) = asset.path.rsplit_once('.').unwrap();
            let expected = match extension {
                "html" => "text/html; charset=utf-8",
                "css" => "text/css; charset=utf-8",
                "js" => "text/javascript; charset=utf-8",
                "svg" => "image/svg+xml",
                _ => panic!("no content type for {}", asset.path),
            };
            assert_eq!(asset.content_type, expected, "{}", asset.path);
        }
    }

    #[test]
    fn an_entity_tag_is_a_quoted_digest_of_the_bytes() {
        let digest = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
        assert_eq!(etag(b""), format!("\"{digest}\""));
        assert_eq!(*ASSETS[0].etag, etag(ASSETS[0].bytes));
    }

    #[test]
    fn a_path_is_compared_exactly() {
        assert_eq!(find("").map(|asset| asset.path), Some("index.html"));
        for path in [
            "/",
            "index.htm",
            "INDEX.HTML",
            "../mod.rs",
            "console/index.html",
            "index.html/",
        ] {
            assert!(find(path).is_none(), "{path}");
        }
    }
}
