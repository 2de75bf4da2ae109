/**
 * Carries a verb out on a lab.
 *
 * Errors: rejects with LabCallError when the lab cannot do it, and nothing has changed then. A
 *         client command that got an error or no answer is a result, not a rejection (`ok` false).
 */
import type { NodeStatus } from '../core/event'
import type { SlotView } from '../core/machineTypes'
import { formatBallot } from '../core/paxos/ballot'
import type { ElectionPolicy } from '../core/paxos/config'
import type { LabApi, LabStatus, LoadOptions, NodeLifeState, WriteResult } from './api'
import { loadWords } from './load'
import type { Verdict } from './labWords'
import { leaderOf, policyWords, statusWords, verdictOf } from './labWords'
import { performGate } from './performGate'
import type { GateVerbResult } from './performGate'
import { isLinkVerb, performLinks } from './linkVerbs'
import type { LinkVerbResult } from './linkVerbs'
import { performNodeFault } from './performNode'
import type { NodeFaultResult } from './performNode'
import { toPolicy } from './policyVerb'
import { resolveNode } from './resolveRefs'
import { performCommandStep, performStep } from './stepVerbs'
import type { StepVerbResult } from './stepVerbs'
import { performStorm } from './stormVerb'
import type { StormVerbResult } from './stormVerb'
import { VERBS } from './verbs'
import type { NodeRef, Verb, VerbName } from './verbs'

interface ResultBase {
  readonly verb: VerbName
  readonly ok: boolean
  /** One line for people. */
  readonly words: string
}

export interface NodeSummary {
  readonly id: number
  readonly state: NodeLifeState
  readonly pid: number | null
  readonly client: { readonly host: string; readonly port: number }
  readonly role: NodeStatus['role'] | null
  /** `17.3`; null before the first bid. */
  readonly ballot: string | null
  readonly chosenThrough: number | null
  readonly appliedThrough: number | null
  readonly digest: string | null
}

export type VerbResult = ResultBase &
  (
    | GateVerbResult
    | LinkVerbResult
    | ({ readonly verb: 'write' | 'get' | 'do' | 'propose' } & WriteResult)
    | NodeFaultResult
    | StepVerbResult
    | StormVerbResult
    | { readonly verb: 'policy'; readonly policy: ElectionPolicy }
    | { readonly verb: 'slots'; readonly slots: readonly SlotView[] }
    | {
        readonly verb: 'status'
        readonly state: LabStatus['state']
        readonly leader: number | null
        readonly nodes: readonly NodeSummary[]
        readonly faults: readonly string[]
        readonly load: LoadOptions | null
        readonly verdict: Verdict
      }
    | { readonly verb: 'load'; readonly load: LoadOptions | null }
    | { readonly verb: 'help'; readonly verbs: readonly { usage: string; help: string }[] }
    | {
        readonly verb:
          'kill' | 'stop' | 'restart' | 'pause' | 'resume' | 'elect' | 'step-down' | 'heal' | 'quit'
      }
  )

export interface VerbContext {
  status(): LabStatus | Promise<LabStatus>
}

export async function performVerb(
  lab: LabApi,
  verb: Verb,
  context: VerbContext,
): Promise<VerbResult> {
  const status = await context.status()
  if (isLinkVerb(verb)) return performLinks(lab, verb, status)
  switch (verb.verb) {
    case 'kill':
    case 'stop':
    case 'restart':
    case 'pause':
    case 'resume':
    case 'elect':
    case 'step-down':
      return performOnNode(lab, verb.verb, resolveNode(status, verb.node))
    case 'power-loss':
    case 'wipe':
    case 'storage':
    case 'clock':
    case 'slow':
    case 'failpoint':
    case 'read':
    case 'read-slot':
    case 'records':
      return performNodeFault(lab, verb, status)
    case 'hold':
    case 'gate':
    case 'held':
    case 'release':
    case 'discard':
    case 'double':
    case 'move':
    case 'adversary':
      return performGate(lab, verb, status)
    case 'heal':
      return performHeal(lab, verb)
    case 'policy': {
      const tickMs = status.options?.tickMs ?? 5
      const policy = toPolicy(verb.policy, tickMs)
      await lab.setPolicy(policy)
      return { verb: 'policy', ok: true, policy, words: `policy: ${policyWords(policy, tickMs)}` }
    }
    case 'load':
      await lab.setLoad(verb.load)
      return { verb: 'load', ok: true, load: verb.load, words: loadWords(verb.load) }
    case 'step':
      return performStep(lab, verb, status)
    case 'storm':
      return performStorm(lab, verb, status)
    case 'status':
      return performStatus(status)
    case 'help':
      return performHelp()
    case 'quit':
      return { verb: 'quit', ok: true, words: 'stopping' }
    default:
      return performQuestion(lab, verb, status)
  }
}

