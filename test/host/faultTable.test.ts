/**
 * Every kind of fault is whole: it has a unit or a place in the node, a verb, words, a band, and a
 * test on real processes or on the real switchboard. A kind without one of these fails here.
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { Fault, FaultKind, Link } from '../../src/core/fault'
import { createUnit, placeOf } from '../../src/main/switchboard/faults/registry'
import { faultLabel, FAULT_FORMS } from '../../src/renderer/src/composables/chartBands'
import { faultMeans, faultWords, healWord } from '../../src/renderer/src/api/words'
import { FAULT_CATALOGUE } from '../../src/shared/faultCatalogue'
import { faultWords as linesOf } from '../../src/shared/labWords'
import { FORM_KINDS, LINK_FAULTS } from '../../src/shared/linkFaults'
import { parseVerb, VERBS } from '../../src/shared/verbs'
import { root } from '../support/tree'

const links: readonly Link[] = [{ from: 1, to: 2 }]
const arm = { name: 'reply.before', action: 'crash', skip: 0, delayMs: 0 } as const

interface Row {
  readonly fault: Fault
  /** A line that starts it. */
  readonly line: string
  /** Where it strikes for real, and words that stand there. */
  readonly test: readonly [file: string, words: string]
}

const BOARD = 'test/lab/switchboard.test.ts'
const SHAPES = 'test/lab/switchboardFaults.test.ts'
const NODES = 'test/lab/nodeFaults.test.ts'
const DISKS = 'test/node/storageFaults.test.ts'

const ROWS: Readonly<Record<FaultKind, Row>> = {
  cut: { fault: { kind: 'cut', links }, line: 'cut 1 2', test: [BOARD, "'cut: "] },
  partition: {
    fault: { kind: 'partition', preset: 'chained', groups: [[1, 2]], links },
    line: 'partition chained',
    test: ['test/lab/faults.test.ts', 'presets are made around the leader'],
  },
  delay: {
    fault: { kind: 'delay', links, delayMs: 20, jitterMs: 5, shape: 'pareto' },
    line: 'delay all 20 5 pareto',
    test: [SHAPES, "'delay with a shape: "],
  },
  reorder: {
    fault: { kind: 'reorder', links, probability: 0.5, windowMs: 20 },
    line: 'reorder all 0.5 20',
    test: [BOARD, "'reorder: "],
  },
  drop: {
    fault: { kind: 'drop', links, probability: 0.2 },
    line: 'drop all 20%',
    test: [BOARD, "'drop: "],
  },
  burst: {
    fault: { kind: 'burst', links, probability: 0.02, meanFrames: 10 },
    line: 'burst all 2% 10',
    test: [SHAPES, "'burst: "],
  },
  dropNext: {
    fault: { kind: 'dropNext', links, count: 3 },
    line: 'drop-next all 3',
    test: [BOARD, "'dropNext: "],
  },
  duplicate: {
    fault: { kind: 'duplicate', links, probability: 0.2 },
    line: 'duplicate all 0.2',
    test: [BOARD, "'duplicate: "],
  },
  bandwidth: {
    fault: { kind: 'bandwidth', links, bytesPerSecond: 20_000, queueBytes: 65_536 },
    line: 'bandwidth all 20000',
    test: [SHAPES, "'bandwidth: "],
  },
  reset: { fault: { kind: 'reset', links }, line: 'reset 1 2', test: [SHAPES, "'reset: "] },
  halfOpen: {
    fault: { kind: 'halfOpen', links },
    line: 'half-open 1 > 2',
    test: [SHAPES, "'half-open: "],
  },
  hold: {
    fault: { kind: 'hold', links, match: {}, atEnd: 'release' },
    line: 'hold all any',
    test: ['test/lab/switchboardGate.test.ts', "kind: 'hold'"],
  },
  kill: {
    fault: { kind: 'kill', node: 2 },
    line: 'kill 2',
    test: ['test/lab/lifecycle.test.ts', 'killNode('],
  },
  stop: {
    fault: { kind: 'stop', node: 2 },
    line: 'stop 2',
    test: ['test/lab/lifecycle.test.ts', 'stopNode('],
  },
  pause: {
    fault: { kind: 'pause', node: 2, cooperative: false },
    line: 'pause 2',
    test: ['test/lab/lifecycle.test.ts', 'pauseNode('],
  },
  slow: {
    fault: { kind: 'slow', node: 2, delayMs: 50, jitterMs: 20 },
    line: 'slow 2 50 20',
    test: ['test/lab/connectionFaults.test.ts', "'slow: "],
  },
  powerLoss: {
    fault: { kind: 'powerLoss', node: 2, tornTail: true },
    line: 'power-loss 2 torn',
    test: [NODES, 'powerLoss('],
  },
  wipe: { fault: { kind: 'wipe', node: 2 }, line: 'wipe 2', test: [NODES, 'wipeNode('] },
  flushOff: disk('flushOff', 'flush-off', DISKS),
  flushLies: disk('flushLies', 'flush-lies', 'test/node/powerLoss.test.ts'),
  slowFlush: {
    fault: { kind: 'slowFlush', node: 2, delayMs: 20, jitterMs: 5 },
    line: 'storage 2 slow-flush 20 5',
    test: [DISKS, "'slowFlush'"],
  },
  writeError: disk('writeError', 'write-error', NODES),
  flushError: disk('flushError', 'flush-error', DISKS),
  diskFull: {
    fault: { kind: 'diskFull', node: 2, bytesLeft: 1000 },
    line: 'storage 2 disk-full 1000',
    test: [NODES, "'diskFull'"],
  },
  tornTail: disk('tornTail', 'torn-tail', DISKS),
  clock: {
    fault: { kind: 'clock', node: 2, offsetMs: 100, drift: 0.1 },
    line: 'clock 2 100 10%',
    test: [NODES, 'clockFault('],
  },
  failpoint: {
    fault: { kind: 'failpoint', node: 2, arm },
    line: 'failpoint 2 reply.before crash',
    test: [NODES, 'failpoint('],
  },
}

