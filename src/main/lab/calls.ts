/**
 * Calls on a running cluster, by a person or by a scenario. Acts that are no faults are events of
 * their own (`acted`) and say who acted.
 *
 * Errors: LabCallError; nothing was changed then.
 */
import type { LabEvent, LearnerReadResult } from '../../core/event'
import type { FailpointArm, FrameMatch, Link, SlowSetting, StorageFault } from '../../core/fault'
import type { ReadMode } from '../../core/kv/readMode'
import type { SlotView } from '../../core/machineTypes'
import type { ElectionPolicy } from '../../core/paxos/config'
import type { ReadSubject } from '../../core/paxos/message'
import type { StormEnd, StormOptions } from '../../core/storm/storm'
import type {
  ClusterOptions,
  LabApi,
  LabSnapshot,
  LinkChange,
  LoadOptions,
  PartitionRequest,
  WriteResult,
} from '../../shared/api'
import { LabCallError } from '../../shared/api'
import type { ClockSetting, RecordView } from '../../shared/control'
import { RECORD_VIEWS_MAX, SLOT_VIEWS_MAX } from '../../shared/controlCodec'
import type { AdversaryOptions, GatePlace, GateSelect, GateView } from '../../shared/gate'
import { policyWords } from '../../shared/labWords'
import { loadWords } from '../../shared/load'
import { stormWords } from '../../shared/stormVerb'
import type { StepChoice, StepChoices, StepReport } from '../../shared/stepping'
import { fromBinary, toBinary } from './bytes'
import { roundMs } from './clock'
import { markLesson } from './lessonMarks'
import type { Member } from './member'
import type { MessageViewers } from './messageViewers'
import { partitionFault } from './partitions'
import { READ_EVENTS_MAX } from './recorder'
import { outcomeOf, parseReply, printReply } from './respReply'
import type { Run } from './run'
import type { SavedRunCalls } from './savedRuns'
import type { Session } from './session'

export type ActedBy = 'person' | 'scenario'

/** What the calls need of the lab that they belong to. */
export interface LabCore {
  /** Throws `notRunning` unless a cluster runs. */
  session(): Session
  /** The run now or the last one; null: there was none. */
  run(): Run | null
  readonly saved: SavedRunCalls
  snapshot(): Promise<LabSnapshot>
  startCluster(options: ClusterOptions, by: ActedBy): Promise<void>
  stopCluster(by: ActedBy): Promise<void>
  runScenario(name: string, seed: number | null): Promise<void>
  stopScenario(): Promise<void>
  /** One more, or one less, who watches single messages. */
  readonly messages: MessageViewers
  /** Something that the status shows is other than before. */
  changed(): void
}

export class LabCalls implements LabApi {
  constructor(
    private readonly lab: LabCore,
    private readonly by: ActedBy,
  ) {}

  async snapshot(): Promise<LabSnapshot> {
    return await this.lab.snapshot()
  }

  async startCluster(options: ClusterOptions): Promise<void> {
    await this.lab.startCluster(options, this.by)
  }

  async stopCluster(): Promise<void> {
    await this.lab.stopCluster(this.by)
  }

  async runScenario(name: string, seed: number | null): Promise<void> {
    await this.lab.runScenario(name, seed)
  }

  async stopScenario(): Promise<void> {
    await this.lab.stopScenario()
  }

  async markLesson(words: string): Promise<void> {
    await markLesson(this.lab.session(), words)
  }

  async killNode(node: number): Promise<void> {
    await this.lab.session().nodes.kill(node)
  }

  async stopNode(node: number): Promise<void> {
    await this.lab.session().nodes.stop(node)
  }

  async restartNode(node: number): Promise<void> {
    await this.lab.session().nodes.restart(node)
  }

  async pauseNode(node: number): Promise<void> {
    await this.lab.session().nodes.pause(node)
  }

  async resumeNode(node: number): Promise<void> {
    await this.lab.session().nodes.resume(node)
  }

  async powerLoss(nodes: readonly number[], tornTail: boolean): Promise<readonly string[]> {
    if (nodes.length === 0) throw new LabCallError('badArgument', 'no node is named')
    return await this.lab.session().nodes.powerLoss(nodes, tornTail)
  }

  async wipeNode(node: number): Promise<string> {
    return await this.lab.session().nodes.wipe(node)
  }

  async storageFault(fault: StorageFault): Promise<string> {
    return await this.lab.session().cluster.nodeFaults.start(fault)
  }

  async clockFault(node: number, { offsetMs, drift }: ClockSetting): Promise<string> {
    const fault = { kind: 'clock', node, offsetMs, drift } as const
    return await this.lab.session().cluster.nodeFaults.start(fault)
  }

  async slowNode(node: number, { delayMs, jitterMs }: SlowSetting): Promise<string> {
    const fault = { kind: 'slow', node, delayMs, jitterMs } as const
    return await this.lab.session().cluster.nodeFaults.start(fault)
  }

  async failpoint(node: number, arm: FailpointArm): Promise<string> {
    return await this.lab.session().cluster.nodeFaults.start({ kind: 'failpoint', node, arm })
  }

