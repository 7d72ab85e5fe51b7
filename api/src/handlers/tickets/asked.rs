//! The filters of lists and map as they come in the query string. It refuses words that it does not know, and boxes
//! without a datum.

use domain::geo::datum::{CoordType, to_wgs84};
use domain::id::{AccountId, CategoryCode, DepartmentCode, GridCode, TicketId};
use domain::ticket::attention::AttentionKind;
use domain::ticket::event::{Priority, Source};
use domain::ticket::state::Stage;
use domain::time::{DAY_MS, Moment};
use domain::workline::Workline;
use serde::Deserialize;
use store::repo::lists::{Scope, TicketFilter};
use strum::VariantArray as _;

use crate::error::{ApiError, ApiResult, Kind};
use crate::extract::Caller;
use crate::view::joint::is_unit_side;

/// How far back words are looked for when nothing else is said: no index serves them.
const SEARCHED_DAYS: i64 = 92;

/// Query of `GET /v1/tickets` and `GET /v1/tickets/map`.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Asked {
    /// States, separated by commas.
    stage: Option<String>,
    attention: Option<AttentionKind>,
    /// Whether some doubt waits for a person.
    doubtful: Option<bool>,
    lead: Option<DepartmentCode>,
    assist: Option<DepartmentCode>,
    /// Lead or assist.
    unit: Option<DepartmentCode>,
    category: Option<CategoryCode>,
    workline: Option<Workline>,
    source: Option<Source>,
    community: Option<GridCode>,
    inspection: Option<GridCode>,
    enforcement: Option<GridCode>,
    area: Option<GridCode>,
    person: Option<AccountId>,
    /// Only what the asker reported or follows.
    mine: bool,
    late: Option<bool>,
    /// West, south, east, north, in `coord_type`.
    bbox: Option<String>,
    /// Datum of `bbox` and of the answer; GCJ-02 when it is not given and there is no box.
    pub coord_type: Option<CoordType>,
    opened_from: Option<String>,
    opened_to: Option<String>,
    updated_since: Option<String>,
    number: Option<String>,
    /// What the words or the number contain.
    words: Option<String>,
    self_handled: Option<bool>,
    priority: Option<Priority>,
    /// A red order.
    red: Option<bool>,
    /// Whether its problem had been struck off before.
    relapse: Option<bool>,
    /// The ticket whose problem came back.
    relapse_of: Option<TicketId>,
    /// The round, campaign or flight that found it.
    programme: Option<String>,
    pub cursor: Option<String>,
    pub limit: Option<u32>,
    pub with_total: bool,
}

impl Asked {
    /// The filter, within what the role table lets the caller see.
    pub fn filter(&self, caller: &Caller, now: Moment) -> ApiResult<TicketFilter> {
        let opened_from = moment("opened_from", self.opened_from.as_deref())?;
        let looked_for = words(self.words.as_deref())?;
        let lately = looked_for.as_ref().map(|_| now.plus_ms(-SEARCHED_DAYS * DAY_MS));
        Ok(TicketFilter {
            stage: stages(self.stage.as_deref())?,
            attention: self.attention,
            doubtful: self.doubtful,
            lead: self.lead.clone(),
            assist: self.assist.clone(),
            unit: self.unit.clone(),
            category: self.category.clone(),
            workline: self.workline,
            source: self.source,
            community: self.community.clone(),
            inspection: self.inspection.clone(),
            enforcement: self.enforcement.clone(),
            area: self.area.clone(),
            person: self.person.clone(),
            mine: self.mine.then(|| caller.account.id.clone()),
            late: self.late,
            bbox: bbox(self.bbox.as_deref(), self.coord_type)?,
            opened_from: opened_from.or(lately),
            words: looked_for,
            opened_to: moment("opened_to", self.opened_to.as_deref())?,
            updated_since: moment("updated_since", self.updated_since.as_deref())?,
            number: self.number.clone(),
            self_handled: self.self_handled,
            priority: self.priority,
            red: self.red,
            relapse: self.relapse,
            relapse_of: self.relapse_of.clone(),
            programme: self.programme.clone(),
            // Those who are inspected can't ask their way to what was found in secret.
            overt: is_unit_side(caller.actor.role) && (self.source.is_some() || self.programme.is_some()),
            ..TicketFilter::within(Scope::of(&caller.actor))
        })
    }
}

