/** A real lab on real processes, in a directory of its own; everything ends with `close`. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { LabEvent } from '../../src/core/event'
import { LEADER_POLICY } from '../../src/core/paxos/config'
import { createLab } from '../../src/main/lab/lab'
import type { LabController } from '../../src/main/lab/lab'
import { DEFAULT_CLUSTER } from '../../src/shared/api'
import type { ClusterOptions, LabStatus, NodeView } from '../../src/shared/api'
import type { Scenario } from '../../src/shared/experiment'
import { leaderOf, logsEqual } from '../../src/shared/labWords'
import { builtEntry } from './built'
import { eventually } from './eventually'

export function temporaryDir(): string {
  return mkdtempSync(join(tmpdir(), 'paxos-lab-'))
}

/** `leader` policy and defaults; `changes` on top. */
export function clusterOptions(changes: Partial<ClusterOptions> = {}): ClusterOptions {
  return { ...DEFAULT_CLUSTER, policy: LEADER_POLICY, ...changes }
}

export class LabRig {
  readonly dir = temporaryDir()
  readonly lab: LabController
  /** What viewers were told, in order. */
  readonly events: LabEvent[] = []
  readonly statuses: LabStatus[] = []

  constructor(changes: { nodeEntry?: string; scenarios?: readonly Scenario[] } = {}) {
    this.lab = createLab({
      nodeEntry: changes.nodeEntry ?? builtEntry('node'),
      switchboardEntry: builtEntry('switchboard'),
      runsDir: join(this.dir, 'runs'),
      appVersion: '0.0.0',
      scenarios: changes.scenarios ?? [],
    })
    this.lab.subscribe({
      status: (status) => this.statuses.push(status),
      events: (batch) => this.events.push(...batch),
      series: () => {},
      reset: () => {},
    })
  }

  async start(changes: Partial<ClusterOptions> = {}): Promise<void> {
    await this.lab.startCluster(clusterOptions(changes))
  }

  async status(): Promise<LabStatus> {
    return (await this.lab.snapshot()).status
  }

  async node(node: number): Promise<NodeView> {
    const view = (await this.status()).nodes.find((one) => one.node === node)
    if (view === undefined) throw new Error(`there is no node ${node}`)
    return view
  }

  /** Waits for a leader among `nodes`. */
  async leader(nodes: readonly number[] = [1, 2, 3, 4, 5, 6, 7, 8, 9]): Promise<number> {
    return await eventually(`a leader among ${nodes.join()}`, async () => {
      const leader = leaderOf(await this.status())
      return leader !== null && nodes.includes(leader) ? leader : null
    })
  }

  /** Makes `node` the leader. */
  async lead(node: number): Promise<void> {
    await eventually(`node ${node} leads`, async () => {
      if (leaderOf(await this.status()) === node) return true
      await this.lab.startElection(node)
      return false
    })
  }

  /** Waits until every node that runs has applied the same log. */
  async logsEqual(): Promise<LabStatus> {
    return await eventually('equal logs', async () => {
      const status = await this.status()
      return logsEqual(status) ? status : null
    })
  }

  /** Waits for an event that viewers are told. */
  async event(what: string, is: (event: LabEvent) => boolean): Promise<LabEvent> {
    return await eventually(what, () => this.events.find(is))
  }

  /** Writes until it is acknowledged, as a client does that tries again after an error. */
  async write(node: number, key: string, value: string): Promise<void> {
    await eventually(`SET ${key} at node ${node}`, async () => {
      const { outcome } = await this.lab.command(node, ['SET', key, value])
      return outcome === 'ok'
    })
  }

  async get(node: number, key: string): Promise<string> {
    return (await this.lab.command(node, ['GET', key])).reply
  }

  async close(): Promise<void> {
    await this.lab.close()
    rmSync(this.dir, { recursive: true, force: true })
  }
}

/** True while a process with this id exists, also one that is stopped. */
export function processExists(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}
