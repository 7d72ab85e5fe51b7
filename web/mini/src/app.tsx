import type { ReactNode } from 'react'
import { start } from './lib/app'
import './app.css'

void start()

export default function App({ children }: { children?: ReactNode }) {
  return children
}