function performHelp(): VerbResult {
  const verbs = Object.values(VERBS).map(({ usage, help }) => ({ usage, help }))
  const words = verbs.map(({ usage, help }) => `${usage}: ${help}`).join('\n')
  return { verb: 'help', ok: true, verbs, words }
}

type QuestionVerb = Extract<Verb, { verb: 'write' | 'get' | 'do' | 'propose' | 'slots' }>

async function performQuestion(
  lab: LabApi,
  verb: QuestionVerb,
  status: LabStatus,
): Promise<VerbResult> {
  switch (verb.verb) {
    case 'write':
    case 'get':
    case 'do':
    case 'propose': {
      const node = resolveNode(status, verb.node)
      if (status.stepping) {
        // Nothing moves by itself: whoever waited for the answer could not give the next step.
        const kind = verb.verb === 'propose' ? 'propose' : 'command'
        return performCommandStep(lab, kind, node, verb.args)
      }
      const result =
        verb.verb === 'propose'
          ? await lab.propose(node, verb.args)
          : await lab.command(node, verb.args)
      const words = result.outcome === 'unknown' ? `unknown: ${result.reply}` : result.reply
      return { verb: verb.verb, ok: result.outcome === 'ok', words, ...result }
    }
    case 'slots': {
      const slots = await lab.slots(resolveNode(status, verb.node), verb.from, verb.count)
      const known = slots.filter(({ state }) => state !== 'open').map(slotWords)
      return { verb: 'slots', ok: true, slots, words: known.join('; ') || 'all open' }
    }
  }
}

async function performOnNode(
  lab: LabApi,
  verb: Extract<Verb, { node: NodeRef }>['verb'] & keyof typeof NODE_CALLS,
  node: number,
): Promise<VerbResult> {
  const { call, words } = NODE_CALLS[verb]
  await lab[call](node)
  return { verb, ok: true, words: `node ${node} ${words}` }
}

const NODE_CALLS = {
  kill: { call: 'killNode', words: 'was killed' },
  stop: { call: 'stopNode', words: 'was stopped' },
  restart: { call: 'restartNode', words: 'was restarted' },
  pause: { call: 'pauseNode', words: 'is paused' },
  resume: { call: 'resumeNode', words: 'goes on' },
  elect: { call: 'startElection', words: 'starts a ballot' },
  'step-down': { call: 'stepDown', words: 'gave up its ballot' },
} as const

async function performHeal(
  lab: LabApi,
  { fault, processes }: Extract<Verb, { verb: 'heal' }>,
): Promise<VerbResult> {
  if (fault === null) await lab.healAll(processes)
  else await lab.endFault(fault)
  const words = fault ?? (processes ? 'every link and node' : 'every link')
  return { verb: 'heal', ok: true, words: `healed ${words}` }
}

function performStatus(status: LabStatus): VerbResult {
  return {
    verb: 'status',
    ok: true,
    state: status.state,
    leader: leaderOf(status),
    nodes: status.nodes.map((view) => ({
      id: view.node,
      state: view.state,
      pid: view.pid,
      client: { host: view.clientHost, port: view.clientPort },
      role: view.status?.role ?? null,
      ballot: view.status ? formatBallot(view.status.ballot) : null,
      chosenThrough: view.status?.chosenThrough ?? null,
      appliedThrough: view.status?.appliedThrough ?? null,
      digest: view.status?.digest ?? null,
    })),
    faults: status.faults.map(({ id }) => id),
    load: status.load,
    verdict: verdictOf(status),
    words: statusWords(status),
  }
}

function slotWords({ slot, state, chosen, vote }: SlotView): string {
  return `${slot} ${state} ${chosen?.text ?? vote?.text ?? ''}`.trimEnd()
}
