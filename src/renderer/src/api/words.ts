/** Numbers, faults and events in words: one voice for toasts, lists, bands and the inspector. */
import type { GateFrame, LabEvent } from '../../../core/event'
import type { Fault, Link, PartitionPreset } from '../../../core/fault'
import { nameOfReadMode } from '../../../core/kv/readMode'
import { formatBallot } from '../../../core/paxos/ballot'
import { clockWords, isFaultOfNode, slowWords, storageWords } from '../../../shared/faultWords'
import type { FaultOfNode } from '../../../shared/faultWords'
import { matchWords, shapeWords } from '../../../shared/labWords'
import { changeWords } from '../../../shared/linkFaults'
import { shownMutant } from '../../../shared/unnamed'

const THIN_SPACE = '\u202f'

type PartitionFault = Extract<Fault, { readonly kind: 'partition' }>

/** 104 221, with thin spaces. */
export function count(value: number): string {
  return String(Math.round(value)).replace(/\B(?=(\d{3})+(?!\d))/g, THIN_SPACE)
}

/** Lab time as the rulers write it: 27.360 s. */
export function seconds(atMs: number, digits = 3): string {
  return (atMs / 1000).toFixed(digits)
}

export function bytes(value: number): string {
  if (value < 10_000) return `${count(value)} B`
  if (value < 10_000_000) return `${count(value / 1000)} kB`
  return `${count(value / 1_000_000)} MB`
}

const name = (node: number): string => `N${node}`

/** The lab and its scenarios say "node 3" and "nodes 2 and 4"; the window calls them N3, N2, N4. */
export function nodeNames(words: string): string {
  return words
    .replace(/\bnodes ((?:\d+(?:, | and |, and ))+\d+)/gi, (_all, list: string) =>
      list.replace(/\d+/g, 'N$&'),
    )
    .replace(/\bnode (\d+)\b/gi, 'N$1')
}

/** "N1–N3" for both directions, "N1 → N3" for one, "all 20 links" for many. */
export function linksWords(links: readonly Link[]): string {
  const [first, second] = links
  if (!first) return 'no link'
  if (links.length === 1) return `${name(first.from)} → ${name(first.to)}`
  const pair = links.length === 2 && second?.from === first.to && second.to === first.from
  return pair ? `${name(first.from)}–${name(first.to)}` : `${links.length} links`
}

const PRESETS: Readonly<Record<PartitionPreset, string>> = {
  isolateLeader: 'Leader isolated',
  majorityMinority: 'Partition',
  bridge: 'Bridge',
  ring: 'Ring',
  majoritiesRing: 'Ring of majorities',
  chained: 'Chain',
  quorumLoss: 'Quorum loss',
  constrained: 'Constrained election',
  oneWay: 'One-way partition',
  custom: 'Partition',
}

/** Who can still talk: `N1 | N2 N3`, `N1–N2–N3` in a chain, `all with N2`, `neighbours`. */
export function partitionWords({ preset, groups }: PartitionFault): string {
  switch (preset) {
    case 'ring':
      return 'neighbours only'
    case 'majoritiesRing':
      return 'each with its own'
    case 'chained':
      return [...(groups[0]?.slice(0, 1) ?? []), ...groups.flatMap((group) => group.slice(1))]
        .map(name)
        .join('–')
    case 'quorumLoss':
      return `all with ${name(groups[0]?.[0] ?? 0)} only`
    case 'constrained':
      return `${groups.at(-1)?.map(name).join(' ')} | the others with ${name(groups[0]?.[0] ?? 0)}`
    default:
      return groupsWords(groups)
  }
}

export function groupsWords(groups: readonly (readonly number[])[]): string {
  return groups.map((group) => group.map(name).join(' ')).join(' | ')
}

export function faultWords(fault: Fault): string {
  switch (fault.kind) {
    case 'cut':
      return `Cut ${linksWords(fault.links)}`
    case 'partition':
      return `${PRESETS[fault.preset]} ${partitionWords(fault)}`
    case 'delay': {
      const jitter = fault.jitterMs > 0 ? ` ± ${fault.jitterMs}` : ''
      return `Delay +${fault.delayMs}${jitter} ms${shapeWords(fault)}, ${linksWords(fault.links)}`
    }
    case 'drop':
      return `Drop ${Math.round(fault.probability * 100)} %, ${linksWords(fault.links)}`
    case 'dropNext':
      return `Drop next ${fault.count}, ${linksWords(fault.links)}`
    case 'duplicate':
      return `Duplicate ${Math.round(fault.probability * 100)} %, ${linksWords(fault.links)}`
    case 'reorder':
      return `Reorder ${Math.round(fault.probability * 100)} %, ${linksWords(fault.links)}`
    case 'hold':
      if (fault.adversary !== undefined) return 'FLP adversary'
      if (fault.stepping !== undefined) return 'Step mode'
      return `Hold ${matchWords(fault.match)}, ${linksWords(fault.links)}`
    case 'burst':
    case 'bandwidth':
    case 'reset':
    case 'halfOpen':
      return `${capital(changeWords(fault))}, ${linksWords(fault.links)}`
    default:
      return nodeFaultWords(fault)
  }
}

