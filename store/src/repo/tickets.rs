//! Rows of tickets, their events, followers and pictures. Only the desk writes here; everyone may read.

use std::collections::BTreeMap;

use domain::clock::reckon::Tick;
use domain::dedupe;
use domain::geo::datum::Wgs84;
use domain::id::{AccountId, PhotoId, ReportId, TicketId};
use domain::proof;
use domain::ticket::Ticket;
use domain::ticket::event::Event;
use domain::ticket::state::Stage;
use domain::time::Moment;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use sqlx::FromRow;

use crate::sql::{On, Result, SqlText, StoreError, Tx, fetch_all_dyn};
use crate::{execute, fetch_all, fetch_scalar, fetch_scalar_optional, id};

pub use super::proceedings::{Precedent, precedent, recheck_due, struck_off_near};
pub(crate) use super::proceedings::{finish_recheck, plan_recheck, reseat, save_precedent};

/// What the columns of a ticket hold beside its document, all derived from it.
#[derive(Debug, Clone, Default)]
pub struct Derived {
    pub due_at: Option<i64>,
    pub late_at: Option<i64>,
    pub cover: Option<String>,
}

/// Reads a JSON column, naming the row when it can't be read.
pub(crate) fn parse<T: DeserializeOwned>(
    table: &'static str,
    column: &'static str,
    row: &str,
    text: &str,
) -> Result<T> {
    serde_json::from_str(text).map_err(|error| {
        tracing::error!(table, column, row, %error, "a stored document can't be read");
        StoreError::Corrupt { table, column, row: row.to_owned() }
    })
}

pub(crate) fn write<T: serde::Serialize>(value: &T) -> Result<String> {
    serde_json::to_string(value).map_err(|error| StoreError::Other(error.to_string()))
}

/// The ticket, or nothing.
pub async fn get(on: impl Into<On<'_>>, ticket: &TicketId) -> Result<Option<Ticket>> {
    let doc =
        fetch_scalar_optional!(on.into(), String, "select doc from ticket where id = $1", ticket.as_str())?;
    doc.map(|doc| parse("ticket", "doc", ticket.as_str(), &doc)).transpose()
}

/// Those of the tickets that exist, with one statement.
pub async fn many(on: impl Into<On<'_>>, ids: impl IntoIterator<Item = &TicketId>) -> Result<Vec<Ticket>> {
    let mut text = SqlText::new("select id, doc from ticket");
    text.among(" where id in", ids.into_iter().map(TicketId::as_str));
    let rows: Vec<(String, String)> = fetch_all_dyn(on.into(), &text).await?;
    rows.into_iter().map(|(id, doc)| parse("ticket", "doc", &id, &doc)).collect()
}

/// The running clocks of those of the tickets that exist, with one statement and without the rest of their documents.
pub async fn ticks(
    on: impl Into<On<'_>>,
    ids: impl IntoIterator<Item = &TicketId>,
) -> Result<BTreeMap<TicketId, Vec<Tick>>> {
    #[derive(Deserialize)]
    struct Clocked {
        ticks: Vec<Tick>,
    }
    let mut text = SqlText::new("select id, doc from ticket");
    text.among(" where id in", ids.into_iter().map(TicketId::as_str));
    let rows: Vec<(String, String)> = fetch_all_dyn(on.into(), &text).await?;
    let read = |(id, doc): (String, String)| {
        let clocked: Clocked = parse("ticket", "doc", &id, &doc)?;
        Ok((TicketId::from(id), clocked.ticks))
    };
    rows.into_iter().map(read).collect()
}

/// The ticket and when it gets late (epoch milliseconds), its row locked until the transaction ends.
pub async fn lock(tx: &mut Tx, ticket: &TicketId) -> Result<Option<(Ticket, Option<i64>)>> {
    let mut text = SqlText::new("select doc, late_at from ticket where id = ");
    text.bind(ticket.as_str()).push(tx.dialect().lock_row());
    let rows: Vec<(String, Option<i64>)> = fetch_all_dyn(tx, &text).await?;
    let Some((doc, late_at)) = rows.into_iter().next() else { return Ok(None) };
    Ok(Some((parse("ticket", "doc", ticket.as_str(), &doc)?, late_at)))
}

/// Writes the first row of a ticket.
pub(crate) async fn insert(tx: &mut Tx, ticket: &Ticket, derived: &Derived) -> Result<()> {
    execute!(
        &mut *tx,
        "insert into ticket (id, version, stage, source, words, opened_at, updated_at, self_handled, reports, \
         followers, reworks, exempt, doc) \
         values ($1, 0, '', $2, $3, $4, $4, false, 1, 0, 0, false, '')",
        ticket.id.as_str(),
        ticket.source.to_string(),
        ticket.words.as_str(),
        ticket.opened_at.ms(),
    )?;
    update(tx, ticket, derived).await
}