/// What to look for, 2 to 40 characters.
fn words(text: Option<&str>) -> ApiResult<Option<String>> {
    let Some(text) = text else { return Ok(None) };
    let wrong = || ApiError::from(Kind::BadQuery).detail("words", "须为 2 到 40 个字");
    if (2..=40).contains(&text.chars().count()) { Ok(Some(text.to_owned())) } else { Err(wrong()) }
}

fn stages(text: Option<&str>) -> ApiResult<Vec<Stage>> {
    let Some(text) = text else { return Ok(Vec::new()) };
    let allowed = || Stage::VARIANTS.iter().map(ToString::to_string).collect::<Vec<_>>().join("、");
    let read = |word: &str| {
        word.parse()
            .map_err(|_| ApiError::from(Kind::BadQuery).detail("stage", format!("取值须为 {}", allowed())))
    };
    let mut stages = text.split(',').map(read).collect::<ApiResult<Vec<Stage>>>()?;
    stages.sort_unstable();
    stages.dedup();
    Ok(stages)
}

/// A moment of the query; a `+` that was not escaped has become a space there.
pub(crate) fn moment(field: &str, text: Option<&str>) -> ApiResult<Option<Moment>> {
    let Some(text) = text else { return Ok(None) };
    let read = Moment::parse(&text.replace(' ', "+"));
    let wrong = || ApiError::from(Kind::BadQuery).detail(field, "时间须为带时区的 ISO-8601");
    read.ok_or_else(wrong).map(Some)
}

fn bbox(text: Option<&str>, coord_type: Option<CoordType>) -> ApiResult<Option<[f64; 4]>> {
    let Some(text) = text else { return Ok(None) };
    let wrong = || ApiError::from(Kind::BadQuery).detail("bbox", "须为 西,南,东,北 四个数");
    let numbers: Vec<f64> =
        text.split(',').map(|n| n.trim().parse().map_err(|_| wrong())).collect::<ApiResult<_>>()?;
    let [west, south, east, north] = numbers[..] else { return Err(wrong()) };
    let Some(kind) = coord_type else {
        return Err(ApiError::from(Kind::CoordTypeMissing).detail("coord_type", "须为 wgs84、gcj02 或 bd09"));
    };
    let corner = |lon, lat| to_wgs84(kind, lon, lat).ok_or_else(wrong);
    let (low, high) = (corner(west, south)?, corner(east, north)?);
    if low.lon > high.lon || low.lat > high.lat {
        return Err(wrong());
    }
    Ok(Some([low.lon, low.lat, high.lon, high.lat]))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn field(error: ApiError) -> String {
        error.details[0].field.clone()
    }

    #[test]
    fn states_are_listed_with_commas_and_unknown_ones_are_named() {
        assert_eq!(stages(Some("handling,fixed,handling")).unwrap(), [Stage::Handling, Stage::Fixed]);
        for text in ["", "handling,", "Handling", "moon"] {
            assert_eq!(field(stages(Some(text)).unwrap_err()), "stage", "{text}");
        }
    }

    #[test]
    fn a_box_is_converted_at_its_corners_and_needs_its_datum() {
        let plain = bbox(Some("120.4, 36.3,120.5,36.4"), Some(CoordType::Wgs84)).unwrap();
        assert_eq!(plain, Some([120.4, 36.3, 120.5, 36.4]));
        let moved = bbox(Some("120.4,36.3,120.5,36.4"), Some(CoordType::Gcj02)).unwrap().unwrap();
        assert!((moved[0] - 120.4).abs() > 0.003 && moved[0] < moved[2] && moved[1] < moved[3]);
        assert_eq!(bbox(Some("1,2,3,4"), None).unwrap_err().kind, Kind::CoordTypeMissing);
        for text in
            ["", "1,2,3", "1,2,3,4,5", "a,2,3,4", "3,2,1,4", "1,4,3,2", "NaN,2,3,4", "1,2,3,inf", "1,2,300,4"]
        {
            assert_eq!(field(bbox(Some(text), Some(CoordType::Wgs84)).unwrap_err()), "bbox", "{text}");
        }
    }

    #[test]
    fn a_plus_that_became_a_space_is_still_a_time_zone() {
        let read = moment("opened_from", Some("2026-02-16T09:30:00 08:00")).unwrap();
        assert_eq!(read, Moment::parse("2026-02-16T09:30:00+08:00"));
        assert_eq!(field(moment("opened_to", Some("2026-02-16")).unwrap_err()), "opened_to");
    }
}
