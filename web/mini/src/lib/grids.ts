/** The district's own polygons, fetched once: the map needs no other ground. */
import { Shape, shapes } from '../../../shared/mini-geo'
import { get } from './app'
import { coordType } from './platform'

export type Layer = 'area' | 'community'

const known = new Map<Layer, Promise<Shape[]>>()

/** Shapes of a layer in the phone's datum; a failure is forgotten so that the next call tries again. */
export function grids(layer: Layer): Promise<Shape[]> {
  const loading = known.get(layer) ?? get<Parameters<typeof shapes>[0]>(`/v1/grids?layer=${layer}&coord_type=${coordType}`).then(shapes)
  known.set(layer, loading)
  loading.catch(() => known.delete(layer))
  return loading
}
