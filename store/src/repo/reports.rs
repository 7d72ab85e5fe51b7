//! Reports: the immutable evidence of one submission. The desk writes them; here they are read, and what was
//! trusted for place and time is noted once the pictures are read. It refuses to change what was submitted.

use domain::evidence::{LocationSource, TimeSource};
use domain::geo::datum::{CoordType, Wgs84};
use domain::id::{AccountId, ReportId, TicketId};
use domain::ticket::event::Source;
use domain::time::Moment;
use sqlx::FromRow;

use super::page::{Cursor, Page, PageSize};
use super::word;
use crate::sql::{On, Result, SqlText, StoreError, Tx, fetch_all_dyn, fetch_optional_dyn};
use crate::{execute, fetch_scalar};

/// One submission as it came.
#[derive(Debug, Clone, PartialEq)]
pub struct Report {
    /// Its id.
    pub id: ReportId,
    /// The ticket that it opened.
    pub ticket: TicketId,
    /// Who sent it.
    pub reporter: Option<AccountId>,
    /// From where.
    pub source: Source,
    /// The sender's own number for it.
    pub external_id: Option<String>,
    /// The reporter's words.
    pub words: String,
    /// Longitude and latitude as given, with their kind.
    pub raw: Option<(f64, f64, CoordType)>,
    /// The same point.
    pub at: Option<Wgs84>,
    /// Radius of that point, metres.
    pub accuracy_m: Option<f64>,
    /// Where the place came from; `None` when nothing was said.
    pub place_source: Option<LocationSource>,
    /// When the client says that it was seen.
    pub captured_at: Option<Moment>,
    /// When it was found.
    pub found_at: Moment,
    /// Where that time came from; `None` until its evidence was weighed.
    pub time_source: Option<TimeSource>,
    /// JSON of what was trusted and where sources disagree; `None` until then.
    pub evidence: Option<String>,
    /// When it was acknowledged.
    pub received_at: Moment,
}

#[derive(FromRow)]
struct Row {
    id: String,
    ticket_id: String,
    reporter: Option<String>,
    source: String,
    external_id: Option<String>,
    words: String,
    raw_longitude: Option<f64>,
    raw_latitude: Option<f64>,
    coord_type: Option<String>,
    longitude: Option<f64>,
    latitude: Option<f64>,
    accuracy_m: Option<f64>,
    place_source: String,
    captured_at: Option<i64>,
    found_at: i64,
    time_source: String,
    evidence: String,
    received_at: i64,
}

const SELECT: &str = "select id, ticket_id, reporter, source, external_id, words, raw_longitude, raw_latitude, coord_type, \
     longitude, latitude, accuracy_m, place_source, captured_at, found_at, time_source, evidence, received_at \
     from report where ";

/// The report.
pub async fn get(on: impl Into<On<'_>>, id: &ReportId) -> Result<Option<Report>> {
    let mut text = SqlText::new(SELECT);
    text.push("id = ").bind(id.as_str());
    let row: Option<Row> = fetch_optional_dyn(on, &text).await?;
    row.map(read).transpose()
}

/// The reports that opened the tickets, oldest first.
pub async fn of_tickets(on: impl Into<On<'_>>, tickets: &[TicketId]) -> Result<Vec<Report>> {
    if tickets.is_empty() {
        return Ok(Vec::new());
    }
    let mut text = SqlText::new(SELECT);
    text.among("ticket_id in", tickets.iter().map(TicketId::as_str)).push(" order by received_at, id");
    let rows: Vec<Row> = fetch_all_dyn(on, &text).await?;
    rows.into_iter().map(read).collect()
}

/// One's own reports, newest first.
pub async fn mine(
    on: impl Into<On<'_>>,
    account: &AccountId,
    cursor: Option<&Cursor>,
    size: PageSize,
) -> Result<Page<Report>> {
    let mut text = SqlText::new(SELECT);
    text.push("reporter = ").bind(account.as_str());
    if let Some(Cursor { ms, id }) = cursor {
        text.push(" and (received_at, id) < (").bind(*ms).push(", ").bind(id).push(")");
    }
    text.push(" order by received_at desc, id desc limit ").bind(size.ask());
    let rows: Vec<Row> = fetch_all_dyn(on, &text).await?;
    let reports = rows.into_iter().map(read).collect::<Result<Vec<_>>>()?;
    Ok(Page::cut(reports, size, |report| Cursor::at(report.received_at.ms(), report.id.as_str())))
}

/// How many reports of one's own there are.
pub async fn count_mine(on: impl Into<On<'_>>, account: &AccountId) -> Result<i64> {
    fetch_scalar!(
        on.into(),
        i64,
        "select cast(count(*) as bigint) from report where reporter = $1",
        account.as_str()
    )
}

/// Notes what was trusted for place and time; the submission itself stays as it came.
pub async fn set_evidence(
    tx: &mut Tx,
    id: &ReportId,
    place_source: LocationSource,
    time_source: TimeSource,
    evidence: &str,
) -> Result<()> {
    execute!(
        tx,
        "update report set place_source = $1, time_source = $2, evidence = $3 where id = $4",
        word::write(&place_source)?,
        word::write(&time_source)?,
        evidence,
        id.as_str()
    )?;
    Ok(())
}

fn read(row: Row) -> Result<Report> {
    let corrupt = |column| StoreError::corrupt("report", column, &row.id);
    let kind: Option<CoordType> =
        row.coord_type.as_deref().map(str::parse).transpose().map_err(|_| corrupt("coord_type"))?;
    let raw = row.raw_longitude.zip(row.raw_latitude).zip(kind);
    Ok(Report {
        source: row.source.parse().map_err(|_| corrupt("source"))?,
        place_source: word::read(&row.place_source),
        time_source: word::read(&row.time_source),
        raw: raw.map(|((longitude, latitude), kind)| (longitude, latitude, kind)),
        at: row.longitude.zip(row.latitude).and_then(|(lon, lat)| Wgs84::new(lon, lat)),
        id: row.id.into(),
        ticket: row.ticket_id.into(),
        reporter: row.reporter.map(Into::into),
        external_id: row.external_id,
        words: row.words,
        accuracy_m: row.accuracy_m,
        captured_at: row.captured_at.map(Moment::from_ms),
        found_at: Moment::from_ms(row.found_at),
        evidence: Some(row.evidence).filter(|text| !text.is_empty()),
        received_at: Moment::from_ms(row.received_at),
    })
}