/// Brings the row of a ticket in step with its document.
pub(crate) async fn update(tx: &mut Tx, ticket: &Ticket, derived: &Derived) -> Result<()> {
    use domain::geo::grid::Layer;
    let grid = |layer: Layer| ticket.grids.get(&layer).map(ToString::to_string);
    let assignment = ticket.assignment.as_ref();
    let class = ticket.class.as_ref();
    let ms = |moment: Option<Moment>| moment.map(Moment::ms);
    execute!(
        &mut *tx,
        "update ticket set version = $2, stage = $3, number = $4, reporter = $5, category = $6, workline = $7, \
         lead = $8, assist = $9, person = $10, longitude = $11, latitude = $12, cell = $13, community = $14, \
         inspection = $15, enforcement = $16, area = $17, cover = coalesce($18, cover), updated_at = $19, \
         registered_at = $20, rectified_at = $21, inspected_at = $22, qualified_at = $23, struck_off_at = $24, \
         due_at = $25, late_at = $26, attention = $27, self_handled = $28, reports = $29, followers = $30, \
         reworks = $31, stars = $32, exempt = $33, doc = $34, priority = $35, relapse_of = $36, relapse_nth = $37, \
         red = $38, restricted = $39, programme = $40 where id = $1",
        ticket.id.as_str(),
        ticket.version as i64,
        ticket.stage().to_string(),
        ticket.number.as_deref(),
        ticket.reporter.as_ref().map(ToString::to_string),
        class.map(|c| c.category.to_string()),
        class.map(|c| c.workline.to_string()),
        assignment.map(|a| a.lead.code.to_string()),
        assignment.and_then(|a| a.assist.as_ref()).map(|u| u.code.to_string()),
        assignment.map(|a| a.person.account.to_string()),
        ticket.place.map(|p| p.at.lon),
        ticket.place.map(|p| p.at.lat),
        ticket.place.map(|p| domain::geo::datum::cell_of(p.at)),
        grid(Layer::Community),
        grid(Layer::Inspection),
        grid(Layer::Enforcement),
        grid(Layer::Area),
        derived.cover.as_deref(),
        ticket.updated_at.ms(),
        ms(ticket.stamps.registered),
        ms(ticket.stamps.rectified),
        ms(ticket.stamps.inspected),
        ms(ticket.stamps.qualified),
        ms(ticket.stamps.struck_off),
        derived.due_at,
        derived.late_at,
        ticket.attention.first().map(|a| a.kind().to_string()),
        ticket.self_handled(),
        i64::from(ticket.reports),
        i64::from(ticket.followers),
        i64::from(ticket.reworks),
        ticket.stars.map(i64::from),
        ticket.exempt,
        write(ticket)?,
        class.map(|c| c.priority).unwrap_or_default().to_string(),
        ticket.relapse_of.as_ref().map(TicketId::as_str),
        i64::from(ticket.relapse_nth),
        assignment.is_some_and(|a| a.red),
        ticket.source.is_restricted(),
        ticket.origin.programme.as_deref(),
    )?;
    Ok(())
}

/// Appends one event; its `(ticket, seq)` can exist only once.
pub(crate) async fn append(tx: &mut Tx, ticket: &TicketId, event: &Event) -> Result<()> {
    execute!(
        &mut *tx,
        "insert into ticket_event (ticket_id, seq, id, at, actor, action, stage, body) \
         values ($1, $2, $3, $4, $5, $6, $7, $8)",
        ticket.as_str(),
        event.seq as i64,
        id::fresh(),
        event.at.ms(),
        event.by.account.as_str(),
        event.action.map(|a| a.to_string()),
        event.state.stage().to_string(),
        write(event)?,
    )?;
    Ok(())
}

/// Draws the next number of a year: 1, 2, 3 … without a gap, because the transaction that draws it also uses it.
pub(crate) async fn next_number(tx: &mut Tx, year: i64) -> Result<i64> {
    execute!(
        &mut *tx,
        "insert into number_sequence (year, last) values ($1, 1) on conflict (year) do update set last = number_sequence.last + 1",
        year,
    )?;
    fetch_scalar!(tx, i64, "select last from number_sequence where year = $1", year)
}

