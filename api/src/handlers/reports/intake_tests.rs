use std::collections::BTreeMap;
use std::sync::Arc;

use domain::actor::Actor;
use domain::clock::calendar::{Calendar, default_hours};
use domain::geo::grid::GridIndex;
use serde_json::{Value, json};
use store::repo::people::Account;

use super::*;
use crate::extract::Body;

const NOW: Moment = Moment::from_ms(1_771_200_000_000);

fn books() -> Books {
    Books {
        departments: BTreeMap::new(),
        categories: BTreeMap::new(),
        standards: BTreeMap::new(),
        rules: Vec::new(),
        calendar: Calendar::new(default_hours(), BTreeMap::new()).unwrap(),
        grids: Arc::new(GridIndex::build(Vec::new())),
        guide: Default::default(),
        config: Default::default(),
        version: 1,
    }
}

fn caller(role: Role) -> Caller {
    let account = Account {
        id: "a1".into(),
        role,
        name: "某人".into(),
        username: None,
        department: None,
        side: None,
        phone: None,
        demo: false,
        active: true,
        sessions_since: None,
        grids: Vec::new(),
    };
    let actor = Actor { account: "a1".into(), role, ..Actor::system() };
    Caller { actor, account: Arc::new(account) }
}

/// A small report with some fields changed.
fn read(role: Role, changes: Value) -> ApiResult<NewReport> {
    let mut body =
        json!({ "photo_ids": ["p1"], "longitude": 120.45, "latitude": 36.39, "coord_type": "gcj02" });
    for (field, value) in changes.as_object().unwrap() {
        body[field] = value.clone();
    }
    body.as_object_mut().unwrap().retain(|_, value| !value.is_null());
    let Body(body): Body<NewBody> = Body(serde_json::from_value(body).unwrap());
    body.read(&caller(role), &books(), NOW)
}

fn refusal(role: Role, changes: Value) -> (u16, String) {
    let error = read(role, changes).unwrap_err();
    (error.kind.code(), error.details.first().map(|detail| detail.field.clone()).unwrap_or_default())
}

#[test]
fn a_report_needs_one_to_nine_pictures_each_once() {
    let photos = |ids: Value| refusal(Role::Citizen, json!({ "photo_ids": ids }));
    let wrong = (40002, "photo_ids".to_owned());
    assert_eq!(photos(json!([])), wrong);
    assert_eq!(photos(json!(["p", "p"])), wrong);
    assert_eq!(photos(json!((0..10).map(|n| n.to_string()).collect::<Vec<_>>())), wrong);
    assert_eq!(photos(json!(["p".repeat(65)])), wrong);
    let twice = json!({ "fixed_photo_ids": ["p1"] });
    assert_eq!(refusal(Role::GridWorker, twice), (40002, "fixed_photo_ids".into()));
}

#[test]
fn only_grid_workers_and_crews_fix_on_the_spot() {
    let fixed = json!({ "fixed_photo_ids": ["p2"] });
    for role in [Role::GridWorker, Role::Crew] {
        assert_eq!(read(role, fixed.clone()).unwrap().opening.fixed_on_spot.len(), 1);
    }
    assert_eq!(refusal(Role::Citizen, fixed), (40301, "fixed_photo_ids".into()));
}

#[test]
fn each_role_reports_from_its_own_sources_and_some_from_none() {
    assert_eq!(read(Role::Citizen, json!({})).unwrap().opening.source, Source::MiniProgram);
    assert_eq!(read(Role::Citizen, json!({ "source": "h5" })).unwrap().opening.source, Source::H5);
    assert_eq!(
        read(Role::Dispatcher, json!({ "source": "hotline" })).unwrap().opening.source,
        Source::Hotline
    );
    for source in ["patrol", "console", "camera", "relapse"] {
        assert_eq!(refusal(Role::Citizen, json!({ "source": source })), (40301, "source".into()));
    }
    let usual = [
        (Role::Crew, Source::Crew),
        (Role::Visitor, Source::Visit),
        (Role::Handler, Source::SelfCheck),
        (Role::UnitHead, Source::SelfCheck),
    ];
    for (role, source) in usual {
        assert_eq!(read(role, json!({})).unwrap().opening.source, source);
    }
    for role in [Role::Leader, Role::Admin, Role::Publicity, Role::Institution, Role::Oversight, Role::System]
    {
        assert_eq!(refusal(role, json!({})).0, 40301);
    }
}

