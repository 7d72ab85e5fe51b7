//! Which tickets a list holds, as conditions and as the index to read them by. It refuses a filter without a scope: who
//! asks decides what can be seen before anything else does.

use domain::actor::{Actor, Role};
use domain::geo::grid::Layer;
use domain::geo::{cell_of, datum::Wgs84};
use domain::id::{AccountId, CategoryCode, DepartmentCode, GridCode, TicketId};
use domain::ticket::attention::AttentionKind;
use domain::ticket::event::{Priority, Source};
use domain::ticket::permit::{Reach, VIEWS};
use domain::ticket::state::Stage;
use domain::time::Moment;
use domain::workline::Workline;
use strum::VariantArray as _;

use crate::sql::SqlText;
use crate::sql::dialect::{self, Dialect};

/// Cells up to which a box is looked up by cell.
const MOST_CELLS: usize = 400;

/// Which tickets somebody sees whole.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Scope {
    /// Every one.
    All,
    /// Every one that is not restricted.
    Open,
    /// Those that the account reported or follows.
    Own(AccountId),
    /// Those in one of the grids, unless restricted.
    Grids(Vec<(Layer, GridCode)>),
    /// Those in one of the grids that nobody has yet (to be verified, or filed and not handed out), unless restricted.
    Vacant(Vec<(Layer, GridCode)>),
    /// Those that the unit leads or assists.
    Unit(DepartmentCode),
    /// Those in which the unit is a party or has a part.
    Party(DepartmentCode),
    /// Those that any of the scopes holds; none when there is none.
    Any(Vec<Scope>),
}

impl Scope {
    /// The scope that the role table gives an actor.
    pub fn of(actor: &Actor) -> Self {
        let reaches: Vec<Reach> =
            VIEWS.iter().filter(|(role, _)| *role == actor.role).map(|(_, reach)| *reach).collect();
        let own = || Self::Own(actor.account.clone());
        if reaches.contains(&Reach::District) {
            return match actor.role {
                Role::Dispatcher | Role::Command | Role::Inspector | Role::Admin | Role::System => Self::All,
                // Their own petitions they find among their reports.
                _ => Self::Open,
            };
        }
        let unit = || actor.department.clone();
        let grids = || actor.grids.iter().cloned().collect();
        let scope = |reach: &Reach| match reach {
            Reach::Own => Some(own()),
            Reach::Grid => Some(Self::Grids(grids())),
            Reach::Vacant => Some(Self::Vacant(grids())).filter(|_| !actor.grids.is_empty()),
            Reach::Department | Reach::Assisting => unit().map(Self::Unit),
            Reach::Party => unit().map(Self::Party),
            Reach::District => None,
        };
        let mut scopes: Vec<Self> = reaches.iter().filter_map(scope).collect();
        scopes.dedup();
        Self::Any(scopes)
    }

    /// The simple scopes of which it is the union.
    fn parts(&self) -> Vec<Part<'_>> {
        match self {
            Self::All => vec![Part::All],
            Self::Open => vec![Part::Open],
            Self::Own(account) => vec![Part::Reporter(account), Part::Follower(account)],
            Self::Grids(grids) => grids.iter().map(|(layer, code)| Part::Grid(*layer, code)).collect(),
            Self::Vacant(grids) => grids.iter().map(|(layer, code)| Part::Vacant(*layer, code)).collect(),
            Self::Unit(unit) => vec![Part::Lead(unit), Part::Assist(unit)],
            Self::Party(unit) => vec![Part::Party(unit)],
            Self::Any(scopes) => scopes.iter().flat_map(Self::parts).collect(),
        }
    }

    /// Whether it holds so much that the order's own index serves it best.
    fn is_wide(&self) -> bool {
        self.parts().iter().any(|part| matches!(part, Part::All | Part::Open))
    }
}

