//! What changed between two pictures of one place: every cell of the first is looked up in the second through the map
//! that lays one over the other, light and colour of the hour are evened out, and what still differs has changed. It
//! refuses to guess where the second picture doesn't reach, and to call a pair clear whose unmarked parts differ too.

use image::codecs::png::PngEncoder;
use image::{ExtendedColorType, ImageEncoder as _};
use serde::{Deserialize, Serialize};

use super::look::{CELL, CHANNELS, Look};
use super::plane_map::PlaneMap;

/// Part of a picture, as shares of its width and height from the upper left corner.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Region {
    /// Left edge, 0 to 1.
    pub x: f32,
    /// Upper edge, 0 to 1.
    pub y: f32,
    /// Width, above 0; `x + width` is at most 1.
    pub width: f32,
    /// Height, above 0; `y + height` is at most 1.
    pub height: f32,
}

impl Region {
    /// Where a problem lies when nobody marked it: what is photographed stands in the middle and on the ground.
    pub const MIDDLE: Self = Self { x: 0.15, y: 0.2, width: 0.7, height: 0.7 };

    /// Whether it is a part of a picture at all.
    pub fn is_sound(&self) -> bool {
        let holds = |from: f32, length: f32| from >= 0.0 && length > 0.0 && from + length <= 1.001;
        holds(self.x, self.width) && holds(self.y, self.height)
    }

    fn holds(&self, x: f32, y: f32) -> bool {
        (self.x..=self.x + self.width).contains(&x) && (self.y..=self.y + self.height).contains(&y)
    }
}

/// What a comparison says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Finding {
    /// What is there looks different now (有变化).
    Changed,
    /// What was there is still there (无变化).
    Unchanged,
    /// It can't be told (看不清).
    Unclear,
}

impl Finding {
    /// The Chinese name.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Changed => "有变化",
            Self::Unchanged => "无变化",
            Self::Unclear => "看不清",
        }
    }
}

/// What changed, in sum.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Change {
    /// Share of the region's visible cells that changed, 0 to 1.
    pub inside: f32,
    /// Share of the other visible cells that changed, 0 to 1.
    pub outside: f32,
    /// Share of the region that the second picture shows, 0 to 1.
    pub seen: f32,
    /// Whether somebody marked the region.
    pub marked: bool,
    /// What follows.
    pub finding: Finding,
}

/// How much each cell of the first picture changed.
#[derive(Debug, Clone, PartialEq)]
pub struct ChangeMap {
    /// Cells in a row.
    pub columns: usize,
    /// 0 to 1, row by row; none where the second picture doesn't reach.
    pub cells: Vec<Option<f32>>,
}

impl ChangeMap {
    /// A PNG to lay over the first picture, a pixel a cell: the redder the more changed, grey where the second picture
    /// doesn't reach.
    pub fn to_png(&self) -> Vec<u8> {
        let paint = |cell: &Option<f32>| match cell {
            Some(change) => [230, 30, 30, (change * 200.0) as u8],
            None => [128, 128, 128, 110],
        };
        let pixels: Vec<u8> = self.cells.iter().flat_map(paint).collect();
        let rows = self.cells.len().checked_div(self.columns).unwrap_or(0);
        let mut out = Vec::new();
        let written = PngEncoder::new(&mut out).write_image(
            &pixels,
            self.columns as u32,
            rows as u32,
            ExtendedColorType::Rgba8,
        );
        // Writing to memory fails only for a size that doesn't fit, and this one does.
        debug_assert!(written.is_ok(), "{written:?}");
        out
    }
}

/// Where the findings part, for a region that somebody marked or for the middle of the picture.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Limits {
    /// From this share of the region on it has changed, 0 to 1.
    pub changed: f32,
    /// Up to this share it has not, 0 to 1.
    pub unchanged: f32,
    /// Change all over the picture is a bad fit or another season: the region has to change this many times as much as
    /// the rest of the picture …
    pub times: f32,
    /// … and by this share more.
    pub above: f32,
}

/// All of them.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Bounds {
    /// For a marked region.
    pub marked: Limits,
    /// For [`Region::MIDDLE`].
    pub unmarked: Limits,
    /// Share of the region that the second picture must show, 0 to 1.
    pub seen: f32,
}