/// Adds a follower; false when the account already follows by the same way.
pub(crate) async fn follow(
    tx: &mut Tx,
    ticket: &TicketId,
    account: &AccountId,
    via: &TicketId,
    reporter: bool,
    now: Moment,
) -> Result<bool> {
    let added = execute!(
        tx,
        "insert into follower (ticket_id, account_id, via, reporter, since) values ($1, $2, $3, $4, $5) \
         on conflict do nothing",
        ticket.as_str(),
        account.as_str(),
        via.as_str(),
        reporter,
        now.ms(),
    )?;
    Ok(added > 0)
}

/// Lets everyone who follows `from` follow `into` as well.
pub(crate) async fn follow_merged(tx: &mut Tx, from: &TicketId, into: &TicketId) -> Result<()> {
    execute!(
        tx,
        "insert into follower (ticket_id, account_id, via, reporter, since) \
         select cast($2 as text), account_id, cast($1 as text), reporter, since from follower \
         where ticket_id = $1 on conflict do nothing",
        from.as_str(),
        into.as_str(),
    )?;
    Ok(())
}

/// Takes back what [`follow_merged`] gave.
pub(crate) async fn unfollow_merged(tx: &mut Tx, from: &TicketId, into: &TicketId) -> Result<()> {
    execute!(tx, "delete from follower where ticket_id = $2 and via = $1", from.as_str(), into.as_str())?;
    Ok(())
}

/// Whether the account follows the ticket, and whether as a reporter.
pub async fn follows(on: impl Into<On<'_>>, ticket: &TicketId, account: &AccountId) -> Result<Option<bool>> {
    let reporter = fetch_scalar!(
        on.into(),
        Option<i64>,
        "select cast(max(case when reporter then 1 else 0 end) as bigint) from follower \
         where ticket_id = $1 and account_id = $2",
        ticket.as_str(),
        account.as_str(),
    )?;
    Ok(reporter.map(|r| r > 0))
}

/// Everyone who is told about the ticket, reporters first, each once.
pub async fn followers(on: impl Into<On<'_>>, ticket: &TicketId) -> Result<Vec<AccountId>> {
    let rows = fetch_all!(
        on.into(),
        (String, i64),
        "select account_id, cast(min(case when reporter then 0 else 1 end) as bigint) from follower \
         where ticket_id = $1 group by account_id order by 2, 1",
        ticket.as_str(),
    )?;
    Ok(rows.into_iter().map(|(account, _)| account.into()).collect())
}

/// A picture's part in a ticket.
#[derive(Debug, Clone, FromRow)]
pub struct PhotoUse {
    pub photo_id: String,
    pub ticket_id: String,
    pub report_id: Option<String>,
    /// `before`, `after`, `verify`, `recheck`, `contest`, `heed`, `part`, `milestone` or `frame`.
    pub part: String,
    pub round: i64,
    pub position: i64,
    pub used_at: i64,
}

/// Notes that pictures belong to a ticket.
pub(crate) async fn use_photos(
    tx: &mut Tx,
    ticket: &TicketId,
    report: Option<&ReportId>,
    part: &'static str,
    round: u32,
    photos: &[PhotoId],
    now: Moment,
) -> Result<()> {
    for (position, photo) in (0_i64..).zip(photos) {
        execute!(
            &mut *tx,
            "insert into photo_use (photo_id, ticket_id, report_id, part, round, position, used_at) \
             values ($1, $2, $3, $4, $5, $6, $7) on conflict do nothing",
            photo.as_str(),
            ticket.as_str(),
            report.map(ReportId::as_str),
            part,
            i64::from(round),
            position,
            now.ms(),
        )?;
    }
    Ok(())
}

/// The pictures of a ticket and of the tickets merged into it, oldest first.
pub async fn photo_uses(on: impl Into<On<'_>>, tickets: &[TicketId]) -> Result<Vec<PhotoUse>> {
    let mut text = SqlText::new("select * from photo_use where ticket_id in");
    text.among("", tickets.iter().map(TicketId::as_str)).push(" order by used_at, position");
    fetch_all_dyn(on, &text).await
}

/// The tickets merged into this one.
pub async fn merged_into(on: impl Into<On<'_>>, ticket: &TicketId) -> Result<Vec<TicketId>> {
    let rows = fetch_all!(
        on.into(),
        (String,),
        "select distinct via from follower where ticket_id = $1 and via <> $1 order by via",
        ticket.as_str(),
    )?;
    Ok(rows.into_iter().map(|(id,)| id.into()).collect())
}

