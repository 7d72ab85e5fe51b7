//! Any register as a file: judged against what exists, then written beside what was there. It refuses to remove an entry:
//! one that is no longer used is put with `active` false.

use std::collections::BTreeMap;

use domain::id::AccountId;
use domain::import::{self, Named, Sheet, StandardRow};
use domain::register::{Entry, Register};
use domain::time::Moment;

use super::{ImportError, Summary};
use crate::repo::{catalogue, registers};
use crate::sql::{On, Result, SqlText, Tx, fetch_all_dyn};
use crate::{fetch_all, fetch_scalar_optional};

/// Codes that a note names at most.
const MOST_TOLD: usize = 10;

/// What the entries of a register may refer to.
pub async fn named(on: impl Into<On<'_>>, register: Register) -> Result<Named> {
    let mut on: On<'_> = on.into();
    let known = catalogue::known(&mut on).await?;
    let staff = fetch_all!(
        &mut on,
        (String, String),
        "select id, username from account where username is not null and active"
    )?;
    let mut people = BTreeMap::new();
    for (id, username) in staff {
        people.insert(username, AccountId::from(id.as_str()));
        people.insert(id.clone(), id.into());
    }
    let above = match register.kind().parent {
        Some(parent) => {
            let mut text = SqlText::new("select code, parent from entry where register = ");
            text.bind(parent.to_string());
            let rows: Vec<(String, Option<String>)> = fetch_all_dyn(&mut on, &text).await?;
            rows.into_iter().collect()
        }
        None => BTreeMap::new(),
    };
    Ok(Named { known, people, above })
}

/// Has the domain judge a sheet.
pub(super) async fn parse(
    on: impl Into<On<'_>>,
    register: Register,
    sheet: &Sheet,
) -> Result<Vec<Entry>, ImportError> {
    Ok(import::registers(sheet, register, &named(on, register).await?)?)
}

/// Writes the entries; `expected`, for items, is "classes/items" as it must be afterwards.
pub(super) async fn write(
    tx: &mut Tx,
    register: Register,
    entries: &[Entry],
    expected: Option<&str>,
    by: &AccountId,
    now: Moment,
) -> Result<Summary, ImportError> {
    registers::put_all(tx, entries, by, now).await?;
    let mut notes = Vec::new();
    let all = registers::count(&mut *tx, &registers::RegisterFilter::of(register)).await?;
    if register == Register::Item {
        let tree = Tree::read(tx).await?;
        check_totals(&tree, expected)?;
        notes.push(format!("{} 大类 {} 小项", tree.classes, tree.items.len()));
        notes.extend(tree.without("没有责任单位", |(_, owner, _)| !*owner));
        notes.extend(tree.without("没有标明实地、材料或问卷", |(_, _, part)| !*part));
    } else if let Some(expected) = expected {
        let right = expected.trim().parse::<i64>().is_ok_and(|expected| expected == all);
        if !right {
            return Err(ImportError::of_file(format!("应有 {expected} 项，导入后实有 {all} 项")));
        }
    }
    notes.push(format!("{}现有 {all} 项在用", register.label()));
    Ok(Summary::of(register.to_string(), entries.len(), notes))
}

/// The items in use: how many classes stand at the top, and code, owner and part of every item below.
struct Tree {
    classes: usize,
    items: Vec<(String, bool, bool)>,
}

impl Tree {
    async fn read(tx: &mut Tx) -> Result<Self> {
        let rows = fetch_all!(
            tx,
            (String, Option<String>, Option<String>, String),
            "select code, parent, department, tags from entry where register = 'item' and active order by code"
        )?;
        let parents: std::collections::BTreeSet<&str> =
            rows.iter().filter_map(|(_, parent, ..)| parent.as_deref()).collect();
        let part = |tags: &str| {
            let tags: Vec<String> = serde_json::from_str(tags).unwrap_or_default();
            domain::register::PARTS.iter().any(|(word, _)| tags.iter().any(|tag| tag == word))
        };
        // What has a parent and no children is an item; what stands between is neither class nor item.
        let items = rows
            .iter()
            .filter(|(code, parent, ..)| parent.is_some() && !parents.contains(code.as_str()))
            .map(|(code, _, owner, tags)| (code.clone(), owner.is_some(), part(tags)))
            .collect();
        Ok(Self { classes: rows.iter().filter(|(_, parent, ..)| parent.is_none()).count(), items })
    }

    /// Tells how many items lack something, and which.
    fn without(&self, what: &str, lacks: impl Fn(&(String, bool, bool)) -> bool) -> Option<String> {
        let lacking: Vec<&str> =
            self.items.iter().filter(|item| lacks(item)).map(|(code, ..)| code.as_str()).collect();
        let more = if lacking.len() > MOST_TOLD { " 等" } else { "" };
        let told = lacking.iter().take(MOST_TOLD).copied().collect::<Vec<_>>().join("、");
        (!lacking.is_empty()).then(|| format!("{} 项{what}：{told}{more}", lacking.len()))
    }
}

/// Refuses totals that are not those which the test system announced, written `49/576`.
fn check_totals(tree: &Tree, expected: Option<&str>) -> Result<(), ImportError> {
    let Some(expected) = expected else { return Ok(()) };
    let wanted = expected.split_once('/').and_then(|(classes, items)| {
        Some((classes.trim().parse::<usize>().ok()?, items.trim().parse::<usize>().ok()?))
    });
    let Some((classes, items)) = wanted else {
        return Err(ImportError::of_file("expected 须写作 大类数/小项数，例如 49/576"));
    };
    if (classes, items) == (tree.classes, tree.items.len()) {
        return Ok(());
    }
    Err(ImportError::of_file(format!(
        "应为 {classes} 大类 {items} 小项，实为 {} 大类 {} 小项",
        tree.classes,
        tree.items.len()
    )))
}

/// Keeps a standard's wording when it differs from the last one kept.
pub(super) async fn keep_standard(tx: &mut Tx, row: &StandardRow, now: Moment) -> Result<bool> {
    let same = fetch_scalar_optional!(
        &mut *tx,
        i64,
        "select version from standard_version v where code = $1 and version =
           (select max(version) from standard_version w where w.code = v.code)
         and category = $2 and name = $3 and opens_when = $4 and limit_amount = $5 and limit_unit = $6
         and closes_when = $7 and source = $8",
        row.code.as_str(),
        row.category.as_str(),
        row.name.as_str(),
        row.opens_when.as_str(),
        i64::from(row.limit.amount),
        row.limit.unit.to_string(),
        row.closes_when.as_str(),
        row.source.as_str()
    )?;
    if same.is_some() {
        return Ok(false);
    }
    crate::execute!(
        tx,
        "insert into standard_version (code, version, category, name, opens_when, limit_amount, limit_unit,
           closes_when, source, imported_at)
         values ($1, (select cast(coalesce(max(version), 0) + 1 as bigint) from standard_version where code = $1),
           $2, $3, $4, $5, $6, $7, $8, $9)",
        row.code.as_str(),
        row.category.as_str(),
        row.name.as_str(),
        row.opens_when.as_str(),
        i64::from(row.limit.amount),
        row.limit.unit.to_string(),
        row.closes_when.as_str(),
        row.source.as_str(),
        now.ms()
    )?;
    Ok(true)
}
