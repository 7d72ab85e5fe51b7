//! What changed between before and after, on pairs of views that can be laid over each other: left alone, nothing has
//! changed; with a block of another photograph pasted into the marked region of the second, something has. It tells how
//! often each is found, how often it can't be told, and how often the finding is wrong.

use std::fs;
use std::path::Path;

use demo::draw;
use domain::photo::change::{Bounds, Finding, Region, compare};
use domain::photo::scene::{self, SAME_SCENE_INLIERS};
use domain::photo::{Analysis, analyse};
use image::imageops::{FilterType, replace, resize};
use image::{DynamicImage, RgbImage};

use crate::measure::median;
use crate::race::Cost;
use crate::report::{Goal, Report};
use crate::{Line, Outcome};

/// Pairs that are looked at, at most.
const MOST_PAIRS: usize = 150;
/// Where the problem is taken to lie.
const MARKED: Region = Region { x: 0.35, y: 0.4, width: 0.3, height: 0.35 };
const SIDE: u32 = 960;

/// Counts of findings.
#[derive(Default)]
struct Tally {
    right: usize,
    wrong: usize,
    unclear: usize,
}

impl Tally {
    fn note(&mut self, found: Finding, wanted: Finding) {
        match found {
            Finding::Unclear => self.unclear += 1,
            found if found == wanted => self.right += 1,
            _ => self.wrong += 1,
        }
    }

    fn all(&self) -> usize {
        self.right + self.wrong + self.unclear
    }

    fn share(&self, count: usize) -> f64 {
        count as f64 / self.all().max(1) as f64
    }

    fn spell(&self) -> String {
        format!("{} 对中认对 {}、看不清 {}、认错 {}", self.all(), self.right, self.unclear, self.wrong)
    }
}

/// Runs the suite.
pub fn run(line: &Line, report: &mut Report) -> Outcome {
    let (pairs, from) = match &line.photos {
        Some(folder) => (views(folder)?, "实拍多视角"),
        None => (drawn(), "自绘"),
    };
    let patches: Vec<RgbImage> = pairs.iter().map(|(a, _)| a.clone()).collect();
    for marked in [true, false] {
        let region = marked.then_some(MARKED);
        let (mut same, mut changed, mut apart, mut times) =
            (Tally::default(), Tally::default(), 0, Vec::new());
        for (i, (before, after)) in pairs.iter().enumerate() {
            let before = look(before)?;
            let patch = &patches[(i + patches.len() / 2) % patches.len()];
            for (picture, wanted, tally) in [
                (after.clone(), Finding::Unchanged, &mut same),
                (paste(after, patch), Finding::Changed, &mut changed),
            ] {
                let after = look(&picture)?;
                let found = scene::compare(&before.scene, &after.scene);
                let Some(map) = found.map.filter(|_| found.inliers >= SAME_SCENE_INLIERS) else {
                    apart += 1;
                    continue;
                };
                let work = || compare(&before.look, &after.look, &map, region.as_ref(), &Bounds::default());
                let (cost, (change, _)) = Cost::of(work);
                times.push(cost.cpu);
                tally.note(change.finding, wanted);
            }
        }
        let how = if marked { "标出区域" } else { "未标区域" };
        report.aim(
            format!("前后变化 {from} {how}:没有变化误认为有变化"),
            same.spell(),
            format!("{apart} 对无法对齐,未计"),
            Some(same.share(same.wrong)),
            Goal::AtMost(0.05),
        );
        report.aim(
            format!("前后变化 {from} {how}:贴换一块后认出"),
            changed.spell(),
            format!("每对 {:.2} 毫秒", median(&times) * 1e3),
            Some(changed.share(changed.right)),
            Goal::AtLeast(0.8),
        );
    }
    Ok(())
}

fn look(picture: &RgbImage) -> Outcome<Analysis> {
    let file = draw::encode_jpeg(picture, 85, None).map_err(|error| error.to_string())?;
    analyse(&file).map_err(|fault| fault.message().into())
}

/// The second view with a piece of another photograph in the middle of the region.
fn paste(after: &RgbImage, patch: &RgbImage) -> RgbImage {
    let (w, h) = after.dimensions();
    let part = |share: f32, side: u32| (share * side as f32) as u32;
    let piece = resize(patch, part(MARKED.width, w), part(MARKED.height, h), FilterType::Triangle);
    let mut out = after.clone();
    replace(&mut out, &piece, part(MARKED.x, w).into(), part(MARKED.y, h).into());
    out
}

/// Neighbouring views named by `views/pairs.csv` (columns set, kind, a, b).
fn views(folder: &Path) -> Outcome<Vec<(RgbImage, RgbImage)>> {
    let views = folder.join("views");
    let text = fs::read_to_string(views.join("pairs.csv"))?;
    let rows = text.lines().skip(1).map(|row| row.split(',').collect::<Vec<_>>());
    let near: Vec<Vec<&str>> =
        rows.filter(|row| row.len() >= 4 && matches!(row[1], "neighbour" | "lund" | "street")).collect();
    let step = near.len().div_ceil(MOST_PAIRS).max(1);
    let open = |name: &str| -> Outcome<RgbImage> {
        let path = [views.join(name), folder.join(name)].into_iter().find(|path| path.is_file());
        let picture = image::load_from_memory(&fs::read(path.ok_or_else(|| format!("没有 {name}"))?)?)?;
        Ok(DynamicImage::resize(&picture, SIDE, SIDE, FilterType::Triangle).to_rgb8())
    };
    near.iter().step_by(step).map(|row| Ok((open(row[2])?, open(row[3])?))).collect()
}

fn drawn() -> Vec<(RgbImage, RgbImage)> {
    let size = (960, 720);
    (1..=20).map(|seed| (draw::heap_before(seed, size), draw::heap_before_other_angle(seed, size))).collect()
}
