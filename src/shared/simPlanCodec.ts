/**
 * Parses and prints `plan.json`, the plan of a simulated run (`core/sim/plan.ts`): what a failing
 * seed leaves behind, what the minimiser makes of it, and what a person writes by hand.
 *
 * Errors: FrameError that says where and what: `plan.faults[3].at is not a whole number`. What is
 *         no fault here (a gate's hold, a failpoint) is refused. Unknown fields are ignored.
 */
import type { LinkFault } from '../core/fault'
import { READ_MODES } from '../core/kv/readMode'
import type { SimFault, SimFork, PlannedFault, SimPlan, ClientPlan } from '../core/sim/plan'
import { BREAKING_KINDS, FAULT_KINDS } from '../core/sim/plan'
import { parseLinkFault } from './faultCodec'
import { asCount, Fields } from './fields'
import { FrameError } from './frame'
import { parsePolicy } from './policyCodec'
import { parseConfig } from './scheduleCodec'

const NODES_MAX = 9
const FAULTS_MAX = 100_000
/** A tick is 5 ms: some days of virtual time. */
const TICKS_MAX = 100_000_000
const GRAINS_MAX = 1_000_000
const GRAINS_PER_TICK = 100
const FORKS_MAX = 1000
/** Steps by hand after one fork. */
const STEPS_MAX = 10_000

/** @throws FrameError that names the field. */
export function parseSimPlan(text: string, where = 'plan'): SimPlan {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    throw new FrameError(`${where} is not JSON: ${reason}`)
  }
  const fields = Fields.of(value, where)
  const version = fields.raw('version')
  if (version !== 1) throw new FrameError(`${where}.version is ${String(version)}, not 1`)
  const nodes = fields.count('nodes', 1, NODES_MAX)
  return {
    version,
    seed: fields.count('seed'),
    nodes,
    config: parseConfig(fields.at('config'), nodes),
    safetyTicks: fields.count('safetyTicks', 0, TICKS_MAX),
    stepsMax: fields.raw('stepsMax') === null ? null : fields.count('stepsMax', 1),
    livenessTicks: fields.count('livenessTicks', 1, TICKS_MAX),
    convergeTicks: fields.count('convergeTicks', 1, TICKS_MAX),
    delayGrains: parseGrains(fields, 'delayGrains'),
    flushGrains: parseGrains(fields, 'flushGrains'),
    roundGrains: fields.count('roundGrains', 0, GRAINS_MAX),
    clients: parseClients(fields.at('clients')),
    faults: fields.list('faults', FAULTS_MAX, (fault, at) => parsePlanned(fault, at, nodes)),
    ...parseForks(fields, nodes),
  }
}

function parseForks(fields: Fields, nodes: number): Pick<SimPlan, 'forks'> {
  if (fields.raw('forks') === undefined) return {}
  let last = 0
  const forks = fields.list('forks', FORKS_MAX, (value, where) => {
    const fork = parseFork(Fields.of(value, where), nodes)
    if (fork.atGrains < last) throw new FrameError(`${where}.atGrains is before the fork above`)
    last = fork.atGrains
    return fork
  })
  return { forks }
}

function parseFork(fork: Fields, nodes: number): SimFork {
  const struck = fork.raw('fault') === undefined ? null : fork.at('fault')
  const isForGood = struck?.raw('ticks') === null
  return {
    atGrains: fork.count('atGrains', 0, TICKS_MAX * GRAINS_PER_TICK),
    ...(fork.raw('seed') === undefined ? {} : { seed: fork.count('seed') }),
    ...(struck && {
      fault: {
        fault: parseFault(struck.at('fault'), nodes),
        ticks: isForGood ? null : struck.count('ticks', 0, TICKS_MAX),
      },
    }),
    ...(fork.raw('quiet') === undefined ? {} : { quiet: fork.flag('quiet') }),
    ...(fork.raw('next') !== undefined && {
      next: fork.list('next', STEPS_MAX, (order, where) => asCount(order, where, 1)),
    }),
  }
}