impl Default for Limits {
    fn default() -> Self {
        Self { changed: 0.25, unchanged: 0.12, times: 1.0, above: 0.15 }
    }
}

impl Default for Bounds {
    fn default() -> Self {
        let unmarked = Limits { changed: 0.03, unchanged: 0.005, times: 2.0, above: 0.02 };
        Self { marked: Limits::default(), unmarked, seen: 0.5 }
    }
}

/// Cells outside the region needed to even out light and noise by them alone.
const ENOUGH: usize = 60;
/// Shifts tried around the mapped place, cells: depth moves things against the map.
const SHIFTS: [f32; 5] = [0.0, -0.5, 0.5, -1.0, 1.0];
/// Difference at which a cell counts as changed, in units of [`difference`]; at least this, and at least so many times
/// what the unmarked part of the pair differs in the middle.
const LEAST_STEP: f32 = 0.5;
const NOISE_FACTOR: f32 = 2.2;

/// Compares two looks; `map` takes pixels of the first medium copy to pixels of the second.
/// Without a region the middle of the picture is looked at, and a small change there is enough.
pub fn compare(
    before: &Look,
    after: &Look,
    map: &PlaneMap,
    region: Option<&Region>,
    bounds: &Bounds,
) -> (Change, ChangeMap) {
    let (marked, region) = (region.is_some(), region.unwrap_or(&Region::MIDDLE));
    let (columns, rows) = (before.columns(), before.rows());
    let centre = |i: usize| ((i % columns) as f32 + 0.5, (i / columns) as f32 + 0.5);
    let inside: Vec<bool> = (0..columns * rows)
        .map(|i| (centre(i).0 / columns as f32, centre(i).1 / rows as f32))
        .map(|(x, y)| region.holds(x, y))
        .collect();
    let mapped: Vec<Option<[f32; 2]>> = (0..columns * rows)
        .map(|i| map.apply([centre(i).0, centre(i).1].map(|v| v * CELL as f32)))
        .map(|at| Some(at?.map(|v| v / CELL as f32)))
        .collect();
    let pairs: Vec<Option<Pair>> = (0..columns * rows)
        .map(|i| {
            let [x, y] = mapped[i]?;
            Some((before.cell(i % columns, i / columns).map(f32::from), after.sample(x, y)?))
        })
        .collect();
    let light = Light::of(&pairs, &inside);
    let differences: Vec<Option<f32>> = (0..columns * rows)
        .map(|i| {
            let ((old, _), [x, y]) = (pairs[i]?, mapped[i]?);
            let near = SHIFTS.iter().flat_map(|dy| SHIFTS.iter().map(move |dx| (dx, dy)));
            let found = near.filter_map(|(dx, dy)| after.sample(x + dx, y + dy));
            found.map(|new| difference(&old, &light.even(new))).reduce(f32::min)
        })
        .collect();
    let step = LEAST_STEP.max(NOISE_FACTOR * middle(&differences, &inside));
    let raw: Vec<Option<f32>> = differences.iter().map(|d| d.map(|d| (d / step / 2.0).min(1.0))).collect();
    let cells = smooth(&raw, columns);
    let (changed, seen) = share(&cells, &inside, true);
    let (outside, _) = share(&cells, &inside, false);
    let finding = judge(changed, outside, seen, marked, bounds);
    (Change { inside: changed, outside, seen, marked, finding }, ChangeMap { columns, cells })
}

fn judge(inside: f32, outside: f32, seen: f32, marked: bool, bounds: &Bounds) -> Finding {
    let limits = if marked { bounds.marked } else { bounds.unmarked };
    let stands_out = inside >= outside * limits.times + limits.above;
    match inside {
        _ if seen < bounds.seen => Finding::Unclear,
        share if share >= limits.changed && stands_out => Finding::Changed,
        share if share <= limits.unchanged => Finding::Unchanged,
        _ => Finding::Unclear,
    }
}

type Pair = ([f32; CHANNELS], [f32; CHANNELS]);

/// What the hour did to the second picture: gain and offset of brightness, offsets of colour, gain of edges.
struct Light {
    gain: f32,
    offset: f32,
    tint: [f32; 2],
    edges: f32,
}

