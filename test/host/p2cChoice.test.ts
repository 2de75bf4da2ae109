/** Lesson 6: the judge of choices by P2c, and that its five states tell P2c from wrong rules. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { compareBallot, sameBallot } from '../../src/core/paxos/ballot'
import { majorityOf } from '../../src/core/paxos/quorum'
import { chooseValue } from '../../src/core/paxos/rules'
import { LessonFold } from '../../src/shared/lessonCheck'
import { parseLesson } from '../../src/shared/lessonFile'
import { parseMark, printMark } from '../../src/shared/lessonMark'
import { choicesIn, impossible, judgeChoice, reportWords } from '../../src/shared/p2cChoice'
import type { FrozenAcceptor, FrozenState, FrozenVote } from '../../src/shared/p2cChoice'
import { studentSeed } from '../../src/shared/studentSeed'
import { lessonOf, lessonText } from '../support/lessonRecords'
import { LessonScript } from '../support/lessonScript'

const LESSON = lessonOf('p2c')
const YAML = lessonText('06-p2c.lesson.yaml')
const PROSE = lessonText('06-p2c.md')
const STATES = LESSON.steps.flatMap(({ id, choice }) => (choice ? [{ id, choice }] : []))

function stateOf(id: string): FrozenState {
  const found = STATES.find((one) => one.id === id)?.choice
  if (found === undefined) throw new Error(`${id} has no state`)
  return found
}

/** What the judge says of a value and a set, in words. */
function told(id: string, value: string, ...witnesses: number[]): string {
  const { isLegal, words } = judgeChoice(stateOf(id), { value, witnesses })
  return `${isLegal ? 'legal' : 'refused'}: ${words}`
}

describe('PMS §2.2 P2c: the judge', () => {
  it('there are five states, one of them a trap with two numbers reported', () => {
    expect(STATES.map(({ id }) => id)).toEqual(['free', 'split', 'settled', 'late', 'trap'])
    const reports = stateOf('trap').acceptors.filter(({ isSilent }) => !isSilent)
    expect(reports.flatMap(({ votes }) => votes.map(({ ballot }) => ballot.round))).toEqual([2, 1])
  })

  it.each([
    [
      'free',
      'red',
      [1, 2, 4],
      'legal: No member of S has accepted a proposal numbered less than 2.1',
    ],
    ['free', 'blue', [1, 2, 3], 'legal: N3 has accepted blue at 1.3, the highest below 2.1 in S'],
    [
      'free',
      'red',
      [1, 2, 3],
      'refused: N3 has accepted blue at 1.3, .*; nobody in S has accepted red',
    ],
    ['free', 'red', [2, 4], 'refused: S has N2 N4; a majority of 5 is 3'],
    ['free', 'red', [], 'refused: S has no member; a majority of 5 is 3'],
    ['free', 'red', [2, 4, 4], 'refused: S has N2 N4; a majority'],
    ['free', 'green', [1, 2, 4], 'refused: No client proposed green'],
    ['free', 'red', [1, 2, 7], 'refused: N7 is no acceptor'],
    ['split', 'blue', [3, 4, 5], 'legal: N3 has accepted blue at 1.3'],
    [
      'split',
      'blue',
      [2, 3, 4],
      'refused: N2 has accepted red at 2.2, .*; blue at 1.3, by N4, is lower',
    ],
    ['split', 'red', [1, 2, 3], 'legal: N2 has accepted red at 2.2'],
    ['settled', 'red', [1, 4, 5], 'refused: N5 has accepted blue at 3.5'],
    [
      'late',
      'red',
      [2, 4, 5],
      'refused: N4 has accepted blue at 1.3, .*; red at 3.2, by N4, is not less',
    ],
    ['late', 'blue', [2, 4, 5], 'legal: N4 has accepted blue at 1.3'],
    ['late', 'green', [1, 2, 5], 'legal: No member'],
    ['trap', 'red', [1, 2, 3], 'legal: N2 has accepted red at 2.2'],
    [
      'trap',
      'blue',
      [1, 2, 3],
      'refused: N2 has accepted red at 2.2, .*; blue at 1.3, by N3, is lower',
    ],
    ['trap', 'red', [1, 2, 4], 'refused: N4 does not answer'],
  ])('%s: %s by %j', (id, value, witnesses, words) => {
    expect(told(id, value, ...witnesses)).toMatch(new RegExp(`^${words}`))
  })

  it('agrees with the rule by which nodes take a value, wherever last votes are all below n', () => {
    for (const { id, choice } of STATES.filter((one) => one.id !== 'late')) {
      for (const picked of choicesIn(choice)) {
        const set = choice.acceptors.filter(({ node }) => picked.witnesses.includes(node))
        const votes = set.flatMap((one) => one.votes.slice(-1))
        const forced = chooseValue(votes)
        const isLegal = forced === null || forced === picked.value
        expect([id, picked, judgeChoice(choice, picked).isLegal]).toEqual([id, picked, isLegal])
      }
    }
  })

  it('what a silent acceptor has accepted is not told', () => {
    const [silent] = stateOf('trap').acceptors.filter(({ isSilent }) => isSilent)
    expect(silent && reportWords(silent)).toBe('no answer')
    expect(stateOf('late').acceptors.map(reportWords)).toEqual([
      'promised 3.2; no vote',
      'promised 3.2; voted red at 3.2',
      'promised 1.3; voted blue at 1.3',
      'promised 3.2; voted blue at 1.3, red at 3.2',
      'promised 3.2; no vote',
    ])
  })
})

