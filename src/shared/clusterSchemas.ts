/** Parsers of a policy and of the options of a cluster, from viewers; see `apiSchemas.ts`. */
import { READ_MODES } from '../core/kv/readMode'
import { MUTANT_IDS } from '../core/paxos/mutant'
import { NODE_ID_MAX } from '../core/paxos/quorum'
import type { ClusterOptions } from './clusterOptions'
import { clusterFault } from './clusterOptions'
import { IMAGE_RUNS_MAX } from './diskImage'
import { UNNAMED_LETTERS } from './unnamed'
import { z } from './zod'

const NODES_MAX = 9
const TICKS_MAX = 100_000
const SETS_MAX = 100
const SLOT_MAX = 1_000_000_000
const SNAPSHOT_SLOTS_MAX = 100_000_000
const ARGS_MAX = 64
const ARG_CHARS_MAX = 1024
const DURATION_MS_MAX = 600_000
const OFFSET_MS_MAX = 864_000_000

const whole = z.number().int()
const ticks = whole.min(1).max(TICKS_MAX)
const node = whole.min(1).max(NODES_MAX)
const nodeList = z.array(node).min(1).max(NODES_MAX)
const slot = whole.min(1).max(SLOT_MAX)

const range = { ticksMin: ticks, ticksMax: ticks }
const ordered = (value: { ticksMin: number; ticksMax: number }) => value.ticksMin <= value.ticksMax
const rangeWords = 'ticksMin is above ticksMax'

const backoff = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('fixed'), ticks }),
  z.strictObject({ kind: z.literal('random'), ...range }).refine(ordered, rangeWords),
  z.strictObject({ kind: z.literal('exponential'), ...range }).refine(ordered, rangeWords),
])

const election = {
  heartbeatTicks: ticks,
  electionTicksMin: ticks,
  electionTicksMax: ticks,
  quorumAware: z.boolean().exactOptional(),
}
const inOrder = (times: {
  heartbeatTicks: number
  electionTicksMin: number
  electionTicksMax: number
}) =>
  times.heartbeatTicks < times.electionTicksMin && times.electionTicksMin <= times.electionTicksMax
const orderWords = 'needs heartbeatTicks < electionTicksMin <= electionTicksMax'

export const policy = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('eager') }),
  z.strictObject({ kind: z.literal('backoff'), backoff }),
  z.strictObject({ kind: z.literal('leader'), ...election }).refine(inOrder, orderWords),
  z
    .strictObject({
      kind: z.literal('lease'),
      ...election,
      leaseTicks: ticks,
      driftBound: z.number().min(0).max(1),
    })
    .refine(inOrder, orderWords)
    .refine(
      ({ leaseTicks, electionTicksMin }) => leaseTicks <= electionTicksMin,
      'needs leaseTicks <= electionTicksMin',
    ),
])

const sets = z.array(z.array(node).max(NODES_MAX)).max(SETS_MAX)

const quorums = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('majority') }),
  z.strictObject({ kind: z.literal('counts'), phase1: whole, phase2: whole }),
  z.strictObject({ kind: z.literal('sets'), phase1: sets, phase2: sets }),
])

const roleNodes = z.array(node).max(NODES_MAX)
const roles = z.strictObject({
  proposers: roleNodes,
  acceptors: roleNodes,
  learners: roleNodes,
})

const learnerMode = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('leader') }),
  z.strictObject({ kind: z.literal('all') }),
  z.strictObject({ kind: z.literal('set'), nodes: nodeList }),
])

const ballot = z.strictObject({ round: whole.min(1), node: whole.min(1).max(NODE_ID_MAX) })
const command = z.array(z.string().max(ARG_CHARS_MAX)).max(ARGS_MAX)
const run = { slotFrom: slot, slotTo: slot, command }

const image = z.strictObject({
  node,
  promised: ballot.nullable(),
  votes: z.array(z.strictObject({ ...run, ballot })).max(IMAGE_RUNS_MAX),
  learned: z.array(z.strictObject(run)).max(IMAGE_RUNS_MAX),
  chosenThrough: whole.min(0).max(SLOT_MAX),
})

/** A clock that runs backwards, or eleven times as fast, is a typing mistake. */
export const clock = {
  offsetMs: z.number().min(-OFFSET_MS_MAX).max(OFFSET_MS_MAX),
  drift: z.number().gt(-1).max(10),
}

export const readMode = z.literal(READ_MODES)

export const clusterOptions = z
  .strictObject({
    nodes: z.union([z.literal(3), z.literal(5), z.literal(7), z.literal(9)]),
    mode: z.enum(['single', 'multi']),
    policy,
    variant: z.enum(['lamport', 'blog2014']),
    mutant: z.enum(MUTANT_IDS).nullable(),
    unnamed: z.enum(UNNAMED_LETTERS).exactOptional(),
    quorums,
    roles: roles.nullable(),
    learnerMode,
    phases: z.enum(['both', 'second']),
    refusal: z.enum(['nack', 'silence']),
    readMode,
    snapshotSlots: whole.min(0).max(SNAPSHOT_SLOTS_MAX),
    image: z.array(image).max(NODES_MAX),
    clocks: z.array(z.strictObject({ node, ...clock })).max(NODES_MAX),
    rejoin: z.enum(['refuse', 'learner']),
    direct: z.boolean(),
    seed: whole.min(0).max(0xffff_ffff),
    clientPortBase: z.union([z.literal(0), whole.min(1024).max(65_535 - NODES_MAX)]),
    // A page names no path (E11). The command line, which is the user, goes past this parser.
    dataDir: z.null({ error: 'a window cannot name a directory; use paxos-lab up --data DIR' }),
    requestDeadlineMs: whole.min(10).max(DURATION_MS_MAX),
    windowSlots: whole.min(1).max(1_000_000),
    tickMs: whole.min(1).max(1000),
    flush: z.boolean(),
    telemetry: z.enum(['off', 'facts']),
    stallMsMax: whole.min(0).max(DURATION_MS_MAX),
    freezeOnViolation: z.boolean(),
    recordInputs: z.boolean(),
    recordMessages: z.boolean(),
  })
  .superRefine((options: ClusterOptions, context) => {
    const words = clusterFault(options)
    if (words !== null) context.addIssue({ code: 'custom', message: words })
  })
