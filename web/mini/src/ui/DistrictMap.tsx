/** The mini-program's map: WeChat's own, with the pin in the middle while it is being placed. */
import { useRef } from 'react'
import { CoverView, Map } from '@tarojs/components'
import { app } from '../lib/app'
import type { MapProps } from './mapprops'

export function DistrictMap({ label, pin, onPin, here, marks = [], onMark, still, scale = 1.6, className = '' }: MapProps) {
  const byHand = useRef(false)
  const at = pin ?? here ?? app.config?.map?.center ?? { longitude: 0, latitude: 0 }
  const dot = pin && !onPin ? [{ id: 1_000_000, longitude: pin.longitude, latitude: pin.latitude, width: 24, height: 37, iconPath: '/static/pin.png' }] : []
  const ids = marks.map((m, i) => ({ id: i, longitude: m.longitude, latitude: m.latitude, width: 20, height: 20, anchor: { x: 0.5, y: 0.5 }, iconPath: `/static/${m.tone}.png`, title: m.label }))
  // Who moved the map stands in the event that begins the move, of older libraries in the one that ends it.
  const settle = (e: { type: string; causedBy?: string; detail?: { centerLocation?: { longitude: number; latitude: number } } }) => {
    const centre = e.detail?.centerLocation
    if (e.type === 'begin') byHand.current = e.causedBy === 'gesture'
    else if (centre && (byHand.current || e.causedBy === 'drag')) onPin?.({ longitude: centre.longitude, latitude: centre.latitude, coord_type: 'gcj02', source: 'pin' })
  }
  return (
    <Map
      {...{ ariaLabel: label }}
      className={`map ${className}`}
      longitude={at.longitude}
      latitude={at.latitude}
      scale={pin || here ? Math.round(17.6 - Math.log2(scale)) : 12}
      showLocation={!still && !!here}
      enableScroll={!still}
      enableZoom={!still}
      markers={[...dot, ...ids]}
      circles={pin?.accuracy ? [{ longitude: pin.longitude, latitude: pin.latitude, radius: pin.accuracy, color: '#1557c0aa', fillColor: '#1557c022', strokeWidth: 1 }] : []}
      onRegionChange={onPin ? (settle as never) : undefined}
      onMarkerTap={(e) => marks[e.detail.markerId as number] && onMark?.(marks[e.detail.markerId as number]!.id)}
      onError={() => undefined}
    >
      {onPin && <CoverView className="map-centre" />}
    </Map>
  )
}
