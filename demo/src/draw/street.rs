//! Paints a street: sky, a row of houses with windows, shutters and signs, pavement, kerb, road and a tree.
//! Everything varies with the dice, so that two seeds are two places; nothing here depends on the heap.

use super::canvas::{Canvas, Colour, Dice, lighten};

const SIDE: i32 = Canvas::SIDE;
const WALLS: [Colour; 8] = [
    [172, 92, 74],
    [201, 186, 158],
    [150, 158, 164],
    [214, 200, 120],
    [120, 134, 118],
    [226, 222, 214],
    [128, 96, 80],
    [96, 112, 138],
];
const SIGNS: [Colour; 7] = [
    [196, 40, 34],
    [24, 92, 168],
    [30, 128, 72],
    [232, 180, 30],
    [90, 44, 120],
    [240, 236, 228],
    [40, 40, 46],
];

/// Paints the whole street and returns it with the height at which houses meet the ground.
pub(super) fn paint(seed: u64) -> (Canvas, i32) {
    let mut dice = Dice::new(seed);
    let sky = dice.pick(&[[150, 186, 220], [196, 204, 210], [228, 214, 190], [120, 150, 190]]);
    let mut canvas = Canvas::new(sky);
    for y in 0..SIDE / 2 {
        canvas.rect(0, y, SIDE, 1, lighten(sky, y / 24 - 10));
    }
    let ground = dice.whole(820, 960);
    houses(&mut canvas, &mut dice, ground);
    road(&mut canvas, &mut dice, ground);
    for _ in 0..dice.whole(1, 3) {
        tree(&mut canvas, &mut dice, ground);
    }
    shadows(&mut canvas, &mut dice, ground);
    (canvas, ground)
}

fn houses(canvas: &mut Canvas, dice: &mut Dice, ground: i32) {
    let mut x = -dice.whole(0, 260);
    while x < SIDE {
        let width = dice.whole(300, 680);
        let top = dice.whole(-200, 480);
        let wall = dice.pick(&WALLS);
        match dice.whole(0, 3) {
            0 => bricks(canvas, dice, (x, top, width, ground - top), wall),
            1 => tiles(canvas, dice, (x, top, width, ground - top), wall),
            _ => plaster(canvas, dice, (x, top, width, ground - top), wall),
        }
        canvas.rect(x, top - 14, width, 14, lighten(wall, -60));
        let shop = ground - dice.whole(230, 300);
        windows(canvas, dice, (x, top, width, shop - top - 70));
        front(canvas, dice, (x, shop, width, ground - shop));
        canvas.rect(x + width - 9, top, 7, ground - top, lighten(wall, -80));
        x += width;
    }
}

type Area = (i32, i32, i32, i32);

fn bricks(canvas: &mut Canvas, dice: &mut Dice, (x, y, w, h): Area, colour: Colour) {
    canvas.rect(x, y, w, h, lighten(colour, 38));
    let (bw, bh) = (dice.whole(30, 44), dice.whole(13, 19));
    for (i, row) in (y..y + h).step_by(bh as usize).enumerate() {
        let shift = if i % 2 == 0 { 0 } else { bw / 2 };
        for column in (x - shift..x + w).step_by(bw as usize) {
            let (from, to) = (column.max(x), (column + bw - 3).min(x + w));
            let tone = dice.near(colour, 26);
            canvas.rect(from, row, to - from, (bh - 3).min(y + h - row), tone);
        }
    }
}

fn tiles(canvas: &mut Canvas, dice: &mut Dice, (x, y, w, h): Area, colour: Colour) {
    let side = dice.whole(34, 62);
    for row in (y..y + h).step_by(side as usize) {
        for column in (x..x + w).step_by(side as usize) {
            let tone = dice.near(colour, 12);
            canvas.rect(column, row, (side - 2).min(x + w - column), (side - 2).min(y + h - row), tone);
        }
    }
}

fn plaster(canvas: &mut Canvas, dice: &mut Dice, (x, y, w, h): Area, colour: Colour) {
    canvas.rect(x, y, w, h, colour);
    for _ in 0..w * h / 900 {
        let (at, long) = ((dice.whole(x, x + w), dice.whole(y, y + h)), dice.whole(4, 26));
        let tone = dice.near(colour, 16);
        canvas.rect(at.0, at.1, dice.whole(3, 9).min(x + w - at.0), long.min(y + h - at.1), tone);
    }
    for _ in 0..3 {
        let cx = dice.whole(x, x + w);
        canvas.rect(cx, y + dice.whole(0, h / 2), 4, dice.whole(60, 220), lighten(colour, -34));
    }
}

