//! The name–value pairs of a query or a form, and the filters they mean. It ignores names it does not know, as the standard
//! asks, and refuses values that it cannot read.

use domain::id::{CategoryCode, TicketId};
use domain::ticket::state::Stage;
use domain::time::{DAY_MS, Moment};
use store::repo::georeport::Wanted;
use strum::VariantArray as _;

use crate::error::{ApiError, ApiResult, Kind};

/// Longest text of pairs, bytes.
const MOST_BYTES: usize = 64 * 1024;
/// Most values of a comma list.
const MOST_VALUES: usize = 200;
/// The longest span of dates, also when none is named.
const SPAN_MS: i64 = 90 * DAY_MS;

/// Decoded pairs in their order; an empty value is an absent one.
pub struct Pairs(Vec<(String, String)>);

impl Pairs {
    /// Reads `a=b&c=d`.
    pub fn read(text: &str) -> ApiResult<Self> {
        if text.len() > MOST_BYTES {
            return Err(ApiError::from(Kind::BadQuery).saying("参数过长"));
        }
        let read = actix_web::web::Query::<Vec<(String, String)>>::from_query(text)
            .map_err(|_| ApiError::from(Kind::BadQuery).saying("参数格式不正确"))?;
        let pairs = read.into_inner();
        if pairs.iter().any(|(name, value)| name.contains('\0') || value.contains('\0')) {
            return Err(ApiError::from(Kind::BadQuery).saying("参数中不能有空字符"));
        }
        Ok(Self(pairs))
    }

    /// The first value of that name.
    pub fn get(&self, name: &str) -> Option<&str> {
        let value = self.0.iter().find(|(own, _)| own == name).map(|(_, value)| value.as_str());
        value.filter(|value| !value.is_empty())
    }

    /// The value as a number.
    pub fn number(&self, name: &str) -> ApiResult<Option<f64>> {
        let Some(text) = self.get(name) else { return Ok(None) };
        text.trim().parse().map(Some).map_err(|_| ApiError::bad_field(name, "须为数字"))
    }

    fn list(&self, name: &str) -> ApiResult<Vec<&str>> {
        let values: Vec<&str> = self
            .get(name)
            .into_iter()
            .flat_map(|text| text.split(','))
            .map(str::trim)
            .filter(|value| !value.is_empty())
            .collect();
        match values.len() {
            0..=MOST_VALUES => Ok(values),
            _ => Err(ApiError::bad_field(name, format!("最多 {MOST_VALUES} 个"))),
        }
    }

    fn date(&self, name: &str) -> ApiResult<Option<Moment>> {
        let Some(text) = self.get(name) else { return Ok(None) };
        // A bare + of a zone is decoded as a blank.
        Moment::parse(&text.replace(' ', "+"))
            .map(Some)
            .ok_or_else(|| ApiError::bad_field(name, "须为带时区的 ISO-8601 时间"))
    }

    /// The filters; without dates the last 90 days, with one of them the 90 days on its side.
    pub fn wanted(&self, now: Moment) -> ApiResult<Wanted> {
        if self.get("service_request_id").is_some() {
            let ids = self.list("service_request_id")?.into_iter().map(read_id).collect::<ApiResult<_>>()?;
            return Ok(Wanted { ids, ..Wanted::default() });
        }
        let (from, to) = match (self.date("start_date")?, self.date("end_date")?) {
            (None, None) => (now.plus_ms(-SPAN_MS), now),
            (Some(from), None) => (from, from.plus_ms(SPAN_MS)),
            (None, Some(to)) => (to.plus_ms(-SPAN_MS), to),
            (Some(from), Some(to)) => (from, to),
        };
        if to < from || to.since(from) > SPAN_MS {
            return Err(ApiError::bad_field("end_date", "须不早于 start_date，且相差不超过 90 天"));
        }
        let categories = self.list("service_code")?.into_iter().map(CategoryCode::new).collect();
        Ok(Wanted { ids: Vec::new(), categories, stages: self.stages()?, from: Some(from), to: Some(to) })
    }

    fn stages(&self) -> ApiResult<Vec<Stage>> {
        let mut stages = Vec::new();
        for word in self.list("status")? {
            let open = match word {
                "open" => true,
                "closed" => false,
                _ => return Err(ApiError::bad_field("status", "须为 open 或 closed")),
            };
            stages.extend(Stage::VARIANTS.iter().copied().filter(|stage| stage.is_open() == open));
        }
        Ok(stages)
    }
}

/// The ids of a comma list.
pub fn ids(text: &str) -> ApiResult<Vec<TicketId>> {
    text.split(',').take(MOST_VALUES).map(read_id).collect()
}

fn read_id(text: &str) -> ApiResult<TicketId> {
    let fine = (1..=64).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
    match fine {
        true => Ok(TicketId::new(text)),
        false => Err(ApiError::from(Kind::NotFound).saying("没有这个 service_request_id")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Moment = Moment::from_ms(1_771_200_000_000);

    fn wanted(query: &str) -> ApiResult<Wanted> {
        Pairs::read(query)?.wanted(NOW)
    }

    #[test]
    fn without_dates_the_last_ninety_days_are_meant_and_no_span_is_longer() {
        let usual = wanted("jurisdiction_id=&status=open,closed").unwrap();
        assert_eq!((usual.from, usual.to), (Some(NOW.plus_ms(-SPAN_MS)), Some(NOW)));
        assert_eq!(usual.stages.len(), Stage::VARIANTS.len());
        let from = wanted("start_date=2026-01-01T00:00:00+08:00").unwrap();
        assert_eq!(from.to.unwrap().since(from.from.unwrap()), SPAN_MS);
        assert_eq!(from.from, Moment::parse("2026-01-01T00:00:00+08:00"));
        assert!(wanted("start_date=2026-01-01T00:00:00Z&end_date=2026-05-01T00:00:00Z").is_err());
        assert!(wanted("start_date=2026-02-01T00:00:00Z&end_date=2026-01-01T00:00:00Z").is_err());
    }

    #[test]
    fn ids_override_everything_and_bad_values_are_refused() {
        let ids = wanted("service_request_id=a,b&status=nonsense").unwrap();
        assert_eq!(ids.ids.len(), 2);
        for query in ["status=ope", "start_date=yesterday", "start_date=2026-01-01", "service_request_id=a'b"]
        {
            assert!(wanted(query).is_err(), "{query}");
        }
    }
}
