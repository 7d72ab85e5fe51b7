//! Papers and the decisions made on them. It refuses to write one twice for the same time and unit, and to change one that
//! is frozen.

use domain::id::DepartmentCode;
use domain::paper::{Body, PaperKind, PaperState};
use domain::rhythm::Span;
use domain::ticket::event::By;
use domain::time::Moment;
use serde_json::Value;
use sha2::{Digest as _, Sha256};
use sqlx::{AssertSqlSafe, FromRow};

use super::page::{Cursor, Page, PageSize};
use super::tickets::{parse, write};
use crate::sql::{On, Result, SqlText, StoreError, Tx, dialect, fetch_all_dyn};
use crate::{execute, fetch_all, fetch_optional, fetch_scalars, id};

mod decisions;

pub use decisions::{Decision, NewDecision, decide, decisions, finish_decision, open_decisions};

/// Who did something, and when.
pub type Stamp = Option<(By, Moment)>;

/// A paper without what stands in it.
#[derive(Debug, Clone, PartialEq)]
pub struct Head {
    /// Its id.
    pub id: String,
    /// Which paper.
    pub kind: PaperKind,
    /// What it is about.
    pub span: Span,
    /// The unit that owes it; none for the district's.
    pub unit: Option<DepartmentCode>,
    /// Where it stands.
    pub state: PaperState,
    /// One more with every change.
    pub version: u64,
    /// When the machine drew it up.
    pub drafted_at: Moment,
    /// Whether the machine came behind its time.
    pub drafted_late: bool,
    /// Until when it is to be handed in.
    pub due_at: Option<Moment>,
    /// Whether it was not there when its time ran out.
    pub missing: bool,
    /// Handed in.
    pub filed: Stamp,
    /// How many minutes behind its time.
    pub late_minutes: Option<i64>,
    /// Signed.
    pub signed: Stamp,
    /// Made unchangeable.
    pub frozen: Stamp,
    /// SHA-256 of the body as it is stored, when frozen.
    pub sha256: Option<String>,
}

/// A paper.
#[derive(Debug, Clone, PartialEq)]
pub struct Paper {
    /// What it is.
    pub head: Head,
    /// What stands in it.
    pub body: Body,
}

/// A paper to be drawn up.
#[derive(Debug, Clone)]
pub struct NewPaper<'a> {
    /// Which paper.
    pub kind: PaperKind,
    /// What it is about.
    pub span: Span,
    /// The unit that owes it; none for the district's.
    pub unit: Option<&'a DepartmentCode>,
    /// Until when it is to be handed in.
    pub due_at: Option<Moment>,
    /// Whether the machine comes behind its time.
    pub late: bool,
    /// Who freezes it at once, when it is of that kind.
    pub frozen_by: Option<By>,
    /// What stands in it.
    pub body: &'a Body,
}

/// Which papers are listed; what is absent holds everything.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct PaperFilter {
    /// Of this kind.
    pub kind: Option<PaperKind>,
    /// About this span.
    pub span: Option<Span>,
    /// In this state.
    pub state: Option<PaperState>,
    /// Of this unit; `Some(None)`: the district's own.
    pub unit: Option<Option<DepartmentCode>>,
    /// Only of this unit and the district's own.
    pub within: Option<DepartmentCode>,
    /// Only those that were not there in time.
    pub missing: bool,
}

#[derive(FromRow)]
struct Row {
    id: String,
    kind: String,
    span: String,
    department: String,
    state: String,
    version: i64,
    drafted_at: i64,
    drafted_late: bool,
    due_at: Option<i64>,
    missing: bool,
    filed_at: Option<i64>,
    filed_by: Option<String>,
    late_minutes: Option<i64>,
    signed_at: Option<i64>,
    signed_by: Option<String>,
    frozen_at: Option<i64>,
    frozen_by: Option<String>,
    sha256: Option<String>,
}

macro_rules! select_paper {
    ($rest:literal) => {
        concat!(
            "select id, kind, span, department, state, version, drafted_at, drafted_late, due_at, missing,
             filed_at, filed_by, late_minutes, signed_at, signed_by, frozen_at, frozen_by, sha256 from paper where ",
            $rest
        )
    };
}

