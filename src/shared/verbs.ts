/**
 * Verbs: what a person types into the command line and what a step of a scenario does. One grammar.
 *
 * Errors: `parseVerb` throws VerbError that names the wrong word and the usage; nothing was done.
 * Units:  times are ms.
 */
import { GATE_VERBS } from './gateVerbs'
import type { GateVerb } from './gateVerbs'
import { LOAD_HELP, LOAD_USAGE, parseLoad } from './loadVerb'
import type { LoadVerb } from './loadVerb'
import { LINK_VERBS } from './linkVerbs'
import type { LinkVerb } from './linkVerbs'
import { NODE_FAULT_VERBS } from './nodeVerbs'
import type { NodeFaultVerb } from './nodeVerbs'
import { POLICY_USAGE, parsePolicyRef } from './policyVerb'
import type { PolicyRef } from './policyVerb'
import { STEP_VERB } from './stepVerbs'
import type { StepVerb } from './stepVerbs'
import { STORM_VERB } from './stormVerb'
import type { StormVerb } from './stormVerb'
import { VerbArgs, VerbError, splitWords } from './verbArgs'
import type { NodeRef } from './verbArgs'

export { VerbError } from './verbArgs'
export type { NodeRef } from './verbArgs'

export type NodeVerb = 'kill' | 'stop' | 'restart' | 'pause' | 'resume' | 'elect' | 'step-down'

export type Verb =
  | { readonly verb: NodeVerb; readonly node: NodeRef }
  | LinkVerb
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
  | LoadVerb
  | StepVerb
  | StormVerb
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

const SLOTS_MAX = 200

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
  ...LINK_VERBS,
  ...GATE_VERBS,
  step: STEP_VERB,
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
  load: { usage: LOAD_USAGE, help: LOAD_HELP, parse: parseLoad },
  storm: STORM_VERB,
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

function parseHeal(args: VerbArgs): Verb {
  if (args.isEmpty) return { verb: 'heal', fault: null, processes: false }
  const word = args.word('the fault')
  if (word === 'all') return { verb: 'heal', fault: null, processes: true }
  if (!/^f\d+$/.test(word)) args.fail(`"${word}" is not a fault (f1, f2, ...; "status" lists them)`)
  return { verb: 'heal', fault: word, processes: false }
}
