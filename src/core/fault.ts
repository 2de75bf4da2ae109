/**
 * Faults as data: what a person or a scenario breaks, with units and ranges.
 *
 * Every fault has an id, a start and an end, is an event (`faultStarted`, `faultEnded`) and is
 * drawn on every chart. A link is directed. "Dropped" means that a frame never leaves its link
 * proxy: TCP itself would turn loss into latency.
 */
import type { NodeId } from './paxos/ballot'

export interface Link {
  readonly from: NodeId
  readonly to: NodeId
}

export type PartitionPreset = 'isolateLeader' | 'majorityMinority' | 'bridge' | 'oneWay' | 'custom'

/** Faults of links, made by the switchboard; `delay`, `drop` and `duplicate` replace their like. */
export type LinkFault =
  /** Frames of these links are dropped until it ends. */
  | { readonly kind: 'cut'; readonly links: readonly Link[] }
  /** A named set of cuts. `groups` are what is still connected; bridge nodes are in two groups. */
  | {
      readonly kind: 'partition'
      readonly preset: PartitionPreset
      readonly groups: readonly (readonly NodeId[])[]
      readonly links: readonly Link[]
    }
  /** Each frame waits delayMs + uniform(-jitterMs, jitterMs), order per link kept. */
  | {
      readonly kind: 'delay'
      readonly links: readonly Link[]
      readonly delayMs: number
      readonly jitterMs: number
    }
  /** Each frame is dropped with `probability` (0 to 1). */
  | { readonly kind: 'drop'; readonly links: readonly Link[]; readonly probability: number }
  /** The next `count` frames of each link are dropped; it ends by itself. */
  | { readonly kind: 'dropNext'; readonly links: readonly Link[]; readonly count: number }
  /** Each frame is sent twice with `probability` (0 to 1). */
  | { readonly kind: 'duplicate'; readonly links: readonly Link[]; readonly probability: number }

export type ProcessFault =
  /** SIGKILL; ends with the restart. */
  | { readonly kind: 'kill'; readonly node: NodeId }
  /** Orderly exit on request; ends with the restart. */
  | { readonly kind: 'stop'; readonly node: NodeId }
  /** SIGSTOP where the system has it, else the node stops consuming; ends with resume. */
  | { readonly kind: 'pause'; readonly node: NodeId; readonly cooperative: boolean }

export type Fault = LinkFault | ProcessFault
export type FaultKind = Fault['kind']

/** A fault that was started, as the lab tracks it. */
export interface ActiveFault {
  /** Unique in a run: `f1`, `f2`, … */
  readonly id: string
  readonly fault: Fault
  readonly startedAtMs: number
  readonly endedAtMs: number | null
}

export const DELAY_MS_MAX = 60_000

export function linkKey(link: Link): string {
  return `${link.from}>${link.to}`
}

/** Both directions between every node of `left` and every node of `right`. */
export function linksBetween(left: readonly NodeId[], right: readonly NodeId[]): Link[] {
  return left.flatMap((from) =>
    right
      .filter((to) => to !== from)
      .flatMap((to) => [
        { from, to },
        { from: to, to: from },
      ]),
  )
}

/** Every directed link among `members`. */
export function allLinks(members: readonly NodeId[]): Link[] {
  return members.flatMap((from) => members.filter((to) => to !== from).map((to) => ({ from, to })))
}

/** Links cut when only nodes that share a group may talk. A node in no group is alone. */
export function linksAcross(
  members: readonly NodeId[],
  groups: readonly (readonly NodeId[])[],
): Link[] {
  return allLinks(members).filter(
    ({ from, to }) => !groups.some((group) => group.includes(from) && group.includes(to)),
  )
}
