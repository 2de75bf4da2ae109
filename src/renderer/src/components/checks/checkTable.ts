/**
 * The checks as the view shows them: what each says in one sentence, where the paper says it, and
 * how it stands. Pure.
 *
 * PMS: Paxos Made Simple, Lamport 2001.
 */
import type { InvariantId } from '../../../../core/check/views'
import { INVARIANT_IDS, SOMETIMES_ID, TITLES } from '../../../../core/check/views'
import type { CheckView } from '../../../../shared/api'
import type { LabEvent } from '../../../../core/event'
import type { EventSequence } from '../../stores/eventLog'

export type CheckState = 'holds' | 'violated' | 'notEnoughData' | 'checking' | 'budget' | 'idle'

export const STATE_WORDS: Readonly<Record<CheckState, string>> = {
  violated: 'violated',
  budget: 'out of budget',
  notEnoughData: 'not enough data',
  checking: 'checking',
  holds: 'holds so far',
  idle: 'not judged',
}

/** Alarms first, in the words of a summary too. */
export const STATE_ORDER = Object.keys(STATE_WORDS) as readonly CheckState[]

export const STATE_TONE: Readonly<Record<CheckState, string>> = {
  violated: 'bad',
  budget: 'warn',
  notEnoughData: 'warn',
  checking: 'muted',
  holds: 'ok',
  idle: 'muted',
}

export type CheckGroup = 'Safety' | 'Liveness' | 'Sometimes'

interface Statement {
  readonly name: string
  readonly says: string
  readonly place: string
}

const STATEMENTS: Readonly<Record<InvariantId | typeof SOMETIMES_ID, Statement>> = {
  I1: {
    name: 'No vote below a promise',
    says: 'An acceptor that promised a ballot never votes at a lower one.',
    place: 'PMS §2.2, P1a',
  },
  I2: {
    name: 'Promise monotone',
    says: 'The promise of an acceptor never goes down, restarts included.',
    place: 'PMS §2.2, §2.5',
  },
  I3: {
    name: 'A vote is a promise',
    says: 'A vote raises the promise: nothing lower is promised or voted afterwards.',
    place: 'PMS §2.2',
  },
  I4: {
    name: 'Durable before sent',
    says: 'Nothing leaves before its record is on disk, and nothing durable is forgotten.',
    place: 'PMS §2.5',
  },
  I5: {
    name: 'Unique ballots',
    says: 'One value per slot and ballot, and one owner per ballot.',
    place: 'PMS §2.2, §2.5',
  },
  I6: {
    name: 'P2c at the proposal',
    says: 'Each proposal rests on a quorum that promised, and takes the value of its highest vote.',
    place: 'PMS §2.2, P2c',
  },
  I7: {
    name: 'P2c afterwards',
    says: 'No witness of a proposal votes below it later.',
    place: 'PMS §2.2, P2c',
  },
  I8: {
    name: 'Agreement',
    says: 'At most one value is chosen in a slot, and all learn the same.',
    place: 'PMS §2.1',
  },
  I9: {
    name: 'Validity',
    says: 'A chosen value was submitted by a client, or is a no-op of a leader.',
    place: 'PMS §2.1, §3',
  },
  I10: {
    name: 'Learned only if chosen',
    says: 'Nobody calls a value chosen before a quorum voted for it.',
    place: 'PMS §2.1, §2.3',
  },
  I11: {
    name: 'Told only if chosen',
    says: 'A client is told success only of what was chosen, with every slot below.',
    place: 'PMS §3',
  },
  I12: {
    name: 'Equal logs, equal state',
    says: 'Two nodes that applied as far have equal digests.',
    place: 'PMS §3',
  },
  I13: {
    name: 'Applied in order',
    says: 'A node applies only what is chosen, in order, over no gap.',
    place: 'PMS §3',
  },
  I14: {
    name: 'Linearizable',
    says: 'What the clients saw could have happened one request after another.',
    place: 'Herlihy, Wing 1990',
  },
  I15: {
    name: 'Bounded stall',
    says: 'While a quorum works, requests are done within a bound.',
    place: 'PMS §2.4',
  },
  [SOMETIMES_ID]: {
    name: 'A value was chosen',
    says: 'Once in the run a value was chosen: an empty run does not pass for a good one.',
    place: 'PMS §2.1',
  },
}