function capital(words: string): string {
  return words.charAt(0).toUpperCase() + words.slice(1)
}

/** What a fault of one node is, in the words of lists and of the track. */
export function nodeFaultWords(fault: FaultOfNode): string {
  const who = name(fault.node)
  switch (fault.kind) {
    case 'kill':
      return `${who} killed`
    case 'stop':
      return `${who} stopped`
    case 'pause':
      return `${who} paused`
    case 'powerLoss':
      return `${who} lost power${fault.tornTail ? ', torn tail' : ''}`
    case 'wipe':
      return `${who} wiped`
    case 'clock':
      return `${who} clock ${clockWords(fault)}`
    case 'slow':
      return `${who} slow: ${slowWords(fault)}`
    case 'failpoint':
      return `${who} ${fault.arm.action} at ${fault.arm.name}`
    default:
      return `${who} disk: ${storageWords(fault)}`
  }
}

/** Second line of a fault: what it does to the system. */
export function faultMeans(fault: Fault): string {
  if (fault.kind === 'kill') return 'SIGKILL'
  if (fault.kind === 'stop') return 'orderly exit'
  if (fault.kind === 'pause') return fault.cooperative ? 'cooperative' : 'SIGSTOP'
  if (fault.kind === 'powerLoss') return 'SIGKILL, and what was not flushed is gone'
  if (fault.kind === 'wipe') return 'SIGKILL, and its promises are forgotten'
  if (fault.kind === 'clock') return 'elections and leases go by it'
  if (fault.kind === 'slow') return 'reads, timers and disk wait'
  if (fault.kind === 'failpoint')
    return fault.arm.skip > 0 ? `after ${fault.arm.skip} hits` : 'armed'
  if (isFaultOfNode(fault)) return 'holds over restarts'
  return `${fault.links.length} half-${fault.links.length === 1 ? 'link' : 'links'}`
}

export function healWord(fault: Fault): string {
  if (['kill', 'stop', 'powerLoss', 'wipe'].includes(fault.kind)) return 'Restart'
  if (fault.kind === 'failpoint') return 'Disarm'
  return fault.kind === 'pause' ? 'Resume' : 'Heal'
}

export function slotsWords(slot: number, many: number): string {
  return many === 1 ? `slot ${slot}` : `slots ${slot}–${slot + many - 1}`
}

type Of<T extends LabEvent['type']> = Extract<LabEvent, { readonly type: T }>
type Sentences = { readonly [T in LabEvent['type']]: (event: Of<T>) => string }

function requestsWords({ session, from, count: many }: Of<'submitted'> | Of<'answered'>): string {
  return many === 1
    ? `request ${session}:${from}`
    : `requests ${session}:${from}–${from + many - 1}`
}

function noteWords({ message, ballot, slot, count: many }: Of<'sent'> | Of<'received'>): string {
  const at = ballot === null ? '' : ` at ${formatBallot(ballot)}`
  return slot === 0 ? `${message}${at}` : `${message} for ${slotsWords(slot, many)}${at}`
}

