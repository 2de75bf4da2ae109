/**
 * Cluster: the processes of one run and how they find each other.
 *
 * Start order: control server, then switchboard and nodes at once, each on its own; who is ready is
 * made known to the switchboard (`route`) and told of the others (`peers`). One can fail alone.
 */
import { randomBytes } from 'node:crypto'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { LabFact, LinkTraffic, NodeReport } from '../../core/event'
import type { Ballot } from '../../core/paxos/ballot'
import { compareBallot, sameBallot } from '../../core/paxos/ballot'
import type { ElectionPolicy } from '../../core/paxos/config'
import type { ClusterOptions } from '../../shared/api'
import { LabCallError } from '../../shared/api'
import type { NodeFile, PeerAddress } from '../../shared/control'
import type { Hello } from '../../shared/hello'
import { nodeSource } from '../../shared/logLine'
import { Adversary } from './adversary'
import { Child } from './child'
import type { LabClock } from './clock'
import type { ControlLink } from './controlLink'
import { ControlServer } from './controlServer'
import { RanNodes } from './dataDir'
import type { ClusterIdentity } from './dataDir'
import { FaultBook } from './faultBook'
import { Gate } from './gate'
import { reservePlace, UNSEEN_FACTS, writeJoinCard } from './joinCard'
import type { NodeLauncher } from './launcher'
import { Links } from './links'
import { Member } from './member'
import { NodeFaults } from './nodeFaults'
import type { NodeLogs, OnOutput } from './nodeLogs'
import { portsTaken } from './ports'
import { PidFile } from './processIds'
import { inputsDir, nodeDir, startFile } from './startFile'
import { SeenMessages } from './seenMessages'
import { Switchboard } from './switchboard'
import { switchboardFile } from './switchboardFile'

const HOST = '127.0.0.1'
const SECRET_BYTES = 32
const LEADER_WAIT_MS = 5000

export interface Programs {
  readonly launcher: NodeLauncher
  readonly nodeEntry: string
  readonly switchboardEntry: string
}

export interface ClusterSetup {
  readonly programs: Programs
  readonly options: ClusterOptions
  readonly identity: ClusterIdentity
  readonly runDir: string
  /** Node i keeps its log in `nodei` below it. */
  readonly dataDir: string
  readonly clock: LabClock
  readonly logs: Pick<NodeLogs, 'sink'>
  tell(fact: LabFact): void
  onFacts(node: number, dropped: number, facts: readonly NodeReport[]): void
  onTraffic(links: readonly LinkTraffic[]): void
  /** A status line came; `changed` when a state, a fault or the policy did. */
  onStatus(changed: boolean): void
  isStepping(): boolean
}

interface Bid {
  readonly node: number
  readonly ballot: Ballot
}

export class Cluster {
  readonly members: readonly Member[]
  readonly faults: FaultBook
  readonly links: Links
  readonly nodeFaults: NodeFaults
  readonly gate: Gate
  readonly adversary: Adversary
  policy: ElectionPolicy
  stopping = false
  private readonly secret = randomBytes(SECRET_BYTES)
  private readonly switchboard: Switchboard | null
  readonly pids: PidFile
  private readonly ran: RanNodes
  private control: ControlServer | null = null
  /** Who was elected last, by its own words: faster than status lines. */
  private elected: Bid | null = null
  private cuts = 0
  private readonly startPolicies = new Map<number, ElectionPolicy>()
  private readonly waiters = new Set<() => void>()

  constructor(private readonly setup: ClusterSetup) {
    const { options, identity, clock, runDir, dataDir } = setup
    this.policy = options.policy
    this.faults = new FaultBook(clock, (fact) => {
      setup.tell(fact)
      if (fact.type === 'faultEnded') this.adversary.faultEnded(fact.fault.id)
      this.changed()
    })
    this.nodeFaults = new NodeFaults(this.faults, options, (node) => this.member(node))
    this.ran = RanNodes.open(dataDir)
    this.members = identity.members.map((node) => this.newMember(node))
    this.switchboard = options.direct ? null : this.newSwitchboard()
    this.links = new Links(identity.members, this.faults, this.switchboard)
    this.gate = new Gate(clock, (fact) => setup.tell(fact), this.switchboard)
    this.adversary = new Adversary(identity.members, clock, this.links, this.faults, this.gate)
    const dirs = dataDir.startsWith(runDir) ? [runDir] : [runDir, dataDir]
    this.pids = new PidFile(dirs, (words) => this.note('error', words))
  }

