/** Messages in words: table, inspector and labels say the same. */
import { formatBallot } from '../../../core/paxos/ballot'
import type { MessageLine } from './protocol'

export function processName(node: number): string {
  return node === 0 ? 'clients' : `N${node}`
}

/** Lab time in s, to 0.1 ms: what a diagram of messages can be read to. */
export function fineTime(ms: number): string {
  return (ms / 1000).toFixed(4)
}

export function tookWords({ startMs, endMs, fate }: MessageLine): string {
  if (endMs === null) return fate === 'held' ? 'waits at the gate' : 'end not told'
  const took = endMs - startMs
  const size = Math.abs(took) < 10 ? took.toFixed(2) : took.toFixed(1)
  return fate === 'dropped' ? `lost after ${size} ms` : `${size} ms under way`
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
