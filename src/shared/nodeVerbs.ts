/**
 * Verbs of faults inside nodes and of reads: `power-loss`, `wipe`, `storage`, `clock`, `slow`,
 * `failpoint`, `read`, `read-slot`, `records`. One grammar with `verbs.ts`, which takes them in.
 *
 * MODE: how a read finds its value, by the names of `core/kv/readMode.ts`.
 */
import type { FailpointArm, SlowSetting, StorageFault } from '../core/fault'
import { DELAY_MS_MAX, SLOW_MS_MAX } from '../core/fault'
import { READ_MODE_NAMES, readModeOf } from '../core/kv/readMode'
import type { ReadMode } from '../core/kv/readMode'
import type { ReadSubject } from '../core/paxos/message'
import type { ClockSetting } from './control'
import type { NodeRef, VerbArgs } from './verbArgs'

type WithoutNode<Fault> = Fault extends unknown ? Omit<Fault, 'node'> : never

/** A fault of a disk whose node is named when the verb is carried out. */
export type StorageRef = WithoutNode<StorageFault>

export type NodeFaultVerb =
  /** `all`: every node that runs. */
  | {
      readonly verb: 'power-loss'
      readonly nodes: readonly NodeRef[] | 'all'
      readonly tornTail: boolean
    }
  | { readonly verb: 'wipe'; readonly node: NodeRef }
  | { readonly verb: 'storage'; readonly node: NodeRef; readonly fault: StorageRef }
  | { readonly verb: 'clock'; readonly node: NodeRef; readonly clock: ClockSetting }
  | { readonly verb: 'slow'; readonly node: NodeRef; readonly slow: SlowSetting }
  | { readonly verb: 'failpoint'; readonly node: NodeRef; readonly arm: FailpointArm }
  /** `node` null: any that runs. */
  | {
      readonly verb: 'read' | 'read-slot'
      readonly node: NodeRef | null
      readonly subject: ReadSubject
      readonly mode: ReadMode
    }
  | {
      readonly verb: 'records'
      readonly node: NodeRef
      readonly fromOffset: number
      readonly count: number
    }

interface NodeVerbSpec {
  readonly usage: string
  readonly help: string
  parse(args: VerbArgs): NodeFaultVerb
}

/** As `controlCodec.ts` has it; its parsers are not needed here. */
export const RECORDS_MAX = 200
const RECORDS_DEFAULT = 20
const OFFSET_MS_MAX = 864_000_000
const DRIFT_MAX = 10
const SKIP_MAX = 1_000_000_000
const MODES = READ_MODE_NAMES.join('|')

