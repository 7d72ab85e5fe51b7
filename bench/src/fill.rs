//! Many tickets at once: one is made through the desk, the others are its document with another place, time, category,
//! unit and state, written a thousand a statement. The same number always gives the same ticket.

use std::sync::Arc;

use domain::actor::Actor;
use domain::geo::datum::{Wgs84, cell_of};
use domain::geo::grid::Layer;
use domain::id::{CategoryCode, ReportId};
use domain::ticket::Ticket;
use domain::ticket::action::Action;
use domain::ticket::event::{Class, Opening, Place, Source};
use domain::ticket::state::{Stage, State};
use domain::time::{DAY_MS, Moment};
use geo::{BoundingRect as _, Rect};
use serde_json::{Value, json};
use store::desk::{Desk, NewReport};
use store::repo::district::{Books, BooksCache, block_of, bureau_of, class_of, unit};
use store::repo::reference::load_reference;
use store::sql::{AssertSqlSafe, Pool};
use store::{Stores, Urls, execute, id};

use crate::Outcome;
use crate::databases::Databases;
use crate::measure::Dice;

/// Rows of a statement, and statements of a transaction: with fewer, SQLite would write its indexes' pages again and again.
const ROWS: u64 = 1000;
const STATEMENTS: u64 = 50;
const WORDS: &str = "路边堆了不少垃圾,好几天没有人清理";
const COLUMNS: &[&str] = &[
    "id",
    "version",
    "stage",
    "number",
    "source",
    "reporter",
    "words",
    "category",
    "workline",
    "lead",
    "assist",
    "person",
    "longitude",
    "latitude",
    "cell",
    "community",
    "inspection",
    "enforcement",
    "area",
    "cover",
    "opened_at",
    "updated_at",
    "registered_at",
    "rectified_at",
    "inspected_at",
    "qualified_at",
    "struck_off_at",
    "due_at",
    "late_at",
    "attention",
    "self_handled",
    "reports",
    "followers",
    "reworks",
    "stars",
    "exempt",
    "doc",
];

/// A database with the reference district and what works on it.
#[derive(Clone)]
pub struct Site {
    pub stores: Stores,
    pub desk: Desk,
}

/// Opens the database and loads the district; its blobs are never asked for.
pub async fn open(databases: &Databases, url: &str, now: Moment) -> Outcome<Site> {
    let blob = databases.folder.join("blobs").display().to_string();
    let urls = Urls { database: url.to_owned(), blob, redis: None, wechat: None };
    let stores = Stores::open(&urls).await?;
    // Nobody logs in here.
    load_reference(&stores.pool, true, &|_| "none".to_owned(), now).await?;
    let desk =
        Desk { pool: stores.pool.clone(), books: BooksCache::default(), number_prefix: "B".to_owned() };
    Ok(Site { stores, desk })
}

/// Which tickets are made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mix {
    /// All handed to a unit within the last thirty days.
    Open,
    /// Two years: most struck off, one in ten still open.
    Years,
}

/// Makes tickets of one district.
pub struct Mould {
    template: Ticket,
    books: Arc<Books>,
    classes: Vec<Class>,
    area: Rect<f64>,
    pub now: Moment,
}

impl Mould {
    /// Makes the first ticket on `site` through the desk.
    pub async fn make(site: &Site, now: Moment) -> Outcome<Self> {
        let books = site.desk.books.get(&site.stores.pool).await?;
        let classes: Vec<Class> =
            books.categories.keys().filter_map(|category| class_of(&books, category, None)).collect();
        let rects = books.grids.grids(Layer::Area).filter_map(|grid| grid.shape.bounding_rect());
        let join = |a: Rect<f64>, b: Rect<f64>| {
            Rect::new(
                (a.min().x.min(b.min().x), a.min().y.min(b.min().y)),
                (a.max().x.max(b.max().x), a.max().y.max(b.max().y)),
            )
        };
        let area = rects.reduce(join).ok_or("没有片区")?;
        let class = classes.first().ok_or("没有类别")?.clone();
        let place = place_in(&books, area, &mut Dice(1));
        let mut tx = site.stores.pool.write().await?;
        let (desk, system) = (&site.desk, Actor::system());
        let ticket =
            desk.report(&mut tx, report(place, class.category.clone(), now), &system, now).await?.ticket;
        let file = Action::File { category: class.category.clone(), standard: class.standard.clone() };
        desk.apply(&mut tx, &ticket, file, &system, None, now).await?;
        let lead = bureau_of(&books, class.workline).ok_or("没有行业单位")?.code.clone();
        let (task, duty) = ("处置并达到结案标准".to_owned(), "主办单位对按期处置到位负责".to_owned());
        let dispatch = Action::Dispatch {
            red: false,
            lead,
            assist: None,
            person: None,
            task,
            duty,
            reason: "按规则派单".to_owned(),
        };
        let template = desk.apply(&mut tx, &ticket, dispatch, &system, None, now).await?;
        tx.rollback().await?;
        Ok(Self { template, books, classes, area, now })
    }

