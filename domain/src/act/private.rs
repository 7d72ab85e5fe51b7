//! Finds in words for the public what names a person: phone numbers, identity cards and number plates. It refuses too
//! much rather than too little; a person rewrites the sentence.

/// What looks private and at which character (from 0); `None` when nothing does.
///
/// Digits may be separated by spaces or hyphens and be full-width. Phones: mobile (1 and ten digits, GSM numbering of
/// China) and landline (area code 0 and ten or more); identity cards of GB 11643 (17 digits and a digit or X); plates of
/// GA 36 (province, letter, five or six of letters and digits).
pub fn private_data(text: &str) -> Option<(&'static str, usize)> {
    let chars: Vec<char> = text.chars().map(narrow).collect();
    let number = runs(&chars).into_iter().find_map(|run| judge(&run.0).map(|what| (what, run.1)));
    let plate = (0..chars.len()).find(|at| is_plate(&chars[*at..])).map(|at| ("车牌号", at));
    match (number, plate) {
        (Some(one), Some(other)) => Some(if one.1 <= other.1 { one } else { other }),
        (one, other) => one.or(other),
    }
}

/// A full-width character as its ASCII one.
fn narrow(c: char) -> char {
    match u32::from(c) {
        code @ 0xFF01..=0xFF5E => char::from_u32(code - 0xFEE0).unwrap_or(c),
        0x3000 => ' ',
        _ => c,
    }
}

/// Runs of digits (a last X counts), with the separators inside them left out, and where each begins.
fn runs(chars: &[char]) -> Vec<(String, usize)> {
    let mut found: Vec<(String, usize)> = Vec::new();
    let (mut run, mut begin, mut gap) = (String::new(), 0, 0);
    for (at, c) in chars.iter().enumerate() {
        let tail = matches!(c, 'x' | 'X') && run.len() == 17;
        if c.is_ascii_digit() || tail {
            if run.is_empty() {
                begin = at;
            }
            run.push(*c);
            gap = 0;
        } else if !run.is_empty() && gap == 0 && matches!(c, ' ' | '-' | '.' | '—' | '－' | '·') {
            gap = 1;
        } else {
            if !run.is_empty() {
                found.push((std::mem::take(&mut run), begin));
            }
            gap = 0;
        }
    }
    if !run.is_empty() {
        found.push((run, begin));
    }
    found
}

fn judge(run: &str) -> Option<&'static str> {
    let digits = run.len();
    if digits == 18 && has_card_birthday(run) {
        return Some("身份证号");
    }
    let mobile = |run: &str| {
        run.len() == 11 && run.starts_with('1') && !matches!(run.as_bytes()[1], b'0' | b'1' | b'2')
    };
    let national = run.strip_prefix("86").or_else(|| run.strip_prefix("0086"));
    if mobile(run) || national.is_some_and(mobile) {
        return Some("手机号");
    }
    if matches!(digits, 10..=12) && run.starts_with('0') && !run.starts_with("00") {
        return Some("电话号码");
    }
    // Anything else of such a length is an account, a card or a number written together with another one.
    (digits >= 15).then_some("证件或账号")
}

fn has_card_birthday(run: &str) -> bool {
    let part =
        |from: usize, to: usize| run.get(from..to).and_then(|text| text.parse::<u32>().ok()).unwrap_or(0);
    (1..=12).contains(&part(10, 12))
        && (1..=31).contains(&part(12, 14))
        && (1800..=2199).contains(&part(6, 10))
}

fn is_plate(chars: &[char]) -> bool {
    const PROVINCES: &str = "京津冀晋蒙辽吉黑沪苏浙皖闽赣鲁豫鄂湘粤桂琼渝川贵云藏陕甘青宁新";
    let [province, letter, rest @ ..] = chars else { return false };
    if !PROVINCES.contains(*province) || !letter.is_ascii_alphabetic() {
        return false;
    }
    let body: Vec<char> =
        rest.iter().copied().filter(|c| !matches!(c, '·' | ' ' | '.' | '-')).take(6).collect();
    let plain = body.iter().take_while(|c| c.is_ascii_alphanumeric()).count();
    let last = body.get(4).is_some_and(|c| "挂学警港澳领".contains(*c));
    let digits = body.iter().take(plain).filter(|c| c.is_ascii_digit()).count();
    (plain >= 5 && digits >= 1) || (plain == 4 && last)
}
