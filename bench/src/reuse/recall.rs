//! Recall by transformation, and false alarms among different photographs and among honest second photographs of one
//! place. A copy counts as found when the search names its original and the judgement is at least a suspicion.

use std::path::{Path, PathBuf};
use std::sync::Mutex;

use demo::draw;
use domain::photo::{Analysis, analyse};
use domain::reuse::{Index, Kind, Likeness, Mark, Picture, judge};
use image::RgbImage;
use image::codecs::jpeg::JpegEncoder;
use image::imageops::FilterType;

use super::transforms::{Class, WAYS, Way};
use crate::report::{Goal, Report};
use crate::{Line, Outcome};

/// Longest side of the pictures, pixels.
const SIDE: u32 = 960;
/// Drawn pictures when there are no photographs.
const DRAWN: u64 = 40;
/// Photographs that are copied in every way, evenly chosen; the index holds all.
const COPIED: usize = 207;
/// Candidates of each of the two searches.
const CANDIDATES: usize = 24;

struct Original {
    picture: RgbImage,
    analysis: Analysis,
}

/// Measures recall, then false alarms.
pub fn run(line: &Line, report: &mut Report) -> Outcome {
    let originals = originals(line.photos.as_deref())?;
    let mut index = Index::default();
    originals.iter().for_each(|o| index.push(&Mark::of(&o.analysis.facts.prints, &o.analysis.scene)));
    index.settle();
    let count = originals.len().min(COPIED);
    let chosen = |n: usize| n * originals.len() / count;
    let (mut alarms, mut copies) = (0, 0);
    for way in &WAYS {
        let found = in_parallel(count, |n| look_for(chosen(n), way, &originals, &index))?;
        let hits = found.iter().filter(|(hit, _)| *hit).count();
        alarms += found.iter().map(|(_, others)| others).sum::<usize>();
        copies += found.len();
        let recall = hits as f64 / found.len().max(1) as f64;
        let goal = Goal::AtLeast(if way.class == Class::Mild { 0.99 } else { 0.95 });
        let figure = format!("{hits} / {}", found.len());
        report.aim(format!("旧照片召回:{}", way.name), figure, "全部副本".into(), Some(recall), goal);
    }
    let pairs = copies * originals.len().saturating_sub(1);
    report.aim(
        "旧照片误报:不同照片",
        format!("{alarms} / {pairs} 对"),
        "全部对".into(),
        Some(alarms as f64 / pairs.max(1) as f64),
        Goal::AtMost(1e-4),
    );
    honest(line.photos.as_deref(), report)
}

/// Whether the copy is found, and how many other photographs it is taken for.
fn look_for(number: usize, way: &Way, originals: &[Original], index: &Index) -> Outcome<(bool, usize)> {
    let copy = (way.apply)(&originals[number].picture, number as u64);
    let copy = analysis(&copy, way.quality)?;
    let named = index.search(&copy.facts.prints, &copy.scene, CANDIDATES);
    let taken = |candidate: usize| compare(&copy, &originals[candidate].analysis).kind >= Kind::Suspect;
    let (mut hit, mut others) = (false, 0);
    for candidate in named.into_iter().filter(|candidate| taken(candidate.picture)) {
        hit |= candidate.picture == number;
        others += usize::from(candidate.picture != number);
    }
    Ok((hit, others))
}

fn compare(new: &Analysis, old: &Analysis) -> Likeness {
    let new = Picture { sha256: "new", prints: &new.facts.prints, scene: &new.scene };
    judge(&new, &Picture { sha256: "old", prints: &old.facts.prints, scene: &old.scene })
}

