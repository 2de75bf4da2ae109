/**
 * What a person or a scenario does to a node's process: kill, stop, restart, pause, resume. Each is
 * a fault with a start and an end, and each is refused in a state that it does not fit.
 */
import type { NodeLifeState } from '../../shared/api'
import { LabCallError } from '../../shared/api'
import type { Cluster } from './cluster'
import type { Member } from './member'
import type { PauseGuard } from './pauseGuard'

/** Windows has no SIGSTOP: there a node stops consuming while its sockets stay open. */
export const REAL_PAUSE = process.platform !== 'win32'

const ALIVE: readonly NodeLifeState[] = ['starting', 'running', 'paused']
const DOWN: readonly NodeLifeState[] = ['killed', 'stopped', 'failed']

export class NodeActs {
  constructor(
    private readonly cluster: Cluster,
    private readonly guard: PauseGuard,
    private readonly realPause = REAL_PAUSE,
  ) {}

  async kill(node: number): Promise<void> {
    const member = this.inState(node, ALIVE, 'kill')
    this.begin(member, 'kill')
    await this.unguarded(member, () => member.kill())
  }

  async stop(node: number): Promise<void> {
    const member = this.inState(node, ALIVE, 'stop')
    this.begin(member, 'stop')
    await this.unguarded(member, () => member.stop())
  }

  /** Resolves when it is ready again. */
  async restart(node: number): Promise<void> {
    const member = this.inState(node, DOWN, 'restart')
    await member.start()
    this.cluster.faults.endOfNode(node)
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
    this.cluster.faults.endOfNode(node)
  }

  async endFault(id: string): Promise<void> {
    const active = this.cluster.faults.find(id)
    if (active === null)
      throw new LabCallError('badArgument', `there is no fault ${id}, or it ended`)
    const { fault } = active
    if (fault.kind === 'pause') await this.resume(fault.node)
    else if (fault.kind === 'kill' || fault.kind === 'stop') await this.restart(fault.node)
    else await this.cluster.links.end({ ...active, fault })
  }

  async healAll(processes: boolean): Promise<void> {
    if (this.cluster.faults.links().length > 0) await this.cluster.links.endAll()
    if (!processes) return
    const acts = this.cluster.members.map(async ({ node, state }) => {
      if (state === 'paused') await this.resume(node)
      else if (DOWN.includes(state)) await this.restart(node)
    })
    const failed = (await Promise.allSettled(acts)).find((end) => end.status === 'rejected')
    if (failed !== undefined) throw failed.reason
  }

  private begin(member: Member, kind: 'kill' | 'stop'): void {
    const { faults } = this.cluster
    faults.endOfNode(member.node)
    faults.start(faults.nextId(), { kind, node: member.node })
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
