/**
 * Carries out the verbs of a scenario on a simulated cluster.
 *
 * Errors: rejects with LabCallError when it cannot be done now, in the words of the real lab.
 */
import type { Fault, FaultKind } from '../../../core/fault'
import { nameOfReadMode } from '../../../core/kv/readMode'
import type { SimFault } from '../../../core/sim/plan'
import { LabCallError } from '../../../shared/api'
import type { LinkChange } from '../../../shared/api'
import { nodeFaultWords } from '../../../shared/faultWords'
import { policyWords } from '../../../shared/labWords'
import { loadWords } from '../../../shared/load'
import type { VerbResult } from '../../../shared/performVerb'
import { toPolicy } from '../../../shared/policyVerb'
import { resolveLinks, resolveNode } from '../../../shared/resolveRefs'
import type { LinkVerb } from '../../../shared/linkVerbs'
import type { NodeFaultVerb } from '../../../shared/nodeVerbs'
import type { Verb } from '../../../shared/verbs'
import { partitionFault } from '../partitions'
import type { SimCluster } from './simCluster'

const DOWN_FAULTS: readonly FaultKind[] = ['kill', 'stop', 'powerLoss', 'wipe']
/** Each replaces its like on the same links, as the switchboard has it. */
const REPLACING: readonly FaultKind[] = ['delay', 'reorder', 'drop', 'duplicate']

export async function performInSim(lab: SimCluster, verb: Verb): Promise<VerbResult> {
  const status = lab.status()
  switch (verb.verb) {
    case 'kill':
    case 'stop':
    case 'pause':
      return endOrPause(lab, verb.verb, resolveNode(status, verb.node))
    case 'restart':
    case 'resume':
    case 'elect':
    case 'step-down':
      return begin(lab, verb.verb, resolveNode(status, verb.node))
    case 'heal':
      return heal(lab, verb)
    case 'write':
    case 'get':
    case 'do':
    case 'propose': {
      const node = resolveNode(status, verb.node)
      const result = await lab.command(node, verb.args, verb.verb === 'propose')
      const words = result.outcome === 'unknown' ? `unknown: ${result.reply}` : result.reply
      return { verb: verb.verb, ok: result.outcome === 'ok', words, ...result }
    }
    case 'policy': {
      const { tickMs } = lab.options
      const policy = toPolicy(verb.policy, tickMs)
      lab.setPolicy(policy)
      return { verb: 'policy', ok: true, policy, words: `policy: ${policyWords(policy, tickMs)}` }
    }
    case 'load':
      lab.setLoad(verb.load)
      return { verb: 'load', ok: true, load: verb.load, words: loadWords(verb.load) }
    case 'slots': {
      const slots = lab.slots(resolveNode(status, verb.node), verb.from, verb.count)
      const words = `${slots.filter(({ state }) => state !== 'open').length} slots`
      return { verb: 'slots', ok: true, slots, words }
    }
    case 'power-loss':
    case 'wipe':
    case 'storage':
    case 'clock':
    case 'read':
    case 'read-slot':
      return performOnDisk(lab, verb)
    case 'partition':
    case 'cut':
    case 'delay':
    case 'reorder':
    case 'drop':
    case 'drop-next':
    case 'duplicate':
    case 'reset':
      return performOnLinks(lab, verb)
    default:
      throw new LabCallError('badArgument', `"${verb.verb}" is not for the simulator`)
  }
}

function endOrPause(lab: SimCluster, verb: 'kill' | 'stop' | 'pause', node: number): VerbResult {
  const own = lab.world.node(node)
  if (!own.alive || (verb === 'pause' && own.paused)) {
    throw new LabCallError('wrongState', `node ${node} does not run: it cannot ${verb}`)
  }
  const done = { kill: 'was killed', stop: 'was stopped', pause: 'is paused' } as const
  lab.startFault(verb === 'pause' ? { kind: verb, node, cooperative: true } : { kind: verb, node })
  if (verb !== 'pause') lab.endOfNode(node, ['pause'])
  return { verb, ok: true, words: `node ${node} ${done[verb]}` }
}

function begin(
  lab: SimCluster,
  verb: 'restart' | 'resume' | 'elect' | 'step-down',
  node: number,
): VerbResult {
  const own = lab.world.node(node)
  const fits = { restart: !own.alive, resume: own.paused }
  if (verb === 'restart' || verb === 'resume' ? !fits[verb] : !own.alive) {
    throw new LabCallError('wrongState', `node ${node} cannot ${verb} now`)
  }
  if (verb === 'restart') lab.restart(node, DOWN_FAULTS)
  else if (verb === 'resume') lab.endOfNode(node, ['pause'])
  else lab.startFault({ kind: verb === 'elect' ? 'elect' : 'stepDown', node })
  const done = {
    restart: 'was restarted',
    resume: 'goes on',
    elect: 'starts a ballot',
    'step-down': 'gave up its ballot',
  }
  return { verb, ok: true, words: `node ${node} ${done[verb]}` }
}

