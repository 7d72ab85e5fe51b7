//! Two pictures and a report, what the worker makes of them, and the neighbours who saw the same or something else.

use domain::geo::datum::{Wgs84, distance_m};
use serde_json::{Value, json};

use super::super::ground::grids_line;
use super::super::{PATIENCE, Play, items, tell};
use super::{heap_report, key, report, upload};
use crate::client::{Client, Failure, Result, stage_of, text};

const WORDS: &str = "路边一堆生活垃圾，好几天没人清理";

/// The first citizen's report until it is dispatched; ids of ticket and report.
pub(in super::super) async fn heap(play: &Play<'_>) -> Result<(String, String)> {
    let Play { narrator, cast, ground, gallery, .. } = play;
    let account = text(cast.first.session(), "/account/name");
    narrator.step(format!("市民甲用微信登录（一次性 code 换令牌），账户「{account}」"));
    let mut photos = Vec::new();
    for shot in &gallery.before {
        let size = shot.bytes.len() as f64 / 1_000_000.0;
        let sent =
            format!("按 wx.uploadFile 上传照片：{}（{size:.1} MB，文件名 {}）", shot.about, shot.file_name);
        match upload(&cast.first, shot, ground.heap).await {
            Ok(photo) => {
                photos.push(photo);
                narrator.step(sent);
            }
            // The user's own pictures may be anything; the others go on.
            Err(why) if gallery.own => narrator.step(format!("{sent}，没有收下：{why}")),
            Err(why) => return Err(why),
        }
    }
    if photos.is_empty() {
        return Err(Failure::new("没有一张处置前的照片被收下"));
    }
    let body = heap_report(ground.heap, 15.0, WORDS, &photos);
    let once = key("heap");
    let sent = cast.first.report(&body, &once).await?.ok()?;
    let (ticket, id) = (text(&sent, "/ticket_id").to_owned(), text(&sent, "/report_id").to_owned());
    narrator.step(format!(
        "上报：GCJ-02 ({:.6}, {:.6})，精度 15 米，“{WORDS}”；已受理，提示“{}”",
        body["longitude"].as_f64().unwrap_or_default(),
        body["latitude"].as_f64().unwrap_or_default(),
        text(&sent, "/place_hint/sentence")
    ));
    let again = cast.first.report(&body, &once).await?;
    let replayed = again.header("Idempotent-Replay") == "true";
    let same = again.ok()? == sent;
    narrator.step(match replayed && same {
        true => "弱网重试：同一请求再发一次，得到同一回答，没有第二条上报".to_owned(),
        false => return Err(Failure::new("同一请求重发得到了不同的回答")),
    });
    let seen = cast.dispatcher.wait_until(&ticket, PATIENCE, is_settled).await?;
    read_pictures(play, &photos, &id).await?;
    if stage_of(&seen) != "dispatched" {
        narrator.details(tell::doubts(&seen));
        return Err(Failure::new(format!("案件停在“{}”，没有自动派单", text(&seen, "/state/label"))));
    }
    narrator.step(format!("定位：{}", grids_line(&seen)));
    narrator.step(tell::filed(&seen));
    narrator.step(format!("派单（与挂号同一事务）：{}", tell::units(&seen)));
    narrator.detail(format!("任务：{}；责任：{}", text(&seen, "/task"), text(&seen, "/duty")));
    let mut clock = tell::clock(&seen["clock"]).into_iter();
    narrator.step(clock.next().unwrap_or_default());
    narrator.details(clock);
    Ok((ticket, id))
}

/// Dispatched, or a doubt waits.
fn is_settled(ticket: &Value) -> bool {
    stage_of(ticket) != "received" && stage_of(ticket) != "filed"
        || items(ticket, "/attention").next().is_some()
}

