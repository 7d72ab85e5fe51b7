//! The document against the program: routes, words and error codes agree both ways, and the file is what is served.

use std::collections::BTreeSet;
use std::fmt::{Debug, Display};

use api::error::Kind;
use api::routes::ROUTES;
use api::sign::Size;
use domain::act::{ActKind, ActState, Move, ReasonCode};
use domain::actor::{Role, Side};
use domain::clock::limit::LimitUnit;
use domain::clock::reckon::{ClockState, PauseReason};
use domain::dedupe;
use domain::evidence::{LocationSource, TimeSource};
use domain::geo::datum::CoordType;
use domain::geo::grid::Layer;
use domain::import::{DepartmentKind, LeadBy};
use domain::job::JobKind;
use domain::paper::{PaperAction, PaperKind, PaperState};
use domain::photo::change::Finding as ChangeFinding;
use domain::photo::{Anomaly, Format};
use domain::programme::{Part, ProgrammeKind, ProgrammeState, TaskState, Verb};
use domain::proof::{Channel, CheckName, Outcome};
use domain::register::Register;
use domain::stats::board::BoardName;
use domain::stats::tally::Dimension;
use domain::ticket::action::{ActionKind, SupervisionLevel};
use domain::ticket::attention::AttentionKind;
use domain::ticket::event::{Cause, ClosePolicy, Finding, Patrol, Priority, Source};
use domain::ticket::permit::PERMITS;
use domain::ticket::refusal::Need;
use domain::ticket::state::Stage;
use domain::workline::Workline;
use serde::de::DeserializeOwned;
use serde_json::Value;
use store::repo::import::Table;
use store::repo::photos::PhotoState;
use strum::VariantArray;
use tests::City;
use tests::contract::{contract, entries};

type Words = BTreeSet<String>;

fn schema(name: &str) -> &'static Value {
    &contract().document["components"]["schemas"][name]
}

fn words(values: &Value) -> Words {
    values.as_array().into_iter().flatten().filter_map(Value::as_str).map(ToOwned::to_owned).collect()
}

/// The words of an enumeration, from serde's own complaint about a word that it does not know.
fn read_by<T: DeserializeOwned + Debug>() -> Words {
    let complaint = serde_json::from_str::<T>("\"?\"").expect_err("? is no word of ours").to_string();
    complaint.split('`').skip(3).step_by(2).map(ToOwned::to_owned).collect()
}

fn listed<T: VariantArray + Display>() -> Words {
    T::VARIANTS.iter().map(ToString::to_string).collect()
}

/// Every word list of the program that the document repeats.
fn vocabularies() -> Vec<(&'static str, Words)> {
    let mut import_kinds = listed::<Table>();
    import_kinds.extend(["grids".to_owned(), "patches".to_owned()]);
    import_kinds.extend(listed::<Register>());
    vec![
        ("ActKind", read_by::<ActKind>()),
        ("ActMove", read_by::<Move>()),
        ("ActState", read_by::<ActState>()),
        ("ActionKind", read_by::<ActionKind>()),
        ("Anomaly", read_by::<Anomaly>()),
        ("AttentionKind", read_by::<AttentionKind>()),
        ("Cause", read_by::<Cause>()),
        ("BoardName", read_by::<BoardName>()),
        ("Channel", read_by::<Channel>()),
        ("CheckName", read_by::<CheckName>()),
        ("ChangeFinding", read_by::<ChangeFinding>()),
        ("ClockState", read_by::<ClockState>()),
        ("ClosePolicy", read_by::<ClosePolicy>()),
        ("CoordType", read_by::<CoordType>()),
        ("DecisionSubject", read_by::<domain::explain::Subject>()),
        ("DepartmentKind", read_by::<DepartmentKind>()),
        ("Dimension", read_by::<Dimension>()),
        ("DuplicateVerdict", read_by::<dedupe::Verdict>()),
        ("Finding", read_by::<Finding>()),
        ("ImageSize", read_by::<Size>()),
        ("ImportKind", import_kinds),
        ("JobKind", listed::<JobKind>()),
        ("Layer", read_by::<Layer>()),
        ("LeadBy", read_by::<LeadBy>()),
        ("LimitUnit", read_by::<LimitUnit>()),
        ("LocationSource", read_by::<LocationSource>()),
        ("Need", listed::<Need>()),
        ("Outcome", read_by::<Outcome>()),
        ("Patrol", read_by::<Patrol>()),
        ("PaperAction", read_by::<PaperAction>()),
        ("PaperKind", read_by::<PaperKind>()),
        ("PaperState", read_by::<PaperState>()),
        ("PauseReason", read_by::<PauseReason>()),
        ("PhotoFormat", read_by::<Format>()),
        ("PhotoState", read_by::<PhotoState>()),
        ("Priority", read_by::<Priority>()),
        ("ProgrammeKind", read_by::<ProgrammeKind>()),
        ("ProgrammePart", read_by::<Part>()),
        ("ProgrammeState", read_by::<ProgrammeState>()),
        ("ProgrammeVerb", read_by::<Verb>()),
        ("ReasonCode", read_by::<ReasonCode>()),
        ("Register", read_by::<Register>()),
        ("Role", read_by::<Role>()),
        ("Side", read_by::<Side>()),
        ("Source", read_by::<Source>()),
        ("Stage", read_by::<Stage>()),
        ("SupervisionLevel", read_by::<SupervisionLevel>()),
        ("TaskState", read_by::<TaskState>()),
        ("TimeSource", read_by::<TimeSource>()),
        ("Workline", read_by::<Workline>()),
    ]
}

