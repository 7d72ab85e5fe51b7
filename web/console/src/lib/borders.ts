/** The borders of a grids file as they will be read: to be seen before they are kept. */

interface Feature {
  type?: unknown;
  geometry?: { type?: unknown; coordinates?: unknown } | null;
  properties?: Record<string, unknown> | null;
}

export interface Borders {
  type: 'FeatureCollection';
  features: { type: 'Feature'; properties: { code: string; name: string }; geometry: GeoJSON.MultiPolygon }[];
}

function multi(geometry: Feature['geometry']): GeoJSON.MultiPolygon | null {
  const coordinates = geometry?.coordinates as never;
  if (!Array.isArray(coordinates)) return null;
  if (geometry?.type === 'Polygon') return { type: 'MultiPolygon', coordinates: [coordinates] };
  return geometry?.type === 'MultiPolygon' ? { type: 'MultiPolygon', coordinates } : null;
}

/** The polygons of a GeoJSON text; null for anything else. What is wrong with them the server says. */
export function bordersOf(text: string): Borders | null {
  let read: { features?: unknown };
  try {
    read = JSON.parse(text) as typeof read;
  } catch {
    return null;
  }
  if (!Array.isArray(read.features)) return null;
  const features = (read.features as Feature[]).flatMap((one) => {
    const geometry = multi(one.geometry);
    const code = String(one.properties?.code ?? '');
    return geometry ? [{ type: 'Feature' as const, properties: { code, name: String(one.properties?.name ?? code) }, geometry }] : [];
  });
  return features.length > 0 ? { type: 'FeatureCollection', features } : null;
}
