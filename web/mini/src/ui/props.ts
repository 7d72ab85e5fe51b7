import type { CSSProperties, ReactNode } from 'react'

/** What both sides of the element set understand. */
export interface BoxProps {
  as?: 'div' | 'span' | 'p' | 'h1' | 'h2' | 'h3' | 'ul' | 'ol' | 'li' | 'main' | 'nav' | 'header' | 'section' | 'dl' | 'dt' | 'dd' | 'label'
  className?: string
  style?: CSSProperties
  children?: ReactNode
  label?: string
  role?: string
  live?: 'polite' | 'assertive'
  id?: string
}

/** Something to tap: a button. */
export interface TapProps {
  className?: string
  style?: CSSProperties
  children?: ReactNode
  label?: string
  onTap: () => void
  disabled?: boolean
  pressed?: boolean
  selected?: boolean
  busy?: boolean
  /** Whether what it opens is open. */
  open?: boolean
}

/** Sizes of a picture, width and height: its own, and that of its frame on the screen, pixels. */
export interface Sizes {
  photo: [number, number]
  shown: [number, number]
}

export interface ImgProps {
  src: string
  alt: string
  /** All of it in its frame, not filling it. */
  whole?: boolean
  /** Told when it is known and when it changes. */
  onSize?: (sizes: Sizes) => void
  className?: string
  style?: CSSProperties
  eager?: boolean
}

/** A text field, one line or `lines` of them. */
export interface FieldProps {
  label: string
  value: string
  onValue: (text: string) => void
  lines?: number
  secret?: boolean
  auto?: string
  onDone?: () => void
  placeholder?: string
  maxLength?: number
  className?: string
}

/** A slider from 0 to 100. */
export interface SlideProps {
  label: string
  value: number
  onValue: (value: number) => void
  className?: string
}
