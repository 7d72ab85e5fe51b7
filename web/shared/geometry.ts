/** Ground geometry small enough for a ticket's map. WGS-84 degrees and metres. */

/** Where a district is looked for while it has no polygons. */
export const CHINA: [number, number, number, number] = [73, 18, 135, 54];

const METRES_PER_DEGREE = 111_195;

/** A ring of `steps` corners at `radius` metres about a point, closed, as GeoJSON coordinates. */
export function circle(longitude: number, latitude: number, radius: number, steps = 64): [number, number][] {
  const up = radius / METRES_PER_DEGREE;
  const across = up / Math.cos((latitude * Math.PI) / 180);
  return Array.from({ length: steps + 1 }, (_, step) => {
    const turn = (2 * Math.PI * (step % steps)) / steps;
    return [longitude + across * Math.cos(turn), latitude + up * Math.sin(turn)];
  });
}

/** West, south, east, north of `metres` about a point. */
export function around(longitude: number, latitude: number, metres: number): [number, number, number, number] {
  const up = metres / METRES_PER_DEGREE;
  const across = up / Math.cos((latitude * Math.PI) / 180);
  return [longitude - across, latitude - up, longitude + across, latitude + up];
}

type Ring = number[][];
type Polygons = number[][][][];

/** Twice the signed area of a ring, and its centre weighted by it. */
function weigh(ring: Ring): { area: number; x: number; y: number } {
  let area = 0;
  let x = 0;
  let y = 0;
  for (let at = 0; at + 1 < ring.length; at += 1) {
    const [x0 = 0, y0 = 0] = ring[at] ?? [];
    const [x1 = 0, y1 = 0] = ring[at + 1] ?? [];
    const cross = x0 * y1 - x1 * y0;
    area += cross;
    x += (x0 + x1) * cross;
    y += (y0 + y1) * cross;
  }
  return { area, x: x / (3 * area), y: y / (3 * area) };
}

/** Where to write the name of a multipolygon: the centre of its largest part; null for one without area. */
export function heart(polygons: Polygons): [number, number] | null {
  const parts = polygons.flatMap((polygon) => (polygon[0] ? [weigh(polygon[0])] : []));
  const largest = parts.sort((one, other) => Math.abs(other.area) - Math.abs(one.area))[0];
  return largest && largest.area !== 0 ? [largest.x, largest.y] : null;
}

/** West, south, east, north of many multipolygons; null for none. */
export function extent(all: Polygons[]): [number, number, number, number] | null {
  let found: [number, number, number, number] | null = null;
  for (const polygon of all.flat()) {
    for (const [x = 0, y = 0] of polygon[0] ?? []) {
      found = found ? [Math.min(found[0], x), Math.min(found[1], y), Math.max(found[2], x), Math.max(found[3], y)] : [x, y, x, y];
    }
  }
  return found;
}