function heal(lab: SimCluster, verb: Extract<Verb, { verb: 'heal' }>): VerbResult {
  const { fault: id, processes } = verb
  const active = lab.world.faults.active()
  if (id !== null && !active.some((each) => each.id === id)) {
    throw new LabCallError('badArgument', `there is no fault ${id}, or it ended`)
  }
  const ended = active.filter((each) =>
    id === null ? processes || isOfLinks(each.fault) : each.id === id,
  )
  for (const each of ended) lab.world.faults.finish(each.id)
  if (id === null && processes) {
    for (const { node, alive } of lab.world.nodes) if (!alive) lab.restart(node, DOWN_FAULTS)
  }
  lab.tellPolicy()
  const words = id ?? (processes ? 'every link and node' : 'every link')
  return { verb: 'heal', ok: true, words: `healed ${words}` }
}

function isOfLinks(fault: Fault): boolean {
  return 'links' in fault
}

type DiskVerb = Extract<
  NodeFaultVerb,
  { verb: 'power-loss' | 'wipe' | 'storage' | 'clock' | 'read' | 'read-slot' }
>

async function performOnDisk(lab: SimCluster, verb: DiskVerb): Promise<VerbResult> {
  const status = lab.status()
  switch (verb.verb) {
    case 'power-loss': {
      const up = lab.world.nodes.filter(({ alive }) => alive).map(({ node }) => node)
      const nodes = verb.nodes === 'all' ? up : verb.nodes.map((ref) => resolveNode(status, ref))
      const { tornTail } = verb
      const faults = nodes.map((node) => lab.startFault({ kind: 'powerLoss', node, tornTail }))
      const words = `nodes ${nodes.join(', ')} lost power (${faults.join(', ')})`
      return { verb: verb.verb, ok: true, faults, words }
    }
    case 'wipe': {
      const node = resolveNode(status, verb.node)
      const fault = lab.startFault({ kind: 'wipe', node })
      return { verb: 'wipe', ok: true, fault, words: `node ${node} was wiped (${fault})` }
    }
    case 'storage': {
      const asked = { ...verb.fault, node: resolveNode(status, verb.node) }
      const fault = lab.startFault(asked)
      return { verb: 'storage', ok: true, fault, words: `${nodeFaultWords(asked)} (${fault})` }
    }
    case 'clock': {
      const asked = { kind: 'clock', node: resolveNode(status, verb.node), ...verb.clock } as const
      const fault = lab.startFault(asked)
      return { verb: 'clock', ok: true, fault, words: `${nodeFaultWords(asked)} (${fault})` }
    }
    case 'read':
    case 'read-slot': {
      const node = verb.node === null ? null : resolveNode(status, verb.node)
      const { verdict, value, reason } = await lab.read(node, verb.subject, verb.mode)
      const found = value === null ? '(nil)' : JSON.stringify(value)
      const answer = verdict === 'chosen' ? found : `undetermined: ${reason}`
      const words = `${answer} (${nameOfReadMode(verb.mode)})`
      return { verb: verb.verb, ok: true, verdict, value, reason, mode: verb.mode, words }
    }
  }
}

function performOnLinks(lab: SimCluster, verb: LinkVerb): VerbResult {
  const status = lab.status()
  if (verb.verb === 'partition') {
    const members = lab.world.nodes.map(({ node }) => node)
    const fault = lab.startFault(partitionFault(verb.request, members, lab.world.leader()))
    return { verb: 'partition', ok: true, fault, words: `partitioned (${fault})` }
  }
  const asked = simFaultOf(verb.change, resolveLinks(status, verb.links))
  endLikes(lab, asked)
  const fault = lab.startFault(asked)
  return { verb: verb.verb, ok: true, fault, words: `${verb.verb} holds (${fault})` }
}

type LinkedFault = Extract<SimFault, { links: unknown }>

function simFaultOf(change: LinkChange, links: LinkedFault['links']): LinkedFault {
  switch (change.kind) {
    case 'cut':
    case 'delay':
    case 'reorder':
    case 'drop':
    case 'dropNext':
    case 'duplicate':
    case 'reset':
      return { ...change, links }
    default:
      throw new LabCallError('badArgument', `the simulator knows no ${change.kind}`)
  }
}

function endLikes(lab: SimCluster, fresh: LinkedFault): void {
  if (!REPLACING.includes(fresh.kind) || ('match' in fresh && fresh.match !== undefined)) return
  const links = new Set(fresh.links.map(({ from, to }) => `${from}>${to}`))
  for (const { id, fault } of lab.world.faults.active()) {
    const isLike = fault.kind === fresh.kind && !('match' in fault && fault.match !== undefined)
    if (!isLike || !('links' in fault)) continue
    if (fault.links.every(({ from, to }) => links.has(`${from}>${to}`))) lab.world.faults.finish(id)
  }
}
