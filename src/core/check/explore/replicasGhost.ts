/**
 * Ghost: what the checks must remember of one node, crashes included: a function of the node's own
 * history, and so a part of its local state. Nothing in the machine reads it.
 *
 * Meaning: `votes` are those ever made durable, not only the newest; `issued` come with the quorum
 *          whose promises the proposer used; `faults` are violations that the node alone shows.
 */
import type { SlotView } from '../../machineTypes'
import { compareBallot, formatBallot, maxBallot, sameBallot, ZERO_BALLOT } from '../../paxos/ballot'
import type { Ballot, NodeId, Slot } from '../../paxos/ballot'
import type { PaxosFact } from '../../paxos/fact'
import type { Message } from '../../paxos/message'

export interface GhostVote {
  readonly slot: Slot
  readonly ballot: Ballot
  /** Command id, `-` for a no-op. */
  readonly id: string
}

export interface GhostProposal extends GhostVote {
  /** Null: the node reported none (no phase 1). */
  readonly witnesses: readonly NodeId[] | null
}

export interface GhostFault {
  readonly invariant: string
  readonly words: string
  /** The proposal that it is about, if it is about one. */
  readonly proposal?: GhostVote
}

export interface Ghost {
  readonly node: NodeId
  readonly votes: readonly GhostVote[]
  readonly issued: readonly GhostProposal[]
  /** What the node learned to be chosen. */
  readonly learned: readonly { readonly slot: Slot; readonly id: string }[]
  /** Ids of commands that its clients asked for, and of those it told them are done. */
  readonly submitted: readonly string[]
  readonly answered: readonly string[]
  /** Digest by watermark. */
  readonly applied: readonly { readonly through: Slot; readonly digest: string }[]
  readonly faults: readonly GhostFault[]
}

/** Follows one node. Lists are sorted and without repetition: order makes no difference. */
export class GhostKeeper {
  private readonly votes = new Map<string, GhostVote>()
  private readonly issued = new Map<string, GhostProposal>()
  private readonly learned = new Map<string, { slot: Slot; id: string }>()
  private readonly submitted = new Set<string>()
  private readonly answered = new Set<string>()
  private readonly applied = new Map<string, { through: Slot; digest: string }>()
  private readonly faults = new Map<string, GhostFault>()
  private witnesses: { readonly ballot: Ballot; readonly nodes: readonly NodeId[] } | null = null
  private promised = ZERO_BALLOT
  /** What frames that left have asserted. */
  private saidPromised = ZERO_BALLOT
  private readonly saidVotes = new Map<Slot, Ballot>()

  constructor(private readonly node: NodeId) {}

  /** Part of the local state: everything that decides what the ghost says later. */
  text(): string {
    const { promised, saidPromised, witnesses, saidVotes } = this
    return JSON.stringify([this.ghost(), promised, saidPromised, witnesses, [...saidVotes].sort()])
  }

  ghost(): Ghost {
    return {
      node: this.node,
      votes: sorted(this.votes),
      issued: sorted(this.issued),
      learned: sorted(this.learned),
      submitted: [...this.submitted].sort(),
      answered: [...this.answered].sort(),
      applied: sorted(this.applied),
      faults: sorted(this.faults),
    }
  }

  fact(fact: PaxosFact): void {
    switch (fact.type) {
      case 'promised':
        if (compareBallot(fact.ballot, this.promised) < 0) {
          this.fault('I2', `promised ${formatBallot(fact.ballot)} below ${this.promisedText()}`)
        }
        this.promised = maxBallot(this.promised, fact.ballot)
        return
      case 'voted':
        if (compareBallot(fact.ballot, this.promised) < 0) {
          this.fault('I1', `voted at ${formatBallot(fact.ballot)} below ${this.promisedText()}`)
        }
        return each(fact, (vote) => this.votes.set(keyOf(vote), vote))
      case 'elected':
        this.witnesses = { ballot: fact.ballot, nodes: fact.witnesses }
        return
      case 'issued':
        return each(fact, (vote) => this.propose(vote))
      case 'chosen':
      case 'learned':
        return fact.ids.forEach((id, index) => {
          const slot = fact.slot + index
          this.learned.set(`${slot} ${id}`, { slot, id })
        })
      case 'submitted':
        return idsOf(fact).forEach((id) => this.submitted.add(id))
      case 'answered':
        return idsOf(fact).forEach((id) => this.answered.add(id))
      case 'acknowledged':
        return fact.ids.forEach((id) => this.answered.add(id))
      case 'applied':
        this.applied.set(`${fact.through} ${fact.digest}`, {
          through: fact.through,
          digest: fact.digest,
        })
        return
      default:
        return
    }
  }