const SENTENCES: Sentences = {
  promised: (e) => `promised ${formatBallot(e.ballot)}`,
  voted: (e) => `voted ${slotsWords(e.slot, e.count)} at ${formatBallot(e.ballot)}`,
  refused: (e) =>
    `refused ${formatBallot(e.ballot)} in phase ${e.phase}: promised ${formatBallot(e.promised)}`,
  bid: (e) => `began ballot ${formatBallot(e.ballot)} (${e.reason})`,
  elected: (e) =>
    `elected at ${formatBallot(e.ballot)} by ${e.witnesses.map(name).join(' ')}` +
    (e.forced > 0 ? `, ${e.forced} forced` : ''),
  issued: (e) => `issued ${slotsWords(e.slot, e.count)} at ${formatBallot(e.ballot)} (${e.cause})`,
  preempted: (e) =>
    `${formatBallot(e.ballot)} preempted by ${formatBallot(e.rival)} in phase ${e.phase}`,
  steppedDown: (e) => `stepped down from ${formatBallot(e.ballot)} (${e.reason})`,
  followed: (e) => `follows ${name(e.ballot.node)} at ${formatBallot(e.ballot)}`,
  chosen: (e) => `${slotsWords(e.slot, e.count)} chosen at ${formatBallot(e.ballot)}`,
  learned: (e) => `learned ${slotsWords(e.slot, e.count)} by ${e.via}`,
  snapshotTaken: (e) => `took a snapshot through slot ${e.through}`,
  snapshotInstalled: (e) => `took over the state through slot ${e.through} of ${name(e.from)}`,
  leaseKept: (e) => `kept silent to ${formatBallot(e.ballot)}: ${name(e.holder)} holds a lease`,
  leaseHeld: (e) => `may answer reads alone at ${formatBallot(e.ballot)}`,
  canvassed: (e) => `asked whether others miss the leader, for ${formatBallot(e.ballot)}`,
  acknowledged: (e) =>
    `told a client that ${slotsWords(e.slot, e.ids.length)} is written, at ` +
    (e.at === 'chosen' ? 'its choice' : 'a promise quorum'),
  applied: (e) => `applied through ${e.through}`,
  submitted: (e) => `took ${requestsWords(e)} from clients`,
  answered: (e) => `answered ${requestsWords(e)}`,
  policySet: (e) => `policy ${e.policy.kind}`,
  limitReached: (e) => `limit ${e.limit} reached, ${e.dropped} dropped`,
  recovered: (e) =>
    `recovered ${count(e.records)} records, promised ${formatBallot(e.promised)}` +
    (e.tornBytes > 0 ? `, torn tail of ${e.tornBytes} B cut off` : ''),
  persisted: (e) => `durable through record ${e.record}`,
  sentAfter: (e) => `sent ${e.message} after record ${e.after}`,
  sent: (e) => `sent ${noteWords(e)} to ${name(e.to)}`,
  received: (e) => `received ${noteWords(e)} from ${name(e.from)}`,
  peerConnected: (e) => `connected to ${name(e.peer)}`,
  peerLost: (e) => `lost ${name(e.peer)}: ${e.reason}`,
  connectionRefused: (e) => `refused a ${e.port} connection: ${e.reason}`,
  storageFailed: (e) => `storage failed: ${e.reason}`,
  nodeFailed: (e) => `failed: ${e.reason}`,
  factsDropped: (e) => `${count(e.count)} facts dropped`,
  clusterStarted: (e) => {
    const mutant = shownMutant({ ...e, mutant: e.mutant ?? null })
    const label = mutant === null ? '' : `, ${mutant}`
    return `cluster ${e.cluster} with ${e.members.length} nodes, seed ${e.seed}${label}`
  },
  clusterStopped: () => 'cluster stopped',
  // A node of a model has neither process nor port.
  nodeStarted: (e) => `${name(e.node)} started${e.pid === 0 ? '' : `, pid ${e.pid}`}`,
  nodeReady: (e) =>
    `${name(e.node)} ready${e.clientPort === 0 ? '' : `, clients at ${e.clientPort}`}`,
  nodeExited: (e) =>
    `${name(e.node)} ${e.injected ? 'ended' : 'died unexpectedly'} (${e.signal ?? `code ${e.code}`})`,
  faultStarted: (e) => `${faultWords(e.fault.fault)}`,
  faultEnded: (e) => `ended: ${faultWords(e.fault.fault)}`,
  frameHeld: (e) => `held ${gateFrameWords(e.frame)}`,
  frameReleased: (e) => `released ${gateFrameWords(e.frame)}`,
  frameMoved: (e) =>
    `moved ${gateFrameWords(e.frame)}, ` +
    (e.before === null ? 'to the end' : `before frame ${e.before}`),
  frameDropped: (e) => `dropped at the gate: ${gateFrameWords(e.frame)}`,
  acted: (e) => nodeNames(e.act),
  clientReplied: (e) => `${e.command} at ${name(e.node)}: ${e.reply}`,
  learnerRead: (e) => {
    const mode = e.mode === undefined ? 'learner' : nameOfReadMode(e.mode)
    const about = e.slot === undefined ? e.key : `slot ${e.slot}`
    return `${mode} read ${about}: ${e.result.value ?? e.result.verdict}`
  },
  statusSampled: (e) => `status of ${e.nodes.length} nodes`,
  trafficSampled: (e) => `${count(e.links.reduce((sum, l) => sum + l.frames, 0))} frames`,
  messagesSeen: (e) =>
    `${e.messages.length} messages` + (e.missed > 0 ? `, ${count(e.missed)} more not told` : ''),
  messagesWatched: (e) =>
    e.on ? 'messages are told from here' : 'messages are not told from here',
  loadSampled: (e) => {
    const shed = e.shed === undefined || e.shed === 0 ? '' : `, ${e.shed} shed`
    return `${e.acked} acknowledged, ${e.failed} failed, ${e.unknown} unknown${shed}`
  },
  violated: (e) => `${e.invariant} violated: ${nodeNames(e.words)}`,
  labNote: (e) => nodeNames(e.words),
}

