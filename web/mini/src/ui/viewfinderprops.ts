import type { Picked } from '../lib/platform'

export interface ViewfinderProps {
  /** Address of the before-photo. */
  ghost: string | null
  /** Largest file the server takes, bytes. */
  limit: number
  onShot: (picked: Exclude<Picked, { why: string }>) => void
  onClose: () => void
}
