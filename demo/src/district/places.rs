//! Where things are in the illustrative district: the coarse outline, the fifteen area centres and the
//! four points of the story, all WGS-84 (longitude, latitude). It refuses to be a map: every figure is
//! made up around the true names, good for a demonstration and nothing else.

/// Code of the district, the root of every parent chain.
pub const DISTRICT: &str = "370215";

/// Said in every file that the generator writes.
pub const NOTE: &str = "示意图形，并非真实边界（illustrative, not the real boundary）";

/// Well inside one community grid of 环秀街道, at least 60 m from any edge of any layer.
pub const STORY: (f64, f64) = (120.46, 36.3605);
/// Five metres inside the community grid of STORY, beside the border of the next one.
pub const BORDER: (f64, f64) = (120.463930, 36.359430);
/// 400 m from STORY inside the same area.
pub const FAR: (f64, f64) = (120.462231, 36.357378);
/// More than 3 km outside the district.
pub const OUTSIDE: (f64, f64) = (120.05, 36.30);

/// Middle of the built-up area, where the mesh is finest.
pub const CORE: (f64, f64) = (120.46, 36.37);

/// Metres in a degree of longitude and of latitude at 36.45° N; constants keep the drawing the same everywhere.
pub const METRES: (f64, f64) = (89_600.0, 110_950.0);

/// One 街道 or 镇: its short word for user names, its name and the centre it grows from.
pub struct Place {
    /// Pinyin word used in department codes and user names.
    pub word: &'static str,
    /// Chinese name.
    pub name: &'static str,
    /// Made-up centre, WGS-84.
    pub centre: (f64, f64),
}

const fn place(word: &'static str, name: &'static str, lon: f64, lat: f64) -> Place {
    Place { word, name, centre: (lon, lat) }
}

/// The fifteen, in code order (370215001 to 370215015).
pub const PLACES: [Place; 15] = [
    place("huanxiu", "环秀街道", 120.46, 36.35),
    place("chaohai", "潮海街道", 120.49, 36.40),
    place("tongji", "通济街道", 120.40, 36.37),
    place("beian", "北安街道", 120.43, 36.45),
    place("longshan", "龙山街道", 120.54, 36.36),
    place("longquan", "龙泉街道", 120.56, 36.44),
    place("aoshanwei", "鳌山卫街道", 120.67, 36.34),
    place("wenquan", "温泉街道", 120.69, 36.45),
    place("lingshan", "灵山街道", 120.49, 36.56),
    place("lancun", "蓝村街道", 120.22, 36.39),
    place("daxin", "大信街道", 120.31, 36.42),
    place("tianheng", "田横镇", 120.86, 36.46),
    place("jinkou", "金口镇", 120.68, 36.54),
    place("duanbolan", "段泊岚镇", 120.34, 36.56),
    place("yifengdian", "移风店镇", 120.22, 36.51),
];

/// The district's outline before the mesh roughens it, anticlockwise from the west.
pub const OUTLINE: [(f64, f64); 26] = [
    (120.16, 36.40),
    (120.21, 36.35),
    (120.31, 36.345),
    (120.40, 36.32),
    (120.47, 36.30),
    (120.56, 36.315),
    (120.62, 36.27),
    (120.70, 36.26),
    (120.75, 36.31),
    (120.74, 36.38),
    (120.80, 36.375),
    (120.90, 36.39),
    (120.97, 36.43),
    (120.99, 36.50),
    (120.92, 36.545),
    (120.85, 36.54),
    (120.78, 36.585),
    (120.68, 36.61),
    (120.60, 36.595),
    (120.55, 36.62),
    (120.45, 36.615),
    (120.38, 36.635),
    (120.30, 36.62),
    (120.20, 36.585),
    (120.155, 36.53),
    (120.175, 36.46),
];

/// Whether a point lies in a closed ring (even-odd rule; the ring may or may not repeat its first point).
pub fn inside(ring: &[(f64, f64)], (x, y): (f64, f64)) -> bool {
    let mut odd = false;
    for (i, &(ax, ay)) in ring.iter().enumerate() {
        let (bx, by) = ring[(i + 1) % ring.len()];
        if (ay > y) != (by > y) && x < (bx - ax) * (y - ay) / (by - ay) + ax {
            odd = !odd;
        }
    }
    odd
}
