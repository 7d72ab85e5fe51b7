//! The stream of reports that is replayed: a city's open data or, without a file, a drawn one. It refuses to decide what a
//! duplicate is: it gives what the city's staff wrote.

use std::collections::HashMap;
use std::fs::File;
use std::io::Read;
use std::path::Path;

use domain::geo::datum::Wgs84;
use domain::time::{DAY_MS, HOUR_MS, Moment};
use flate2::read::GzDecoder;

use crate::Outcome;
use crate::measure::Dice;

/// One report of the stream.
pub struct Row {
    pub id: String,
    pub at: Wgs84,
    /// Its type as a category code: the first two characters are the family's.
    pub category: String,
    /// The city's own word for the type.
    pub kind: String,
    pub seen_at: Moment,
    pub closed_at: Option<Moment>,
    /// Whether the city's own people found it.
    pub on_duty: bool,
    /// Whether staff called it a duplicate.
    pub marked: bool,
    /// Of what, as an index; staff seldom say, and the other may lie outside the stream.
    pub parent: Option<usize>,
}

impl Row {
    /// Whether its ticket was open at that moment.
    pub fn is_open(&self, at: Moment) -> bool {
        self.closed_at.is_none_or(|closed| closed >= at)
    }
}

/// Reads a CSV, packed or not, in the order of time.
pub fn read(file: &Path) -> Outcome<Vec<Row>> {
    let open = File::open(file)?;
    let packed = file.extension().is_some_and(|end| end == "gz");
    let bytes: Box<dyn Read> = if packed { Box::new(GzDecoder::new(open)) } else { Box::new(open) };
    let mut codes = Codes::default();
    let mut rows = Vec::new();
    for line in csv::Reader::from_reader(bytes).deserialize() {
        let line: HashMap<String, String> = line?;
        let cell = |name: &str| line.get(name).map(String::as_str).unwrap_or_default();
        let place = (cell("orig_lon").parse()?, cell("orig_lat").parse()?);
        let Some(at) = Wgs84::new(place.0, place.1) else { continue };
        let row = Row {
            id: cell("id").to_owned(),
            at,
            category: codes.of(cell("reason"), cell("type")),
            kind: cell("type").to_owned(),
            seen_at: moment(cell("open_dt"))?.ok_or("报件没有时间")?,
            closed_at: moment(cell("closed_dt"))?,
            on_duty: cell("source") == "Employee Generated",
            marked: cell("is_duplicate") == "True",
            parent: None,
        };
        rows.push((row, cell("parent_id").to_owned()));
    }
    rows.sort_by(|(a, _), (b, _)| (a.seen_at, &a.id).cmp(&(b.seen_at, &b.id)));
    let index: HashMap<String, usize> =
        rows.iter().enumerate().map(|(i, (row, _))| (row.id.clone(), i)).collect();
    Ok(rows.into_iter().map(|(row, parent)| Row { parent: index.get(&parent).copied(), ..row }).collect())
}

/// Gives each of the city's words a code of the product's form: two digits of the family, then the type.
#[derive(Default)]
struct Codes {
    families: HashMap<String, usize>,
    kinds: HashMap<String, usize>,
}

impl Codes {
    fn of(&mut self, family: &str, kind: &str) -> String {
        let next = self.families.len();
        let family = *self.families.entry(family.to_owned()).or_insert(next);
        let next = self.kinds.len();
        let kind = *self.kinds.entry(kind.to_owned()).or_insert(next);
        format!("{family:02}{kind:03}")
    }
}

fn moment(text: &str) -> Outcome<Option<Moment>> {
    if text.is_empty() {
        return Ok(None);
    }
    let read =
        |from: usize, to: usize| -> Outcome<i64> { Ok(text.get(from..to).ok_or("时间格式")?.parse()?) };
    let days = days_of(read(0, 4)?, read(5, 7)?, read(8, 10)?);
    let seconds = read(11, 13)? * 3600 + read(14, 16)? * 60 + read(17, 19)?;
    Ok(Some(Moment::from_ms(days * DAY_MS + seconds * 1000)))
}

/// Days from 1970-01-01 (the civil calendar's arithmetic: Hinnant, chrono-compatible low-level date algorithms).
fn days_of(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let of_era = year - era * 400;
    let of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468
}

/// A drawn stream of `reports` in ninety days: problems at scattered places, every eighth report a repetition of an open one
/// from up to 25 m away, half of them marked. It stands in where no real stream is given, and proves nothing about one.
pub fn drawn(reports: usize, seed: u64) -> Vec<Row> {
    let mut dice = Dice(seed);
    let mut rows: Vec<Row> = Vec::with_capacity(reports);
    let begin = days_of(2026, 7, 1) * DAY_MS;
    let step = 92 * DAY_MS / i64::try_from(reports.max(1)).unwrap_or(i64::MAX);
    for i in 0..reports {
        let seen_at = Moment::from_ms(begin + step * i64::try_from(i).unwrap_or(0));
        let again = (dice.roll(8) == 0 && i > 50).then(|| i - 1 - dice.roll(50) as usize);
        let again = again.filter(|&of| rows[of].is_open(seen_at) && rows[of].parent.is_none());
        let (at, category) = match again {
            Some(of) => (near(rows[of].at, &mut dice), rows[of].category.clone()),
            None => {
                let at = Wgs84 { lon: 120.40 + 0.1 * dice.unit(), lat: 36.35 + 0.1 * dice.unit() };
                (at, format!("{:02}{:03}", 1 + dice.roll(4), 1 + dice.roll(6)))
            }
        };
        rows.push(Row {
            id: format!("S{i:06}"),
            at,
            kind: category.clone(),
            category,
            seen_at,
            closed_at: Some(seen_at.plus_ms(HOUR_MS * (6 + dice.roll(400) as i64))),
            on_duty: dice.roll(3) == 0,
            marked: again.is_some() && dice.roll(2) == 0,
            parent: None,
        });
        let last = rows.len() - 1;
        rows[last].parent = again.filter(|_| rows[last].marked);
    }
    rows
}

fn near(at: Wgs84, dice: &mut Dice) -> Wgs84 {
    let step = |dice: &mut Dice| (dice.unit() - 0.5) * 0.000_45;
    if dice.roll(2) == 0 { at } else { Wgs84 { lon: at.lon + step(dice), lat: at.lat + step(dice) } }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_is_read_as_the_calendar_says() {
        assert_eq!(days_of(1970, 1, 1), 0);
        assert_eq!(days_of(2011, 9, 1), 15_218);
        assert_eq!(moment("2011-09-01 00:00:01").unwrap().unwrap().ms(), 15_218 * DAY_MS + 1000);
        assert!(moment("").unwrap().is_none());
    }

    #[test]
    fn a_drawn_stream_is_the_same_every_time_and_has_marked_duplicates() {
        let (a, b) = (drawn(2_000, 1), drawn(2_000, 1));
        assert!(a.iter().zip(&b).all(|(a, b)| a.id == b.id && a.at == b.at && a.parent == b.parent));
        assert!(a.iter().filter(|row| row.parent.is_some()).count() > 50);
    }
}
