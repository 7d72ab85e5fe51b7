//! Local features: time beside OpenCV, recall on pairs of real views and false alarms on pairs of different places.
//! Without real photographs it draws streets and warps them; such rows say so, and prove only that everything works.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use demo::draw::{self, WECHAT};
use domain::photo::scene::{SAME_SCENE_INLIERS, compare};
use domain::photo::{Scene, analyse};
use image::{GrayImage, Rgb, RgbImage};

use crate::anchor::Anchors;
use crate::race::{Runner, race};
use crate::report::{Goal, Report};
use crate::{Line, Outcome};

/// Pairs of the races; more would only lengthen the rounds.
const RACED: usize = 40;
const NEGATIVE: &str = "negative";

/// Two pictures by name, and how they belong together.
struct Pair {
    names: [String; 2],
    kind: String,
}

/// Pictures as the product sees them, and the pairs to judge.
struct Gallery {
    lumas: BTreeMap<String, GrayImage>,
    scenes: BTreeMap<String, Scene>,
    pairs: Vec<Pair>,
}

/// Runs the suite.
pub fn run(line: &Line, anchors: &Anchors, report: &mut Report) -> Outcome {
    let real = line.photos.as_deref().filter(|photos| photos.join("views/pairs.csv").exists());
    let (gallery, origin) = match real {
        Some(photos) => (Gallery::read(photos)?, "真实照片"),
        None => (Gallery::draw()?, "自绘照片"),
    };
    let folder = line.folder.join("scene-pictures");
    let raced = gallery.write_raced(&folder)?;
    let timed = time(line, anchors, report, &gallery, &raced, &folder, origin);
    fs::remove_dir_all(&folder)?;
    timed?;
    judge(&gallery, report, origin);
    Ok(())
}

impl Gallery {
    /// Reads `views/pairs.csv` (set, kind and two files of the photographs' folder a line, under a heading); lines whose
    /// files are missing are left out.
    fn read(photos: &Path) -> Outcome<Self> {
        let mut gallery = Self::empty();
        for line in fs::read_to_string(photos.join("views/pairs.csv"))?.lines() {
            let cells: Vec<&str> = line.split(',').map(str::trim).collect();
            let [_, kind, a, b, ..] = cells[..] else { continue };
            if !photos.join(a).is_file() || !photos.join(b).is_file() {
                continue;
            }
            for name in [a, b] {
                if !gallery.scenes.contains_key(name) {
                    gallery.add(name, &fs::read(photos.join(name))?)?;
                }
            }
            gallery.pairs.push(Pair { names: [a, b].map(str::to_owned), kind: kind.to_owned() });
        }
        if gallery.pairs.is_empty() {
            Err("pairs.csv 里没有一对照片存在".into())
        } else {
            Ok(gallery)
        }
    }

    /// Draws streets, each also seen a little nearer and from the side; all pairs of different streets are negatives.
    fn draw() -> Outcome<Self> {
        let mut gallery = Self::empty();
        for seed in 1..=12 {
            let street = draw::heap_before(seed, WECHAT);
            let (one, other) = (format!("{seed}a"), format!("{seed}b"));
            gallery.add(&one, &draw::wechat_compressed(&street)?)?;
            gallery.add(&other, &draw::wechat_compressed(&approach(&street))?)?;
            for earlier in 1..seed {
                for name in [&one, &other] {
                    let names = [format!("{earlier}a"), name.clone()];
                    gallery.pairs.push(Pair { names, kind: NEGATIVE.to_owned() });
                }
            }
            gallery.pairs.push(Pair { names: [one, other], kind: "warped".to_owned() });
        }
        Ok(gallery)
    }

    fn empty() -> Self {
        Self { lumas: BTreeMap::new(), scenes: BTreeMap::new(), pairs: Vec::new() }
    }

    fn add(&mut self, name: &str, file: &[u8]) -> Outcome {
        let seen = analyse(file).map_err(|fault| format!("{name}:{}", fault.message()))?;
        self.lumas.insert(name.to_owned(), image::load_from_memory(&seen.medium)?.to_luma8());
        self.scenes.insert(name.to_owned(), seen.scene);
        Ok(())
    }

    /// Writes the raced pictures for the anchor, evenly chosen among all pairs, and names them.
    fn write_raced(&self, folder: &Path) -> Outcome<Vec<&Pair>> {
        let step = (self.pairs.len() / RACED).max(1);
        let raced: Vec<&Pair> = self.pairs.iter().step_by(step).take(RACED).collect();
        let names: BTreeSet<&String> = raced.iter().flat_map(|pair| &pair.names).collect();
        let number = |name: &String| names.iter().position(|&other| other == name).unwrap_or(0);
        fs::create_dir_all(folder)?;
        for &name in &names {
            self.lumas[name].save(folder.join(format!("{}.png", number(name))))?;
        }
        let lines = raced.iter().map(|p| format!("{} {}\n", number(&p.names[0]), number(&p.names[1])));
        fs::write(folder.join("pairs.txt"), lines.collect::<String>())?;
        Ok(raced)
    }
}