type PlainDisk = 'flushOff' | 'flushLies' | 'writeError' | 'flushError' | 'tornTail'

function disk(kind: PlainDisk, word: string, file: string): Row {
  return { fault: { kind, node: 2 }, line: `storage 2 ${word}`, test: [file, `'${kind}'`] }
}

/** As the catalogue has them, which is complete by type. */
const KINDS = Object.entries(FAULT_CATALOGUE)
const rows = new Map<string, Row>(Object.entries(ROWS))
const rowOf = (kind: string): Row => {
  const row = rows.get(kind)
  if (row === undefined) throw new Error(`no row here for the fault ${kind}: see adding-a-fault.md`)
  return row
}

describe.each(KINDS)('%s', (kind, { title, verb }) => {
  it('has a title, and a verb that is documented and starts it', () => {
    expect(title).toMatch(/^[A-Z]/)
    expect(VERBS[verb].help).not.toBe('')
    expect(rowOf(kind).line.split(' ')[0]).toBe(verb)
    const parsed = parseVerb(rowOf(kind).line)
    expect(parsed.verb).toBe(verb)
    if ('change' in parsed) expect(parsed.change.kind).toBe(kind)
  })

  it('has words for lines, for lists and for the track, and a band with a hatch', () => {
    const { fault } = rowOf(kind)
    expect(fault.kind).toBe(kind)
    for (const words of [linesOf(fault), faultWords(fault), faultLabel(fault)]) {
      expect(words.length).toBeGreaterThan(3)
      expect(words).not.toMatch(/undefined|NaN|\[object/)
    }
    expect(faultMeans(fault)).not.toBe('')
    expect(healWord(fault)).toMatch(/^(Heal|Restart|Resume|Disarm)$/)
    expect(Object.keys(FAULT_FORMS)).toContain(kind)
  })

  it('strikes in a test on real processes or on the real switchboard', () => {
    const [file, words] = rowOf(kind).test
    expect(readFileSync(join(root, file), 'utf8')).toContain(words)
  })
})

it('every link fault has a place in the chain, and a unit that can be made', () => {
  const context = {
    ...{ pass: () => {}, drop: () => {}, finish: () => {}, hold: () => {}, keep: () => {} },
    ...{ endKeeping: () => {}, reset: () => {}, sever: () => {}, random: () => 0, nowMs: () => 0 },
  }
  for (const { fault } of rows.values()) {
    if (!('links' in fault)) continue
    expect(placeOf(fault.kind), fault.kind).toBeGreaterThanOrEqual(0)
    expect(createUnit(fault.kind, fault, context), fault.kind).toHaveProperty('take')
  }
})

it.each(FORM_KINDS)(
  'the form of %s has fields with a unit, a range, and a start within it',
  (kind) => {
    const { fields, help } = LINK_FAULTS[kind]
    expect(help).not.toBe('')
    for (const field of fields) {
      if (field.type === 'choice') {
        expect(field.options).toContain(field.initial)
        continue
      }
      expect(field.unit).not.toBe('')
      expect(field.min).toBeLessThan(field.max)
      expect(field.initial).toBeGreaterThanOrEqual(field.min)
      expect(field.initial).toBeLessThanOrEqual(field.max)
    }
  },
)
