/**
 * Performs the acts of a plan on the processes of a session, one at a time: a frame is released at
 * the gate by its id, and the next act comes when the receiver has taken it, every frame that it
 * causes waits at the gate and every fact that it causes is in the record.
 *
 * Errors: LabCallError `timedOut` with the number of the act, what was expected and what waits;
 *         `wrongState` when the whole is stopped. Nodes and gate then stay as they are.
 */
import type { LabEvent } from '../../core/event'
import { allLinks, linkKey } from '../../core/fault'
import { formatBallot } from '../../core/paxos/ballot'
import type { Ballot, NodeId, Slot } from '../../core/paxos/ballot'
import type { FrameName } from '../../core/schedule'
import { formatFrameName } from '../../core/sim/player'
import { LabCallError } from '../../shared/api'
import type { HandAct, NodeAnswer } from '../../shared/control'
import type { HeldFrame } from '../../shared/gate'
import { MESSAGE_TYPES } from '../../shared/gate'
import { toBinary } from './bytes'
import { factKey } from './reenactPlan'
import type { Moment, Plan, PlannedAct } from './reenactPlan'
import type { Session } from './session'

/** Longest wait for what one act causes; a busy machine takes seconds, a wrong one for ever. */
export const ACT_WAIT_MS = 30_000
const POLL_MS = 5
const WORDS_FRAMES_MAX = 20

export interface StageOptions {
  readonly signal: AbortSignal
  readonly waitMs: number
  /** An act begins. */
  onAct(planned: PlannedAct): void
}

/** Null when it is as expected; else what is missing, in words. */
type Look = () => Promise<string | null>

export class ReenactStage {
  /** Frames at the gate that no act and no machine of the plan knows: none, if all is well. */
  strangers = 0
  private readonly told = new Map<NodeId, Map<string, number>>()
  private readonly woken = new Set<NodeId>()
  private step = 'the start'

  constructor(
    private readonly session: Session,
    private readonly plan: Plan,
    private readonly options: StageOptions,
  ) {}

  /** Every event of the record, in order. */
  take(event: LabEvent): void {
    const key = factKey(event)
    if (key === null || event.by === 'lab') return
    const own = this.told.get(event.by) ?? new Map<string, number>()
    this.told.set(event.by, own.set(key, (own.get(key) ?? 0) + 1))
  }

  /** Holds every link, then performs all acts. */
  async play(): Promise<void> {
    const { cluster, identity } = this.session
    await this.linksOpen()
    const links = allLinks(identity.members)
    await cluster.links.start({ kind: 'hold', links, match: {}, atEnd: 'drop' })
    await this.settled(this.plan.start)
    for (const planned of this.plan.acts) {
      this.step = `act ${planned.number} (${planned.words})`
      this.options.onAct(planned)
      try {
        await this.perform(planned)
        await this.settled(planned)
      } catch (error) {
        throw this.placed(error)
      }
    }
    this.step = 'the end'
  }

  private async perform(planned: PlannedAct): Promise<void> {
    const { act } = planned
    const { cluster, nodes } = this.session
    switch (act.act) {
      case 'request':
        return await this.stepped(act.node, planned, () => {
          void this.session.command(act.node, act.args)
        })
      case 'propose':
        return await this.stepped(act.node, planned, () => this.propose(act.node, act.args))
      case 'startElection':
        return await this.stepped(act.node, planned, async () => {
          await cluster.member(act.node).call({ action: 'startElection' })
        })
      case 'timer':
        return await this.stepped(act.node, planned, async () => {
          await this.hand(act.node, { kind: 'timer', timer: act.timer })
        })
      case 'flush':
        await this.hand(act.node, { kind: 'flush' })
        return await this.idle(act.node)
      case 'deliver':
        return await this.deliver(planned, (await this.find(act.frame)).id)
      case 'duplicate': {
        // The copy goes: the frame itself keeps its place among those of its name.
        const { id } = await this.find(act.frame)
        const copies = await cluster.gate.letGo('duplicate', { kind: 'ids', ids: [id] })
        return await this.deliver(planned, copies.frames[0]?.id ?? id)
      }
      case 'drop': {
        const { id } = await this.find(act.frame)
        await cluster.gate.letGo('drop', { kind: 'ids', ids: [id] })
        return
      }
      case 'crash':
        if (act.wiped === true) await nodes.wipe(act.node)
        else await nodes.kill(act.node)
        if (planned.wakes) await this.restart(act.node)
        if (planned.wakes) this.woken.add(act.node)
        return
      case 'restart':
        if (!this.woken.delete(act.node)) await this.restart(act.node)
    }
  }

