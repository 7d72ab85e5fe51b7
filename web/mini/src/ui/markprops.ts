import type { Region } from '../../../shared/mini-mark'

export interface MarkPadProps {
  src: string
  region: Region | null
  onRegion: (region: Region) => void
}
