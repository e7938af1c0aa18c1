//! Reads the files of a client, which can have any length.

use std::fs::File;
use std::io::{self, Read as _};
use std::path::Path;

/// Returns the content of a file, at most its first 16 MiB.
pub(crate) fn read_start(file: &Path) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    File::open(file)?.take(MAX_LENGTH).read_to_end(&mut bytes)?;
    Ok(bytes)
}

const MAX_LENGTH: u64 = 16 << 20;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_file_is_read_in_part() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("long");
        let file = File::create(&path).unwrap();
        file.set_len(MAX_LENGTH + 1).unwrap();
        assert_eq!(read_start(&path).unwrap().len() as u64, MAX_LENGTH);
        file.set_len(3).unwrap();
        assert_eq!(read_start(&path).unwrap(), [0; 3]);
    }
}
