//! Says in Chinese what serde says in English: which field, and what is wrong with it. It refuses to repeat
//! long or unprintable parts of what was sent.

use crate::error::{ApiError, Kind};

/// Longest piece of the request's own words in an answer, characters.
const SHOWN: usize = 40;

/// Turns serde's message into a refusal; `field` is where the reader stood, when that is known.
pub(crate) fn explain(message: &str, field: Option<String>, general: Kind) -> ApiError {
    let quoted = |nth: usize| message.split('`').nth(2 * nth + 1).map(shown);
    let at = field.unwrap_or_default();
    if message.starts_with("unknown field") {
        let name = quoted(0).unwrap_or_default();
        return ApiError::from(Kind::UnknownField)
            .saying(format!("请求中有不认识的字段“{name}”"))
            .detail(&name, "不认识的字段");
    }
    if message.starts_with("missing field") {
        return named(general, &quoted(0).unwrap_or_default(), "缺少该字段".to_owned());
    }
    if message.starts_with("duplicate field") {
        return named(general, &quoted(0).unwrap_or_default(), "该字段重复".to_owned());
    }
    if message.starts_with("unknown variant") {
        let allowed: Vec<_> = message.split('`').skip(3).step_by(2).map(shown).collect();
        let reason = match allowed.is_empty() {
            true => "取值不在允许范围内".to_owned(),
            false => format!("取值须为 {}", allowed.join("、")),
        };
        return named(general, &at, reason);
    }
    named(general, &at, reason_of(message))
}

fn named(kind: Kind, field: &str, reason: String) -> ApiError {
    let error = ApiError::from(kind);
    match field {
        "" => error.detail("", reason),
        _ => error.saying(format!("“{field}”{reason}")).detail(field, reason),
    }
}

fn reason_of(message: &str) -> String {
    let wanted = message.split("expected ").nth(1).unwrap_or_default();
    let is = |words: &[&str]| words.iter().any(|word| wanted.starts_with(word));
    let reason = if !message.is_ascii() {
        // Our own types speak Chinese already; serde_json adds where it stood.
        return shown(message.split(" at line ").next().unwrap_or(message));
    } else if is(&["a string", "string", "a borrowed string"]) {
        "须为文本"
    } else if is(&["a boolean"]) || message.contains("bool") {
        "须为 true 或 false"
    } else if is(&["a sequence", "an array"]) {
        "须为数组"
    } else if is(&["struct", "a map", "internally tagged"]) {
        "须为对象"
    } else if is(&["f64", "f32"]) || message.contains("float literal") {
        "须为数字"
    } else if is(&["u", "i"]) || message.contains("digit found") || message.contains("number too") {
        "须为范围内的整数"
    } else {
        "格式不正确"
    };
    reason.to_owned()
}

fn shown(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).take(SHOWN).collect()
}

/// The key whose value ends or fails before `offset` in a JSON text.
pub(super) fn key_before(text: &str, offset: usize) -> Option<String> {
    let bytes = text.as_bytes();
    let (mut at, mut key) = (0, None);
    while at < offset.min(bytes.len()) {
        if bytes[at] != b'"' {
            at += 1;
            continue;
        }
        let start = at + 1;
        at = start;
        while at < bytes.len() && bytes[at] != b'"' {
            at += if bytes[at] == b'\\' { 2 } else { 1 };
        }
        let end = at.min(bytes.len());
        at += 1;
        if text[at.min(text.len())..].trim_start().starts_with(':') {
            key = text.get(start..end);
        }
    }
    key.map(shown)
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::*;

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    #[allow(dead_code)]
    struct Sample {
        words: String,
        stars: u8,
    }

    fn refusal(text: &str) -> (u16, String, String) {
        let error = serde_json::from_str::<Sample>(text).unwrap_err();
        let field = key_before(text, error.column());
        let error = explain(&error.to_string(), field, Kind::BadField);
        (error.kind.code(), error.details[0].field.clone(), error.message().to_owned())
    }

    #[test]
    fn the_field_at_fault_is_named_in_chinese() {
        assert_eq!(refusal(r#"{"words":"a","stars":1,"多余":2}"#).1, "多余");
        assert_eq!(refusal(r#"{"words":"a","x":2}"#).0, 40003);
        assert_eq!(refusal(r#"{"words":"a"}"#), (40002, "stars".into(), "“stars”缺少该字段".into()));
        assert_eq!(refusal(r#"{"words":5,"stars":1}"#), (40002, "words".into(), "“words”须为文本".into()));
        assert_eq!(refusal(r#"{"words":"\"stars\":","stars":300}"#).1, "stars");
        assert_eq!(refusal(r#"{"stars":"x","words":""}"#).2, "“stars”须为范围内的整数");
    }

    #[test]
    fn text_of_the_sender_is_cut_before_it_is_shown() {
        let long = format!(r#"{{"{}":1}}"#, "长".repeat(500));
        assert_eq!(refusal(&long).1.chars().count(), SHOWN);
    }
}
