import { Box } from './base'

/** Drawn by CSS masks (see icons.css), so that they take the colour of the words beside them. */
export type IconName = 'camera' | 'around' | 'mine' | 'work' | 'back' | 'plus' | 'close' | 'pin' | 'star' | 'check' | 'wait' | 'warn' | 'next' | 'album' | 'up' | 'locate' | 'sun' | 'cloud' | 'overcast' | 'rain' | 'storm'

export function Icon({ name, className = '' }: { name: IconName; className?: string }) {
  return <Box as="span" className={`icon icon-${name} ${className}`} />
}
