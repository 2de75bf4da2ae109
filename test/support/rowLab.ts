/**
 * A lab for the rows of the protocol: real processes, the whole record of the run, and frames held
 * at the gate by what they say.
 *
 * `rowLab({ nodes: 3, ...options })` starts one with defaults that suit a row: three nodes, anyone
 * proposes, and requests that wait as long as a test may. `rig.lab` is the whole LabApi.
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { LabEvent } from '../../src/core/event'
import { allLinks } from '../../src/core/fault'
import type { FrameMatch, Link } from '../../src/core/fault'
import { EAGER_POLICY } from '../../src/core/paxos/config'
import type { ElectionPolicy } from '../../src/core/paxos/config'
import type { MessageType } from '../../src/core/paxos/message'
import { parseScenario } from '../../src/shared/experiment'
import type { Scenario } from '../../src/shared/experiment'
import { membersOf } from '../../src/shared/clusterOptions'
import type { ClusterOptions } from '../../src/shared/api'
import { LabRig } from './cluster'
import { eventually } from './eventually'
import { root } from './tree'

/** Longest wait for one frame or answer. */
export const ROW_WAIT_MS = 20_000

export type EventOf<T extends LabEvent['type']> = Extract<LabEvent, { type: T }>

export const only = (...types: MessageType[]): FrameMatch => ({ types })

export function eventsOf<T extends LabEvent['type']>(
  events: readonly LabEvent[],
  type: T,
): EventOf<T>[] {
  return events.filter((event): event is EventOf<T> => event.type === type)
}

export class RowLab extends LabRig {
  /** The whole record so far. */
  async record(): Promise<LabEvent[]> {
    const all: LabEvent[] = []
    for (;;) {
      const more = await this.lab.events(all.length + 1, all.length + 10_000)
      if (more.length === 0) return all
      all.push(...more)
    }
  }

  /** Events of one type in the record so far. */
  async all<T extends LabEvent['type']>(type: T): Promise<EventOf<T>[]> {
    return eventsOf(await this.record(), type)
  }

  /** Waits until the record has `count` such events, and answers all that it has. */
  async told<T extends LabEvent['type']>(
    type: T,
    is: (event: EventOf<T>) => boolean = () => true,
    count = 1,
  ): Promise<EventOf<T>[]> {
    return await eventually(`${count} events ${type}`, async () => {
      const found = (await this.all(type)).filter(is)
      return found.length >= count ? found : null
    })
  }

  /** Frames of these links wait from now on; answers the id of the hold. */
  async hold(match: FrameMatch, links: readonly Link[] = this.links()): Promise<string> {
    return await this.lab.changeLinks(links, { kind: 'hold', match, atEnd: 'release' })
  }

  /** Waits until `count` matching frames are held. */
  async held(match: FrameMatch, count: number) {
    return await this.lab.gateWait(match, count, ROW_WAIT_MS)
  }

  async release(match: FrameMatch, count = 1000) {
    return await this.lab.gateRelease({ kind: 'match', match, count })
  }

  /** The text of the oldest such frame of one link, as soon as one waits. */
  async text(type: MessageType, from: number, to: number, match: FrameMatch = {}): Promise<string> {
    const frame = await eventually(`${type} ${from} > ${to} waits`, async () => {
      const { frames } = await this.lab.gateList({ ...match, types: [type] })
      return frames.find(({ link }) => link.from === from && link.to === to)
    })
    return await this.lab.gateInspect(frame.id)
  }

  /** Lets frames of one link go on, as soon as such a one waits: `pass('accept', 1, 2)`. */
  async pass(type: MessageType, from: number, to: number, match: FrameMatch = {}): Promise<void> {
    await eventually(`${type} ${from} > ${to} waits`, async () => {
      const { frames } = await this.lab.gateList({ ...match, types: [type] })
      const own = frames.filter(({ link }) => link.from === from && link.to === to)
      if (own.length === 0) return false
      await this.lab.gateRelease({ kind: 'ids', ids: own.map(({ id }) => id) })
      return true
    })
  }

  /** Every directed link among the members. */
  links(): Link[] {
    const { options } = this.lab.status()
    return allLinks(membersOf(options?.nodes ?? 0))
  }

  /** Waits until every node has applied the slots up to here, by its own word. */
  async applied(through: number): Promise<void> {
    const nodes = membersOf(this.lab.status().options?.nodes ?? 0)
    await eventually(`all applied slot ${through}`, async () => {
      const views = await Promise.all(nodes.map((node) => this.lab.slots(node, through, 1)))
      return views.every(([view]) => view?.state === 'applied')
    })
  }

  /** Ids of checks that found a violation. */
  violations(): string[] {
    const { checks } = this.lab.status()
    return checks.filter(({ state }) => state === 'violated').map(({ id }) => id)
  }
}

/** Bids and retries when it is told to, and after a preemption not before a test is over. */
export const PATIENT_POLICY: ElectionPolicy = {
  kind: 'backoff',
  backoff: { kind: 'fixed', ticks: 100_000 },
}

/** A bundled experiment by its name. */
export function bundled(name: string): Scenario {
  const path = join(root, 'resources/scenarios', `${name}.paxlab.yaml`)
  return parseScenario(readFileSync(path, 'utf8'), path)
}

/** Starts one; the caller closes it. */
export async function rowLab(options: Partial<ClusterOptions> = {}): Promise<RowLab> {
  const rig = new RowLab()
  try {
    await rig.start({
      nodes: 3,
      policy: EAGER_POLICY,
      requestDeadlineMs: ROW_WAIT_MS,
      ...options,
    })
  } catch (error) {
    await rig.close()
    throw error
  }
  return rig
}