/// Filters; what is absent or empty holds everything.
#[derive(Debug, Clone, PartialEq)]
pub struct TicketFilter {
    /// Who asks.
    pub visible_to: Scope,
    pub stage: Vec<Stage>,
    pub attention: Option<AttentionKind>,
    /// Whether some doubt waits for a person.
    pub doubtful: Option<bool>,
    pub lead: Option<DepartmentCode>,
    pub assist: Option<DepartmentCode>,
    /// Lead or assist.
    pub unit: Option<DepartmentCode>,
    pub category: Option<CategoryCode>,
    pub workline: Option<Workline>,
    pub source: Option<Source>,
    pub community: Option<GridCode>,
    pub inspection: Option<GridCode>,
    pub enforcement: Option<GridCode>,
    pub area: Option<GridCode>,
    /// The responsible person.
    pub person: Option<AccountId>,
    /// Reported or followed by this account.
    pub mine: Option<AccountId>,
    /// Whether the lead's time has run out.
    pub late: Option<bool>,
    /// West, south, east, north in WGS-84.
    pub bbox: Option<[f64; 4]>,
    /// Inclusive.
    pub opened_from: Option<Moment>,
    /// Exclusive.
    pub opened_to: Option<Moment>,
    /// Inclusive; puts the list in the order of changes.
    pub updated_since: Option<Moment>,
    pub number: Option<String>,
    pub self_handled: Option<bool>,
    pub priority: Option<Priority>,
    /// Whether it is a red order.
    pub red: Option<bool>,
    /// Whether its problem had been struck off before.
    pub relapse: Option<bool>,
    /// The ticket whose problem came back.
    pub relapse_of: Option<TicketId>,
    /// The round, campaign or flight that found it.
    pub programme: Option<String>,
    /// What the words or the number contain, without regard to case.
    pub words: Option<String>,
    /// Nothing that was found in secret.
    pub overt: bool,
}

impl TicketFilter {
    /// Everything in the scope.
    pub const fn within(visible_to: Scope) -> Self {
        Self {
            visible_to,
            stage: Vec::new(),
            attention: None,
            doubtful: None,
            lead: None,
            assist: None,
            unit: None,
            category: None,
            workline: None,
            source: None,
            community: None,
            inspection: None,
            enforcement: None,
            area: None,
            person: None,
            mine: None,
            late: None,
            bbox: None,
            opened_from: None,
            opened_to: None,
            updated_since: None,
            number: None,
            self_handled: None,
            priority: None,
            red: None,
            relapse: None,
            relapse_of: None,
            programme: None,
            words: None,
            overt: false,
        }
    }
}

