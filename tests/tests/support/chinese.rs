//! Checks that hold for every refusal, whatever it refuses.

use demo::client::Answer;

/// The refusal has this status and code, an envelope with a request id, and a sentence in Chinese; its details too.
pub fn refused(answer: &Answer, status: u16, code: i64) {
    assert_eq!(answer.refused(), (status, code), "{}: {} {}", answer.asked, answer.message, answer.details);
    polite(answer);
}

/// The first three digits of the code are the status, and a citizen can read why.
pub fn polite(answer: &Answer) {
    assert_eq!(answer.code / 100, i64::from(answer.status), "{} {}", answer.asked, answer.code);
    assert!(is_chinese(&answer.message), "{}: “{}” is not Chinese", answer.asked, answer.message);
    for detail in answer.details.as_array().into_iter().flatten() {
        let reason = detail["reason"].as_str().unwrap_or_default();
        assert!(is_chinese(reason), "{}: “{reason}” is not Chinese", answer.asked);
    }
    assert!(!answer.header("x-request-id").is_empty(), "{} has no request id", answer.asked);
}

/// Whether a sentence has Chinese characters.
pub fn is_chinese(text: &str) -> bool {
    text.chars().any(|c| ('\u{4e00}'..='\u{9fff}').contains(&c))
}

/// Whether the refusal names this field.
#[allow(dead_code, reason = "not every suite that shares these checks asks for a field")]
pub fn names(answer: &Answer, field: &str) -> bool {
    answer.details.as_array().into_iter().flatten().any(|detail| detail["field"] == field)
}