export interface CheckRow extends Statement {
  readonly id: string
  readonly group: CheckGroup
  readonly state: CheckState
  /** How often it was looked at, or what happened. */
  readonly words: string
  readonly evidence: readonly number[]
  /** Lab time at which the violation was told; null: none, or not in this window. */
  readonly atMs: number | null
}

const LOST = /^Facts were lost/
const BUDGET = /out of budget/

/** `goes`: the run goes on, so that what was not looked at yet may still be. */
export function stateOf({ id, state, words }: CheckView, goes: boolean): CheckState {
  if (state === 'notEnoughData' && !LOST.test(words) && BUDGET.test(words)) return 'budget'
  if (state === 'idle' && goes && !lacksBound({ id, state, words })) return 'checking'
  return state
}

/** No bound was given, so that it is never judged. */
export function lacksBound({
  id,
  state,
  words,
}: Pick<CheckView, 'id' | 'words'> & { state: string }) {
  return id === 'I15' && state === 'idle' && words.startsWith('No bound')
}

/** What it says now: of a run that goes on, when it will be judged. */
export function wordsOf({ id, state, words }: CheckView, goes: boolean): string {
  if (id !== 'I14' || state !== 'idle' || !goes) return words
  return 'Judged when the cluster stops, from what the clients of the lab were told'
}

/** 41220 in a sentence is written 41 220, with thin spaces. */
export function spaced(words: string): string {
  return words.replace(/(?<![\w.])\d{4,}(?!\w)/g, (digits) =>
    digits.replace(/\B(?=(\d{3})+(?!\d))/g, '\u202f'),
  )
}

/** All rows of the view. A record that came without its checks still tells its violations. */
export function checkRows(
  checks: readonly CheckView[],
  events: EventSequence & Iterable<LabEvent>,
  goes: boolean,
): CheckRow[] {
  const told = new Map<string, Extract<LabEvent, { type: 'violated' }>>()
  for (const event of events) {
    if (event.type === 'violated' && !told.has(event.invariant)) told.set(event.invariant, event)
  }
  const views = checks.length > 0 ? checks : events.length > 0 ? viewsOf(told) : []
  return views.map((view) => {
    const found = statementOf(view)
    const state = stateOf(view, goes)
    const atMs = state === 'violated' ? (told.get(view.id)?.atMs ?? null) : null
    const { id, evidence } = view
    const words = spaced(wordsOf(view, goes))
    return { id, ...found, group: groupOf(id), state, words, evidence, atMs }
  })
}

const KNOWN = [...INVARIANT_IDS, SOMETIMES_ID] as const

function statementOf({ id, title }: CheckView): Statement {
  const known = KNOWN.find((one) => one === id)
  return known === undefined ? { name: title, says: '', place: '' } : STATEMENTS[known]
}

function groupOf(id: string): CheckGroup {
  if (id === 'I15') return 'Liveness'
  return id.startsWith('I') ? 'Safety' : 'Sometimes'
}

function viewsOf(told: ReadonlyMap<string, { words: string; evidence: readonly number[] }>) {
  return INVARIANT_IDS.map((id): CheckView => {
    const found = told.get(id)
    if (found === undefined) {
      const words = 'The file came without verdicts; paxos-lab check gives them'
      return { id, title: TITLES[id], state: 'idle', words, evidence: [] }
    }
    return { id, title: TITLES[id], state: 'violated', ...found }
  })
}

/** `13 hold so far, 1 violated, 1 checking`: what counts comes first. */
export function summaryOf(rows: readonly CheckRow[]): { state: CheckState; words: string }[] {
  return STATE_ORDER.flatMap((state) => {
    const many = rows.filter((row) => row.state === state).length
    if (many === 0) return []
    const word = state === 'holds' && many > 1 ? 'hold so far' : STATE_WORDS[state]
    return [{ state, words: `${many} ${word}` }]
  })
}