    /// A report at a random place of the district.
    pub fn report(&self, dice: &mut Dice) -> NewReport {
        let class = &self.classes[dice.roll(self.classes.len() as u64) as usize];
        report(place_in(&self.books, self.area, dice), class.category.clone(), self.now)
    }

    /// Writes tickets `0..count` in the order in which they were opened, while the next rows are made on another thread.
    pub async fn fill(self: &Arc<Self>, pool: &Pool, mix: Mix, count: u64) -> Outcome {
        let make = |first: u64| {
            let mould = self.clone();
            let last = (first + ROWS).min(count);
            tokio::task::spawn_blocking(move || {
                (first..last).map(|n| mould.row(mix, n, count)).collect::<Vec<_>>()
            })
        };
        let sql = insert_sql(pool);
        let mut next = make(0);
        let mut first = 0;
        while first < count {
            let mut tx = pool.write().await?;
            if let Pool::Sqlite { .. } = pool {
                execute!(&mut tx, "pragma cache_size = -400000")?;
            }
            let last = (first + ROWS * STATEMENTS).min(count);
            while first < last {
                let rows = Value::Array(next.await?).to_string();
                first += ROWS;
                next = make(first.min(count));
                execute!(&mut tx, AssertSqlSafe(sql.clone()), &rows)?;
            }
            tx.commit().await?;
        }
        if let Pool::Postgres(_) = pool {
            // What autovacuum does within the hour.
            execute!(pool, "vacuum analyze ticket")?;
        }
        Ok(())
    }

    /// The row of ticket `number` of `count`, by column.
    fn row(&self, mix: Mix, number: u64, count: u64) -> Value {
        let mut dice = Dice(number.wrapping_mul(0x1_0000_01b3) ^ 0xb0a7);
        let place = place_in(&self.books, self.area, &mut dice);
        let days = if mix == Mix::Open { 30 } else { 730 };
        let age = 1.0 - (number as f64 + dice.unit()) / count as f64;
        let opened = self.now.plus_ms(-(age * (days * DAY_MS) as f64) as i64);
        let class = &self.classes[dice.roll(self.classes.len() as u64) as usize];
        let ticket = self.ticket(number, opened, place, class, state(mix, &mut dice));
        let due = opened.plus_ms(3 * DAY_MS);
        let closed = ticket.stage() == Stage::Closed;
        let late = if closed { dice.roll(12) == 0 } else { ticket.stage().is_open() };
        let grid = |layer| ticket.grids.get(&layer).map(ToString::to_string);
        let assignment = ticket.assignment.as_ref();
        json!({
            "id": ticket.id, "version": ticket.version, "stage": ticket.stage().to_string(),
            "number": ticket.number, "source": ticket.source.to_string(), "words": ticket.words,
            "category": class.category, "workline": class.workline.to_string(),
            "lead": assignment.map(|a| &a.lead.code), "person": assignment.map(|a| &a.person.account),
            "assist": assignment.and_then(|a| a.assist.as_ref()).map(|unit| &unit.code),
            "longitude": place.at.lon, "latitude": place.at.lat, "cell": cell_of(place.at),
            "community": grid(Layer::Community), "inspection": grid(Layer::Inspection),
            "enforcement": grid(Layer::Enforcement), "area": grid(Layer::Area),
            "opened_at": opened.ms(), "updated_at": opened.ms() + dice.roll(DAY_MS as u64) as i64,
            "registered_at": opened.ms() + 1000, "struck_off_at": closed.then_some(due.ms()),
            "due_at": due.ms(), "late_at": late.then_some(due.ms()),
            "attention": (ticket.stage() == Stage::Disputed).then_some("dispute"),
            "self_handled": dice.roll(5) == 0, "reports": 1, "followers": 0,
            "reworks": u8::from(dice.roll(20) == 0), "stars": (closed && dice.roll(4) == 0).then(|| 1 + dice.roll(5)),
            "exempt": false, "doc": serde_json::to_string(&ticket).unwrap_or_default(),
        })
    }

