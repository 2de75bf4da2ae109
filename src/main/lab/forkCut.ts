/**
 * A consistent cut of a recorded run at one event of its record: for each node the life and round
 * up to which it had come, so that no node has received what nobody has sent yet.
 *
 * How:    each node is cut at the round that told its last fact up to the event. The order of facts
 *         of different nodes in a record is not that of causes; so each node then goes on until it
 *         has done all that the others have heard of (vector clocks), and no further.
 * Errors: ForkError in words, when what is needed was not recorded.
 */
import { causalOrder } from '../../core/check/causality'
import type { Clocked } from '../../core/check/causality'
import type { LabEvent } from '../../core/event'
import { isUnexplained } from './recordedSteps'
import type { RecordedLife, RecordedRun, RecordedStep } from './recordedSteps'

export class ForkError extends Error {
  override readonly name = 'ForkError'
}

/** Where one node is cut. */
export interface NodeCut {
  readonly node: number
  /** 0: it had not begun. */
  readonly life: number
  /** The last round that counts; 0: none. */
  readonly round: number
  /** Its process was not there. */
  readonly down: boolean
}

export function cutAt(
  events: readonly LabEvent[],
  step: number,
  run: RecordedRun,
  members: readonly number[],
): NodeCut[] {
  const told = members.map((node) => toldAt(events, step, node))
  const first = told.map((one) => firstCut(one, run))
  const cuts = closed(first, run)
  checkHeard(cuts, run)
  return cuts
}

interface Told {
  readonly node: number
  readonly life: number
  /** `nodeSeq` of its last fact; 0: it told none in this life. */
  readonly nodeSeq: number
  readonly down: boolean
}

function toldAt(events: readonly LabEvent[], step: number, node: number): Told {
  let told: Told = { node, life: 0, nodeSeq: 0, down: true }
  for (const event of events) {
    if (event.seq > step) break
    if (event.by === node && 'nodeSeq' in event) {
      const { life, nodeSeq } = event
      told = { node, life, nodeSeq, down: false }
    } else if (event.type === 'nodeReady' && event.node === node) {
      if (event.life !== told.life) told = { node, life: event.life, nodeSeq: 0, down: false }
    } else if (event.type === 'nodeExited' && event.node === node) told = { ...told, down: true }
  }
  return told
}

function firstCut({ node, life, nodeSeq, down }: Told, { lives }: RecordedRun): NodeCut {
  if (life === 0) return { node, life, round: 0, down: true }
  const recorded = lives.find((one) => one.node === node && one.life === life)
  if (recorded === undefined) throw new ForkError(`life ${life} of node ${node} has no recording`)
  const { facts } = recorded
  if (down) return { node, life, round: facts.length, down }
  const at = facts.findIndex((count) => count >= nodeSeq)
  if (at >= 0) return { node, life, round: at + 1, down }
  if (recorded.whole) return { node, life, round: facts.length, down }
  throw new ForkError(
    `node ${node} had told ${nodeSeq} facts of life ${life}; its recording ends after ` +
      `${facts.at(-1) ?? 0} of them (it was killed): choose an earlier step, or one after the kill`,
  )
}

/** Each node goes on until it has done all that the others have heard of. */
function closed(first: readonly NodeCut[], { steps, lives }: RecordedRun): NodeCut[] {
  const byNode = new Map<number, Clocked<RecordedStep>[]>()
  for (const clocked of causalOrder(steps).order) {
    const own = byNode.get(clocked.step.node)
    if (own === undefined) byNode.set(clocked.step.node, [clocked])
    else own.push(clocked)
  }
  let cuts = [...first]
  for (;;) {
    const needed = new Map<number, number>()
    for (const cut of cuts) {
      const last = byNode.get(cut.node)?.findLast(({ step }) => isWithin(step, cut))
      for (const [node, count] of last?.clock ?? []) {
        needed.set(node, Math.max(count, needed.get(node) ?? 0))
      }
    }
    const next = cuts.map((cut) => {
      const step = byNode.get(cut.node)?.[(needed.get(cut.node) ?? 0) - 1]?.step
      return step === undefined || isWithin(step, cut) ? cut : movedTo(step, cut)
    })
    if (next.every((cut, at) => cut === cuts[at])) return next.map((cut) => settled(cut, lives))
    cuts = next
  }
}

function movedTo({ life, round }: RecordedStep, { node }: NodeCut): NodeCut {
  return { node, life, round, down: false }
}

/** A process that has not taken its first round is of no use: its disk is all there is. */
function settled(cut: NodeCut, lives: readonly RecordedLife[]): NodeCut {
  if (cut.round > 0 || cut.down) return cut
  const before = lives.findLast(({ node, life }) => node === cut.node && life < cut.life)
  return { ...cut, life: before?.life ?? 0, round: before?.facts.length ?? 0, down: true }
}

export function isWithin(step: RecordedStep, cut: NodeCut): boolean {
  return step.life < cut.life || (step.life === cut.life && step.round <= cut.round)
}

/**
 * A killed process did a little more than was written of it. Its disk is known from its next life;
 * if there is none, nothing may rest on that little more.
 */
function checkHeard(cuts: readonly NodeCut[], { steps, lives }: RecordedRun): void {
  for (const step of steps) {
    if (!isUnexplained(step)) continue
    const receiver = cuts.find(({ node }) => node === step.node)
    if (receiver === undefined || !isWithin(step, receiver)) continue
    const from = Number(/ node(\d+):/.exec(step.text)?.[1])
    const sender = cuts.find(({ node }) => node === from)
    if (sender === undefined || isKnown(step, sender, lives)) continue
    throw new ForkError(
      `node ${step.node} heard of something that the recording of node ${from} does not hold ` +
        `(${step.text}): choose an earlier step, or one after the next start of node ${from}`,
    )
  }
}

/**
 * True if the sending cannot matter: it was of a life whose disk the next one recovered. A life
 * that was recorded to its end has told of all that it sent.
 */
function isKnown(receipt: RecordedStep, sender: NodeCut, lives: readonly RecordedLife[]): boolean {
  const own = lives.filter(({ node }) => node === sender.node)
  const current = own.find(({ life }) => life === sender.life)
  if (current === undefined || current.whole) return true
  if (sender.down && own.some(({ life }) => life > sender.life)) return true
  return receipt.atMs < current.beganAtMs
}
