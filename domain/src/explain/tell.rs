//! Grounds as Chinese sentences with every figure that was weighed.

use serde::Serialize;

use super::ground::{CategoryGround, Decision, DuplicateGround, Ground, PlaceGround, RouteGround, Subject};
use crate::classify::Guessing;
use crate::dedupe::{Feature, Score, Verdict};
use crate::geo::grid::{Candidate, Layer, SURE, Spot};
use crate::id::{CategoryCode, DepartmentCode, GridCode, TicketId};
use crate::proof;
use crate::route::Routing;
use crate::time::Moment;

/// How codes are spoken of.
pub trait Names {
    /// A grid.
    fn grid(&self, layer: Layer, code: &GridCode) -> String;
    /// A unit.
    fn unit(&self, code: &DepartmentCode) -> String;
    /// A category.
    fn category(&self, code: &CategoryCode) -> String;
    /// Another ticket, by its number when it has one.
    fn ticket(&self, id: &TicketId) -> String;
}

/// One decision told.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Section {
    pub subject: Subject,
    pub label: &'static str,
    pub at: Moment,
    /// Which rules and thresholds, in Chinese.
    pub version: String,
    /// What came out, one sentence.
    pub outcome: String,
    /// What was weighed, in the order of its weight.
    pub lines: Vec<String>,
}

/// The ticket at the head of the text.
#[derive(Debug, Clone, Copy)]
pub struct Standing<'a> {
    pub number: Option<&'a str>,
    pub id: &'a TicketId,
    pub state: &'a str,
    pub words: &'a str,
    pub address: &'a str,
}

/// Tells a decision.
pub fn tell(decision: &Decision, names: &dyn Names) -> Section {
    let (version, outcome, lines) = match &decision.ground {
        Ground::Place(ground) => place(ground, names),
        Ground::Category(ground) => category(ground, names),
        Ground::Duplicates(ground) => duplicates(ground, names),
        Ground::Routing(ground) => routing(ground, names),
    };
    section(decision.ground.subject(), decision.at, version, outcome, lines)
}

/// Tells a verdict on a fix.
pub fn tell_proof(round: i64, verdict: &proof::Verdict, at: Moment) -> Section {
    let lines = verdict.checks.iter().map(|check| {
        let unit = &check.unit;
        let measure =
            check.measure.map_or("无可测量".to_owned(), |measure| format!("{measure:.2}{unit}"));
        let figures = format!("测得 {measure}，界限 {:.2}{unit}", check.threshold);
        format!("{}：{}。{}（{figures}）", check.name.label(), check.outcome.label(), check.text)
    });
    let outcome = format!("第 {round} 次提交：{}", verdict.outcome.label());
    let version = format!("证据阈值第 {} 版", verdict.version);
    section(Subject::Proof, at, version, outcome, lines.collect())
}

/// Everything as one text for a terminal.
pub fn text(standing: &Standing<'_>, sections: &[Section]) -> String {
    let Standing { number, id, state, words, address } = standing;
    let mut text = format!("案件 {}（{state}）\n", number.unwrap_or(id.as_str()));
    text.push_str(&format!("描述：{}\n", if words.is_empty() { "（无）" } else { words }));
    text.push_str(&format!("地址：{}\n", if address.is_empty() { "未知" } else { address }));
    if sections.is_empty() {
        text.push_str("没有留下自动判定的依据：尚未判定，或判定早于依据留存功能。\n");
    }
    for section in sections {
        text.push_str(&format!("\n【{}】{}\n", section.label, section.outcome));
        text.push_str(&format!("  判定时间 {}；{}\n", section.at.short(), section.version));
        section.lines.iter().for_each(|line| text.extend(["  · ", line, "\n"]));
    }
    text
}

fn section(subject: Subject, at: Moment, version: String, outcome: String, lines: Vec<String>) -> Section {
    Section { subject, label: subject.label(), at, version, outcome, lines }
}

type Told = (String, String, Vec<String>);

fn place(ground: &PlaceGround, names: &dyn Names) -> Told {
    let source = ground.place.source.label();
    let accuracy = ground.place.accuracy_m.map_or("未给出".to_owned(), |m| format!("{m:.0} 米"));
    let mut lines = vec![format!("位置以{source}为准，误差半径 {accuracy}")];
    if let Some(at) = ground.place.at {
        lines.push(format!("坐标（WGS-84）经度 {:.6}，纬度 {:.6}", at.lon, at.lat));
    }
    lines.extend(ground.place.disagreements.iter().map(|other| other.sentence.clone()));
    lines.push(format!("发现时间以{}为准：{}", ground.time.source.label(), ground.time.at.short()));
    lines.extend(ground.time.reason.clone());
    lines.extend(ground.time.disagreements.iter().map(|other| other.sentence.clone()));
    let layers = ground.placement.iter().flat_map(|placement| &placement.layers);
    lines.extend(layers.map(|(layer, spot)| format!("{}：{}", layer.label(), told_spot(spot))));
    let taken = ground.grids.iter().map(|(layer, code)| names.grid(*layer, code)).collect::<Vec<_>>();
    let outcome = if taken.is_empty() {
        "没有可以确定的网格，交由人工".to_owned()
    } else {
        format!("取{}", taken.join("、"))
    };
    (format!("边界第 {} 版，占误差圆 {:.0}% 起为确定", ground.books, SURE * 100.0), outcome, lines)
}

