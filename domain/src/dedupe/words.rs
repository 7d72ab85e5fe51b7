//! How alike two descriptions are, by their character pairs. It refuses to understand.

use std::collections::HashSet;

const MAX_WORDS: usize = 500;

/// Jaccard index over sets of adjacent character pairs, punctuation and case ignored; none when either text has no pair.
pub fn likeness(a: &str, b: &str) -> Option<f64> {
    let (a, b) = (bigrams(a), bigrams(b));
    if a.is_empty() || b.is_empty() {
        return None;
    }
    let common = a.intersection(&b).count();
    Some(common as f64 / (a.len() + b.len() - common) as f64)
}

fn bigrams(text: &str) -> HashSet<(char, char)> {
    let letters: Vec<char> =
        text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).take(MAX_WORDS).collect();
    letters.windows(2).map(|w| (w[0], w[1])).collect()
}
