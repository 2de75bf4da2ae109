/**
 * What a person or a scenario does to a node's process and its directory: kill, stop, restart,
 * pause, resume, power loss, wipe. Each is a fault with a start and an end, and each is refused in
 * a state that it does not fit.
 */
import { existsSync } from 'node:fs'
import { readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { DirectoryFault, Fault, FaultKind, ProcessFault } from '../../core/fault'
import type { NodeLifeState } from '../../shared/api'
import { LabCallError } from '../../shared/api'
import { cutPower } from '../disk/powerLoss'
import type { PowerLossReport } from '../disk/powerLoss'
import { WITNESS_NAME } from '../disk/witness'
import type { Cluster } from './cluster'
import type { Member } from './member'
import { isNodeFault } from './nodeFaults'
import type { PauseGuard } from './pauseGuard'

/** Windows has no SIGSTOP: there a node stops consuming while its sockets stay open. */
export const REAL_PAUSE = process.platform !== 'win32'

const ALIVE: readonly NodeLifeState[] = ['starting', 'running', 'paused']
const DOWN: readonly NodeLifeState[] = ['killed', 'stopped', 'failed']
/** Why a node is down; they end with its restart. */
const DOWN_FAULTS: readonly FaultKind[] = ['kill', 'stop', 'powerLoss', 'wipe']

type DownFault = DirectoryFault | Exclude<ProcessFault, { readonly kind: 'pause' }>

export class NodeActs {
  constructor(
    private readonly cluster: Cluster,
    private readonly guard: PauseGuard,
    private readonly realPause = REAL_PAUSE,
  ) {}

  async kill(node: number): Promise<void> {
    const member = this.inState(node, ALIVE, 'kill')
    this.begin(node, { kind: 'kill', node })
    await this.unguarded(member, () => member.kill())
  }

  async stop(node: number): Promise<void> {
    const member = this.inState(node, ALIVE, 'stop')
    this.begin(node, { kind: 'stop', node })
    await this.unguarded(member, () => member.stop())
  }

  /** Resolves when it is ready again. */
  async restart(node: number): Promise<void> {
    const member = this.inState(node, DOWN, 'restart')
    await member.start()
    this.cluster.faults.endOfNode(node, DOWN_FAULTS)
    this.cluster.nodeFaults.restarted(node)
  }

  /** All lose power at the same moment; answers the ids of the faults. */
  async powerLoss(nodes: readonly number[], tornTail: boolean): Promise<string[]> {
    const members = [...new Set(nodes)].map((node) => this.inState(node, ALIVE, 'lose power'))
    for (const { node } of members) {
      if (existsSync(join(this.cluster.nodeDir(node), WITNESS_NAME))) continue
      const words = `node ${node} keeps no account of what is flushed (telemetry is off)`
      throw new LabCallError('wrongState', words)
    }
    const ids = members.map(({ node }) => this.begin(node, { kind: 'powerLoss', node, tornTail }))
    await Promise.all(members.map((member) => this.unguarded(member, () => member.kill())))
    for (const { node } of members) this.cut(node, tornTail)
    return ids
  }

  async wipe(node: number): Promise<string> {
    const member = this.inState(node, [...ALIVE, ...DOWN], 'be wiped')
    const id = this.begin(node, { kind: 'wipe', node })
    if (ALIVE.includes(member.state)) await this.unguarded(member, () => member.kill())
    const dir = this.cluster.nodeDir(node)
    for (const name of await readdir(dir)) await rm(join(dir, name), { recursive: true })
    return id
  }

  async pause(node: number): Promise<void> {
    const member = this.inState(node, ['running'], 'pause')
    const { pid } = member
    // The guard comes first: a lab that is killed in between must not leave a stopped node.
    if (this.realPause && pid !== null) this.guard.add(pid)
    await member.pause(!this.realPause)
    const fault = { kind: 'pause', node, cooperative: !this.realPause } as const
    this.cluster.faults.start(this.cluster.faults.nextId(), fault)
  }

  async resume(node: number): Promise<void> {
    const member = this.inState(node, ['paused'], 'resume')
    await this.unguarded(member, () => member.resume())
    this.cluster.faults.endOfNode(node, ['pause'])
  }

  async endFault(id: string): Promise<void> {
    const active = this.cluster.faults.find(id)
    if (active === null)
      throw new LabCallError('badArgument', `there is no fault ${id}, or it ended`)
    const { fault } = active
    if (fault.kind === 'pause') await this.resume(fault.node)
    else if (isDownFault(fault)) await this.restart(fault.node)
    else if (isNodeFault(fault)) await this.cluster.nodeFaults.end({ ...active, fault })
    else await this.cluster.links.end({ ...active, fault })
  }

  /**
   * A node that ends meanwhile has nothing to heal: the record says so, and the others are healed.
   * Rejects when all is tried, with what first failed.
   */
  async healAll(processes: boolean): Promise<void> {
    const { cluster } = this
    const ends = await Promise.allSettled([cluster.links.endAll()])
    if (processes) {
      const alive = cluster.members.filter(({ state }) => ['running', 'paused'].includes(state))
      ends.push(...(await cluster.nodeFaults.endAll()))
      ends.push(...(await Promise.allSettled(cluster.members.map((one) => this.heal(one)))))
      for (const { node } of alive.filter(({ connected }) => !connected)) {
        cluster.note('warn', `node ${node} had just ended: there was nothing of it to heal`)
      }
    }
    const failed = ends.find((end) => end.status === 'rejected')
    if (failed !== undefined) throw failed.reason
  }

  private async heal(member: Member): Promise<void> {
    const { node, state, reserved } = member
    try {
      if (state === 'paused') await this.resume(node)
      else if (DOWN.includes(state) && !reserved) await this.restart(node)
    } catch (error) {
      const hasEnded = state === 'paused' && !member.connected
      if (!hasEnded || !(error instanceof LabCallError)) throw error
    }
  }

  private begin(node: number, fault: DownFault): string {
    const { faults } = this.cluster
    faults.endOfNode(node, [...DOWN_FAULTS, 'pause'])
    const id = faults.nextId()
    faults.start(id, fault)
    return id
  }

  private cut(node: number, tornTail: boolean): void {
    const seed = this.cluster.nextSeed()
    const report = cutPower(this.cluster.nodeDir(node), { tornTail, seed })
    this.cluster.note('info', `node ${node} lost power: ${cutWords(report)}`)
  }

  private async unguarded(member: Member, act: () => Promise<void>): Promise<void> {
    const { pid } = member
    await act()
    if (pid !== null) this.guard.remove(pid)
  }

  private inState(node: number, states: readonly NodeLifeState[], act: string): Member {
    const member = this.cluster.member(node)
    if (this.cluster.stopping) throw new LabCallError('wrongState', 'the cluster is stopping')
    if (states.includes(member.state)) return member
    const words = `node ${node} is ${member.state}: it cannot ${act}`
    throw new LabCallError('wrongState', words)
  }
}

function isDownFault(fault: Fault): fault is DownFault {
  return DOWN_FAULTS.includes(fault.kind)
}

function cutWords({ cut, removed }: PowerLossReport): string {
  const lines = cut.map(({ name, fromBytes, toBytes, tornBytes }) => {
    const torn = tornBytes === 0 ? '' : ` and ${tornBytes} torn ones`
    return `${name} keeps ${toBytes} of ${fromBytes} bytes${torn}`
  })
  return [...lines, ...removed.map((name) => `${name} is gone`)].join(', ') || 'all was flushed'
}
