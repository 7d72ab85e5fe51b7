use super::*;
use crate::Pool;
use crate::repo::people::{
    Refresh, family_of, open_family, revoke_family, store_refresh, sweep_tokens, use_refresh,
};
use crate::sql::testing::databases;

const GRACE: i64 = 10_000;

fn at(ms: i64) -> Moment {
    Moment::from_ms(ms)
}

async fn staff(pool: &Pool, id: &str, role: Role, unit: Option<&str>, created: i64, active: bool) {
    let mut tx = pool.write().await.unwrap();
    if let Some(unit) = unit {
        let sql = "insert into department (code, name, kind, imported_at) values ($1, $1, 'block', 0) on conflict do nothing";
        execute!(tx, sql, unit).unwrap();
    }
    execute!(
        tx,
        "insert into account (id, role, name, username, department, demo, active, created_at)
         values ($1, $2, $1, $1, $3, false, $4, $5)",
        id,
        role.to_string(),
        unit,
        active,
        created
    )
    .unwrap();
    tx.commit().await.unwrap();
}

async fn citizen(pool: &Pool, openid: &str) -> (Account, bool) {
    let mut tx = pool.write().await.unwrap();
    let made = by_openid_or_create(&mut tx, openid, at(1)).await.unwrap();
    tx.commit().await.unwrap();
    made
}

#[tokio::test]
async fn a_wechat_user_gets_one_account_however_often_they_come() {
    for db in databases().await {
        let (first, new) = citizen(&db.pool, "o-1").await;
        assert!(new && first.role == Role::Citizen && first.active && !first.demo);
        let (again, new) = citizen(&db.pool, "o-1").await;
        assert_eq!((again.id.clone(), new), (first.id.clone(), false));
        assert_ne!(citizen(&db.pool, "o-2").await.0.id, first.id);
        assert_eq!(account(&db.pool, &first.id).await.unwrap(), Some(first));
        assert_eq!(by_username(&db.pool, "o-1").await.unwrap(), None, "nobody logs in without a password");
    }
}

#[tokio::test]
async fn a_unit_without_head_is_answered_for_by_a_handler_and_then_by_a_dispatcher() {
    for db in databases().await {
        let pool = &db.pool;
        let unit = DepartmentCode::from("u");
        assert_eq!(head_of(pool, &unit).await.unwrap(), None);
        let who = async || head_of(pool, &unit).await.unwrap().unwrap().account.to_string();
        staff(pool, "late", Role::Dispatcher, None, 9, true).await;
        staff(pool, "early", Role::Dispatcher, None, 5, true).await;
        staff(pool, "gone", Role::UnitHead, Some("u"), 1, false).await;
        staff(pool, "other", Role::UnitHead, Some("v"), 1, true).await;
        staff(pool, "leader", Role::Leader, Some("u"), 1, true).await;
        assert_eq!(who().await, "early");
        staff(pool, "hand", Role::Handler, Some("u"), 3, true).await;
        assert_eq!(who().await, "hand");
        staff(pool, "head", Role::UnitHead, Some("u"), 9, true).await;
        assert_eq!(who().await, "head");
        let of_unit = accounts_of_department(pool, &unit, &[Role::UnitHead, Role::Handler]).await.unwrap();
        assert_eq!(of_unit.iter().map(|a| a.id.as_str()).collect::<Vec<_>>(), ["hand", "head"]);
        assert_eq!(accounts_of_department(pool, &unit, &[]).await.unwrap(), []);
        assert_eq!(accounts_by_role(pool, Role::UnitHead).await.unwrap().len(), 2);
    }
}

#[tokio::test]
async fn a_refresh_token_is_good_once_and_its_late_repeat_ends_the_family() {
    for db in databases().await {
        let (account, _) = citizen(&db.pool, "o").await;
        let mut tx = db.pool.write().await.unwrap();
        let tx = &mut tx;
        let family = open_family(tx, &account.id, at(0)).await.unwrap();
        store_refresh(tx, &family, "one", at(0), at(100_000)).await.unwrap();
        store_refresh(tx, &family, "two", at(0), at(100_000)).await.unwrap();
        assert_eq!(use_refresh(tx, "none", at(1), GRACE).await.unwrap(), Refresh::Unknown);
        assert_eq!(use_refresh(tx, "two", at(100_000), GRACE).await.unwrap(), Refresh::Expired);
        let (account, family) = (account.id.clone(), family);
        let fresh = Refresh::Fresh { account: account.clone(), family: family.clone() };
        assert_eq!(use_refresh(tx, "one", at(1_000), GRACE).await.unwrap(), fresh);
        let grace = Refresh::Grace { account, family: family.clone() };
        assert_eq!(use_refresh(tx, "one", at(11_000), GRACE).await.unwrap(), grace);
        assert_eq!(use_refresh(tx, "one", at(11_001), GRACE).await.unwrap(), Refresh::Replayed);
        assert_eq!(
            use_refresh(tx, "two", at(12_000), GRACE).await.unwrap(),
            Refresh::Unknown,
            "its family ended"
        );
        assert_eq!(family_of(&mut *tx, "two").await.unwrap(), Some(family));
        assert_eq!(sweep_tokens(tx, at(100_001)).await.unwrap(), 2);
        assert_eq!(fetch_all!(tx, (String,), "select id from token_family").unwrap(), []);
    }
}

#[tokio::test]
async fn logging_out_and_shutting_out_make_tokens_unknown() {
    for db in databases().await {
        let (account, _) = citizen(&db.pool, "o").await;
        let mut tx = db.pool.write().await.unwrap();
        let tx = &mut tx;
        let one = open_family(tx, &account.id, at(0)).await.unwrap();
        let two = open_family(tx, &account.id, at(0)).await.unwrap();
        store_refresh(tx, &one, "one", at(0), at(9)).await.unwrap();
        store_refresh(tx, &two, "two", at(0), at(9)).await.unwrap();
        revoke_family(tx, &one, at(1)).await.unwrap();
        assert_eq!(use_refresh(tx, "one", at(1), GRACE).await.unwrap(), Refresh::Unknown);
        execute!(&mut *tx, "update account set active = false").unwrap();
        assert_eq!(use_refresh(tx, "two", at(1), GRACE).await.unwrap(), Refresh::Unknown);
    }
}

#[tokio::test]
async fn many_accounts_come_with_their_own_grids() {
    for db in databases().await {
        staff(&db.pool, "a", Role::GridWorker, Some("u"), 1, true).await;
        staff(&db.pool, "b", Role::GridWorker, Some("u"), 2, true).await;
        let mut tx = db.pool.write().await.unwrap();
        for (id, layer, grid) in [("a", "community", "1"), ("a", "area", "2"), ("b", "community", "1")] {
            execute!(tx, "insert into account_grid values ($1, $2, $3)", id, layer, grid).unwrap();
        }
        tx.commit().await.unwrap();
        let found = accounts(&db.pool, &["b".into(), "a".into(), "x".into()]).await.unwrap();
        let grids: Vec<_> = found.iter().map(|a| (a.id.as_str(), a.grids.clone())).collect();
        let (one, two) = ((Layer::Community, GridCode::from("1")), (Layer::Area, GridCode::from("2")));
        assert_eq!(grids, [("a", vec![two.clone(), one.clone()]), ("b", vec![one.clone()])]);
        assert_eq!(actor_of(&found[0]).grids, [one.clone(), two].into());
        let near = accounts_of_grid(&db.pool, one.0, &one.1, Role::GridWorker).await.unwrap();
        assert_eq!(near.iter().map(|a| a.id.as_str()).collect::<Vec<_>>(), ["a", "b"]);
    }
}
