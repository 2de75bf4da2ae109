/** What an experiment asks for that a simulated cluster does not have; each names its step. */
import type { Scenario, ScenarioStep } from '../../../shared/experiment'
import type { LoadOptions } from '../../../shared/load'
import type { Verb, VerbName } from '../../../shared/verbs'

const NO_GATE = 'there is no gate in the simulator'
const NO_PROCESS = 'there are no processes in the simulator'

/** Verbs that a simulated cluster can carry out. */
const PLAYED: ReadonlySet<VerbName> = new Set([
  ...(['kill', 'stop', 'restart', 'pause', 'resume', 'elect', 'step-down'] as const),
  ...(['partition', 'cut', 'delay', 'reorder', 'drop', 'drop-next', 'duplicate', 'reset'] as const),
  ...(['heal', 'write', 'get', 'do', 'propose', 'read', 'read-slot', 'slots'] as const),
  ...(['power-loss', 'wipe', 'storage', 'clock', 'policy', 'load'] as const),
])

/** Why others make no sense there. */
const REFUSED: Readonly<Partial<Record<VerbName, string>>> = {
  failpoint: NO_PROCESS,
  slow: NO_PROCESS,
  records: NO_PROCESS,
  burst: 'the simulator draws no bursts',
  bandwidth: 'links of the simulator carry any number of bytes',
  'half-open': 'there are no sockets in the simulator',
  status: 'its answer is for people',
  step: 'the simulator moves by itself',
  storm: 'a storm is for real processes; "paxos-lab sim" draws faults from a seed',
}

/** Every reason, in the order of the file; empty: it can be played there. */
export function simRefusals(scenario: Scenario): string[] {
  const { cluster, load, steps } = scenario
  const options = [
    cluster.image.length > 0 && 'cluster.image: disks of the simulator begin empty',
    cluster.readMode !== 'log' && 'cluster.readMode: clients of the simulator read through the log',
    cluster.freezeOnViolation && `cluster.freezeOnViolation: ${NO_GATE}`,
    cluster.rejoin !== 'refuse' && 'cluster.rejoin: a wiped node of the simulator only learns',
    load !== null && loadRefusal(load, 'load'),
  ]
  const words = options.filter((each) => typeof each === 'string')
  return [...words, ...steps.flatMap((step, index) => stepRefusals(step, `step ${index + 1}`))]
}

function stepRefusals(step: ScenarioStep, name: string): string[] {
  const named = step.say === null ? name : `${name} ("${step.say}")`
  const verbs = step.verbs.flatMap(({ text, verb }) => {
    const why = verbRefusal(verb)
    return why === null ? [] : [`${named}: "${text}": ${why}`]
  })
  if (step.body === null) return verbs
  const inside = step.body.kind === 'repeat' ? [step.body.steps] : step.body.branches
  return [
    ...verbs,
    ...inside.flat().flatMap((each, index) => stepRefusals(each, `${name}.${index + 1}`)),
  ]
}

function verbRefusal(verb: Verb): string | null {
  if (!PLAYED.has(verb.verb)) return REFUSED[verb.verb] ?? NO_GATE
  if (verb.verb === 'load' && verb.load !== null) {
    const why = loadRefusal(verb.load, '')
    return typeof why === 'string' ? why : null
  }
  return null
}

function loadRefusal(load: LoadOptions, name: string): string | false {
  if (load.retry !== 'session') return false
  return `${name === '' ? '' : `${name}.retry: `}sessions need a client port`
}
