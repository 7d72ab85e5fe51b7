//! Services and requests in the words of Open311 GeoReport v2. It refuses to show more than place, category, unit and state:
//! a reporter's words and pictures stay here.

use domain::geo::datum::CoordType;
use domain::geo::grid::Layer;
use domain::import::CategoryRow;
use domain::time::Moment;
use serde_json::{Value, json};
use store::repo::district::{Books, standards_of};
use store::repo::georeport::Request;

use super::Frame;
use super::place::shown;

/// A category as a service.
pub fn service(books: &Books, category: &CategoryRow) -> Value {
    let standard = standards_of(books, &category.code).first();
    json!({
        "service_code": category.code,
        "service_name": category.name,
        "description": standard.map_or(category.name.as_str(), |standard| &standard.opens_when),
        "metadata": false,
        "type": "realtime",
        "keywords": "",
        "group": category.workline.label(),
    })
}

/// A ticket as a request.
pub fn request(frame: &Frame<'_>, one: &Request) -> Value {
    let category = one.category.as_ref().map(|code| frame.category(code));
    let community = one.community.as_ref().map(|code| frame.grid(Layer::Community, code).name);
    let point = one.at.map(|at| shown(CoordType::Wgs84, at).map(|degrees| (degrees * 1e6).round() / 1e6));
    let open = one.stage.is_open();
    // The standard's sign of closing: the last update is the closing.
    let updated = one.struck_off_at.filter(|_| !open).unwrap_or(one.updated_at);
    json!({
        "service_request_id": one.id,
        "status": if open { "open" } else { "closed" },
        "status_notes": one.stage.label(),
        "service_name": category.as_ref().map(|category| &category.name),
        "service_code": category.as_ref().map(|category| &category.code),
        "description": category.as_ref().map(|category| &category.name),
        "agency_responsible": one.lead.as_ref().map(|code| frame.unit(code).name),
        "service_notice": one.number.as_ref().map(|number| format!("案件编号 {number}")),
        "requested_datetime": written(one.opened_at),
        "updated_datetime": written(updated),
        "expected_datetime": one.due_at.filter(|_| open).map(written),
        "address": community,
        "address_id": null,
        "zipcode": null,
        "lat": point.map(|[_, lat]| lat),
        "long": point.map(|[lon, _]| lon),
        "media_url": null,
    })
}

/// Whole seconds with their zone.
fn written(at: Moment) -> String {
    Moment::from_ms(at.ms().div_euclid(1000) * 1000).to_string().replacen(".000", "", 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_has_a_zone_and_no_fraction() {
        let at = Moment::parse("2026-02-16T01:05:59.987Z").unwrap();
        assert_eq!(written(at), "2026-02-16T09:05:59+08:00");
    }
}