/** Rules that a student may have instead, and whether they let v be proposed. */
const WRONG: Readonly<Record<string, (set: FrozenVote[][], n: FrozenVote['ballot']) => string[]>> =
  {
    'the lowest report decides': (set, n) => below(set.flat(), n).slice(0, 1),
    'the last acceptor that reports decides': (set, n) =>
      set.flatMap((votes) => below(votes, n).slice(-1)).slice(-1),
    'any report will do': (set, n) => below(set.flat(), n),
    'the last vote of each counts, above n too': (set) =>
      sorted(set.flatMap((votes) => votes.slice(-1))).slice(-1),
    'one vote decides nothing: v is always free': () => [],
  }

function sorted(votes: readonly FrozenVote[]): string[] {
  return votes.toSorted((a, b) => compareBallot(a.ballot, b.ballot)).map(({ value }) => value)
}

function below(votes: readonly FrozenVote[], n: FrozenVote['ballot']): string[] {
  return sorted(votes.filter(({ ballot }) => compareBallot(ballot, n) < 0))
}

describe('wrong rules', () => {
  it.each(Object.entries(WRONG))('%s: some state refuses what it lets pass', (_name, rule) => {
    const caught = STATES.filter(({ choice }) =>
      [...choicesIn(choice)].some((picked) => {
        const set = choice.acceptors.filter(({ node }) => picked.witnesses.includes(node))
        const allowed = rule(
          set.map(({ votes }) => [...votes]),
          choice.ballot,
        )
        const passes = allowed.length === 0 || allowed.includes(picked.value)
        return passes && !judgeChoice(choice, picked).isLegal
      }),
    )
    expect(caught.map(({ id }) => id)).not.toEqual([])
  })
})

/** Of one ballot: who promises, which value, who votes. */
const draws = fc.array(fc.nat(1000), { minLength: 15, maxLength: 15 })

/** Ballots 1.1, 2.1, ... by the rule, each with a random majority and random voters. */
const anyState = fc
  .tuple(fc.integer({ min: 3, max: 7 }), fc.array(draws, { maxLength: 6 }))
  .map(([nodes, rounds]): FrozenState => {
    const proposed = ['a', 'b', 'c']
    let acceptors = Array.from({ length: nodes }, (_, at): FrozenAcceptor => {
      return { node: at + 1, promised: { round: 0, node: 0 }, votes: [], isSilent: false }
    })
    for (const [at, own] of rounds.entries()) {
      const ballot = { round: at + 1, node: 1 }
      const left = [...own]
      const draw = (): number => left.pop() ?? 0
      const order = acceptors.map(({ node }) => ({ node, key: draw() }))
      const set = order
        .toSorted((a, b) => a.key - b.key)
        .slice(0, majorityOf(nodes))
        .map(({ node }) => node)
      const legal = proposed.filter(
        (value) => judgeChoice({ ballot, proposed, acceptors }, { value, witnesses: set }).isLegal,
      )
      const value = legal[draw() % legal.length] ?? 'a'
      acceptors = acceptors.map((one) => {
        const votes = draw() % 2 === 0
        const promised = votes || set.includes(one.node) ? ballot : one.promised
        return { ...one, promised, votes: votes ? [...one.votes, { ballot, value }] : one.votes }
      })
    }
    return { ballot: { round: rounds.length + 1, node: 2 }, proposed, acceptors }
  })

