/** Fields of the form, one row each: what the parser of the file knows, with units and ranges. */
import { READ_MODE_NAMES } from '../../../../core/kv/readMode'
import { INVARIANT_IDS } from '../../../../core/check/views'
import { MUTANT_IDS } from '../../../../core/paxos/mutant'
import { VARIANT_NAMES } from '../../../../shared/clusterOptions'
import {
  BACKLOG_MAX,
  DEFAULT_LOAD,
  IN_FLIGHT_MAX,
  LOAD_CLIENTS_MAX,
  LOAD_KEYS_MAX,
  LOAD_RATE_MAX,
  VALUE_BYTES_MAX,
} from '../../../../shared/load'
import { REPEAT_MAX } from '../../../../shared/experimentPlan'
import { DEFAULT_CLUSTER } from '../../../../shared/api'

type Value = string | number | boolean

export interface FieldSpec {
  readonly key: string
  readonly label: string
  /** `flow`: any value as YAML writes it in one line, such as `[2, 4]`. */
  readonly kind: 'text' | 'choice' | 'number' | 'flag' | 'duration' | 'policy' | 'flow'
  /** What holds where the file says nothing; empty: it must say something. */
  readonly usual: string
  readonly hint?: string
  readonly unit?: string
  readonly range?: readonly [min: number, max: number]
  /** Whole numbers unless said otherwise. */
  readonly step?: number
  readonly options?: readonly (readonly [value: Value, label: string])[]
  readonly long?: boolean
  readonly example?: string
}

const same = (values: readonly string[]) => values.map((value) => [value, value] as const)
const SEED_MAX = 0xffff_ffff

export const ABOUT: readonly FieldSpec[] = [
  { key: 'title', label: 'Title', kind: 'text', usual: '', hint: 'up to 60 characters' },
  { key: 'summary', label: 'Summary', kind: 'text', usual: '', long: true },
  { key: 'name', label: 'Name', kind: 'text', usual: '', hint: 'of results and commands' },
  {
    ...{ key: 'seconds', label: 'Takes about', kind: 'number', usual: '' },
    ...{ unit: 's', range: [1, 3600] },
  },
  {
    ...{ key: 'level', label: 'Level', kind: 'choice', usual: '' },
    options: same(['first', 'basic', 'advanced']),
  },
]

export const CLUSTER: readonly FieldSpec[] = [
  {
    ...{ key: 'nodes', label: 'Nodes', kind: 'choice', usual: String(DEFAULT_CLUSTER.nodes) },
    options: [3, 5, 7, 9].map((count) => [count, String(count)] as const),
  },
  {
    ...{ key: 'mode', label: 'Mode', kind: 'choice', usual: 'multi' },
    options: [
      ['multi', 'multi: a log of slots'],
      ['single', 'single: one value for ever'],
    ],
  },
  {
    ...{ key: 'policy', label: 'Policy', kind: 'policy', usual: 'leader' },
    ...{ hint: 'times in ms', example: 'random 20 1500' },
  },
  { key: 'quorumAware', label: 'Quorum-aware', kind: 'flag', usual: 'no' },
  {
    ...{ key: 'variant', label: 'Variant', kind: 'choice', usual: 'lamport' },
    options: [
      ['lamport', VARIANT_NAMES.lamport],
      ['blog2014', `${VARIANT_NAMES.blog2014}: not Paxos`],
    ],
  },
  {
    ...{ key: 'mutant', label: 'Mutant', kind: 'choice', usual: 'none' },
    ...{ options: same(MUTANT_IDS), hint: 'one rule broken on purpose' },
  },
  { key: 'requestDeadline', label: 'Deadline', kind: 'duration', usual: '5s' },
  { key: 'stallBound', label: 'Stall bound', kind: 'duration', usual: 'not judged', hint: 'I15' },
]

