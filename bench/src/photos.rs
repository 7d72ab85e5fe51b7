//! Photographs per second on one core: the product's whole analysis beside the plain way with the `image` crate, and the
//! most memory that one analysis takes. The plain way makes the same three copies but no fingerprints.

use std::fs;
use std::io::Cursor;
use std::path::Path;
use std::process::Command;

use demo::draw::{self, ExifFields, PHONE, WECHAT};
use domain::photo::{Analysis, DISPLAY_SIDE, MEDIUM_SIDE, THUMB_SIDE, analyse};
use domain::time::Moment;
use image::codecs::jpeg::JpegEncoder;
use image::imageops::FilterType;
use image::{DynamicImage, ImageDecoder as _, ImageReader, metadata::Orientation};

use crate::anchor::Anchors;
use crate::measure::{median, thread_seconds};
use crate::report::Report;
use crate::{Line, Outcome};

const ROUNDS: usize = 5;
const PICTURES: u64 = 3;
/// Copies below this many decibels from the plain ones are another picture (peak signal-to-noise ratio of the thumbs).
const ALIKE_DB: f64 = 27.0;
const NOON: Moment = Moment::from_ms(1_770_000_000_000);

/// Measures both sizes.
pub fn run(_line: &Line, _anchors: &Anchors, folder: &Path, report: &mut Report) -> Outcome {
    let phone = (1..=PICTURES).map(phone_picture).collect::<Outcome<Vec<_>>>()?;
    let wechat = (1..=PICTURES).map(wechat_picture).collect::<Outcome<Vec<_>>>()?;
    compare("照片分析 1200 万像素", &phone, 1, report)?;
    compare("照片分析 微信大小", &wechat, 4, report)?;
    memory(&phone[0], folder, report)
}

fn phone_picture(seed: u64) -> Outcome<Vec<u8>> {
    let fields = ExifFields::phone(NOON, Some((120.447, 36.389)));
    draw::encode_jpeg(&draw::heap_before(seed, PHONE), 92, Some(&fields)).map_err(|e| e.to_string().into())
}

fn wechat_picture(seed: u64) -> Outcome<Vec<u8>> {
    draw::wechat_compressed(&draw::heap_before(seed, WECHAT)).map_err(|e| e.to_string().into())
}

fn compare(work: &str, files: &[Vec<u8>], passes: usize, report: &mut Report) -> Outcome {
    for file in files {
        check(&ours(file)?, &plain(file)?)?;
    }
    let (mut own, mut other) = (Vec::new(), Vec::new());
    let each = (files.len() * passes) as f64;
    for _ in 0..ROUNDS {
        let (seconds, done) = thread_seconds(|| repeat(files, passes, |file| ours(file).map(drop)));
        done?;
        own.push(each / seconds);
        let (seconds, done) = thread_seconds(|| repeat(files, passes, |file| plain(file).map(drop)));
        done?;
        other.push(each / seconds);
    }
    let (own, other) = (median(&own), median(&other));
    let kilobytes = files.iter().map(Vec::len).sum::<usize>() / files.len() / 1000;
    report.add(
        format!("{work}({kilobytes} kB)"),
        format!("{own:.1} 张/秒/核"),
        format!("image 库直接处理 {other:.1} 张/秒/核"),
        own / other,
    );
    Ok(())
}

fn repeat(files: &[Vec<u8>], passes: usize, work: impl Fn(&[u8]) -> Outcome) -> Outcome {
    (0..passes).try_for_each(|_| files.iter().try_for_each(|file| work(file)))
}

fn ours(file: &[u8]) -> Outcome<Analysis> {
    analyse(file).map_err(|fault| fault.message().into())
}

/// Decode, turn, three times Lanczos3, encode: display, medium, thumb.
fn plain(file: &[u8]) -> Outcome<[Vec<u8>; 3]> {
    let mut decoder = ImageReader::new(Cursor::new(file)).with_guessed_format()?.into_decoder()?;
    let orientation = decoder.orientation().unwrap_or(Orientation::NoTransforms);
    let mut picture = DynamicImage::from_decoder(decoder)?;
    picture.apply_orientation(orientation);
    let copy = |side: u32, quality: u8| {
        let mut bytes = Vec::new();
        let small = picture.resize(side, side, FilterType::Lanczos3);
        small.write_with_encoder(JpegEncoder::new_with_quality(&mut bytes, quality))?;
        Ok::<_, image::ImageError>(bytes)
    };
    Ok([copy(DISPLAY_SIDE, 80)?, copy(MEDIUM_SIDE, 80)?, copy(THUMB_SIDE, 75)?])
}

fn check(own: &Analysis, plain: &[Vec<u8>; 3]) -> Outcome {
    let [_, _, thumb] = plain;
    let (a, b) =
        (image::load_from_memory(&own.thumb)?.to_luma8(), image::load_from_memory(thumb)?.to_luma8());
    if a.dimensions() != b.dimensions() {
        return Err(format!("缩略图大小不同:{:?} 与 {:?}", a.dimensions(), b.dimensions()).into());
    }
    let squares: f64 =
        a.as_raw().iter().zip(b.as_raw()).map(|(a, b)| f64::from(a.abs_diff(*b)).powi(2)).sum();
    let decibels = 20.0 * 255f64.log10() - 10.0 * (squares / a.as_raw().len() as f64).max(1e-9).log10();
    if decibels < ALIKE_DB {
        return Err(format!("缩略图与直接处理的不一样({decibels:.1} dB)").into());
    }
    Ok(())
}

fn memory(file: &[u8], folder: &Path, report: &mut Report) -> Outcome {
    let path = folder.join("one.jpg");
    fs::write(&path, file)?;
    let output = Command::new(std::env::current_exe()?).arg("--one-photo").arg(&path).output()?;
    let text = String::from_utf8(output.stdout)?;
    let numbers: Vec<f64> = text.split_whitespace().filter_map(|word| word.parse().ok()).collect();
    let [before, after] = numbers[..] else { return Err("测内存的子进程没有结果".into()) };
    let pixels = f64::from(PHONE.0) * f64::from(PHONE.1) * 3.0 / 1e6;
    let taken = after - before;
    report.add(
        "一张 1200 万像素照片的内存峰值",
        format!("{after:.0} MB(进程),其中分析 {taken:.0} MB"),
        format!("整幅 RGB 像素 {pixels:.0} MB"),
        taken / pixels,
    );
    Ok(())
}

/// The child's part: prints the process's peak memory before and after one analysis, megabytes.
pub fn one(file: &Path) -> Outcome {
    use std::io::Write as _;
    let bytes = fs::read(file)?;
    let before = peak_megabytes().ok_or("这个系统不告知内存峰值")?;
    ours(&bytes)?;
    let after = peak_megabytes().ok_or("这个系统不告知内存峰值")?;
    Ok(writeln!(std::io::stdout(), "{before} {after}")?)
}

fn peak_megabytes() -> Option<f64> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    Some(line.trim().trim_end_matches("kB").trim().parse::<f64>().ok()? * 1024.0 / 1e6)
}