impl Light {
    /// Told from the cells outside the region where there are enough, else from all; medians, so that what changed
    /// there doesn't count.
    fn of(pairs: &[Option<Pair>], inside: &[bool]) -> Self {
        let all = || pairs.iter().zip(inside).filter_map(|(pair, inside)| Some((pair.as_ref()?, *inside)));
        let outside: Vec<&Pair> = all().filter(|(_, inside)| !inside).map(|(pair, _)| pair).collect();
        let chosen = if outside.len() >= ENOUGH { outside } else { all().map(|(pair, _)| pair).collect() };
        let of = |value: &dyn Fn(&Pair) -> f32| median(chosen.iter().map(|pair| value(pair)).collect());
        let (old, new) = (of(&|p| p.0[0]), of(&|p| p.1[0]));
        let spread = |middle: f32, which: &dyn Fn(&Pair) -> f32| of(&|p| (which(p) - middle).abs()).max(4.0);
        let gain = (spread(old, &|p| p.0[0]) / spread(new, &|p| p.1[0])).clamp(0.5, 2.0);
        let strength = |cell: &[f32; CHANNELS]| cell[3..].iter().sum::<f32>();
        let edges = (of(&|p| (strength(&p.0) + 16.0) / (strength(&p.1) + 16.0))).clamp(0.4, 2.5);
        let tint = [1, 2].map(|i| of(&|p| p.0[i] - p.1[i]));
        Self { gain, offset: old - gain * new, tint, edges }
    }

    fn even(&self, cell: [f32; CHANNELS]) -> [f32; CHANNELS] {
        std::array::from_fn(|i| match i {
            0 => self.gain * cell[0] + self.offset,
            1 | 2 => cell[i] + self.tint[i - 1],
            _ => self.edges * cell[i],
        })
    }
}

/// How much two cells differ: brightness little, because shadows move; colour more; the pattern of edges most.
fn difference(a: &[f32; CHANNELS], b: &[f32; CHANNELS]) -> f32 {
    let light = (a[0] - b[0]).abs() / 90.0;
    let tint = ((a[1] - b[1]).abs() + (a[2] - b[2]).abs()) / 40.0;
    let apart: f32 = a[3..].iter().zip(&b[3..]).map(|(a, b)| (a - b).abs()).sum();
    let strength: f32 = a[3..].iter().chain(&b[3..]).sum();
    light.min(1.0) + tint.min(1.5) + 1.2 * apart / (strength + 60.0)
}

/// The middle difference outside the region, of all when there are too few.
fn middle(differences: &[Option<f32>], inside: &[bool]) -> f32 {
    let outside: Vec<f32> =
        differences.iter().zip(inside).filter(|(_, inside)| !**inside).filter_map(|(d, _)| *d).collect();
    let all = || differences.iter().flatten().copied().collect();
    median(if outside.len() >= ENOUGH { outside } else { all() })
}

/// Evens out single cells: the mean of the visible ones among nine.
fn smooth(raw: &[Option<f32>], columns: usize) -> Vec<Option<f32>> {
    let rows = raw.len() / columns;
    let at = |i: usize| {
        raw[i]?;
        let (x, y) = (i % columns, i / columns);
        let near = (y.saturating_sub(1)..=(y + 1).min(rows - 1))
            .flat_map(|y| (x.saturating_sub(1)..=(x + 1).min(columns - 1)).map(move |x| y * columns + x));
        let (sum, count) =
            near.filter_map(|j| raw[j]).fold((0.0, 0.0), |(sum, count), d| (sum + d, count + 1.0));
        Some(sum / count)
    };
    (0..raw.len()).map(at).collect()
}

/// Share of the visible cells of one side that changed, and share of that side that is visible.
fn share(cells: &[Option<f32>], inside: &[bool], wanted: bool) -> (f32, f32) {
    let side = || cells.iter().zip(inside).filter(|(_, inside)| **inside == wanted).map(|(cell, _)| cell);
    let all = side().count().max(1) as f32;
    let seen = side().flatten().count() as f32;
    let changed = side().flatten().filter(|d| **d >= 0.5).count() as f32;
    (if seen > 0.0 { changed / seen } else { 0.0 }, seen / all)
}

fn median(mut values: Vec<f32>) -> f32 {
    if values.is_empty() {
        return 0.0;
    }
    let half = values.len() / 2;
    *values.select_nth_unstable_by(half, f32::total_cmp).1
}
