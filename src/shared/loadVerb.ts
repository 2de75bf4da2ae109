/** The verb `load`: its words, from left to right. `docs/load.md` explains them. */
import {
  BACKLOG_MAX,
  DEFAULT_LOAD,
  IN_FLIGHT_MAX,
  LOAD_CLIENTS_MAX,
  LOAD_KEYS_MAX,
  LOAD_RATE_MAX,
  ROAM_MAX,
  THETA_DEFAULT,
  THETA_MAX,
  VALUE_BYTES_MAX,
  loadProblem,
} from './load'
import type { LoadOptions } from './load'
import type { VerbArgs } from './verbArgs'

export interface LoadVerb {
  readonly verb: 'load'
  readonly load: LoadOptions | null
}

type Draft = { -readonly [Field in keyof LoadOptions]: LoadOptions[Field] }

/** Each takes its own words after its name. */
const WORDS: Readonly<Record<string, (load: Draft, args: VerbArgs) => void>> = {
  at: (load, args) => void (load.nodes = parseNodes(args)),
  rate: (load, args) => void (load.targetPerSecond = args.number('the rate', 0, LOAD_RATE_MAX)),
  reads: (load, args) => void (load.readRatio = args.probability()),
  mix: (load, args) => void (load.mixRatio = args.probability()),
  keys: (load, args) => void (load.keys = args.whole('the keys', 1, LOAD_KEYS_MAX)),
  bytes: (load, args) => void (load.valueBytes = args.whole('the bytes', 1, VALUE_BYTES_MAX)),
  open: (load, args) => {
    load.arrivals = args.takes('poisson') ? 'poisson' : 'constant'
    args.takes('constant')
  },
  poisson: (load) => void (load.arrivals = 'poisson'),
  'in-flight': (load, args) => {
    load.inFlightMax = args.whole('the requests in flight', 1, IN_FLIGHT_MAX)
  },
  backlog: (load, args) => void (load.backlogMax = args.whole('the backlog', 0, BACKLOG_MAX)),
  zipf: (load, args) => {
    choose(load, 'zipf', args)
    const isGiven = args.isNumberNext
    load.zipfTheta = isGiven ? args.number('theta', 0, THETA_MAX) : THETA_DEFAULT
  },
  single: (load, args) => choose(load, 'single', args),
  roam: (load, args) => {
    load.roam = args.isNumberNext ? args.whole('the requests at a node', 1, ROAM_MAX) : 'error'
  },
  retry: (load, args) => {
    const word = args.word('how to retry')
    if (word === 'session' || word === 'plain') load.retry = word
    else if (word === 'none') delete load.retry
    else args.fail(`"${word}" is no way to retry: session, plain or none`)
  },
}

export const LOAD_USAGE =
  'load CLIENTS [clients] [at NODES] [rate PER_SECOND] [open | poisson] [in-flight N] ' +
  '[backlog N] [reads RATIO] [keys N] [zipf [THETA] | single] [bytes N] [mix RATIO] [roam [N]] ' +
  '[retry session|plain]   or   load off'

export const LOAD_HELP =
  'clients that wait for each answer, as fast as answers come unless a rate is given; ' +
  'with "open" or "poisson" requests become due at the rate, answered or not'

export function parseLoad(args: VerbArgs): LoadVerb {
  if (args.takes('off')) return { verb: 'load', load: null }
  const clients = args.whole('the number of clients', 1, LOAD_CLIENTS_MAX)
  if (!args.takes('clients')) args.takes('client')
  const load: Draft = { ...DEFAULT_LOAD, clients, targetPerSecond: 0 }
  while (!args.isEmpty) {
    const word = args.word('an option')
    const take = Object.hasOwn(WORDS, word) ? WORDS[word] : undefined
    if (take === undefined) args.fail(`"${word}" is not an option of load`)
    take(load, args)
  }
  const problem = loadProblem(load)
  if (problem !== null) args.fail(problem)
  const isOpen = load.arrivals !== undefined
  if (!isOpen && load.inFlightMax !== undefined) args.fail('"in-flight" needs "open" or "poisson"')
  if (!isOpen && load.backlogMax !== undefined) args.fail('"backlog" needs "open" or "poisson"')
  return { verb: 'load', load }
}

function choose(load: Draft, keyChoice: 'zipf' | 'single', args: VerbArgs): void {
  if (load.keyChoice !== undefined) args.fail('"zipf" and "single" do not go together')
  load.keyChoice = keyChoice
}

function parseNodes(args: VerbArgs): number[] {
  const word = args.word('the nodes')
  const nodes = word.split(',').map((part) => (/^[1-9]$/.test(part) ? Number(part) : 0))
  if (nodes.includes(0)) args.fail(`"${word}" is not a list of nodes such as 2,4`)
  return [...new Set(nodes)]
}
