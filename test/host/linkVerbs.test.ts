/** Verbs of link faults, of named partitions and of slow nodes: their grammar and its errors. */
import { describe, expect, it } from 'vitest'
import { parseVerb, VerbError } from '../../src/shared/verbs'

const ALL = { from: 'all', to: 'all', both: false }

const GOOD: [line: string, verb: object][] = [
  ['cut 1 2', { verb: 'cut', links: { from: 1, to: 2, both: true }, change: { kind: 'cut' } }],
  ['cut 1 > 2', { verb: 'cut', links: { from: 1, to: 2, both: false }, change: { kind: 'cut' } }],
  ['cut 1>2', { verb: 'cut', links: { from: 1, to: 2, both: false }, change: { kind: 'cut' } }],
  [
    'cut 2 all',
    { verb: 'cut', links: { from: 2, to: 'all', both: true }, change: { kind: 'cut' } },
  ],
  [
    'cut all > leader',
    { verb: 'cut', links: { from: 'all', to: 'leader', both: false }, change: { kind: 'cut' } },
  ],
  [
    'delay all 20 5',
    { verb: 'delay', links: ALL, change: { kind: 'delay', delayMs: 20, jitterMs: 5 } },
  ],
  [
    'delay all 2s',
    { verb: 'delay', links: ALL, change: { kind: 'delay', delayMs: 2000, jitterMs: 0 } },
  ],
  [
    'delay 1 2 20ms',
    {
      verb: 'delay',
      links: { from: 1, to: 2, both: true },
      change: { kind: 'delay', delayMs: 20, jitterMs: 0 },
    },
  ],
  [
    'delay all 20 only accept slot 4-',
    {
      verb: 'delay',
      links: ALL,
      change: {
        ...{ kind: 'delay', delayMs: 20, jitterMs: 0 },
        match: { types: ['accept'], slotFrom: 4 },
      },
    },
  ],
  [
    'reorder all 50% 20ms',
    { verb: 'reorder', links: ALL, change: { kind: 'reorder', probability: 0.5, windowMs: 20 } },
  ],
  [
    'drop 1 > 3 0.2',
    {
      verb: 'drop',
      links: { from: 1, to: 3, both: false },
      change: { kind: 'drop', probability: 0.2 },
    },
  ],
  ['drop all 20%', { verb: 'drop', links: ALL, change: { kind: 'drop', probability: 0.2 } }],
  ['drop-next all 2', { verb: 'drop-next', links: ALL, change: { kind: 'dropNext', count: 2 } }],
  [
    'duplicate all 0.5',
    { verb: 'duplicate', links: ALL, change: { kind: 'duplicate', probability: 0.5 } },
  ],
  [
    'delay all 20 5 pareto only accept',
    {
      verb: 'delay',
      links: ALL,
      change: {
        ...{ kind: 'delay', delayMs: 20, jitterMs: 5, shape: 'pareto' },
        match: { types: ['accept'] },
      },
    },
  ],
  [
    'delay all 20 constant',
    {
      verb: 'delay',
      links: ALL,
      change: { kind: 'delay', delayMs: 20, jitterMs: 0, shape: 'constant' },
    },
  ],
  [
    'burst all 2% 10 only accept slot 4',
    {
      verb: 'burst',
      links: ALL,
      change: {
        ...{ kind: 'burst', probability: 0.02, meanFrames: 10 },
        match: { types: ['accept'], slotFrom: 4, slotTo: 4 },
      },
    },
  ],
  [
    'bandwidth 1 > 2 20000',
    {
      verb: 'bandwidth',
      links: { from: 1, to: 2, both: false },
      change: { kind: 'bandwidth', bytesPerSecond: 20_000, queueBytes: 65_536 },
    },
  ],
  [
    'bandwidth all 20000 4096',
    {
      verb: 'bandwidth',
      links: ALL,
      change: { kind: 'bandwidth', bytesPerSecond: 20_000, queueBytes: 4096 },
    },
  ],
  [
    'reset leader all',
    {
      verb: 'reset',
      links: { from: 'leader', to: 'all', both: true },
      change: { kind: 'reset' },
    },
  ],
  [
    'half-open 1>2',
    {
      verb: 'half-open',
      links: { from: 1, to: 2, both: false },
      change: { kind: 'halfOpen' },
    },
  ],
  ['slow 2 50', { verb: 'slow', node: 2, slow: { delayMs: 50, jitterMs: 0 } }],
  ['slow leader 50 20', { verb: 'slow', node: 'leader', slow: { delayMs: 50, jitterMs: 20 } }],
  ['partition ring', { verb: 'partition', request: { preset: 'ring' } }],
  ['partition majorities-ring', { verb: 'partition', request: { preset: 'majoritiesRing' } }],
  ['partition chained', { verb: 'partition', request: { preset: 'chained' } }],
  ['partition quorum-loss', { verb: 'partition', request: { preset: 'quorumLoss' } }],
  ['partition constrained', { verb: 'partition', request: { preset: 'constrained' } }],
]

const BAD: [line: string, words: RegExp][] = [
  ['delay all 20 5 gamma', /gamma/],
  ['delay all 20 -1', /"-1" is not from 0 to 60000 \(the jitter\)/],
  ['burst all 2', /from 0 to 1/],
  ['burst all 2% 0.5', /from 1 to 1000000 \(the length\)/],
  ['bandwidth all 0', /from 1 to 1000000000 \(the rate\)/],
  ['bandwidth all 20 only accept', /"only" is too much/],
  ['reset', /the link is missing/],
  ['slow 2 5000', /from 0 to 1000/],
  ['partition circle', /not a preset/],
]

describe('verbs of faults', () => {
  it.each(GOOD)('%s', (line, verb) => {
    expect(parseVerb(line)).toEqual(verb)
  })

  it.each(BAD)('%s: says what is wrong', (line, words) => {
    expect(() => parseVerb(line)).toThrow(VerbError)
    expect(() => parseVerb(line)).toThrow(words)
  })
})
