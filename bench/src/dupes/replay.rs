//! The replay: every report in the order of time against the tickets open at that moment, through the product's own cells,
//! measures and weights. It refuses to look ahead: what staff wrote later is only used to judge.

use domain::dedupe::{self, MAX_ACCURACY_M, Score, Sighting, Thresholds, Verdict};
use domain::geo::datum::distance_m;
use domain::time::{DAY_MS, MINUTE_MS};

use super::stream::Row;
use crate::near::Near;

/// What the stream's places are believed to be good for: they are geocoded addresses; metres.
const ACCURACY_M: f64 = 20.0;
/// As in triage: so many of the nearest are compared.
const MOST_COMPARED: usize = 20;

/// What the product would have said of one report.
pub struct Said {
    pub row: usize,
    /// Open candidates with their scores, the one to act on first.
    pub ranked: Vec<(usize, Score)>,
    /// A closed ticket of its category within the rule of relapses.
    pub relapse: Option<usize>,
    /// What the plain rule finds, nearest first.
    pub plain: Vec<usize>,
    /// Open candidates of its own category right there.
    crowd: Vec<usize>,
}

impl Said {
    /// Others of the category around `old`'s place in the list.
    pub fn rivals(&self, old: usize) -> u32 {
        u32::try_from(self.crowd.len() - usize::from(self.crowd.contains(&old))).unwrap_or(u32::MAX)
    }
}

/// Runs through the stream; automatic merges leave the map, as they do in the product, when `merging`.
pub fn replay(rows: &[Row], t: &Thresholds, merging: bool) -> Vec<Said> {
    let mut map = Near::default();
    let relapse = domain::relapse::Relapse::default();
    let mut said = Vec::with_capacity(rows.len());
    for (index, row) in rows.iter().enumerate() {
        let since = row.seen_at.plus_ms(-2 * i64::from(t.window_days) * DAY_MS);
        let mut near: Vec<usize> = map.around(row.at, t.radius_m + 2.0 * MAX_ACCURACY_M, since).collect();
        near.sort_by(|&a, &b| {
            distance_m(rows[a].at, row.at).total_cmp(&distance_m(rows[b].at, row.at)).then(b.cmp(&a))
        });
        let plain = near.iter().copied().filter(|&old| is_plain(row, &rows[old])).collect();
        let before = near.iter().copied().find(|&old| {
            let closed = rows[old].closed_at.filter(|closed| *closed < row.seen_at);
            rows[old].category == row.category
                && distance_m(rows[old].at, row.at) <= relapse.radius_m
                && closed.is_some_and(|closed| row.seen_at.since(closed) <= relapse.span_ms())
        });
        near.retain(|&old| rows[old].is_open(row.seen_at));
        near.truncate(MOST_COMPARED);
        let new = sighting(row, true);
        let sightings: Vec<Sighting<'_>> = near.iter().map(|&old| sighting(&rows[old], true)).collect();
        let ranked: Vec<(usize, Score)> =
            dedupe::rank(&new, &sightings, t).into_iter().map(|(i, score)| (near[i], score)).collect();
        let merged = ranked.first().is_some_and(|(_, score)| score.verdict == Verdict::Merge);
        if !(merging && merged) {
            map.add(row.at, row.seen_at, index);
        }
        let crowd = near
            .iter()
            .copied()
            .filter(|&old| dedupe::is_rival(&dedupe::measure(&new, &sighting(&rows[old], true))))
            .collect();
        said.push(Said { row: index, ranked, relapse: before, plain, crowd });
    }
    said
}

/// The plain rule: same type, open, 30 m, 14 days.
fn is_plain(new: &Row, old: &Row) -> bool {
    old.kind == new.kind
        && old.is_open(new.seen_at)
        && new.seen_at.since(old.seen_at) <= 14 * DAY_MS
        && distance_m(old.at, new.at) <= 30.0
}

/// A report as the product compares it: the stream has neither pictures nor words nor reporters.
pub fn sighting(row: &Row, open: bool) -> Sighting<'_> {
    Sighting {
        at: row.at,
        accuracy_m: ACCURACY_M,
        category: Some(&row.category),
        seen_at: row.seen_at,
        open,
        prints: &[],
        scenes: &[],
        words: "",
        reporter: None,
        on_duty: row.on_duty,
    }
}

/// Whether two rows can't be told from one report sent twice: same type and point, a quarter of a minute apart, from the public.
pub fn is_sent_twice(a: &Row, b: &Row) -> bool {
    a.kind == b.kind
        && distance_m(a.at, b.at) < 0.5
        && a.seen_at.since(b.seen_at).abs() <= MINUTE_MS / 4
        && !(a.on_duty && b.on_duty)
}
