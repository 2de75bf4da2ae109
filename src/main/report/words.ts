/** Figures in words: one voice for charts, tables and cards. */
import { stepAt } from '../../core/check/explore/abstractSteps'
import type { TimeUnit } from '../../core/check/explore/abstractSteps'

const THIN_SPACE = '\u202f'
export const NONE = '–'

/** 104 221, with thin spaces. */
export function count(value: number): string {
  return String(Math.round(value)).replace(/\B(?=(\d{3})+(?!\d))/g, THIN_SPACE)
}

/** Three figures that count: 0.0123, 4.57, 12.3, 1 204. */
export function figure(value: number | null): string {
  if (value === null || !Number.isFinite(value)) return NONE
  if (Number.isInteger(value)) return count(value)
  const size = Math.abs(value)
  if (size >= 100) return count(value)
  return String(Number(value.toPrecision(3)))
}

/** 412 ms, 3.52 s, 2 min 5 s. */
export function duration(ms: number | null): string {
  if (ms === null) return NONE
  if (ms < 1) return ms === 0 ? '0 ms' : `${figure(ms)} ms`
  if (ms < 1000) return `${figure(ms < 10 ? ms : Math.round(ms))} ms`
  if (ms < 120_000) return `${(ms / 1000).toFixed(ms < 10_000 ? 2 : 1)} s`
  const seconds = Math.round(ms / 1000)
  return `${Math.floor(seconds / 60)} min ${seconds % 60} s`
}

/** Lab time as the axes count it: 27.360, or the step of a path. */
export function stamp(atMs: number, time: TimeUnit): string {
  return time === 'step' ? String(stepAt(atMs)) : (atMs / 1000).toFixed(3)
}

/** The head of a column of such times. */
export function stampHead(time: TimeUnit): string {
  return time === 'step' ? 'Step' : 'Time, s'
}

/** In a sentence: 3.52 s, or step 4. */
export function moment(atMs: number, time: TimeUnit): string {
  return time === 'step' ? `step ${stepAt(atMs)}` : duration(atMs)
}

/** How long it was: 3.52 s, or 4 steps. */
export function span(ms: number, time: TimeUnit): string {
  return time === 'step' ? plural(stepAt(ms), 'step') : duration(ms)
}

export function bytes(value: number | null): string {
  if (value === null) return NONE
  if (value < 10_000) return `${count(value)} B`
  if (value < 10_000_000) return `${count(value / 1000)} kB`
  return `${count(value / 1_000_000)} MB`
}

/** `1 slot`, `2 slots`. */
export function plural(value: number, word: string): string {
  return `${count(value)} ${word}${value === 1 ? '' : 's'}`
}

export function capital(words: string): string {
  return words.charAt(0).toUpperCase() + words.slice(1)
}