/// Words that only views know: no reader of theirs exists, so the suite's answers are their check.
const WORDS_OF_VIEWS: [&str; 6] =
    ["IntervalWord", "PhotoPart", "PlaceCode", "RequestKind", "StampStep", "TaskVerb"];

#[test]
fn the_document_has_the_routes_of_the_server_and_no_other() {
    let registered: BTreeSet<_> =
        ROUTES.iter().map(|route| format!("{} {}", route.method, route.path)).collect();
    let documented: BTreeSet<_> =
        contract().operations().map(|(method, path, _)| format!("{method} {path}")).collect();
    assert_eq!(registered, documented);
}

#[test]
fn a_route_takes_a_query_exactly_when_the_document_names_a_parameter_of_one() {
    for (method, path, operation) in contract().operations() {
        let parameters = operation["parameters"].as_array().into_iter().flatten();
        let documented =
            parameters.map(|parameter| contract().resolve(parameter)).any(|p| p["in"] == "query");
        let route = ROUTES.iter().find(|route| route.method == method && route.path == path);
        assert_eq!(route.map(|route| route.query), Some(documented), "{method} {path}");
    }
}

#[test]
fn every_word_list_of_the_document_is_that_of_the_program() {
    let vocabularies = vocabularies();
    for (name, known) in &vocabularies {
        assert_eq!(&words(&schema(name)["enum"]), known, "{name}");
    }
    let compared: BTreeSet<_> = vocabularies.iter().map(|(name, _)| *name).chain(WORDS_OF_VIEWS).collect();
    let lists = entries(&contract().document["components"]["schemas"])
        .filter(|(_, schema)| schema.get("enum").is_some());
    assert_eq!(
        lists.map(|(name, _)| name).collect::<BTreeSet<_>>(),
        compared,
        "a list that nothing is compared with"
    );
}

#[test]
fn every_action_of_a_person_has_its_own_body_and_the_machines_have_none() {
    let people_may =
        |kind: &&ActionKind| PERMITS.iter().any(|p| p.action == **kind && p.role != Role::System);
    let allowed: Words = ActionKind::VARIANTS.iter().filter(people_may).map(ToString::to_string).collect();
    let request = schema("ActionRequest");
    let bodies = request["oneOf"].as_array().into_iter().flatten().map(|body| contract().resolve(body));
    let documented: Words = bodies
        .filter_map(|body| body["properties"]["action"]["const"].as_str())
        .map(ToOwned::to_owned)
        .collect();
    assert_eq!(documented, allowed);
    for (action, target) in entries(&request["discriminator"]["mapping"]) {
        let body = contract().document.pointer(target.as_str().unwrap().trim_start_matches('#')).unwrap();
        assert_eq!(body["properties"]["action"]["const"], action);
    }
}

#[test]
fn the_catalogue_of_error_codes_is_the_table_of_the_server() {
    let table: BTreeSet<_> = Kind::VARIANTS
        .iter()
        .map(|kind| (u64::from(kind.code()), format!("{kind:?}"), kind.message().to_owned()))
        .collect();
    let catalogue = contract().document["x-error-codes"].as_array().unwrap();
    let word = |row: &Value, name: &str| row[name].as_str().unwrap_or_default().to_owned();
    let documented: BTreeSet<_> = catalogue
        .iter()
        .map(|row| (row["code"].as_u64().unwrap_or(0), word(row, "name"), word(row, "message")))
        .collect();
    assert_eq!(documented, table);
    let of_answers: BTreeSet<u64> = entries(&contract().document["components"]["responses"])
        .map(|(_, answer)| &answer["content"]["application/json"]["schema"]["properties"]["code"])
        .flat_map(|code| code["enum"].as_array().cloned().unwrap_or_else(|| vec![code["const"].clone()]))
        .filter_map(|code| code.as_u64())
        .collect();
    assert_eq!(
        of_answers,
        table.iter().map(|(code, ..)| *code).collect(),
        "codes that no documented answer carries"
    );
}

#[test]
fn every_object_of_the_document_is_closed() {
    fn open_places(at: &str, value: &Value, found: &mut Vec<String>) {
        if value["type"] == "object" && value.get("additionalProperties").is_none() {
            found.push(at.to_owned());
        }
        let inner = entries(value).map(|(name, inner)| (name.to_owned(), inner));
        let items =
            value.as_array().into_iter().flatten().enumerate().map(|(n, inner)| (n.to_string(), inner));
        for (name, inner) in inner.chain(items) {
            open_places(&format!("{at}/{name}"), inner, found);
        }
    }
    let mut found = Vec::new();
    open_places("", &contract().document["components"], &mut found);
    open_places("", &contract().document["paths"], &mut found);
    assert!(found.is_empty(), "{found:#?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_server_serves_this_very_document_and_a_page_of_it() {
    let city = City::start().await;
    let nobody = city.nobody();
    let served = nobody.get("/openapi.yaml").await.unwrap();
    assert!(
        served.body == tests::contract::YAML.as_bytes(),
        "the server was built with another openapi.yaml"
    );
    let page = String::from_utf8(nobody.get("/docs").await.unwrap().body).unwrap();
    for (method, path, operation) in contract().operations() {
        let summary = operation["summary"].as_str().unwrap_or("no summary");
        assert!(page.contains(&format!("<code>{path}</code> {summary}")), "{method} {path}: {summary}");
    }
    city.finish().await;
}