  async changeLinks(links: readonly Link[], change: LinkChange): Promise<string> {
    return await this.lab.session().cluster.links.change(links, change)
  }

  async partition(request: PartitionRequest): Promise<string> {
    const { cluster, identity } = this.lab.session()
    // A preset is made around who leads now, not around who led at the last status line.
    if (request.preset !== 'custom') await cluster.refreshStatus()
    const fault = partitionFault(request, identity.members, cluster.leader())
    return await cluster.links.start(fault)
  }

  async gateList(match: FrameMatch): Promise<GateView> {
    return await this.lab.session().cluster.gate.list(match)
  }

  async gateInspect(id: number): Promise<string> {
    return await this.lab.session().cluster.gate.inspect(id)
  }

  async gateRelease(select: GateSelect): Promise<GateView> {
    return await this.lab.session().cluster.gate.letGo('release', select)
  }

  async gateDrop(select: GateSelect): Promise<GateView> {
    return await this.lab.session().cluster.gate.letGo('drop', select)
  }

  async gateDuplicate(select: GateSelect): Promise<GateView> {
    return await this.lab.session().cluster.gate.letGo('duplicate', select)
  }

  async gateWait(match: FrameMatch, count: number, timeoutMs: number): Promise<GateView> {
    return await this.lab.session().cluster.gate.wait(match, count, timeoutMs)
  }

  async gateMove(id: number, place: GatePlace, other: number): Promise<GateView> {
    return await this.lab.session().cluster.gate.move(id, place, other)
  }

  async startStepping(): Promise<void> {
    await this.lab.session().stepping.start(this.by)
  }

  async stopStepping(): Promise<void> {
    await this.lab.session().stepping.stop(this.by)
  }

  async stepChoices(): Promise<StepChoices> {
    return await this.lab.session().stepping.choices()
  }

  async stepPerform(choice: StepChoice): Promise<StepReport> {
    return await this.lab.session().stepping.perform(choice, this.by)
  }

  async stepScript(): Promise<readonly string[]> {
    return await Promise.resolve(this.lab.session().stepping.script())
  }

  async startAdversary(options: AdversaryOptions): Promise<string> {
    const session = this.lab.session()
    session.stepping.refuse('an adversary')
    return await session.cluster.adversary.start(options)
  }

  async stopAdversary(): Promise<void> {
    await this.lab.session().cluster.adversary.stop()
  }

  async startStorm(options: StormOptions): Promise<void> {
    const session = this.lab.session()
    session.stepping.refuse('a storm')
    session.storm.start(options)
    this.acted(session, stormWords(options))
    this.lab.changed()
  }

  async stopStorm(): Promise<StormEnd> {
    const session = this.lab.session()
    const end = session.storm.stop()
    this.acted(session, 'storm: off')
    return await end
  }

  async endFault(id: string): Promise<void> {
    await this.lab.session().nodes.endFault(id)
  }

  async healAll(processes: boolean): Promise<void> {
    await this.lab.session().nodes.healAll(processes)
  }

  async command(node: number, args: readonly string[]): Promise<WriteResult> {
    return await this.lab.session().command(node, args)
  }

  async learnerRead(node: number | null, key: string): Promise<LearnerReadResult> {
    return await this.read(node, { kind: 'key', key }, 'learner')
  }

  async read(
    node: number | null,
    subject: ReadSubject,
    mode: ReadMode,
  ): Promise<LearnerReadResult> {
    const session = this.lab.session()
    const member = node === null ? anyRunning(session) : running(session, node)
    const startMs = performance.now()
    const asked = subject.kind === 'key' ? { ...subject, key: toBinary(subject.key) } : subject
    const body = { action: 'read', subject: asked, mode } as const
    const answer = await member.call(body, session.answerMs, session.heldTo)
    if (answer.kind !== 'read') throw strange(member, answer.kind)
    const result = readable(answer.result)
    const latencyMs = roundMs(performance.now() - startMs)
    const about = subject.kind === 'key' ? { key: subject.key } : { key: '', slot: subject.slot }
    session.tell({ type: 'learnerRead', node: member.node, ...about, mode, result, latencyMs })
    return result
  }

  async propose(node: number, args: readonly string[]): Promise<WriteResult> {
    const session = this.lab.session()
    const member = running(session, node)
    if (args.length === 0) throw new LabCallError('badArgument', 'the command is empty')
    this.acted(session, `propose ${args.join(' ').slice(0, 100)} at node ${node}`)
    const startMs = performance.now()
    const body = { action: 'propose', args: args.map(toBinary) } as const
    const answer = await member.callRaw(body, session.answerMs, session.heldTo)
    const latencyMs = roundMs(performance.now() - startMs)
    const result = { node, latencyMs, ...this.proposed(member, answer) }
    session.tellReply(args, result)
    return result
  }

  async startElection(node: number): Promise<void> {
    const session = this.lab.session()
    await running(session, node).call({ action: 'startElection' })
    this.acted(session, `node ${node}: start an election`)
  }

