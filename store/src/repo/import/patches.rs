//! 图斑 as tickets: one for each outline that a flight or a satellite saw, through the desk as any other report. It refuses
//! a file with one unsound outline before anything is written; an outline outside the district is told and taken.

use std::collections::BTreeMap;

use domain::actor::Actor;
use domain::geo::datum::CoordType;
use domain::geo::grid::{GridIndex, Layer, Spot};
use domain::id::ReportId;
use domain::import::{self, Patch};
use domain::ticket::event::{Opening, Origin, Place, Source};
use domain::time::Moment;

use super::{ImportError, MOST_BYTES, Summary, aside};
use crate::desk::{Desk, DeskError, NewReport};
use crate::id;
use crate::repo::district::Books;
use crate::sql::StoreError;

/// Tickets of one transaction.
const CHUNK: usize = 200;
/// Metres to which an outline from the air is good.
const ACCURACY_M: f64 = 5.0;

/// Where patches come from.
#[derive(Debug, Clone)]
pub struct Flight {
    /// [`Source::Drone`] or [`Source::Satellite`].
    pub source: Source,
    /// The flight's code; with the id of a patch it tells a patch that came before.
    pub programme: String,
    pub coord: CoordType,
}

/// Opens a ticket for every patch that has none yet, in transactions of [`CHUNK`]; a file that was cut short goes on where
/// it stopped when it is imported again.
pub async fn patches(
    desk: &Desk,
    geojson: Vec<u8>,
    flight: &Flight,
    actor: &Actor,
    now: Moment,
) -> Result<Summary, ImportError> {
    check_flight(flight)?;
    if geojson.len() > MOST_BYTES {
        return Err(ImportError::of_file(format!("超过 {} MB", MOST_BYTES >> 20)));
    }
    let text = String::from_utf8(geojson).map_err(|_| ImportError::of_file("不是 UTF-8 编码的 GeoJSON"))?;
    let coord = flight.coord;
    let read = aside(move || Ok(import::patches(&text, coord)?)).await?;
    let books = desk.books.get(&desk.pool).await?;
    let hint = books.config.registers.patch_category.clone();
    let hint = books.categories.keys().find(|code| code.as_str().starts_with(&hint)).cloned();
    let (mut areas, mut opened) = (BTreeMap::<String, usize>::new(), 0);
    for chunk in read.chunks(CHUNK) {
        let mut tx = desk.pool.write().await?;
        for patch in chunk {
            let new = NewReport {
                opening: Opening {
                    report: ReportId::new(id::fresh()),
                    source: flight.source,
                    reporter: None,
                    words: patch.words.clone(),
                    place: Some(Place { at: patch.at, accuracy_m: ACCURACY_M }),
                    found_at: now,
                    category_hint: hint.clone(),
                    photos: Vec::new(),
                    fixed_on_spot: Vec::new(),
                    relapse_of: None,
                    origin: origin(flight, patch),
                },
                external_id: Some(format!("{}:{}", flight.programme, patch.id)),
                raw: Some((patch.at.lon, patch.at.lat, CoordType::Wgs84)),
                place_source: "device".to_owned(),
                captured_at: None,
                regions: Vec::new(),
            };
            let taken = desk.report(&mut tx, new, actor, now).await.map_err(refuse)?;
            *areas.entry(area_of(&books, patch)).or_default() += 1;
            opened += usize::from(!taken.repeated);
        }
        tx.commit().await?;
    }
    let mut notes = vec![format!("新立 {opened} 个，此前已导入 {} 个", read.len() - opened)];
    notes.extend(areas.into_iter().map(|(area, count)| format!("{area} {count} 个")));
    Ok(Summary::of("patches", opened, notes))
}

fn check_flight(flight: &Flight) -> Result<(), ImportError> {
    let fine = |b: u8| b.is_ascii_alphanumeric() || b"-_.".contains(&b);
    if flight.programme.is_empty() || flight.programme.len() > 40 || !flight.programme.bytes().all(fine) {
        return Err(ImportError::of_file("programme（巡飞编号）须为 1 至 40 位字母、数字或 - _ ."));
    }
    if !flight.source.is_patch() {
        return Err(ImportError::of_file("source 须为 drone（无人机）或 satellite（卫星遥感）"));
    }
    Ok(())
}

fn origin(flight: &Flight, patch: &Patch) -> Origin {
    Origin {
        new_build: patch.new_build,
        shape: Some(patch.shape.clone()),
        programme: Some(flight.programme.clone()),
        ..Origin::default()
    }
}

/// The 属地 of a patch, by name.
fn area_of(books: &Books, patch: &Patch) -> String {
    let index: &GridIndex = &books.grids;
    match index.locate(patch.at, ACCURACY_M).layers.remove(&Layer::Area) {
        Some(Spot::Inside { name, .. }) => name,
        Some(Spot::Border { candidates }) => candidates
            .into_iter()
            .max_by(|a, b| a.likelihood.total_cmp(&b.likelihood))
            .map_or_else(|| "交界处".to_owned(), |candidate| candidate.name),
        _ => "辖区以外".to_owned(),
    }
}

fn refuse(error: DeskError) -> ImportError {
    match error {
        DeskError::Store(error) => error.into(),
        other => ImportError::Store(StoreError::Other(other.to_string())),
    }
}
