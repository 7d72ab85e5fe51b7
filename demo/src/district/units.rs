//! The made-up organisation: area teams (块), line bureaus (条), the office with its function teams, the
//! dispatch desk, outside units, and the demo people. It refuses real persons: names, phone numbers
//! and the one password are invented, and the server refuses that password outside demo mode.

use super::layers::{Layer, area_code};
use super::places::{PLACES, STORY};
use super::table::Table;

/// The password of every demo account.
pub const PASSWORD: &str = "demo-2026";

/// Workline code, its bureau's name.
pub const LINES: [(&str, &str); 7] = [
    ("sanitation", "环境卫生专班"),
    ("roads", "道路街巷专班"),
    ("trading", "经营秩序专班"),
    ("traffic", "交通秩序专班"),
    ("signage", "户外广告专班"),
    ("housing", "居住小区专班"),
    ("service", "窗口服务专班"),
];

/// The dispatch desk, the office and its four function teams: code, name, parent.
const CENTER: [(&str, &str, &str); 6] = [
    ("office", "区创城办", ""),
    ("center", "区城市运行指挥中心（督查专号）", "office"),
    ("office-intake", "创城办问题收集组", "office"),
    ("office-patrol", "创城办巡查督导组", "office"),
    ("office-publicity", "创城办信息宣传组", "office"),
    ("office-system", "创城办制度建设组", "office"),
];

/// Units outside the district's chain that take part by 双报到.
const EXTERNAL: [(&str, &str); 5] = [
    ("ext-power", "供电公司（双报到）"),
    ("ext-water", "供水公司（双报到）"),
    ("ext-gas", "燃气公司（双报到）"),
    ("ext-heat", "热力公司（双报到）"),
    ("ext-telecom", "通信运营企业（双报到）"),
];

/// Areas that have a demo 网格员 besides the three of the story's area.
const WORKER_AREAS: [usize; 9] = [1, 2, 3, 4, 5, 6, 9, 11, 12];

/// `departments.csv`.
pub fn departments() -> String {
    let mut table = Table::new(&["code", "name", "kind", "parent", "workline", "area"]);
    for (code, name, parent) in CENTER {
        table.push(&[code, name, "center", parent, "", ""]);
    }
    for (i, place) in PLACES.iter().enumerate() {
        let (code, name) = (area_team(i), format!("{}片区组", place.name));
        table.push(&[&code, &name, "block", "office", "", &area_code(i)]);
    }
    for (line, name) in LINES {
        table.push(&[&format!("line-{line}"), name, "line", "office", line, ""]);
    }
    for (code, name) in EXTERNAL {
        table.push(&[code, name, "external", "", "", ""]);
    }
    table.finish()
}

/// Code of an area's team.
fn area_team(area: usize) -> String {
    format!("area-{}", PLACES[area].word)
}

/// The rows of `people.csv` being gathered; names and phone numbers follow the order.
struct Roll {
    table: Table,
    count: usize,
}

impl Roll {
    fn add(&mut self, username: &str, role: &str, department: &str, grids: &str, side: &str) {
        let phone = format!("100{:08}", self.count + 1);
        let name = person_name(self.count);
        self.table.push(&[username, &name, role, department, grids, &phone, side, PASSWORD]);
        self.count += 1;
    }
}

/// A made-up personal name, different for every number below 400.
fn person_name(number: usize) -> String {
    const FAMILY: [&str; 20] = [
        "王", "李", "张", "刘", "陈", "杨", "赵", "黄", "周", "吴", "徐", "孙", "于", "姜", "宋", "林", "郑",
        "曲", "蓝", "韩",
    ];
    const GIVEN: [&str; 20] = [
        "示一", "示二", "示三", "示四", "示五", "示六", "示七", "示八", "示九", "示十", "例一", "例二",
        "例三", "例四", "例五", "例六", "例七", "例八", "例九", "例十",
    ];
    format!("{}{}", FAMILY[number % FAMILY.len()], GIVEN[number / FAMILY.len() % GIVEN.len()])
}