  /** Resolves when every node is ready or has failed; rejects if none is, or no switchboard. */
  async start(): Promise<void> {
    await this.checkPorts()
    this.control = await ControlServer.listen({
      host: HOST,
      cluster: this.setup.identity.cluster,
      secret: this.secret,
      refuse: (hello) => this.refuse(hello),
      onLink: (link) => this.attach(link),
      onRefused: (words) => this.note('warn', `control port refused a connection: ${words}`),
    })
    for (const { node } of this.members) {
      await mkdir(join(this.setup.runDir, `node${node}`), { recursive: true })
    }
    const { join: place } = this.setup.options
    if (place !== undefined) await reservePlace(this.member(place), this.nodeDir(place), this.ran)
    const own = this.members.filter(({ node }) => node !== place)
    const board = this.switchboard?.start()
    const starts = Promise.allSettled(own.map((member) => member.start()))
    // Both are awaited, so that neither rejects unheard when the other does.
    const [boardEnd] = await Promise.allSettled([board])
    const ends = await starts
    if (this.stopping) throw new LabCallError('wrongState', 'the start was stopped')
    if (boardEnd.status === 'rejected') throw boardEnd.reason
    const failures = ends.flatMap((end) => (end.status === 'rejected' ? [end.reason] : []))
    for (const failure of failures) this.note('error', wordsOf(failure))
    if (failures.length === own.length) throw failures[0]
    if (place !== undefined) {
      const seat = this.member(place)
      await writeJoinCard(this.setup, seat, this.peersOf(seat), this.secret.toString('hex'))
      this.onFacts(place, 0, UNSEEN_FACTS)
    }
  }

  /** Waits for a leader, a bounded time; without one the cluster is still of use. */
  async awaitLeader(): Promise<void> {
    await this.until(() => this.stopping || this.leader() !== null, LEADER_WAIT_MS)
    if (this.leader() === null) this.note('warn', `no leader after ${LEADER_WAIT_MS} ms`)
    await this.refreshStatus()
  }

  /** Resolves when no child is left; the directory is this lab's until its `pids` are closed. */
  async stop(): Promise<void> {
    this.stopping = true
    this.adversary.close()
    this.wake()
    await Promise.all(this.members.map((member) => member.end()))
    await this.switchboard?.stop()
    await this.control?.close()
  }

  /** For the end of the lab process: nothing can be awaited there. */
  killNow(): void {
    for (const member of this.members) member.killNow()
    this.switchboard?.killNow()
  }

  member(node: number): Member {
    const member = this.members.find((one) => one.node === node)
    if (member !== undefined) return member
    throw new LabCallError('noSuchNode', `there is no node ${node}`)
  }

  nodeDir(node: number): string {
    return nodeDir(this.setup.dataDir, node)
  }

  /** Seeds of power cuts follow from that of the cluster. */
  nextSeed(): number {
    this.cuts += 1
    return (this.setup.options.seed + this.cuts) >>> 0
  }

  /** Node that leads as far as it knows, by the highest ballot; null when none says so. */
  leader(): number | null {
    const leading = this.members
      .filter((member) => member.answers && member.status?.role === 'leading')
      .map((member): Bid => ({ node: member.node, ballot: member.status!.ballot }))
    const { elected } = this
    if (elected !== null && this.member(elected.node).answers) leading.push(elected)
    leading.sort((a, b) => compareBallot(b.ballot, a.ballot))
    return leading[0]?.node ?? null
  }