/// Draws a paper up; false when there is one for this time and unit.
pub async fn draw_up(tx: &mut Tx, new: &NewPaper<'_>, now: Moment) -> Result<bool> {
    let body = write(new.body)?;
    let frozen = new.frozen_by.as_ref();
    let state = if frozen.is_some() { PaperState::Frozen } else { PaperState::Draft };
    let written = execute!(
        tx,
        "insert into paper (id, kind, span, first_day, last_day, department, state, version, drafted_at,
             drafted_late, due_at, missing, frozen_at, frozen_by, sha256, body)
         values ($1, $2, $3, $4, $5, $6, $7, 1, $8, $9, $10, false, $11, $12, $13, $14)
         on conflict (kind, span, department) do nothing",
        id::fresh(),
        new.kind.to_string(),
        new.span.key(),
        new.span.first.to_string(),
        new.span.last.to_string(),
        new.unit.map_or("", DepartmentCode::as_str),
        state.to_string(),
        now.ms(),
        new.late,
        new.due_at.map(Moment::ms),
        frozen.map(|_| now.ms()),
        frozen.map(write).transpose()?,
        frozen.map(|_| sha256(&body)),
        &body
    )?;
    Ok(written == 1)
}

/// Marks those that are still drafts as missing; whose they are.
pub async fn mark_missing(tx: &mut Tx, kind: PaperKind, span: &Span) -> Result<Vec<DepartmentCode>> {
    let units = fetch_scalars!(
        tx,
        String,
        "update paper set missing = true where kind = $1 and span = $2 and state = 'draft' and not missing
         returning department",
        kind.to_string(),
        span.key()
    )?;
    Ok(units.into_iter().map(Into::into).collect())
}

/// The paper, or nothing.
pub async fn get(on: impl Into<On<'_>>, id: &str) -> Result<Option<Paper>> {
    let mut on: On<'_> = on.into();
    let row = fetch_optional!(on, Row, select_paper!("id = $1"), id)?;
    let Some(row) = row else { return Ok(None) };
    let bodies = fetch_scalars!(on, String, "select body from paper where id = $1", id)?;
    let body = bodies.first().ok_or_else(|| StoreError::Missing(id.to_owned()))?;
    Ok(Some(Paper { head: read(row)?, body: parse("paper", "body", id, body)? }))
}

/// The same, kept from changing until the transaction ends.
pub async fn lock(tx: &mut Tx, id: &str) -> Result<Option<Paper>> {
    let sql = format!("select id from paper where id = $1{}", dialect::lock_row(tx));
    fetch_scalars!(tx, String, AssertSqlSafe(sql), id)?;
    get(tx, id).await
}

/// Writes what changed of a paper that `before` still is; false when it is not, or is frozen.
pub async fn change(tx: &mut Tx, before: &Head, after: &Paper) -> Result<bool> {
    let Paper { head, body } = after;
    let body = write(body)?;
    let by = |stamp: &Stamp| stamp.as_ref().map(|(by, _)| write(by)).transpose();
    let at = |stamp: &Stamp| stamp.as_ref().map(|(_, at)| at.ms());
    let sha = (head.state == PaperState::Frozen).then(|| sha256(&body));
    let written = execute!(
        tx,
        "update paper set state = $1, version = version + 1, filed_at = $2, filed_by = $3, late_minutes = $4,
             signed_at = $5, signed_by = $6, frozen_at = $7, frozen_by = $8, sha256 = $9, body = $10
         where id = $11 and version = $12 and state <> 'frozen'",
        head.state.to_string(),
        at(&head.filed),
        by(&head.filed)?,
        head.late_minutes,
        at(&head.signed),
        by(&head.signed)?,
        at(&head.frozen),
        by(&head.frozen)?,
        sha,
        body,
        &before.id,
        i64::try_from(before.version).unwrap_or(i64::MAX)
    )?;
    Ok(written == 1)
}

