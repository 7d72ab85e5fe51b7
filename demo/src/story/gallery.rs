//! The pictures of the story: drawn for the occasion, or the user's own for the main ticket. Each story has its own
//! street, because a picture that was used before is found out.

use std::path::Path;

use domain::geo::datum::Wgs84;
use domain::time::Moment;
use image::RgbImage;

use super::ground::Ground;
use crate::client::{Failure, Result};
use crate::draw::{self, ExifFields, PHONE, Unwritable, WECHAT, encode_jpeg, wechat_compressed};

/// Endings of files that are taken for pictures; whether they are, the server says.
const ENDINGS: [&str; 6] = ["jpg", "jpeg", "png", "webp", "heic", "heif"];
/// Most pictures of one report.
const MOST: usize = 9;

/// Whose pictures the main ticket has.
#[derive(Debug, Clone)]
pub enum Pictures {
    /// Drawn ones.
    Drawn,
    /// The user's: name and bytes of those before, and of the one after.
    Own {
        /// Before the fix, at least one.
        before: Vec<(String, Vec<u8>)>,
        /// After it.
        after: (String, Vec<u8>),
    },
}

impl Pictures {
    /// The user's files by name: the first is before, the second after, further ones are before as well.
    pub fn from_folder(folder: &Path) -> Result<Self> {
        let shown = folder.display();
        let unreadable = |why: std::io::Error| Failure::new(format!("无法读取 {shown}：{why}"));
        let mut files = Vec::new();
        for entry in std::fs::read_dir(folder).map_err(unreadable)? {
            let path = entry.map_err(unreadable)?.path();
            let ending =
                path.extension().and_then(|ending| ending.to_str()).unwrap_or_default().to_lowercase();
            if path.is_file() && ENDINGS.contains(&ending.as_str()) {
                files.push(path);
            }
        }
        files.sort();
        files.truncate(MOST + 1);
        let mut read = files.iter().map(|path| {
            let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            std::fs::read(path).map(|bytes| (name, bytes)).map_err(unreadable)
        });
        match (read.next().transpose()?, read.next().transpose()?) {
            (Some(first), Some(after)) => {
                let further = read.collect::<Result<Vec<_>>>()?;
                Ok(Self::Own { before: std::iter::once(first).chain(further).collect(), after })
            }
            _ => Err(Failure::new(format!(
                "{shown} 里至少要有两张照片（{}）：按文件名排序，第一张为处置前，第二张为处置后，其余也作处置前",
                ENDINGS.join("、")
            ))),
        }
    }
}

/// A picture with a name and a word about where it comes from.
#[derive(Debug, Clone)]
pub(super) struct Shot {
    pub file_name: String,
    pub about: String,
    pub bytes: Vec<u8>,
}

/// All pictures of one story.
pub(super) struct Gallery {
    /// Of the heap, by the first citizen.
    pub before: Vec<Shot>,
    /// Of the same heap, by the second.
    pub again: Shot,
    /// Of the same place, fixed.
    pub after: Shot,
    /// Whether the main ticket has the user's own pictures.
    pub own: bool,
    seed: u64,
}

impl Gallery {
    /// The pictures of the story that follows `earlier` tickets.
    pub fn open(pictures: Pictures, earlier: u64, ground: &Ground) -> Result<Self> {
        let seed = 1000 + 10 * earlier;
        match pictures {
            Pictures::Drawn => Self::drawn(seed, ground.heap),
            Pictures::Own { before, after } => {
                let again = before.iter().rev().find_map(messenger_copy);
                let again = again.ok_or_else(|| Failure::new("没有一张处置前的照片能打开"))?;
                let own = |(name, bytes): (String, Vec<u8>)| {
                    let about = format!("{name}（您的照片）");
                    Shot { file_name: name, about, bytes }
                };
                let before = before.into_iter().map(own).collect();
                Ok(Self { before, again, after: own(after), own: true, seed })
            }
        }
    }

    fn drawn(seed: u64, heap: Wgs84) -> Result<Self> {
        let picture = draw::heap_before(seed, PHONE);
        let exif = ExifFields::phone(now(), Some((heap.lon, heap.lat)));
        let phone = Shot {
            file_name: "file-1795319353314".to_owned(),
            about: "手机原图，1200 万像素，EXIF 带 GPS、时间、方向 6".to_owned(),
            bytes: encode_jpeg(&picture, 85, Some(&exif)).map_err(unwritable)?,
        };
        let wechat = compressed(&draw::heap_before_other_angle(seed + 1, WECHAT), "微信压缩图，没有 EXIF")?;
        let again = compressed(&draw::heap_before_other_angle(seed, WECHAT), "另一角度")?;
        let after = compressed(&draw::after(seed, WECHAT), "同一处，垃圾已清走")?;
        Ok(Self { before: vec![phone, wechat], again, after, own: false, seed })
    }

    /// A heap in another street.
    pub fn other_heap(&self, n: u64) -> Result<Shot> {
        compressed(&draw::heap_before(self.seed + 1 + n, WECHAT), "另一处垃圾")
    }

    /// The same street as [`Gallery::other_heap`], fixed.
    pub fn other_heap_fixed(&self, n: u64) -> Result<Shot> {
        compressed(&draw::after(self.seed + 1 + n, WECHAT), "同一处，垃圾已清走")
    }

    /// A clean place somewhere else.
    pub fn elsewhere(&self) -> Result<Shot> {
        compressed(&draw::other_place(self.seed, WECHAT), "别处的干净路面")
    }
}

fn compressed(picture: &RgbImage, about: &str) -> Result<Shot> {
    let bytes = wechat_compressed(picture).map_err(unwritable)?;
    Ok(Shot { file_name: "tmp_9b21c0d7.jpg".to_owned(), about: about.to_owned(), bytes })
}

/// The picture as a second person would send it on by WeChat; none when it can't be decoded.
fn messenger_copy((name, bytes): &(String, Vec<u8>)) -> Option<Shot> {
    let picture = image::load_from_memory(bytes).ok()?;
    let bytes = wechat_compressed(&picture.into_rgb8()).ok()?;
    Some(Shot { file_name: "wx_second.jpg".to_owned(), about: format!("{name} 的微信压缩图"), bytes })
}

fn unwritable(error: Unwritable) -> Failure {
    Failure::new(format!("无法绘制照片：{error}"))
}

/// The present time.
pub(super) fn now() -> Moment {
    Moment::from_ms(chrono::Utc::now().timestamp_millis())
}
