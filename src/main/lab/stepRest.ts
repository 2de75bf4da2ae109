/**
 * StepRest: waits until a cluster in step mode is at rest: every node has taken what it was given,
 * what must be durable is, and every frame that was sent has come to the switchboard. What a node
 * told and what was held is with the lab then: both are sent ahead of the answers that say so.
 */
import { linkKey } from '../../core/fault'
import type { NodeId } from '../../core/paxos/ballot'
import { LabCallError } from '../../shared/api'
import type { NodeStepView, StepAct } from '../../shared/stepping'
import type { Member } from './member'
import type { SteppedSession } from './stepSession'

/** Longest wait for rest; a busy machine takes seconds. */
const REST_WAIT_MS = 15_000
/** A frame that was let go is taken by then, or met another fault behind the gate. */
const TAKEN_WAIT_MS = 5000
const POLL_MS = 2

type StepViews = ReadonlyMap<NodeId, NodeStepView>

export class StepRest {
  constructor(
    private readonly session: SteppedSession,
    private readonly isClosed: () => boolean,
  ) {}

  /** Null: nothing more is awaited; else what is missing, in words. */
  async until(look: () => Promise<string | null>, waitMs: number): Promise<string | null> {
    const endsAtMs = performance.now() + waitMs
    for (;;) {
      if (this.isClosed()) throw new LabCallError('wrongState', 'the cluster is stopping')
      const missing = await look()
      if (missing === null || performance.now() >= endsAtMs) return missing
      await new Promise((done) => setTimeout(done, POLL_MS))
    }
  }

  async settle(): Promise<void> {
    const missing = await this.until(async () => {
      const views = await this.look()
      return typeof views === 'string' ? views : await this.underWay(views)
    }, REST_WAIT_MS)
    if (missing !== null) {
      throw new LabCallError('timedOut', `no rest after ${REST_WAIT_MS} ms: ${missing}`)
    }
  }

  /** Does it, and waits until `node` has taken one more input; else why it has not, in words. */
  async taken(node: NodeId, act: () => Promise<unknown>): Promise<string | null> {
    const member = this.session.cluster.member(node)
    if (!member.answers) {
      await act()
      return `node ${node} is ${member.state}`
    }
    const before = await this.ask(member, { kind: 'look' })
    const { life } = member
    await act()
    const missing = await this.until(async () => {
      if (!member.answers || member.life !== life) return null
      try {
        const { taken } = await this.ask(member, { kind: 'look' })
        return taken > before.taken ? null : `node ${node} did not take it`
      } catch (error) {
        // It may have ended in this very step.
        return member.answers ? wordsOf(error) : null
      }
    }, TAKEN_WAIT_MS)
    return missing === null ? null : `${missing} within ${TAKEN_WAIT_MS} ms`
  }

  async ask(member: Member, step: StepAct): Promise<NodeStepView> {
    const answer = await member.call({ action: 'step', step })
    if (answer.kind !== 'step') {
      throw new LabCallError('internal', `node ${member.node} answered with "${answer.kind}"`)
    }
    member.stepView = answer.view
    return answer.view
  }

  /** Views of all nodes that answer; or who does not come to rest, in words. */
  private async look(): Promise<StepViews | string> {
    const views = new Map<NodeId, NodeStepView>()
    const asked = this.session.cluster.members.filter(({ answers }) => answers)
    const missing = await Promise.all(
      asked.map(async (member) => {
        try {
          const view = await this.ask(member, { kind: 'look' })
          views.set(member.node, view)
          return view.idle ? null : `node ${member.node} is at work`
        } catch (error) {
          return member.answers ? wordsOf(error) : null
        }
      }),
    )
    return missing.find((words) => words !== null) ?? views
  }

  private async underWay(views: StepViews): Promise<string | null> {
    const came = new Map<string, number>()
    try {
      for (const link of await this.session.cluster.gate.cameOver()) {
        came.set(linkKey(link), link.frames)
      }
    } catch (error) {
      return wordsOf(error)
    }
    for (const [from, { sent }] of views) {
      for (const { to, frames } of sent) {
        const key = linkKey({ from, to })
        const count = came.get(key)
        if (count !== undefined && count < frames) return `frames are under way on link ${key}`
      }
    }
    return null
  }
}

function wordsOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