    fn ticket(&self, number: u64, opened: Moment, place: Place, class: &Class, state: State) -> Ticket {
        let mut ticket = self.template.clone();
        let ms = opened.ms().unsigned_abs();
        ticket.id = format!("{:08x}-{:04x}-7000-8000-{number:012x}", ms >> 16, ms & 0xffff).into();
        ticket.number = Some(format!("B{number:09}"));
        ticket.state = state;
        ticket.grids = self.grids(place.at);
        ticket.place = Some(place);
        ticket.stamps.found = opened;
        (ticket.opened_at, ticket.updated_at) = (opened, opened);
        let block = ticket.grids.get(&Layer::Area).and_then(|area| block_of(&self.books, area));
        let bureau = bureau_of(&self.books, class.workline);
        if let Some(assignment) = &mut ticket.assignment {
            let unit = |code| unit(&self.books, code).map(|(unit, _)| unit);
            if let Some(lead) = block.and_then(|row| unit(&row.code)) {
                assignment.lead = lead;
            }
            assignment.assist = bureau.and_then(|row| unit(&row.code));
        }
        ticket.class = Some(class.clone());
        ticket
    }

    fn grids(&self, at: Wgs84) -> std::collections::BTreeMap<Layer, domain::id::GridCode> {
        let layers = [Layer::Community, Layer::Inspection, Layer::Enforcement, Layer::Area];
        let found = |layer| Some((layer, self.books.grids.owner(layer, at)?.code.clone()));
        layers.into_iter().filter_map(found).collect()
    }

    /// The middle of the district's box.
    pub fn centre(&self) -> (f64, f64) {
        let centre = self.area.center();
        (centre.x, centre.y)
    }

    /// West, south, east, north of the district.
    pub fn bbox(&self) -> [f64; 4] {
        [self.area.min().x, self.area.min().y, self.area.max().x, self.area.max().y]
    }

    /// A unit that leads many tickets.
    pub fn a_lead(&self) -> Outcome<domain::id::DepartmentCode> {
        let mut blocks =
            self.books.grids.grids(Layer::Area).filter_map(|grid| block_of(&self.books, &grid.code));
        Ok(blocks.next().ok_or("没有片区单位")?.code.clone())
    }
}

fn state(mix: Mix, dice: &mut Dice) -> State {
    if mix == Mix::Open {
        return State::Dispatched;
    }
    match dice.roll(100) {
        0..82 => State::Closed,
        82..86 => State::Merged { into: "00000000-0000-7000-8000-000000000000".into() },
        86..88 => State::Declined { reason: "不属于受理范围".to_owned() },
        88..89 => State::Withdrawn,
        89..94 => State::Handling,
        94..97 => State::Dispatched,
        97 => State::Fixed { round: 1 },
        98 => State::Accepted,
        _ => {
            State::Disputed { by: "u".into(), proposed: "v".into(), reason: "不属于本单位".to_owned() }
        }
    }
}

fn insert_sql(pool: &Pool) -> String {
    match pool {
        Pool::Postgres(_) => {
            let columns = COLUMNS.join(", ");
            format!(
                "insert into ticket ({columns}) select {columns} \
                 from json_populate_recordset(null::ticket, cast($1 as json))"
            )
        }
        Pool::Sqlite { .. } => {
            let values: Vec<String> = COLUMNS.iter().map(|column| format!("value ->> '{column}'")).collect();
            format!(
                "insert into ticket ({}) select {} from json_each($1)",
                COLUMNS.join(", "),
                values.join(", ")
            )
        }
    }
}

/// A place that some area and some community grid hold.
fn place_in(books: &Books, area: Rect<f64>, dice: &mut Dice) -> Place {
    loop {
        let at =
            Wgs84::new(area.min().x + dice.unit() * area.width(), area.min().y + dice.unit() * area.height());
        if let Some(at) = at.filter(|at| books.grids.owner(Layer::Community, *at).is_some()) {
            return Place { at, accuracy_m: 10.0 };
        }
    }
}

fn report(place: Place, category: CategoryCode, now: Moment) -> NewReport {
    let opening = Opening {
        report: ReportId::new(id::fresh()),
        source: Source::MiniProgram,
        reporter: None,
        words: WORDS.to_owned(),
        place: Some(place),
        found_at: now,
        category_hint: Some(category),
        photos: Vec::new(),
        fixed_on_spot: Vec::new(),
        relapse_of: None,
        origin: Default::default(),
    };
    NewReport {
        opening,
        external_id: None,
        raw: None,
        place_source: "device".to_owned(),
        captured_at: None,
        regions: Vec::new(),
    }
}