  private async deliver(planned: PlannedAct, id: number): Promise<void> {
    if (planned.act.act !== 'deliver' && planned.act.act !== 'duplicate') return
    const { gate } = this.session.cluster
    await this.stepped(planned.act.frame.to, planned, async () => {
      await gate.letGo('release', { kind: 'ids', ids: [id] })
    })
  }

  /** Answers come when they come: the schedule goes on without them. */
  private propose(node: NodeId, args: readonly string[]): void {
    const { session } = this
    const member = session.cluster.member(node)
    const words = args.join(' ').slice(0, 100)
    session.tell({ type: 'acted', act: `propose ${words} at node ${node}`, actor: 'scenario' })
    const waitMs = session.options.requestDeadlineMs
    member.callRaw({ action: 'propose', args: args.map(toBinary) }, waitMs).catch(() => {})
  }

  private async restart(node: NodeId): Promise<void> {
    await this.session.nodes.restart(node)
    await this.linksOpen()
  }

  /** Does it, and waits until the machine of `node` has taken one more input. */
  private async stepped(
    node: NodeId,
    { down }: Moment,
    act: () => void | Promise<void>,
  ): Promise<void> {
    const before = await this.look(node)
    await act()
    // A machine that contradicts itself ends its process: that is what the plan expects then.
    if (down.includes(node)) return await this.ended(node)
    await this.until(async () => {
      const { steps, idle } = await this.look(node)
      if (steps > before.steps && idle) return null
      return steps > before.steps ? `node ${node} flushes` : `node ${node} has taken no input`
    })
  }

  private async idle(node: NodeId): Promise<void> {
    await this.until(async () => ((await this.look(node)).idle ? null : `node ${node} flushes`))
  }

  private async ended(node: NodeId): Promise<void> {
    const member = this.session.cluster.member(node)
    await this.until(() => {
      const isOver = member.state === 'failed' || member.state === 'killed'
      return Promise.resolve(isOver ? null : `node ${node} is ${member.state} and not at its end`)
    })
  }

  private async look(node: NodeId): Promise<Extract<NodeAnswer, { kind: 'hand' }>> {
    const answer = await this.hand(node, { kind: 'look' })
    if (answer.kind === 'hand') return answer
    throw new LabCallError('internal', `node ${node} answered with "${answer.kind}"`)
  }

  private async hand(node: NodeId, act: HandAct): Promise<NodeAnswer> {
    return await this.session.cluster.member(node).call({ action: 'hand', hand: act })
  }

  private async find(name: FrameName): Promise<HeldFrame> {
    let found: HeldFrame | undefined
    await this.until(async () => {
      const own = (await this.held()).filter((frame) => keyOf(frame) === keyOfName(name))
      found = own[name.nth]
      return found === undefined ? `frame ${formatFrameName(name)} does not wait` : null
    })
    if (found === undefined) throw new LabCallError('internal', 'a frame that waited is gone')
    return found
  }

  /** Frames of one type in the order of arrival, which is that of sending within a link. */
  private async held(): Promise<readonly HeldFrame[]> {
    const { gate } = this.session.cluster
    const all = await gate.list({})
    if (all.total === all.frames.length) return all.frames
    const lists = await Promise.all(MESSAGE_TYPES.map((type) => gate.list({ types: [type] })))
    const hidden = lists.find(({ frames, total }) => total > frames.length)
    if (hidden === undefined) return lists.flatMap(({ frames }) => frames)
    const [type] = hidden.frames.map(({ message }) => message)
    const words = `${hidden.total} frames of type ${type ?? '?'} wait: not all can be listed`
    throw new LabCallError('wrongState', words)
  }

