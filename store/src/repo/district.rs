//! The books of the district: units, catalogue, rules, calendar and borders, loaded whole, kept in memory and loaded
//! again after an import. It refuses to write: that is the import's.

use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::{Duration, Instant};

use domain::classify::{Entry, Guide};
use domain::clock::calendar::Calendar;
use domain::config::Config;
use domain::geo::grid::{GridIndex, Layer};
use domain::id::{CategoryCode, DepartmentCode, GridCode, StandardCode};
use domain::import::{CategoryRow, DepartmentKind, DepartmentRow, LeadBy, StandardRow};
use domain::route::{Routing, Rule, Territory, assign};
use domain::ticket::event::{Class, Unit};
use domain::workline::Workline;

use super::{catalogue, rules};
use crate::sql::{On, Pool, Result, StoreError};

pub use super::catalogue::{GridVersion, grid_versions, version};

/// How long a version that was read is taken to be the present one.
const FRESH_FOR: Duration = Duration::from_secs(1);
/// Loads begun anew because an import came between.
const MOST_LOADS: u32 = 5;

/// Everything that a city imports, as of one version.
#[derive(Clone)]
pub struct Books {
    /// Units by code.
    pub departments: BTreeMap<DepartmentCode, DepartmentRow>,
    /// Categories by code.
    pub categories: BTreeMap<CategoryCode, CategoryRow>,
    /// Standards by category in the order of their file; the first is the default.
    pub standards: BTreeMap<CategoryCode, Vec<StandardRow>>,
    /// Routing rules by id.
    pub rules: Vec<Rule>,
    /// Working days and hours.
    pub calendar: Calendar,
    /// The grids of the active versions.
    pub grids: Arc<GridIndex>,
    /// The categories with a standard, ready to be guessed from words.
    pub guide: Arc<Guide>,
    /// The rules in which cities differ.
    pub config: Arc<Config>,
    /// Raised by every import.
    pub version: i64,
}

impl std::fmt::Debug for Books {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Books")
            .field("version", &self.version)
            .field("grids", &self.grids.len())
            .finish_non_exhaustive()
    }
}

/// Category and standard as a ticket keeps them; without a standard the category's first. `None` when either is
/// unknown or they don't belong together.
pub fn class_of(books: &Books, category: &CategoryCode, standard: Option<&StandardCode>) -> Option<Class> {
    let kind = books.categories.get(category)?;
    let standards = standards_of(books, category);
    let row = match standard {
        Some(code) => standards.iter().find(|row| row.code == *code)?,
        None => standards.first()?,
    };
    Some(Class {
        category: kind.code.clone(),
        category_name: kind.name.clone(),
        workline: kind.workline,
        standard: row.code.clone(),
        standard_name: row.name.clone(),
        opens_when: row.opens_when.clone(),
        closes_when: row.closes_when.clone(),
        limit: row.limit,
        policy: kind.close_policy,
        recheck_days: kind.recheck_days.unwrap_or(0),
        guarded: None,
        priority: Default::default(),
        priority_why: Vec::new(),
    })
}

/// The standards of a category, the default first.
pub fn standards_of<'a>(books: &'a Books, category: &CategoryCode) -> &'a [StandardRow] {
    books.standards.get(category).map_or(&[], Vec::as_slice)
}

/// A unit by code and name, and the side of the organisation it is on.
pub fn unit(books: &Books, code: &DepartmentCode) -> Option<(Unit, DepartmentKind)> {
    let row = books.departments.get(code)?;
    Some((Unit { code: row.code.clone(), name: row.name.clone() }, row.kind))
}

/// The unit of the 块 that leads an area.
pub fn block_of<'a>(books: &'a Books, area: &GridCode) -> Option<&'a DepartmentRow> {
    books.departments.values().find(|unit| unit.area.as_ref() == Some(area))
}

/// The bureau of the 条 that keeps a workline; of several, the one without a superior in the same line, then the lowest code.
pub fn bureau_of(books: &Books, line: Workline) -> Option<&DepartmentRow> {
    let keeps = |unit: &&DepartmentRow| unit.kind == DepartmentKind::Line && unit.workline == Some(line);
    let below = |unit: &DepartmentRow| {
        unit.parent
            .as_ref()
            .and_then(|parent| books.departments.get(parent))
            .is_some_and(|parent| keeps(&parent))
    };
    books.departments.values().filter(keeps).min_by_key(|unit| below(unit))
}

/// The id of the rule that stands for "the line leads"; it sorts behind every imported id.
const LINE_LEADS: &str = "条线主办";

/// To whom a case goes by the books: by the imported rules and the `extra` ones, else the area leads and the line's bureau
/// assists, or the other way round where the catalogue says that the line leads.
pub fn routing(
    books: &Books,
    category: &CategoryCode,
    line: Workline,
    grids: &BTreeMap<Layer, GridCode>,
    extra: &[Rule],
) -> Routing {
    let area = grids.get(&Layer::Area);
    let block = area.and_then(|area| block_of(books, area)).map(|row| &row.code);
    let bureau = bureau_of(books, line).map(|row| &row.code);
    let territory = Territory { area: area.map(|area| (area, block)), grids };
    let line_leads = books.categories.get(category).is_some_and(|row| row.lead_by == LeadBy::Line);
    let by_line = bureau.filter(|_| line_leads).map(|bureau| {
        Rule::weakest(LINE_LEADS, bureau.clone(), block.cloned(), "该类别由行业单位主办，所在片区协办")
    });
    assign(category, line.code(), &territory, bureau, books.rules.iter().chain(extra).chain(&by_line))
}

