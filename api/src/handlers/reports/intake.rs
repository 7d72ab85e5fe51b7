//! The body of a report and what makes it fit to be taken in. It refuses what a form could have caught (missing
//! pictures, half points, unknown categories) and leaves every doubt about the content to the triage.

use std::collections::BTreeSet;

use domain::actor::Role;
use domain::clock::calendar::Calendar;
use domain::evidence::{Claimed, LocationSource, settle_time};
use domain::geo::datum::CoordType;
use domain::id::{CategoryCode, PhotoId, ReportId};
use domain::photo::Region;
use domain::ticket::event::{Opening, Place, Source};
use domain::time::{DAY_MS, Moment};
use serde::Deserialize;
use store::desk::NewReport;
use store::id;
use store::repo::district::Books;

use super::origin::OriginBody;
use crate::error::{ApiError, ApiResult, Kind};
use crate::extract::{Caller, Point, read_point};
use crate::handlers::config::{MAX_PHOTOS, MAX_WORDS};
use crate::handlers::tickets::action::check_text;

/// Metres that a point without an accuracy is taken to be good for.
const USUAL_ACCURACY_M: f64 = 50.0;
/// The coarsest accuracy that is believed to be one.
const WORST_ACCURACY_M: f64 = 100_000.0;
/// How far a time may be from ours to be a time at all; the evidence judges finer.
const WIDEST_TIME_MS: i64 = 400 * DAY_MS;
/// Most characters of an external number.
const MOST_EXTERNAL: usize = 64;

/// Body of `POST /v1/reports`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewBody {
    photo_ids: Vec<PhotoId>,
    /// Where in the pictures the problem is, at most once a picture.
    #[serde(default)]
    regions: Vec<Marked>,
    /// After-photographs of a fix on the spot.
    #[serde(default)]
    fixed_photo_ids: Vec<PhotoId>,
    longitude: Option<f64>,
    latitude: Option<f64>,
    coord_type: Option<CoordType>,
    accuracy: Option<f64>,
    location_source: Option<LocationSource>,
    captured_at: Option<Moment>,
    #[serde(default)]
    words: String,
    category: Option<CategoryCode>,
    source: Option<Source>,
    external_id: Option<String>,
    /// Who sent it, under whose order, seen by which machine.
    #[serde(default)]
    origin: OriginBody,
}

/// Where in a picture the problem is.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Marked {
    photo_id: PhotoId,
    x: f32,
    y: f32,
    width: f32,
    height: f32,
}

/// From where a role may report; the first is meant when nothing is said.
const fn sources(role: Role) -> &'static [Source] {
    match role {
        Role::Citizen => &[Source::MiniProgram, Source::H5],
        Role::GridWorker => &[Source::Patrol, Source::SelfCheck, Source::Station],
        Role::Crew => &[Source::Crew],
        Role::Visitor => &[Source::Visit],
        Role::Inspector => &[Source::Inspection, Source::Simulation, Source::Visit],
        Role::Handler | Role::UnitHead => &[Source::SelfCheck],
        Role::Dispatcher | Role::Coordinator | Role::Command => &[
            Source::Console,
            Source::Hotline,
            Source::WechatGroup,
            Source::Platform,
            Source::Assigned,
            Source::Petition,
            Source::Media,
            Source::Proposal,
            Source::Station,
        ],
        Role::Integration => &[
            Source::Integration,
            Source::Camera,
            Source::Hotline,
            Source::Platform,
            Source::Drone,
            Source::Satellite,
        ],
        _ => &[],
    }
}

/// Whether what comes this way is often told without a photograph: on the phone, in a letter, from another system.
const fn may_lack_pictures(source: Source) -> bool {
    matches!(
        source,
        Source::Console
            | Source::Hotline
            | Source::Platform
            | Source::Assigned
            | Source::Petition
            | Source::Media
            | Source::Proposal
            | Source::Integration
    )
}

/// Whether somebody works for the district and reports outside its working hours ("七小时外").
fn is_off_duty(role: Role, calendar: &Calendar, now: Moment) -> bool {
    let staff = !matches!(role, Role::Citizen | Role::Visitor | Role::Integration | Role::System);
    staff && calendar.working_spans(now, now.plus_ms(1)).next().is_none()
}

impl NewBody {
    /// Checks everything that can be known without the database.
    pub fn read(mut self, caller: &Caller, books: &Books, now: Moment) -> ApiResult<NewReport> {
        let role = caller.actor.role;
        let source = self.source(role)?;
        self.check_pictures(role, source)?;
        self.check_external(role)?;
        let regions = self.regions()?;
        check_text("words", &self.words, MAX_WORDS)?;
        if self.category.as_ref().is_some_and(|category| !books.categories.contains_key(category)) {
            return Err(ApiError::bad_field("category", "没有这个类别"));
        }
        if source == Source::Camera && self.category.is_some() {
            return Err(ApiError::bad_field("category", "类别由抓拍种类决定，不能带"));
        }
        let mut origin = std::mem::take(&mut self.origin).read(source, now)?;
        origin.off_duty = is_off_duty(role, &books.calendar, now);
        let point = self.point()?;
        self.check_time(now)?;
        let place = point
            .map(|point| Place { at: point.at, accuracy_m: point.accuracy_m.unwrap_or(USUAL_ACCURACY_M) });
        let from = self.location_source.unwrap_or(if place.is_some() {
            LocationSource::Device
        } else {
            LocationSource::None
        });
        let claimed = Claimed {
            at: place.map(|place| place.at),
            accuracy_m: place.map(|place| place.accuracy_m),
            source: from,
            captured_at: self.captured_at,
        };
        Ok(NewReport {
            opening: Opening {
                report: ReportId::new(id::fresh()),
                source,
                reporter: Some(caller.account.id.clone()),
                words: self.words.trim().to_owned(),
                place,
                found_at: settle_time(&claimed, &[], now).at,
                category_hint: self.category,
                photos: self.photo_ids,
                fixed_on_spot: self.fixed_photo_ids,
                relapse_of: None,
                origin,
            },
            external_id: self.external_id,
            raw: point.map(|point| point.raw),
            place_source: word(from).to_owned(),
            captured_at: self.captured_at,
            regions,
        })
    }

