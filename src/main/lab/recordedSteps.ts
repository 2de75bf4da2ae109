/**
 * Steps of a real run from its recorded inputs: what each node received, sent and did, by replaying
 * its machine. Messages are matched by content, link by link, in order.
 *
 * Matching: the k-th receipt of a content belongs to the k-th sending of it on that link. A lost
 *           message shifts a receipt to an earlier equal sending, which is in its past as well. A
 *           receipt without a sending of its own that is not later is a copy of the one before.
 */
import type { RoundWatcher } from '../../core/check/replay/replay'
import type { MachineOutput } from '../../core/machineTypes'
import type { RecordedRound, RecordingHead } from '../../core/check/replay/recording'
import { formatFact, formatMessage } from '../../core/paxos/format'
import type { Send } from '../../core/paxos/effect'
import type { Message } from '../../core/paxos/message'
import { sendsEarly } from '../../core/paxos/mutant'
import type { TextStep } from '../../shared/exportText'
import { sha256 } from './recordingFiles'
import { replayRun } from './replayRun'
import type { RunReplay } from './replayRun'

/** Stamps are those of whole rounds: a message may reach its node before the round is stamped. */
const STAMP_SLACK_MS = 50
const CONTENT_CHARS = 16
const UNKNOWN = 'unknown '

interface Sending {
  readonly id: string
  readonly atMs: number
}

interface Receipt {
  readonly step: { -readonly [Name in keyof RecordedStep]: RecordedStep[Name] }
  readonly link: string
}

/** A step, and the round of its life in which it was taken. */
export interface RecordedStep extends TextStep {
  readonly round: number
  /** The node's wall time at the end of that round. */
  readonly atMs: number
}

/** One life as it was recorded. */
export interface RecordedLife {
  readonly node: number
  readonly life: number
  /** `nodeSeq` of the last fact told when each round was over, from round 1 on. */
  readonly facts: readonly number[]
  /** End of its first round, in the node's wall time; Infinity: it has none. */
  readonly beganAtMs: number
  /** True: the recording goes on to the end of the process. */
  readonly whole: boolean
}

export interface RecordedRun {
  readonly steps: readonly RecordedStep[]
  /** By node, then by life. */
  readonly lives: readonly RecordedLife[]
}

/** @throws RecordedStepsError if what was recorded cannot be replayed */
export async function recordedRun(runDir: string): Promise<RecordedRun> {
  const found = new Steps()
  const report = await replayRun(runDir, (head) => found.watch(head))
  const words = faultOf(report)
  if (words !== null) throw new RecordedStepsError(words)
  const lives = report.lives
    .filter(({ state }) => state !== 'missing')
    .map(({ node, life, state }): RecordedLife => {
      return { node, life, ...found.roundsOf(node, life), whole: state === 'whole' }
    })
  return { steps: found.matched(), lives }
}

/** True if nothing that was recorded explains where this message came from. */
export function isUnexplained({ receives }: TextStep): boolean {
  return receives?.startsWith(UNKNOWN) === true
}

export class RecordedStepsError extends Error {
  override readonly name = 'RecordedStepsError'
}

function faultOf({ lives }: RunReplay): string | null {
  const bad = lives.find(({ state }) => !['whole', 'cut', 'stopped', 'missing'].includes(state))
  return bad?.words ?? null
}

interface Rounds {
  readonly facts: number[]
  beganAtMs: number
}

class Steps {
  private readonly steps: RecordedStep[] = []
  private readonly rounds = new Map<string, Rounds>()
  private readonly receipts: Receipt[] = []
  /** By link and content, oldest first. */
  private readonly sendings = new Map<string, Sending[]>()

  /** Lives of a node come in order. */
  watch({ node, life, config }: RecordingHead): RoundWatcher {
    const early = sendsEarly(config.mutant)
    const rounds: Rounds = { facts: [], beganAtMs: Infinity }
    this.rounds.set(`${node}.${life}`, rounds)
    let at = 0
    let durable = 0
    let held: Send[] = []
    const send = ({ to, message }: Send, { round, atMs }: RecordedRound): void => {
      for (const peer of to) {
        at += 1
        const id = `${node}.${life}.${at}`
        const key = keyOf(node, peer, message)
        const sendings = this.sendings.get(key)
        if (sendings === undefined) this.sendings.set(key, [{ id, atMs }])
        else sendings.push({ id, atMs })
        const text = `sent to node${peer}: ${formatMessage(message)}`
        this.steps.push({ node, life, at, round, atMs, sends: id, text })
      }
    }
    return (round, out) => {
      rounds.facts.push(round.facts)
      rounds.beganAtMs = Math.min(rounds.beganAtMs, round.atMs)
      for (const input of round.inputs) {
        if (input.type === 'persisted') durable = Math.max(durable, input.through)
      }
      for (const one of held) if (one.after <= durable) send(one, round)
      held = held.filter(({ after }) => after > durable)
      at = this.takeInputs(node, life, at, round)
      for (const effect of sendsAndFacts(out)) {
        if (effect.type === 'emit') {
          at += 1
          const text = formatFact(effect.fact)
          this.steps.push({ node, life, at, round: round.round, atMs: round.atMs, text })
        } else if (early || effect.after <= durable) send(effect, round)
        else held.push(effect)
      }
    }
  }

  roundsOf(node: number, life: number): Rounds {
    return this.rounds.get(`${node}.${life}`) ?? { facts: [], beganAtMs: Infinity }
  }

  matched(): RecordedStep[] {
    const next = new Map<string, number>()
    for (const { step, link } of this.receipts) {
      const sendings = this.sendings.get(link) ?? []
      const at = next.get(link) ?? 0
      const own = sendings[at]
      if (own !== undefined && own.atMs <= step.atMs + STAMP_SLACK_MS) {
        next.set(link, at + 1)
        step.receives = own.id
      } else step.receives = sendings[at - 1]?.id ?? `${UNKNOWN}${link}`
    }
    return this.steps
  }

  /** Answers the place of the last step. */
  private takeInputs(node: number, life: number, from: number, recorded: RecordedRound): number {
    const { round, atMs, inputs } = recorded
    let at = from
    for (const input of inputs) {
      const { type } = input
      if (type === 'persisted' || type === 'snapshotSaved') continue
      at += 1
      if (type !== 'message') {
        const text = type === 'timer' ? `timer ${input.timer}` : type
        this.steps.push({ node, life, at, round, atMs, text })
        continue
      }
      const text = `received from node${input.from}: ${formatMessage(input.message)}`
      const step: Receipt['step'] = { node, life, at, round, atMs, text }
      this.steps.push(step)
      const link = keyOf(input.from, node, input.message)
      this.receipts.push({ step, link })
    }
    return at
  }
}

function* sendsAndFacts({ effects }: MachineOutput) {
  for (const effect of effects) if (effect.type === 'send' || effect.type === 'emit') yield effect
}

function keyOf(from: number, to: number, message: Message): string {
  return `${from}>${to} ${sha256(JSON.stringify(message)).slice(0, CONTENT_CHARS)}`
}