  /** All that the machines of the plan have done, the processes have done. */
  private async settled(moment: Moment): Promise<void> {
    await this.until(async () => (await this.missingFrames(moment)) ?? this.missingFacts(moment))
  }

  private async missingFrames({ waiting }: Moment): Promise<string | null> {
    const left = new Map<string, number>()
    const frames = await this.held()
    for (const frame of frames) left.set(keyOf(frame), (left.get(keyOf(frame)) ?? 0) + 1)
    for (const name of waiting) {
      const count = left.get(keyOfName(name)) ?? 0
      if (count === 0) return `frame ${formatFrameName(name)} was not sent`
      left.set(keyOfName(name), count - 1)
    }
    this.strangers = Math.max(this.strangers, frames.length - waiting.length)
    return null
  }

  private missingFacts({ facts }: Moment): string | null {
    for (const [node, expected] of facts) {
      for (const [key, count] of expected) {
        const told = this.told.get(node)?.get(key) ?? 0
        if (told < count) return `node ${node} did not tell "${key}" (${told} of ${count} times)`
      }
    }
    return null
  }

  /** Every link between nodes that run has a connection up to its receiver. */
  private async linksOpen(): Promise<void> {
    const { cluster } = this.session
    await this.until(async () => {
      const running = cluster.members.filter(({ answers }) => answers).map(({ node }) => node)
      const open = new Set((await cluster.gate.openLinks()).map(linkKey))
      const closed = allLinks(running).find((link) => !open.has(linkKey(link)))
      return closed === undefined ? null : `link ${linkKey(closed)} has no connection`
    })
  }

  private async until(look: Look): Promise<void> {
    const { signal, waitMs } = this.options
    const endsAtMs = performance.now() + waitMs
    for (;;) {
      if (signal.aborted) throw new LabCallError('wrongState', `stopped at ${this.step}`)
      const missing = await look()
      if (missing === null) return
      if (performance.now() >= endsAtMs) throw await this.late(missing)
      await new Promise((done) => setTimeout(done, POLL_MS))
    }
  }

  /** With the act that it happened in. */
  private placed(error: unknown): unknown {
    if (!(error instanceof LabCallError) || error.message.includes(this.step)) return error
    return new LabCallError(error.code, `${this.step}: ${error.message}`, error.details)
  }

  private async late(missing: string): Promise<LabCallError> {
    const frames = await this.held()
    const names = frames.slice(0, WORDS_FRAMES_MAX).map(frameWords)
    const more = frames.length > names.length ? ` and ${frames.length - names.length} more` : ''
    const waits = names.length === 0 ? 'nothing' : `${names.join('; ')}${more}`
    const words = `${this.step}: after ${this.options.waitMs} ms ${missing}; at the gate: ${waits}`
    return new LabCallError('timedOut', words)
  }
}

function keyOf({ link, message, ballot, slot }: HeldFrame): string {
  return print(link.from, link.to, message ?? '?', ballot, slot)
}

function keyOfName({ from, to, message, ballot, slot }: FrameName): string {
  return print(from, to, message, ballot, slot)
}

function print(
  from: NodeId,
  to: NodeId,
  message: string,
  ballot: Ballot | null,
  slot: Slot,
): string {
  return `${from}>${to} ${message} ${ballot === null ? '-' : formatBallot(ballot)} ${slot}`
}

function frameWords(frame: HeldFrame): string {
  const ballot = frame.ballot === null ? '' : ` ${formatBallot(frame.ballot)}`
  const slot = frame.slot === 0 ? '' : ` slot ${frame.slot}`
  return `${linkKey(frame.link)} ${frame.message ?? '?'}${ballot}${slot}`
}
