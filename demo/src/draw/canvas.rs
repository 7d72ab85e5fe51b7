//! A square of pixels that is painted with rectangles, polygons and ellipses, and the dice that vary them.
//! It refuses anything clever: no blending but shading, no anti-aliasing; the camera softens edges afterwards.

/// Red, green, blue.
pub(super) type Colour = [u8; 3];

/// SplitMix64 (Steele, Lea, Flood 2014): the same seed gives the same picture on every machine and version.
pub(super) struct Dice(u64);

impl Dice {
    pub(super) const fn new(seed: u64) -> Self {
        Self(seed)
    }

    pub(super) const fn roll(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// Uniform in `low..high`.
    pub(super) fn between(&mut self, low: f32, high: f32) -> f32 {
        low + (high - low) * ((self.roll() >> 40) as f32 / (1_u64 << 24) as f32)
    }

    /// Uniform in `low..high`, whole.
    pub(super) fn whole(&mut self, low: i32, high: i32) -> i32 {
        low + (self.roll() % (high - low).max(1) as u64) as i32
    }

    pub(super) fn chance(&mut self, p: f32) -> bool {
        self.between(0.0, 1.0) < p
    }

    pub(super) fn pick(&mut self, colours: &[Colour]) -> Colour {
        colours[(self.roll() % colours.len() as u64) as usize]
    }

    /// `colour` made lighter or darker by at most `spread`.
    pub(super) fn near(&mut self, colour: Colour, spread: i32) -> Colour {
        lighten(colour, self.whole(-spread, spread + 1))
    }
}

/// `colour` with `by` added to each channel.
pub(super) fn lighten(colour: Colour, by: i32) -> Colour {
    colour.map(|c| (i32::from(c) + by).clamp(0, 255) as u8)
}

/// The painted world, [`Canvas::SIDE`] units wide and high, one pixel a unit.
pub(super) struct Canvas {
    pixels: Vec<u8>,
}

impl Canvas {
    pub(super) const SIDE: i32 = 1600;

    pub(super) fn new(colour: Colour) -> Self {
        Self { pixels: colour.repeat((Self::SIDE * Self::SIDE) as usize) }
    }

    /// Rows of RGB bytes, no padding.
    pub(super) fn pixels(&self) -> &[u8] {
        &self.pixels
    }

    fn row(&mut self, y: i32, from: i32, to: i32) -> &mut [u8] {
        let (from, to) = (from.clamp(0, Self::SIDE), to.clamp(0, Self::SIDE));
        if !(0..Self::SIDE).contains(&y) || from >= to {
            return &mut [];
        }
        let start = (y * Self::SIDE) as usize * 3;
        &mut self.pixels[start + from as usize * 3..start + to as usize * 3]
    }

    pub(super) fn rect(&mut self, x: i32, y: i32, width: i32, height: i32, colour: Colour) {
        for line in y..y + height {
            self.row(line, x, x + width).as_chunks_mut::<3>().0.fill(colour);
        }
    }

    pub(super) fn polygon(&mut self, corners: &[(f32, f32)], colour: Colour) {
        scan(corners, |y, from, to| self.row(y, from, to).as_chunks_mut::<3>().0.fill(colour));
    }

    /// Multiplies what is there; a shadow for `factor` below 1.
    pub(super) fn shade(&mut self, corners: &[(f32, f32)], factor: f32) {
        let lookup: [u8; 256] = std::array::from_fn(|c| (c as f32 * factor).min(255.0) as u8);
        scan(corners, |y, from, to| {
            for channel in self.row(y, from, to) {
                *channel = lookup[*channel as usize];
            }
        });
    }

    pub(super) fn ellipse(&mut self, centre: (f32, f32), radii: (f32, f32), colour: Colour) {
        let (top, bottom) = ((centre.1 - radii.1).ceil() as i32, (centre.1 + radii.1).floor() as i32);
        for y in top..=bottom {
            let t = (y as f32 - centre.1) / radii.1;
            let half = radii.0 * (1.0 - t * t).max(0.0).sqrt();
            let (from, to) = ((centre.0 - half).round() as i32, (centre.0 + half).round() as i32);
            self.row(y, from, to).as_chunks_mut::<3>().0.fill(colour);
        }
    }

    /// A straight stroke.
    pub(super) fn stroke(&mut self, from: (f32, f32), to: (f32, f32), width: f32, colour: Colour) {
        let (dx, dy) = (to.0 - from.0, to.1 - from.1);
        let length = dx.hypot(dy).max(0.001);
        let (nx, ny) = (-dy / length * width / 2.0, dx / length * width / 2.0);
        let corners = [
            (from.0 + nx, from.1 + ny),
            (to.0 + nx, to.1 + ny),
            (to.0 - nx, to.1 - ny),
            (from.0 - nx, from.1 - ny),
        ];
        self.polygon(&corners, colour);
    }
}

/// Even-odd scan conversion; calls `fill(y, from, to)` for every run of pixels.
fn scan(corners: &[(f32, f32)], mut fill: impl FnMut(i32, i32, i32)) {
    let low = corners.iter().map(|c| c.1).fold(f32::INFINITY, f32::min).max(0.0) as i32;
    let high = corners.iter().map(|c| c.1).fold(0.0, f32::max).min(Canvas::SIDE as f32) as i32;
    let mut crossings = Vec::new();
    for y in low..=high {
        let line = y as f32 + 0.5;
        crossings.clear();
        for (i, a) in corners.iter().enumerate() {
            let b = corners[(i + 1) % corners.len()];
            if (a.1 <= line) != (b.1 <= line) {
                crossings.push(a.0 + (line - a.1) / (b.1 - a.1) * (b.0 - a.0));
            }
        }
        crossings.sort_by(f32::total_cmp);
        for run in crossings.as_chunks::<2>().0 {
            fill(y, run[0].round() as i32, run[1].round() as i32);
        }
    }
}
