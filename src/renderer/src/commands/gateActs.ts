/**
 * Acts of a person at the gate: frames that a hold keeps back are let go, dropped, doubled, moved.
 *
 * Errors: as every act, a toast says why; an id that waits no longer refuses the whole act.
 */
import type { Link } from '../../../core/fault'
import type { LinkChange } from '../../../shared/api'
import type { GateSelect, HeldFrame } from '../../../shared/gate'
import { useLabStore } from '../stores/lab'
import { changeLinks } from './acts'

export type GateAction = 'release' | 'drop' | 'duplicate'

const CALLS = {
  release: { call: 'gateRelease', title: 'Release' },
  drop: { call: 'gateDrop', title: 'Drop' },
  duplicate: { call: 'gateDuplicate', title: 'Duplicate' },
} as const

export async function actAtGate(action: GateAction, select: GateSelect): Promise<void> {
  const { call: name, title } = CALLS[action]
  await useLabStore().act((call) => call[name](select), `${title} at the gate`)
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
