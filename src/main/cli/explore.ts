/**
 * `paxos-lab explore`: every state within bounds, of the abstract model of one slot or of worlds of
 * whole replicas. Exit codes: 0 nothing broken and complete, 1 something broken, 2 bounded out.
 */
import { availableParallelism } from 'node:os'
import {
  ACCEPTORS_MAX,
  boundsFault,
  isAbstractMutant,
  mutantFault,
  symmetryFault,
  VOTES_MAX,
} from '../../core/check/explore/abstractBounds'
import type { AbstractBounds } from '../../core/check/explore/abstractBounds'
import type { LassoOptions } from '../../core/check/explore/replicasLasso'
import type { ReplicasOptions } from '../../core/check/explore/replicasTypes'
import { MUTANT_IDS } from '../../core/paxos/mutant'
import type { MutantId } from '../../core/paxos/mutant'
import { NODE_ID_MAX } from '../../core/paxos/quorum'
import { POLICY_NAMES } from '../../shared/policyVerb'
import { isLarge } from '../explore/exploreAbstract'
import { shipped } from './clusterFlags'
import { runAbstract } from './exploreAbstractRun'
import type { AbstractRun } from './exploreAbstractRun'
import { runLasso } from './exploreLassoRun'
import { runReplicas } from './exploreReplicasRun'
import type { CliContext } from './labCommand'
import { cliCommand, UsageError, wholeFlag } from './usage'
import type { CliCommand } from './usage'

const MODELS = ['abstract', 'replicas'] as const
/** Those that a state of replicas can violate. */
const INVARIANT_IDS = [
  'I1',
  'I2',
  'I3',
  'I4',
  'I5',
  'I6',
  'I7',
  'I8',
  'I9',
  'I10',
  'I11',
  'I12',
  'I13',
] as const
const FLUSHES = ['auto', 'byHand'] as const
/** A part of a state's origin is one byte; nobody has more processors to spare. */
const WORKERS_MAX = 64
/** Policies by name are in ms; a tick of the shipped nodes is so long. */
const TICK_MS = 5
const STATES_MAX = 20_000_000
const STATES_MAX_MAX = 1_000_000_000
const COUNT_MAX = 1_000_000

const count = (valueHint: string, description: string) =>
  ({ type: 'string', valueHint, description }) as const

const ABSTRACT = {
  acceptors: count('A', `Abstract: acceptors, 1 to ${ACCEPTORS_MAX}; default 3`),
  values: count('V', 'Abstract: values; default 2'),
  ballots: count('B', `Abstract: ballots; default 2. Times values at most ${VOTES_MAX}`),
  symmetry: { type: 'boolean', description: 'Abstract: states that differ by names are one' },
  compact: { type: 'boolean', description: 'Abstract: keeps 64-bit fingerprints, not states' },
  workers: count('N', 'Abstract: threads; default: all processors for a large model, else 1'),
} as const

const REPLICAS = {
  nodes: count('N', 'Replicas: nodes; default 3'),
  requests: count('N', 'Replicas: commands of clients, at nodes 1, 2, … in turn; default 2'),
  deliveries: count('N', 'Replicas: most deliveries of a run; default: no bound'),
  losses: count('N', 'Replicas: frames dropped; default 0'),
  duplicates: count('N', 'Replicas: frames delivered twice; default 0'),
  crashes: count('N', 'Replicas: crashes that lose what was not flushed; default 0'),
  wipes: count('N', 'Replicas: crashes that lose the disk too; default 0'),
  timers: count('N', 'Replicas: timers that fire; default 0'),
  elections: count('N', 'Replicas: elections by hand; default 0'),
  flush: {
    type: 'string',
    valueHint: FLUSHES.join('|'),
    description: 'Replicas: when disks flush; byHand: at any time, so that a crash can come before',
  },
  invariant: count('ID', 'Replicas: looks for this one only, such as I8; default: any'),
  policy: {
    type: 'string',
    valueHint: POLICY_NAMES.join('|'),
    description: 'Replicas: when nodes start a ballot; default: a fixed back-off',
  },
  'timers-at': count('NODES', 'Replicas, --liveness: nodes whose timers may fire, such as 1,2'),
} as const

const args = {
  model: { type: 'string', valueHint: MODELS.join('|'), description: 'Default abstract' },
  ...ABSTRACT,
  ...REPLICAS,
  mutant: { type: 'string', valueHint: 'M1..M21', description: 'Breaks one rule on purpose' },
  liveness: {
    type: 'boolean',
    description: 'Abstract: can a value be chosen from every state? Replicas: looks for lassos',
  },
  'keep-going': { type: 'boolean', description: 'Explores on after agreement is broken' },
  'states-max': count('N', 'Gives up after so many states'),
  out: { type: 'string', valueHint: 'DIR', description: 'Folder for the run of a counterexample' },
  json: { type: 'boolean', description: 'JSON on standard output, one line' },
} as const

type Flags = { readonly [Name in keyof typeof args]?: string | boolean | undefined }

export function exploreCommand(context: CliContext): CliCommand {
  const description = 'Explores every state within bounds, of a model or of whole replicas'
  return cliCommand({ name: 'explore', description }, args, async ({ args: flags }) => {
    return await explore(flags, context)
  })
}

