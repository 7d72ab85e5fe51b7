use std::collections::BTreeMap;
use std::sync::Arc;

use domain::actor::Role;
use domain::clock::calendar::{Calendar, default_hours};
use domain::clock::limit::{Limit, LimitUnit};
use domain::geo::datum::{CoordType, Wgs84};
use domain::geo::grid::GridIndex;
use domain::ticket::action::ActionKind;
use domain::ticket::attention::{Attention, AttentionKind};
use domain::ticket::decide;
use domain::ticket::event::{Assignment, By, Change, Event, Opening, Person, Place, Source, Unit};
use domain::ticket::state::State;
use serde_json::Value;
use store::repo::district::Books;
use store::repo::photos::{Card, PhotoState};
use store::repo::tickets::PhotoUse;

use super::*;
use crate::sign::Signer;
use crate::view::history::{public_step, steps};
use crate::view::ticket::{Dossier, whole};

const NOW: Moment = Moment::from_ms(1_771_200_000_000);
const SECRETS: [&str; 4] = ["张三", "13812345678", "reporter-7", "李四"];

fn books() -> Books {
    Books {
        departments: Default::default(),
        categories: Default::default(),
        standards: Default::default(),
        rules: Vec::new(),
        calendar: Calendar::new(default_hours(), BTreeMap::new()).unwrap(),
        grids: Arc::new(GridIndex::build(Vec::new())),
        guide: Default::default(),
        config: Default::default(),
        version: 1,
    }
}

fn citizen(id: &str) -> Actor {
    Actor { account: id.into(), name: "张三".into(), role: Role::Citizen, ..Actor::system() }
}

/// The report of 张三, and its dispatch to 李四 of 环卫站.
fn events() -> [Event; 2] {
    let opening = Opening {
        report: "r1".into(),
        source: Source::MiniProgram,
        reporter: Some("reporter-7".into()),
        words: "我是张三,电话13812345678".into(),
        place: Some(Place { at: Wgs84 { lon: 120.45, lat: 36.39 }, accuracy_m: 20.0 }),
        found_at: NOW,
        category_hint: None,
        photos: vec!["p1".into()],
        fixed_on_spot: Vec::new(),
        relapse_of: None,
        origin: Default::default(),
    };
    let opened = decide::open(&"t1".into(), opening, &citizen("reporter-7"), NOW).event;
    let unit = Unit { code: "hw".into(), name: "环卫站".into() };
    let assignment = Assignment {
        lead: unit,
        assist: None,
        person: Person { account: "staff-1".into(), name: "李四".into() },
        task: "清运".into(),
        limit: Limit { amount: 4, unit: LimitUnit::WorkHours },
        standard: "s".into(),
        duty: "主办".into(),
        parties: Vec::new(),
        leader: None,
        red: false,
    };
    let dispatched = Event {
        seq: 2,
        by: By { name: "李四".into(), role: Role::Dispatcher, ..By::from(&citizen("staff-1")) },
        action: Some(ActionKind::Dispatch),
        state: State::Dispatched,
        change: Change::Assigned(assignment),
        note: Some("李四电话13812345678".into()),
        ..opened.clone()
    };
    [opened, dispatched]
}

fn album() -> Album {
    let used = |photo: &str, part: &str| PhotoUse {
        photo_id: photo.into(),
        ticket_id: "t1".into(),
        report_id: Some("r1".into()),
        part: part.into(),
        round: 0,
        position: 0,
        used_at: NOW.ms(),
    };
    let card = |photo: &str| Card {
        id: photo.into(),
        sha256: "0".repeat(64),
        state: PhotoState::Ready,
        fault: None,
        captured_at: None,
        uploaded_at: NOW,
        region: None,
    };
    let uses = vec![used("p1", "before"), used("p2", "verify"), used("p3", "contest"), used("p4", "after")];
    Album { uses, cards: ["p1", "p2", "p3", "p4"].map(card).into() }
}

fn seen_by(actor: &Actor) -> Value {
    let (books, signer) = (books(), Signer::new(&[1; 32], ""));
    let frame = Frame { books: &books, coord_type: CoordType::Gcj02, now: NOW, signer: &signer };
    let ticket = Ticket::fold(&"t1".into(), &events()).unwrap();
    serde_json::to_value(public(&frame, actor, &ticket, true, &album())).unwrap()
}

#[test]
fn another_citizen_reads_nobodys_words_and_no_persons_name() {
    let text = seen_by(&citizen("neighbour")).to_string();
    for secret in SECRETS {
        assert!(!text.contains(secret), "{secret} in {text}");
    }
    assert!(text.contains("环卫站"));
}

#[test]
fn the_reporter_reads_the_own_words() {
    assert_eq!(seen_by(&citizen("reporter-7"))["words"], "我是张三,电话13812345678");
}

#[test]
fn citizens_see_the_problem_and_the_fix_and_no_inner_pictures() {
    let view = seen_by(&citizen("neighbour"));
    let photos: Vec<_> =
        view["photos"].as_array().unwrap().iter().map(|photo| photo["id"].as_str().unwrap()).collect();
    assert_eq!(photos, ["p1", "p4"]);
}

#[test]
fn the_history_for_citizens_names_units_only() {
    let steps: Vec<_> = events().iter().filter_map(public_step).collect();
    let text = serde_json::to_string(&steps).unwrap();
    for secret in SECRETS {
        assert!(!text.contains(secret), "{secret} in {text}");
    }
    assert_eq!(steps[1].sentence, "已交由环卫站办理");
}

#[test]
fn staff_never_read_who_the_citizen_is() {
    let (books, signer) = (books(), Signer::new(&[1; 32], ""));
    let frame = Frame { books: &books, coord_type: CoordType::Gcj02, now: NOW, signer: &signer };
    let first = steps(&frame, &events()[..1], false);
    let text = serde_json::to_string(&first).unwrap();
    assert!(text.contains("市民") && !text.contains("张三") && !text.contains("reporter-7"), "{text}");
    let ticket = Ticket::fold(&"t1".into(), &events()).unwrap();
    let dossier = Dossier {
        ticket,
        mine: false,
        merged: Vec::new(),
        album: album(),
        verdicts: Vec::new(),
        scores: Vec::new(),
        others: Vec::new(),
        recheck_due: None,
        history: events().to_vec(),
    };
    let handler = Actor { role: Role::Handler, department: Some("hw".into()), ..citizen("staff-1") };
    let view = serde_json::to_value(whole(&frame, &handler, dossier)).unwrap();
    assert!(!view.to_string().contains("reporter-7"));
    let actions: Vec<_> =
        view["allowed_actions"].as_array().unwrap().iter().map(|a| a["action"].as_str().unwrap()).collect();
    assert!(actions.contains(&"sign_in") && !actions.contains(&"accept"), "{actions:?}");
}

#[test]
fn the_history_tells_which_doubts_an_action_really_settled() {
    let (books, signer) = (books(), Signer::new(&[1; 32], ""));
    let frame = Frame { books: &books, coord_type: CoordType::Gcj02, now: NOW, signer: &signer };
    let [opened, mut dispatched] = events();
    let flagged =
        Event { seq: 2, raised: vec![Attention::NoPlace], action: Some(ActionKind::Flag), ..opened.clone() };
    dispatched.settled = vec![AttentionKind::Border, AttentionKind::NoPlace];
    let again = Event { seq: 4, ..dispatched.clone() };
    let steps = steps(&frame, &[opened, flagged, dispatched, again], false);
    assert_eq!(steps[2].settled, [AttentionKind::NoPlace]);
    assert_eq!(steps[3].settled, []);
}