#[test]
fn an_outside_system_names_its_order_the_desk_may_and_nobody_else_does() {
    assert_eq!(refusal(Role::Integration, json!({})), (40002, "external_id".into()));
    assert!(read(Role::Integration, json!({ "external_id": "12345-1" })).is_ok());
    let hotline = json!({ "source": "hotline", "external_id": "12345-1", "photo_ids": [] });
    assert!(read(Role::Dispatcher, hotline).is_ok());
    for role in [Role::Citizen, Role::GridWorker, Role::Inspector] {
        assert_eq!(refusal(role, json!({ "external_id": "1" })), (40002, "external_id".into()));
    }
}

#[test]
fn a_call_or_a_letter_needs_no_picture_and_a_snapshot_does() {
    for source in ["console", "hotline", "platform", "petition"] {
        let body = json!({ "source": source, "photo_ids": [] });
        assert!(read(Role::Dispatcher, body).is_ok(), "{source}");
    }
    let group = json!({ "source": "wechat_group", "photo_ids": [], "origin": { "sender": "李四" } });
    assert_eq!(refusal(Role::Dispatcher, group), (40002, "photo_ids".into()));
    assert_eq!(refusal(Role::GridWorker, json!({ "photo_ids": [] })), (40002, "photo_ids".into()));
}

#[test]
fn staff_outside_working_hours_are_off_duty_and_citizens_never() {
    let calendar = Calendar::new(default_hours(), BTreeMap::new()).unwrap();
    let at = |text: &str| Moment::parse(text).unwrap();
    let (noon, evening, sunday) =
        (at("2026-02-16T12:30:00+08:00"), at("2026-02-16T20:00:00+08:00"), at("2026-02-15T10:00:00+08:00"));
    for time in [noon, evening, sunday] {
        assert!(is_off_duty(Role::Handler, &calendar, time));
        assert!(!is_off_duty(Role::Citizen, &calendar, time));
        assert!(!is_off_duty(Role::Integration, &calendar, time));
    }
    assert!(!is_off_duty(Role::Handler, &calendar, at("2026-02-16T10:00:00+08:00")));
}

#[test]
fn a_point_comes_whole_with_its_datum_or_not_at_all() {
    assert_eq!(refusal(Role::Citizen, json!({ "coord_type": null })), (40006, "coord_type".into()));
    assert_eq!(refusal(Role::Citizen, json!({ "latitude": null })), (40007, "latitude".into()));
    assert_eq!(refusal(Role::Citizen, json!({ "accuracy": 100_000.5 })), (40002, "accuracy".into()));
    let none = read(Role::Citizen, json!({ "latitude": null, "longitude": null })).unwrap();
    assert_eq!((none.opening.place, none.place_source.as_str()), (None, "none"));
    let some = read(Role::Citizen, json!({})).unwrap();
    assert_eq!(some.opening.place.unwrap().accuracy_m, USUAL_ACCURACY_M);
    assert_eq!(some.place_source, "device");
}

#[test]
fn a_time_off_by_a_year_is_refused_and_a_doubtful_one_is_left_to_the_evidence() {
    let at = |ms: i64| json!({ "captured_at": NOW.plus_ms(ms).to_string() });
    assert_eq!(refusal(Role::Citizen, at(401 * DAY_MS)), (40002, "captured_at".into()));
    assert_eq!(refusal(Role::Citizen, at(-401 * DAY_MS)), (40002, "captured_at".into()));
    let ahead = read(Role::Citizen, at(DAY_MS)).unwrap();
    assert_eq!((ahead.opening.found_at, ahead.captured_at), (NOW, Some(NOW.plus_ms(DAY_MS))));
}

#[test]
fn words_are_short_and_printable_and_the_category_exists() {
    assert!(read(Role::Citizen, json!({ "words": "字".repeat(500) })).is_ok());
    assert_eq!(refusal(Role::Citizen, json!({ "words": "字".repeat(501) })), (40002, "words".into()));
    assert_eq!(refusal(Role::Citizen, json!({ "words": "a\u{1b}[0m" })), (40002, "words".into()));
    assert_eq!(refusal(Role::Citizen, json!({ "category": "nowhere" })), (40002, "category".into()));
}

#[test]
fn the_kept_word_of_a_place_is_the_one_that_is_read_back() {
    for source in [LocationSource::Device, LocationSource::Pin, LocationSource::Exif, LocationSource::None] {
        assert_eq!(serde_json::to_value(source).unwrap(), word(source));
    }
}
