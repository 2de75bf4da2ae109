/**
 * What the time of a run counts: seconds, or the steps of a path of the abstract model, whose time
 * means nothing. The record says which; pictures of every source write it from here.
 */
import { ABSTRACT_CLUSTER, STEP_MS } from '../../../core/check/explore/abstractSteps'
import type { LabStatus } from '../../../shared/api'
import { lengthText, momentText } from './chartText'

export type TimeUnit = 's' | 'step'

export function timeUnitOf({ cluster }: Pick<LabStatus, 'cluster'>): TimeUnit {
  return cluster === ABSTRACT_CLUSTER ? 'step' : 's'
}

/** Ticks stand no closer: there is no half step. */
export function tickMsMin(unit: TimeUnit): number {
  return unit === 'step' ? STEP_MS : 1
}

/** A moment without its unit: 27.360, or the step that was last done. */
export function momentNumber(atMs: number, unit: TimeUnit): string {
  return unit === 'step' ? String(Math.floor(atMs / STEP_MS)) : momentText(atMs)
}

/** 27.360 s, or step 12. */
export function momentWords(atMs: number, unit: TimeUnit): string {
  const number = momentNumber(atMs, unit)
  return unit === 'step' ? `step ${number}` : `${number} s`
}

/** 1.250 to 3.500 s, or step 3 to step 8: for a sentence. */
export function fromToWords(fromMs: number, toMs: number, unit: TimeUnit): string {
  const from = unit === 'step' ? momentWords(fromMs, unit) : momentNumber(fromMs, unit)
  return `${from} to ${momentWords(toMs, unit)}`
}

/** From one moment to another: 0–30 s, or steps 0–12; `digits` of the seconds at most. */
export function rangeWords(fromMs: number, toMs: number, unit: TimeUnit, digits = 1): string {
  const s = (ms: number): string => String(Number((ms / 1000).toFixed(digits)))
  if (unit === 's') return `${s(fromMs)}–${s(toMs)} s`
  return `steps ${momentNumber(fromMs, unit)}–${momentNumber(toMs, unit)}`
}

/** How long it is: 3.52 s, or 4 steps. */
export function spanWords(spanMs: number, unit: TimeUnit): string {
  if (unit === 's') return lengthText(spanMs)
  const steps = Number((spanMs / STEP_MS).toFixed(1))
  return `${steps} ${steps === 1 ? 'step' : 'steps'}`
}
