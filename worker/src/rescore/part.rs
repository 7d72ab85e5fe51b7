//! One decision of one ticket made again, beside what was decided then.

use domain::actor::Role;
use domain::classify::Guessing;
use domain::dedupe::{self, Verdict};
use domain::explain::{Ground, Subject};
use domain::geo::grid::{Layer, Spot};
use domain::id::{CategoryCode, GridCode, PhotoId};
use domain::ticket::Ticket;
use domain::ticket::action::ActionKind;
use store::repo::district::Books;
use store::repo::photos::{self, Photo};
use store::repo::{events, grounds, tickets};

use super::{Again, Plan};
use crate::Context;
use crate::jobs::triage::{class, twins};
use crate::jobs::verify_proof;
use crate::outcome::JobError;

/// Pairs of one ticket that are compared again.
const MOST_PAIRS: i64 = 20;
/// What a decision is called that was left to a person.
const PERSON: &str = "交由人工";

/// Makes the decision again; empty when it was never made.
pub(super) async fn decide(
    context: &Context,
    plan: &Plan,
    subject: Subject,
    ticket: &Ticket,
) -> Result<Vec<Again>, JobError> {
    match subject {
        Subject::Place => place(context, ticket).await,
        Subject::Category => category(context, plan, ticket).await,
        Subject::Duplicates => duplicates(context, plan, ticket).await,
        Subject::Proof => proof(context, plan, ticket).await,
        // Where it goes follows from what stands above and from the books of the day.
        Subject::Routing => Ok(Vec::new()),
    }
}

fn again(subject: Subject, ticket: &Ticket, before: String, after: String, reason: String) -> Again {
    let name = ticket.number.clone().unwrap_or_else(|| ticket.id.to_string());
    Again { subject, ticket: ticket.id.clone(), name, differs: before != after, before, after, reason }
}

/// The grid of the finest layer, as the borders of today have it.
async fn place(context: &Context, ticket: &Ticket) -> Result<Vec<Again>, JobError> {
    let books = context.desk.books.get(&context.stores.pool).await?;
    let Some(place) = ticket.place.filter(|_| !ticket.place_confirmed) else { return Ok(Vec::new()) };
    let placement = books.grids.locate(place.at, place.accuracy_m);
    let Some(spot) = placement.layers.get(&Layer::Community) else { return Ok(Vec::new()) };
    let old = ticket.grids.get(&Layer::Community);
    let named = |code: &GridCode| {
        books.grids.get(Layer::Community, code).map_or_else(|| code.to_string(), |grid| grid.name.clone())
    };
    let (after, reason) = match spot {
        Spot::Inside { grid, likelihood, .. } => {
            let same = if old.is_none_or(|old| old == grid) { "确定网格" } else { "另一网格" };
            (same, format!("在{}内，可能性 {:.0}%", named(grid), likelihood * 100.0))
        }
        Spot::Border { candidates } => {
            let likely: Vec<_> =
                candidates.iter().map(|one| format!("{} {:.0}%", one.name, one.likelihood * 100.0)).collect();
            (PERSON, format!("跨界：{}", likely.join("、")))
        }
        Spot::Outside { distance_m, .. } => (PERSON, format!("区外约 {distance_m:.0} 米")),
    };
    let before = if old.is_some() { "确定网格" } else { PERSON };
    Ok(vec![again(Subject::Place, ticket, before.to_owned(), after.to_owned(), reason)])
}

/// The category that the words mean, where the reporter chose none.
async fn category(context: &Context, plan: &Plan, ticket: &Ticket) -> Result<Vec<Again>, JobError> {
    let pool = &context.stores.pool;
    let books = context.desk.books.get(pool).await?;
    let ground = class::weigh_by(&books, ticket, plan.guess.unwrap_or(books.config.guess));
    let history = events::timeline(pool, &ticket.id).await?;
    let decided = history.iter().any(|event| {
        event.action == Some(ActionKind::File)
            || event
                .raised
                .iter()
                .any(|doubt| doubt.kind() == domain::ticket::attention::AttentionKind::NoCategory)
    });
    if ground.hint.is_some() || !decided {
        return Ok(Vec::new());
    }
    let kept = grounds::of(pool, &ticket.id).await?.into_iter().rev().find_map(|one| match one.ground {
        Ground::Category(ground) => Some(ground.chosen),
        _ => None,
    });
    let by_machine = || {
        let filed = history.iter().find(|event| event.action == Some(ActionKind::File));
        filed.filter(|event| event.by.role == Role::System).and(ticket.class.as_ref())
    };
    let before = kept.unwrap_or_else(|| by_machine().map(|class| class.category.clone()));
    let called =
        |code: Option<&CategoryCode>| code.map_or_else(|| PERSON.to_owned(), |code| name(&books, code));
    let reason = ground.guesses.first().map(|guess| guess.reason());
    let reason = reason.unwrap_or_else(|| match ground.rule.mode {
        Guessing::Off => "自动判定停用".to_owned(),
        _ => "描述中没有与类别有关的词".to_owned(),
    });
    let (before, after) = (called(before.as_ref()), called(ground.chosen.as_ref()));
    Ok(vec![again(Subject::Category, ticket, before, after, reason)])
}

