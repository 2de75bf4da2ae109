/**
 * Acts of a person at the gate: frames that a hold keeps back are let go, dropped or doubled.
 *
 * Errors: as every act, a toast says why; an id that waits no longer refuses the whole act.
 */
import type { Link } from '../../../core/fault'
import type { LinkChange } from '../../../shared/api'
import type { GateSelect } from '../../../shared/gate'
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

export type HoldChange = Extract<LinkChange, { readonly kind: 'hold' }>

export async function holdFrames(links: readonly Link[], change: HoldChange): Promise<void> {
  await changeLinks(links, change)
}
