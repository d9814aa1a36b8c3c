//! As much of the zip format as tells what a file in it begins with (PKWARE's APPNOTE, 4.3).

use miniz_oxide::inflate::decompress_to_vec_with_limit;

/// How much of the file is wanted: the header of a program.
const BEGINNING: usize = 64;
/// A zip ends with this record, and perhaps a comment after it.
const END: &[u8] = b"PK\x05\x06";
const END_LENGTH: usize = 22;
const DIRECTORY: &[u8] = b"PK\x01\x02";
const DIRECTORY_LENGTH: usize = 46;
const LOCAL: &[u8] = b"PK\x03\x04";
const LOCAL_LENGTH: usize = 30;

/// A file in a zip.
pub struct Entry {
    method: u16,
    length: usize,
    local: usize,
}

fn u16_at(bytes: &[u8], at: usize) -> Option<usize> {
    let pair = bytes.get(at..at.checked_add(2)?)?;
    Some(usize::from(u16::from_le_bytes(pair.try_into().ok()?)))
}

fn u32_at(bytes: &[u8], at: usize) -> Option<usize> {
    let four = bytes.get(at..at.checked_add(4)?)?;
    usize::try_from(u32::from_le_bytes(four.try_into().ok()?)).ok()
}

/// The file of this name.
pub fn entry(zip: &[u8], name: &str) -> Option<Entry> {
    let last = zip.len().checked_sub(END_LENGTH)?;
    let end = zip.get(..last + END.len())?;
    let end = end.windows(END.len()).rposition(|window| window == END)?;
    let count = u16_at(zip, end + 10)?;
    let mut at = u32_at(zip, end + 16)?;
    for _ in 0..count {
        let record = zip.get(at..)?;
        if !record.starts_with(DIRECTORY) {
            return None;
        }
        let name_length = u16_at(record, 28)?;
        let further = u16_at(record, 30)? + u16_at(record, 32)?;
        let found = record.get(DIRECTORY_LENGTH..DIRECTORY_LENGTH + name_length)?;
        if found == name.as_bytes() {
            return Some(Entry {
                method: u16::try_from(u16_at(record, 10)?).ok()?,
                length: u32_at(record, 20)?,
                local: u32_at(record, 42)?,
            });
        }
        at = at.checked_add(DIRECTORY_LENGTH + name_length + further)?;
    }
    None
}

/// What the file begins with, where it is stored or deflated.
pub fn beginning(zip: &[u8], entry: &Entry) -> Option<Vec<u8>> {
    let record = zip.get(entry.local..)?;
    if !record.starts_with(LOCAL) {
        return None;
    }
    let start = LOCAL_LENGTH + u16_at(record, 26)? + u16_at(record, 28)?;
    let data = record.get(start..start.checked_add(entry.length)?)?;
    match entry.method {
        0 => Some(data.iter().take(BEGINNING).copied().collect()),
        8 => Some(match decompress_to_vec_with_limit(data, BEGINNING) {
            Ok(all) => all,
            // It is longer: what was read so far is its beginning.
            Err(error) => error.output,
        }),
        _ => None,
    }
}
