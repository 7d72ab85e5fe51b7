use super::*;

/// CRC-32 as zip files have it (polynomial 0xEDB88320).
fn crc32(bytes: &[u8]) -> u32 {
    let step = |crc: u32, _| if crc & 1 == 1 { crc >> 1 ^ 0xEDB8_8320 } else { crc >> 1 };
    !bytes.iter().fold(!0, |crc, byte| (0..8).fold(crc ^ u32::from(*byte), step))
}

/// A zip file of stored parts.
fn zip(parts: &[(&str, &str)]) -> Vec<u8> {
    let (mut file, mut directory) = (Vec::new(), Vec::new());
    for (name, text) in parts {
        let at = file.len() as u32;
        let mut fields = vec![20u8, 0, 0, 0, 0, 0, 0, 0, 0, 0];
        fields.extend(crc32(text.as_bytes()).to_le_bytes());
        fields.extend((text.len() as u32).to_le_bytes());
        fields.extend((text.len() as u32).to_le_bytes());
        fields.extend((name.len() as u16).to_le_bytes());
        fields.extend([0, 0]);
        file.extend(b"PK\x03\x04");
        file.extend(&fields);
        file.extend(name.bytes().chain(text.bytes()));
        directory.extend(b"PK\x01\x02\x14\x00");
        directory.extend(&fields);
        directory.extend([0; 10]);
        directory.extend(at.to_le_bytes());
        directory.extend(name.bytes());
    }
    let (at, size) = (file.len() as u32, directory.len() as u32);
    let count = (parts.len() as u16).to_le_bytes();
    file.extend(directory);
    file.extend(b"PK\x05\x06\x00\x00\x00\x00");
    file.extend(
        count.into_iter().chain(count).chain(size.to_le_bytes()).chain(at.to_le_bytes()).chain([0, 0]),
    );
    file
}

/// A workbook whose first sheet has these rows.
fn workbook(rows: &str) -> Vec<u8> {
    let main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
    let relations = "http://schemas.openxmlformats.org/package/2006/relationships";
    let office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
    let sheet = format!(r#"<worksheet xmlns="{main}"><sheetData>{rows}</sheetData></worksheet>"#);
    let book = format!(
        r#"<workbook xmlns="{main}" xmlns:r="{office}"><sheets><sheet name="人员" sheetId="1" r:id="r1"/></sheets></workbook>"#
    );
    let links = format!(
        r#"<Relationships xmlns="{relations}"><Relationship Id="r1" Type="{office}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>"#
    );
    let styles = format!(
        r#"<styleSheet xmlns="{main}"><cellXfs count="2"><xf numFmtId="0"/><xf numFmtId="14"/></cellXfs></styleSheet>"#
    );
    let strings = format!(r#"<sst xmlns="{main}" uniqueCount="1"><si><t>姓名</t></si></sst>"#);
    let package = format!(
        r#"<Relationships xmlns="{relations}"><Relationship Id="r1" Type="{office}/officeDocument" Target="xl/workbook.xml"/></Relationships>"#
    );
    zip(&[
        ("[Content_Types].xml", "<Types/>"),
        ("_rels/.rels", &package),
        ("xl/workbook.xml", &book),
        ("xl/_rels/workbook.xml.rels", &links),
        ("xl/styles.xml", &styles),
        ("xl/sharedStrings.xml", &strings),
        ("xl/worksheets/sheet1.xml", &sheet),
    ])
}

fn reason(file: &[u8]) -> (usize, String) {
    match read(file).unwrap_err() {
        ImportError::Faults(mut faults) => {
            let fault = faults.remove(0);
            (fault.line, fault.reason)
        }
        ImportError::Store(error) => panic!("{error}"),
    }
}

#[test]
fn a_workbook_becomes_text_with_the_row_numbers_that_its_user_sees() {
    let file = workbook(
        r#"<row r="3"><c r="A3" t="s"><v>0</v></c><c r="B3" t="inlineStr"><is><t>电话</t></is></c><c r="C3" t="str"><v>日期</v></c></row>
           <row r="5"><c r="B5"><v>13812345678</v></c><c r="C5" s="1"><v>46023</v></c></row>
           <row r="9"><c r="A9" t="str"><v>李</v></c><c r="B9"><v>1.5</v></c><c r="C9" t="b"><v>1</v></c></row>"#,
    );
    let sheet = read(&file).unwrap();
    assert_eq!(sheet.header, ["姓名", "电话", "日期"]);
    let text = |row: &[&str]| row.iter().map(ToString::to_string).collect::<Vec<_>>();
    assert_eq!(
        sheet.rows,
        [(5, text(&["", "13812345678", "2026-01-01"])), (9, text(&["李", "1.5", "true"]))]
    );
}

#[test]
fn a_cell_that_is_an_error_is_a_fault_of_its_row() {
    let file = workbook(
        r#"<row r="1"><c r="A1" t="str"><v>a</v></c></row><row r="7"><c r="A7" t="e"><v>#N/A</v></c></row>"#,
    );
    let (line, reason) = reason(&file);
    assert!(line == 7 && reason.contains("#N/A"), "{line} {reason}");
}

#[test]
fn far_cells_and_too_many_rows_cost_no_memory() {
    let far = workbook(
        r#"<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"><v>1</v></c></row>"#,
    );
    assert_eq!(reason(&far).0, 1_048_576);
    let rows: String = (1..=MOST_ROWS + 2)
        .map(|row| format!(r#"<row r="{row}"><c r="A{row}"><v>1</v></c></row>"#))
        .collect();
    assert!(reason(&workbook(&rows)).1.contains("行"));
}

#[test]
fn a_workbook_that_would_grow_beyond_reason_is_refused_before_it_is_unpacked() {
    let mut bomb = workbook("");
    let entry = bomb.windows(4).rposition(|window| window == b"PK\x01\x02").unwrap();
    bomb[entry + 24..entry + 28].copy_from_slice(&300_000_000u32.to_le_bytes());
    assert!(reason(&bomb).1.contains("过大"));
    assert_eq!(unpacked_size(&workbook("")).map(|size| size > 500 && size < 5_000), Some(true));
}

#[test]
fn broken_workbooks_are_refused_whatever_byte_is_wrong() {
    let file = workbook(r#"<row r="1"><c r="A1" t="str"><v>a</v></c></row>"#);
    for cut in (4..file.len()).step_by(97) {
        assert!(read(&file[..cut]).is_err(), "cut at {cut}");
    }
    for place in (4..file.len()).step_by(13) {
        let mut odd = file.clone();
        odd[place] ^= 0x55;
        // Either way, it comes back: a panic inside the reader is caught by the caller.
        let _ = std::panic::catch_unwind(|| read(&odd).is_ok());
    }
}