  /** Asks all nodes that can answer for a status line now. */
  async refreshStatus(): Promise<void> {
    const asked = this.members.filter((member) => member.answers)
    await Promise.allSettled(asked.map((member) => member.refreshStatus()))
    this.setup.onStatus(true)
  }

  /** Runs to nodes that run; paused ones hear it when they go on, others at their next start. */
  async setPolicy(policy: ElectionPolicy): Promise<void> {
    this.policy = policy
    const body = { action: 'setPolicy', policy } as const
    for (const member of this.members.filter(({ state }) => state === 'paused')) {
      // Its answer comes when it goes on; there is nobody to wait for it.
      member.call(body).catch(() => {})
    }
    const running = this.members.filter((member) => member.answers)
    await Promise.all(running.map((member) => member.call(body)))
    await this.refreshStatus()
  }

  /** Resolves when `condition` holds, or after `waitMs`. It is looked at after every report. */
  private async until(condition: () => boolean, waitMs: number): Promise<void> {
    if (condition()) return
    await new Promise<void>((resolve) => {
      const done = () => {
        clearTimeout(timer)
        this.waiters.delete(look)
        resolve()
      }
      const look = () => {
        if (condition()) done()
      }
      const timer = setTimeout(done, waitMs)
      this.waiters.add(look)
    })
  }

  private wake(): void {
    for (const look of [...this.waiters]) look()
  }

  private changed(): void {
    this.setup.onStatus(true)
    this.wake()
  }

  note(level: 'info' | 'warn' | 'error', words: string): void {
    this.setup.tell({ type: 'labNote', level, words })
  }

  private async checkPorts(): Promise<void> {
    const base = this.setup.options.clientPortBase
    if (base === 0) return
    const ports = this.members.map((_, index) => base + index)
    const taken = await portsTaken(HOST, ports)
    if (taken.length === 0) return
    const words = `client port ${taken.join(', ')} is in use by another program`
    throw new LabCallError('portInUse', words)
  }

  private newMember(node: number): Member {
    const { options, runDir, identity, programs, clock, logs } = this.setup
    const index = identity.members.indexOf(node)
    const clientPort = options.clientPortBase === 0 ? 0 : options.clientPortBase + index
    const member = new Member(node, HOST, join(runDir, `node${node}`), clientPort, {
      now: () => clock.now(),
      spawn: (args) => this.spawn(logs.sink(nodeSource(node)), programs.nodeEntry, args),
      nodeFile: (peerPort, port) => this.nodeFile(node, peerPort, port),
      tell: (fact) => this.setup.tell(fact),
      onFacts: (dropped, facts) => this.onFacts(node, dropped, facts),
      onStatus: () => {
        this.setup.onStatus(false)
        this.wake()
      },
      onChanged: () => this.changed(),
      onReady: () => this.onMemberReady(member),
      isInjected: (end) => this.nodeFaults.struck(node, end),
      onEnded: () => this.onMemberEnded(node),
    })
    return member
  }

  /** Whether single messages are told; never in direct mode, where nobody sees them. */
  watchMessages(on: boolean): void {
    this.switchboard?.watchMessages(on)
  }

  private newSwitchboard(): Switchboard {
    const { identity, runDir, programs, clock, logs, options } = this.setup
    const file = () => switchboardFile(identity, options.seed, this.controlAddress())
    const seen = new SeenMessages(clock)
    return new Switchboard(file, join(runDir, 'switchboard'), {
      spawn: (args) => this.spawn(logs.sink('switchboard'), programs.switchboardEntry, args),
      onTraffic: (links) => this.setup.onTraffic(links),
      onMessages: (report) => this.setup.tell(seen.factOf(report)),
      onFaultEnded: (id) => this.faults.end(id),
      onGateActs: (acts, skipped) => this.gate.report(acts, skipped),
      onNote: (level, words) => this.note(level, words),
      onReady: () => this.onSwitchboardReady(),
      activeFaults: () => this.faults.links(),
    })
  }