/// What the worker read from the pictures, and what of it was trusted.
async fn read_pictures(play: &Play<'_>, photos: &[String], report: &str) -> Result<()> {
    let Play { narrator, cast, .. } = play;
    for (n, id) in photos.iter().enumerate() {
        let photo = cast.first.get(&format!("/v1/photos/{id}")).await?.ok()?;
        let facts = &photo["facts"];
        if facts.is_null() {
            narrator.step(format!("读图：照片{} {}", n + 1, text(&photo, "/fault/message")));
            continue;
        }
        let place = if facts["has_position"] == true { "有 GPS" } else { "无 GPS" };
        let time = match text(facts, "/taken_at") {
            "" => "无拍摄时间".to_owned(),
            at => format!("摄于 {}", tell::short(at)),
        };
        narrator.step(format!(
            "读图：照片{} 摆正为 {}×{}，三种尺寸不带 EXIF，原图 EXIF {place}、{time}",
            n + 1,
            facts["width"],
            facts["height"]
        ));
    }
    let evidence = cast.first.get(&format!("/v1/reports/{report}")).await?.ok()?["evidence"].clone();
    narrator.step(format!(
        "采信：位置采信「{}」，时间采信「{}」",
        text(&evidence, "/place_source_label"),
        text(&evidence, "/time_source_label")
    ));
    let said: Vec<String> =
        items(&evidence, "/disagreements").map(|said| text(said, "/sentence").to_owned()).collect();
    match said.is_empty() {
        true => narrator.detail("各来源没有分歧"),
        false => narrator.details(said.into_iter().map(|said| format!("分歧：{said}"))),
    }
    Ok(())
}

/// A second citizen beside the heap, a third far off, and an undone merge; the far ticket's id.
pub(in super::super) async fn neighbours(play: &Play<'_>, ticket: &str) -> Result<String> {
    let Play { narrator, cast, ground, gallery, .. } = play;
    let second =
        report(&cast.second, "second", ground.beside, "一堆生活垃圾没人清理", &gallery.again).await?;
    let seen = cast.dispatcher.wait_until(&second, PATIENCE, is_settled).await?;
    let metres = distance_m(ground.heap, ground.beside);
    let alike = probability(&seen, ticket);
    if stage_of(&seen) == "merged" {
        narrator.step(format!(
            "市民乙在 {metres:.0} 米外上报（{}）：自动并案，相似度 {alike:.0}%",
            gallery.again.about
        ));
    } else {
        narrator.step(format!(
            "市民乙在 {metres:.0} 米外上报（{}）：相似度 {alike:.0}%，由督查专号并案",
            gallery.again.about
        ));
        merge(&cast.dispatcher, &second, ticket, "同一堆垃圾").await?;
    }
    let main = cast.dispatcher.ticket(ticket).await?;
    let both = cast.second.ticket(ticket).await?["mine"] == true;
    let follows = if both { "甲、乙都能看到并收到进展" } else { "乙尚未关注" };
    narrator.detail(format!("案件 {} 现有 {} 条上报；{follows}", text(&main, "/number"), main["reports"]));
    let far = third(play).await?;
    let unmerge = json!({ "action": "unmerge", "reason": "像是两堆垃圾，先分开核对" });
    cast.dispatcher.act(&second, &unmerge).await?.ok()?;
    let apart = cast.dispatcher.wait_until(&second, PATIENCE, is_settled).await?;
    narrator.step(format!(
        "督查专号撤销并案：乙的上报单独立案 {}，{}",
        text(&apart, "/number"),
        text(&apart, "/state/label")
    ));
    merge(&cast.dispatcher, &second, ticket, "现场核对为同一堆垃圾，重新并案").await?;
    let main = cast.dispatcher.ticket(ticket).await?;
    narrator.step(format!("核对后重新并案：{} 又有 {} 条上报", text(&main, "/number"), main["reports"]));
    Ok(far)
}

async fn third(play: &Play<'_>) -> Result<String> {
    let Play { narrator, cast, ground, gallery, .. } = play;
    let far = report(&cast.third, "third", ground.far, "又一堆垃圾", &gallery.other_heap(1)?).await?;
    let seen = cast.dispatcher.wait_for(&far, "dispatched", PATIENCE).await?;
    let metres = metres_apart(ground.heap, ground.far);
    narrator.step(format!(
        "市民丙在 {metres} 米外上报同类问题：另立 {}，{}",
        text(&seen, "/number"),
        tell::units(&seen)
    ));
    Ok(far)
}

fn metres_apart(a: Wgs84, b: Wgs84) -> i64 {
    distance_m(a, b).round() as i64
}

async fn merge(dispatcher: &Client, from: &str, into: &str, reason: &str) -> Result<()> {
    let action = json!({ "action": "merge", "into": into, "reason": reason });
    dispatcher.act(from, &action).await?.ok().map(|_| ())
}

/// How alike the ticket was found to `other`, per cent.
fn probability(ticket: &Value, other: &str) -> f64 {
    let found = items(ticket, "/duplicates").find(|twin| text(twin, "/ticket_id") == other);
    found.and_then(|twin| twin["probability"].as_f64()).unwrap_or_default() * 100.0
}
