//! A picture as its owner and staff see it: what was sent, how far it is, what was read from it. It refuses to
//! show the original and, in place of the exact position in the EXIF, says only whether there is one.

use domain::id::PhotoId;
use domain::photo::{Anomaly, Format, Meta};
use domain::proof::Channel;
use domain::time::Moment;
use serde::Serialize;
use store::repo::photos::{NewPhoto, Photo, PhotoState};

use crate::sign::ImageUrls;

/// One picture.
#[derive(Debug, Serialize)]
pub struct PhotoView {
    id: PhotoId,
    sha256: String,
    bytes: u64,
    format: Format,
    state: PhotoState,
    channel: Channel,
    captured_at: Option<Moment>,
    received_at: Moment,
    /// 404 until the state is `ready`.
    urls: ImageUrls,
    /// Why it can't be used, when broken.
    #[serde(skip_serializing_if = "Option::is_none")]
    fault: Option<FaultView>,
    /// What was read from it, when ready.
    #[serde(skip_serializing_if = "Option::is_none")]
    facts: Option<FactsView>,
}

#[derive(Debug, Serialize)]
struct FaultView {
    code: String,
    message: &'static str,
}

#[derive(Debug, Serialize)]
struct FactsView {
    width: u32,
    height: u32,
    taken_at: Option<Moment>,
    has_position: bool,
    make: Option<String>,
    model: Option<String>,
    anomalies: Vec<AnomalyView>,
}

#[derive(Debug, Serialize)]
struct AnomalyView {
    kind: Anomaly,
    label: &'static str,
}

/// A picture that just arrived.
pub fn uploaded(photo: &NewPhoto, urls: ImageUrls) -> PhotoView {
    PhotoView {
        id: photo.id.clone(),
        sha256: photo.sha256.clone(),
        bytes: photo.bytes,
        format: photo.format,
        state: PhotoState::Pending,
        channel: photo.channel,
        captured_at: photo.captured_at,
        received_at: photo.uploaded_at,
        urls,
        fault: None,
        facts: None,
    }
}

/// A picture with what its analysis found.
pub fn whole(photo: &Photo, urls: ImageUrls) -> PhotoView {
    let facts = photo.facts.as_ref().map(|facts| facts_of(facts.width, facts.height, &facts.meta));
    let fault = photo.fault.clone().map(|code| FaultView { message: fault_message(&code), code });
    PhotoView {
        id: photo.id.clone(),
        sha256: photo.sha256.clone(),
        bytes: photo.bytes,
        format: photo.format,
        state: photo.state,
        channel: photo.channel,
        captured_at: photo.captured_at,
        received_at: photo.uploaded_at,
        urls,
        fault,
        facts,
    }
}

fn facts_of(width: u32, height: u32, meta: &Meta) -> FactsView {
    let anomalies = meta.anomalies.iter().map(|kind| AnomalyView { kind: *kind, label: kind.label() });
    FactsView {
        width,
        height,
        taken_at: meta.taken_at,
        has_position: meta.position.is_some(),
        make: meta.make.clone(),
        model: meta.model.clone(),
        anomalies: anomalies.collect(),
    }
}

/// The sentence for a stored fault code (`domain::photo::Fault::code`).
fn fault_message(code: &str) -> &'static str {
    match code {
        "photo_heic" => "这张照片是 HEIC 格式，暂时打不开，请改用 JPEG 后重拍。",
        "photo_too_large" => "照片像素太大，请用手机相机的普通分辨率重拍。",
        "photo_unsupported" => "照片的编码方式少见，打不开，请用手机相机重拍或另存为普通的 JPEG。",
        "photo_too_slow" => "照片太复杂，分析超时，请用手机相机重拍。",
        "photo_truncated" => "照片没有传完整，请重新上传。",
        _ => "照片已损坏，打不开，请重新拍摄或换一张上传。",
    }
}