/** Throws UsageError. */
async function explore(flags: Flags, context: CliContext): Promise<number> {
  const model = oneOf(flags, 'model', MODELS) ?? 'abstract'
  const others = model === 'abstract' ? REPLICAS : ABSTRACT
  for (const name of Object.keys(others)) {
    // The parser says false for a switch that was not given.
    if (!(name in flags) || !isGiven(flags[name as keyof typeof others])) continue
    throw new UsageError(`--${name} is not for --model ${model}`)
  }
  const out = textOf(flags, 'out')
  const json = flags.json === true
  if (model === 'abstract') return await runAbstract(abstractRun(flags), { out, json }, context)
  if (flags.liveness === true) return await runLasso(lassoOptions(flags), { out, json }, context)
  if (isGiven(flags['timers-at'])) throw new UsageError('--timers-at is for --liveness')
  return await runReplicas(replicasOptions(flags), { out, json }, context)
}

function abstractRun(flags: Flags): AbstractRun {
  const sizes = {
    acceptors: whole(flags, 'acceptors', 1, COUNT_MAX) ?? 3,
    values: whole(flags, 'values', 1, COUNT_MAX) ?? 2,
    ballots: whole(flags, 'ballots', 1, COUNT_MAX) ?? 2,
  }
  const symmetry = flags.symmetry === true
  const compact = flags.compact === true
  const liveness = flags.liveness === true
  const fault = boundsFault(sizes) ?? (symmetry ? symmetryFault(sizes) : null)
  if (fault !== null) throw new UsageError(fault)
  const bounds = { ...sizes, mutant: abstractMutant(textOf(flags, 'mutant')) }
  const workers = workersOf(flags, bounds, liveness)
  if (liveness && (compact || workers > 1)) {
    throw new UsageError('--liveness keeps exact states in one thread: no --compact, --workers 1')
  }
  const statesMax = whole(flags, 'states-max', 1, STATES_MAX_MAX) ?? STATES_MAX
  const keepGoing = flags['keep-going'] === true
  return { search: { bounds, symmetry, compact, statesMax, keepGoing }, workers, liveness }
}

function workersOf(flags: Flags, bounds: AbstractBounds, liveness: boolean): number {
  const given = whole(flags, 'workers', 1, WORKERS_MAX)
  if (given !== undefined) return given
  return liveness || !isLarge(bounds) ? 1 : Math.min(WORKERS_MAX, availableParallelism())
}

function abstractMutant(id: string | undefined): AbstractBounds['mutant'] {
  if (id === undefined) return null
  const fault = mutantFault(id)
  if (fault !== null || !isAbstractMutant(id)) throw new UsageError(fault ?? `no mutant ${id}`)
  return id
}

function replicasOptions(flags: Flags): ReplicasOptions {
  const counts = Object.fromEntries(
    (
      ['deliveries', 'losses', 'duplicates', 'crashes', 'wipes', 'timers', 'elections'] as const
    ).flatMap((name) => {
      const value = whole(flags, name, 0, COUNT_MAX)
      return value === undefined ? [] : [[name, value]]
    }),
  )
  const flush = oneOf(flags, 'flush', FLUSHES)
  const statesMax = whole(flags, 'states-max', 1, STATES_MAX_MAX)
  const policy = oneOf(flags, 'policy', POLICY_NAMES)
  const invariant = oneOf(flags, 'invariant', INVARIANT_IDS)
  return {
    ...counts,
    ...(policy === undefined ? {} : { config: { policy: shipped(policy, TICK_MS) } }),
    ...(flush === undefined ? {} : { flush }),
    ...(statesMax === undefined ? {} : { statesMax }),
    ...(invariant === undefined ? {} : { invariants: [invariant] }),
    nodes: whole(flags, 'nodes', 1, NODE_ID_MAX) ?? 3,
    requests: whole(flags, 'requests', 0, COUNT_MAX) ?? 2,
    mutant: anyMutant(textOf(flags, 'mutant')),
    exhaustive: flags['keep-going'] === true,
  }
}

/** A world without losses and crashes: only who bids when is left open. */
function lassoOptions(flags: Flags): LassoOptions {
  const { nodes, requests, mutant, config, statesMax, ...others } = replicasOptions(flags)
  const surplus = Object.entries(others).find(([, value]) => value !== false)
  if (surplus !== undefined) throw new UsageError(`--${surplus[0]} is not for --liveness`)
  const given = textOf(flags, 'timers-at')?.split(',') ?? []
  const timersAt = given.map((node) => wholeFlag(node, 'timers-at', 1, nodes))
  return {
    nodes,
    requests,
    mutant,
    timersAt,
    ...(config === undefined ? {} : { config }),
    ...(statesMax === undefined ? {} : { statesMax }),
  }
}

function anyMutant(id: string | undefined): MutantId | null {
  if (id === undefined) return null
  const known = MUTANT_IDS.find((each) => each === id)
  if (known === undefined)
    throw new UsageError(`--mutant ${id} is none of ${MUTANT_IDS.join(', ')}`)
  return known
}

function whole(flags: Flags, name: keyof Flags, min: number, max: number): number | undefined {
  const text = textOf(flags, name)
  return text === undefined ? undefined : wholeFlag(text, name, min, max)
}

function textOf(flags: Flags, name: keyof Flags): string | undefined {
  const value = flags[name]
  return typeof value === 'string' ? value : undefined
}

function isGiven(value: string | boolean | undefined): boolean {
  return value !== undefined && value !== false
}

function oneOf<const Word extends string>(
  flags: Flags,
  name: keyof Flags,
  words: readonly Word[],
): Word | undefined {
  const text = textOf(flags, name)
  if (text === undefined) return undefined
  const found = words.find((word) => word === text)
  if (found === undefined) throw new UsageError(`--${name} ${text} is none of ${words.join(', ')}`)
  return found
}