fn windows(canvas: &mut Canvas, dice: &mut Dice, (x, y, w, h): Area) {
    let (ww, wh) = (dice.whole(70, 120), dice.whole(90, 140));
    let (px, py) = (ww + dice.whole(36, 80), wh + dice.whole(50, 100));
    let frame = dice.pick(&[[238, 238, 232], [84, 60, 44], [60, 66, 74]]);
    for top in (y + 40..y + h - wh).step_by(py as usize) {
        for left in (x + 30..x + w - ww - 16).step_by(px as usize) {
            let glass = dice.pick(&[[60, 78, 96], [90, 116, 136], [38, 46, 56], [150, 168, 176]]);
            canvas.rect(left - 6, top - 6, ww + 12, wh + 12, frame);
            canvas.rect(left, top, ww, wh, glass);
            canvas.polygon(
                &[
                    (left as f32, (top + wh / 2) as f32),
                    (left as f32, top as f32),
                    ((left + ww / 2) as f32, top as f32),
                ],
                lighten(glass, 30),
            );
            if dice.chance(0.4) {
                let curtain = dice.pick(&[[206, 190, 160], [160, 70, 70], [190, 200, 210]]);
                canvas.rect(left, top, ww * dice.whole(20, 45) / 100, wh, curtain);
            }
            canvas.rect(left + ww / 2 - 3, top, 6, wh, frame);
            canvas.rect(left, top + wh * 2 / 5, ww, 5, frame);
            if dice.chance(0.35) {
                cooler(canvas, left + 8, top + wh + 8);
            }
        }
    }
}

/// An air conditioner's outdoor unit.
fn cooler(canvas: &mut Canvas, x: i32, y: i32) {
    canvas.rect(x, y, 62, 36, [222, 222, 216]);
    canvas.ellipse((x as f32 + 24.0, y as f32 + 18.0), (15.0, 15.0), [90, 92, 94]);
    canvas.ellipse((x as f32 + 24.0, y as f32 + 18.0), (5.0, 5.0), [200, 200, 196]);
    for i in 0..4 {
        canvas.rect(x + 44, y + 6 + i * 7, 14, 3, [150, 150, 148]);
    }
}

/// The ground floor: shop signs above shutters, glass doors and bare wall.
fn front(canvas: &mut Canvas, dice: &mut Dice, (x, y, w, h): Area) {
    let mut left = x + dice.whole(6, 30);
    while left + 130 < x + w {
        let width = dice.whole(130, 250).min(x + w - left - 12);
        match dice.whole(0, 3) {
            0 => {
                for line in 0..h / 9 {
                    canvas.rect(left, y + line * 9, width, 6, lighten([140, 146, 150], (line % 3) * 14));
                }
            }
            1 => {
                canvas.rect(left, y, width, h, [52, 60, 66]);
                for _ in 0..14 {
                    let tone = dice.pick(&SIGNS);
                    let (gx, gy) = (dice.whole(0, width - 30), dice.whole(20, h - 50));
                    canvas.rect(left + gx, y + gy, dice.whole(8, 30), dice.whole(8, 40), lighten(tone, -30));
                }
                canvas.rect(left + width / 2 - 4, y, 8, h, [190, 194, 196]);
            }
            _ => {
                let door = dice.pick(&[[120, 70, 46], [46, 88, 74], [150, 152, 150]]);
                canvas.rect(left + 12, y + 30, width / 2, h - 30, door);
                canvas.rect(left + 22, y + 44, width / 2 - 20, h / 3, lighten(door, 34));
                canvas.ellipse(
                    ((left + width / 2) as f32, (y + h * 2 / 3) as f32),
                    (6.0, 6.0),
                    [230, 210, 120],
                );
            }
        }
        let colour = dice.pick(&SIGNS);
        sign(canvas, dice, (left - 4, y - 62, width + 8, 64), colour);
        left += width + dice.whole(14, 60);
    }
}

/// A board with strokes that look like characters from afar and spell nothing.
fn sign(canvas: &mut Canvas, dice: &mut Dice, (x, y, w, h): Area, colour: Colour) {
    canvas.rect(x, y, w, h, colour);
    let light = colour.iter().map(|c| i32::from(*c)).sum::<i32>() < 420;
    let ink = if light { [250, 244, 220] } else { [40, 30, 30] };
    let glyph = h * 6 / 10;
    for left in (x + 14..x + w - glyph).step_by((glyph + 10) as usize) {
        for _ in 0..dice.whole(5, 9) {
            let (gx, gy) = (dice.whole(0, glyph - 6), dice.whole(0, glyph - 6));
            let (sw, sh) = if dice.chance(0.5) { (glyph - gx, 5) } else { (5, glyph - gy) };
            canvas.rect(left + gx, y + h / 5 + gy, sw, sh, ink);
        }
    }
}

