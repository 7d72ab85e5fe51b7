//! The reference district that comes with the product, so that a first start has something to show. It is loaded
//! through the very same imports as a city's own files; it refuses to touch a database that has any unit.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use domain::geo::datum::CoordType;
use domain::geo::grid::Layer;
use domain::time::Moment;

use super::import::{self, Hash, ImportError, Summary, Table, step};
use crate::fetch_scalar;
use crate::sql::Pool;

const SOURCE: &str = "随软件提供的示意数据";

const GRIDS: [(Layer, &str); 4] = [
    (Layer::Area, include_str!("../../../reference/grids-area.geojson")),
    (Layer::Enforcement, include_str!("../../../reference/grids-enforcement.geojson")),
    (Layer::Inspection, include_str!("../../../reference/grids-inspection.geojson")),
    (Layer::Community, include_str!("../../../reference/grids-community.geojson")),
];

/// In the order in which they refer to each other.
const TABLES: [(Table, &str); 6] = [
    (Table::Departments, include_str!("../../../reference/departments.csv")),
    (Table::Categories, include_str!("../../../reference/categories.csv")),
    (Table::Standards, include_str!("../../../reference/standards.csv")),
    (Table::Rules, include_str!("../../../reference/rules.csv")),
    (Table::Calendar, include_str!("../../../reference/calendar.csv")),
    (Table::People, include_str!("../../../reference/people.csv")),
];

/// Loads everything in one transaction when there is no unit yet; people only with `demo`, as demo accounts, equal
/// passwords hashed once. Gives no summary when there was nothing to do.
pub async fn load_reference(
    pool: &Pool,
    demo: bool,
    hash: Hash<'_>,
    now: Moment,
) -> Result<Vec<Summary>, ImportError> {
    if has_units(pool).await? {
        return Ok(Vec::new());
    }
    let checks = GRIDS.map(|(layer, text)| import::aside(move || step::check(text, layer, CoordType::Wgs84)));
    let borders = futures_util::future::try_join_all(checks).await?;
    let hashed = Mutex::new(HashMap::new());
    let hash_once = |password: &str| -> String {
        let mut hashed = hashed.lock().unwrap_or_else(PoisonError::into_inner);
        hashed.entry(password.to_owned()).or_insert_with(|| hash(password)).clone()
    };
    let mut tx = import::begin(pool, now).await?;
    // Again, now that imports of other processes wait: two first starts at once load it once.
    if has_units(&mut tx).await? {
        return Ok(Vec::new());
    }
    let mut summaries = Vec::new();
    for borders in borders {
        summaries.push(step::grids(&mut tx, borders, SOURCE, now).await?);
    }
    for (table, text) in TABLES.into_iter().filter(|(table, _)| demo || *table != Table::People) {
        summaries.push(step::table(&mut tx, table, text, &hash_once, true, now).await?);
    }
    tx.commit().await?;
    Ok(summaries)
}

async fn has_units(on: impl Into<crate::sql::On<'_>>) -> crate::Result<bool> {
    let mut on: crate::sql::On<'_> = on.into();
    Ok(fetch_scalar!(on, i64, "select cast(count(*) as bigint) from department")? > 0)
}

#[cfg(test)]
#[path = "reference_tests.rs"]
mod tests;
