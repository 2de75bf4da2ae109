/**
 * The `cluster` of a scenario file, in words that a person writes: `quorums: [2, 4]`,
 * `learnerMode: all`, `image:` with slots such as `1-134`. See `docs/experiments.md`.
 *
 * Errors: zod issues; `experiment.ts` gives them their place in the file.
 */
import { READ_MODE_NAMES, readModeOf } from '../core/kv/readMode'
import { parseBallot } from '../core/paxos/ballot'
import { LEADER_POLICY } from '../core/paxos/config'
import type { ElectionPolicy, LearnerMode } from '../core/paxos/config'
import { MUTANT_IDS } from '../core/paxos/mutant'
import { MAJORITY } from '../core/paxos/quorum'
import type { QuorumSystem } from '../core/paxos/quorum'
import { clusterFault, DEFAULT_CLUSTER } from './clusterOptions'
import type { ClusterOptions } from './clusterOptions'
import { clock } from './clusterSchemas'
import type { DiskImage } from './diskImage'
import { IMAGE_RUNS_MAX } from './diskImage'
import { LabCallError } from './api'
import { policyName } from './experimentPlan'
import { parsePolicyRef, POLICY_NAMES, POLICY_USAGE, toPolicy } from './policyVerb'
import { UNNAMED_LETTERS } from './unnamed'
import { splitWords, VerbArgs, VerbError } from './verbArgs'
import { z } from './zod'

const WAIT_MS_MAX = 600_000
const NODES_MAX = 9
const SETS_MAX = 100

/** `500ms` or `2s`; parsed to ms. */
export const duration = z
  .string()
  .regex(/^\d+(\.\d+)?(ms|s)$/, 'is not a time such as 500ms or 2s')
  .transform((text) => Number.parseFloat(text) * (text.endsWith('ms') ? 1 : 1000))
  .refine((ms) => ms <= WAIT_MS_MAX, `is longer than ${WAIT_MS_MAX / 1000} s`)

const node = z.number().int().min(1).max(NODES_MAX)
const nodes = z.array(node).min(1).max(NODES_MAX)
const sets = z.array(z.array(node).max(NODES_MAX)).max(SETS_MAX)

/** `eager`, `backoff-exponential`, or with times in ms: `random 20 1500`. */
const policy = z
  .string()
  .transform((text, context): ElectionPolicy => {
    try {
      const args = new VerbArgs(splitWords(policyName(text)), POLICY_USAGE)
      const ref = parsePolicyRef(args)
      args.end()
      return toPolicy(ref, DEFAULT_CLUSTER.tickMs)
    } catch (error) {
      if (!(error instanceof VerbError || error instanceof LabCallError)) throw error
      const names = [...POLICY_NAMES, 'backoff-exponential', 'backoff-random', 'backoff-fixed']
      context.addIssue({
        code: 'custom',
        message: `${error.message}; there are ${names.join(', ')}, with times in ms or without`,
      })
      return z.NEVER
    }
  })
  .meta({ description: POLICY_USAGE, examples: [...POLICY_NAMES, 'random 20 1500'] })

const count = z.number().int()
const quorums = z.union(
  [
    z.literal('majority').transform((): QuorumSystem => MAJORITY),
    z.tuple([count, count]).transform(([phase1, phase2]): QuorumSystem => {
      return { kind: 'counts', phase1, phase2 }
    }),
    z
      .strictObject({ phase1: sets, phase2: sets })
      .transform((both): QuorumSystem => ({ kind: 'sets', ...both })),
  ],
  'is not majority, two counts such as [2, 4], or sets of both phases',
)

const learnerMode = z.union(
  [
    z.enum(['leader', 'all']).transform((kind): LearnerMode => ({ kind })),
    nodes.transform((set): LearnerMode => ({ kind: 'set', nodes: set })),
  ],
  'is not leader, all, or a list of nodes',
)

const readMode = z.string().transform((text, context) => {
  const mode = readModeOf(text)
  if (mode !== null) return mode
  context.addIssue({ code: 'custom', message: `is none of ${READ_MODE_NAMES.join(', ')}` })
  return z.NEVER
})

const ballot = z.string('is not a ballot in quotes such as "1.2"').transform((text, context) => {
  const parsed = parseBallot(text)
  if (parsed !== null && parsed.round >= 1) return parsed
  context.addIssue({ code: 'custom', message: 'is not a ballot in quotes such as "1.2"' })
  return z.NEVER
})

