/**
 * Codes of messages in the columns: types, fates and marks as small numbers, and what each type
 * looks like (ui.md: families, line forms).
 */
import { FAMILY_OF } from '../../../core/paxos/message'
import type { MessageType } from '../../../core/paxos/message'

export const FAMILIES = ['phase1', 'phase2', 'learn', 'refuse', 'heartbeat', 'client'] as const
export type Family = (typeof FAMILIES)[number]

/** `request` and `reply`: between clients and a node; `unknown`: a type of another version. */
export type TypeName = MessageType | 'request' | 'reply' | 'unknown'

export const TYPE_NAMES: readonly TypeName[] = [
  ...(Object.keys(FAMILY_OF) as MessageType[]),
  'request',
  'reply',
  'unknown',
]

const CODES: ReadonlyMap<string, number> = new Map(TYPE_NAMES.map((name, code) => [name, code]))

export function typeCode(name: TypeName | null): number {
  return CODES.get(name ?? 'unknown') ?? TYPE_NAMES.length - 1
}

export function typeName(code: number): TypeName {
  return TYPE_NAMES[code] ?? 'unknown'
}

function familyOf(name: TypeName): Family {
  if (name === 'request' || name === 'reply') return 'client'
  return name === 'unknown' ? 'heartbeat' : FAMILY_OF[name]
}

/** Index into FAMILIES, by code of the type. */
export const FAMILY_CODES: Uint8Array = Uint8Array.from(TYPE_NAMES, (name) =>
  FAMILIES.indexOf(familyOf(name)),
)

const REPLIES: ReadonlySet<TypeName> = new Set([
  'promise',
  'accepted',
  'support',
  'alive',
  'readAt',
  'held',
  'snapshot',
  'forwarded',
  'reply',
  'blogPromise',
  'blogHeld',
] as const)

export type LineForm = 'solid' | 'dashed' | 'dotted' | 'double'

/** The form repeats what the colour says; replies are dashed. */
export const LINE_FORMS: readonly LineForm[] = TYPE_NAMES.map((name) => {
  const family = familyOf(name)
  if (family === 'refuse') return 'dotted'
  if (family === 'learn') return 'double'
  return REPLIES.has(name) ? 'dashed' : 'solid'
})

/** `pending`: it left and nobody told yet that it came; a frame at the gate is `held`. */
export const FATES = ['passed', 'dropped', 'doubled', 'pending', 'held'] as const
export type Fate = (typeof FATES)[number]

export function fateCode(fate: Fate): number {
  return FATES.indexOf(fate)
}

/** Bits of the column `flags`. */
export const FLAG = {
  /** Received before it was sent, by the clocks: drawn and marked, never corrected. */
  skew: 1,
  /** At least DELAYED_TIMES as long under way as messages of its link are. */
  delayed: 2,
  /** Both ends were timed by one clock, the switchboard's: they prove nothing of other clocks. */
  oneClock: 4,
} as const

/** Lane 0 is that of the clients. */
export const CLIENTS = 0
