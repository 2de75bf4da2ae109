/** Carries out verbs of faults inside nodes and of reads; errors as in `performVerb.ts`. */
import type { LearnerReadResult } from '../core/event'
import { nameOfReadMode } from '../core/kv/readMode'
import type { ReadMode } from '../core/kv/readMode'
import type { LabApi, LabStatus } from './api'
import type { RecordView } from './control'
import { nodeFaultWords } from './faultWords'
import type { NodeFaultVerb } from './nodeVerbs'
import { resolveNode } from './resolveRefs'

export type NodeFaultResult =
  | { readonly verb: 'power-loss'; readonly faults: readonly string[] }
  | { readonly verb: 'wipe' | 'storage' | 'clock' | 'slow' | 'failpoint'; readonly fault: string }
  | ({ readonly verb: 'read' | 'read-slot'; readonly mode: ReadMode } & Pick<
      LearnerReadResult,
      'verdict' | 'value' | 'reason'
    >)
  | { readonly verb: 'records'; readonly records: readonly RecordView[] }

type Performed = NodeFaultResult & { readonly ok: boolean; readonly words: string }

export async function performNodeFault(
  lab: LabApi,
  verb: NodeFaultVerb,
  status: LabStatus,
): Promise<Performed> {
  switch (verb.verb) {
    case 'power-loss': {
      const nodes = nodesOf(verb.nodes, status)
      const faults = await lab.powerLoss(nodes, verb.tornTail)
      const who = nodes.length === 1 ? 'node' : 'nodes'
      const words = `${who} ${nodes.join(', ')} lost power (${faults.join(', ')})`
      return { verb: verb.verb, ok: true, faults, words }
    }
    case 'wipe': {
      const node = resolveNode(status, verb.node)
      const fault = await lab.wipeNode(node)
      return { verb: 'wipe', ok: true, fault, words: `node ${node} was wiped (${fault})` }
    }
    case 'storage': {
      const asked = { ...verb.fault, node: resolveNode(status, verb.node) }
      const fault = await lab.storageFault(asked)
      return { verb: 'storage', ok: true, fault, words: `${nodeFaultWords(asked)} (${fault})` }
    }
    case 'clock': {
      const node = resolveNode(status, verb.node)
      const fault = await lab.clockFault(node, verb.clock)
      const words = nodeFaultWords({ kind: 'clock', node, ...verb.clock })
      return { verb: 'clock', ok: true, fault, words: `${words} (${fault})` }
    }
    case 'slow': {
      const node = resolveNode(status, verb.node)
      const fault = await lab.slowNode(node, verb.slow)
      const words = nodeFaultWords({ kind: 'slow', node, ...verb.slow })
      return { verb: 'slow', ok: true, fault, words: `${words} (${fault})` }
    }
    case 'failpoint': {
      const node = resolveNode(status, verb.node)
      const fault = await lab.failpoint(node, verb.arm)
      const words = nodeFaultWords({ kind: 'failpoint', node, arm: verb.arm })
      return { verb: 'failpoint', ok: true, fault, words: `${words} (${fault})` }
    }
    case 'read':
    case 'read-slot':
      return performRead(lab, verb, status)
    case 'records': {
      const { fromOffset, count } = verb
      const records = await lab.records(resolveNode(status, verb.node), fromOffset, count)
      const words = records.map(({ offset, text }) => `${offset} ${text}`).join('; ') || 'none'
      return { verb: 'records', ok: true, records, words }
    }
  }
}

async function performRead(
  lab: LabApi,
  { verb, node, subject, mode }: Extract<NodeFaultVerb, { verb: 'read' | 'read-slot' }>,
  status: LabStatus,
): Promise<Performed> {
  const at = node === null ? null : resolveNode(status, node)
  const { verdict, value, reason } = await lab.read(at, subject, mode)
  const nil = reason === '' ? '(nil)' : `(nil): ${reason}`
  const found = value === null ? nil : JSON.stringify(value)
  const answer = verdict === 'chosen' ? found : `undetermined: ${reason}`
  const words = mode === 'learner' ? answer : `${answer} (${nameOfReadMode(mode)})`
  return { verb, ok: true, verdict, value, reason, mode, words }
}

function nodesOf(
  refs: Extract<NodeFaultVerb, { verb: 'power-loss' }>['nodes'],
  status: LabStatus,
): number[] {
  if (refs !== 'all') return [...new Set(refs.map((ref) => resolveNode(status, ref)))]
  const alive = status.nodes.filter(({ pid }) => pid !== null)
  return alive.map(({ node }) => node)
}
