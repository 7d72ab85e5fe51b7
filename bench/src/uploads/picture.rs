//! A picture of which every copy has other bytes, as a multipart form and as a plain file. It refuses to measure drawing
//! and copying: copies are made in place.

use std::fs::{self, File};
use std::io::Write as _;
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use super::{CONNECTIONS, Tally};
use crate::Outcome;
use crate::measure::quantile;

/// A comment segment holds at most so many bytes (ITU T.81: two bytes of length that count themselves).
const MOST_COMMENT: usize = 65_533;
/// Digits that tell one copy from another.
const DIGITS: usize = 16;
const BEFORE: &str = "--bench\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.jpg\"\r\n\
                      Content-Type: image/jpeg\r\n\r\n";
const AFTER: &str = "\r\n--bench--\r\n";

/// A JPEG with room for a number.
pub struct Picture {
    pub bytes: Vec<u8>,
    mark: usize,
}

impl Picture {
    /// Fills a JPEG up with comment segments behind its first marker until it has exactly `size` bytes.
    pub fn of_size(jpeg: &[u8], size: usize) -> Outcome<Self> {
        let mut left = size.checked_sub(jpeg.len()).filter(|left| *left > 64).ok_or("样张太大")?;
        let mut bytes = jpeg[..2].to_vec();
        while left > 0 {
            let whole = left.min(MOST_COMMENT + 2);
            // What would be left must again be a whole segment.
            let whole = if (1..64).contains(&(left - whole)) { whole - 64 } else { whole };
            bytes.extend([0xFF, 0xFE]);
            bytes.extend(u16::try_from(whole - 2)?.to_be_bytes());
            bytes.extend((0..whole - 4).map(|i| b'a' + (i * 7 % 26) as u8));
            left -= whole;
        }
        bytes.extend(&jpeg[2..]);
        Ok(Self { bytes, mark: 6 })
    }

    /// Writes the form that `uploads.lua` sends; where its digits are.
    pub fn write_form(&self, path: &Path) -> Outcome<usize> {
        fs::write(path, [BEFORE.as_bytes(), &self.bytes, AFTER.as_bytes()].concat())?;
        Ok(BEFORE.len() + self.mark)
    }

    /// Eight threads write and sync one file after another.
    pub fn write_files(&self, folder: &Path, length: Duration) -> Outcome<Tally> {
        fs::create_dir_all(folder)?;
        let (next, begun) = (AtomicU64::new(0), Instant::now());
        let write = || -> std::io::Result<Vec<f64>> {
            let (mut bytes, mut taken) = (self.bytes.clone(), Vec::new());
            while begun.elapsed() < length {
                let number = next.fetch_add(1, Ordering::Relaxed);
                bytes[self.mark..self.mark + DIGITS].copy_from_slice(format!("{number:016}").as_bytes());
                let one = Instant::now();
                let mut file = File::create(folder.join(number.to_string()))?;
                file.write_all(&bytes)?;
                file.sync_data()?;
                taken.push(one.elapsed().as_secs_f64() * 1000.0);
            }
            Ok(taken)
        };
        let taken = std::thread::scope(|scope| {
            let threads: Vec<_> = (0..CONNECTIONS).map(|_| scope.spawn(write)).collect();
            let parts = threads.into_iter().map(|thread| thread.join().map_err(|_| "写文件的线程中止"));
            parts.collect::<Result<Vec<_>, _>>()
        })?;
        let seconds = begun.elapsed().as_secs_f64();
        fs::remove_dir_all(folder)?;
        let taken = taken.into_iter().collect::<Result<Vec<_>, _>>()?.concat();
        Ok(Tally { taken: taken.len() as u64, seconds, p99_ms: quantile(&taken, 0.99), cpu: 0.0 })
    }
}