/// The picture from a tenth nearer, a little turned and squeezed to one side.
fn approach(picture: &RgbImage) -> RgbImage {
    let (width, height) = picture.dimensions();
    RgbImage::from_fn(width, height, |x, y| {
        let (dx, dy) = (x as f32 - width as f32 / 2.0, y as f32 - height as f32 / 2.0);
        let depth = 1.1 + 0.08 * dx / width as f32;
        let (sx, sy) = ((dx + 0.04 * dy) / depth, (dy - 0.04 * dx) / depth);
        let (sx, sy) = (sx + width as f32 / 2.0, sy + height as f32 / 2.0);
        image::imageops::interpolate_bilinear(picture, sx, sy).unwrap_or(Rgb([90; 3]))
    })
}

/// Times extraction and comparison in turn with OpenCV's.
fn time(
    line: &Line,
    anchors: &Anchors,
    report: &mut Report,
    gallery: &Gallery,
    raced: &[&Pair],
    folder: &Path,
    origin: &str,
) -> Outcome {
    let names: BTreeSet<&String> = raced.iter().flat_map(|pair| &pair.names).collect();
    let extract = || {
        let of = |luma: &GrayImage| Scene::of_luma(luma.width(), luma.height(), luma.as_raw().clone());
        Ok(names.iter().filter_map(|&name| of(&gallery.lumas[name])).map(|s| s.points.len()).sum::<usize>())
    };
    let work = format!("局部特征提取({origin},640 像素)");
    beside(line, anchors, report, folder, ("extract", &work, names.len(), Goal::AtMost(1.5)), extract)?;
    let compare_all = || {
        let one =
            |pair: &&Pair| compare(&gallery.scenes[&pair.names[0]], &gallery.scenes[&pair.names[1]]).inliers;
        Ok(raced.iter().map(one).collect::<Vec<u32>>())
    };
    let work = format!("特征匹配与几何验证({origin})");
    beside(line, anchors, report, folder, ("match", &work, raced.len(), Goal::AtMost(0.2)), compare_all)
}

/// One race: the script's mode, the name of the work, its parts and its goal.
fn beside<T>(
    line: &Line,
    anchors: &Anchors,
    report: &mut Report,
    folder: &Path,
    (mode, work, parts, goal): (&str, &str, usize, Goal),
    own: impl FnMut() -> Outcome<T>,
) -> Outcome {
    let mut anchor = anchors.start("scene_orb.py", &[mode.as_ref(), folder.as_os_str()])?;
    let name = anchor.as_ref().map(|anchor| anchor.name.clone());
    let mut runners = vec![Runner::here("own", own)];
    if let Some(anchor) = &mut anchor {
        runners.push(Runner::new("OpenCV", || Ok(anchor.round()?.0)));
    }
    let standings = race(line.rounds, runners)?;
    let each = |seconds: f64| format!("{:.2} 毫秒", seconds * 1e3 / parts as f64);
    let beside = standings.get(1);
    report.aim(
        work,
        each(standings[0].cpu),
        name.zip(beside).map_or_else(|| "OpenCV".to_owned(), |(name, b)| format!("{name} {}", each(b.cpu))),
        beside.map(|b| standings[0].cpu / b.cpu),
        goal,
    );
    Ok(())
}

/// Recall of each kind at the shipped threshold and at no false alarm.
fn judge(gallery: &Gallery, report: &mut Report, origin: &str) {
    let mut inliers: BTreeMap<&str, Vec<u32>> = BTreeMap::new();
    for Pair { names: [a, b], kind } in &gallery.pairs {
        inliers.entry(kind).or_default().push(compare(&gallery.scenes[a], &gallery.scenes[b]).inliers);
    }
    let negatives = inliers.remove(NEGATIVE).unwrap_or_default();
    let most = negatives.iter().copied().max().unwrap_or(0);
    let alarms = negatives.iter().filter(|&&n| n >= SAME_SCENE_INLIERS).count();
    report.add_alone(
        format!("不同地点误认({origin})"),
        format!("{alarms} / {} 对,最多 {most} 点,门槛 {SAME_SCENE_INLIERS}", negatives.len()),
        "不同地点的照片对",
    );
    for (kind, found) in inliers {
        let recall = |least: u32| found.iter().filter(|&&n| n >= least).count() as f64 / found.len() as f64;
        let work = format!("同一场景召回 {kind}({origin},{} 对)", found.len());
        let shipped = recall(SAME_SCENE_INLIERS);
        let figure = format!("门槛处 {shipped:.3};零误认处 {:.3}", recall(most + 1));
        match kind {
            "neighbour" => {
                report.aim(work, figure, "全部".to_owned(), Some(recall(most + 1)), Goal::AtLeast(0.8))
            }
            "warped" => report.aim(work, figure, "全部".to_owned(), Some(shipped), Goal::AtLeast(0.99)),
            _ => report.add_alone(work, figure, "全部"),
        }
    }
}