/// Pavement slabs that run to a vanishing point, a kerb, asphalt with patches and a manhole.
fn road(canvas: &mut Canvas, dice: &mut Dice, ground: i32) {
    let stone = dice.pick(&[[168, 164, 156], [186, 150, 130], [142, 148, 152], [196, 190, 176]]);
    canvas.rect(0, ground, SIDE, SIDE - ground, lighten(stone, -36));
    let vanish = (dice.between(300.0, 1300.0), ground as f32 - 160.0);
    let kerb = ground as f32 + dice.between(330.0, 420.0);
    let at = |column: f32, y: f32| {
        let t = (y - vanish.1) / (kerb - vanish.1);
        (vanish.0 + (column - vanish.0) * t, y)
    };
    let (mut y, mut depth) = (ground as f32, 22.0_f32);
    while y < kerb {
        let below = (y + depth).min(kerb);
        for column in (-3200..4800).step_by(110) {
            let (left, right) = (column as f32, column as f32 + 104.0);
            let tone = dice.near(stone, 20);
            canvas.polygon(&[at(left, y), at(right, y), at(right, below - 3.0), at(left, below - 3.0)], tone);
        }
        y += depth;
        depth *= 1.28;
    }
    asphalt(canvas, dice, kerb as i32);
}

fn asphalt(canvas: &mut Canvas, dice: &mut Dice, kerb: i32) {
    for (i, x) in (0..SIDE).step_by(120).enumerate() {
        let tone = if i % 2 == 0 { [206, 202, 192] } else { [176, 172, 164] };
        canvas.rect(x, kerb, 117, 26, tone);
    }
    let tar = dice.pick(&[[74, 76, 80], [92, 90, 88], [60, 62, 68]]);
    canvas.rect(0, kerb + 26, SIDE, SIDE - kerb, tar);
    for _ in 0..5000 {
        let (x, y, side) = (dice.whole(0, SIDE), dice.whole(kerb + 28, SIDE), dice.whole(2, 6));
        let tone = dice.near(tar, 34);
        canvas.rect(x, y, side + 2, side, tone);
    }
    for _ in 0..4 {
        let (x, y) = (dice.between(0.0, 1500.0), dice.between(kerb as f32 + 60.0, 1500.0));
        let (w, h) = (dice.between(80.0, 260.0), dice.between(20.0, 60.0));
        canvas.polygon(
            &[(x, y), (x + w, y + 8.0), (x + w + 20.0, y + h), (x - 20.0, y + h)],
            lighten(tar, -16),
        );
    }
    let (cx, cy) = (dice.between(300.0, 1300.0), kerb as f32 + dice.between(70.0, 110.0));
    canvas.ellipse((cx, cy), (58.0, 20.0), [46, 44, 44]);
    canvas.ellipse((cx, cy), (48.0, 15.0), [104, 100, 96]);
    canvas.rect(0, kerb + 140, SIDE, 12, [220, 216, 204]);
}

fn tree(canvas: &mut Canvas, dice: &mut Dice, ground: i32) {
    let (x, foot) = (dice.between(180.0, 1420.0), ground as f32 + dice.between(40.0, 130.0));
    let crown = (x + dice.between(-30.0, 30.0), foot - dice.between(470.0, 640.0));
    canvas
        .polygon(&[(x - 17.0, foot), (x - 9.0, crown.1), (x + 9.0, crown.1), (x + 20.0, foot)], [84, 66, 50]);
    canvas.rect(x as i32 - 17, foot as i32 - 120, 36, 100, [232, 230, 222]);
    let leaf = dice.pick(&[[56, 104, 46], [84, 122, 40], [40, 84, 60], [150, 128, 44]]);
    for _ in 0..420 {
        let (turn, reach) = (dice.between(0.0, std::f32::consts::TAU), dice.between(0.0, 1.0).sqrt());
        let at = (crown.0 + turn.cos() * reach * 190.0, crown.1 + turn.sin() * reach * 150.0);
        let (rx, ry) = (dice.between(9.0, 24.0), dice.between(6.0, 16.0));
        let tone = dice.near(leaf, 44);
        canvas.ellipse(at, (rx, ry), tone);
    }
}

/// The shadow of the house across the street, with its roof line, and one along the foot of the houses.
fn shadows(canvas: &mut Canvas, dice: &mut Dice, ground: i32) {
    let (left, base) = (dice.between(-200.0, 1200.0), ground as f32);
    let (width, lean) = (dice.between(260.0, 620.0), dice.between(-160.0, 160.0));
    let roof = dice.between(490.0, 600.0);
    let top = [(left, roof + 40.0), (left + width * 0.6, roof), (left + width, roof + 70.0)];
    canvas.shade(&[top[0], top[1], top[2], (left + width + lean, base), (left + lean, base)], 0.68);
    canvas.shade(&[(0.0, base), (1600.0, base), (1600.0, base + 46.0), (0.0, base + 46.0)], 0.72);
}
