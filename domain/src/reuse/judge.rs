//! Copy or second photograph? A copy lies on its original exactly, whatever was cut off, and its details differ by few
//! bits; a hand that returns to the place shifts the near against the far, and light has changed. It refuses to call
//! anything a copy that it could not lay over the original.

use serde::{Deserialize, Serialize};

use super::register::{Registration, register, thinned};
use crate::photo::hash::{Orientation, SAME_BITS, nearest};
use crate::photo::{Prints, Scene};

/// Bits up to which the hashes alone tell a copy: a retake that moved by 1 % of the picture is 50 to 70 away.
const COPY_BITS: u32 = 20;
/// Bits up to which the hashes alone raise a suspicion.
const SUSPECT_BITS: u32 = 40;
/// Share of one picture's points that must lie inside the other: what was cut lies inside, what was framed holds the
/// original, and a camera that moved shows something new on one side and loses something on the other.
const WHOLE: f32 = 0.93;
/// Places that must agree before a fit means anything.
const FEW: u32 = 20;
/// Share that is enough for any rule when the picture had to be mirrored: nobody's camera mirrors a street.
const MIRRORED_SHARE: f32 = 0.15;
/// Share that a picture needs which shows more than the old one while the hashes are far: a second photograph of a flat
/// street from a step further back fits as exactly as a copy does, in fewer places (0.27 measured); real frames are told by
/// their hashes.
const WIDER_SHARE: f32 = 0.33;

/// What an exact fit says.
struct Rule {
    kind: Kind,
    /// Bits within which the hashes must lie.
    near: u32,
    /// Share of comparable places that must fit.
    share: f32,
    /// Median miss, pixels of the medium copy.
    miss: f32,
}

/// Surest first. Chosen on 2,071 copies of 207 photographs in 30 ways and on 652 honest pairs, whose closest are views of
/// flat ground from the air and of facades; the last is for photographs of a screen, bent and blurred, whose hashes stay
/// near.
const RULES: [Rule; 3] = [
    Rule { kind: Kind::Copy, near: 256, share: 0.30, miss: 1.4 },
    Rule { kind: Kind::Suspect, near: 256, share: 0.24, miss: 1.7 },
    Rule { kind: Kind::Suspect, near: SAME_BITS, share: 0.16, miss: 2.1 },
];

/// How much alike two pictures are, least first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// Nothing shows that one was made from the other.
    None,
    /// Possibly the same picture; a person looks.
    Suspect,
    /// One was made from the other.
    Copy,
    /// The files are equal.
    SameBytes,
}

/// What is compared of a picture.
#[derive(Debug, Clone, Copy)]
pub struct Picture<'a> {
    /// SHA-256 of its bytes, hexadecimal.
    pub sha256: &'a str,
    /// Its hashes.
    pub prints: &'a Prints,
    /// Its features.
    pub scene: &'a Scene,
}

/// What the comparison found.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Likeness {
    /// How sure it is.
    pub kind: Kind,
    /// Least distance of the hashes over all orientations and with or without borders, bits of 256.
    pub bits: u32,
    /// Whether the new picture had to be mirrored.
    pub mirrored: bool,
    /// Quarters of a turn clockwise by which the new picture stands.
    pub quarters: u8,
    /// How the new picture, mirrored where it had to be, lies over the old one.
    pub registration: Option<Registration>,
}

impl Likeness {
    /// Two equal files.
    pub const SAME_BYTES: Self =
        Self { kind: Kind::SameBytes, bits: 0, mirrored: false, quarters: 0, registration: None };
    /// Two pictures that have nothing in common.
    pub const NONE: Self =
        Self { kind: Kind::None, bits: 256, mirrored: false, quarters: 0, registration: None };

    /// Places that agree, when the pictures could be laid over each other.
    pub fn inliers(&self) -> u32 {
        self.registration.map_or(0, |r| r.inliers)
    }

    /// What was done to the picture with the figures that show it, in Chinese.
    pub fn how(&self) -> String {
        if self.kind == Kind::SameBytes {
            return "文件完全相同".to_owned();
        }
        let mut done: Vec<&str> = Vec::new();
        done.extend(self.mirrored.then_some("镜像"));
        done.extend(["旋转90°", "旋转180°", "旋转270°"].get(usize::from(self.quarters).wrapping_sub(1)));
        if let Some(r) = &self.registration {
            done.extend((r.kept < 0.9).then_some("裁剪"));
            done.extend((r.filled < 0.9).then_some("加边"));
        }
        let same = if done.is_empty() {
            "画面相同".to_owned()
        } else {
            format!("{}后相同", done.join("、"))
        };
        let fit = self.registration.map_or_else(String::new, |r| {
            format!(
                "，对上 {} 处特征（占可比的 {:.0}%），偏差 {:.1} 像素",
                r.inliers,
                r.share * 100.0,
                r.miss
            )
        });
        format!("{same}（指纹相差 {}/256 位{fit}）", self.bits)
    }
}

/// Compares a new picture with an old one.
pub fn judge(new: &Picture<'_>, old: &Picture<'_>) -> Likeness {
    if new.sha256 == old.sha256 {
        return Likeness::SAME_BYTES;
    }
    let flat = new.prints.is_flat() || old.prints.is_flat();
    let each = new.prints.hashes().flat_map(|own| old.prints.hashes().map(|hash| nearest(own, hash)));
    let (bits, how) =
        each.filter(|_| !flat).min_by_key(|(bits, _)| *bits).unwrap_or((256, Orientation::ALL[0]));
    let (held, shown) = (thinned(old.scene), thinned(new.scene));
    let plain = register(&held, &shown);
    let other = register(&held, &shown.iter().map(|p| new.scene.mirror(p)).collect::<Vec<_>>());
    let inliers = |r: &Option<Registration>| r.as_ref().map_or(0, |r| r.inliers);
    let mirrored = inliers(&other) > inliers(&plain);
    let registration = if mirrored { other } else { plain };
    let kind = by_hash(bits).max(registration.map_or(Kind::None, |r| by_fit(bits, mirrored, &r)));
    let mirrored = if registration.is_some_and(|r| r.inliers >= FEW) { mirrored } else { how.mirrored };
    // The turn is the hash's word: it means something only where the hash is near.
    let quarters = if bits <= SAME_BITS { how.quarters } else { 0 };
    Likeness { kind, bits, mirrored, quarters, registration }
}

fn by_hash(bits: u32) -> Kind {
    if bits <= COPY_BITS {
        Kind::Copy
    } else if bits <= SUSPECT_BITS {
        Kind::Suspect
    } else {
        Kind::None
    }
}

fn by_fit(bits: u32, mirrored: bool, fit: &Registration) -> Kind {
    if fit.inliers < FEW || fit.kept.max(fit.filled) < WHOLE {
        return Kind::None;
    }
    let wider = fit.filled < WHOLE && bits > SAME_BITS;
    let least = |rule: &Rule| match (mirrored, wider) {
        (true, _) => MIRRORED_SHARE,
        (false, true) => rule.share.max(WIDER_SHARE),
        (false, false) => rule.share,
    };
    let holds = |rule: &&Rule| bits <= rule.near && fit.share >= least(rule) && fit.miss <= rule.miss;
    RULES.iter().find(holds).map_or(Kind::None, |rule| rule.kind)
}
