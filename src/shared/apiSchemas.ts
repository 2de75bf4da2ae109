/**
 * Parsers of the arguments of every call, for the edge of a host. Nothing from a viewer reaches the
 * lab unparsed, and what does not parse is an error that names the argument.
 *
 * Limits: texts, lists and numbers have bounds; see the constants.
 */
import type { LabApi } from './api'
import { adversaryOptions, frameMatch, gateSelect, waitCall } from './gateSchemas'
import { LabCallError } from './api'
import { clusterOptions, policy } from './clusterSchemas'
import { deskCalls } from './deskSchemas'
import { loadOptions } from './loadOptions'
import { parseMark, MARK_CHARS_MAX } from './lessonMark'
import { linkChange, partition } from './linkSchemas'
import { nodeCalls } from './nodeSchemas'
import type { HostCalls } from './rpc'
import { stormCalls } from './stormSchemas'
import { savedRunCalls } from './savedRunSchemas'
import { shellCalls } from './shellSchemas'
import { stepCalls } from './stepSchemas'
import { z } from './zod'

const NODES_MAX = 9
const LINKS_MAX = NODES_MAX * (NODES_MAX - 1)
const KEY_CHARS_MAX = 1024
const ARGS_MAX = 64
const ARG_CHARS_MAX = 65_536
const SLOTS_MAX = 200
const EVENTS_MAX = 10_000

const whole = z.number().int()
const node = whole.min(1).max(NODES_MAX)
const seed = whole.min(0).max(0xffff_ffff)
const link = z.strictObject({ from: node, to: node })
const links = z.array(link).min(1).max(LINKS_MAX)
const commandArgs = z.array(z.string().max(ARG_CHARS_MAX)).min(1).max(ARGS_MAX)

const lessonMark = z
  .string()
  .max(MARK_CHARS_MAX)
  .refine((words) => parseMark(words) !== null, 'is no mark such as "duel@1: begin set-up"')

interface Parser<Value> {
  safeParse(value: unknown): z.ZodSafeParseResult<Value>
}

type Schemas<Names extends keyof HostCalls> = {
  readonly [Name in Names]: Parser<Parameters<HostCalls[Name]>>
}

const oneNode = z.tuple([node])
const none = z.tuple([])

const labSchemas: Schemas<keyof LabApi> = {
  snapshot: none,
  startCluster: z.tuple([clusterOptions]),
  stopCluster: none,
  killNode: oneNode,
  stopNode: oneNode,
  restartNode: oneNode,
  pauseNode: oneNode,
  resumeNode: oneNode,
  ...nodeCalls,
  changeLinks: z.tuple([links, linkChange]),
  partition: z.tuple([partition]),
  gateList: z.tuple([frameMatch]),
  gateInspect: z.tuple([whole.min(1)]),
  gateRelease: z.tuple([gateSelect]),
  gateDrop: z.tuple([gateSelect]),
  gateDuplicate: z.tuple([gateSelect]),
  gateWait: waitCall,
  startAdversary: z.tuple([adversaryOptions]),
  stopAdversary: none,
  ...stormCalls,
  endFault: z.tuple([z.string().min(1).max(40)]),
  healAll: z.tuple([z.boolean()]),
  command: z.tuple([node, commandArgs]),
  learnerRead: z.tuple([node.nullable(), z.string().max(KEY_CHARS_MAX)]),
  propose: z.tuple([node, commandArgs]),
  startElection: oneNode,
  stepDown: oneNode,
  setPolicy: z.tuple([policy]),
  setLoad: z.tuple([loadOptions.nullable()]),
  slots: z.tuple([node, whole.min(1), whole.min(1).max(SLOTS_MAX)]),
  runScenario: z.tuple([z.string().min(1).max(100), seed.nullable()]),
  stopScenario: none,
  markLesson: z.tuple([lessonMark]),
  watchMessages: z.tuple([z.boolean()]),
  events: z
    .tuple([whole.min(1), whole.min(1)])
    .refine(([from, to]) => from <= to, 'from is above to')
    .refine(([from, to]) => to - from < EVENTS_MAX, `at most ${EVENTS_MAX} events a call`),
  ...stepCalls,
  ...savedRunCalls,
}

export const CALL_SCHEMAS: Schemas<keyof HostCalls> = {
  ...labSchemas,
  ...deskCalls,
  takeControl: none,
  beat: none,
  ack: z.tuple([whole.min(0)]),
  ...shellCalls,
}

/** Calls that only look: allowed without control. Every other call of LabApi changes something. */
export const LOOKING: ReadonlySet<keyof LabApi> = new Set([
  'snapshot',
  'gateList',
  'gateInspect',
  'watchMessages',
  'gateWait',
  'stepChoices',
  'stepScript',
  'learnerRead',
  'slots',
  'records',
  'events',
  'logs',
  'openRun',
  'runMilestones',
  'runEvents',
  'runText',
  'lookAtRun',
  'closeRun',
] as const)

/** Parses the arguments of one call; throws `badArgument` that says which and why. */
export function parseArgs<Name extends keyof HostCalls>(
  name: Name,
  args: readonly unknown[],
): Parameters<HostCalls[Name]> {
  const parsed = CALL_SCHEMAS[name].safeParse(args)
  if (parsed.success) return parsed.data
  const words = parsed.error.issues.map((issue) => {
    const [index, ...path] = issue.path
    if (index === undefined) return issue.message
    const where = path.map((part) => `.${String(part)}`).join('')
    return `argument ${Number(index) + 1}${where}: ${issue.message}`
  })
  throw new LabCallError('badArgument', `${name}: ${words[0] ?? 'wrong arguments'}`, words)
}
