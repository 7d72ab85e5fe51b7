//! A look into a city's database, past the server: what must hold of it when a test ends. It refuses to write.

use std::collections::BTreeMap;
use std::str::FromStr as _;
use std::time::{Duration, Instant};

use domain::geo::grid::Layer;
use domain::id::TicketId;
use domain::ticket::Ticket;
use domain::ticket::event::Event;
use sqlx::sqlite::{SqliteConnectOptions, SqlitePoolOptions};
use sqlx::{FromRow, PgPool, SqlitePool};

/// How long jobs may go on after a test's last step.
const PATIENCE: Duration = Duration::from_secs(20);

/// The database of a city.
#[derive(Debug, Clone)]
pub enum Database {
    /// A file.
    Sqlite(SqlitePool),
    /// A server.
    Postgres(PgPool),
}

/// Reads all rows of one text on either database.
macro_rules! rows {
    ($database:expr, $row:ty, $text:expr $(, $bind:expr)*) => {
        match $database {
            Database::Sqlite(pool) => sqlx::query_as::<_, $row>($text)$(.bind($bind))*.fetch_all(pool).await,
            Database::Postgres(pool) => sqlx::query_as::<_, $row>($text)$(.bind($bind))*.fetch_all(pool).await,
        }
        .expect("the city's database is readable")
    };
}

/// The columns of a ticket that repeat what its document says.
#[derive(Debug, PartialEq, FromRow)]
struct Columns {
    version: i64,
    stage: String,
    number: Option<String>,
    reporter: Option<String>,
    category: Option<String>,
    lead: Option<String>,
    assist: Option<String>,
    person: Option<String>,
    longitude: Option<f64>,
    latitude: Option<f64>,
    community: Option<String>,
    inspection: Option<String>,
    enforcement: Option<String>,
    area: Option<String>,
    opened_at: i64,
    updated_at: i64,
    registered_at: Option<i64>,
    rectified_at: Option<i64>,
    inspected_at: Option<i64>,
    qualified_at: Option<i64>,
    struck_off_at: Option<i64>,
    attention: Option<String>,
    self_handled: bool,
    reports: i64,
    followers: i64,
    reworks: i64,
    stars: Option<i64>,
    exempt: bool,
}

#[derive(FromRow)]
struct TicketRow {
    id: String,
    doc: String,
    #[sqlx(flatten)]
    columns: Columns,
}

impl Database {
    /// Opens it for reading.
    pub async fn open(url: &str) -> Self {
        if url.starts_with("sqlite:") {
            let options = SqliteConnectOptions::from_str(url).expect("a SQLite URL").read_only(true);
            let pool = SqlitePoolOptions::new().max_connections(1).connect_with(options).await;
            return Self::Sqlite(pool.expect("the city's database opens"));
        }
        let pool = sqlx::postgres::PgPoolOptions::new().max_connections(1).connect(url).await;
        Self::Postgres(pool.expect("the city's database opens"))
    }

    /// Closes it.
    pub async fn close(self) {
        match self {
            Self::Sqlite(pool) => pool.close().await,
            Self::Postgres(pool) => pool.close().await,
        }
    }

    /// Rows of one number each, such as a count.
    pub async fn number(&self, text: &'static str) -> i64 {
        rows!(self, (i64,), text).first().map_or(0, |(number,)| *number)
    }

    /// Waits until no job is due or about to be tried again, and fails for dead ones; jobs of a later day stay.
    pub async fn wait_for_jobs(&self) {
        let began = Instant::now();
        loop {
            let soon = crate::clock::now().ms() + 1000;
            let later = soon + PATIENCE.as_millis() as i64;
            let left: Vec<(String, String, Option<String>)> = rows!(
                self,
                (String, String, Option<String>),
                "select kind, state, last_error from job \
                 where state = 'dead' or run_at <= $1 or (attempts > 0 and run_at <= $2)",
                soon,
                later
            );
            if left.is_empty() {
                return;
            }
            let dead = left.iter().any(|(_, state, _)| state == "dead");
            assert!(!dead && began.elapsed() < PATIENCE, "jobs are left: {left:?}");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    /// Every ticket is the fold of its events, and its columns say the same.
    pub async fn check_tickets(&self) {
        let events: Vec<(String, i64, String)> = rows!(
            self,
            (String, i64, String),
            "select ticket_id, seq, body from ticket_event order by ticket_id, seq"
        );
        let mut histories: BTreeMap<String, Vec<Event>> = BTreeMap::new();
        for (ticket, seq, body) in events {
            let event: Event = serde_json::from_str(&body).expect("a stored event is readable");
            let history = histories.entry(ticket.clone()).or_default();
            history.push(event);
            assert_eq!(history.len() as i64, seq, "ticket {ticket} has a gap in its history");
        }
        let tickets: Vec<TicketRow> = rows!(self, TicketRow, "select * from ticket");
        assert_eq!(
            tickets.len(),
            histories.len(),
            "a ticket without a history, or a history without a ticket"
        );
        for row in tickets {
            let stored: Ticket = serde_json::from_str(&row.doc).expect("a stored ticket is readable");
            let folded = Ticket::fold(&TicketId::new(&row.id), &histories[&row.id])
                .expect("a history begins with an opening");
            assert_eq!(folded, stored, "ticket {} is not the fold of its events", row.id);
            assert_eq!(columns_of(&stored), row.columns, "ticket {}: columns and document differ", row.id);
            let answered_for = stored.assignment.is_some() || stored.self_handled();
            assert!(
                !stored.stage().is_owned() || answered_for,
                "nobody is responsible for ticket {}",
                row.id
            );
        }
    }
}

fn columns_of(ticket: &Ticket) -> Columns {
    let grid = |layer: Layer| ticket.grids.get(&layer).map(ToString::to_string);
    let assignment = ticket.assignment.as_ref();
    let stamps = &ticket.stamps;
    Columns {
        version: ticket.version as i64,
        stage: ticket.stage().to_string(),
        number: ticket.number.clone(),
        reporter: ticket.reporter.as_ref().map(ToString::to_string),
        category: ticket.class.as_ref().map(|class| class.category.to_string()),
        lead: assignment.map(|a| a.lead.code.to_string()),
        assist: assignment.and_then(|a| a.assist.as_ref()).map(|unit| unit.code.to_string()),
        person: assignment.map(|a| a.person.account.to_string()),
        longitude: ticket.place.map(|place| place.at.lon),
        latitude: ticket.place.map(|place| place.at.lat),
        community: grid(Layer::Community),
        inspection: grid(Layer::Inspection),
        enforcement: grid(Layer::Enforcement),
        area: grid(Layer::Area),
        opened_at: ticket.opened_at.ms(),
        updated_at: ticket.updated_at.ms(),
        registered_at: stamps.registered.map(|at| at.ms()),
        rectified_at: stamps.rectified.map(|at| at.ms()),
        inspected_at: stamps.inspected.map(|at| at.ms()),
        qualified_at: stamps.qualified.map(|at| at.ms()),
        struck_off_at: stamps.struck_off.map(|at| at.ms()),
        attention: ticket.attention.first().map(|doubt| doubt.kind().to_string()),
        self_handled: ticket.self_handled(),
        reports: ticket.reports.into(),
        followers: ticket.followers.into(),
        reworks: ticket.reworks.into(),
        stars: ticket.stars.map(i64::from),
        exempt: ticket.exempt,
    }
}
