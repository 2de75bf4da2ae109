/** Messages in words: table, inspector and labels say the same. */
import { formatBallot } from '../../../core/paxos/ballot'
import { momentNumber, spanWords } from '../composables/timeUnit'
import type { TimeUnit } from '../composables/timeUnit'
import type { MessageLine } from './protocol'

export function processName(node: number): string {
  return node === 0 ? 'clients' : `N${node}`
}

/** Digits of lab time in s, to 0.1 ms: what a diagram of messages can be read to. */
export const FINE_DIGITS = 4

/** A moment without its unit. */
export function fineTime(ms: number, unit: TimeUnit): string {
  return momentNumber(ms, unit, FINE_DIGITS)
}

export function tookWords({ startMs, endMs, fate }: MessageLine, unit: TimeUnit): string {
  if (endMs === null) return fate === 'held' ? 'waits at the gate' : 'end not told'
  const took = endMs - startMs
  const size = unit === 'step' ? spanWords(took, unit) : flightText(took)
  return fate === 'dropped' ? `lost after ${size}` : `${size} under way`
}

/** 4.31 ms; below what that can say, 8 µs. Clocks that disagree make it negative. */
function flightText(tookMs: number): string {
  const long = Math.abs(tookMs)
  if (long < 0.1) return `${Math.round(tookMs * 1000)} µs`
  return `${long < 10 ? tookMs.toFixed(2) : tookMs.toFixed(1)} ms`
}

export function slotWords({ slot, count }: MessageLine): string {
  if (slot === 0) return ''
  return count > 1 ? `slots ${slot}–${slot + count - 1}` : `slot ${slot}`
}

/** `accept 17.3, slot 41`. */
export function messageWords(line: MessageLine): string {
  const ballot = line.ballot === null ? '' : ` ${formatBallot(line.ballot)}`
  const slots = slotWords(line)
  return `${line.type}${ballot}${slots === '' ? '' : `, ${slots}`}`
}

/** What became of it, besides that it came. */
export function fateWords(line: MessageLine): string {
  const words = [
    ...(line.fate === 'passed' ? [] : [line.fate]),
    ...(line.delayed ? ['delayed'] : []),
    ...(line.skew ? ['clock skew'] : []),
  ]
  return words.join(', ')
}