  private spawn(onOutput: OnOutput, entry: string, args: readonly string[]): Child {
    const { programs, runDir: cwd } = this.setup
    const spec = { entry, args, cwd, env: { PAXOS_SECRET: this.secret.toString('hex') } }
    const child = new Child(programs.launcher, spec, onOutput)
    const { pid } = child
    if (pid !== null) {
      this.pids.add(pid)
      void child.ended.then(() => {
        if (!this.stopping) this.pids.remove(pid)
      })
    }
    return child
  }

  private nodeFile(node: number, peerPort: number, clientPort: number): NodeFile {
    const { options, identity, dataDir, runDir } = this.setup
    this.startPolicies.set(node, this.policy)
    const { clock, slow, storageFaults, failpoints } = this.nodeFaults.startOf(node)
    return startFile(options, identity, dataDir, {
      ...{ node, host: HOST, peerPort, clientPort, policy: this.policy },
      ...{ clock, slow, storageFaults, failpoints, control: this.controlAddress() },
      ...{ hasRun: this.ran.has(node), lifeFloor: this.member(node).life },
      ...{ recordInputs: inputsDir(options, runDir), stepping: this.setup.isStepping() },
    })
  }

  private controlAddress(): { host: string; port: number } {
    return { host: HOST, port: this.control?.port ?? 0 }
  }

  private refuse(hello: Hello): string | null {
    if (hello.role === 'switchboard') {
      return this.switchboard?.expectsHello === true ? null : 'no switchboard is awaited'
    }
    const member = this.members.find((one) => one.node === hello.node)
    return member?.expectsHello === true ? null : `node ${hello.node} is not awaited`
  }

  private attach(link: ControlLink): void {
    if (link.hello.role === 'switchboard') this.switchboard?.attach(link)
    else this.member(link.hello.node).attach(link)
  }

  private onMemberReady(member: Member): void {
    // Before anybody can reach it: it has promised nothing yet.
    const say = (words: string): void => this.note('error', words)
    if (!this.ran.tryAdd(member.node, say)) return member.killNow()
    this.switchboard?.route(member.node, member.peerPort)
    if (this.switchboard !== null) this.sendPeers(member)
    // Without link proxies the others must learn its port.
    else for (const other of this.members) this.sendPeers(other)
    if (this.startPolicies.get(member.node) === this.policy) return
    member.call({ action: 'setPolicy', policy: this.policy }).catch((error: unknown) => {
      this.note('error', `node ${member.node} did not take the policy: ${wordsOf(error)}`)
    })
  }

  private onMemberEnded(node: number): void {
    if (this.elected?.node === node) this.elected = null
    const pauses = this.faults.ofNode(node).filter(({ fault }) => fault.kind === 'pause')
    for (const { id } of pauses) this.faults.end(id)
  }

  private onSwitchboardReady(): void {
    this.gate.emptied()
    for (const member of this.members) {
      if (member.peerPort !== 0) this.switchboard?.route(member.node, member.peerPort)
      this.sendPeers(member)
    }
  }

  private sendPeers(member: Member): void {
    member.send({ type: 'peers', peers: this.peersOf(member) })
  }

  private peersOf(member: Member): PeerAddress[] {
    const others = this.members.filter((other) => other !== member)
    const peers = others.map(({ node, peerPort }): PeerAddress => ({
      node,
      host: HOST,
      port: this.switchboard?.portOf(member.node, node) ?? peerPort,
    }))
    return peers.filter(({ port }) => port !== 0)
  }

  private onFacts(node: number, dropped: number, facts: readonly NodeReport[]): void {
    for (const fact of facts) {
      if (fact.type === 'elected') this.elected = { node, ballot: fact.ballot }
      else if (fact.type === 'steppedDown' || fact.type === 'preempted') {
        const { elected } = this
        if (elected?.node === node && sameBallot(elected.ballot, fact.ballot)) this.elected = null
      }
    }
    this.setup.onFacts(node, dropped, facts)
    this.wake()
  }
}

function wordsOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