describe('states', () => {
  it('P2c keeps a chosen value chosen: any other is refused with every S', () => {
    let chosen = 0
    const holds = fc.property(anyState, (state) => {
      expect(impossible(state)).toBeNull()
      const votes = state.acceptors.flatMap((one) => one.votes)
      const values = new Set(
        votes
          .filter(({ ballot }) => {
            const same = votes.filter((one) => sameBallot(one.ballot, ballot))
            return same.length >= majorityOf(state.acceptors.length)
          })
          .map(({ value }) => value),
      )
      expect(values.size).toBeLessThanOrEqual(1)
      chosen += values.size
      for (const picked of choicesIn(state)) {
        if (values.size === 0 || values.has(picked.value)) continue
        expect(judgeChoice(state, picked).isLegal).toBe(false)
      }
    })
    fc.assert(holds, { seed: 6 })
    expect(chosen).toBeGreaterThan(0)
  })

  it.each([
    ["promised: '1.{first}' }", "promised: '0.{first}' }", /not a ballot such as 2\.1/],
    ["votes: ['1.{first} {low}']", "votes: ['1.{first}']", /is not a vote such as/],
    ["proposed: ['{low}', '{high}']", "proposed: ['{low}']", /proposed/],
    ["proposed: ['{low}', '{high}']", "proposed: ['{low}', '{low}']", /a value is there twice/],
    ["{ node: '{second}', promised", "{ node: '{first}', promised", /an acceptor is there twice/],
    ["{ node: '{second}', promised", '{ node: x, promised', /is not a node from 1 to 9/],
    ['ballot: 2.{own}', 'ballot: 1.{first}', /N[234] has promised 1\.3 already/],
    [
      "votes: ['1.{first} {low}']",
      "promised: '1.{first}', votes: ['2.{second} {low}']",
      /N3 has accepted blue at 2\.2 above its promise/,
    ],
    ["{ node: '{fourth}' }", "{ node: '{fourth}', silent: true }", null],
    [
      "votes: ['1.{first} {low}']",
      "promised: '1.{first}'",
      /every majority may propose every value/,
    ],
  ])('%s made %s is told', (from, to, words) => {
    expect(YAML).toContain(from)
    const parse = (): unknown => parseLesson(YAML.replace(from, to), PROSE, '06-p2c.lesson.yaml')
    if (words === null) expect(parse).not.toThrow()
    else expect(parse).toThrow(words)
  })

  it('a state that no run of Paxos leaves is refused', () => {
    const { acceptors, ...own } = stateOf('settled')
    const more = acceptors.map((one) => {
      const vote = { ballot: { round: 3, node: 5 }, value: 'red' }
      return [1, 5].includes(one.node) ? { ...one, promised: vote.ballot, votes: [vote] } : one
    })
    expect(impossible({ ...own, acceptors: more })).toMatch(/a ballot has one value/)
    const other = more.map((one) =>
      one.node === 2 ? { ...one, votes: one.votes.slice(0, 1) } : one,
    )
    expect(impossible({ ...own, acceptors: other })).toMatch(/no majority .* allows it/)
  })

  it('an answer of somebody else’s copy is refused in some step', () => {
    const copies = Array.from({ length: 12 }, (_, at) => {
      const seed = studentSeed(`s${at}`, 'autumn')
      return parseLesson(YAML, PROSE, '06-p2c.lesson.yaml', seed)
    })
    expect(
      new Set(copies.map(({ steps }) => JSON.stringify(steps[4]?.choice))).size,
    ).toBeGreaterThan(6)
  })
})

describe('the record', () => {
  const script = (): LessonScript => new LessonScript(LESSON, [1, 2, 3, 4, 5])
  const foldOf = ({ events }: LessonScript): LessonFold => {
    const fold = new LessonFold(LESSON)
    for (const event of events) fold.add(event)
    return fold
  }
  const states = (run: LessonScript): string =>
    foldOf(run)
      .states('trap')
      .map(({ state }) => state)
      .join(' ')

  it('a mark of a choice is printed and read back', () => {
    const head = { lesson: 'p2c', version: 1, step: 'trap' }
    const mark = { ...head, act: 'choose' as const, value: 'red', witnesses: [1, 2, 3] }
    expect(printMark(mark)).toBe('p2c@1: choose trap 1,2,3 red')
    expect(parseMark(printMark(mark))).toEqual(mark)
    for (const words of ['choose trap 1,2,3', 'choose trap 0,1 red', 'choose trap red 1,2']) {
      expect(parseMark(`p2c@1: ${words}`)).toBeNull()
    }
  })

  it('LR4: a choice is never true by default, and only a legal one is', () => {
    const run = script().begin('trap').answer('trap', 1)
    expect(states(run)).toBe('open open')
    expect(states(run.choose('trap', 'blue', 1, 2, 3))).toBe('true open')
    expect(foldOf(run).choices.get('trap')).toMatchObject({ value: 'blue' })
    expect(states(run.choose('trap', 'red', 1, 2, 3))).toBe('true true')
    // A legal one stays, whatever comes after it.
    expect(states(run.choose('trap', 'blue', 1, 2, 3))).toBe('true true')
    expect(foldOf(run).choices.get('trap')?.verdict.isLegal).toBe(true)
    expect(states(run.reset('trap'))).toBe('open open')
  })

  it('LR2: a question that is answered after the choice was not predicted', () => {
    const late = script().begin('trap').choose('trap', 'red', 1, 2, 3).answer('trap', 1)
    expect(states(late)).toBe('false true')
  })

  it('a choice that was made before a run counts in it, without that its step is begun', () => {
    const run = script().answer('trap', 1).choose('trap', 'red', 1, 2, 3).begin('lower')
    const fold = foldOf(run)
    fold.finish(true)
    expect(fold.states('trap').map(({ state }) => state)).toEqual(['true', 'true'])
    expect(fold.states('free').map(({ found }) => found)).toEqual(['not begun', 'not begun'])
  })
})
