use std::collections::BTreeMap;

use super::*;
use crate::classify::{Guess, Suggesting};
use crate::dedupe::{Feature, Score, Verdict};
use crate::evidence::{LocationSource, SettledPlace, SettledTime, TimeSource};
use crate::geo::datum::Wgs84;
use crate::geo::grid::{Candidate, Layer, Placement, Spot};
use crate::id::{CategoryCode, DepartmentCode, GridCode, TicketId};
use crate::proof;
use crate::route::{Routing, Why};
use crate::time::Moment;

struct Plain;

impl Names for Plain {
    fn grid(&self, _: Layer, code: &GridCode) -> String {
        format!("网格{code}")
    }
    fn unit(&self, code: &DepartmentCode) -> String {
        format!("单位{code}")
    }
    fn category(&self, code: &CategoryCode) -> String {
        format!("类别{code}")
    }
    fn ticket(&self, id: &TicketId) -> String {
        format!("案件{id}")
    }
}

fn place() -> Ground {
    let candidate =
        |code: &str, likelihood| Candidate { grid: code.into(), name: format!("{code}社区"), likelihood };
    let border = Spot::Border { candidates: vec![candidate("甲", 0.6), candidate("乙", 0.4)] };
    Ground::Place(PlaceGround {
        place: SettledPlace {
            at: Wgs84::new(120.45, 36.38),
            accuracy_m: Some(30.0),
            source: LocationSource::Device,
            disagreements: Vec::new(),
        },
        time: SettledTime {
            at: Moment::from_ms(0),
            source: TimeSource::Received,
            reason: Some("没有可信的拍摄时间".into()),
            disagreements: Vec::new(),
        },
        placement: Some(Placement { layers: BTreeMap::from([(Layer::Community, border)]) }),
        grids: BTreeMap::from([(Layer::Area, "001".into())]),
        books: 7,
    })
}

fn category(chosen: Option<&str>) -> Ground {
    let guess = Guess {
        category: "01001".into(),
        name: "井盖缺失移位".into(),
        confidence: 0.83,
        said: vec!["井盖".into(), "没了".into()],
    };
    Ground::Category(CategoryGround {
        hint: None,
        guesses: vec![guess],
        rule: Suggesting::default(),
        chosen: chosen.map(CategoryCode::from),
        version: 2,
    })
}

fn duplicates() -> Ground {
    let feature = Feature {
        name: "distance".into(),
        label: "距离".into(),
        value: 0.5,
        weight: 2.0,
        text: "相距 12 米".into(),
    };
    let score = Score {
        probability: 0.62,
        verdict: Verdict::Ask,
        features: vec![feature],
        held: vec!["类别不同，须人工判断".into()],
        version: 1,
    };
    let matches = vec![Match { ticket: "t2".into(), score }];
    Ground::Duplicates(DuplicateGround { matches, merge: 0.85, ask: 0.4, version: 1 })
}

fn routing() -> Ground {
    let why = vec![Why { text: "主办:规则 r01".into(), rule: Some("r01".into()) }];
    Ground::Routing(RouteGround {
        category: "01001".into(),
        area: Some("001".into()),
        bureau: None,
        routing: Routing::Assigned { lead: "a".into(), assist: Some("b".into()), why },
        books: 7,
    })
}

fn told(ground: Ground) -> Section {
    tell(&Decision { at: Moment::from_ms(0), ground }, &Plain)
}

#[test]
fn every_ground_is_read_back_as_it_was_written() {
    for ground in [place(), category(None), duplicates(), routing()] {
        let text = serde_json::to_string(&ground).unwrap();
        assert_eq!(serde_json::from_str::<Ground>(&text).unwrap(), ground, "{text}");
    }
}

#[test]
fn a_place_tells_source_accuracy_and_the_share_of_every_grid() {
    let section = told(place());
    let all = section.lines.join("\n");
    for part in ["手机定位", "30 米", "甲社区 60%、乙社区 40%", "没有可信的拍摄时间"] {
        assert!(all.contains(part), "{part}: {all}");
    }
    assert_eq!(section.outcome, "取网格001");
    assert!(section.version.contains("第 7 版"));
}

#[test]
fn a_category_tells_the_words_behind_it_and_what_was_missing() {
    assert_eq!(told(category(Some("01001"))).outcome, "按描述自动定为类别01001（把握达到 70%）");
    let left = told(category(None));
    assert_eq!(left.outcome, "没有一类的把握达到 70%，由人工定类");
    assert_eq!(left.lines, ["「井盖」「没了」→ 井盖缺失移位（把握 83%）"]);
}

#[test]
fn a_comparison_tells_each_feature_times_its_weight_and_what_held_it() {
    let section = told(duplicates());
    assert_eq!(section.outcome, "与 案件t2 相似度 62.0%：待人工判断");
    assert!(section.lines.contains(&"  距离 +0.50 × 2.00 = +1.00：相距 12 米".to_owned()), "{section:?}");
    assert!(section.lines.iter().any(|line| line.contains("受限：类别不同")));
    assert!(section.version.contains("85% 起自动并案，40% 起交由人工"));
}

#[test]
fn a_routing_tells_the_rule_and_the_units_by_name() {
    let section = told(routing());
    assert_eq!(section.outcome, "单位a主办，单位b协办");
    assert!(section.lines.iter().any(|line| line.contains("规则 r01")));
}

#[test]
fn a_proof_tells_measure_and_threshold_of_every_check() {
    let check = proof::Check {
        name: proof::CheckName::InsideFence,
        outcome: proof::Outcome::Doubt,
        measure: Some(180.0),
        threshold: 130.0,
        unit: "米".into(),
        text: "距问题位置 180 米".into(),
    };
    let verdict = proof::Verdict { outcome: proof::Outcome::Doubt, checks: vec![check], version: 3 };
    let section = tell_proof(2, &verdict, Moment::from_ms(0));
    assert_eq!(section.outcome, "第 2 次提交：存疑");
    assert!(section.lines[0].contains("测得 180.00米，界限 130.00米"), "{section:?}");
}

#[test]
fn a_ticket_from_before_says_that_nothing_was_kept() {
    let id = TicketId::from("t1");
    let standing = Standing { number: None, id: &id, state: "受理", words: "", address: "" };
    assert!(text(&standing, &[]).contains("没有留下自动判定的依据"));
    let whole = text(&standing, &[told(routing())]);
    assert!(whole.contains("【派单】单位a主办"), "{whole}");
}