fn told_spot(spot: &Spot) -> String {
    let share = |c: &Candidate| format!("{} {:.0}%", c.name, c.likelihood * 100.0);
    match spot {
        Spot::Inside { name, likelihood, .. } => format!("在{name}内（可能性 {:.0}%）", likelihood * 100.0),
        Spot::Border { candidates } => {
            format!("跨界：{}", candidates.iter().map(share).collect::<Vec<_>>().join("、"))
        }
        Spot::Outside { nearest, distance_m } => {
            let near = nearest.as_ref().map(|near| format!("，最近的是{}", near.name)).unwrap_or_default();
            format!("区外，距边界约 {distance_m:.0} 米{near}")
        }
    }
}

fn category(ground: &CategoryGround, names: &dyn Names) -> Told {
    let lines = ground.guesses.iter().map(|guess| guess.reason()).collect::<Vec<_>>();
    let lines =
        if lines.is_empty() { vec!["描述中没有与类别有关的词".to_owned()] } else { lines };
    let sure = ground.rule.sure * 100.0;
    let outcome = match (&ground.hint, &ground.chosen) {
        (Some(_), Some(chosen)) => format!("按上报人所选：{}", names.category(chosen)),
        (None, Some(chosen)) => format!("按描述自动定为{}（把握达到 {sure:.0}%）", names.category(chosen)),
        (_, None) if ground.rule.mode != Guessing::Act => {
            format!("自动判定为“{}”，由人工定类", ground.rule.mode.label())
        }
        (_, None) => format!("没有一类的把握达到 {sure:.0}%，由人工定类"),
    };
    (format!("用词与校准第 {} 版，规则“{}”", ground.version, ground.rule.mode.label()), outcome, lines)
}

fn duplicates(ground: &DuplicateGround, names: &dyn Names) -> Told {
    let told = |score: &Score| match score.verdict {
        Verdict::Separate => "另立",
        Verdict::Ask => "待人工判断",
        Verdict::Merge => "并案",
    };
    let outcome = match ground.matches.first() {
        None => "附近没有可以并入的在办案件".to_owned(),
        Some(best) => {
            let share = best.score.probability * 100.0;
            format!("与 {} 相似度 {share:.1}%：{}", names.ticket(&best.ticket), told(&best.score))
        }
    };
    let mut lines = Vec::new();
    for one in &ground.matches {
        let (other, share) = (names.ticket(&one.ticket), one.score.probability * 100.0);
        lines.push(format!("比对 {other}：相似度 {share:.1}%，{}", told(&one.score)));
        lines.extend(one.score.features.iter().map(|feature| format!("  {}", weighed(feature))));
        lines.extend(one.score.held.iter().map(|why| format!("  受限：{why}")));
    }
    let (merge, ask) = (ground.merge * 100.0, ground.ask * 100.0);
    let version = format!("权重与阈值第 {} 版：{merge:.0}% 起自动并案，{ask:.0}% 起交由人工", ground.version);
    (version, outcome, lines)
}

fn weighed(feature: &Feature) -> String {
    let Feature { label, value, weight, text, .. } = feature;
    format!("{label} {value:+.2} × {weight:.2} = {:+.2}：{text}", value * weight)
}

fn routing(ground: &RouteGround, names: &dyn Names) -> Told {
    let area = ground.area.as_ref().map_or("未定".to_owned(), |area| names.grid(Layer::Area, area));
    let bureau = ground.bureau.as_ref().map_or("无".to_owned(), |unit| names.unit(unit));
    let basis = format!("类别 {}；片区 {area}；行业单位 {bureau}", names.category(&ground.category));
    let (outcome, why) = match &ground.routing {
        Routing::Assigned { lead, assist, why } => {
            let assist = assist.as_ref().map(|unit| format!("，{}协办", names.unit(unit)));
            (format!("{}主办{}", names.unit(lead), assist.unwrap_or_default()), why)
        }
        Routing::Unroutable { why } => ("没有责任单位，交由人工派单".to_owned(), why),
    };
    let lines = std::iter::once(basis).chain(why.iter().map(|why| why.text.clone())).collect();
    (format!("规则与名录第 {} 版", ground.books), outcome, lines)
}