/// `people.csv`; grid workers get community grids, the first one those of the story.
pub fn people(community: &Layer, inspection: &Layer) -> String {
    let header = ["username", "name", "role", "department", "grids", "phone", "inspector_side", "password"];
    let mut roll = Roll { table: Table::new(&header), count: 0 };
    add_desk(&mut roll);
    for (i, place) in PLACES.iter().enumerate() {
        roll.add(&format!("head-{}", place.word), "unit_head", &area_team(i), "", "");
        roll.add(&format!("handler-{}", place.word), "handler", &area_team(i), "", "");
    }
    for (line, _) in LINES {
        roll.add(&format!("head-{line}"), "unit_head", &format!("line-{line}"), "", "");
        roll.add(&format!("handler-{line}"), "handler", &format!("line-{line}"), "", "");
    }
    for (code, _) in EXTERNAL {
        roll.add(&format!("head-{code}"), "unit_head", code, "", "");
    }
    let own = add_workers(&mut roll, community, inspection);
    add_others(&mut roll, &own);
    roll.table.finish()
}

fn add_desk(roll: &mut Roll) {
    roll.add("admin", "admin", "center", "", "");
    roll.add("leader", "leader", "office", "", "");
    roll.add("integration", "integration", "center", "", "");
    roll.add("head-center", "unit_head", "center", "", "");
    roll.add("dispatcher1", "dispatcher", "center", "", "");
    roll.add("dispatcher2", "dispatcher", "center", "", "");
    roll.add("inspector-supervision1", "inspector", "office-patrol", "", "supervision");
    roll.add("inspector-supervision2", "inspector", "office-patrol", "", "supervision");
    roll.add("inspector-industry1", "inspector", "line-sanitation", "", "industry");
    roll.add("inspector-industry2", "inspector", "line-trading", "", "industry");
}

/// The 网格员; the grids of the story's own.
fn add_workers(roll: &mut Roll, community: &Layer, inspection: &Layer) -> String {
    let patch = |layer: &Layer| {
        layer.grids.iter().find(|g| g.holds(STORY)).map(|g| format!("{}:{}", layer.word, g.code))
    };
    let own: Vec<String> = patch(community).into_iter().chain(patch(inspection)).collect();
    roll.add("grid-huanxiu1", "grid_worker", &area_team(0), &own.join(";"), "");
    let story = community.grids.iter().position(|g| g.holds(STORY)).unwrap_or(0);
    for (turn, grid) in community.grids.iter().skip(story + 1).take(2).enumerate() {
        let username = format!("grid-huanxiu{}", turn + 2);
        roll.add(&username, "grid_worker", &area_team(0), &format!("community:{}", grid.code), "");
    }
    for area in WORKER_AREAS {
        let parent = area_code(area);
        let first = community.grids.iter().filter(|g| g.parent == parent).take(2);
        let grids: Vec<String> = first.map(|g| format!("community:{}", g.code)).collect();
        let username = format!("grid-{}1", PLACES[area].word);
        roll.add(&username, "grid_worker", &area_team(area), &grids.join(";"), "");
    }
    own.join(";")
}

/// Those who command, coordinate, publish, look for causes, watch, visit in secret and sweep.
fn add_others(roll: &mut Roll, grids: &str) {
    roll.add("command", "command", "center", "", "");
    roll.add("coordinator", "coordinator", "office", "", "");
    roll.add("publicity", "publicity", "office-publicity", "", "");
    roll.add("institution", "institution", "office-system", "", "");
    roll.add("oversight", "oversight", "office", "", "");
    roll.add("visitor1", "visitor", "office-patrol", "", "");
    roll.add("visitor2", "visitor", "office-patrol", "", "");
    roll.add("crew1", "crew", "line-sanitation", grids, "");
}
