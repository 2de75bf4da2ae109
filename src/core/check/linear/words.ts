/** Operations in words, as people read them: `process 3 read "1"`. */
import { isPair } from './models'
import type { Operation } from './operations'

const TEXT_CHARS_MAX = 60
const NS_A_SECOND = 1e9

export function operationWords({ process, f, value, seen, type }: Operation): string {
  const act = `process ${process} ${actWords(f, value, seen)}`
  return type === 'info' ? `${act} (never answered)` : act
}

/** Of whom the times are known: `from 0.120 s to 0.135 s`. */
export function timeWords({ startNs, endNs }: Operation): string {
  const start = seconds(startNs)
  return endNs === null ? `from ${start} on` : `${start} to ${seconds(endNs)}`
}

function actWords(f: Operation['f'], value: Operation['value'], seen: Operation['seen']): string {
  if (f === 'read') return `read ${printed(seen)}`
  const answered = seen === undefined ? '' : ` -> ${printed(seen)}`
  if (isPair(value)) return `cas ${printed(value[0])} to ${printed(value[1])}${answered}`
  return `${f}${value === undefined ? '' : ` ${printed(value)}`}${answered}`
}

function printed(value: Operation['value'] | Operation['seen']): string {
  if (value === null || value === undefined) return 'absent'
  const text = JSON.stringify(value)
  return text.length <= TEXT_CHARS_MAX ? text : `${text.slice(0, TEXT_CHARS_MAX - 1)}…`
}

function seconds(ns: number): string {
  return `${(ns / NS_A_SECOND).toFixed(6)} s`
}
