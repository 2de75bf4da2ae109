/** Parsers of what viewers ask of the gate; see `apiSchemas.ts`. */
import {
  ADVERSARY_HOLD_MS_MIN,
  GATE_COUNT_MAX,
  GATE_IDS_MAX,
  GATE_WAIT_COUNT_MAX,
  GATE_WAIT_MS_MAX,
  MESSAGE_TYPES,
} from './gate'
import { z } from './zod'

const NODES_MAX = 9

const whole = z.number().int()
const node = whole.min(1).max(NODES_MAX)

export const frameMatch = z.strictObject({
  types: z.array(z.enum(MESSAGE_TYPES)).min(1).max(MESSAGE_TYPES.length).optional(),
  slotFrom: whole.min(1).optional(),
  slotTo: whole.min(1).optional(),
  ballotNode: node.optional(),
  ballotRound: whole.min(0).optional(),
})

const count = whole.min(1).max(GATE_COUNT_MAX)

export const gateSelect = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('all') }),
  z.strictObject({
    kind: z.literal('ids'),
    ids: z.array(whole.min(1)).min(1).max(GATE_IDS_MAX),
    skipGone: z.boolean().optional(),
  }),
  z.strictObject({
    kind: z.literal('link'),
    link: z.strictObject({ from: node, to: node }),
    count,
  }),
  z.strictObject({ kind: z.literal('match'), match: frameMatch, count }),
])

export const waitCall = z.tuple([
  frameMatch,
  whole.min(1).max(GATE_WAIT_COUNT_MAX),
  whole.min(0).max(GATE_WAIT_MS_MAX),
])

export const adversaryOptions = z.strictObject({
  kind: z.literal('flp'),
  holdMsMax: whole.min(ADVERSARY_HOLD_MS_MIN).max(GATE_WAIT_MS_MAX).nullable(),
})
