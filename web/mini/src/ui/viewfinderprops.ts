import type { Region } from '../../../shared/mini-mark'
import type { Picked } from '../lib/platform'

export interface ViewfinderProps {
  /** Address of the before-photo. */
  ghost: string | null
  /** Where on the before-photo the problem was marked. */
  region?: Region | null
  /** Largest file the server takes, bytes. */
  limit: number
  onShot: (picked: Exclude<Picked, { why: string }>) => void
  onClose: () => void
}
