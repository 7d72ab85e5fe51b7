//! What is asked of a paper: one action with exactly its own fields. It refuses unknown fields, long texts and empty
//! decisions.

use domain::id::DepartmentCode;
use domain::paper::{PaperAction, Words};
use domain::time::Moment;
use serde::Deserialize;
use serde_json::{Map, Value};
use strum::VariantArray as _;

use crate::error::{ApiError, ApiResult, Kind};
use crate::extract::explain;
use crate::handlers::tickets::action::check_text;

/// Most characters of a part of a paper.
const MOST_WORDS: usize = 5_000;
/// Most characters of a decision.
const MOST_TEXT: usize = 500;
/// Most characters of a code or an id.
const MOST_CODE: usize = 64;

/// Parts to be written; absent ones stay as they are.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct NewWords {
    progress: Option<String>,
    problems: Option<String>,
    next: Option<String>,
}

impl NewWords {
    /// Puts what is there in its place.
    pub fn put(self, words: &mut Words) {
        let Words { progress, problems, next } = words;
        for (new, old) in [(self.progress, progress), (self.problems, problems), (self.next, next)] {
            if let Some(new) = new {
                *old = new;
            }
        }
    }

    fn check(&self) -> ApiResult<()> {
        let parts = [("progress", &self.progress), ("problems", &self.problems), ("next", &self.next)];
        for (name, text) in parts {
            check_text(&format!("words.{name}"), text.as_deref().unwrap_or(""), MOST_WORDS)?;
        }
        Ok(())
    }
}

/// An action with its fields.
#[derive(Debug, Deserialize)]
#[serde(tag = "action", rename_all = "snake_case", deny_unknown_fields)]
pub enum Ask {
    Amend {
        words: NewWords,
    },
    File {
        #[serde(default)]
        words: Option<NewWords>,
    },
    Sign {},
    Decide {
        text: String,
        #[serde(default)]
        unit: Option<DepartmentCode>,
        #[serde(default)]
        due_at: Option<Moment>,
    },
    FinishDecision {
        decision: String,
        #[serde(default)]
        text: String,
    },
    Freeze {},
}

impl Ask {
    /// Its name.
    pub const fn action(&self) -> PaperAction {
        match self {
            Self::Amend { .. } => PaperAction::Amend,
            Self::File { .. } => PaperAction::File,
            Self::Sign {} => PaperAction::Sign,
            Self::Decide { .. } => PaperAction::Decide,
            Self::FinishDecision { .. } => PaperAction::FinishDecision,
            Self::Freeze {} => PaperAction::Freeze,
        }
    }

    fn check(&self) -> ApiResult<()> {
        match self {
            Self::Amend { words } | Self::File { words: Some(words) } => words.check(),
            Self::Decide { text, unit, .. } => {
                if text.trim().is_empty() {
                    return Err(ApiError::bad_field("text", "请写明议定的事项"));
                }
                check_text("text", text, MOST_TEXT)?;
                check_text("unit", unit.as_ref().map_or("", DepartmentCode::as_str), MOST_CODE)
            }
            Self::FinishDecision { decision, text } => {
                check_text("decision", decision, MOST_CODE)?;
                check_text("text", text, MOST_TEXT)
            }
            Self::File { words: None } | Self::Sign {} | Self::Freeze {} => Ok(()),
        }
    }
}

/// Reads a body: the action, and the version that its sender saw.
pub fn read(mut body: Map<String, Value>) -> ApiResult<(Ask, Option<u64>)> {
    let version = match body.remove("expected_version") {
        None | Some(Value::Null) => None,
        Some(value) => {
            let version = value.as_u64();
            Some(version.ok_or_else(|| ApiError::bad_field("expected_version", "须为公文的版本号"))?)
        }
    };
    let known = body.get("action").and_then(Value::as_str).and_then(|word| word.parse::<PaperAction>().ok());
    if known.is_none() {
        let allowed: Vec<_> = PaperAction::VARIANTS.iter().map(ToString::to_string).collect();
        let reason = format!("取值须为 {}", allowed.join("、"));
        return Err(ApiError::bad_field("action", reason).saying("不认识的操作"));
    }
    let ask: Ask = serde_json::from_value(Value::Object(body.clone())).map_err(|error| {
        let message = error.to_string();
        explain(&message, culprit(&body, &message), Kind::BadField)
    })?;
    ask.check()?;
    Ok((ask, version))
}

/// The field without which the message would be another one.
fn culprit(body: &Map<String, Value>, message: &str) -> Option<String> {
    let without = |field: &&String| {
        let mut rest = body.clone();
        rest.remove(field.as_str());
        let again = serde_json::from_value::<Ask>(Value::Object(rest));
        again.err().is_none_or(|error| error.to_string() != message)
    };
    body.keys().filter(|field| *field != "action").find(without).cloned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn refusal(body: Value) -> (u16, String) {
        let Value::Object(body) = body else { panic!("an object") };
        let error = read(body).unwrap_err();
        (error.kind.code(), error.details.first().map(|d| d.field.clone()).unwrap_or_default())
    }

    #[test]
    fn an_action_takes_its_own_fields_and_no_others() {
        assert_eq!(refusal(json!({ "action": "burn" })), (40002, "action".into()));
        assert_eq!(refusal(json!({ "action": "sign", "words": {} })), (40003, "words".into()));
        assert_eq!(refusal(json!({ "action": "freeze", "why": 1 })), (40003, "why".into()));
        assert_eq!(refusal(json!({ "action": "decide" })), (40002, "text".into()));
        assert_eq!(refusal(json!({ "action": "decide", "text": " \n" })), (40002, "text".into()));
        assert_eq!(refusal(json!({ "action": "amend", "words": { "other": "" } })).0, 40003);
        let long = "长".repeat(MOST_WORDS + 1);
        let long = json!({ "action": "file", "words": { "next": long } });
        assert_eq!(refusal(long), (40002, "words.next".into()));
        let version = json!({ "action": "sign", "expected_version": -1 });
        assert_eq!(refusal(version), (40002, "expected_version".into()));
    }

    #[test]
    fn parts_that_are_not_sent_stay_as_they_are() {
        let mut words = Words { progress: "旧".into(), problems: "旧".into(), next: String::new() };
        let body = json!({ "action": "amend", "words": { "problems": "新" }, "expected_version": 3 });
        let Value::Object(body) = body else { panic!("an object") };
        let (ask, version) = read(body).unwrap();
        let Ask::Amend { words: new } = ask else { panic!("an amendment") };
        new.put(&mut words);
        assert_eq!((words.progress.as_str(), words.problems.as_str(), version), ("旧", "新", Some(3)));
    }
}
