/**
 * Verbs: what a person types into the command line and what a step of a scenario does. One grammar.
 *
 * Errors: `parseVerb` throws VerbError that names the wrong word and the usage; nothing was done.
 * Units:  times are ms.
 */
import type { FrameMatch } from '../core/fault'
import type { LoadOptions, PartitionRequest } from './api'
import { DEFAULT_LOAD } from './api'
import { GATE_VERBS, parseOnly } from './gateVerbs'
import type { GateVerb } from './gateVerbs'
import { NODE_FAULT_VERBS } from './nodeVerbs'
import type { NodeFaultVerb } from './nodeVerbs'
import { POLICY_USAGE, parsePolicyRef } from './policyVerb'
import type { PolicyRef } from './policyVerb'
import { VerbArgs, VerbError, splitWords } from './verbArgs'
import type { LinksRef, NodeRef } from './verbArgs'

export { VerbError } from './verbArgs'
export type { LinksRef, NodeRef } from './verbArgs'

export type NodeVerb = 'kill' | 'stop' | 'restart' | 'pause' | 'resume' | 'elect' | 'step-down'

export type Verb =
  | { readonly verb: NodeVerb; readonly node: NodeRef }
  | { readonly verb: 'partition'; readonly request: PartitionRequest }
  | { readonly verb: 'cut'; readonly links: LinksRef }
  | {
      readonly verb: 'delay'
      readonly links: LinksRef
      readonly delayMs: number
      readonly jitterMs: number
      readonly match: FrameMatch | undefined
    }
  | {
      readonly verb: 'drop' | 'duplicate'
      readonly links: LinksRef
      readonly probability: number
      readonly match: FrameMatch | undefined
    }
  | {
      readonly verb: 'drop-next'
      readonly links: LinksRef
      readonly count: number
      readonly match: FrameMatch | undefined
    }
  | GateVerb
  /** `fault` null: every link fault; with `processes`, nodes are restarted and resumed too. */
  | { readonly verb: 'heal'; readonly fault: string | null; readonly processes: boolean }
  /** A KV command through the client port of a node: `write`, `get` and `do`. */
  | {
      readonly verb: 'write' | 'get' | 'do'
      readonly node: NodeRef
      readonly args: readonly string[]
    }
  /** Proposed at this very node, whoever leads. */
  | { readonly verb: 'propose'; readonly node: NodeRef; readonly args: readonly string[] }
  | NodeFaultVerb
  | { readonly verb: 'policy'; readonly policy: PolicyRef }
  | { readonly verb: 'load'; readonly load: LoadOptions | null }
  | {
      readonly verb: 'slots'
      readonly node: NodeRef
      readonly from: number
      readonly count: number
    }
  | { readonly verb: 'status' | 'help' | 'quit' }

export type VerbName = Verb['verb']

export interface VerbSpec {
  readonly usage: string
  readonly help: string
  parse(args: VerbArgs): Verb
}

const PRESETS = {
  'isolate-leader': 'isolateLeader',
  'majority-minority': 'majorityMinority',
  bridge: 'bridge',
  'one-way': 'oneWay',
} as const

const SLOTS_MAX = 200
const CLIENTS_MAX = 64
const KEYS_MAX = 1_000_000
const VALUE_BYTES_MAX = 65_536
const COUNT_MAX = 1_000_000

function isPreset(word: string): word is keyof typeof PRESETS {
  return Object.hasOwn(PRESETS, word)
}

function nodeVerb(verb: NodeVerb, help: string): VerbSpec {
  return { usage: `${verb} NODE`, help, parse: (args) => ({ verb, node: args.node() }) }
}

