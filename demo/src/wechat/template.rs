//! The platform's rules for the fields of a message template (official page of subscribeMessage.send): one character too
//! many or of a wrong kind refuses the whole message.

use serde_json::Value;

/// What the platform's error says of a field that breaks its rule; none when it fits.
pub(super) fn misfit(key: &str, field: &Value) -> Option<String> {
    let value = field.get("value").and_then(Value::as_str);
    let fits = value.is_some_and(|value| fits(key, value));
    (!fits).then(|| format!("data.{key}.value invalid"))
}

fn fits(key: &str, value: &str) -> bool {
    let units = value.encode_utf16().count();
    let all = |fine: fn(char) -> bool| value.chars().all(fine);
    let plain = !value.is_empty() && !value.chars().any(char::is_control);
    let kind = key.trim_end_matches(|c: char| c.is_ascii_digit());
    plain
        && kind.len() < key.len()
        && match kind {
            "thing" => units <= 20,
            "phrase" => units <= 5 && all(is_han),
            "character_string" => units <= 32 && all(|c| c.is_ascii_graphic()),
            "number" => units <= 32 && all(|c| c.is_ascii_digit() || matches!(c, '.' | '-')),
            "letter" => units <= 32 && all(|c| c.is_ascii_alphabetic()),
            "symbol" => units <= 5 && all(|c| c.is_ascii_punctuation()),
            "name" => units <= if value.is_ascii() { 20 } else { 10 },
            "phone_number" => units <= 17 && all(|c| c.is_ascii_digit() || matches!(c, '+' | '-')),
            "car_number" => units <= 8,
            "time" | "date" => is_time(value, kind == "time"),
            "amount" => units <= 18,
            _ => false,
        }
}

const fn is_han(c: char) -> bool {
    matches!(c, '\u{4e00}'..='\u{9fff}' | '\u{3400}'..='\u{4dbf}')
}

/// `15:01`, `2019年10月1日 15:01` or `2019-10-01 15:01`; a date may also stand alone.
fn is_time(value: &str, clock: bool) -> bool {
    let (day, time) = match value.split_once(' ') {
        Some((day, time)) => (Some(day), Some(time)),
        None if value.contains(':') => (None, Some(value)),
        None => (Some(value), None),
    };
    day.is_none_or(is_day) && time.is_none_or(is_clock) && (clock || day.is_some())
}

fn is_day(day: &str) -> bool {
    let parts: Vec<&str> = match day.strip_suffix('日') {
        Some(day) => day.split(['年', '月']).collect(),
        None => day.split(['-', '/', '.']).collect(),
    };
    let within = |part: &str, low, high| part.parse::<u32>().is_ok_and(|n| (low..=high).contains(&n));
    matches!(parts[..], [year, month, day]
        if within(year, 1900, 2999) && within(month, 1, 12) && within(day, 1, 31))
}

fn is_clock(time: &str) -> bool {
    let mut parts = time.split(':');
    let mut within = |high| parts.next().and_then(|part| part.parse::<u32>().ok()).is_some_and(|n| n <= high);
    within(23)
        && within(59)
        && parts.next().is_none_or(|seconds| seconds.parse::<u32>().is_ok_and(|n| n <= 59))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::misfit;

    fn fits(key: &str, value: &str) -> bool {
        misfit(key, &json!({ "value": value })).is_none()
    }

    #[test]
    fn a_field_that_breaks_its_rule_is_named_as_the_platform_names_it() {
        assert_eq!(misfit("thing3", &json!({ "value": "" })).as_deref(), Some("data.thing3.value invalid"));
        assert!(misfit("thing3", &json!("bare")).is_some());
        assert!(fits("thing3", &"字".repeat(20)) && !fits("thing3", &"字".repeat(21)));
        assert!(!fits("thing3", "两\n行") && !fits("thing", "没有序号"));
        assert!(fits("phrase2", "已销号") && !fits("phrase2", "六个汉字太多") && !fits("phrase2", "OK"));
        assert!(fits("character_string1", "SSP-2026-000001") && !fits("character_string1", "编号1"));
    }

    #[test]
    fn a_time_is_a_clock_with_or_without_a_day() {
        for time in ["15:01", "15:01:59", "2019年10月1日 15:01", "2019-10-01 15:01:02"] {
            assert!(fits("time4", time), "{time}");
        }
        for time in ["24:00", "15:60", "2019年13月1日 15:01", "2019年10月1日 ", "明天"] {
            assert!(!fits("time4", time), "{time}");
        }
        assert!(fits("date4", "2019年10月1日") && !fits("date4", "15:01"));
    }
}
