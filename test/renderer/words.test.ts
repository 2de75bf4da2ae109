import { describe, expect, it } from 'vitest'
import type { LabEvent } from '../../src/core/event'
import { parseSettings } from '../../src/renderer/src/stores/settings'
import { parseLicences } from '../../src/renderer/src/api/licences'
import { describeFailure } from '../../src/renderer/src/api/failure'
import {
  count,
  eventWords,
  faultWords,
  linksWords,
  nodeNames,
} from '../../src/renderer/src/api/words'
import { splitCommand } from '../../src/renderer/src/components/panels/commandLine'
import { parseFilter } from '../../src/renderer/src/components/panels/eventFilter'
import { voteSentence } from '../../src/renderer/src/components/panels/voteSentence'
import { LabCallError } from '../../src/shared/api'

const chosen: LabEvent = {
  seq: 7,
  atMs: 1200,
  by: 3,
  life: 1,
  nodeSeq: 4,
  type: 'chosen',
  ballot: { round: 17, node: 3 },
  slot: 40,
  count: 3,
  ids: ['a', 'b', 'c'],
}

describe('words', () => {
  it('numbers have thin spaces, links one name for both directions', () => {
    expect(count(104221)).toBe('104\u202f221')
    expect(linksWords([{ from: 1, to: 3 }])).toBe('N1 → N3')
    const pair = [
      { from: 1, to: 3 },
      { from: 3, to: 1 },
    ]
    expect(linksWords(pair)).toBe('N1–N3')
    expect(faultWords({ kind: 'cut', links: pair })).toBe('Cut N1–N3')
    expect(eventWords(chosen)).toBe('slots 40–42 chosen at 17.3')
  })

  it('a failed call is told with its code and details', () => {
    const failure = describeFailure(new LabCallError('wrongState', 'N2 is killed.', ['tail']))
    expect(failure.words).toBe('N2 is killed.')
    expect(failure.details).toEqual(['code: wrongState', 'tail'])
    expect(describeFailure('odd').words).toBe('odd')
  })
})

describe('the filter of events', () => {
  const passes = (text: string): boolean => parseFilter(text).test(chosen)

  it('terms must all hold; a minus turns one round', () => {
    expect(passes('type:chosen node:3')).toBe(true)
    expect(passes('type:chosen node:n2')).toBe(false)
    expect(passes('-type:chosen')).toBe(false)
    expect(passes('-node:2')).toBe(true)
    expect(passes('slot:42')).toBe(true)
    expect(passes('slot:43')).toBe(false)
    expect(passes('ballot:17.3')).toBe(true)
    expect(passes('is:learn')).toBe(true)
    expect(passes('17.3')).toBe(true)
    expect(passes('lasso')).toBe(false)
  })

  it('an unknown term is told and hides nothing', () => {
    const filter = parseFilter('colour:red')
    expect(filter.wrong).toContain('colour')
    expect(filter.test(chosen)).toBe(true)
  })

  it('samples stay out unless they are asked for', () => {
    const sample: LabEvent = { seq: 1, atMs: 1, by: 'lab', type: 'statusSampled', nodes: [] }
    expect(parseFilter('').test(sample)).toBe(false)
    expect(parseFilter('type:statusSampled').test(sample)).toBe(true)
  })
})

describe('a command line', () => {
  it('splits at blanks and keeps what is quoted', () => {
    expect(splitCommand('SET city "Oslo fjord"')).toEqual({
      ok: true,
      args: ['SET', 'city', 'Oslo fjord'],
    })
    expect(splitCommand("SET k ''")).toEqual({ ok: true, args: ['SET', 'k', ''] })
    expect(splitCommand('SET k a\\ b')).toEqual({ ok: true, args: ['SET', 'k', 'a b'] })
  })

  it('an open quote and an empty line are told', () => {
    expect(splitCommand('SET k "a')).toMatchObject({ ok: false })
    expect(splitCommand('   ')).toMatchObject({ ok: false })
  })
})

describe('what votes of a slot amount to', () => {
  const vote = (round: number) => ({
    vote: { ballot: { round, node: 1 }, id: 'x', text: 'SET k v' },
    chosen: null,
  })
  const none = { vote: null, chosen: null }

  it('a quorum at one ballot is chosen; votes of several ballots are not', () => {
    expect(voteSentence(9, [vote(2), vote(2), vote(2), none, none], 5)).toContain('chosen, whether')
    expect(voteSentence(9, [vote(2), vote(2), vote(1), none, none], 5)).toContain('not chosen')
    expect(voteSentence(9, [none, none, none], 3)).toContain('No vote in slot 9')
  })
})

describe('borders are parsed', () => {
  it('settings fall back field by field', () => {
    expect(parseSettings('{"theme":"dark","motion":7}')).toMatchObject({
      theme: 'dark',
      motion: 'system',
      letterKeys: true,
    })
    expect(parseSettings('no json').theme).toBe('system')
    expect(parseSettings(null).theme).toBe('system')
  })

  it('a licence list that is none is refused, broken entries are left out', () => {
    expect(() => parseLicences({})).toThrow('not a list')
    expect(parseLicences([{ name: 'vue', version: '3', licence: 'MIT', text: null }, 4])).toEqual([
      { name: 'vue', version: '3', licence: 'MIT', text: null },
    ])
  })
})

describe('names of nodes', () => {
  it.each([
    ['node 3 is killed: it takes no commands', 'N3 is killed: it takes no commands'],
    ['Node 1 leads, and is cut off with node 2', 'N1 leads, and is cut off with N2'],
    ['nodes 2 and 4 propose at the same time', 'N2 and N4 propose at the same time'],
    ['nodes 1, 2, and 5 stay', 'N1, N2, and N5 stay'],
    ['start 5 nodes', 'start 5 nodes'],
    ['nodes 3', 'nodes 3'],
  ])('%s', (words, shown) => {
    expect(nodeNames(words)).toBe(shown)
  })

  it('a failed call names nodes as the window does', () => {
    const failure = describeFailure(new LabCallError('wrongState', 'node 3 is killed'))
    expect(failure.words).toBe('N3 is killed')
  })
})
