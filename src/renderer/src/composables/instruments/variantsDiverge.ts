/**
 * Where a run first takes another course than that of the paper: the steps of each node are
 * compared in their order, since runs in which nothing differs but time interleave differently.
 *
 * Same: kind of step, ballot, slot and command; the blog's "acknowledged" is a success told to a
 *       client, as "answered" is. Records, samples, reads and messages are no steps.
 */
import type { LabEvent, NodeEvent } from '../../../../core/event'
import { formatBallot } from '../../../../core/paxos/ballot'

export interface Step {
  readonly node: number
  readonly seq: number
  readonly atMs: number
  readonly key: string
  readonly words: string
}

export interface Divergence {
  readonly node: number
  /** Lab time of the earlier of the two. */
  readonly atMs: number
  /** Null: this run has no further step at this node. */
  readonly own: Step | null
  readonly paper: Step | null
}

const SHORT: Readonly<Record<string, string>> = {
  request: 'for a client',
  election: 'in an election',
  preempted: 'again, preempted',
  manual: 'by hand',
}

export function stepsOf(events: readonly LabEvent[]): Step[] {
  return events.flatMap((event) => {
    if (event.by === 'lab') return []
    const words = wordsOf(event)
    if (words === null) return []
    const { by: node, seq, atMs } = event
    return [{ node, seq, atMs, key: keyOf(event, words), words }]
  })
}

/** Words name all that counts, but for why a ballot was begun: the back-off may differ. */
function keyOf(event: NodeEvent, words: string): string {
  return event.type === 'bid' ? `prepare ${formatBallot(event.ballot)}` : words
}

function wordsOf(event: NodeEvent): string | null {
  switch (event.type) {
    case 'bid':
      return `prepare ${formatBallot(event.ballot)} ${SHORT[event.reason] ?? ''}`.trim()
    case 'promised':
      return `promises ${formatBallot(event.ballot)}`
    case 'refused':
      return `refuses ${formatBallot(event.ballot)}, promised ${formatBallot(event.promised)}`
    case 'elected':
      return `has promises of a quorum for ${formatBallot(event.ballot)}`
    case 'issued':
      return `accept ${formatBallot(event.ballot)} ${event.ids.join(' ')}, ${event.cause}`
    case 'voted':
      return `votes ${formatBallot(event.ballot)} ${event.ids.join(' ')}`
    case 'preempted':
      return `${formatBallot(event.ballot)} preempted by ${formatBallot(event.rival)}`
    case 'chosen':
      return `knows ${event.ids.join(' ')} as chosen`
    case 'acknowledged':
      return `tells the client success of ${event.ids.join(' ')}`
    case 'answered': {
      const { session, from, count } = event
      const ids = Array.from({ length: Math.min(count, 8) }, (_, at) => `${session}:${from + at}`)
      return `tells the client success of ${ids.join(' ')}`
    }
    default:
      return null
  }
}

/** Null: every node takes the same steps, as far as the shorter run goes. */
export function divergenceOf(
  own: readonly Step[],
  paper: readonly Step[],
  /** Where the shorter run ends: what only the longer one has after that is no difference. */
  endMs: number,
): Divergence | null {
  const nodes = new Set([...own, ...paper].map(({ node }) => node))
  let first: Divergence | null = null
  for (const node of nodes) {
    const found = divergenceAt(of(own, node), of(paper, node), node)
    if (found === null || found.atMs > endMs) continue
    if (first === null || found.atMs < first.atMs) first = found
  }
  return first
}

function of(steps: readonly Step[], node: number): Step[] {
  return steps.filter((step) => step.node === node)
}

function divergenceAt(
  own: readonly Step[],
  paper: readonly Step[],
  node: number,
): Divergence | null {
  const length = Math.max(own.length, paper.length)
  for (let at = 0; at < length; at += 1) {
    const [mine = null, theirs = null] = [own[at], paper[at]]
    if (mine?.key === theirs?.key) continue
    const atMs = Math.min(mine?.atMs ?? Infinity, theirs?.atMs ?? Infinity)
    return { node, atMs, own: mine, paper: theirs }
  }
  return null
}

/** In a sentence, for the head of a column. */
export function divergenceWords({ node, own, paper }: Divergence): string {
  if (own === null) return `N${node} does nothing more; in the paper it ${paper?.words ?? ''}`
  if (paper === null) return `N${node} ${own.words}; in the paper it does nothing more`
  return `N${node} ${own.words}; in the paper it ${paper.words}`
}
