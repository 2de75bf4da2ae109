/**
 * The part of a lesson file that asks for a choice by P2c: a frozen state, as `p2cChoice.ts` has
 * it. `docs/lessons.md` tells people.
 *
 * Limits: ACCEPTORS_MAX, VOTES_MAX of one acceptor, VALUES_MAX; values are single words.
 */
import { parseBallot, ZERO_BALLOT } from '../core/paxos/ballot'
import type { Ballot } from '../core/paxos/ballot'
import { ConditionError } from './condition'
import type { Finding } from './experimentLimits'
import { parsedBy } from './experimentSteps'
import { CHOSEN_VALUE, WITNESSES_MAX } from './lessonMark'
import { choicesIn, impossible, judgeChoice } from './p2cChoice'
import type { FrozenState, FrozenVote } from './p2cChoice'
import { z } from './zod'

const VOTES_MAX = 6
const VALUES_MAX = 6
const ACCEPTORS_MAX = WITNESSES_MAX
const BALLOT_HELP = 'A ballot in quotes, such as "2.1": round 2 of N1'

/** The rest of the file is not looked at: what it is made of is not there. */
const LAST = { abort: true }

const value = z.string().regex(CHOSEN_VALUE, { message: 'is not one word', ...LAST })
/** A name of `per-student` makes it a text. */
const node = z
  .union([z.number(), z.string()])
  .transform(Number)
  .refine((found) => Number.isInteger(found) && found >= 1 && found <= ACCEPTORS_MAX, {
    message: `is not a node from 1 to ${ACCEPTORS_MAX}`,
    ...LAST,
  })

const acceptor = z.strictObject({
  node,
  promised: z
    .string()
    .transform(parsedBy(ballotOf))
    .optional()
    .meta({ description: `${BALLOT_HELP}; without it: that of its last vote, or none` }),
  votes: z
    .array(z.string().transform(parsedBy(voteOf)))
    .max(VOTES_MAX, LAST)
    .optional()
    .meta({ description: 'All that it ever accepted, the lowest first, such as "2.1 blue"' }),
  silent: z.boolean().optional().meta({ description: 'It does not answer; its votes are hidden' }),
})

/** Acceptors as somebody finds them, with a ballot of their own. */
export const lessonChoice = z
  .strictObject({
    ballot: z.string().transform(parsedBy(ballotOf)).meta({ description: BALLOT_HELP }),
    proposed: z.array(value).min(2, LAST).max(VALUES_MAX, LAST),
    acceptors: z.array(acceptor).min(3, LAST).max(ACCEPTORS_MAX, LAST),
  })
  .transform(({ acceptors, ...own }): FrozenState => ({
    ...own,
    acceptors: acceptors
      .map(({ node: id, promised, votes = [], silent = false }) => {
        const given = promised ?? votes.at(-1)?.ballot ?? ZERO_BALLOT
        return { node: id, promised: given, votes, isSilent: silent }
      })
      .toSorted((one, other) => one.node - other.node),
  }))

function ballotOf(text: string): Ballot {
  const found = parseBallot(text)
  if (found === null || found.round === 0) {
    throw new ConditionError(`"${text.slice(0, 40)}" is not a ballot such as 2.1`)
  }
  return found
}

function voteOf(text: string): FrozenVote {
  const [ballot = '', own = '', ...rest] = text.split(' ')
  if (!CHOSEN_VALUE.test(own) || rest.length > 0) {
    throw new ConditionError(`"${text.slice(0, 40)}" is not a vote such as "2.1 blue"`)
  }
  return { ballot: ballotOf(ballot), value: own }
}

/** A state that Paxos can leave, in which a choice may be right and may be wrong. */
export function choiceFindings(state: FrozenState | undefined, path: Finding['path']): Finding[] {
  if (state === undefined) return []
  const tell = (message: string): Finding[] => [{ message, path: [...path, 'choice'] }]
  const ids = state.acceptors.map(({ node: id }) => id)
  if (new Set(ids).size < ids.length) return tell('an acceptor is there twice')
  if (new Set(state.proposed).size < state.proposed.length) return tell('a value is there twice')
  const why = impossible(state)
  if (why !== null) return tell(`no run of Paxos leaves this state: ${why}`)
  const verdicts = [...choicesIn(state)].map((choice) => judgeChoice(state, choice).isLegal)
  if (!verdicts.includes(true)) return tell('no choice is legal: less than a majority answers')
  return verdicts.includes(false) ? [] : tell('every majority may propose every value')
}
