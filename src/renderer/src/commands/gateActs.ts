/**
 * Acts of a person at the gate: frames that a hold keeps back are let go, dropped, doubled, moved.
 *
 * Errors: as every act, a toast says why. What waits no longer is left out, and told.
 */
import type { Link } from '../../../core/fault'
import type { LinkChange } from '../../../shared/api'
import type { GateSelect, HeldFrame } from '../../../shared/gate'
import { count } from '../api/words'
import { useLabStore } from '../stores/lab'
import { useToastsStore } from '../stores/toasts'
import { changeLinks } from './acts'

export type GateAction = 'release' | 'drop' | 'duplicate'

const CALLS = {
  release: { call: 'gateRelease', title: 'Release', done: 'released' },
  drop: { call: 'gateDrop', title: 'Drop', done: 'dropped' },
  duplicate: { call: 'gateDuplicate', title: 'Duplicate', done: 'duplicated' },
} as const

export async function actAtGate(action: GateAction, select: GateSelect): Promise<void> {
  const { call: name, title } = CALLS[action]
  await useLabStore().act((call) => call[name](select), `${title} at the gate`)
}

/** Frames that a person picked: some may have gone on since they were shown. */
export async function actOnFrames(action: GateAction, ids: readonly number[]): Promise<void> {
  const { call: name, title, done } = CALLS[action]
  const select = { kind: 'ids', ids, skipGone: true } as const
  const found = await useLabStore().act((call) => call[name](select), `${title} at the gate`)
  if (found === null || found.total === ids.length) return
  const gone = ids.length - found.total
  useToastsStore().show({
    title: `${found.total} of ${framesWords(ids.length)} ${done}`,
    why: `${framesWords(gone)} had left the gate already.`,
  })
}

function framesWords(many: number): string {
  return many === 1 ? '1 frame' : `${count(many)} frames`
}

/** One place on in the order of the gate, or back; at its end nothing is done. */
export async function moveAtGate(
  frames: readonly HeldFrame[],
  id: number,
  by: 'earlier' | 'later',
): Promise<void> {
  const at = frames.findIndex((frame) => frame.id === id)
  const other = frames[by === 'earlier' ? at - 1 : at + 1]
  if (at < 0 || other === undefined) return
  const place = by === 'earlier' ? 'before' : 'after'
  await useLabStore().act((call) => call.gateMove(id, place, other.id), 'Move at the gate')
}

export type HoldChange = Extract<LinkChange, { readonly kind: 'hold' }>

export async function holdFrames(links: readonly Link[], change: HoldChange): Promise<void> {
  await changeLinks(links, change)
}
