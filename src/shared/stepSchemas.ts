/** Parsers of what viewers ask in step mode; see `apiSchemas.ts`. */
import { frameMatch } from './gateSchemas'
import { TIMERS } from './nodeOptionsCodec'
import { z } from './zod'

const NODES_MAX = 9
const ARGS_MAX = 64
const ARG_CHARS_MAX = 65_536

const whole = z.number().int()
const node = whole.min(1).max(NODES_MAX)
const id = whole.min(1)
const link = z.strictObject({ from: node, to: node })
const args = z.array(z.string().max(ARG_CHARS_MAX)).min(1).max(ARGS_MAX)

const choice = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('next') }),
  z.strictObject({ kind: z.enum(['frame', 'drop']), id }),
  z.strictObject({ kind: z.enum(['deliver', 'lose']), link, match: frameMatch }),
  z.strictObject({ kind: z.literal('timer'), node, timer: z.enum(TIMERS) }),
  z.strictObject({ kind: z.literal('request'), node, id: id.nullable() }),
  z.strictObject({ kind: z.enum(['command', 'propose']), node, args }),
  z.strictObject({ kind: z.literal('elect'), node }),
])

const none = z.tuple([])

export const stepCalls = {
  startStepping: none,
  stopStepping: none,
  stepChoices: none,
  stepPerform: z.tuple([choice]),
  stepScript: none,
  gateMove: z.tuple([id, z.enum(['before', 'after']), id]),
}
