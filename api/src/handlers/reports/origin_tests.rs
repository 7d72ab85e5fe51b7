use serde_json::{Value, json};
use strum::VariantArray as _;

use super::*;

const NOW: Moment = Moment::from_ms(1_771_200_000_000);

fn read(source: Source, body: Value) -> ApiResult<Origin> {
    serde_json::from_value::<OriginBody>(body).unwrap().read(source, NOW)
}

fn fault(source: Source, body: Value) -> String {
    read(source, body).unwrap_err().details[0].field.clone()
}

fn day(days: i64) -> String {
    NOW.plus_ms(days * DAY_MS).to_string()
}

#[test]
fn every_source_names_what_it_must_and_nothing_that_is_not_its_own() {
    for source in Source::VARIANTS {
        let (must, may) = manners(*source);
        assert!(must.iter().all(|field| !may.contains(field)), "{source}");
        assert_eq!(read(*source, json!({})).is_ok(), must.is_empty(), "{source}");
    }
    for source in [Source::MiniProgram, Source::H5, Source::Patrol, Source::Visit, Source::Crew] {
        assert_eq!(fault(source, json!({ "deadline": day(3) })), "origin.deadline", "{source}");
        assert_eq!(fault(source, json!({ "sender": "李四" })), "origin.sender", "{source}");
    }
    assert_eq!(fault(Source::MiniProgram, json!({ "new_build": true })), "origin.new_build");
}

#[test]
fn an_order_from_above_names_its_authority_and_ends_in_the_future() {
    assert_eq!(fault(Source::Assigned, json!({})), "origin.authority");
    assert_eq!(fault(Source::Assigned, json!({ "authority": "  " })), "origin.authority");
    let at = |days| json!({ "authority": "市创城办", "deadline": day(days) });
    assert_eq!(read(Source::Assigned, at(3)).unwrap().authority.as_deref(), Some("市创城办"));
    assert_eq!(fault(Source::Assigned, at(0)), "origin.deadline");
    assert_eq!(fault(Source::Assigned, at(2000)), "origin.deadline");
}

#[test]
fn what_was_on_air_names_programme_and_date_and_lies_behind_us() {
    assert_eq!(fault(Source::Media, json!({ "aired_at": day(-1) })), "origin.authority");
    assert_eq!(fault(Source::Media, json!({ "authority": "问政即墨" })), "origin.aired_at");
    assert!(read(Source::Media, json!({ "authority": "问政即墨", "aired_at": day(-1) })).is_ok());
    assert_eq!(
        fault(Source::Media, json!({ "authority": "问政即墨", "aired_at": day(1) })),
        "origin.aired_at"
    );
}

#[test]
fn a_proposal_names_its_proposer_and_when_the_answer_is_owed() {
    assert_eq!(fault(Source::Proposal, json!({ "reply_due": day(30) })), "origin.sender");
    assert_eq!(fault(Source::Proposal, json!({ "sender": "王代表" })), "origin.reply_due");
    assert!(read(Source::Proposal, json!({ "sender": "王代表", "reply_due": day(30) })).is_ok());
    assert_eq!(fault(Source::WechatGroup, json!({})), "origin.sender");
}

#[test]
fn a_machine_names_camera_and_offence_and_a_share_of_one() {
    let seen = |camera: &str, offence: &str, confidence: f64| json!({ "machine": { "camera": camera, "offence": offence, "confidence": confidence } });
    assert!(read(Source::Camera, seen("cam-1", "small_ads", 0.8)).is_ok());
    assert_eq!(fault(Source::Camera, json!({})), "origin.machine");
    assert_eq!(fault(Source::Camera, seen("", "small_ads", 0.8)), "origin.machine.camera");
    assert_eq!(fault(Source::Camera, seen("c", "", 0.8)), "origin.machine.offence");
    assert_eq!(fault(Source::Camera, seen("c", "small_ads", 1.2)), "origin.machine.confidence");
    assert_eq!(fault(Source::Hotline, seen("c", "small_ads", 0.8)), "origin.machine");
}
