/**
 * The abstract model of one slot, exactly as protocol §11 states it: what each acceptor remembers,
 * and the set of messages ever sent. Nothing is lost, only not yet received.
 *
 * Source: PMS §2.2, phases 1(a) to 2(b). The rules come from `abstractRules`.
 * Steps:  every change of a state is one step; what would change nothing is none.
 * Checks: on each step I1, I2, I5, I6 (P2c when a proposal is issued) and I10; in each state I3, I7
 *         (P2c, of every proposal, ever after) and I8. From the messages sent and true majorities
 *         alone; how a state was reached first makes no difference.
 */
import { assert } from '../../assert'
import { ACT_1A, ACT_1B, ACT_2A, ACT_2B, ACT_LEARN, actOf } from './abstractActs'
import { boundsFault } from './abstractBounds'
import type { AbstractBounds } from './abstractBounds'
import { layOut } from './abstractLayout'
import type { Field, Layout } from './abstractLayout'
import { BREAKS_I1, BREAKS_I2, MEMORY_MASK, rulesOf } from './abstractRules'
import type { Rules } from './abstractRules'

/** Invariants as bits of a set. */
export const CHECKED = ['I1', 'I2', 'I3', 'I5', 'I6', 'I7', 'I8', 'I10'] as const
export type CheckedId = (typeof CHECKED)[number]
const bitOf = (id: CheckedId): number => 1 << CHECKED.indexOf(id)
const I1 = bitOf('I1')
const I2 = bitOf('I2')
const I3 = bitOf('I3')
const I5 = bitOf('I5')
const I6 = bitOf('I6')
const I7 = bitOf('I7')
const I8 = bitOf('I8')
const I10 = bitOf('I10')

/** Takes steps: the act, the state after it (only valid during the call), and what it breaks. */
export interface StepSink {
  step(act: number, next: Uint32Array, broken: number): void
}

export class AbstractModel {
  readonly layout: Layout
  readonly rules: Rules
  /** Words of a state. */
  readonly words: number
  private readonly next: Uint32Array
  private readonly valuesMask: number

  constructor(readonly bounds: AbstractBounds) {
    const fault = boundsFault(bounds)
    assert(fault === null, fault ?? '')
    this.rules = rulesOf(bounds)
    this.layout = layOut(bounds, this.rules.memories, this.rules.learner !== 'sound')
    this.words = this.layout.words
    this.next = new Uint32Array(this.words)
    this.valuesMask = (1 << bounds.values) - 1
  }

  /** Nothing was sent, nothing promised. */
  initial(): Uint32Array {
    return new Uint32Array(this.words)
  }

  /** Every step that leaves `state`. */
  expand(state: Uint32Array, sink: StepSink): void {
    const { ballots, values } = this.bounds
    const prepares = this.common(state, this.layout.prepares)
    const proposals = this.common(state, this.layout.proposals)
    for (let b = 0; b < ballots; b += 1) {
      if ((prepares & (1 << b)) === 0) {
        this.setCommon(state, this.layout.prepares, b)
        sink.step(actOf(ACT_1A, 0, b, 0), this.next, 0)
        continue
      }
      const issued = (proposals >>> (b * values)) & this.valuesMask
      this.promises(state, b, sink)
      if (issued === 0 || !this.rules.oneProposal) this.proposes(state, b, issued, sink)
      if (issued !== 0) this.votes(state, b, issued, sink)
    }
    if (this.rules.learner !== 'sound') this.learns(state, sink)
  }

  /** What is wrong in a state: a set of `CHECKED`. */
  judge(state: Uint32Array): number {
    const { acceptors, ballots, values } = this.bounds
    let broken = 0
    for (let a = 0; a < acceptors; a += 1) {
      if (this.rules.above[this.own(state, a, this.layout.memory)] === 1) broken |= I3
    }
    const proposals = this.common(state, this.layout.proposals)
    for (let b = 1; b < ballots; b += 1) {
      const issued = (proposals >>> (b * values)) & this.valuesMask
      if (issued !== 0 && (issued & ~this.grounds(state, b, false)) !== 0) broken |= I7
    }
    const said = this.chosen(state) | this.common(state, this.layout.learned)
    return (said & (said - 1)) === 0 ? broken : broken | I8
  }

  /** Values with a true quorum of votes at one ballot, as bits. */
  chosen(state: Uint32Array): number {
    return this.votedTogether(state, this.rules.phase2)
  }

  /** One field of an acceptor. */
  own(state: Uint32Array, a: number, { word, shift, mask }: Field): number {
    return (state[a * this.layout.block + word]! >>> shift) & mask
  }

  /** One field of what all share. */
  common(state: Uint32Array, { word, shift, mask }: Field): number {
    return (state[this.layout.shared + word]! >>> shift) & mask
  }

  private promises(state: Uint32Array, b: number, sink: StepSink): void {
    const { acceptors, ballots } = this.bounds
    const { block, memory } = this.layout
    const field = this.layout.reports[b]!
    for (let a = 0; a < acceptors; a += 1) {
      const held = this.own(state, a, memory)
      const entry = this.rules.promise[held * ballots + b]!
      if (entry < 0) continue
      const base = a * block
      this.next.set(state)
      this.remember(a, entry & MEMORY_MASK)
      this.next[base + field.word]! |= 1 << (field.shift + this.rules.report[held * ballots + b]!)
      sink.step(actOf(ACT_1B, a, b, 0), this.next, (entry & BREAKS_I2) === 0 ? 0 : I2)
    }
  }

