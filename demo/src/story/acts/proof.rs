//! Three proofs: the old picture again, one from somewhere else, the true one; and what closing sets going.

use std::time::Instant;

use domain::geo::datum::distance_m;
use serde_json::{Value, json};

use super::super::cast::OPENIDS;
use super::super::{PATIENCE, Play, items, tell};
use super::upload;
use crate::client::{Client, Failure, Result, stage_of, text};

/// The handler's three submissions; whether the ticket was struck off.
pub(in super::super) async fn prove(play: &Play<'_>, ticket: &str) -> Result<bool> {
    let Play { narrator, cast, ground, gallery, .. } = play;
    let signed = cast.handler.act(ticket, &json!({ "action": "sign_in" })).await?.ok()?;
    let (unit, name) = (text(&signed, "/lead/name"), text(cast.handler.session(), "/account/name"));
    narrator.step(format!("「{unit}」{name} 签收，状态 {}", text(&signed, "/state/label")));

    let judged = hand_in(play, ticket, &old_picture(play).await?).await?;
    narrator.step(format!("拿处置前的照片冒充：{}", verdict(&judged)));
    narrator.details(tell::proof(&judged));

    let elsewhere = upload(&cast.handler, &gallery.elsewhere()?, ground.away).await?;
    let judged = hand_in(play, ticket, &elsewhere).await?;
    let metres = distance_m(ground.heap, ground.away);
    narrator.step(format!("交一张 {metres:.0} 米外的照片：{}", verdict(&judged)));
    narrator.details(tell::proof(&judged));
    if stage_of(&judged) == "fixed" {
        let rework = json!({ "action": "rework", "reason": "照片不在现场，请到现场拍摄" });
        let back = cast.dispatcher.act(ticket, &rework).await?.ok()?;
        narrator.step(format!(
            "督查专号决定：返工（第 {} 次），状态 {}",
            back["reworks"],
            text(&back, "/state/label")
        ));
    }

    let after = match upload(&cast.handler, &gallery.after, ground.heap).await {
        Err(why) if gallery.own => {
            narrator
                .step(format!("处置后的照片（{}）没有收下：{why}；故事如实停在这里", gallery.after.about));
            return Ok(false);
        }
        uploaded => uploaded?,
    };
    let judged = hand_in(play, ticket, &after).await?;
    narrator.step(format!("交处置后的照片（{}）：{}", gallery.after.about, verdict(&judged)));
    narrator.details(tell::proof(&judged));
    decide(play, ticket, &judged).await
}

fn verdict(judged: &Value) -> String {
    let doubt = if text(judged, "/proof/outcome") == "doubt" { "，等人决定" } else { "" };
    format!(
        "机器核查「{}」{doubt}，状态 {}",
        text(judged, "/proof/outcome_label"),
        text(judged, "/state/label")
    )
}

/// The first picture of the problem that the server takes, handed in once more.
async fn old_picture(play: &Play<'_>) -> Result<String> {
    let Play { cast, ground, gallery, .. } = play;
    let mut refused = Failure::new("没有处置前的照片");
    for shot in &gallery.before {
        match upload(&cast.handler, shot, ground.heap).await {
            Ok(photo) => return Ok(photo),
            Err(why) => refused = why,
        }
    }
    Err(refused)
}

/// Hands in a fix and waits for its verdict.
async fn hand_in(play: &Play<'_>, ticket: &str, photo: &str) -> Result<Value> {
    let cast = &play.cast;
    let before = round(&cast.dispatcher.ticket(ticket).await?);
    let fix = json!({ "action": "submit_fix", "photo_ids": [photo], "note": "已安排清运" });
    cast.handler.act(ticket, &fix).await?.ok()?;
    cast.dispatcher.wait_until(ticket, PATIENCE, |seen| round(seen) > before).await
}

fn round(ticket: &Value) -> i64 {
    ticket.pointer("/proof/round").and_then(Value::as_i64).unwrap_or(0)
}

/// A pass closes by itself, a doubt is the dispatcher's, a fail stays with the unit.
async fn decide(play: &Play<'_>, ticket: &str, judged: &Value) -> Result<bool> {
    let Play { narrator, cast, gallery, .. } = play;
    match text(judged, "/proof/outcome") {
        "pass" => {
            let closed = cast.dispatcher.wait_for(ticket, "closed", PATIENCE).await?;
            narrator.step(format!("核查通过即验收，销号：状态 {}", text(&closed, "/state/label")));
            Ok(true)
        }
        "doubt" => {
            let note = if gallery.own {
                "演示：照片由使用者提供，督查专号人工采信"
            } else {
                "人工查看后采信"
            };
            cast.dispatcher.act(ticket, &json!({ "action": "accept", "note": note })).await?.ok()?;
            let closed = cast.dispatcher.act(ticket, &json!({ "action": "close" })).await?.ok()?;
            let stage = text(&closed, "/state/label");
            narrator.step(format!("机器存疑，不替人作主；督查专号看过后验收并销号（{note}）：状态 {stage}"));
            Ok(true)
        }
        _ => {
            let stage = text(judged, "/state/label");
            narrator.step(format!("机器判为不通过，案件退回责任单位，状态 {stage}；故事如实停在这里"));
            Ok(false)
        }
    }
}

/// Notices, the look back, the rating.
pub(in super::super) async fn afterwards(play: &Play<'_>, ticket: &str, report: &str) -> Result<()> {
    let Play { narrator, cast, .. } = play;
    for (who, client) in [("甲", &cast.first), ("乙", &cast.second)] {
        let notice = closing_notice(client, ticket).await?;
        narrator.step(format!("通知市民{who}：{}", notice.as_deref().unwrap_or("（尚未收到）")));
    }
    if let Some(wechat) = play.wechat {
        let sent = Client::new(wechat)?.get("/__sent").await?;
        let sent: Value = serde_json::from_slice(&sent.body).unwrap_or_default();
        let closing = items(&sent, "/sent").filter(|message| {
            OPENIDS.contains(&text(message, "/touser")) && text(message, "/data/phrase2/value") == "已销号"
        });
        narrator.detail(format!("微信替身收到这两人的“已销号”订阅消息共 {} 条", closing.count()));
    }
    let seen = cast.dispatcher.ticket(ticket).await?;
    let (due, days) = (text(&seen, "/recheck_due_at"), &seen["category"]["recheck_days"]);
    narrator.step(format!("已排回头看：销号后 {days} 天，{}", tell::short(due)));
    let rating = json!({ "stars": 5, "comment": "处理得很快" });
    let rated = cast.first.post(&format!("/v1/reports/{report}/rating"), &rating).await?.ok()?;
    narrator.step(format!("市民甲评价：{} 星，“处理得很快”", rated["stars"]));
    Ok(())
}

/// The words of the notice that it is done, as soon as it is there.
async fn closing_notice(client: &Client, ticket: &str) -> Result<Option<String>> {
    let began = Instant::now();
    loop {
        let notices = client.get("/v1/notices").await?.ok()?;
        let found = items(&notices, "/items").find(|notice| {
            text(notice, "/ticket_id") == ticket && text(notice, "/title").contains("处置完成")
        });
        match found {
            Some(notice) => {
                return Ok(Some(format!("{}——{}", text(notice, "/title"), text(notice, "/body"))));
            }
            None if began.elapsed() > PATIENCE / 6 => return Ok(None),
            None => tokio::time::sleep(std::time::Duration::from_millis(200)).await,
        }
    }
}
