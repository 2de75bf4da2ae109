/**
 * StepActs: makes of a choice one act on the cluster, with the words of the record and the verb of
 * a scenario that does the same.
 *
 * Errors: LabCallError `badArgument` for what does not wait, `wrongState` for a node that cannot
 *         do it, `timedOut` for a frame that does not come; nothing was done then.
 */
import { linkKey } from '../../core/fault'
import type { Link } from '../../core/fault'
import type { NodeId } from '../../core/paxos/ballot'
import type { TimerName } from '../../core/paxos/effect'
import { LabCallError } from '../../shared/api'
import type { HeldFrame } from '../../shared/gate'
import { GATE_WAIT_MS_MAX } from '../../shared/gate'
import type { HeldRequest, StepChoice } from '../../shared/stepping'
import { frameWords, matchFor, matchText, matchWords, quoteWords } from '../../shared/stepWords'
import { toBinary } from './bytes'
import type { Member } from './member'
import type { SteppedSession } from './stepSession'
import type { StepRest } from './stepRest'

/** A frame that a script names may still be on its way. */
const FRAME_WAIT_MS = 10_000
const REQUEST_WAIT_MS = 5000

interface PreparedStep {
  readonly words: string
  /** The verb that does it again. */
  readonly script: string
  /** Answers why it reached nobody; null: it did. */
  perform(): Promise<string | null>
}

export class StepActs {
  constructor(
    private readonly session: SteppedSession,
    private readonly rest: StepRest,
  ) {}

  async prepare(choice: StepChoice): Promise<PreparedStep> {
    switch (choice.kind) {
      case 'next':
        return this.onFrame('deliver', await this.listed(), 0)
      case 'frame':
      case 'drop': {
        const frames = await this.listed()
        const at = frames.findIndex(({ id }) => id === choice.id)
        if (at < 0) throw refusal(`no frame ${choice.id} waits at the gate`)
        return this.onFrame(choice.kind === 'drop' ? 'lose' : 'deliver', frames, at)
      }
      case 'deliver':
      case 'lose':
        return await this.onMatch(choice)
      case 'timer':
        return this.onTimer(this.running(choice.node), choice.timer)
      case 'request':
        return this.onRequest(this.running(choice.node), choice.id)
      case 'command':
        return await this.onCommand(this.running(choice.node), choice.args)
      case 'propose':
        return this.onPropose(this.running(choice.node), choice.args)
      case 'elect': {
        const member = this.running(choice.node)
        const verb = `elect ${choice.node}`
        return {
          words: `node ${choice.node} starts an election`,
          script: `step ${verb}`,
          perform: () =>
            this.rest.taken(member.node, () => member.call({ action: 'startElection' })),
        }
      }
    }
  }

  private onFrame(
    kind: 'deliver' | 'lose',
    frames: readonly HeldFrame[],
    at: number,
  ): PreparedStep {
    const frame = frames[at]
    if (frame === undefined) throw refusal('no frame waits at the gate')
    const { id, link } = frame
    const { gate } = this.session.cluster
    const select = { kind: 'ids', ids: [id] } as const
    const match = matchText(matchFor(frame, frames))
    const script = `step ${kind} ${link.from} > ${link.to} ${match}`
    if (kind === 'lose') {
      const perform = async (): Promise<null> => {
        await gate.letGo('drop', select)
        return null
      }
      return { words: `drop ${frameWords(frame)}`, script, perform }
    }
    const perform = async (): Promise<string | null> => {
      const isOpen = (await gate.openLinks()).some((one) => linkKey(one) === linkKey(link))
      const release = (): Promise<unknown> => gate.letGo('release', select)
      if (isOpen) return await this.rest.taken(link.to, release)
      await release()
      return `link ${linkKey(link)} has no connection: the frame is lost`
    }
    return { words: `deliver ${frameWords(frame)}`, script, perform }
  }

  /** The first of the link that matches, waited for. */
  private async onMatch(
    choice: Extract<StepChoice, { kind: 'deliver' | 'lose' }>,
  ): Promise<PreparedStep> {
    const { kind, link, match } = choice
    this.checkLink(link)
    let found: HeldFrame | undefined
    const missing = await this.rest.until(async () => {
      const { frames } = await this.session.cluster.gate.list(match)
      found = frames.find((frame) => linkKey(frame.link) === linkKey(link))
      return found === undefined ? `no frame ${matchWords(match)} waits on ${linkKey(link)}` : null
    }, FRAME_WAIT_MS)
    if (found === undefined) {
      throw new LabCallError('timedOut', `${missing ?? 'nothing'} after ${FRAME_WAIT_MS} ms`)
    }
    const frames = await this.listed()
    const { id } = found
    const at = frames.findIndex((frame) => frame.id === id)
    return this.onFrame(kind, at < 0 ? [found] : frames, Math.max(0, at))
  }

