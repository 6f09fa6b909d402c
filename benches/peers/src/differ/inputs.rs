//! Inputs of the fuzz target: a byte that says where the stream is cut in two, then the stream.

use std::fs;
use std::path::Path;

use super::Find;
use crate::conformance::decoders::Cut;

/// The stream, and where it is cut.
pub fn read(input: &[u8]) -> (&[u8], usize) {
    let Some((&at, wire)) = input.split_first() else { return (input, 0) };
    (wire, usize::from(at) % (wire.len() + 1))
}

/// The input that [`read`] gives this stream and cut for, where they are short enough.
pub(super) fn write(find: &Find) -> Vec<u8> {
    let at = match find.cut {
        Cut::At(at) | Cut::EmptyAt(at) => u8::try_from(at).unwrap_or(u8::MAX),
        Cut::Whole | Cut::Bytewise | Cut::BytewiseAndEmpty => 0,
    };
    [&[at][..], &find.wire].concat()
}

/// A name without what a file system or a shell could take amiss.
pub(super) fn file_name(name: &str) -> String {
    name.chars().filter(|char| char.is_ascii_alphanumeric() || "-_".contains(*char)).collect()
}

/// The inputs in a folder, each a file, in the order of their names. Of a folder that is not there, none.
///
/// # Errors
///
/// The folder is there and cannot be read.
pub fn load(folder: &Path) -> std::io::Result<Vec<Vec<u8>>> {
    if !folder.exists() {
        return Ok(Vec::new());
    }
    let entries = fs::read_dir(folder)?.map(|entry| Ok(entry?.path())).collect::<std::io::Result<Vec<_>>>()?;
    let mut files: Vec<_> = entries.into_iter().filter(|path| path.is_file()).collect();
    files.sort();
    files.iter().map(fs::read).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read() {
        for cut in [Cut::At(0), Cut::At(3), Cut::EmptyAt(6)] {
            let find = Find { wire: b"data\n\n".to_vec(), cut };
            let (Cut::At(want) | Cut::EmptyAt(want)) = cut else { unreachable!() };
            assert_eq!(read(&write(&find)), (&b"data\n\n"[..], want));
        }
        assert_eq!(read(b""), (&b""[..], 0));
        assert_eq!(read(b"x"), (&b""[..], 0));
    }
}
