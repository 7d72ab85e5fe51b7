//! The body of an action: the domain's own JSON form, with absent texts and lists taken as empty. It refuses unknown
//! fields and actions by name, long texts, and what only the machine does, before any ticket is looked at.

use std::collections::BTreeSet;

use domain::actor::Role;
use domain::ticket::action::{Action, ActionKind};
use domain::ticket::permit::{PERMITS, is_role_allowed};
use domain::ticket::refusal::Refusal;
use serde_json::{Map, Value};
use strum::VariantArray as _;

use crate::error::{ApiError, ApiResult, Kind};
use crate::extract::explain;

/// Most characters of a text that people write.
const MOST_TEXT: usize = 500;
/// Most characters of a code, an id or a time.
const MOST_WORD: usize = 64;
/// Most characters of a text inside a list: a unit's task, a milestone's name.
const MOST_LINES: [(&str, usize); 2] = [("task", 200), ("name", 100)];

/// What was asked for.
#[derive(Debug, PartialEq)]
pub struct Asked {
    pub action: Action,
    pub expected_version: Option<u64>,
}

/// Reads a body for somebody of this role.
pub fn read(mut body: Map<String, Value>, role: Role) -> ApiResult<Asked> {
    let expected_version = version(body.remove("expected_version"))?;
    let kind = kind(body.get("action"))?;
    if !is_role_allowed(kind, role) {
        return Err(Refusal::Role { action: kind, role }.into());
    }
    fill(&mut body, kind);
    bound(&body, kind)?;
    let action = serde_json::from_value(Value::Object(body.clone())).map_err(|error| {
        let message = error.to_string();
        explain(&message, culprit(&body, &message), Kind::BadField)
    })?;
    Ok(Asked { action, expected_version })
}

fn version(value: Option<Value>) -> ApiResult<Option<u64>> {
    match value {
        None | Some(Value::Null) => Ok(None),
        Some(value) => {
            let version = value.as_u64();
            version.map(Some).ok_or_else(|| ApiError::bad_field("expected_version", "须为案件的版本号"))
        }
    }
}

fn kind(value: Option<&Value>) -> ApiResult<ActionKind> {
    let known = value.and_then(Value::as_str).and_then(|word| word.parse().ok());
    known.ok_or_else(|| {
        let people_may =
            |kind: &&ActionKind| PERMITS.iter().any(|p| p.action == **kind && p.role != Role::System);
        let allowed: Vec<_> =
            ActionKind::VARIANTS.iter().filter(people_may).map(ToString::to_string).collect();
        let reason = format!("取值须为 {}", allowed.join("、"));
        ApiError::bad_field("action", reason).saying("不认识的操作")
    })
}

/// The fields of an action that people write freely.
const fn texts(kind: ActionKind) -> &'static [&'static str] {
    use ActionKind as A;
    match kind {
        A::Flag
        | A::File
        | A::Absorb
        | A::Release
        | A::Follow
        | A::SignIn
        | A::Acknowledge
        | A::Judge
        | A::Lapse
        | A::Close => &[],
        A::Locate
        | A::AskVerify
        | A::Verify
        | A::SubmitFix
        | A::HandleOnSpot
        | A::Accept
        | A::Heed
        | A::CheckIn
        | A::FinishPart
        | A::ReachMilestone
        | A::NameCause
        | A::CheckFrame
        | A::Recheck => &["note"],
        A::Dispatch => &["task", "duty", "reason"],
        A::Rate => &["comment"],
        A::Supervise | A::Note | A::Prompt | A::Plan | A::Reply => &["text"],
        A::ConfirmPlace
        | A::Decline
        | A::Merge
        | A::Unmerge
        | A::KeepSeparate
        | A::Withdraw
        | A::Redispatch
        | A::Assign
        | A::Return
        | A::Rule
        | A::Transfer
        | A::RequestExtension
        | A::RequestSuspension
        | A::Appeal
        | A::Grant
        | A::Deny
        | A::Resume
        | A::Rework
        | A::Reopen
        | A::Contest
        | A::TakeOver
        | A::Escalate
        | A::Convene
        | A::Split
        | A::LinkRelapse
        | A::UnlinkRelapse => &["reason"],
    }
}

