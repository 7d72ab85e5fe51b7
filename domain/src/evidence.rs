//! Which source is trusted for place and time when a phone, a dragged pin and the photographs each say something.
//! The request speaks first, EXIF only where the request is silent; every contradiction is told, none is averaged away.
//! It refuses to judge anybody: it names the source, the gap and the limit, and leaves the rest to proof and people.

use serde::{Deserialize, Serialize};

use crate::geo::datum::{Wgs84, distance_m};
use crate::time::{DAY_MS, MINUTE_MS, Moment};

/// The least distance, in metres, between request and EXIF that is worth telling.
pub const PLACE_GAP_M: f64 = 100.0;
/// How many times the stated accuracy the EXIF place may be away before it is told.
pub const PLACE_GAP_ACCURACIES: f64 = 3.0;
/// The accuracy, in metres, assumed for a place that comes from EXIF alone.
pub const EXIF_ACCURACY_M: f64 = 30.0;
/// How far ahead of our clock a phone's clock may run, in milliseconds.
pub const AHEAD_MS: i64 = 5 * MINUTE_MS;
/// How old a report made without signal may be, in milliseconds.
pub const OLDEST_MS: i64 = 30 * DAY_MS;
/// The gap between request and EXIF time that is told, in milliseconds.
pub const TIME_GAP_MS: i64 = 10 * MINUTE_MS;

/// Where a place came from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LocationSource {
    /// The phone's or the device's own fix (定位).
    Device,
    /// A pin dragged on the map (地图选点).
    Pin,
    /// The GPS block of a photograph.
    Exif,
    /// No place is known.
    None,
}

impl LocationSource {
    /// The Chinese name.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Device => "手机定位",
            Self::Pin => "地图选点",
            Self::Exif => "照片定位",
            Self::None => "位置未知",
        }
    }
}

/// Where a time came from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TimeSource {
    /// The request's own `captured_at`.
    Request,
    /// The time written by the camera.
    Exif,
    /// The moment at which the server received it.
    Received,
}

impl TimeSource {
    /// The Chinese name.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Request => "上报时间",
            Self::Exif => "照片时间",
            Self::Received => "收到时间",
        }
    }
}

/// What the request says of itself.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Claimed {
    /// The place, already WGS-84.
    pub at: Option<Wgs84>,
    /// The stated accuracy radius in metres.
    pub accuracy_m: Option<f64>,
    /// How the client says it got the place.
    pub source: LocationSource,
    /// When the client says it was seen.
    pub captured_at: Option<Moment>,
}

/// What one photograph says, from its EXIF.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Witness {
    /// The GPS place.
    pub position: Option<Wgs84>,
    /// The time of the shot.
    pub taken_at: Option<Moment>,
}

/// A photograph whose place contradicts the trusted one.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Disagreement {
    /// Index of the photograph in the request, from 0.
    pub photo: usize,
    /// The distance in metres.
    pub metres: f64,
    /// The limit that it exceeds, in metres.
    pub limit_m: f64,
    /// One Chinese sentence.
    pub sentence: String,
}

/// The place that counts.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SettledPlace {
    /// The place; none when nobody named one.
    pub at: Option<Wgs84>,
    /// Its accuracy radius in metres.
    pub accuracy_m: Option<f64>,
    /// The trusted source.
    pub source: LocationSource,
    /// Photographs that say otherwise.
    pub disagreements: Vec<Disagreement>,
}

/// A photograph whose time contradicts the trusted one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TimeDisagreement {
    /// Index of the photograph in the request, from 0.
    pub photo: usize,
    /// Minutes by which EXIF is later than the trusted time (negative: earlier).
    pub minutes: i64,
    /// One Chinese sentence.
    pub sentence: String,
}

/// The time that counts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SettledTime {
    /// The moment.
    pub at: Moment,
    /// The trusted source.
    pub source: TimeSource,
    /// Why the request's own time was not taken, in Chinese.
    pub reason: Option<String>,
    /// Photographs that say otherwise.
    pub disagreements: Vec<TimeDisagreement>,
}