export const NODE_FAULT_VERBS: Readonly<Record<NodeFaultVerb['verb'], NodeVerbSpec>> = {
  'power-loss': {
    usage: 'power-loss NODE[,NODE ...]|all [torn]',
    help:
      'ends nodes at once and takes away what their disks had not flushed; "torn" leaves a ' +
      'garbled tail; restart ends it',
    parse: (args) => ({
      verb: 'power-loss',
      nodes: args.takes('all') ? 'all' : args.nodes(),
      tornTail: args.takes('torn'),
    }),
  },
  wipe: {
    usage: 'wipe NODE',
    help: 'ends a node and empties its disk: it has forgotten its promises and must not vote again',
    parse: (args) => ({ verb: 'wipe', node: args.node() }),
  },
  storage: {
    usage:
      'storage NODE flush-off | flush-lies | slow-flush MS [JITTER_MS] | write-error' +
      ' | flush-error | disk-full BYTES | torn-tail',
    help: 'the disk of a node does wrong from now on, restarts included; heal FAULT ends it',
    parse: (args) => ({ verb: 'storage', node: args.node(), fault: parseStorage(args) }),
  },
  clock: {
    usage: 'clock NODE OFFSET_MS [DRIFT]',
    help: 'the clock of a node is off by OFFSET_MS and fast (0.1 or 10%) or slow (-10%)',
    parse: (args) => ({
      verb: 'clock',
      node: args.node(),
      clock: {
        offsetMs: args.number('the offset', -OFFSET_MS_MAX, OFFSET_MS_MAX),
        drift: args.isEmpty ? 0 : args.share('the drift', -1, DRIFT_MAX),
      },
    }),
  },
  slow: {
    usage: 'slow NODE MS [JITTER_MS]',
    help: 'a node stands still for MS, give or take JITTER_MS, before each round of its work',
    parse: (args) => ({
      verb: 'slow',
      node: args.node(),
      slow: {
        delayMs: args.number('the delay', 0, SLOW_MS_MAX),
        jitterMs: args.isEmpty ? 0 : args.number('the jitter', 0, SLOW_MS_MAX),
      },
    }),
  },
  failpoint: {
    usage: 'failpoint NODE NAME crash|error|delay MS [skip COUNT]',
    help: 'a named place in a node crashes it, fails, or stands still, after COUNT hits',
    parse: (args) => ({ verb: 'failpoint', node: args.node(), arm: parseArm(args) }),
  },
  read: {
    usage: `read KEY [at NODE] [--mode ${MODES}]`,
    help: 'learner read: asks all nodes; may answer "undetermined"; other modes assume other things',
    parse: (args) => {
      const subject = { kind: 'key', key: args.word('the key') } as const
      return { verb: 'read', subject, ...parseHow(args) }
    },
  },
  'read-slot': {
    usage: `read-slot SLOT [at NODE] [--mode ${MODES}]`,
    help: 'what is chosen in one slot, asked of all nodes',
    parse: (args) => {
      const slot = args.whole('the slot', 1, Number.MAX_SAFE_INTEGER)
      return { verb: 'read-slot', subject: { kind: 'slot', slot }, ...parseHow(args) }
    },
  },
  records: {
    usage: 'records NODE [OFFSET [COUNT]]',
    help: 'the durable records of a node from an offset of its log on',
    parse: (args) => ({
      verb: 'records',
      node: args.node(),
      fromOffset: args.isEmpty ? 0 : args.whole('the offset', 0, Number.MAX_SAFE_INTEGER),
      count: args.isEmpty ? RECORDS_DEFAULT : args.whole('the count', 1, RECORDS_MAX),
    }),
  },
}

function parseStorage(args: VerbArgs): StorageRef {
  const word = args.word('the fault of the disk')
  switch (word) {
    case 'flush-off':
      return { kind: 'flushOff' }
    case 'flush-lies':
      return { kind: 'flushLies' }
    case 'slow-flush': {
      const delayMs = args.ms('the delay')
      return { kind: 'slowFlush', delayMs, jitterMs: args.isEmpty ? 0 : args.ms('the jitter') }
    }
    case 'write-error':
      return { kind: 'writeError' }
    case 'flush-error':
      return { kind: 'flushError' }
    case 'disk-full':
      return {
        kind: 'diskFull',
        bytesLeft: args.whole('the bytes left', 0, Number.MAX_SAFE_INTEGER),
      }
    case 'torn-tail':
      return { kind: 'tornTail' }
    default:
      return args.fail(`"${word}" is not a fault of a disk`)
  }
}

function parseArm(args: VerbArgs): FailpointArm {
  const name = args.word('the name of the failpoint')
  const action = args.word('the action')
  if (action !== 'crash' && action !== 'error' && action !== 'delay') {
    return args.fail(`"${action}" is not an action`)
  }
  const delayMs = action === 'delay' ? args.whole('the delay', 0, DELAY_MS_MAX) : 0
  const skip = args.takes('skip') ? args.whole('the count', 0, SKIP_MAX) : 0
  return { name, action, skip, delayMs }
}

function parseHow(args: VerbArgs): { node: NodeRef | null; mode: ReadMode } {
  let node: NodeRef | null = null
  let mode: ReadMode = 'learner'
  while (!args.isEmpty) {
    if (args.takes('at')) node = args.node()
    else if (args.takes('--mode')) mode = parseMode(args)
    else break
  }
  return { node, mode }
}

function parseMode(args: VerbArgs): ReadMode {
  const word = args.word('the mode')
  return readModeOf(word) ?? args.fail(`"${word}" is not a mode of reading`)
}