/** Every verb, in the order in which `help` lists them. */
export const VERBS: Readonly<Record<VerbName, VerbSpec>> = {
  kill: nodeVerb('kill', 'ends a node at once (SIGKILL)'),
  stop: nodeVerb('stop', 'ends a node in order'),
  restart: nodeVerb('restart', 'starts a killed or stopped node from its disk'),
  pause: nodeVerb('pause', 'freezes a node (SIGSTOP)'),
  resume: nodeVerb('resume', 'lets a paused node go on'),
  partition: {
    usage: 'partition 1,2 | 3,4,5   or   partition isolate-leader|majority-minority|bridge|one-way',
    help: 'only nodes of one group can talk',
    parse: parsePartition,
  },
  cut: {
    usage: 'cut A B   or   cut A > B',
    help: 'drops every frame of a link, both ways or one; A or B may be "all"',
    parse: (args) => ({ verb: 'cut', links: args.links() }),
  },
  delay: {
    usage: 'delay all|A B|A > B MS [JITTER_MS] [only MATCH]',
    help: 'frames wait MS, give or take JITTER_MS; order is kept',
    parse: (args) => ({
      verb: 'delay',
      links: args.links(),
      delayMs: args.ms('the delay'),
      jitterMs: args.isEmpty || args.isNext('only') ? 0 : args.ms('the jitter'),
      match: parseOnly(args),
    }),
  },
  drop: {
    usage: 'drop all|A B|A > B PROBABILITY [only MATCH]',
    help: 'each frame is lost with this probability (0.2 or 20%)',
    parse: (args) => ({
      verb: 'drop',
      links: args.links(),
      probability: args.probability(),
      match: parseOnly(args),
    }),
  },
  'drop-next': {
    usage: 'drop-next all|A B|A > B COUNT [only MATCH]',
    help: 'the next COUNT frames of each link are lost',
    parse: (args) => ({
      verb: 'drop-next',
      links: args.links(),
      count: args.whole('the count', 1, COUNT_MAX),
      match: parseOnly(args),
    }),
  },
  duplicate: {
    usage: 'duplicate all|A B|A > B PROBABILITY [only MATCH]',
    help: 'each frame is sent twice with this probability',
    parse: (args) => ({
      verb: 'duplicate',
      links: args.links(),
      probability: args.probability(),
      match: parseOnly(args),
    }),
  },
  ...GATE_VERBS,
  heal: {
    usage: 'heal   or   heal all   or   heal FAULT',
    help: 'ends every link fault; "all" restarts and resumes nodes too; FAULT is f1, f2, ...',
    parse: parseHeal,
  },
  write: {
    usage: 'write NODE KEY VALUE',
    help: 'sets a key through the client port of a node',
    parse: (args) => ({
      verb: 'write',
      node: args.node(),
      args: ['SET', args.word('the key'), args.word('the value')],
    }),
  },
  get: {
    usage: 'get NODE KEY',
    help: 'reads a key through the log, at a node',
    parse: (args) => ({ verb: 'get', node: args.node(), args: ['GET', args.word('the key')] }),
  },
  do: {
    usage: 'do NODE COMMAND [ARGUMENT ...]',
    help: 'any key-value command at a node, such as do 3 INCR n',
    parse: (args) => ({
      verb: 'do',
      node: args.node(),
      args: [args.word('the command'), ...args.rest()],
    }),
  },
  propose: {
    usage: 'propose NODE KEY VALUE',
    help: 'this very node proposes to set the key, whoever leads',
    parse: (args) => ({
      verb: 'propose',
      node: args.node(),
      args: ['SET', args.word('the key'), args.word('the value')],
    }),
  },
  ...NODE_FAULT_VERBS,
  policy: {
    usage: POLICY_USAGE,
    help: 'when nodes start a ballot; times in ms',
    parse: (args) => ({ verb: 'policy', policy: parsePolicyRef(args) }),
  },
  elect: nodeVerb('elect', 'this node starts a ballot now'),
  'step-down': nodeVerb('step-down', 'this node gives up its ballot'),
  load: {
    usage:
      'load CLIENTS [clients] [at NODES] [rate PER_SECOND] [reads RATIO] [keys N] [bytes N] [mix RATIO]' +
      '   or   load off',
    help: 'closed-loop clients, as fast as answers come unless a rate is given',
    parse: parseLoad,
  },
  status: {
    usage: 'status',
    help: 'nodes, leader, faults and checks',
    parse: () => ({ verb: 'status' }),
  },
  slots: {
    usage: 'slots NODE [FROM [COUNT]]',
    help: 'what a node holds in its slots',
    parse: (args) => ({
      verb: 'slots',
      node: args.node(),
      from: args.isEmpty ? 1 : args.whole('the first slot', 1, Number.MAX_SAFE_INTEGER),
      count: args.isEmpty ? 20 : args.whole('the count', 1, SLOTS_MAX),
    }),
  },
  help: { usage: 'help', help: 'this list', parse: () => ({ verb: 'help' }) },
  quit: { usage: 'quit', help: 'stops the cluster and ends', parse: () => ({ verb: 'quit' }) },
}