  async stepDown(node: number): Promise<void> {
    const session = this.lab.session()
    await running(session, node).call({ action: 'stepDown' })
    this.acted(session, `node ${node}: step down`)
  }

  async setPolicy(policy: ElectionPolicy): Promise<void> {
    const session = this.lab.session()
    // Told first: the record must not show ballots of a policy before the switch to it.
    this.acted(session, `policy: ${policyWords(policy, session.options.tickMs)}`)
    await session.cluster.setPolicy(policy)
    this.lab.changed()
  }

  async setLoad(load: LoadOptions | null): Promise<void> {
    const session = this.lab.session()
    for (const node of load?.nodes ?? []) session.cluster.member(node)
    if (load?.retry === 'session' && session.options.mode === 'single') {
      throw new LabCallError('badArgument', 'a single-decree cluster has no sessions to retry in')
    }
    if (load !== null) session.stepping.refuse('a load')
    session.setLoad(load)
    this.acted(session, loadWords(load))
    this.lab.changed()
  }

  async slots(node: number, from: number, count: number): Promise<readonly SlotView[]> {
    if (from < 1 || count < 1 || count > SLOT_VIEWS_MAX) {
      const words = `slots are asked for from 1 on, at most ${SLOT_VIEWS_MAX} at once`
      throw new LabCallError('badArgument', words)
    }
    const member = running(this.lab.session(), node)
    const answer = await member.call({ action: 'slots', from, count })
    if (answer.kind !== 'slots') throw strange(member, answer.kind)
    return answer.slots
  }

  async records(node: number, fromOffset: number, count: number): Promise<readonly RecordView[]> {
    if (fromOffset < 0 || count < 1 || count > RECORD_VIEWS_MAX) {
      const words = `records are asked for from 0 on, at most ${RECORD_VIEWS_MAX} at once`
      throw new LabCallError('badArgument', words)
    }
    const member = running(this.lab.session(), node)
    const answer = await member.call({ action: 'records', fromOffset, count })
    if (answer.kind !== 'records') throw strange(member, answer.kind)
    return answer.records
  }

  async watchMessages(on: boolean): Promise<void> {
    this.lab.messages.watch(on)
  }

  async events(from: number, to: number): Promise<readonly LabEvent[]> {
    if (from < 1 || to < from || to - from >= READ_EVENTS_MAX) {
      const words = `events are asked for from 1 on, at most ${READ_EVENTS_MAX} at once`
      throw new LabCallError('badArgument', words)
    }
    return (await this.lab.run()?.read(from, to)) ?? []
  }

  readonly logs: LabApi['logs'] = async (run, from, count) => {
    if (run !== null) return await this.lab.saved.logs(run, from, count)
    return this.lab.run()?.logs.read(from, count) ?? { lines: [], next: from, lost: 0 }
  }

  readonly openRun: LabApi['openRun'] = (id) => this.lab.saved.open(id)
  readonly lookAtRun: LabApi['lookAtRun'] = (id, share) => this.lab.saved.look(id, share)
  readonly closeRun: LabApi['closeRun'] = (id) => this.lab.saved.close(id)
  readonly runText: LabApi['runText'] = (id, from) => this.lab.saved.text(id, from)
  readonly runEvents: LabApi['runEvents'] = (id, ...span) => this.lab.saved.events(id, ...span)
  readonly runMilestones: LabApi['runMilestones'] = (id, ...span) =>
    this.lab.saved.milestones(id, ...span)

  private acted(session: Session, act: string): void {
    session.tell({ type: 'acted', act, actor: this.by })
  }

  private proposed(
    member: Member,
    answer: Awaited<ReturnType<Member['callRaw']>>,
  ): Pick<WriteResult, 'outcome' | 'reply'> {
    switch (answer.kind) {
      case 'reply': {
        const reply = parseReply(answer.resp)
        if (reply === null) throw strange(member, 'reply that is no RESP')
        return { outcome: outcomeOf(reply), reply: printReply(reply) }
      }
      case 'unknown':
        return { outcome: 'unknown', reply: `(unknown) ${answer.words}` }
      case 'error':
        return { outcome: 'error', reply: `(error) ${answer.words}` }
      default:
        throw strange(member, answer.kind)
    }
  }
}

function running(session: Session, node: number): Member {
  const member = session.cluster.member(node)
  if (member.answers) return member
  throw new LabCallError('wrongState', `node ${node} is ${member.state}: it cannot answer`)
}

function anyRunning(session: Session): Member {
  const member = session.cluster.members.find((one) => one.answers)
  if (member !== undefined) return member
  throw new LabCallError('wrongState', 'no node runs: there is nobody to ask')
}

function readable(result: LearnerReadResult): LearnerReadResult {
  const text = (value: string | null) => (value === null ? null : fromBinary(value))
  const replies = result.replies.map((reply) => ({ ...reply, value: text(reply.value) }))
  return { ...result, value: text(result.value), replies }
}

function strange(member: Member, what: string): LabCallError {
  return new LabCallError('internal', `node ${member.node} answered with "${what}"`)
}
