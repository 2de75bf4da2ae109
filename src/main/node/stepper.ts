/**
 * Stepper: step mode of a node that runs (docs/stepping.md). Its timers and its clock stand still,
 * deadlines do not pass, and requests of clients wait, each until the lab says so. What others send
 * is held at the gate, not here. Machine, sockets, log and flushes are as ever.
 *
 * Leaving: timers run on with what was left of them, the clock runs on from where it stood, and
 *          what clients asked for is taken in order.
 * Limits:  the requests in flight of the client port; beyond them clients are not read.
 */
import type { MachineInput } from '../../core/machineTypes'
import type { NodeAnswer } from '../../shared/control'
import type { NodeStepView, StepAct } from '../../shared/stepping'
import { STEP_REQUESTS_LISTED_MAX } from '../../shared/stepping'
import { quoteWords } from '../../shared/stepWords'
import type { NodeClock } from './nodeClock'
import type { Runtime } from './runtime'
import type { Timers } from './timers'
import type { Transport } from './transport'

const WORDS_CHARS_MAX = 100

interface StepperParts {
  readonly timers: Pick<Timers, 'pause' | 'resume' | 'standing' | 'pass' | 'fire'>
  readonly clock: Pick<NodeClock, 'setStanding' | 'pass'>
  readonly runtime: Pick<Runtime, 'push' | 'taken' | 'isIdle'>
  readonly transport: Pick<Transport, 'sent'>
  readonly holdDeadlines: (held: boolean) => void
  /** What waits here is other than before. */
  readonly tell: (view: NodeStepView) => void
  /** Everything told so far leaves before what is told next. */
  readonly tellFacts: () => void
}

export class Stepper {
  private isOn = false
  private isDue = false
  private lastId = 0
  /** By id; the order of a Map is that of arrival. */
  private readonly requests = new Map<number, MachineInput>()

  constructor(private readonly parts: StepperParts) {}

  /** Inputs of clients come in here. */
  readonly push = (input: MachineInput): void => {
    const isRequest = input.type === 'request' || input.type === 'read'
    if (!this.isOn || !isRequest) return this.parts.runtime.push(input)
    this.lastId += 1
    this.requests.set(this.lastId, input)
    this.changed()
  }

  act(act: StepAct): NodeAnswer {
    const { timers, clock } = this.parts
    if (!this.isOn && act.kind !== 'on' && act.kind !== 'off') {
      return { kind: 'error', words: 'the node is not in step mode' }
    }
    switch (act.kind) {
      case 'on':
        this.begin()
        break
      case 'off':
        this.end()
        break
      case 'pass':
        clock.pass(act.ms)
        timers.pass(act.ms)
        break
      case 'timer': {
        if (timers.fire(act.timer)) break
        const names = timers.standing.map(({ timer }) => timer).join(', ') || 'none'
        return { kind: 'error', words: `timer ${act.timer} does not run; running: ${names}` }
      }
      case 'request': {
        const input = this.requests.get(act.id)
        if (input === undefined) return { kind: 'error', words: `no request ${act.id} waits` }
        this.requests.delete(act.id)
        this.parts.runtime.push(input)
        break
      }
      case 'look':
    }
    this.parts.tellFacts()
    return { kind: 'step', view: this.view() }
  }

  begin(): void {
    if (this.isOn) return
    this.isOn = true
    this.parts.timers.pause('steps')
    this.parts.clock.setStanding(true)
    this.parts.holdDeadlines(true)
  }

  /** A round of the machine is over, or a request came. */
  changed(): void {
    if (!this.isOn || this.isDue) return
    this.isDue = true
    setImmediate(() => {
      this.isDue = false
      if (!this.isOn) return
      this.parts.tellFacts()
      this.parts.tell(this.view())
    })
  }

  private end(): void {
    if (!this.isOn) return
    this.isOn = false
    this.parts.clock.setStanding(false)
    this.parts.timers.resume('steps')
    this.parts.holdDeadlines(false)
    for (const input of this.requests.values()) this.parts.runtime.push(input)
    this.requests.clear()
  }

  private view(): NodeStepView {
    const { runtime, timers, transport } = this.parts
    const listed = [...this.requests].slice(0, STEP_REQUESTS_LISTED_MAX)
    return {
      taken: runtime.taken,
      idle: runtime.isIdle,
      timers: timers.standing.map(({ timer, leftMs }) => ({
        timer,
        leftMs: Math.round(leftMs * 1000) / 1000,
      })),
      requests: listed.map(([id, input]) => ({ id, words: wordsOf(input) })),
      requestsTotal: this.requests.size,
      sent: transport.sent,
    }
  }
}

function shortened(words: string): string {
  return words.length > WORDS_CHARS_MAX ? `${words.slice(0, WORDS_CHARS_MAX - 1)}…` : words
}

function wordsOf(input: MachineInput): string {
  switch (input.type) {
    case 'request':
      return shortened(quoteWords(input.args))
    case 'read': {
      const { subject } = input
      const what = subject.kind === 'key' ? subject.key : `slot ${subject.slot}`
      return shortened(`read ${what}`)
    }
    default:
      return input.type
  }
}
