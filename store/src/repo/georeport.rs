//! Tickets as the open exchange format shows them: where, which category, how far. It refuses restricted and covert
//! tickets, words, pictures and people.

use domain::geo::datum::Wgs84;
use domain::id::{CategoryCode, DepartmentCode, GridCode, TicketId};
use domain::ticket::event::Source;
use domain::ticket::state::Stage;
use domain::time::Moment;
use sqlx::FromRow;
use strum::VariantArray as _;

use crate::sql::{On, Result, SqlText, StoreError, fetch_all_dyn};

/// Most rows of one answer.
pub const MOST: i64 = 1000;

/// Which tickets are asked for; empty lists hold everything.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Wanted {
    /// When named, nothing else counts.
    pub ids: Vec<TicketId>,
    pub categories: Vec<CategoryCode>,
    pub stages: Vec<Stage>,
    /// Inclusive.
    pub from: Option<Moment>,
    /// Inclusive.
    pub to: Option<Moment>,
}

/// One ticket.
#[derive(Debug, Clone, PartialEq)]
pub struct Request {
    pub id: TicketId,
    pub number: Option<String>,
    pub stage: Stage,
    pub category: Option<CategoryCode>,
    pub lead: Option<DepartmentCode>,
    pub community: Option<GridCode>,
    pub at: Option<Wgs84>,
    pub opened_at: Moment,
    pub updated_at: Moment,
    pub struck_off_at: Option<Moment>,
    pub due_at: Option<Moment>,
}

#[derive(FromRow)]
struct Row {
    id: String,
    number: Option<String>,
    stage: String,
    category: Option<String>,
    lead: Option<String>,
    community: Option<String>,
    longitude: Option<f64>,
    latitude: Option<f64>,
    opened_at: i64,
    updated_at: i64,
    struck_off_at: Option<i64>,
    due_at: Option<i64>,
}

/// The tickets, newest first, at most [`MOST`]. Without ids only those that have a number.
pub async fn requests(on: impl Into<On<'_>>, wanted: &Wanted) -> Result<Vec<Request>> {
    let mut text = SqlText::new(
        "select id, number, stage, category, lead, community, longitude, latitude, opened_at, updated_at, \
         struck_off_at, due_at from ticket where ",
    );
    let hidden = Source::VARIANTS.iter().filter(|source| source.is_restricted() || source.is_covert());
    text.among("source not in", hidden.map(ToString::to_string)).push(" and stage <> 'withdrawn'");
    if wanted.ids.is_empty() {
        text.push(" and number is not null");
        text.filter(" and opened_at >= ", wanted.from.map(Moment::ms));
        text.filter(" and opened_at <= ", wanted.to.map(Moment::ms));
        if !wanted.categories.is_empty() {
            text.among(" and category in", wanted.categories.iter().map(CategoryCode::as_str));
        }
        if !wanted.stages.is_empty() {
            text.among(" and stage in", wanted.stages.iter().map(ToString::to_string));
        }
    } else {
        text.among(" and id in", wanted.ids.iter().map(TicketId::as_str));
    }
    text.push(" order by opened_at desc, id desc limit ").bind(MOST);
    let rows: Vec<Row> = fetch_all_dyn(on, &text).await?;
    rows.into_iter().map(read).collect()
}

fn read(row: Row) -> Result<Request> {
    Ok(Request {
        stage: row.stage.parse().map_err(|_| StoreError::corrupt("ticket", "stage", &row.id))?,
        id: row.id.into(),
        number: row.number,
        category: row.category.map(Into::into),
        lead: row.lead.map(Into::into),
        community: row.community.map(Into::into),
        at: row.longitude.zip(row.latitude).and_then(|(lon, lat)| Wgs84::new(lon, lat)),
        opened_at: Moment::from_ms(row.opened_at),
        updated_at: Moment::from_ms(row.updated_at),
        struck_off_at: row.struck_off_at.map(Moment::from_ms),
        due_at: row.due_at.map(Moment::from_ms),
    })
}
