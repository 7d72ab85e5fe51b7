//! The acts of the story; each says what it does before or as it does it.

pub(super) mod aside;
pub(super) mod proof;
pub(super) mod report;

use domain::geo::datum::Wgs84;
use serde_json::{Value, json};

use super::gallery::{Shot, now};
use super::{HEAP, Play, tell};
use crate::client::{Client, Picture, Result, point, text};

/// Uploads a picture as the mini-program does, taken now at `place`.
async fn upload(who: &Client, shot: &Shot, place: Wgs84) -> Result<String> {
    let picture = Picture { file_name: shot.file_name.clone(), ..Picture::new(shot.bytes.clone()) };
    who.photo(&picture.taken((place, 15.0), now())).await
}

/// The body of a report about a heap.
fn heap_report(place: Wgs84, accuracy_m: f64, words: &str, photos: &[String]) -> Value {
    let mut body = point(place, accuracy_m);
    body["photo_ids"] = json!(photos);
    body["location_source"] = json!("device");
    body["captured_at"] = json!(now());
    body["words"] = json!(words);
    body["category"] = json!(HEAP);
    body
}

/// An idempotency key, as a client makes one up before it sends.
fn key(name: &str) -> String {
    format!("story-{name}-{}", now().ms())
}

/// Reports a heap with one picture; the ticket's id.
async fn report(who: &Client, name: &str, place: Wgs84, words: &str, shot: &Shot) -> Result<String> {
    let photo = upload(who, shot, place).await?;
    let sent = who.report(&heap_report(place, 15.0, words, &[photo]), &key(name)).await?.ok()?;
    Ok(text(&sent, "/ticket_id").to_owned())
}

/// The last act: the history, the six steps, the figures.
pub(super) async fn end(play: &Play<'_>, ticket: &str) -> Result<Value> {
    let Play { narrator, cast, .. } = play;
    let seen = cast.dispatcher.ticket(ticket).await?;
    narrator.step(format!("案件 {} 的时间线：", text(&seen, "/number")));
    let steps = cast.dispatcher.timeline(ticket).await?;
    narrator.details(steps.iter().map(tell::step));
    narrator.step(format!("六步配对：{}", tell::stamps(&seen)));
    let figures = cast.dispatcher.get("/v1/statistics").await?.ok()?;
    let rates = super::items(&figures, "/rates").map(|rate| {
        let (label, printed, formula) = (text(rate, "/label"), text(rate, "/printed"), text(rate, "/text"));
        format!("{label} {printed}（{formula}：{} ÷ {}）", rate["numerator"], rate["denominator"])
    });
    let counts = &figures["counts"];
    narrator.step(format!(
        "首页数字：受理 {}，立案 {}，结案 {}（其中当场自行处置 {}），未结 {}，超期 {}",
        counts["received"],
        counts["filed"],
        counts["closed"],
        counts["self_handled"],
        counts["open"],
        counts["open_overdue"]
    ));
    narrator.details(rates);
    narrator.step(format!("最后状态：{}", text(&seen, "/state/label")));
    Ok(seen)
}
