/**
 * Clients of a simulated cluster: connections for the load generator, and single commands, over the
 * same requests that a real client port makes of RESP.
 *
 * Units:  ms of virtual time. A request that passes its deadline is answered `-UNKNOWN`, as a node
 *         does; a node that ends takes its connections with it.
 */
import { GRAINS_PER_TICK, msToGrains, toMs } from '../../../core/sim/agenda'
import type { Answer, Request } from '../../../core/sim/client'
import type { World } from '../../../core/sim/world'
import type { WriteResult } from '../../../shared/api'
import { toBinary } from '../bytes'
import { roundMs } from '../clock'
import type { LoadWorld } from '../loadClient'
import type { LoadConnection } from '../loadRoutes'
import type { OnHistoryReply } from '../historyBook'
import { outcomeOf, parseReply, printReply } from '../respReply'
import type { RespReply } from '../respReply'
import type { PlayClock } from '../scenarioPlace'

/** As the lab waits beyond the deadline of the node: a paused one says nothing. */
export const GRACE_MS = 2000
const DEADLINE_REPLY: RespReply = {
  kind: 'error',
  text: 'UNKNOWN the deadline passed; the command may or may not be chosen',
}
const NOT_SENT_REPLY: RespReply = { kind: 'error', text: 'NOLEADER the command was not proposed' }
const NEVER = new AbortController().signal

type OnReply = (reply: RespReply | null) => void

export function simLoadWorld(world: World, deadlineMs: number): LoadWorld {
  return {
    nowMs: () => toMs(world.agenda.now),
    after: (ms, act) => {
      let cancelled = false
      world.agenda.put(world.agenda.now + Math.max(1, msToGrains(ms)), () => {
        if (!cancelled) act()
      })
      return () => {
        cancelled = true
      }
    },
    connect: (node) => (world.node(node).alive ? new SimConnection(world, node, deadlineMs) : null),
  }
}

class SimConnection implements LoadConnection {
  readonly wasOpen = true
  isOver = false
  private readonly waiting = new Set<OnReply>()
  private readonly life: number

  constructor(
    private readonly world: World,
    private readonly node: number,
    private readonly deadlineMs: number,
  ) {
    this.life = world.node(node).life
  }

  request(args: readonly string[], onReply: OnReply): void {
    if (this.isOver || !this.isUp) {
      this.close()
      return onReply(null)
    }
    this.waiting.add(onReply)
    const request: Request = { type: 'request', args: args.map(toBinary) }
    ask(this.world, this.node, request, this.deadlineMs, (answer) => {
      if (answer.kind === 'unknown' && !this.isUp) return this.close()
      if (this.waiting.delete(onReply)) onReply(replyOf(answer))
    })
  }

  /** Whoever waits here learns nothing. */
  close(): void {
    this.isOver = true
    const waiting = [...this.waiting]
    this.waiting.clear()
    for (const onReply of waiting) onReply(null)
  }

  private get isUp(): boolean {
    const own = this.world.node(this.node)
    return own.alive && own.life === this.life
  }
}

/** One command at the client port of a node, or a proposal at this very node. */
export async function simCommand(
  world: World,
  clock: PlayClock,
  node: number,
  request: { readonly type: 'request' | 'propose'; readonly args: readonly string[] },
  deadlineMs: number,
  told: OnHistoryReply,
): Promise<WriteResult> {
  const startMs = clock.now()
  let answer: Answer | null = null
  ask(world, node, { ...request, args: request.args.map(toBinary) }, deadlineMs, (came) => {
    answer = came
  })
  const life = world.node(node).life
  await clock.until(() => answer !== null, deadlineMs + GRACE_MS, NEVER)
  const latencyMs = roundMs(clock.now() - startMs)
  const isUp = world.node(node).alive && world.node(node).life === life
  const reply = answer === null || (isUnknown(answer) && !isUp) ? null : replyOf(answer)
  told(reply, true)
  if (reply === null) {
    const words = isUp
      ? `no answer within ${deadlineMs + GRACE_MS} ms`
      : 'the connection ended first'
    return { node, outcome: 'unknown', reply: `(unknown) ${words}`, latencyMs }
  }
  return { node, outcome: outcomeOf(reply), reply: printReply(reply), latencyMs }
}

function isUnknown(answer: Answer): boolean {
  return answer.kind === 'unknown'
}

function ask(
  world: World,
  node: number,
  request: Request,
  deadlineMs: number,
  onAnswer: (answer: Answer) => void,
): void {
  const { agenda, workload } = world
  let over = false
  const tag = workload.ask(node, request, (answer) => {
    if (over) return
    over = true
    onAnswer(answer)
  })
  if (tag === null) return onAnswer({ kind: 'unknown' })
  // As in a real node, a deadline is looked at tick by tick.
  const ticks = Math.ceil(msToGrains(deadlineMs) / GRAINS_PER_TICK)
  agenda.put(agenda.now + ticks * GRAINS_PER_TICK, () => {
    if (!over) workload.giveUp(tag)
  })
}

function replyOf(answer: Answer): RespReply | null {
  switch (answer.kind) {
    case 'done':
      return parseReply(answer.resp)
    case 'notSent':
      return NOT_SENT_REPLY
    case 'unknown':
    case 'read':
      return DEADLINE_REPLY
  }
}
