//! The door for cameras: the camera is in its register, the offence is one of the configured kinds, the algorithm is sure
//! enough, and the sighting is signed where the camera has a key. It refuses to judge the picture: that is the screening's.

use actix_web::{HttpMessage as _, HttpRequest};
use domain::geo::datum::CoordType;
use domain::register::{Entry, Register};
use domain::ticket::event::Place;
use domain::time::{MINUTE_MS, Moment};
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;
use store::desk::NewReport;
use store::repo::district::Books;
use store::repo::registers;

use crate::Api;
use crate::error::{ApiError, ApiResult, Kind};
use crate::extract::{DEVICE_SIGNATURE, RawBody};

/// Metres around a camera within which it sees.
const SIGHT_M: f64 = 30.0;
/// How old or how far ahead a signed sighting may be: with its external number it can't be played twice.
const FRESH_MS: i64 = 10 * MINUTE_MS;

/// Checks a machine's report against register and rule, and fills in place and category; other reports pass untouched.
pub async fn admit(
    api: &Api,
    books: &Books,
    request: &HttpRequest,
    new: &mut NewReport,
    now: Moment,
) -> ApiResult<()> {
    let Some(machine) = &new.opening.origin.machine else { return Ok(()) };
    let rule = &books.config.machine;
    let Some(offence) = rule.offence(&machine.offence) else {
        let kinds: Vec<&str> = rule.offences.iter().map(|offence| offence.kind.as_str()).collect();
        return Err(ApiError::bad_field("origin.machine.offence", format!("取值须为 {}", kinds.join("、"))));
    };
    let camera = registers::get(&api.stores.pool, Register::Camera, &machine.camera).await?;
    let Some(camera) = camera.filter(|camera| camera.is_in_force(now.date())) else {
        return Err(ApiError::bad_field("origin.machine.camera", "视频监控台账中没有这个在用的相机"));
    };
    check_signature(&camera, request, new.captured_at, now)?;
    if machine.confidence < offence.min {
        let reason = format!("“{}”的置信度须不低于 {}", offence.name, offence.min);
        return Err(ApiError::from(Kind::Unfit)
            .saying(reason.clone())
            .detail("origin.machine.confidence", reason));
    }
    if !books.categories.contains_key(&offence.category) {
        let reason = format!("“{}”对应的类别 {} 不在类别目录中", offence.name, offence.category);
        return Err(ApiError::from(Kind::Unfit)
            .saying(reason.clone())
            .detail("origin.machine.offence", reason));
    }
    new.opening.category_hint = Some(offence.category.clone());
    if let (None, Some(at)) = (new.opening.place, camera.place) {
        new.opening.place = Some(Place { at, accuracy_m: SIGHT_M });
        new.raw = Some((at.lon, at.lat, CoordType::Wgs84));
        new.place_source = "device".to_owned();
    }
    Ok(())
}

/// HMAC-SHA256 in hex over the raw body with the camera's key, compulsory once the camera has one.
fn check_signature(
    camera: &Entry,
    request: &HttpRequest,
    captured_at: Option<Moment>,
    now: Moment,
) -> ApiResult<()> {
    let Some(key) = camera.body.get("key").and_then(|key| key.as_str()).filter(|key| !key.is_empty()) else {
        return Ok(());
    };
    let given = request.headers().get(DEVICE_SIGNATURE).and_then(|value| value.to_str().ok());
    let extensions = request.extensions();
    let (Some(given), Some(RawBody(body))) = (given.and_then(unhex), extensions.get::<RawBody>()) else {
        return Err(ApiError::from(Kind::DeviceSignature)
            .detail(DEVICE_SIGNATURE, "须为请求体的 HMAC-SHA256，64 个十六进制字"));
    };
    let mut mac = Hmac::<Sha256>::new_from_slice(key.as_bytes()).expect("HMAC takes keys of any length");
    mac.update(body);
    // Compares in constant time.
    if mac.verify_slice(&given).is_err() {
        return Err(ApiError::from(Kind::DeviceSignature).detail(DEVICE_SIGNATURE, "与请求体和设备密钥不符"));
    }
    match captured_at {
        Some(at) if now.since(at).saturating_abs() <= FRESH_MS => Ok(()),
        _ => Err(ApiError::bad_field("captured_at", "签名的抓拍须写明拍摄时间，且与现在相差不超过 10 分钟")),
    }
}

fn unhex(text: &str) -> Option<Vec<u8>> {
    let digits = text.len() == 64 && text.bytes().all(|b| b.is_ascii_hexdigit());
    let pair = |at: usize| u8::from_str_radix(&text[at..at + 2], 16).ok();
    if digits { (0..64).step_by(2).map(pair).collect() } else { None }
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;
    use serde_json::json;

    use super::*;

    const NOW: Moment = Moment::from_ms(1_771_200_000_000);

    fn camera(key: Option<&str>) -> Entry {
        let mut camera = Entry::new(Register::Camera, "cam-1", "路口");
        if let Some(key) = key {
            camera.body = json!({ "key": key });
        }
        camera
    }

    /// The refusal's number of a body signed with `key`, sent with a time `ms` from now.
    fn sent(camera: &Entry, key: Option<&str>, ms: i64) -> Option<u16> {
        let mut request = TestRequest::post();
        if let Some(key) = key {
            request = request.insert_header((DEVICE_SIGNATURE, store::outbound::hook::sign(key, "{}")));
        }
        let request = request.to_http_request();
        request.extensions_mut().insert(RawBody(b"{}".to_vec()));
        check_signature(camera, &request, Some(NOW.plus_ms(ms)), NOW).err().map(|error| error.kind.code())
    }

    #[test]
    fn a_camera_with_a_key_signs_what_it_sends_and_sends_it_soon() {
        let keyed = camera(Some("k1"));
        assert_eq!(sent(&keyed, Some("k1"), 0), None);
        assert_eq!(sent(&keyed, Some("k2"), 0), Some(40307));
        assert_eq!(sent(&keyed, None, 0), Some(40307));
        assert_eq!(sent(&keyed, Some("k1"), -FRESH_MS - 1), Some(40002));
        assert_eq!(sent(&keyed, Some("k1"), FRESH_MS), None);
        assert_eq!(sent(&camera(None), None, -FRESH_MS * 9), None);
    }

    #[test]
    fn only_sixty_four_hex_digits_are_a_signature() {
        assert_eq!(unhex(&"0f".repeat(32)), Some(vec![15; 32]));
        for text in ["", "0f", &"0g".repeat(32), &"+f".repeat(32), &"字".repeat(32)] {
            assert_eq!(unhex(text), None, "{text}");
        }
    }
}
