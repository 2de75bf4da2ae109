/** Inks of points in charts of results: five colours, and dashes that part lines of one colour. */
import './inks.css'

const COLOURS = 5
const DASHES = ['', 'dash-1', 'dash-2', 'dash-3'] as const

export function inkClass(ink: number): string {
  return `n${(ink % COLOURS) + 1} ${DASHES[ink % DASHES.length] ?? ''}`.trim()
}