export const CLUSTER_MORE: readonly FieldSpec[] = [
  { key: 'quorums', label: 'Quorums', kind: 'flow', usual: 'majority', example: '[2, 4]' },
  {
    ...{ key: 'roles', label: 'Roles', kind: 'flow', usual: 'all play all' },
    example: '{ proposers: [1], acceptors: [1, 2, 3], learners: [1, 2] }',
  },
  { key: 'learnerMode', label: 'Learners', kind: 'flow', usual: 'leader', example: 'all, [2, 3]' },
  {
    ...{ key: 'phases', label: 'Phases', kind: 'choice', usual: 'both' },
    options: [
      ['both', 'both'],
      ['second', 'second only: not safe'],
    ],
  },
  {
    ...{ key: 'refusal', label: 'Refusal', kind: 'choice', usual: 'nack' },
    options: same(['nack', 'silence']),
  },
  {
    ...{ key: 'readMode', label: 'Reads', kind: 'choice', usual: 'log' },
    options: same(READ_MODE_NAMES),
  },
  {
    ...{ key: 'rejoin', label: 'After a wipe', kind: 'choice', usual: 'refuse' },
    options: same(['refuse', 'learner']),
  },
  { key: 'flush', label: 'Flush', kind: 'flag', usual: 'yes', hint: 'without it not safe' },
  { key: 'freezeOnViolation', label: 'Freeze', kind: 'flag', usual: 'no', hint: 'at a violation' },
  { key: 'recordInputs', label: 'Record inputs', kind: 'flag', usual: 'no', hint: 'for replays' },
  { key: 'recordMessages', label: 'Record messages', kind: 'flag', usual: 'no' },
  {
    ...{ key: 'snapshotSlots', label: 'Snapshot after', kind: 'number', usual: '20000' },
    ...{ unit: 'slots', range: [0, 100_000_000] },
  },
  {
    ...{ key: 'windowSlots', label: 'Window α', kind: 'number', usual: '2048' },
    ...{ unit: 'slots', range: [1, 1_000_000] },
  },
  {
    ...{ key: 'clocks', label: 'Clocks', kind: 'flow', usual: 'all are right' },
    example: '[{ node: 2, offsetMs: 500, drift: 0.1 }]',
  },
]

export const LOAD: readonly FieldSpec[] = [
  {
    ...{ key: 'clients', label: 'Clients', kind: 'number', usual: '' },
    range: [1, LOAD_CLIENTS_MAX],
  },
  {
    ...{ key: 'rate', label: 'Rate', kind: 'number', usual: 'as fast as answered' },
    ...{ unit: '/s', range: [0, LOAD_RATE_MAX], step: 0.1 },
  },
  {
    ...{ key: 'reads', label: 'Reads', kind: 'number', usual: String(DEFAULT_LOAD.readRatio) },
    ...{ hint: 'share', range: [0, 1], step: 0.01 },
  },
  {
    ...{ key: 'mix', label: 'Mix', kind: 'number', usual: '0' },
    ...{ hint: 'share of CAS, INCR, APPEND', range: [0, 1], step: 0.01 },
  },
]

export const LOAD_MORE: readonly FieldSpec[] = [
  { key: 'nodes', label: 'At nodes', kind: 'flow', usual: 'all', example: '[1, 2]' },
  {
    ...{ key: 'keys', label: 'Keys', kind: 'number', usual: String(DEFAULT_LOAD.keys) },
    range: [1, LOAD_KEYS_MAX],
  },
  {
    ...{ key: 'bytes', label: 'Value', kind: 'number', usual: String(DEFAULT_LOAD.valueBytes) },
    ...{ unit: 'B', range: [1, VALUE_BYTES_MAX] },
  },
  {
    ...{ key: 'open', label: 'Open loop', kind: 'choice', usual: 'no' },
    options: same(['constant', 'poisson']),
  },
  {
    ...{ key: 'inFlight', label: 'In flight', kind: 'number', usual: 'not bounded here' },
    range: [1, IN_FLIGHT_MAX],
  },
  {
    ...{ key: 'backlog', label: 'Backlog', kind: 'number', usual: 'as by default' },
    range: [0, BACKLOG_MAX],
  },
  { key: 'zipf', label: 'Zipf', kind: 'flow', usual: 'uniform keys', example: 'true, 0.99' },
  { key: 'single', label: 'One key', kind: 'flag', usual: 'no' },
  { key: 'roam', label: 'Roam', kind: 'flow', usual: 'stay', example: 'true, 10' },
  {
    ...{ key: 'retry', label: 'Retry', kind: 'choice', usual: 'none' },
    options: same(['session', 'plain']),
  },
]

export const PLAN: readonly FieldSpec[] = [
  { key: 'seed', label: 'Seed', kind: 'number', usual: '1', range: [0, SEED_MAX] },
  {
    ...{ key: 'repeat', label: 'Repeat', kind: 'number', usual: '1' },
    ...{ unit: 'trials', range: [1, REPEAT_MAX] },
  },
  { key: 'seeds', label: 'Seeds', kind: 'flow', usual: 'from the seed on', example: '1..30' },
  {
    ...{ key: 'violates', label: 'Violates', kind: 'flow', usual: 'nothing' },
    example: `[${INVARIANT_IDS[0]}]`,
  },
]