function isVerbName(word: string): word is VerbName {
  return Object.hasOwn(VERBS, word)
}

/** Parses one line; throws VerbError. An empty line is an error too. */
export function parseVerb(line: string): Verb {
  const [name, ...words] = splitWords(line)
  if (name === undefined) throw new VerbError('the line is empty', '')
  if (!isVerbName(name)) {
    throw new VerbError(`"${name.slice(0, 40)}" is not a verb; "help" lists them`, '')
  }
  const args = new VerbArgs(words, VERBS[name].usage)
  const verb = VERBS[name].parse(args)
  args.end()
  return verb
}

function parsePartition(args: VerbArgs): Verb {
  const words = args.rest()
  const [first = '', ...more] = words
  if (isPreset(first)) {
    if (more.length > 0) args.fail(`"${more[0]}" is too much after ${first}`)
    return { verb: 'partition', request: { preset: PRESETS[first] } }
  }
  if (/^[a-z][a-z-]*$/.test(first)) args.fail(`"${first}" is not a preset`)
  const groups = new VerbArgs(words, args.usage).groups()
  if (groups.length < 2) args.fail('a partition needs two groups or more, with | between them')
  if (groups.some((group) => group.length === 0)) args.fail('a group is empty')
  return { verb: 'partition', request: { preset: 'custom', groups } }
}

function parseHeal(args: VerbArgs): Verb {
  if (args.isEmpty) return { verb: 'heal', fault: null, processes: false }
  const word = args.word('the fault')
  if (word === 'all') return { verb: 'heal', fault: null, processes: true }
  if (!/^f\d+$/.test(word)) args.fail(`"${word}" is not a fault (f1, f2, ...; "status" lists them)`)
  return { verb: 'heal', fault: word, processes: false }
}

function parseLoad(args: VerbArgs): Verb {
  if (args.takes('off')) return { verb: 'load', load: null }
  const clients = args.whole('the number of clients', 1, CLIENTS_MAX)
  if (!args.takes('clients')) args.takes('client')
  const load: { -readonly [Field in keyof LoadOptions]: LoadOptions[Field] } = {
    ...DEFAULT_LOAD,
    clients,
    targetPerSecond: 0,
  }
  while (!args.isEmpty) {
    const word = args.word('an option')
    if (word === 'at') load.nodes = parseNodes(args)
    else if (word === 'rate') load.targetPerSecond = args.number('the rate', 0, COUNT_MAX)
    else if (word === 'reads') load.readRatio = args.probability()
    else if (word === 'mix') load.mixRatio = args.probability()
    else if (word === 'keys') load.keys = args.whole('the keys', 1, KEYS_MAX)
    else if (word === 'bytes') load.valueBytes = args.whole('the bytes', 1, VALUE_BYTES_MAX)
    else args.fail(`"${word}" is not an option of load`)
  }
  return { verb: 'load', load }
}

function parseNodes(args: VerbArgs): number[] {
  const word = args.word('the nodes')
  const nodes = word.split(',').map((part) => (/^[1-9]$/.test(part) ? Number(part) : 0))
  if (nodes.includes(0)) args.fail(`"${word}" is not a list of nodes such as 2,4`)
  return [...new Set(nodes)]
}
