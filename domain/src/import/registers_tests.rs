use super::*;
use crate::id::GridCode;

fn sheet(text: &str) -> Sheet {
    let mut lines = text.lines().map(|line| line.split('|').map(str::to_owned).collect::<Vec<_>>());
    let header = lines.next().unwrap_or_default();
    Sheet { header, rows: lines.enumerate().map(|(i, cells)| (i + 2, cells)).collect() }
}

fn named() -> Named {
    let known = Known {
        departments: ["office", "area-a", "ext-gas"].into_iter().map(Into::into).collect(),
        categories: ["06010", "09020"].into_iter().map(Into::into).collect(),
        grids: [(Layer::Community, GridCode::from("370215001001001"))].into_iter().collect(),
    };
    let people =
        ["leader", "u-1"].into_iter().map(|name| (name.to_owned(), AccountId::from("u-1"))).collect();
    Named { known, people, above: BTreeMap::new() }
}

fn places(text: &str, register: Register) -> Vec<(usize, String)> {
    let faults = registers(&sheet(text), register, &named()).unwrap_err();
    faults.into_iter().map(|fault| (fault.line, fault.column)).collect()
}

fn at(expected: &[(usize, &str)]) -> Vec<(usize, String)> {
    expected.iter().map(|(line, column)| (*line, (*column).to_owned())).collect()
}

#[test]
fn an_item_file_with_chinese_headers_becomes_a_tree_with_three_owners() {
    let text = "编码|名称|上级编码|责任单位|分管领导|责任人|标签\n1|市容环境||||\n1.1|主次干道|1|area-a|leader|u-1|实地；创城";
    let entries = registers(&sheet(text), Register::Item, &named()).unwrap();
    assert_eq!(entries[1].parent.as_deref(), Some("1"));
    assert_eq!(entries[1].tags, ["site", "创城"]);
    assert_eq!((&entries[1].leader, &entries[1].person), (&Some("u-1".into()), &Some("u-1".into())));
}

#[test]
fn unknown_units_people_grids_categories_and_parents_are_named_by_line_and_column() {
    let text = "code|name|parent|department|person|category\n\
                a|甲|zz|nowhere|nobody|0602\n\
                a|乙|a|office||0601";
    assert_eq!(
        places(text, Register::Item),
        at(&[(2, "person"), (2, "department"), (2, "category"), (2, "parent"), (3, "parent"), (3, "code")])
    );
    let text = "code|name|department|layer|grid\nr|燃气|ext-gas|community|370215001001001\ns|供水|ext-gas|area|370215009";
    assert_eq!(places(text, Register::Receiver), at(&[(3, "grid")]));
}

#[test]
fn parents_that_lead_back_through_the_file_are_refused() {
    let text = "code|name|parent\na|甲|c\nb|乙|a\nc|丙|b\nd|丁|";
    assert_eq!(places(text, Register::Item), at(&[(2, "parent"), (3, "parent"), (4, "parent")]));
}

#[test]
fn dates_weights_and_columns_of_other_registers_are_refused() {
    let text = "code|name|from_day|to_day|weight|status\n\
                a|甲|2026-03-01|2026-02-01|-1|doing\n\
                b|乙||2026-02-30||\n\
                c|丙||2026-12-31||半途";
    assert_eq!(
        places(text, Register::Project),
        at(&[(2, "weight"), (2, "to_day"), (3, "to_day"), (4, "status")])
    );
    let faults = registers(&sheet("code|name|heading\na|甲|1"), Register::Item, &named()).unwrap_err();
    assert_eq!((faults[0].line, faults[0].column.as_str()), (1, "heading"));
}

#[test]
fn a_camera_needs_its_datum_and_a_contractor_weighs_units_that_exist() {
    let text = "code|name|longitude|latitude|coord_type|heading\n\
                c1|路口|120.45|36.39|wgs84|90\n\
                c2|路口|120.45|36.39||90\n\
                c3|路口|220.45|36.39|wgs84|400";
    assert_eq!(places(text, Register::Camera), at(&[(3, "coord_type"), (4, "longitude"), (4, "heading")]));
    let text =
        "code|name|weights\nk|公司|area-a:0.6；office：0.4\nl|公司|nowhere:1\nm|公司|area-a:-1\nn|公司|0.6";
    assert_eq!(places(text, Register::Contractor), at(&[(3, "weights"), (4, "weights"), (5, "weights")]));
}

#[test]
fn a_receiving_unit_has_four_projects_to_build_unless_the_file_says_otherwise() {
    let text = "code|name|department|layer|grid|target|done\n\
                a|燃气|ext-gas|community|370215001001001||2\nb|燃气|ext-gas|community|370215001001001|6|";
    let entries = registers(&sheet(text), Register::Receiver, &named()).unwrap();
    assert_eq!((entries[0].target, entries[0].count("done"), entries[1].target), (Some(4), Some(2), Some(6)));
}
