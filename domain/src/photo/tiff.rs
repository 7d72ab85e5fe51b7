//! Counts the entries of a TIFF block (EXIF 2.32, 4.6.2) before a parser is let loose on it. A directory may be
//! pointed at from thousands of entries at slightly different offsets, which turns 64 kB into gigabytes of parsed
//! entries; it refuses such blocks.

/// Directory entries over all IFDs; phones write fewer than 150.
const MAX_ENTRIES: usize = 1_000;
/// Tags whose value is the offset of another directory: Exif, GPS, Interoperability.
const POINTERS: [u16; 3] = [0x8769, 0x8825, 0xA005];

/// Whether walking every directory of the block meets at most [`MAX_ENTRIES`] entries.
pub(super) fn is_bounded(block: &[u8]) -> bool {
    let little = block.starts_with(b"II");
    let mut open = vec![long(block, 4, little).unwrap_or(0) as usize];
    let mut seen = Vec::new();
    let mut entries = 0;
    while let Some(at) = open.pop() {
        if at == 0 || seen.contains(&at) {
            continue;
        }
        seen.push(at);
        let Some(count) = short(block, at, little) else { continue };
        let room = (block.len() - at - 2) / 12;
        let count = usize::from(count).min(room);
        entries += count + 1;
        if entries > MAX_ENTRIES {
            return false;
        }
        for entry in (0..count).map(|i| at + 2 + 12 * i) {
            if short(block, entry, little).is_some_and(|tag| POINTERS.contains(&tag)) {
                // A pointer may be a SHORT or a LONG; both readings are followed.
                open.extend(long(block, entry + 8, little).map(|v| v as usize));
                open.extend(short(block, entry + 8, little).map(usize::from));
            }
        }
        open.extend(long(block, at + 2 + 12 * count, little).map(|v| v as usize));
    }
    true
}

fn short(block: &[u8], at: usize, little: bool) -> Option<u16> {
    let b = block.get(at..at.checked_add(2)?)?;
    Some(if little { u16::from_le_bytes([b[0], b[1]]) } else { u16::from_be_bytes([b[0], b[1]]) })
}

fn long(block: &[u8], at: usize, little: bool) -> Option<u32> {
    let b = block.get(at..at.checked_add(4)?)?;
    let bytes = [b[0], b[1], b[2], b[3]];
    Some(if little { u32::from_le_bytes(bytes) } else { u32::from_be_bytes(bytes) })
}