/// Chooses the place: the request's, else the first photograph's, else none.
pub fn settle_place(claimed: &Claimed, witnesses: &[Witness]) -> SettledPlace {
    let stated = claimed.accuracy_m.filter(|m| m.is_finite() && *m >= 0.0);
    let (at, accuracy_m, source) = match claimed.at {
        Some(at) => (at, stated, spoken_source(claimed.source)),
        None => match witnesses.iter().find_map(|w| w.position) {
            Some(at) => (at, Some(EXIF_ACCURACY_M), LocationSource::Exif),
            None => return nowhere(),
        },
    };
    let limit_m = PLACE_GAP_M.max(PLACE_GAP_ACCURACIES * accuracy_m.unwrap_or(0.0));
    let disagreements = (witnesses.iter().enumerate())
        .filter_map(|(photo, w)| Some((photo, distance_m(at, w.position?))))
        .filter(|(_, metres)| *metres > limit_m)
        .map(|(photo, metres)| Disagreement {
            photo,
            metres,
            limit_m,
            sentence: format!(
                "第{}张照片自带的定位与{}相距 {metres:.0} 米，超过 {limit_m:.0} 米；以{}为准",
                photo + 1,
                source.label(),
                source.label()
            ),
        })
        .collect();
    SettledPlace { at: Some(at), accuracy_m, source, disagreements }
}

/// Chooses the time: the request's when it is believable, EXIF when the request has none, else the time of receipt.
pub fn settle_time(claimed: &Claimed, witnesses: &[Witness], received_at: Moment) -> SettledTime {
    let exif =
        || witnesses.iter().filter_map(|w| w.taken_at).find(|t| unbelievable(*t, received_at).is_none());
    let (at, source, reason) = match claimed.captured_at {
        Some(at) => match unbelievable(at, received_at) {
            None => (at, TimeSource::Request, None),
            Some(why) => (received_at, TimeSource::Received, Some(why)),
        },
        None => match exif() {
            Some(at) => (at, TimeSource::Exif, Some("上报未带拍摄时间，以照片时间为准".to_owned())),
            None => {
                (received_at, TimeSource::Received, Some("没有可信的拍摄时间，以收到时间为准".to_owned()))
            }
        },
    };
    let disagreements = (witnesses.iter().enumerate())
        .filter_map(|(photo, w)| Some((photo, w.taken_at?.since(at))))
        .filter(|(_, gap)| gap.unsigned_abs() > TIME_GAP_MS.unsigned_abs())
        .map(|(photo, gap)| TimeDisagreement {
            photo,
            minutes: gap / MINUTE_MS,
            sentence: format!(
                "第{}张照片自带的时间比{}{}{}，超过 {} 分钟；以{}为准",
                photo + 1,
                source.label(),
                if gap > 0 { "晚" } else { "早" },
                spell_gap(gap),
                TIME_GAP_MS / MINUTE_MS,
                source.label()
            ),
        })
        .collect();
    SettledTime { at, source, reason, disagreements }
}

/// A length of time in Chinese, in the largest unit that still says something: 3 分钟, 5 小时, 2 天.
pub(crate) fn spell_gap(ms: i64) -> String {
    let minutes = ms.unsigned_abs() / MINUTE_MS.unsigned_abs();
    match minutes {
        0..120 => format!(" {minutes} 分钟"),
        120..2880 => format!(" {:.1} 小时", minutes as f64 / 60.0),
        _ => format!(" {:.1} 天", minutes as f64 / 1440.0),
    }
}

/// A client that sends a place but forgets to say how it got it is taken to have used its own fix.
const fn spoken_source(source: LocationSource) -> LocationSource {
    match source {
        LocationSource::None => LocationSource::Device,
        other => other,
    }
}

const fn nowhere() -> SettledPlace {
    SettledPlace { at: None, accuracy_m: None, source: LocationSource::None, disagreements: Vec::new() }
}

