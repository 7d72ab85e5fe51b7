//! Files that no camera writes, made byte by byte: a PNG that unpacks to a hundred megabytes, EXIF that lies or loops.

/// Two numbers of an EXIF fraction.
pub type Fraction = (u32, u32);

/// A valid PNG of `side` × `side` black pixels of one bit each; 30,000 make a file of some 110 kB.
pub fn black_png(side: u32) -> Vec<u8> {
    let mut file = b"\x89PNG\r\n\x1a\n".to_vec();
    let head = [&side.to_be_bytes()[..], &side.to_be_bytes(), &[1, 0, 0, 0, 0]].concat();
    // Every row is a filter byte and its pixels, all zero.
    let zeros = u64::from(side) * (u64::from(side).div_ceil(8) + 1);
    for (kind, data) in [(b"IHDR", head), (b"IDAT", zlib_of_zeros(zeros)), (b"IEND", Vec::new())] {
        file.extend((data.len() as u32).to_be_bytes());
        let body = [kind.as_slice(), &data].concat();
        file.extend(&body);
        file.extend(crc(&body).to_be_bytes());
    }
    file
}

/// CRC-32 of PNG, bit by bit.
fn crc(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(!0u32, |crc, &byte| {
        (0..8).fold(crc ^ u32::from(byte), |c, _| if c & 1 == 1 { c >> 1 ^ 0xEDB8_8320 } else { c >> 1 })
    })
}

/// Bits in the order of DEFLATE (RFC 1951, 3.1.1).
#[derive(Default)]
struct Bits {
    bytes: Vec<u8>,
    used: u32,
}

impl Bits {
    /// A number, lowest bit first.
    fn number(&mut self, value: u32, width: u32) {
        (0..width).for_each(|at| self.bit(value >> at & 1));
    }

    /// A Huffman code, highest bit first.
    fn code(&mut self, value: u32, width: u32) {
        (0..width).rev().for_each(|at| self.bit(value >> at & 1));
    }

    fn bit(&mut self, bit: u32) {
        if self.used == 0 {
            self.bytes.push(0);
        }
        if let Some(last) = self.bytes.last_mut() {
            *last |= (bit as u8) << self.used;
        }
        self.used = (self.used + 1) % 8;
    }
}

/// So many zero bytes as a zlib stream with one dynamic block: two bits for each 258 of them.
fn zlib_of_zeros(count: u64) -> Vec<u8> {
    let mut bits = Bits::default();
    bits.number(1, 1); // the last block
    bits.number(2, 2); // with its own codes
    bits.number(29, 5); // 286 literals and lengths
    bits.number(0, 5); // one distance
    bits.number(14, 4); // 18 code lengths of code lengths, in the order of RFC 1951, 3.2.7
    for length in [0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2, 0, 2] {
        bits.number(length, 3);
    }
    let (one, two) = ((0b10, 2), (0b11, 2));
    let skip = |bits: &mut Bits, zeros: u32| {
        bits.code(0, 1);
        bits.number(zeros - 11, 7);
    };
    bits.code(two.0, two.1); // literal 0: "10"
    skip(&mut bits, 138);
    skip(&mut bits, 117);
    bits.code(two.0, two.1); // end: "11"
    skip(&mut bits, 28);
    bits.code(one.0, one.1); // length 258: "0"
    bits.code(one.0, one.1); // distance 1: "0"
    let rest = count - 1;
    (0..=rest % 258).for_each(|_| bits.code(0b10, 2));
    (0..rest / 258).for_each(|_| bits.code(0, 2));
    bits.code(0b11, 2);
    let adler = ((count % 65_521) as u32) << 16 | 1;
    [b"\x78\x01".as_slice(), &bits.bytes, &adler.to_be_bytes()].concat()
}

/// A TIFF block that says only where: degrees, minutes and seconds north and east.
pub fn gps_block(latitude: [Fraction; 3], longitude: [Fraction; 3]) -> Vec<u8> {
    let mut block = b"II\x2A\0\x08\0\0\0".to_vec();
    // The first directory has one entry, the pointer to the GPS directory behind it.
    block.extend(1u16.to_le_bytes());
    block.extend(entry(0x8825, 4, 1, 26u32.to_le_bytes()));
    block.extend(0u32.to_le_bytes());
    block.extend(4u16.to_le_bytes());
    let values = 26 + 2 + 4 * 12 + 4;
    block.extend(entry(1, 2, 2, *b"N\0\0\0"));
    block.extend(entry(2, 5, 3, u32::to_le_bytes(values)));
    block.extend(entry(3, 2, 2, *b"E\0\0\0"));
    block.extend(entry(4, 5, 3, u32::to_le_bytes(values + 24)));
    block.extend(0u32.to_le_bytes());
    for (numerator, denominator) in latitude.into_iter().chain(longitude) {
        block.extend(numerator.to_le_bytes());
        block.extend(denominator.to_le_bytes());
    }
    block
}

/// A TIFF block whose directory is followed by itself, and whose pointers (EXIF, GPS) lead back to it.
pub fn looping_block() -> Vec<u8> {
    let mut block = b"II\x2A\0\x08\0\0\0".to_vec();
    block.extend(2u16.to_le_bytes());
    block.extend(entry(0x8769, 4, 1, 8u32.to_le_bytes()));
    block.extend(entry(0x8825, 4, 1, 8u32.to_le_bytes()));
    block.extend(8u32.to_le_bytes());
    block
}

fn entry(tag: u16, kind: u16, count: u32, value: [u8; 4]) -> Vec<u8> {
    [&tag.to_le_bytes()[..], &kind.to_le_bytes(), &count.to_le_bytes(), &value].concat()
}

/// The JPEG with this TIFF block as its EXIF.
pub fn with_exif(jpeg: &[u8], block: &[u8]) -> Vec<u8> {
    let length = u16::try_from(block.len() + 8).expect("a small block");
    [&jpeg[..2], b"\xFF\xE1", &length.to_be_bytes(), b"Exif\0\0", block, &jpeg[2..]].concat()
}

/// The first bytes of an iPhone picture.
pub fn heic() -> Vec<u8> {
    [b"\0\0\0\x18ftypheic\0\0\0\0mif1heic".as_slice(), &[7; 4000]].concat()
}
