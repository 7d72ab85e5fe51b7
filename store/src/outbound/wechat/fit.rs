//! Makes a text fit the field of a message template. The platform refuses the whole message (47003) for one character
//! too many or of a kind the field does not take.

/// The text cut and cleaned for a template key such as `thing1` or `phrase2`; a cut `thing` ends in `…`. What would be
/// empty becomes `无` where words are expected, because an empty value is refused too.
pub fn fit(key: &str, text: &str) -> String {
    let text = one_line(text);
    match key.trim_end_matches(|c: char| c.is_ascii_digit()) {
        "thing" => or_none(with_ellipsis(&text, 20)),
        "phrase" => or_none(cut(text.chars().filter(|c| is_han(*c)), 5)),
        // Ten characters of Chinese or mixed text, twenty letters.
        "name" if text.is_ascii() => or_none(cut(text.chars(), 20)),
        "name" => or_none(cut(text.chars(), 10)),
        "character_string" => cut(text.chars().filter(char::is_ascii_graphic), 32),
        "letter" => cut(text.chars().filter(char::is_ascii_alphabetic), 32),
        "number" => cut(text.chars().filter(|c| c.is_ascii_digit() || matches!(c, '.' | '-')), 32),
        "symbol" => cut(text.chars().filter(char::is_ascii_punctuation), 5),
        "phone_number" => cut(text.chars().filter(|c| c.is_ascii_digit() || matches!(c, '+' | '-')), 17),
        "car_number" => cut(text.chars().filter(|c| !c.is_whitespace()), 8),
        // Times, dates and amounts are written by our own formats, an unknown field by nobody yet.
        _ => text,
    }
}

/// Runs of white space and control characters become one space.
fn one_line(text: &str) -> String {
    text.split(|c: char| c.is_whitespace() || c.is_control())
        .filter(|word| !word.is_empty())
        .collect::<Vec<_>>()
        .join(" ")
}

/// The first characters that fit; counted in UTF-16 units, the stricter of the readings of "字".
fn cut(chars: impl Iterator<Item = char>, limit: usize) -> String {
    let mut left = limit;
    chars
        .take_while(|c| match left.checked_sub(c.len_utf16()) {
            Some(rest) => {
                left = rest;
                true
            }
            None => false,
        })
        .collect()
}

fn with_ellipsis(text: &str, limit: usize) -> String {
    if text.encode_utf16().count() <= limit {
        return text.to_owned();
    }
    let mut short = cut(text.chars(), limit - 1);
    short.truncate(short.trim_end().len());
    short.push('…');
    short
}

fn or_none(text: String) -> String {
    if text.trim().is_empty() { "无".to_owned() } else { text }
}

/// The unified ideographs and extension A; what a phrase field takes.
const fn is_han(c: char) -> bool {
    matches!(c, '\u{4e00}'..='\u{9fff}' | '\u{3400}'..='\u{4dbf}')
}

#[cfg(test)]
mod tests {
    use super::fit;

    #[test]
    fn a_long_thing_is_cut_to_twenty_with_an_ellipsis() {
        let long = "湘江大道与解放路交叉口东南角人行道窨井盖缺失已三天";
        assert_eq!(fit("thing1", long), "湘江大道与解放路交叉口东南角人行道窨井…");
        assert_eq!(fit("thing1", long).chars().count(), 20);
        assert_eq!(fit("thing12", &long[..60]), &long[..60], "twenty exactly are left alone");
        assert_eq!(fit("thing2", "井盖\n\t丢失\u{0}了 "), "井盖 丢失 了");
        assert_eq!(fit("thing2", "\r\n"), "无");
    }

    #[test]
    fn an_emoji_counts_as_two_and_is_never_halved() {
        let text = "😀".repeat(11);
        let short = fit("thing1", &text);
        assert_eq!(short, format!("{}…", "😀".repeat(9)));
    }

    #[test]
    fn a_phrase_keeps_at_most_five_ideographs_and_nothing_else() {
        assert_eq!(fit("phrase3", "已办结！"), "已办结");
        assert_eq!(fit("phrase3", "等待二次核查"), "等待二次核");
        assert_eq!(fit("phrase3", "OK"), "无");
    }

    #[test]
    fn each_field_takes_only_its_own_characters() {
        assert_eq!(fit("character_string1", "SSP-2026 0001号"), "SSP-20260001");
        assert_eq!(fit("character_string1", &"9".repeat(40)).len(), 32);
        assert_eq!(fit("name1", "阿卜杜热合曼·买买提江先生"), "阿卜杜热合曼·买买提");
        assert_eq!(fit("name1", "Christopher Montgomery"), "Christopher Montgome");
        assert_eq!(fit("phone_number1", "+86 138-0000-0000 转 12345"), "+86138-0000-00001");
        assert_eq!(fit("time1", "2026年2月16日 09:30"), "2026年2月16日 09:30");
    }
}
