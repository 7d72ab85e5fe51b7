import { lazy } from 'react'

/** In a browser the other tabs come when they are asked for; the first view stays small. */
export const Around = lazy(() => import('./Around'))
export const Mine = lazy(() => import('./Mine'))
export const Work = lazy(() => import('./Work'))