  /** A frame leaves; `durable` is the newest durable record. */
  send(message: Message, after: number, durable: number): void {
    if (message.type !== 'promise' && message.type !== 'accepted') return
    if (after > durable) {
      this.fault('I4', `sent ${message.type} before its record ${after} was durable`)
    }
    this.saidPromised = maxBallot(this.saidPromised, message.ballot)
    if (message.type === 'promise') return
    for (let slot = message.slot; slot < message.slot + message.count; slot += 1) {
      this.saidVotes.set(slot, maxBallot(this.saidVotes.get(slot) ?? ZERO_BALLOT, message.ballot))
    }
  }

  /** What the acceptor holds now; after a restart nothing that was said may be forgotten. */
  look(promised: Ballot, slots: readonly SlotView[], restarted: boolean): void {
    if (restarted && compareBallot(promised, this.saidPromised) < 0) {
      this.fault('I4', `forgot the promise of ${formatBallot(this.saidPromised)} in a restart`)
    }
    if (compareBallot(promised, this.promised) < 0) {
      this.fault('I2', `fell from its promise ${this.promisedText()} to ${formatBallot(promised)}`)
    }
    for (const { slot, vote } of slots) {
      if (vote === null || compareBallot(vote.ballot, promised) <= 0) continue
      const above = `${formatBallot(vote.ballot)} in slot ${slot}`
      this.fault('I3', `holds a vote at ${above}, above its promise ${formatBallot(promised)}`)
    }
    if (!restarted) return
    for (const [slot, said] of this.saidVotes) {
      const held = slots.find((view) => view.slot === slot)
      if (held !== undefined && (held.state === 'chosen' || held.state === 'applied')) continue
      if (held?.vote != null && compareBallot(held.vote.ballot, said) >= 0) continue
      this.fault('I4', `forgot its vote at ${formatBallot(said)} in slot ${slot} in a restart`)
    }
  }

  failed(reason: string): void {
    this.fault('assertion', `stopped: ${reason}`)
  }

  private propose(vote: GhostVote): void {
    const { witnesses } = this
    const known = witnesses !== null && sameBallot(witnesses.ballot, vote.ballot)
    this.issued.set(keyOf(vote), { ...vote, witnesses: known ? witnesses.nodes : null })
  }

  private promisedText(): string {
    return formatBallot(this.promised)
  }

  private fault(invariant: string, words: string): void {
    if (this.faults.has(invariant)) return
    this.faults.set(invariant, { invariant, words: `node ${this.node} ${words}` })
  }
}

function keyOf({ slot, ballot, id }: GhostVote): string {
  return `${slot} ${formatBallot(ballot)} ${id}`
}

function each(
  run: { readonly ballot: Ballot; readonly slot: Slot; readonly ids: readonly string[] },
  use: (vote: GhostVote) => void,
): void {
  run.ids.forEach((id, index) => use({ slot: run.slot + index, ballot: run.ballot, id }))
}

function idsOf(run: { readonly session: string; readonly from: number; readonly count: number }) {
  return Array.from({ length: run.count }, (_, index) => `${run.session}:${run.from + index}`)
}

function sorted<T>(map: ReadonlyMap<string, T>): T[] {
  return [...map].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, value]) => value)
}