/// The list of an action and how long it may be.
const fn lists(kind: ActionKind) -> &'static [(&'static str, usize)] {
    use ActionKind as A;
    match kind {
        A::Verify
        | A::SubmitFix
        | A::HandleOnSpot
        | A::Recheck
        | A::Heed
        | A::FinishPart
        | A::ReachMilestone
        | A::CheckFrame
        | A::Contest => &[("photo_ids", 9)],
        A::Rule | A::Convene => &[("parties", 20)],
        A::Split => &[("parts", 20)],
        A::Plan => &[("milestones", 20)],
        _ => &[],
    }
}

/// Takes absent texts and lists as empty.
fn fill(body: &mut Map<String, Value>, kind: ActionKind) {
    let texts = texts(kind).iter().map(|text| (*text, Value::String(String::new())));
    let lists = lists(kind).iter().map(|(list, _)| (*list, Value::Array(Vec::new())));
    // A point alone says in which grids it lies.
    let grids = (kind == ActionKind::ConfirmPlace).then(|| ("grids", Value::Object(Map::new())));
    for (field, empty) in texts.chain(lists).chain(grids) {
        let value = body.entry(field).or_insert(Value::Null);
        if value.is_null() {
            *value = empty;
        }
    }
}

fn bound(body: &Map<String, Value>, kind: ActionKind) -> ApiResult<()> {
    for (field, most) in lists(kind) {
        let items = body.get(*field).and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
        if items.len() > *most {
            return Err(ApiError::bad_field(field, format!("最多 {most} 个")));
        }
        let words: Vec<&str> = items.iter().filter_map(Value::as_str).collect();
        if words.iter().collect::<BTreeSet<_>>().len() < words.len() {
            return Err(ApiError::bad_field(field, "不能重复"));
        }
    }
    body.iter().try_for_each(|(field, value)| {
        let is_text = texts(kind).contains(&field.as_str());
        bound_words(field, value, if is_text { MOST_TEXT } else { MOST_WORD })
    })
}

fn bound_words(field: &str, value: &Value, most: usize) -> ApiResult<()> {
    match value {
        Value::String(text) => check_text(field, text, most),
        Value::Array(items) => items.iter().try_for_each(|item| bound_words(field, item, most)),
        Value::Object(fields) => fields.iter().try_for_each(|(name, inner)| {
            let line = MOST_LINES.iter().find(|(known, _)| known == name);
            bound_words(field, inner, line.map_or(most, |(_, most)| *most))
        }),
        _ => Ok(()),
    }
}

/// Refuses long texts and control characters other than a line's end.
pub(crate) fn check_text(field: &str, text: &str, most: usize) -> ApiResult<()> {
    if text.chars().count() > most {
        return Err(ApiError::bad_field(field, format!("最多 {most} 个字")));
    }
    if text.chars().any(|c| c.is_control() && c != '\n') {
        return Err(ApiError::bad_field(field, "不能有控制字符"));
    }
    Ok(())
}