/** One fault a line, so that two plans can be compared. */
export function printSimPlan(plan: SimPlan): string {
  const { faults, ...head } = plan
  const fields = Object.entries(head).map(
    ([name, value]) => `  ${JSON.stringify(name)}: ${JSON.stringify(value)}`,
  )
  const lines = faults.map((fault) => `    ${JSON.stringify(fault)}`).join(',\n')
  const list = `  "faults": [${lines === '' ? '' : `\n${lines}\n  `}]`
  return `{\n${[...fields, list].join(',\n')}\n}\n`
}

function parseGrains(fields: Fields, name: string): readonly [number, number] {
  const where = `${fields.where}.${name}`
  const [min, max, ...more] = fields.list(name, 2, (value, at) => asCount(value, at, 0, GRAINS_MAX))
  if (min === undefined || max === undefined || more.length > 0 || max < min) {
    throw new FrameError(`${where} is not a least and a longest time`)
  }
  return [min, max]
}

function parseClients(fields: Fields): ClientPlan {
  const thinkMin = fields.count('thinkMin', 0, TICKS_MAX)
  return {
    clients: fields.count('clients', 0, 1000),
    keys: fields.count('keys', 1, 1000),
    thinkMin,
    thinkMax: fields.count('thinkMax', thinkMin, TICKS_MAX),
    deadline: fields.count('deadline', 1, TICKS_MAX),
    opsMax: fields.count('opsMax'),
    sessions: fields.probability('sessions'),
    answerLoss: fields.probability('answerLoss'),
    reads: fields.probability('reads'),
    readModes: fields.list('readModes', READ_MODES.length, (value, where) => {
      const mode = READ_MODES.find((each) => each === value)
      if (mode === undefined) throw new FrameError(`${where} is none of ${READ_MODES.join(', ')}`)
      return mode
    }),
  }
}

function parsePlanned(value: unknown, where: string, nodes: number): PlannedFault {
  const fields = Fields.of(value, where)
  const at = fields.count('at', 0, TICKS_MAX)
  const until = fields.raw('until') === null ? null : fields.count('until', at, TICKS_MAX)
  return { at, until, fault: parseFault(fields.at('fault'), nodes) }
}

function parseFault(fault: Fields, nodes: number): SimFault {
  const kind = fault.oneOf('kind', [...FAULT_KINDS, ...BREAKING_KINDS])
  const node = (): number => fault.count('node', 1, nodes)
  switch (kind) {
    case 'cut':
    case 'partition':
    case 'delay':
    case 'reorder':
    case 'drop':
    case 'dropNext':
    case 'duplicate':
    case 'reset': {
      const parsed = parseLinkFault(fault)
      if (isSimulated(parsed)) return parsed
      throw new FrameError(`${fault.where}: ${parsed.kind} is not simulated`)
    }
    case 'pause':
      return { kind, node: node(), cooperative: fault.flag('cooperative') }
    case 'powerLoss':
      return { kind, node: node(), tornTail: fault.flag('tornTail') }
    case 'slowFlush':
      return {
        ...{ kind, node: node() },
        delayMs: fault.number('delayMs'),
        jitterMs: fault.number('jitterMs'),
      }
    case 'diskFull':
      return { kind, node: node(), bytesLeft: fault.count('bytesLeft') }
    case 'clock':
      return {
        ...{ kind, node: node() },
        offsetMs: fault.number('offsetMs'),
        drift: fault.number('drift'),
      }
    case 'policy':
      return { kind, policy: parsePolicy(fault.raw('policy'), `${fault.where}.policy`) }
    default:
      return { kind, node: node() }
  }
}

function isSimulated(fault: LinkFault): fault is Extract<SimFault, LinkFault> {
  return FAULT_KINDS.some((kind) => kind === fault.kind)
}
