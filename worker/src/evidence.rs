//! What a report and its pictures say of place and time, put before `domain::evidence`, and the answer as a note in the
//! ticket's history. It refuses to choose for itself.

use domain::evidence::{Claimed, EXIF_ACCURACY_M, LocationSource, SettledPlace, SettledTime, Witness};
use domain::evidence::{settle_place, settle_time};
use domain::ticket::event::Place;
use serde::Serialize;
use store::repo::photos::Photo;
use store::repo::reports::Report;

use crate::gallery;

/// What was trusted; the JSON form is kept with the report.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(crate) struct Settled {
    pub place: SettledPlace,
    pub time: SettledTime,
}

/// Settles place and time of a report: the report speaks first, then what was said when a picture was uploaded, then EXIF.
pub(crate) fn settle(report: &Report, photos: &[Photo]) -> Settled {
    let uploaded = || photos.iter().find_map(|photo| Some((photo.at?, photo.accuracy_m)));
    let (at, accuracy_m) = match report.at {
        Some(at) => (Some(at), report.accuracy_m),
        None => uploaded().map_or((None, None), |(at, accuracy)| (Some(at), accuracy)),
    };
    let claimed = Claimed {
        at,
        accuracy_m,
        source: report.place_source.unwrap_or(LocationSource::None),
        captured_at: report.captured_at.or_else(|| photos.iter().find_map(|photo| photo.captured_at)),
    };
    let witnesses: Vec<Witness> = photos.iter().map(gallery::witness).collect();
    Settled {
        place: settle_place(&claimed, &witnesses),
        time: settle_time(&claimed, &witnesses, report.received_at),
    }
}

impl Settled {
    /// The place with the accuracy to reckon with.
    pub fn spot(&self) -> Option<Place> {
        let accuracy_m = self.place.accuracy_m.unwrap_or(EXIF_ACCURACY_M);
        self.place.at.map(|at| Place { at, accuracy_m })
    }

    /// One Chinese sentence: which sources were trusted and who says otherwise.
    pub fn note(&self) -> String {
        let place = match self.spot() {
            Some(spot) => {
                format!("位置以{}为准（误差约 {:.0} 米）", self.place.source.label(), spot.accuracy_m)
            }
            None => "没有可用的位置".to_owned(),
        };
        let time = format!("发现时间以{}为准（{}）", self.time.source.label(), self.time.at.short());
        let others = self.place.disagreements.iter().map(|d| d.sentence.clone());
        let others = others.chain(self.time.reason.clone());
        let others = others.chain(self.time.disagreements.iter().map(|d| d.sentence.clone()));
        [place, time].into_iter().chain(others).collect::<Vec<_>>().join("；")
    }
}
