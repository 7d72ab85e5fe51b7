//! Photographs on one core: from the bytes in memory to hash, EXIF, three upright copies and prints, beside a bare decode,
//! the plain way with the `image` crate, Pillow and libvips; and the most memory that one photograph takes.

use std::fs;
use std::io::Cursor;
use std::path::{Path, PathBuf};
use std::process::Command;

use demo::draw::{self, ExifFields, PHONE, WECHAT};
use domain::photo::{Codec, Copies, DISPLAY_SIDE, MEDIUM_SIDE, THUMB_SIDE, analyse, develop};
use domain::time::Moment;
use image::codecs::jpeg::JpegEncoder;
use image::imageops::FilterType;
use image::{DynamicImage, GrayImage, ImageDecoder as _, ImageReader, metadata::Orientation};
use sha2::{Digest as _, Sha256};

use crate::anchor::Anchors;
use crate::race::{Runner, Standing, race};
use crate::report::{Goal, Report};
use crate::{Line, Outcome};

/// Photographs of a kind at most.
const PICTURES: usize = 12;
/// Photographs whose copies are compared with the plain ones.
const CHECKED: usize = 3;
/// Quality of the reference copy: that of the product.
const QUALITY: u8 = 82;
/// How far below the reference a copy may lie, decibels.
const SLACK_DB: f64 = 0.3;
/// Copies below this many decibels from the plain ones are another picture (peak signal-to-noise ratio of the thumbs).
const ALIKE_DB: f64 = 27.0;
const NOON: Moment = Moment::from_ms(1_770_000_000_000);