const slots = z
  .union([count.transform(String), z.string()])
  .refine((text) => /^\d{1,9}(-\d{1,9})?$/.test(text), 'is not a slot, or slots such as 1-134')
  .transform((text) => {
    const [from = '', to = from] = text.split('-')
    return { slotFrom: Number(from), slotTo: Number(to) }
  })

const command = z.string().transform((text, context): string[] => {
  try {
    return splitWords(text)
  } catch (error) {
    if (!(error instanceof VerbError)) throw error
    context.addIssue({ code: 'custom', message: error.message })
    return z.NEVER
  }
})

const image = z
  .strictObject({
    nodes,
    promised: ballot.optional(),
    votes: z.array(z.strictObject({ slots, ballot, command })).max(IMAGE_RUNS_MAX).optional(),
    learned: z.array(z.strictObject({ slots, command })).max(IMAGE_RUNS_MAX).optional(),
    chosenThrough: count.min(0).optional(),
  })
  .transform((raw): DiskImage[] =>
    raw.nodes.map((each) => ({
      node: each,
      promised: raw.promised ?? null,
      votes: (raw.votes ?? []).map(({ slots: run, ...vote }) => ({ ...run, ...vote })),
      learned: (raw.learned ?? []).map(({ slots: run, command: args }) => ({
        ...run,
        command: args,
      })),
      chosenThrough: raw.chosenThrough ?? 0,
    })),
  )

/** Options as they are, by the names that a scenario gives them. */
const plain = {
  nodes: z.union([z.literal(3), z.literal(5), z.literal(7), z.literal(9)]).exactOptional(),
  mode: z.enum(['single', 'multi']).exactOptional(),
  variant: z.enum(['lamport', 'blog2014']).exactOptional(),
  mutant: z.enum(MUTANT_IDS).exactOptional(),
  unnamed: z.enum(UNNAMED_LETTERS).exactOptional().meta({
    description: 'Pictures show this letter in place of the mutant',
  }),
  quorums: quorums.exactOptional(),
  roles: z.strictObject({ proposers: nodes, acceptors: nodes, learners: nodes }).exactOptional(),
  learnerMode: learnerMode.exactOptional(),
  phases: z.enum(['both', 'second']).exactOptional(),
  refusal: z.enum(['nack', 'silence']).exactOptional(),
  readMode: readMode.exactOptional(),
  snapshotSlots: count.min(0).max(100_000_000).exactOptional(),
  rejoin: z.enum(['refuse', 'learner']).exactOptional(),
  flush: z.boolean().exactOptional(),
  freezeOnViolation: z.boolean().exactOptional(),
  recordInputs: z.boolean().exactOptional(),
  recordMessages: z.boolean().exactOptional(),
  windowSlots: count.min(1).max(1_000_000).exactOptional(),
  clocks: z
    .array(z.strictObject({ node, ...clock }))
    .max(NODES_MAX)
    .exactOptional(),
}

export const cluster = z
  .strictObject({
    ...plain,
    policy: policy.optional(),
    quorumAware: z.boolean().optional(),
    requestDeadline: duration.optional(),
    stallBound: duration.optional(),
    image: z.array(image).max(NODES_MAX).optional(),
  })
  .transform((raw, context): ClusterOptions => {
    const { policy: own, quorumAware, requestDeadline, stallBound, image: disks, ...given } = raw
    const options: ClusterOptions = {
      ...DEFAULT_CLUSTER,
      ...given,
      image: (disks ?? []).flat(),
      policy: withAware(own ?? LEADER_POLICY, quorumAware === true),
      requestDeadlineMs: requestDeadline ?? DEFAULT_CLUSTER.requestDeadlineMs,
      stallMsMax: stallBound ?? DEFAULT_CLUSTER.stallMsMax,
    }
    const words = clusterFault(options)
    if (words !== null) context.addIssue({ code: 'custom', message: words, path: placeOf(words) })
    return options
  })

/** Words about one option begin with its name. */
function placeOf(words: string): string[] {
  const name = /^(\w+): /.exec(words)?.[1]
  return name !== undefined && Object.hasOwn(DEFAULT_CLUSTER, name) ? [name] : []
}

function withAware(policy: ElectionPolicy, quorumAware: boolean): ElectionPolicy {
  const elects = policy.kind === 'leader' || policy.kind === 'lease'
  return quorumAware && elects ? { ...policy, quorumAware: true } : policy
}