function gateFrameWords({ id, link, message, ballot, slot, count: many }: GateFrame): string {
  const at = ballot === null ? '' : ` ${formatBallot(ballot)}`
  const about = slot === 0 ? '' : `, ${slotsWords(slot, many)}`
  return `frame ${id}, ${name(link.from)} → ${name(link.to)}: ${message ?? 'unknown'}${at}${about}`
}

/** One line for any event. */
export function eventWords(event: LabEvent): string {
  const sentence = SENTENCES[event.type] as (event: LabEvent) => string
  return sentence(event)
}

export type EventFamily = 'phase1' | 'phase2' | 'learn' | 'refuse' | 'fault' | 'client' | 'lab'

const FAMILIES: Readonly<Record<LabEvent['type'], EventFamily>> = {
  promised: 'phase1',
  canvassed: 'phase1',
  leaseHeld: 'phase1',
  leaseKept: 'refuse',
  snapshotTaken: 'learn',
  snapshotInstalled: 'learn',
  bid: 'phase1',
  elected: 'phase1',
  followed: 'phase1',
  voted: 'phase2',
  issued: 'phase2',
  chosen: 'learn',
  learned: 'learn',
  acknowledged: 'client',
  submitted: 'client',
  answered: 'client',
  applied: 'learn',
  learnerRead: 'learn',
  refused: 'refuse',
  preempted: 'refuse',
  steppedDown: 'refuse',
  violated: 'refuse',
  storageFailed: 'refuse',
  nodeFailed: 'refuse',
  faultStarted: 'fault',
  faultEnded: 'fault',
  frameHeld: 'fault',
  frameReleased: 'fault',
  frameMoved: 'fault',
  frameDropped: 'fault',
  nodeExited: 'fault',
  peerLost: 'fault',
  connectionRefused: 'fault',
  limitReached: 'fault',
  factsDropped: 'fault',
  clientReplied: 'client',
  loadSampled: 'client',
  recovered: 'lab',
  persisted: 'lab',
  sentAfter: 'lab',
  sent: 'lab',
  received: 'lab',
  peerConnected: 'lab',
  policySet: 'lab',
  clusterStarted: 'lab',
  clusterStopped: 'lab',
  nodeStarted: 'lab',
  nodeReady: 'lab',
  acted: 'lab',
  statusSampled: 'lab',
  trafficSampled: 'lab',
  messagesSeen: 'lab',
  messagesWatched: 'lab',
  labNote: 'lab',
}

export function eventFamily(event: LabEvent): EventFamily {
  return FAMILIES[event.type]
}

/** Which node an event is about; null: the lab as a whole. */
export function eventNode(event: LabEvent): number | null {
  if (event.by !== 'lab') return event.by
  if ('node' in event) return event.node
  if (event.type !== 'faultStarted' && event.type !== 'faultEnded') return null
  return 'node' in event.fault.fault ? event.fault.fault.node : null
}

/** Samples are measurements, not happenings: lists leave them out unless asked. */
export function isSample(event: LabEvent): boolean {
  return (
    event.type === 'statusSampled' ||
    event.type === 'trafficSampled' ||
    event.type === 'messagesSeen' ||
    event.type === 'messagesWatched' ||
    event.type === 'loadSampled'
  )
}

const DETAILS: ReadonlySet<LabEvent['type']> = new Set([
  'promised',
  'voted',
  'issued',
  'learned',
  'applied',
  'persisted',
  'sentAfter',
  'submitted',
  'answered',
  'sent',
  'received',
  'frameHeld',
  'frameReleased',
  'frameMoved',
  'frameDropped',
])

/** Steps on the way: true and recorded, but not what a person follows. */
export function isDetail(event: LabEvent): boolean {
  return DETAILS.has(event.type)
}