/// One condition with one value, each with an index that gives its newest rows.
#[derive(Debug, Clone, Copy)]
enum Part<'a> {
    All,
    Open,
    Reporter(&'a AccountId),
    Follower(&'a AccountId),
    Grid(Layer, &'a GridCode),
    Vacant(Layer, &'a GridCode),
    Lead(&'a DepartmentCode),
    Assist(&'a DepartmentCode),
    Party(&'a DepartmentCode),
}

impl Part<'_> {
    fn condition(self) -> Option<(&'static str, String, &'static str)> {
        const FREE: &str = " and stage in ('filed', 'verifying') and not restricted";
        const OPEN: &str = " and not restricted";
        Some(match self {
            Self::All | Self::Open => return None,
            Self::Reporter(account) => ("reporter = ", account.to_string(), ""),
            Self::Follower(account) => {
                ("id in (select ticket_id from follower where account_id = ", account.to_string(), ")")
            }
            Self::Grid(layer, code) => (grid_column(layer), code.to_string(), OPEN),
            Self::Vacant(layer, code) => (grid_column(layer), code.to_string(), FREE),
            Self::Lead(unit) => ("lead = ", unit.to_string(), ""),
            Self::Assist(unit) => ("assist = ", unit.to_string(), ""),
            Self::Party(unit) => {
                ("id in (select ticket_id from ticket_party where department = ", unit.to_string(), ")")
            }
        })
    }
}

const fn grid_column(layer: Layer) -> &'static str {
    match layer {
        Layer::Community => "community = ",
        Layer::Inspection => "inspection = ",
        Layer::Enforcement => "enforcement = ",
        Layer::Area => "area = ",
    }
}

/// A condition by whose index the rows are read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Driver {
    before: &'static str,
    value: String,
    after: &'static str,
}

impl Driver {
    /// Adds the condition.
    pub(super) fn push(&self, text: &mut SqlText) {
        text.push(" and ").push(self.before).bind(&self.value).push(self.after);
    }
}

/// Which filter the drivers stand for; their branches need not repeat it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Driven {
    Nothing,
    Mine,
    Unit,
    Doubtful,
    Scope,
    Stage,
}

/// The conditions whose union is read index by index, and the filter that they stand for: the narrowest there is. None
/// when a single condition's index, or the order's own, serves.
pub(super) fn drivers(filter: &TicketFilter) -> (Driven, Vec<Driver>) {
    let one = filter.number.is_some()
        || filter.lead.is_some()
        || filter.assist.is_some()
        || filter.person.is_some()
        || filter.relapse_of.is_some()
        || filter.programme.is_some();
    let driver = |(before, value, after)| Driver { before, value, after };
    let parts =
        |parts: Vec<Part<'_>>| parts.into_iter().filter_map(Part::condition).map(driver).collect::<Vec<_>>();
    let grid = filter.community.is_some() || filter.inspection.is_some() || filter.enforcement.is_some();
    let nothing = || (Driven::Nothing, Vec::new());
    if one {
        nothing()
    } else if let Some(account) = &filter.mine {
        (Driven::Mine, parts(vec![Part::Reporter(account), Part::Follower(account)]))
    } else if let Some(unit) = &filter.unit {
        (Driven::Unit, parts(vec![Part::Lead(unit), Part::Assist(unit)]))
    } else if grid || cells_of(filter).is_some() || filter.attention.is_some() {
        nothing()
    } else if filter.doubtful == Some(true) {
        let kinds = AttentionKind::VARIANTS.iter();
        (Driven::Doubtful, kinds.map(|kind| driver(("attention = ", kind.to_string(), ""))).collect())
    } else if !filter.visible_to.is_wide() {
        (Driven::Scope, parts(filter.visible_to.parts()))
    } else if filter.area.is_some() || filter.category.is_some() {
        nothing()
    } else {
        let stages = filter.stage.iter();
        (Driven::Stage, stages.map(|stage| driver(("stage = ", stage.to_string(), ""))).collect())
    }
}

/// What a statement does with the rows of a filter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Purpose {
    /// Takes the first ones in an order, so the order's index matters most.
    List,
    /// Counts all of them.
    Count,
}

/// What is written beside the filter's own conditions.
#[derive(Debug, Clone, Copy)]
pub(super) struct Writing {
    pub purpose: Purpose,
    pub dialect: Dialect,
    /// The filter that a driver of the same statement stands for.
    pub driven: Driven,
}

/// Writes " where …" with every filter but the driven one.
pub(super) fn push_conditions(text: &mut SqlText, filter: &TicketFilter, now: Moment, writing: Writing) {
    let driven = |by: Driven| writing.driven == by;
    text.push(" where 1 = 1");
    if !driven(Driven::Scope) {
        push_any(text, &filter.visible_to.parts());
    }
    if !filter.stage.is_empty() && !driven(Driven::Stage) {
        text.among(" and stage in", filter.stage.iter().map(Stage::to_string));
    }
    text.filter(" and number = ", filter.number.as_deref());
    text.filter(" and attention = ", filter.attention.map(|kind| kind.to_string()));
    match filter.doubtful {
        Some(true) if !driven(Driven::Doubtful) => text.push(" and attention is not null"),
        Some(false) => text.push(" and attention is null"),
        Some(true) | None => text,
    };
    text.filter(" and lead = ", filter.lead.as_ref().map(DepartmentCode::as_str));
    text.filter(" and assist = ", filter.assist.as_ref().map(DepartmentCode::as_str));
    if let Some(unit) = filter.unit.as_ref().filter(|_| !driven(Driven::Unit)) {
        push_any(text, &[Part::Lead(unit), Part::Assist(unit)]);
    }
    if let Some(account) = filter.mine.as_ref().filter(|_| !driven(Driven::Mine)) {
        push_any(text, &[Part::Reporter(account), Part::Follower(account)]);
    }
    text.filter(" and person = ", filter.person.as_ref().map(AccountId::as_str));
    text.filter(" and category = ", filter.category.as_ref().map(CategoryCode::as_str));
    text.filter(" and workline = ", filter.workline.map(Workline::code));
    text.filter(" and source = ", filter.source.map(|source| source.to_string()));
    text.filter(" and community = ", filter.community.as_ref().map(GridCode::as_str));
    text.filter(" and inspection = ", filter.inspection.as_ref().map(GridCode::as_str));
    text.filter(" and enforcement = ", filter.enforcement.as_ref().map(GridCode::as_str));
    text.filter(" and area = ", filter.area.as_ref().map(GridCode::as_str));
    text.filter(" and self_handled = ", filter.self_handled);
    text.filter(" and opened_at >= ", filter.opened_from.map(Moment::ms));
    text.filter(" and opened_at < ", filter.opened_to.map(Moment::ms));
    text.filter(" and updated_at >= ", filter.updated_since.map(Moment::ms));
    push_marks(text, filter);
    push_words(text, filter.words.as_deref(), writing.dialect);
    push_late(text, filter.late, now, writing);
    push_box(text, filter, writing.purpose);
}

/// What marks a few tickets out; each literal condition lets the partial index serve.
fn push_marks(text: &mut SqlText, filter: &TicketFilter) {
    match filter.priority {
        Some(Priority::Normal) => text.push(" and priority = 'normal'"),
        Some(priority) => text.push(" and priority <> 'normal' and priority = ").bind(priority.to_string()),
        None => text,
    };
    match filter.red {
        Some(true) => text.push(" and red"),
        Some(false) => text.push(" and not red"),
        None => text,
    };
    match filter.relapse {
        Some(true) => text.push(" and relapse_of is not null"),
        Some(false) => text.push(" and relapse_of is null"),
        None => text,
    };
    text.filter(" and relapse_of = ", filter.relapse_of.as_ref().map(TicketId::as_str));
    text.filter(" and programme = ", filter.programme.as_deref());
    if filter.overt {
        let covert = Source::VARIANTS.iter().filter(|source| source.is_covert());
        text.among(" and source not in", covert.map(Source::to_string));
    }
}

/// No index finds two Chinese letters inside a text: whoever asks says since when, so that few rows are read.
fn push_words(text: &mut SqlText, words: Option<&str>, dialect: Dialect) {
    let Some(words) = words else { return };
    let (like, pattern) = (dialect.like(), dialect::contains(words));
    text.push(" and (words")
        .push(like)
        .bind(&pattern)
        .push(" escape '\\' or number")
        .push(like)
        .bind(pattern);
    text.push(" escape '\\')");
}

fn push_any(text: &mut SqlText, parts: &[Part<'_>]) {
    if parts.iter().any(|part| matches!(part, Part::All)) {
        return;
    }
    if parts.iter().any(|part| matches!(part, Part::Open)) {
        text.push(" and not restricted");
        return;
    }
    let mut joint = " and ((";
    for (before, value, after) in parts.iter().filter_map(|part| part.condition()) {
        text.push(joint).push(before).bind(value).push(after);
        joint = ") or (";
    }
    text.push(if parts.is_empty() { " and 1 = 0" } else { "))" });
}

fn push_late(text: &mut SqlText, late: Option<bool>, now: Moment, writing: Writing) {
    // Literally the condition of the partial index over (opened_at, id, late_at), which serves the list's order; the plus
    // keeps SQLite from reading all late rows by their lateness and sorting them.
    let before = match (writing.purpose, writing.dialect) {
        (Purpose::List, Dialect::Sqlite) => " and late_at is not null and +late_at <= ",
        _ => " and late_at is not null and late_at <= ",
    };
    match late {
        Some(true) => text.push(before).bind(now.ms()),
        Some(false) => text.push(" and (late_at is null or late_at > ").bind(now.ms()).push(")"),
        None => text,
    };
}

fn push_box(text: &mut SqlText, filter: &TicketFilter, purpose: Purpose) {
    let Some([west, south, east, north]) = filter.bbox else { return };
    if let Some(cells) = cells_of(filter) {
        text.among(" and cell in", cells);
    }
    // The plus keeps a list from reading all of a box by its place and sorting it; a count may.
    text.push(match purpose {
        Purpose::List => " and +longitude between ",
        Purpose::Count => " and longitude between ",
    });
    text.bind(west)
        .push(" and ")
        .bind(east)
        .push(" and latitude between ")
        .bind(south)
        .push(" and ")
        .bind(north);
}

/// The cells of the filter's box; none when there are more than 400 of them.
pub(super) fn cells_of(filter: &TicketFilter) -> Option<Vec<i64>> {
    /// Half a cell's height, degrees: the step at which no cell is jumped over in north–south direction.
    const STEP: f64 = 0.000_225;
    let [west, south, east, north] = filter.bbox?;
    if west > east || south > north {
        return None;
    }
    let mut cells = Vec::new();
    let mut lat = south;
    loop {
        // Ids of one row follow each other from west to east.
        let (first, last) = (cell_of(Wgs84::new(west, lat)?), cell_of(Wgs84::new(east, lat)?));
        if usize::try_from(last - first).map_or(true, |width| width >= MOST_CELLS) {
            return None;
        }
        if cells.last() != Some(&last) {
            cells.extend(first..=last);
        }
        if cells.len() > MOST_CELLS {
            return None;
        }
        if lat >= north {
            return Some(cells);
        }
        lat = (lat + STEP).min(north);
    }
}

#[cfg(test)]
#[path = "filter_tests.rs"]
mod tests;