    fn regions(&self) -> ApiResult<Vec<(PhotoId, Region)>> {
        let mut seen = BTreeSet::new();
        let read = |marked: &Marked| {
            let Marked { photo_id, x, y, width, height } = marked;
            let region = Region { x: *x, y: *y, width: *width, height: *height };
            if !self.photo_ids.contains(photo_id) {
                return Err(ApiError::bad_field("regions", "标的不是这次上报的照片"));
            }
            if !region.is_sound() {
                return Err(ApiError::bad_field("regions", "须在照片之内，以 0 到 1 的比例表示"));
            }
            Ok((photo_id.clone(), region))
        };
        let regions = self.regions.iter().map(read).collect::<ApiResult<Vec<_>>>()?;
        match regions.iter().all(|(photo, _)| seen.insert(photo)) {
            true => Ok(regions),
            false => Err(ApiError::bad_field("regions", "同一张照片只标一处")),
        }
    }

    fn source(&self, role: Role) -> ApiResult<Source> {
        let allowed = sources(role);
        let Some(usual) = allowed.first() else {
            return Err(ApiError::from(Kind::RoleRefused).saying(format!("{}不能上报", role.label())));
        };
        let source = self.source.unwrap_or(*usual);
        if allowed.contains(&source) {
            return Ok(source);
        }
        let words: Vec<_> = allowed.iter().map(ToString::to_string).collect();
        let refusal = ApiError::from(Kind::RoleRefused).saying(format!(
            "{}不能以“{}”上报",
            role.label(),
            source.label()
        ));
        Err(refusal.detail("source", format!("取值须为 {}", words.join("、"))))
    }

    fn check_pictures(&self, role: Role, source: Source) -> ApiResult<()> {
        let least = if may_lack_pictures(source) { 0 } else { 1 };
        if !(least..=MAX_PHOTOS).contains(&self.photo_ids.len()) {
            return Err(ApiError::bad_field("photo_ids", format!("须为 {least} 到 {MAX_PHOTOS} 张照片")));
        }
        if !self.fixed_photo_ids.is_empty() && !matches!(role, Role::GridWorker | Role::Crew) {
            return Err(ApiError::from(Kind::RoleRefused)
                .saying("只有网格员和环卫作业队可以当场处置")
                .detail("fixed_photo_ids", "不能带"));
        }
        if self.fixed_photo_ids.len() > MAX_PHOTOS {
            return Err(ApiError::bad_field("fixed_photo_ids", format!("最多 {MAX_PHOTOS} 张照片")));
        }
        let mut seen = BTreeSet::new();
        for (field, ids) in [("photo_ids", &self.photo_ids), ("fixed_photo_ids", &self.fixed_photo_ids)] {
            for photo in ids {
                check_text(field, photo.as_str(), MOST_EXTERNAL)?;
                if !seen.insert(photo) {
                    return Err(ApiError::bad_field(field, "同一张照片不能重复"));
                }
            }
        }
        Ok(())
    }

    fn check_external(&self, role: Role) -> ApiResult<()> {
        let Some(external) = &self.external_id else {
            return match role {
                Role::Integration => Err(ApiError::bad_field("external_id", "缺少对接系统的编号")),
                _ => Ok(()),
            };
        };
        if !matches!(role, Role::Integration | Role::Dispatcher | Role::Coordinator | Role::Command) {
            return Err(ApiError::bad_field("external_id", "只有对接系统和督查专号可以带编号"));
        }
        let fine = (1..=MOST_EXTERNAL).contains(&external.chars().count())
            && !external.chars().any(char::is_control);
        if fine {
            Ok(())
        } else {
            Err(ApiError::bad_field("external_id", format!("须为 1 到 {MOST_EXTERNAL} 个字")))
        }
    }

    fn point(&self) -> ApiResult<Option<Point>> {
        if self.accuracy.is_some_and(|metres| metres > WORST_ACCURACY_M) {
            return Err(ApiError::bad_field("accuracy", "须为 0 到 100000 米"));
        }
        read_point(self.longitude, self.latitude, self.coord_type, self.accuracy)
    }

    fn check_time(&self, now: Moment) -> ApiResult<()> {
        match self.captured_at {
            Some(at) if now.since(at).saturating_abs() > WIDEST_TIME_MS => {
                Err(ApiError::bad_field("captured_at", "与现在相差超过 400 天"))
            }
            _ => Ok(()),
        }
    }
}

/// The word under which a source of the place is kept.
const fn word(source: LocationSource) -> &'static str {
    match source {
        LocationSource::Device => "device",
        LocationSource::Pin => "pin",
        LocationSource::Exif => "exif",
        LocationSource::None => "none",
    }
}

#[cfg(test)]
#[path = "intake_tests.rs"]
mod tests;