  private onTimer(member: Member, timer: TimerName): PreparedStep {
    const { node, stepView } = member
    const running = stepView?.timers ?? []
    const own = running.find((one) => one.timer === timer)
    if (own === undefined) {
      const names = running.map((one) => one.timer).join(', ') || 'none'
      throw refusal(`timer ${timer} does not run at node ${node}; running: ${names}`)
    }
    const perform = async (): Promise<string | null> => {
      const others = this.session.cluster.members.filter(({ answers }) => answers)
      // A node that ends meanwhile has no time to pass.
      const pass = { kind: 'pass', ms: own.leftMs } as const
      await Promise.allSettled(others.map((one) => this.rest.ask(one, pass)))
      return await this.rest.taken(node, () => this.rest.ask(member, { kind: 'timer', timer }))
    }
    const words = `timer ${timer} of node ${node} fires, ${Math.round(own.leftMs)} ms later`
    return { words, script: `step timer ${node} ${timer}`, perform }
  }

  private onRequest(member: Member, id: number | null): PreparedStep {
    const { node, stepView } = member
    const waiting = stepView?.requests ?? []
    const request = id === null ? waiting[0] : waiting.find((one) => one.id === id)
    if (request === undefined) {
      const which = id === null ? 'no request' : `no request ${id}`
      throw refusal(`${which} of a client waits at node ${node}`)
    }
    const again = `step client ${node} ${request.words}`
    return {
      words: `node ${node} takes ${request.words}`,
      // What is too long to be named must come from a client again.
      script: request.words.endsWith('…') ? `step client ${node}` : again,
      perform: () => this.letIn(member, request.id),
    }
  }

  /** What the node answers by itself is answered at once; all else waits and is let in. */
  private async onCommand(member: Member, args: readonly string[]): Promise<PreparedStep> {
    const { node } = member
    const known = new Set(member.stepView?.requests.map(({ id }) => id))
    let reply: string | null = null
    let failure: unknown = null
    this.session.command(node, args).then(
      (result) => (reply = result.reply),
      (error: unknown) => (failure = error),
    )
    let request: HeldRequest | undefined
    await this.rest.until(async () => {
      if (reply !== null || failure !== null) return null
      const { requests } = await this.rest.ask(member, { kind: 'look' })
      request = requests.findLast(({ id }) => !known.has(id))
      return request === undefined ? 'the request has not come' : null
    }, REQUEST_WAIT_MS)
    if (failure !== null) throw failure
    const text = quoteWords(args)
    const words = `node ${node} takes ${text.slice(0, 100)}`
    const script = `step client ${node} ${text}`
    const perform = async (): Promise<string | null> => {
      if (request !== undefined) return await this.letIn(member, request.id)
      return reply === null ? 'it waits behind too many others' : null
    }
    return { words, script, perform }
  }

  private onPropose(member: Member, args: readonly string[]): PreparedStep {
    const { node } = member
    const text = quoteWords(args)
    const body = { action: 'propose', args: args.map(toBinary) } as const
    return {
      words: `propose ${text.slice(0, 100)} at node ${node}`,
      script: `step propose ${node} ${text}`,
      perform: () =>
        this.rest.taken(node, () => {
          // Its answer comes with a later step, or never.
          member.callRaw(body, GATE_WAIT_MS_MAX).catch(() => {})
          return Promise.resolve()
        }),
    }
  }

  private async letIn(member: Member, id: number): Promise<string | null> {
    return await this.rest.taken(member.node, () => this.rest.ask(member, { kind: 'request', id }))
  }

  private async listed(): Promise<readonly HeldFrame[]> {
    return (await this.session.cluster.gate.list({})).frames
  }

  private running(node: NodeId): Member {
    const member = this.session.cluster.member(node)
    if (member.answers) return member
    throw new LabCallError('wrongState', `node ${node} is ${member.state}: it can do nothing`)
  }

  private checkLink({ from, to }: Link): void {
    this.session.cluster.member(from)
    this.session.cluster.member(to)
    if (from === to) throw refusal(`there is no link ${from} > ${to}`)
  }
}

function refusal(words: string): LabCallError {
  return new LabCallError('badArgument', words)
}
