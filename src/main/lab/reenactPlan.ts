/**
 * The plan of a re-enactment: the schedule is played in memory first, and each act is noted with
 * what real nodes must then have done: the facts that they tell and the frames that wait.
 *
 * Down nodes: in a schedule frames outlive their sender and wait for a receiver that is down; TCP
 *             keeps neither promise. Where a schedule relies on it, `wakes` asks for the process to
 *             be started again right after its end. Driven by hand it does nothing until its
 *             restart in the schedule, so that nothing else changes.
 * Errors:     LabCallError `badArgument`: the machines refuse an act, or there is no such cluster.
 */
import type { LabEvent } from '../../core/event'
import { formatBallot } from '../../core/paxos/ballot'
import type { NodeId } from '../../core/paxos/ballot'
import type { FrameName, Schedule, ScheduleAct } from '../../core/schedule'
import { formatFrameName, ScheduleError, SchedulePlayer } from '../../core/sim/player'
import { LabCallError } from '../../shared/api'
import type { NodeCount } from '../../shared/api'
import { askWords } from '../../shared/askedTexts'

/** How often a node has told each fact. */
export type FactCounts = ReadonlyMap<string, number>

export interface Moment {
  /** Facts of each node since the start. */
  readonly facts: ReadonlyMap<NodeId, FactCounts>
  /** Frames that wait, in the order in which they were sent. */
  readonly waiting: readonly FrameName[]
  /** Nodes whose process has ended; an end that no act asked for is a failed machine. */
  readonly down: readonly NodeId[]
}

export interface PlannedAct extends Moment {
  /** From 1. */
  readonly number: number
  readonly act: ScheduleAct
  readonly words: string
  /** For a crash: its process must be there again before the schedule restarts it. */
  readonly wakes: boolean
}

export interface Plan {
  readonly nodes: NodeCount
  readonly start: Moment
  readonly acts: readonly PlannedAct[]
}

/** What nodes tell of the protocol, as far as it follows from their inputs alone. */
const COMPARED: ReadonlySet<string> = new Set<LabEvent['type']>([
  'promised',
  'voted',
  'refused',
  'bid',
  'elected',
  'issued',
  'preempted',
  'steppedDown',
  'followed',
  'chosen',
  'learned',
  'applied',
  'acknowledged',
  'submitted',
  'answered',
])

/** Names a fact by what it is about; null for one that is not compared. */
export function factKey(event: LabEvent): string | null {
  if (event.by === 'lab' || !COMPARED.has(event.type)) return null
  const ballot = 'ballot' in event && event.ballot !== null ? ` ${formatBallot(event.ballot)}` : ''
  const slot = 'slot' in event ? ` slot ${event.slot}` : ''
  const count = 'count' in event && event.count !== 1 ? ` x${event.count}` : ''
  const through = 'through' in event ? ` up to ${event.through}` : ''
  return `${event.type}${ballot}${slot}${count}${through}`
}

export function actWords(act: ScheduleAct): string {
  switch (act.act) {
    case 'deliver':
    case 'drop':
    case 'duplicate':
      return `${act.act} ${formatFrameName(act.frame)}`
    case 'request':
    case 'propose':
      return askWords(act.act, act.args, act.node)
    case 'timer':
      return `timer ${act.timer} of node ${act.node}`
    case 'crash':
      return `crash node ${act.node}${act.wiped === true ? ', its disk is emptied' : ''}`
    default:
      return `${act.act} node ${act.node}`
  }
}

export function makePlan(schedule: Schedule): Plan {
  const nodes = clusterSize(schedule.nodes)
  const facts = new Map<NodeId, Map<string, number>>()
  const sentTo = new Map<number, Set<NodeId>>()
  let at = 0
  const sink = (event: LabEvent): void => {
    if (event.type === 'sent') sentTo.set(at, (sentTo.get(at) ?? new Set()).add(event.to))
    const key = factKey(event)
    if (key === null || event.by === 'lab') return
    const own = facts.get(event.by) ?? new Map<string, number>()
    facts.set(event.by, own.set(key, (own.get(key) ?? 0) + 1))
  }
  try {
    const player = new SchedulePlayer(schedule, sink)
    const moment = (): Moment => ({
      facts: new Map([...facts].map(([node, own]) => [node, new Map(own)])),
      waiting: player.waiting(),
      down: player.end().nodes.flatMap(({ node, alive }) => (alive ? [] : [node])),
    })
    const start = moment()
    const acts = schedule.acts.map((act, index) => {
      at = index
      player.perform(act)
      return { number: index + 1, act, words: actWords(act), wakes: false, ...moment() }
    })
    const wakes = ({ act }: PlannedAct, index: number): boolean =>
      act.act === 'crash' && isMissed(schedule.acts, act.node, index, sentTo)
    return { nodes, start, acts: acts.map((act, at) => ({ ...act, wakes: wakes(act, at) })) }
  } catch (error) {
    if (!(error instanceof ScheduleError)) throw error
    throw new LabCallError('badArgument', `the schedule cannot be played: ${error.message}`)
  }
}

/** Until its restart, a frame of this node is delivered, or one is sent to it. */
function isMissed(
  acts: readonly ScheduleAct[],
  node: NodeId,
  crashAt: number,
  sentTo: ReadonlyMap<number, ReadonlySet<NodeId>>,
): boolean {
  for (let at = crashAt + 1; at < acts.length; at += 1) {
    const act = acts[at]
    if (act?.act === 'restart' && act.node === node) return false
    const carries = act?.act === 'deliver' || act?.act === 'duplicate'
    if (carries && act.frame.from === node) return true
    if (sentTo.get(at)?.has(node) === true) return true
  }
  return false
}

function clusterSize(nodes: number): NodeCount {
  switch (nodes) {
    case 3:
    case 5:
    case 7:
    case 9:
      return nodes
    default: {
      const words = `the schedule has ${nodes} nodes; a cluster of processes has 3, 5, 7 or 9`
      throw new LabCallError('badArgument', words)
    }
  }
}
