//! What a trial would change: the cases of the last month, sent by the books as they are and as the trial would make them.
//! It refuses to guess what people or the registers would do: earlier rulings and fall-backs stay out of it, and so does
//! what lies on the table without a place.

use std::collections::BTreeMap;

use domain::geo::datum::Wgs84;
use domain::geo::grid::Layer;
use domain::id::{CategoryCode, DepartmentCode, GridCode, TicketId};
use domain::route::Routing;
use domain::time::{DAY_MS, Moment};
use domain::workline::Workline;
use serde::Serialize;

use crate::fetch_all;
use crate::repo::district::{self, Books, read_all, routing, version};
use crate::sql::{Pool, Result, StoreError, Tx};

/// How far back cases are looked at.
const DAYS: i64 = 31;
/// Cases that are looked at, the newest first.
const MOST_CASES: i64 = 20_000;
/// Cases that are named.
const MOST_EXAMPLES: usize = 50;

/// What a trial changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Changes {
    /// Units, categories or rules: cases stay in their grids.
    Rules,
    /// The borders of a layer: cases are placed anew in it.
    Borders(Layer),
}

/// What would go elsewhere.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Moved {
    /// Filed cases with a place of the last month.
    pub looked_at: usize,
    /// Those among them that another unit would lead, or none any more.
    pub moved: usize,
    pub examples: Vec<Example>,
}

/// One case that would go elsewhere.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Example {
    pub id: TicketId,
    pub number: Option<String>,
    pub words: String,
    /// Who leads by the books as they are; none when nobody does.
    pub from: Option<Lead>,
    pub to: Option<Lead>,
}

/// A leading unit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Lead {
    pub code: DepartmentCode,
    pub name: String,
}

/// A case as far as its way depends on it.
struct Case {
    id: TicketId,
    number: Option<String>,
    words: String,
    category: CategoryCode,
    line: Workline,
    at: Wgs84,
    grids: BTreeMap<Layer, GridCode>,
}

/// Sends the last month's cases by the books in force and by those that the transaction has made, which ends here: on
/// SQLite nobody else could write while the cases are compared.
pub(super) async fn moved(mut tx: Tx, pool: &Pool, changes: Changes, now: Moment) -> Result<Moved> {
    let number = version(&mut tx).await?;
    let after = read_all(&mut tx, number).await?;
    tx.rollback().await?;
    let before = district::load(pool).await?;
    let cases = cases(pool, now).await?;
    let looked_at = cases.len();
    let compare = move || compare(&before, &after, changes, cases);
    let (moved, examples) =
        tokio::task::spawn_blocking(compare).await.map_err(|error| StoreError::Other(error.to_string()))?;
    Ok(Moved { looked_at, moved, examples })
}

fn compare(before: &Books, after: &Books, changes: Changes, cases: Vec<Case>) -> (usize, Vec<Example>) {
    let (mut moved, mut examples) = (0, Vec::new());
    for case in cases {
        let now = lead(before, &case, &case.grids);
        let mut grids = case.grids.clone();
        if let Changes::Borders(layer) = changes {
            match after.grids.owner(layer, case.at) {
                Some(grid) => grids.insert(layer, grid.code.clone()),
                None => grids.remove(&layer),
            };
        }
        let then = lead(after, &case, &grids);
        if now == then {
            continue;
        }
        moved += 1;
        if examples.len() < MOST_EXAMPLES {
            let (from, to) = (now.map(|code| named(before, code)), then.map(|code| named(after, code)));
            examples.push(Example { id: case.id, number: case.number, words: case.words, from, to });
        }
    }
    (moved, examples)
}

fn lead(books: &Books, case: &Case, grids: &BTreeMap<Layer, GridCode>) -> Option<DepartmentCode> {
    match routing(books, &case.category, case.line, grids, &[]) {
        Routing::Assigned { lead, .. } => Some(lead),
        Routing::Unroutable { .. } => None,
    }
}

fn named(books: &Books, code: DepartmentCode) -> Lead {
    let name = books.departments.get(&code).map_or(code.as_str(), |unit| &unit.name).to_owned();
    Lead { code, name }
}

async fn cases(pool: &Pool, now: Moment) -> Result<Vec<Case>> {
    #[derive(sqlx::FromRow)]
    struct Row {
        id: String,
        number: Option<String>,
        words: String,
        category: String,
        workline: String,
        longitude: f64,
        latitude: f64,
        community: Option<String>,
        inspection: Option<String>,
        enforcement: Option<String>,
        area: Option<String>,
    }
    let rows = fetch_all!(
        pool,
        Row,
        "select id, number, words, category, workline, longitude, latitude, community, inspection, enforcement, area
         from ticket where opened_at >= $1 and category is not null and workline is not null
         and longitude is not null and latitude is not null and stage not in ('declined', 'merged', 'withdrawn')
         order by opened_at desc, id desc limit $2",
        now.plus_ms(-DAYS * DAY_MS).ms(),
        MOST_CASES
    )?;
    let read = |row: Row| {
        let layers = [
            (Layer::Community, row.community),
            (Layer::Inspection, row.inspection),
            (Layer::Enforcement, row.enforcement),
            (Layer::Area, row.area),
        ];
        Ok(Case {
            line: row.workline.parse().map_err(|_| StoreError::corrupt("ticket", "workline", &row.id))?,
            at: Wgs84 { lon: row.longitude, lat: row.latitude },
            grids: layers.into_iter().filter_map(|(layer, code)| Some((layer, code?.into()))).collect(),
            id: row.id.into(),
            number: row.number,
            words: row.words,
            category: row.category.into(),
        })
    };
    rows.into_iter().map(read).collect()
}
