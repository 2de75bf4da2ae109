/**
 * Times of a run in words, in what its time counts: seconds, or the steps of a path of the abstract
 * model. Pictures, tables and exports of every source write them from here.
 */
import { STEP_MS, stepAt, timeUnitOf } from '../../../core/check/explore/abstractSteps'
import type { TimeUnit } from '../../../core/check/explore/abstractSteps'
import { lengthText, momentText, msText } from './chartText'

export { timeUnitOf }
export type { TimeUnit }

/** Ticks stand no closer: there is no half step. */
export function tickMsMin(unit: TimeUnit): number {
  return unit === 'step' ? STEP_MS : 1
}

/** A moment without its unit: 27.360, or the step that was last done. */
export function momentNumber(atMs: number, unit: TimeUnit, digits = 3): string {
  return unit === 'step' ? String(stepAt(atMs)) : momentText(atMs, digits)
}

/** 27.360 s, or step 12. */
export function momentWords(atMs: number, unit: TimeUnit, digits = 3): string {
  const number = momentNumber(atMs, unit, digits)
  return unit === 'step' ? `step ${number}` : `${number} s`
}

/** For the name of a file: 27s, or step12. */
export function momentSlug(atMs: number, unit: TimeUnit, digits = 0): string {
  const number = momentNumber(atMs, unit, digits)
  return unit === 'step' ? `step${number}` : `${number}s`
}

/** 1.250 to 3.500 s, or step 3 to step 8: for a sentence. */
export function fromToWords(fromMs: number, toMs: number, unit: TimeUnit, digits?: number): string {
  const from = (unit === 'step' ? momentWords : momentNumber)(fromMs, unit, digits)
  return `${from} to ${momentWords(toMs, unit, digits)}`
}

/** From one moment to another: 0–30 s, or steps 0–12; `digits` of the seconds at most. */
export function rangeWords(fromMs: number, toMs: number, unit: TimeUnit, digits = 1): string {
  const s = (ms: number): string => String(Number((ms / 1000).toFixed(digits)))
  if (unit === 's') return `${s(fromMs)}–${s(toMs)} s`
  return `steps ${momentNumber(fromMs, unit)}–${momentNumber(toMs, unit)}`
}

/** How long it is: 3.52 s, or 4 steps. */
export function spanWords(spanMs: number, unit: TimeUnit): string {
  return unit === 's' ? lengthText(spanMs) : stepsText(spanMs)
}

/** A speed of playback: 1/100×, 4×. */
export function speedText(speed: number): string {
  return speed < 1 ? `1/${Math.round(1 / speed)}×` : `${speed}×`
}

/** What is played in a second: 10 ms of the run, or 4 steps. */
export function speedWords(speed: number, unit: TimeUnit): string {
  if (unit === 'step') return `${stepsText(speed * 1000)} a second`
  return speed < 1 ? `${speed * 1000} ms of the run a second` : `${speed} s of the run a second`
}

/** A length that grows while it is read: 12.3 s, or 4 steps. */
export function lapseWords(lapseMs: number, unit: TimeUnit): string {
  return unit === 's' ? `${momentText(lapseMs, 1)} s` : stepsText(lapseMs)
}

/** A length that was measured, finely: 4.31 ms, or 2 steps. */
export function measureWords(spanMs: number | null, unit: TimeUnit): string {
  if (unit === 's') return `${msText(spanMs)} ms`
  return spanMs === null || !Number.isFinite(spanMs) ? '–' : stepsText(spanMs)
}

/** What a measured length is counted in, and how many ms one of it is. */
export function measureUnit(unit: TimeUnit): { readonly name: string; readonly ms: number } {
  return unit === 'step' ? { name: 'steps', ms: STEP_MS } : { name: 'ms', ms: 1 }
}

function stepsText(spanMs: number): string {
  const steps = Number((spanMs / STEP_MS).toFixed(1))
  return `${steps} ${steps === 1 ? 'step' : 'steps'}`
}
