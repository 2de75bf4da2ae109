/** Parsers of faults inside nodes and of reads, from viewers; see `apiSchemas.ts`. */
import { DELAY_MS_MAX, SLOW_MS_MAX } from '../core/fault'
import { clock, readMode } from './clusterSchemas'
import { RECORD_VIEWS_MAX } from './controlCodec'
import { z } from './zod'

const NODES_MAX = 9
const KEY_CHARS_MAX = 1024
const NAME_CHARS_MAX = 64

const whole = z.number().int()
const node = whole.min(1).max(NODES_MAX)
const delayMs = z.number().int().min(0).max(DELAY_MS_MAX)
const slowMs = z.number().min(0).max(SLOW_MS_MAX)

const storageFault = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.enum(['flushOff', 'flushLies', 'writeError', 'flushError', 'tornTail']),
    node,
  }),
  z.strictObject({ kind: z.literal('slowFlush'), node, delayMs, jitterMs: delayMs }),
  z.strictObject({
    kind: z.literal('diskFull'),
    node,
    bytesLeft: whole.min(0).max(Number.MAX_SAFE_INTEGER),
  }),
])

const failpointArm = z.strictObject({
  name: z.string().min(1).max(NAME_CHARS_MAX),
  action: z.enum(['crash', 'delay', 'error']),
  skip: whole.min(0).max(Number.MAX_SAFE_INTEGER),
  delayMs,
})

const subject = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('key'), key: z.string().max(KEY_CHARS_MAX) }),
  z.strictObject({ kind: z.literal('slot'), slot: whole.min(1) }),
])

export const nodeCalls = {
  powerLoss: z.tuple([z.array(node).min(1).max(NODES_MAX), z.boolean()]),
  wipeNode: z.tuple([node]),
  storageFault: z.tuple([storageFault]),
  clockFault: z.tuple([node, z.strictObject(clock)]),
  slowNode: z.tuple([node, z.strictObject({ delayMs: slowMs, jitterMs: slowMs })]),
  failpoint: z.tuple([node, failpointArm]),
  read: z.tuple([node.nullable(), subject, readMode]),
  records: z.tuple([node, whole.min(0), whole.min(1).max(RECORD_VIEWS_MAX)]),
} as const