/// The field without which the message would be another one.
fn culprit(body: &Map<String, Value>, message: &str) -> Option<String> {
    let without = |field: &&String| {
        let mut rest = body.clone();
        rest.remove(field.as_str());
        let again = serde_json::from_value::<Action>(Value::Object(rest));
        again.err().is_none_or(|error| error.to_string() != message)
    };
    body.keys().filter(|field| *field != "action").find(without).cloned()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn ask(body: Value, role: Role) -> ApiResult<Asked> {
        let Value::Object(body) = body else { panic!("an object") };
        read(body, role)
    }

    fn refusal(body: Value, role: Role) -> (u16, String) {
        let error = ask(body, role).unwrap_err();
        (error.kind.code(), error.details.first().map(|d| d.field.clone()).unwrap_or_default())
    }

    #[test]
    fn absent_texts_and_lists_are_empty_and_absent_names_are_missing() {
        let fix =
            ask(json!({ "action": "submit_fix", "photo_ids": ["p1"], "note": null }), Role::Handler).unwrap();
        assert_eq!(fix.action, Action::SubmitFix { photo_ids: vec!["p1".into()], note: String::new() });
        let contest = ask(json!({ "action": "contest" }), Role::Citizen).unwrap();
        assert_eq!(contest.action, Action::Contest { reason: String::new(), photo_ids: Vec::new() });
        let rule =
            ask(json!({ "action": "rule", "lead": "A", "expected_version": 7 }), Role::Dispatcher).unwrap();
        assert_eq!(rule.expected_version, Some(7));
        assert_eq!(refusal(json!({ "action": "dispatch" }), Role::Dispatcher), (40002, "lead".into()));
    }

    #[test]
    fn every_field_that_is_filled_in_belongs_to_its_action() {
        for kind in ActionKind::VARIANTS {
            let Some(permit) = PERMITS.iter().find(|p| p.action == *kind && p.role != Role::System) else {
                continue;
            };
            let outcome = ask(json!({ "action": kind.to_string() }), permit.role);
            let code = outcome.map_or_else(|error| error.kind.code(), |_| 0);
            assert!(code == 0 || code == Kind::BadField.code(), "{kind}: {code}");
        }
    }

    #[test]
    fn an_unknown_field_and_a_field_of_another_action_are_refused_by_name() {
        assert_eq!(refusal(json!({ "action": "close", "why": "x" }), Role::Inspector), (40003, "why".into()));
        assert_eq!(
            refusal(json!({ "action": "follow", "note": "x" }), Role::Citizen),
            (40003, "note".into())
        );
        let stars = json!({ "action": "rate", "stars": 5, "by": { "role": "system" } });
        assert_eq!(refusal(stars, Role::Citizen), (40003, "by".into()));
    }

    #[test]
    fn a_wrong_value_is_refused_by_the_name_of_its_field() {
        let rate =
            |stars: Value| refusal(json!({ "action": "rate", "comment": "", "stars": stars }), Role::Citizen);
        assert_eq!(rate(json!("five")), (40002, "stars".into()));
        assert_eq!(rate(json!(-1)), (40002, "stars".into()));
        assert_eq!(rate(json!(300)), (40002, "stars".into()));
        let until = json!({ "action": "request_suspension", "until": "明天" });
        assert_eq!(refusal(until, Role::Handler), (40002, "until".into()));
        let by = json!({ "action": "request_extension", "by": { "amount": 0, "unit": "work_days" } });
        assert_eq!(refusal(by, Role::Handler), (40002, "by".into()));
        let version = json!({ "action": "close", "expected_version": "1" });
        assert_eq!(refusal(version, Role::Inspector), (40002, "expected_version".into()));
    }

    #[test]
    fn an_unknown_action_is_answered_with_the_ones_that_people_may_ask_for() {
        for body in [json!({}), json!({ "action": "fly" }), json!({ "action": 5 })] {
            let error = ask(body, Role::Dispatcher).unwrap_err();
            let reason = &error.details[0].reason;
            assert!(reason.contains("submit_fix") && !reason.contains("judge"), "{reason}");
        }
    }

    #[test]
    fn what_only_the_machine_does_is_forbidden_to_everybody() {
        for action in ["flag", "locate", "absorb", "release", "judge", "lapse"] {
            for role in Role::VARIANTS.iter().filter(|role| **role != Role::System) {
                assert_eq!(refusal(json!({ "action": action }), *role).0, 40301, "{action}");
            }
        }
    }

    #[test]
    fn long_texts_many_pictures_and_control_characters_are_refused() {
        let note = |text: String| ask(json!({ "action": "note", "text": text }), Role::Dispatcher);
        assert!(note("字".repeat(500)).is_ok() && note("两\n行".into()).is_ok());
        assert!(note("字".repeat(501)).is_err() && note("a\u{7}".into()).is_err());
        let fix =
            |ids: Vec<String>| refusal(json!({ "action": "submit_fix", "photo_ids": ids }), Role::Handler).1;
        assert_eq!(fix((0..10).map(|n| n.to_string()).collect()), "photo_ids");
        assert_eq!(fix(vec!["p".into(), "p".into()]), "photo_ids");
        assert_eq!(fix(vec!["p".repeat(65)]), "photo_ids");
        let split = |task: String| {
            ask(
                json!({ "action": "split", "reason": "联合整治", "parts": [{ "unit": "u", "task": task }] }),
                Role::Dispatcher,
            )
        };
        assert!(split("清".repeat(200)).is_ok() && split("清".repeat(201)).is_err());
        let plan = |name: String| {
            let stone = json!({ "name": name, "due_at": "2026-12-01T09:00:00+08:00" });
            ask(json!({ "action": "plan", "text": "分三步", "milestones": [stone] }), Role::Handler)
        };
        assert!(plan("完".repeat(100)).is_ok() && plan("完".repeat(101)).is_err());
        let lead = json!({ "action": "redispatch", "lead": "a".repeat(65) });
        assert_eq!(refusal(lead, Role::Dispatcher).1, "lead");
    }
}