/// Papers without their bodies, the newest first.
pub async fn list(
    on: impl Into<On<'_>>,
    filter: &PaperFilter,
    cursor: Option<&Cursor>,
    size: PageSize,
) -> Result<Page<Head>> {
    let mut text = SqlText::new(select_paper!("1 = 1"));
    text.filter(" and kind = ", filter.kind.map(|kind| kind.to_string()));
    text.filter(" and span = ", filter.span.map(|span| span.key()));
    text.filter(" and state = ", filter.state.map(|state| state.to_string()));
    let unit = filter.unit.as_ref();
    text.filter(" and department = ", unit.map(|u| u.as_ref().map_or("", DepartmentCode::as_str)));
    if let Some(unit) = &filter.within {
        text.among(" and department in", ["", unit.as_str()]);
    }
    if filter.missing {
        text.push(" and missing");
    }
    if let Some(Cursor { ms, id }) = cursor {
        text.push(" and (drafted_at, id) < (").bind(*ms).push(", ").bind(id).push(")");
    }
    text.push(" order by drafted_at desc, id desc limit ").bind(size.ask());
    let rows: Vec<Row> = fetch_all_dyn(on, &text).await?;
    let heads = rows.into_iter().map(read).collect::<Result<Vec<_>>>()?;
    Ok(Page::cut(heads, size, |head: &Head| Cursor::at(head.drafted_at.ms(), &head.id)))
}

/// The ranking in the district's frozen paper of `kind` about `span`, exactly as it was frozen.
pub async fn frozen(on: impl Into<On<'_>>, kind: PaperKind, span: &Span) -> Result<Option<Value>> {
    let mut on: On<'_> = on.into();
    let bodies = fetch_scalars!(
        on,
        String,
        "select body from paper where kind = $1 and span = $2 and department = '' and state = 'frozen'",
        kind.to_string(),
        span.key()
    )?;
    let key = span.key();
    bodies.first().map_or(Ok(None), |body| ranking(&key, body))
}

/// The rankings in the district's last frozen papers of `kind`, the newest span first.
pub async fn frozen_list(on: impl Into<On<'_>>, kind: PaperKind, limit: u32) -> Result<Vec<(Span, Value)>> {
    let mut on: On<'_> = on.into();
    let rows = fetch_all!(
        on,
        (String, String),
        "select span, body from paper where kind = $1 and department = '' and state = 'frozen'
         order by first_day desc limit $2",
        kind.to_string(),
        i64::from(limit)
    )?;
    let mut found = Vec::new();
    for (key, body) in rows {
        let span = Span::parse(&key).ok_or_else(|| StoreError::corrupt("paper", "span", &key))?;
        found.extend(ranking(&key, &body)?.map(|ranking| (span, ranking)));
    }
    Ok(found)
}

fn ranking(key: &str, body: &str) -> Result<Option<Value>> {
    Ok(parse::<Body>("paper", "body", key, body)?.standings)
}

/// SHA-256 in hexadecimal.
fn sha256(text: &str) -> String {
    Sha256::digest(text.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect()
}

fn read(row: Row) -> Result<Head> {
    let corrupt = |column| StoreError::corrupt("paper", column, &row.id);
    let stamp = |by: &Option<String>, at: Option<i64>| -> Result<Stamp> {
        let Some((by, at)) = by.as_ref().zip(at) else { return Ok(None) };
        Ok(Some((parse("paper", "by", &row.id, by)?, Moment::from_ms(at))))
    };
    Ok(Head {
        kind: row.kind.parse().map_err(|_| corrupt("kind"))?,
        span: Span::parse(&row.span).ok_or_else(|| corrupt("span"))?,
        unit: (!row.department.is_empty()).then(|| row.department.as_str().into()),
        state: row.state.parse().map_err(|_| corrupt("state"))?,
        version: row.version.unsigned_abs(),
        drafted_at: Moment::from_ms(row.drafted_at),
        drafted_late: row.drafted_late,
        due_at: row.due_at.map(Moment::from_ms),
        missing: row.missing,
        filed: stamp(&row.filed_by, row.filed_at)?,
        late_minutes: row.late_minutes,
        signed: stamp(&row.signed_by, row.signed_at)?,
        frozen: stamp(&row.frozen_by, row.frozen_at)?,
        sha256: row.sha256,
        id: row.id,
    })
}

#[cfg(test)]
#[path = "papers/tests.rs"]
mod tests;