/// The books, loaded when first asked for and after an import; cheap to clone.
#[derive(Debug, Clone, Default)]
pub struct BooksCache(Arc<Cached>);

#[derive(Debug, Default)]
struct Cached {
    kept: RwLock<Option<(Arc<Books>, Instant)>>,
    loading: tokio::sync::Mutex<()>,
}

impl BooksCache {
    /// The books as they were at most a second ago.
    ///
    /// One caller a second reads the version; meanwhile and while the database can't be reached, the others get what
    /// there is, so that no transaction waits here for a second connection.
    pub async fn get(&self, pool: &Pool) -> Result<Arc<Books>> {
        let kept = self.kept();
        if let Some((books, _)) = kept.as_ref().filter(|(_, checked)| checked.elapsed() < FRESH_FOR) {
            return Ok(books.clone());
        }
        let _turn = match (self.0.loading.try_lock(), &kept) {
            (Ok(turn), _) => turn,
            (Err(_), Some((books, _))) => return Ok(books.clone()),
            (Err(_), None) => self.0.loading.lock().await,
        };
        if let Some((books, _)) = self.kept().filter(|(_, checked)| checked.elapsed() < FRESH_FOR) {
            return Ok(books);
        }
        match (self.refresh(pool, kept.as_ref().map(|(books, _)| books)).await, kept) {
            (Err(error), Some((books, _))) if error.is_retryable() => {
                tracing::warn!(%error, books.version, "the books can't be checked; the last ones are used");
                Ok(self.keep(books))
            }
            (books, _) => Ok(self.keep(books?)),
        }
    }

    /// Forgets them, so that this process sees its own import at once.
    pub fn forget(&self) {
        *self.0.kept.write().unwrap_or_else(PoisonError::into_inner) = None;
    }

    async fn refresh(&self, pool: &Pool, kept: Option<&Arc<Books>>) -> Result<Arc<Books>> {
        match kept {
            Some(books) if books.version == version(pool).await? => Ok(books.clone()),
            _ => Ok(Arc::new(load(pool).await?)),
        }
    }

    fn kept(&self) -> Option<(Arc<Books>, Instant)> {
        self.0.kept.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn keep(&self, books: Arc<Books>) -> Arc<Books> {
        *self.0.kept.write().unwrap_or_else(PoisonError::into_inner) = Some((books.clone(), Instant::now()));
        books
    }
}

/// Reads everything; reads again when an import came between, so that the parts belong together.
pub async fn load(pool: &Pool) -> Result<Books> {
    let mut before = version(pool).await?;
    for _ in 0..MOST_LOADS {
        let books = read_all(pool, before).await?;
        let after = version(pool).await?;
        if before == after {
            return Ok(books);
        }
        before = after;
    }
    Err(StoreError::Unavailable("the district's books keep changing".to_owned()))
}

/// Everything as the connection sees it, inside a transaction also what that has changed.
pub(super) async fn read_all(on: impl Into<On<'_>>, version: i64) -> Result<Books> {
    let mut on: On<'_> = on.into();
    let mut standards: BTreeMap<CategoryCode, Vec<StandardRow>> = BTreeMap::new();
    for row in catalogue::standards(&mut on).await? {
        standards.entry(row.category.clone()).or_default().push(row);
    }
    let departments = catalogue::departments(&mut on).await?;
    let categories = catalogue::categories(&mut on).await?;
    let categories: BTreeMap<_, _> = categories.into_iter().map(|row| (row.code.clone(), row)).collect();
    Ok(Books {
        departments: departments.into_iter().map(|row| (row.code.clone(), row)).collect(),
        guide: Arc::new(guide(&categories, &standards)),
        categories,
        standards,
        rules: catalogue::rules(&mut on).await?,
        calendar: catalogue::calendar(&mut on).await?,
        grids: Arc::new(catalogue::grids(&mut on).await?),
        config: Arc::new(rules::load(&mut on).await?),
        version,
    })
}

fn guide(
    categories: &BTreeMap<CategoryCode, CategoryRow>,
    standards: &BTreeMap<CategoryCode, Vec<StandardRow>>,
) -> Guide {
    let entries: Vec<Entry<'_>> = categories
        .values()
        .filter_map(|category| {
            let texts = standards.get(&category.code)?.iter();
            let texts = texts.flat_map(|row| [row.name.as_str(), row.opens_when.as_str()]).collect();
            Some(Entry { category: &category.code, name: &category.name, texts })
        })
        .collect();
    Guide::of(&entries)
}

#[cfg(test)]
#[path = "district_tests.rs"]
mod tests;
