//! Identifiers made at the edge: UUIDv7 text, so that ids sort by the time they were made. It refuses to give an id
//! any other meaning.

use domain::time::Moment;
use uuid::Uuid;

/// A new id, larger than every one that this process made before.
pub fn fresh() -> String {
    Uuid::now_v7().to_string()
}

/// When the id was made; `None` when it is no UUIDv7.
pub fn time_of(id: &str) -> Option<Moment> {
    let id = Uuid::try_parse(id).ok().filter(|id| id.get_version_num() == 7)?;
    let (seconds, nanos) = id.get_timestamp()?.to_unix();
    let ms = i64::try_from(seconds).ok()?.checked_mul(1000)? + i64::from(nanos / 1_000_000);
    Some(Moment::from_ms(ms))
}

/// The smallest id that can be made at `moment`: a cursor before everything of that millisecond.
pub fn floor(moment: Moment) -> String {
    let millis = u64::try_from(moment.ms()).unwrap_or(0);
    uuid::Builder::from_unix_timestamp_millis(millis, &[0; 10]).into_uuid().to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_sort_by_the_order_in_which_they_were_made() {
        let ids: Vec<String> = (0..1000).map(|_| fresh()).collect();
        assert!(ids.is_sorted_by(|a, b| a < b));
    }

    #[test]
    fn an_id_tells_its_millisecond_and_nothing_else_does() {
        let id = fresh();
        let at = time_of(&id).unwrap();
        assert!(floor(at) <= id && id < floor(at.plus_ms(1)));
        assert_eq!(time_of(&floor(at)), Some(at));
        for other in ["", "x", "0", "f81d4fae-7dec-41d0-a765-00a0c91e6bf6", "' or 1=1 --"] {
            assert_eq!(time_of(other), None, "{other}");
        }
    }
}