  private proposes(state: Uint32Array, b: number, issued: number, sink: StepSink): void {
    const free = this.mayIssue(state, b) & ~issued
    for (let v = 0; free >>> v !== 0; v += 1) {
      if ((free & (1 << v)) === 0) continue
      this.setCommon(state, this.layout.proposals, b * this.bounds.values + v)
      const sound = (this.grounds(state, b, true) & (1 << v)) !== 0
      const broken = (sound ? 0 : I6) | (issued === 0 ? 0 : I5)
      sink.step(actOf(ACT_2A, 0, b, v), this.next, broken)
    }
  }

  /**
   * Values that the promises at `b` allow. An acceptor promises a ballot once, so that the reports
   * of a quorum can be joined into one set.
   */
  private mayIssue(state: Uint32Array, b: number): number {
    let allowed = 0
    for (const quorum of this.rules.enough) {
      const reports = this.reportsOf(state, quorum, b)
      if (reports !== 0) allowed |= this.rules.choice[reports >>> 1]!
    }
    return allowed
  }

  /** The reports of these acceptors for `b`, joined; 0 if one of them has not promised. */
  private reportsOf(state: Uint32Array, set: number, b: number): number {
    const field = this.layout.reports[b]!
    let reports = 0
    for (let a = 0; set >>> a !== 0; a += 1) {
      if ((set & (1 << a)) === 0) continue
      const report = this.own(state, a, field)
      if (report === 0) return 0
      reports |= report
    }
    return reports
  }

  private votes(state: Uint32Array, b: number, issued: number, sink: StepSink): void {
    const { acceptors, ballots, values } = this.bounds
    const { block, memory, votes } = this.layout
    for (let v = 0; issued >>> v !== 0; v += 1) {
      if ((issued & (1 << v)) === 0) continue
      const each = b * values + v
      for (let a = 0; a < acceptors; a += 1) {
        const held = this.own(state, a, memory)
        const entry = this.rules.vote[held * ballots * values + each]!
        if (entry < 0) continue
        const isSent = (this.own(state, a, votes) & (1 << each)) !== 0
        if (isSent && (entry & MEMORY_MASK) === held) continue
        this.next.set(state)
        this.remember(a, entry & MEMORY_MASK)
        this.next[a * block + votes.word]! |= 1 << (votes.shift + each)
        sink.step(actOf(ACT_2B, a, b, v), this.next, (entry & BREAKS_I1) === 0 ? 0 : I1)
      }
    }
  }

  /** A learner that counts wrongly says that a value is chosen. */
  private learns(state: Uint32Array, sink: StepSink): void {
    const said = this.common(state, this.layout.learned)
    const { learner, learnt } = this.rules
    const chosen = this.chosen(state)
    const found =
      learner === 'countsValues' ? this.heldByMany(state) : this.votedTogether(state, learnt)
    for (let v = 0; found >>> v !== 0; v += 1) {
      if ((found & ~said & (1 << v)) === 0) continue
      this.setCommon(state, this.layout.learned, v)
      const broken = (chosen & (1 << v)) === 0 ? I10 : 0
      sink.step(actOf(ACT_LEARN, 0, 0, v), this.next, broken)
    }
  }

  /** M14: values that a majority of acceptors hold now, whatever the ballots of their votes. */
  private heldByMany(state: Uint32Array): number {
    const { acceptors, ballots, values } = this.bounds
    let found = 0
    for (let v = 0; v < values; v += 1) {
      let holders = 0
      for (let a = 0; a < acceptors; a += 1) {
        const vote = this.own(state, a, this.layout.memory) % (1 + ballots * values)
        if (vote > 0 && (vote - 1) % values === v) holders |= 1 << a
      }
      if (this.rules.phase2.some((quorum) => (holders & quorum) === quorum)) found |= 1 << v
    }
    return found
  }

  /** Values that all of one of these sets of acceptors voted for at one ballot. */
  private votedTogether(state: Uint32Array, sets: readonly number[]): number {
    const { values } = this.bounds
    let found = 0
    for (const set of sets) {
      let together = -1
      for (let a = 0; set >>> a !== 0; a += 1) {
        if ((set & (1 << a)) !== 0) together &= this.own(state, a, this.layout.votes)
      }
      for (; together !== 0; together >>>= values) found |= together & this.valuesMask
    }
    return found
  }

  /**
   * P2c: the values that a proposal at `b` may have, given the votes below `b` of some majority;
   * `promised`: of one that has promised `b`.
   */
  private grounds(state: Uint32Array, b: number, promised: boolean): number {
    const below = (1 << (b * this.bounds.values)) - 1
    let allowed = 0
    for (const quorum of this.rules.phase1) {
      if (promised && this.reportsOf(state, quorum, b) === 0) continue
      let votes = 0
      for (let a = 0; quorum >>> a !== 0; a += 1) {
        if ((quorum & (1 << a)) !== 0) votes |= this.own(state, a, this.layout.votes) & below
      }
      allowed |= this.rules.sound[votes]!
    }
    return allowed
  }

  private remember(a: number, held: number): void {
    const { block, memory } = this.layout
    const at = a * block + memory.word
    this.next[at] = (this.next[at]! & ~(memory.mask << memory.shift)) | (held << memory.shift)
  }

  private setCommon(state: Uint32Array, field: Field, bit: number): void {
    this.next.set(state)
    this.next[this.layout.shared + field.word]! |= 1 << (field.shift + bit)
  }
}