fn unbelievable(at: Moment, received_at: Moment) -> Option<String> {
    let age = received_at.since(at);
    if age < -AHEAD_MS {
        let ahead = spell_gap(age);
        return Some(format!(
            "上报时间比收到时间晚{ahead}，超过 {} 分钟，以收到时间为准",
            AHEAD_MS / MINUTE_MS
        ));
    }
    (age > OLDEST_MS).then(|| {
        format!("上报时间比收到时间早{}，超过 {} 天，以收到时间为准", spell_gap(age), OLDEST_MS / DAY_MS)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const HERE: Wgs84 = Wgs84 { lon: 120.45, lat: 36.39 };
    const NOW: Moment = Moment::from_ms(1_790_000_000_000);

    fn north(m: f64) -> Wgs84 {
        Wgs84 { lat: HERE.lat + m / 111_195.0, ..HERE }
    }

    fn claim(at: Option<Wgs84>, accuracy_m: Option<f64>) -> Claimed {
        Claimed { at, accuracy_m, source: LocationSource::Device, captured_at: Some(NOW) }
    }

    fn seen(position: Option<Wgs84>, taken_at: Option<Moment>) -> Witness {
        Witness { position, taken_at }
    }

    fn aged(ms: i64) -> Claimed {
        Claimed { captured_at: Some(NOW.plus_ms(-ms)), ..claim(None, None) }
    }

    #[test]
    fn the_request_speaks_before_the_photograph() {
        let place = settle_place(&claim(Some(HERE), Some(20.0)), &[seen(Some(north(90.0)), None)]);
        assert_eq!((place.at, place.source), (Some(HERE), LocationSource::Device));
        assert_eq!(place.disagreements, []);
    }

    #[test]
    fn exif_fills_in_where_the_request_is_silent_and_skips_photographs_without_a_place() {
        let place = settle_place(&claim(None, Some(5.0)), &[seen(None, None), seen(Some(HERE), None)]);
        assert_eq!((place.at, place.source), (Some(HERE), LocationSource::Exif));
        assert_eq!(place.accuracy_m, Some(EXIF_ACCURACY_M));
    }

    #[test]
    fn a_photograph_taken_elsewhere_is_named_with_its_distance_and_the_limit() {
        let place =
            settle_place(&claim(Some(HERE), Some(20.0)), &[seen(None, None), seen(Some(north(600.0)), None)]);
        let told = &place.disagreements[0];
        assert_eq!((told.photo, told.metres.round(), told.limit_m), (1, 600.0, 100.0));
        assert!(told.sentence.contains("第2张") && told.sentence.contains("600 米"), "{}", told.sentence);
    }

    #[test]
    fn a_coarse_fix_widens_what_is_tolerated_and_a_nonsense_accuracy_does_not() {
        let witness = [seen(Some(north(250.0)), None)];
        assert!(settle_place(&claim(Some(HERE), Some(100.0)), &witness).disagreements.is_empty());
        for nonsense in [f64::NAN, f64::INFINITY, -5.0] {
            let place = settle_place(&claim(Some(HERE), Some(nonsense)), &witness);
            assert_eq!((place.disagreements.len(), place.accuracy_m), (1, None));
        }
    }

    #[test]
    fn nothing_known_is_said_to_be_nothing() {
        assert_eq!(settle_place(&claim(None, None), &[seen(None, None)]).source, LocationSource::None);
    }

    #[test]
    fn a_place_without_a_named_source_counts_as_the_phones_own() {
        let unnamed = Claimed { source: LocationSource::None, ..claim(Some(HERE), None) };
        assert_eq!(settle_place(&unnamed, &[]).source, LocationSource::Device);
    }

    #[test]
    fn the_requests_time_is_trusted_up_to_five_minutes_ahead_and_thirty_days_back() {
        for (age, source) in [
            (-AHEAD_MS, TimeSource::Request),
            (-AHEAD_MS - 1, TimeSource::Received),
            (OLDEST_MS, TimeSource::Request),
            (OLDEST_MS + 1, TimeSource::Received),
            (i64::MIN + 1, TimeSource::Received),
            (i64::MAX, TimeSource::Received),
        ] {
            let time = settle_time(&aged(age), &[], NOW);
            assert_eq!(time.source, source, "age {age}");
            assert_eq!(time.reason.is_some(), source == TimeSource::Received);
        }
    }

    #[test]
    fn exif_time_is_asked_only_when_the_request_has_none() {
        let mut claimed = claim(None, None);
        let witness =
            [seen(None, Some(NOW.plus_ms(OLDEST_MS))), seen(None, Some(NOW.plus_ms(-7 * MINUTE_MS)))];
        assert_eq!(settle_time(&claimed, &witness, NOW).at, NOW);
        claimed.captured_at = None;
        let time = settle_time(&claimed, &witness, NOW);
        assert_eq!((time.at, time.source), (NOW.plus_ms(-7 * MINUTE_MS), TimeSource::Exif));
        assert_eq!(settle_time(&claimed, &[], NOW).source, TimeSource::Received);
    }

    #[test]
    fn a_gap_of_more_than_ten_minutes_is_told_with_its_direction() {
        let at = |ms| settle_time(&aged(0), &[seen(None, Some(NOW.plus_ms(ms)))], NOW).disagreements;
        assert!(at(TIME_GAP_MS).is_empty() && at(-TIME_GAP_MS).is_empty());
        assert!(at(TIME_GAP_MS + 1)[0].sentence.contains('晚'));
        let early = &at(-3 * DAY_MS)[0];
        assert!(early.sentence.contains("早 3.0 天"), "{}", early.sentence);
        assert_eq!(early.minutes, -3 * 1440);
    }

    #[test]
    fn what_was_settled_survives_json() {
        let place = settle_place(&claim(Some(HERE), Some(20.0)), &[seen(Some(north(600.0)), None)]);
        let text = serde_json::to_string(&place).unwrap();
        assert_eq!(serde_json::from_str::<SettledPlace>(&text).unwrap(), place);
    }
}