/// The event with this number.
pub async fn event(on: impl Into<On<'_>>, ticket: &TicketId, seq: u64) -> Result<Option<Event>> {
    let body = fetch_scalar_optional!(
        on.into(),
        String,
        "select body from ticket_event where ticket_id = $1 and seq = $2",
        ticket.as_str(),
        seq as i64,
    )?;
    body.map(|body| parse("ticket_event", "body", ticket.as_str(), &body)).transpose()
}

/// What is read of a ticket around a place before it is worth its document; all of it is in one index.
#[derive(Debug, Clone)]
pub struct Neighbour {
    pub id: TicketId,
    pub at: Wgs84,
    pub stage: Stage,
    pub opened_at: Moment,
}

/// The tickets in these cells opened since a moment, newest first: candidates of a duplicate.
pub async fn in_cells(
    on: impl Into<On<'_>>,
    cells: &[i64],
    since: Moment,
    limit: i64,
) -> Result<Vec<Neighbour>> {
    let mut text = SqlText::new("select id, longitude, latitude, stage, opened_at from ticket where");
    text.among(" cell in", cells.iter().copied())
        .push(" and opened_at >= ")
        .bind(since.ms())
        .push(" order by opened_at desc limit ")
        .bind(limit);
    let rows: Vec<(String, f64, f64, String, i64)> = fetch_all_dyn(on, &text).await?;
    let neighbour = |(id, lon, lat, stage, opened_at): (String, f64, f64, String, i64)| {
        let stage = stage.parse();
        let stage =
            stage.map_err(|_| StoreError::Corrupt { table: "ticket", column: "stage", row: id.clone() })?;
        Ok(Neighbour { id: id.into(), at: Wgs84 { lon, lat }, stage, opened_at: Moment::from_ms(opened_at) })
    };
    rows.into_iter().map(neighbour).collect()
}

/// Keeps the verdict of one round of proof.
pub async fn save_verdict(
    tx: &mut Tx,
    ticket: &TicketId,
    round: u32,
    verdict: &proof::Verdict,
    now: Moment,
) -> Result<()> {
    execute!(
        tx,
        "insert into verdict (ticket_id, round, body, judged_at) values ($1, $2, $3, $4) \
         on conflict (ticket_id, round) do update set body = excluded.body, judged_at = excluded.judged_at",
        ticket.as_str(),
        i64::from(round),
        write(verdict)?,
        now.ms(),
    )?;
    Ok(())
}

/// The verdicts of a ticket by round.
pub async fn verdicts(on: impl Into<On<'_>>, ticket: &TicketId) -> Result<Vec<(i64, proof::Verdict)>> {
    let rows = fetch_all!(
        on.into(),
        (i64, String),
        "select round, body from verdict where ticket_id = $1 order by round",
        ticket.as_str(),
    )?;
    rows.iter().map(|(round, body)| Ok((*round, parse("verdict", "body", ticket.as_str(), body)?))).collect()
}

/// Keeps how alike another ticket was found.
pub async fn save_score(
    tx: &mut Tx,
    ticket: &TicketId,
    other: &TicketId,
    score: &dedupe::Score,
    now: Moment,
) -> Result<()> {
    execute!(
        tx,
        "insert into match_score (ticket_id, other, verdict, probability, body, scored_at) \
         values ($1, $2, $3, $4, $5, $6) on conflict (ticket_id, other) do update set verdict = excluded.verdict, \
         probability = excluded.probability, body = excluded.body, scored_at = excluded.scored_at",
        ticket.as_str(),
        other.as_str(),
        format!("{:?}", score.verdict).to_lowercase(),
        score.probability,
        write(score)?,
        now.ms(),
    )?;
    Ok(())
}

/// How alike two tickets were found; none when they were not compared.
pub(crate) async fn score_of(
    on: impl Into<On<'_>>,
    ticket: &TicketId,
    other: &TicketId,
) -> Result<Option<dedupe::Score>> {
    let body = fetch_scalar_optional!(
        on.into(),
        String,
        "select body from match_score where ticket_id = $1 and other = $2",
        ticket.as_str(),
        other.as_str(),
    )?;
    body.map(|body| parse("match_score", "body", ticket.as_str(), &body)).transpose()
}

/// The best-matching other tickets, likeliest first.
pub async fn scores(
    on: impl Into<On<'_>>,
    ticket: &TicketId,
    limit: i64,
) -> Result<Vec<(TicketId, dedupe::Score)>> {
    let rows = fetch_all!(
        on.into(),
        (String, String),
        "select other, body from match_score where ticket_id = $1 order by probability desc, other limit $2",
        ticket.as_str(),
        limit,
    )?;
    rows.into_iter()
        .map(|(other, body)| Ok((other.into(), parse("match_score", "body", ticket.as_str(), &body)?)))
        .collect()
}
