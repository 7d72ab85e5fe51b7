//! Paints the rubbish heap of the story: bags, boxes, planks and litter on the pavement.
//! It is always the same heap for the same seed, so that two citizens photograph one thing.

use super::canvas::{Canvas, Colour, Dice, lighten};

const LITTER: [Colour; 8] = [
    [236, 236, 230],
    [210, 48, 40],
    [40, 110, 190],
    [240, 200, 60],
    [70, 150, 80],
    [230, 140, 50],
    [150, 120, 90],
    [200, 120, 170],
];

/// Puts the heap on the pavement below `ground`.
pub(super) fn paint(canvas: &mut Canvas, seed: u64, ground: i32) {
    let mut dice = Dice::new(seed ^ 0x6865_6170);
    let foot = (dice.between(700.0, 900.0), ground as f32 + 190.0);
    let spread = dice.between(200.0, 250.0);
    canvas.ellipse((foot.0 + 20.0, foot.1 + 20.0), (spread * 1.25, 56.0), [64, 60, 54]);
    for _ in 0..7 {
        plank(canvas, &mut dice, foot, spread);
    }
    for _ in 0..9 {
        carton(canvas, &mut dice, foot, spread);
    }
    for i in 0..16 {
        let height = (16 - i) as f32 / 16.0;
        bag(canvas, &mut dice, foot, spread, height);
    }
    for _ in 0..150 {
        scrap(canvas, &mut dice, foot, spread);
    }
}

fn plank(canvas: &mut Canvas, dice: &mut Dice, foot: (f32, f32), spread: f32) {
    let from = (foot.0 + dice.between(-spread, spread), foot.1 - dice.between(0.0, 30.0));
    let to = (from.0 + dice.between(-160.0, 160.0), from.1 - dice.between(90.0, 260.0));
    let wood = dice.near([164, 124, 80], 30);
    canvas.stroke(from, to, dice.between(10.0, 22.0), wood);
}

fn carton(canvas: &mut Canvas, dice: &mut Dice, foot: (f32, f32), spread: f32) {
    let (w, h) = (dice.between(60.0, 120.0), dice.between(40.0, 90.0));
    let (x, y) = (foot.0 + dice.between(-spread, spread - 60.0), foot.1 - dice.between(0.0, 140.0) - h * 0.4);
    let (tilt, side) = (dice.between(-18.0, 18.0), dice.near([186, 146, 98], 18));
    canvas.polygon(&[(x, y), (x + w, y + tilt), (x + w, y + h + tilt), (x, y + h)], side);
    canvas.polygon(
        &[(x, y), (x + w, y + tilt), (x + w + 24.0, y + tilt - 22.0), (x + 24.0, y - 22.0)],
        lighten(side, 26),
    );
    canvas.stroke((x, y + h / 2.0), (x + w, y + h / 2.0 + tilt), 7.0, lighten(side, -46));
}

fn bag(canvas: &mut Canvas, dice: &mut Dice, foot: (f32, f32), spread: f32, height: f32) {
    let at = (foot.0 + dice.between(-spread, spread) * (1.1 - height * 0.7), foot.1 - 20.0 - height * 130.0);
    let (rx, ry) = (dice.between(38.0, 70.0), dice.between(30.0, 50.0));
    let skin = dice.pick(&[[34, 34, 38], [52, 56, 60], [226, 226, 222], [60, 96, 150], [188, 60, 54]]);
    canvas.ellipse(at, (rx, ry), skin);
    for _ in 0..6 {
        let fold = (at.0 + dice.between(-rx, rx) * 0.6, at.1 + dice.between(-ry, ry) * 0.6);
        let tone = dice.near(lighten(skin, 26), 30);
        canvas.stroke(
            fold,
            (fold.0 + dice.between(-20.0, 20.0), fold.1 + dice.between(-16.0, 16.0)),
            5.0,
            tone,
        );
    }
    canvas.polygon(
        &[(at.0 - 12.0, at.1 - ry - 16.0), (at.0 + 12.0, at.1 - ry - 16.0), (at.0, at.1 - ry + 8.0)],
        skin,
    );
}

fn scrap(canvas: &mut Canvas, dice: &mut Dice, foot: (f32, f32), spread: f32) {
    let (reach, turn) = (dice.between(0.0, 1.4) * spread, dice.between(0.0, std::f32::consts::TAU));
    let at = (foot.0 + turn.cos() * reach, foot.1 - 30.0 + turn.sin() * reach * 0.35);
    let tone = dice.pick(&LITTER);
    let corners: Vec<_> = (0..dice.whole(3, 6))
        .map(|i| {
            let angle = i as f32 * 1.4 + dice.between(0.0, 0.8);
            let radius = dice.between(6.0, 18.0);
            (at.0 + angle.cos() * radius, at.1 + angle.sin() * radius * 0.7)
        })
        .collect();
    canvas.polygon(&corners, tone);
}
