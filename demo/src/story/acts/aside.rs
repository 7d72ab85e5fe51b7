//! What else happens on such a day: fixed on the spot, "not ours", and places that only a person can settle.

use std::time::Duration;

use domain::geo::datum::Wgs84;
use serde_json::{Value, json};

use super::super::ground::grids_line;
use super::super::{PATIENCE, Play, items, tell};
use super::{heap_report, key, upload};
use crate::client::{Result, text};

/// A 网格员 finds and fixes something in one submission.
pub(in super::super) async fn on_the_spot(play: &Play<'_>) -> Result<()> {
    let Play { narrator, cast, ground, gallery, .. } = play;
    let before = upload(&cast.worker, &gallery.other_heap(2)?, ground.spot).await?;
    let after = upload(&cast.worker, &gallery.other_heap_fixed(2)?, ground.spot).await?;
    let mut body = heap_report(ground.spot, 10.0, "巡查发现垃圾，当场清理", &[before]);
    body["fixed_photo_ids"] = json!([after]);
    let sent = cast.worker.report(&body, &key("spot")).await?.ok()?;
    let id = text(&sent, "/ticket_id");
    let done =
        |seen: &Value| text(seen, "/state/stage") == "closed" || items(seen, "/attention").next().is_some();
    let seen = cast.dispatcher.wait_until(id, PATIENCE, done).await?;
    let name = text(cast.worker.session(), "/account/name");
    narrator.step(format!(
        "网格员{name}当场发现、当场处置（前后照片一次提交）：{}，{}，单独计数，不占单位时限",
        text(&seen, "/number"),
        text(&seen, "/state/label")
    ));
    narrator.details(tell::proof(&seen));
    Ok(())
}

/// A unit returns a ticket, the dispatcher rules.
pub(in super::super) async fn not_ours(play: &Play<'_>, ticket: &str) -> Result<()> {
    let Play { narrator, cast, .. } = play;
    cast.handler.act(ticket, &json!({ "action": "sign_in" })).await?.ok()?;
    let returned =
        json!({ "action": "return", "proposed": "line-sanitation", "reason": "大件垃圾清运属环卫职责" });
    let disputed = cast.handler.act(ticket, &returned).await?.ok()?;
    narrator.step(format!(
        "“不归我管”：「{}」退单，指明应由「{}」负责；{}，责任人仍是 {}",
        text(&disputed, "/lead/name"),
        text(&disputed, "/state/proposed/name"),
        text(&disputed, "/clock/state_label"),
        text(&disputed, "/person/name")
    ));
    // Long enough for the pause to show in the arithmetic.
    tokio::time::sleep(Duration::from_millis(1200)).await;
    // A verdict binds the next case of its kind in the area; this one confirms the usual way.
    let ruling = json!({ "action": "rule", "lead": "area-huanxiu", "assist": "line-sanitation",
        "parties": ["area-huanxiu", "line-sanitation"], "reason": "块为主：片区主办，环卫专班派车协办" });
    let ruled = cast.dispatcher.act(ticket, &ruling).await?.ok()?;
    narrator.step(format!(
        "三方会商，督查专号裁定：{}（{}），此类案件今后照此派单；会商期间不计处置时间：",
        tell::units(&ruled),
        text(&ruled, "/state/label")
    ));
    narrator.details(items(&ruled, "/clock/intervals").map(|span| format!("· {}", text(span, "/sentence"))));
    narrator.details(tell::clock(&ruled["clock"]));
    Ok(())
}

/// A circle over a border, and a point outside: both wait for the dispatcher.
pub(in super::super) async fn doubtful_places(play: &Play<'_>) -> Result<()> {
    let Play { narrator, cast, ground, .. } = play;
    let (border, outside) = (ground.border, ground.outside);
    let cases: [(&str, u64, Wgs84, f64); 2] =
        [("路口垃圾", 3, border, 25.0), ("路过看到垃圾", 4, outside, 15.0)];
    for (words, n, place, accuracy) in cases {
        let photo = upload(&cast.third, &play.gallery.other_heap(n)?, place).await?;
        let body = heap_report(place, accuracy, words, &[photo]);
        let sent = cast.third.report(&body, &key(&format!("place-{n}"))).await?.ok()?;
        let waits = |seen: &Value| items(seen, "/attention").next().is_some();
        let seen = cast.dispatcher.wait_until(text(&sent, "/ticket_id"), PATIENCE, waits).await?;
        let stage = text(&seen, "/state/label");
        narrator
            .step(format!("“{words}”（精度 {accuracy:.0} 米）：{stage}，等督查专号——{}", grids_line(&seen)));
        narrator.details(tell::doubts(&seen));
    }
    Ok(())
}