/// Second photographs of one place: neighbouring views and retakes of the folder, drawn ones without it.
fn honest(photos: Option<&Path>, report: &mut Report) -> Outcome {
    let pairs: Vec<(RgbImage, RgbImage)> = match photos {
        Some(folder) => views(folder)?,
        None => (0..DRAWN)
            .map(|seed| {
                (draw::heap_before(seed, (SIDE, SIDE * 3 / 4)), draw::after(seed, (SIDE, SIDE * 3 / 4)))
            })
            .collect(),
    };
    let kinds = in_parallel(pairs.len(), |number| {
        let (before, after) = &pairs[number];
        Ok(compare(&analysis(after, 85)?, &analysis(before, 85)?).kind)
    })?;
    let of = |wanted| kinds.iter().filter(|kind| **kind == wanted).count();
    let (copies, suspects) = (of(Kind::Copy), of(Kind::Suspect));
    report.aim(
        "旧照片误报:同一地点的诚实照片",
        format!("判为旧照 {copies}、存疑 {suspects} / {} 对", kinds.len()),
        "全部对".into(),
        Some(copies as f64 / kinds.len().max(1) as f64),
        Goal::AtMost(0.01),
    );
    Ok(())
}

fn originals(photos: Option<&Path>) -> Outcome<Vec<Original>> {
    let pictures: Vec<RgbImage> = match photos {
        Some(folder) => files(&folder.join("originals"))?.iter().filter_map(|path| read(path)).collect(),
        None => (0..DRAWN).map(|seed| draw::heap_before(seed, (SIDE, SIDE * 3 / 4))).collect(),
    };
    in_parallel(pictures.len(), |number| {
        let picture = pictures[number].clone();
        Ok(Original { analysis: analysis(&picture, 90)?, picture })
    })
}

/// Pairs of the same place in the lists of `views` and `retakes`: the two columns that are paths, relative to the folder.
fn views(folder: &Path) -> Outcome<Vec<(RgbImage, RgbImage)>> {
    let lists = ["views/pairs_positive.csv", "retakes/pairs.csv"];
    let texts = lists.map(|list| std::fs::read_to_string(folder.join(list))).into_iter();
    let texts: String = texts.collect::<Result<Vec<_>, _>>()?.join("\n");
    let pair = |line: &str| {
        let mut paths = line.split(',').map(str::trim).filter(|column| column.contains('/'));
        Some((read(&folder.join(paths.next()?))?, read(&folder.join(paths.next()?))?))
    };
    Ok(texts.lines().filter_map(pair).collect())
}

fn files(folder: &Path) -> Outcome<Vec<PathBuf>> {
    let mut files = std::fs::read_dir(folder)?.map(|e| e.map(|e| e.path())).collect::<Result<Vec<_>, _>>()?;
    files.sort();
    Ok(files)
}

/// A photograph brought to [`SIDE`]; none of what is no picture or too small.
fn read(path: &Path) -> Option<RgbImage> {
    let picture = image::open(path).ok()?.to_rgb8();
    let (longest, shortest) = (picture.width().max(picture.height()), picture.width().min(picture.height()));
    let side = |v: u32| (v * SIDE / longest).max(1);
    match longest {
        _ if shortest < 300 => None,
        0..=SIDE => Some(picture),
        _ => {
            let (w, h) = (side(picture.width()), side(picture.height()));
            Some(image::imageops::resize(&picture, w, h, FilterType::Triangle))
        }
    }
}

fn analysis(picture: &RgbImage, quality: u8) -> Outcome<Analysis> {
    let mut bytes = std::io::Cursor::new(Vec::new());
    picture.write_with_encoder(JpegEncoder::new_with_quality(&mut bytes, quality))?;
    analyse(bytes.get_ref()).map_err(|fault| fault.message().into())
}

/// Does `work` for each number on all cores, in order.
fn in_parallel<T: Send>(count: usize, work: impl Fn(usize) -> Outcome<T> + Sync) -> Outcome<Vec<T>> {
    let next = Mutex::new(0..count);
    let done = Mutex::new(Vec::with_capacity(count));
    let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let take = || next.lock().ok().and_then(|mut range| range.next());
    std::thread::scope(|scope| {
        for _ in 0..cores {
            scope.spawn(|| {
                while let Some(number) = take() {
                    let value = work(number);
                    if let Ok(mut done) = done.lock() {
                        done.push((number, value));
                    }
                }
            });
        }
    });
    let mut done = done.into_inner().map_err(|error| error.to_string())?;
    done.sort_by_key(|(number, _)| *number);
    done.into_iter().map(|(_, value)| value).collect()
}