fn name(books: &Books, code: &CategoryCode) -> String {
    books.categories.get(code).map_or_else(|| code.to_string(), |row| row.name.clone())
}

/// Every pair that was scored then, measured anew from stored places, words, prints and scenes.
async fn duplicates(context: &Context, plan: &Plan, ticket: &Ticket) -> Result<Vec<Again>, JobError> {
    let pool = &context.stores.pool;
    let scores = tickets::scores(pool, &ticket.id, MOST_PAIRS).await?;
    let Some(place) = ticket.place.filter(|_| !scores.is_empty()) else { return Ok(Vec::new()) };
    let books = context.desk.books.get(pool).await?;
    let others = tickets::many(pool, scores.iter().map(|(other, _)| other)).await?;
    let ids: Vec<PhotoId> =
        std::iter::once(ticket).chain(&others).flat_map(|one| one.photos.clone()).collect();
    let pictures = photos::many(pool, &ids).await?;
    let bounds = dedupe::thresholds_for(&plan.dedupe.unwrap_or(books.config.dedupe));
    let category = |one: &Ticket| {
        let own = one.class.as_ref().filter(|_| one.id != ticket.id).map(|class| class.category.clone());
        own.or_else(|| class::known(&books, one)).map(|code| code.to_string())
    };
    let new = twins::portrait(ticket, place, category(ticket), &pictures);
    let compare = |(other, score): &(domain::id::TicketId, dedupe::Score)| {
        let other = others.iter().find(|one| one.id == *other)?;
        let old = twins::portrait(other, other.place?, category(other), &pictures);
        let now = dedupe::score(&new.sighting(), &old.sighting(), &bounds);
        let reason = format!(
            "与 {} 的相似度 {:.1}% → {:.1}%{}",
            other.number.as_deref().unwrap_or(other.id.as_str()),
            score.probability * 100.0,
            now.probability * 100.0,
            now.held.iter().map(|why| format!("，{why}")).collect::<String>(),
        );
        let (before, after) = (called(score.verdict), called(now.verdict));
        Some(again(Subject::Duplicates, ticket, before.to_owned(), after.to_owned(), reason))
    };
    Ok(scores.iter().filter_map(compare).collect())
}

const fn called(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Separate => "另立",
        Verdict::Ask => "待人工判断",
        Verdict::Merge => "并案",
    }
}

/// The last round's proof; earlier rounds' pictures no longer stand beside their time.
async fn proof(context: &Context, plan: &Plan, ticket: &Ticket) -> Result<Vec<Again>, JobError> {
    let verdicts = tickets::verdicts(&context.stores.pool, &ticket.id).await?;
    let (Some((round, before)), Some(fix)) = (verdicts.last(), &ticket.fix) else { return Ok(Vec::new()) };
    if *round != i64::from(fix.round) {
        return Ok(Vec::new());
    }
    let (old, new): (Vec<Photo>, Vec<Photo>) = verify_proof::pictures(context, ticket, fix).await?;
    let mut evidence = verify_proof::gather(context, ticket, fix, old, new).await?;
    evidence.forget_later();
    let after = evidence.judge(&plan.settings.proof);
    let reasons = after.reasons();
    let reason = if reasons.is_empty() { "各项检查均通过".to_owned() } else { reasons.join("；") };
    let (before, after) = (before.outcome.label(), after.outcome.label());
    Ok(vec![again(Subject::Proof, ticket, before.to_owned(), after.to_owned(), reason)])
}