/// A way's name, the ratio's goal and whether the anchor's time stands above.
type Aim = (&'static str, Goal, bool);

/// Measures both sizes.
pub fn run(line: &Line, anchors: &Anchors, folder: &Path, report: &mut Report) -> Outcome {
    let phone = gather(line, "mp12", folder, phone_picture)?;
    let wechat = gather(line, "wechat", folder, wechat_picture)?;
    let large: &[Aim] = &[
        (FLOOR, Goal::AtMost(1.5), false),
        (DRAFT, Goal::AtLeast(3.0), true),
        (VIPS, Goal::AtLeast(4.0), true),
        (PLAIN, Goal::AtLeast(11.0), true),
    ];
    compare("照片处理 1200 万像素", &phone, large, line, anchors, report)?;
    let small: &[Aim] = &[(DRAFT, Goal::AtLeast(20.0), true)];
    compare("照片处理 微信大小", &wechat, small, line, anchors, report)?;
    memory(&phone[0].0, report)
}

const OWN: &str = "本系统";
const RUST: &str = "本系统(无 C 代码)";
const WHOLE: &str = "本系统(含现场特征)";
const FLOOR: &str = "仅 1/8 解码";
const PLAIN: &str = "image 库直接处理";
const DRAFT: &str = "Pillow draft";
const FULL: &str = "Pillow 全解码";
const VIPS: &str = "libvips";

/// Photographs as (file, bytes): real ones where there are any, else drawn ones.
fn gather(
    line: &Line,
    kind: &str,
    folder: &Path,
    draw: fn(u64) -> Outcome<Vec<u8>>,
) -> Outcome<Vec<(PathBuf, Vec<u8>)>> {
    let real = line.photos.as_ref().map(|photos| photos.join(kind)).filter(|folder| folder.is_dir());
    if let Some(real) = real {
        let mut paths: Vec<PathBuf> = fs::read_dir(real)?.flatten().map(|entry| entry.path()).collect();
        paths.retain(|path| path.extension().is_some_and(|ext| ext == "jpg"));
        paths.sort();
        paths.truncate(PICTURES);
        let load = |path: PathBuf| -> Outcome<_> { Ok((path.clone(), fs::read(path)?)) };
        return paths.into_iter().map(load).collect();
    }
    let keep = |seed: u64| -> Outcome<_> {
        let (path, bytes) = (folder.join(format!("{kind}-{seed}.jpg")), draw(seed)?);
        fs::write(&path, &bytes)?;
        Ok((path, bytes))
    };
    (1..=CHECKED as u64).map(keep).collect()
}

fn phone_picture(seed: u64) -> Outcome<Vec<u8>> {
    let fields = ExifFields::phone(NOON, Some((120.447, 36.389)));
    draw::encode_jpeg(&draw::heap_before(seed, PHONE), 92, Some(&fields)).map_err(|e| e.to_string().into())
}

fn wechat_picture(seed: u64) -> Outcome<Vec<u8>> {
    draw::wechat_compressed(&draw::heap_before(seed, WECHAT)).map_err(|e| e.to_string().into())
}

fn compare(
    work: &str,
    files: &[(PathBuf, Vec<u8>)],
    aims: &[Aim],
    line: &Line,
    anchors: &Anchors,
    report: &mut Report,
) -> Outcome {
    let quality: Vec<String> =
        files.iter().take(CHECKED).map(|(_, file)| check(file)).collect::<Outcome<_>>()?;
    report.remark(format!("{work}:与全解码相比的展示图亮度 {}", quality.join(";")));
    let each = |name, act: fn(&[u8]) -> Outcome| {
        Runner::here(name, move || files.iter().try_for_each(|(_, file)| act(file)))
    };
    let mut ways = vec![
        each(OWN, |file| ours(file, Codec::BEST).map(drop)),
        each(RUST, |file| ours(file, Codec::Rust).map(drop)),
        each(WHOLE, whole),
        each(PLAIN, |file| plain(file).map(drop)),
    ];
    #[cfg(feature = "turbo")]
    ways.push(each(FLOOR, bare));
    for (name, way) in [(DRAFT, "draft"), (FULL, "full"), (VIPS, "vips")] {
        let paths = files.iter().map(|(path, _)| path.clone().into_os_string());
        let args: Vec<_> = std::iter::once(way.into()).chain(paths).collect();
        if let Some(mut anchor) = anchors.start("photos.py", &args)? {
            let sizes = sizes(files)?;
            ways.push(Runner::new(name, move || {
                let (cost, answer) = anchor.round()?;
                if answer != sizes {
                    Err(format!("大小不同:{answer} 与 {sizes}").into())
                } else {
                    Ok(cost)
                }
            }));
        }
    }
    let standings = race(line.rounds, ways)?;
    let of = |name: &str| standings.iter().find(|standing| standing.name == name);
    let milliseconds = |standing: &Standing| standing.cpu * 1e3 / files.len() as f64;
    let kilobytes = files.iter().map(|(_, file)| file.len()).sum::<usize>() / files.len() / 1000;
    let mut compare = |name: &str, (anchor, goal, above): Aim| {
        let Some(own) = of(name).map(milliseconds) else { return };
        let other = of(anchor).map(milliseconds);
        let ratio = other.map(|other| if above { other / own } else { own / other });
        let figure = format!("{name} {own:.1} 毫秒/张");
        let anchor = format!("{anchor} {}", other.map_or("缺失".to_owned(), |ms| format!("{ms:.1} 毫秒/张")));
        report.aim(format!("{work}({kilobytes} kB)"), figure, anchor, ratio, goal);
    };
    // Local features are fingerprints too: the goals are held against both.
    for name in [OWN, WHOLE] {
        aims.iter().for_each(|aim| compare(name, *aim));
    }
    compare(RUST, (DRAFT, Goal::AtLeast(1.25), true));
    for standing in &standings {
        report.remark(format!(
            "{work}:{} {:.1} 毫秒/张(最少 {:.1})",
            standing.name,
            milliseconds(standing),
            standing.least * 1e3 / files.len() as f64
        ));
    }
    Ok(())
}

/// Hash of the file, facts, copies, prints.
fn ours(file: &[u8], codec: Codec) -> Outcome<Copies> {
    std::hint::black_box(Sha256::digest(file));
    develop(file, codec).map(|(_, copies)| copies).map_err(|fault| fault.message().into())
}

/// The same with local features.
fn whole(file: &[u8]) -> Outcome {
    std::hint::black_box(Sha256::digest(file));
    analyse(file).map(drop).map_err(|fault| fault.message().into())
}

/// What no way that reads every byte of the picture can be faster than: libjpeg-turbo at 1/8, entropy decoding for the most.
#[cfg(feature = "turbo")]
fn bare(file: &[u8]) -> Outcome {
    use turbojpeg::{Decompressor, Image, PixelFormat, ScalingFactor};
    let mut decompressor = Decompressor::new()?;
    let header = decompressor.read_header(file)?;
    decompressor.set_scaling_factor(ScalingFactor::ONE_EIGHTH)?;
    let (width, height) = (header.width.div_ceil(8), header.height.div_ceil(8));
    let mut pixels = vec![0; width * height * 3];
    let format = PixelFormat::RGB;
    let image = Image { pixels: &mut pixels[..], width, pitch: width * 3, height, format };
    Ok(decompressor.decompress(file, image)?)
}

/// The sizes that an anchor must answer: of the copies as if none were passed through.
fn sizes(files: &[(PathBuf, Vec<u8>)]) -> Outcome<serde_json::Value> {
    let of = |file: &[u8]| -> Outcome<serde_json::Value> {
        let small = image::load_from_memory(&ours(file, Codec::BEST)?.medium)?;
        let (width, height) = (small.width(), small.height());
        Ok(serde_json::json!([[2 * width, 2 * height], [width, height], [width / 2, height / 2]]))
    };
    files.iter().map(|(_, file)| of(file)).collect::<Outcome<Vec<_>>>().map(Into::into)
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

/// Compares the copies with the plain ones and tells how near they come to an unshrunk decode, decibels.
fn check(file: &[u8]) -> Outcome<String> {
    let own = ours(file, Codec::BEST)?;
    let [_, _, thumb] = plain(file)?;
    let alike = decibels(&grey(&own.thumb)?, &grey(&thumb)?)?;
    if alike < ALIKE_DB {
        return Err(format!("缩略图与直接处理的不一样({alike:.1} dB)").into());
    }
    let shown = grey(&own.display)?;
    let mut decoder = ImageReader::new(Cursor::new(file)).with_guessed_format()?.into_decoder()?;
    let orientation = decoder.orientation().unwrap_or(Orientation::NoTransforms);
    let mut truth = DynamicImage::from_decoder(decoder)?;
    truth.apply_orientation(orientation);
    if shown.dimensions() != (truth.width(), truth.height()) {
        truth = truth.resize_exact(shown.width(), shown.height(), FilterType::Lanczos3);
    }
    let mut reference = Vec::new();
    truth.write_with_encoder(JpegEncoder::new_with_quality(&mut reference, QUALITY))?;
    let truth = truth.to_luma8();
    let (got, best) = (decibels(&shown, &truth)?, decibels(&grey(&reference)?, &truth)?);
    let word = if got >= best - SLACK_DB { "达到" } else { "未达到" };
    Ok(format!("{got:.2} dB(参照 {best:.2},容差 {SLACK_DB},{word})"))
}

fn grey(file: &[u8]) -> Outcome<GrayImage> {
    Ok(image::load_from_memory(file)?.to_luma8())
}

/// Peak signal-to-noise ratio of two pictures of one size.
fn decibels(a: &GrayImage, b: &GrayImage) -> Outcome<f64> {
    if a.dimensions() != b.dimensions() {
        return Err(format!("图片大小不同:{:?} 与 {:?}", a.dimensions(), b.dimensions()).into());
    }
    let squares: f64 =
        a.as_raw().iter().zip(b.as_raw()).map(|(a, b)| f64::from(a.abs_diff(*b)).powi(2)).sum();
    Ok(20.0 * 255f64.log10() - 10.0 * (squares / a.as_raw().len() as f64).max(1e-9).log10())
}

fn memory(path: &Path, report: &mut Report) -> Outcome {
    let output = Command::new(std::env::current_exe()?).arg("--one-photo").arg(path).output()?;
    let text = String::from_utf8(output.stdout)?;
    let numbers: Vec<f64> = text.split_whitespace().filter_map(|word| word.parse().ok()).collect();
    let [before, after] = numbers[..] else { return Err("测内存的子进程没有结果".into()) };
    let taken = after - before;
    report.aim(
        "一张 1200 万像素照片的内存峰值",
        format!("{after:.1} MB(进程),其中处理 {taken:.1} MB"),
        "8 MB".to_owned(),
        Some(taken / 8.0),
        Goal::AtMost(1.0),
    );
    Ok(())
}

/// The child's part: prints the process's peak memory before and after one analysis, megabytes.
pub fn one(file: &Path) -> Outcome {
    use std::io::Write as _;
    let bytes = fs::read(file)?;
    let before = peak_megabytes().ok_or("这个系统不告知内存峰值")?;
    ours(&bytes, Codec::BEST)?;
    let after = peak_megabytes().ok_or("这个系统不告知内存峰值")?;
    Ok(writeln!(std::io::stdout(), "{before} {after}")?)
}

fn peak_megabytes() -> Option<f64> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    Some(line.trim().trim_end_matches("kB").trim().parse::<f64>().ok()? * 1024.0 / 1e6)
}
