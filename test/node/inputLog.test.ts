/** The file of recorded inputs: bounded, in order, and never a gap. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { Machine } from '../../src/core/machine'
import type { MachineInput, MachineOutput } from '../../src/core/machineTypes'
import { DEFAULT_REPLICA } from '../../src/core/paxos/config'
import { InputLog } from '../../src/main/node/inputLog'
import type { InputLogBounds } from '../../src/main/node/inputLog'
import { RecordingReader } from '../../src/shared/recordingCodec'
import type { RecordingLine } from '../../src/shared/recordingCodec'
import { sha256 } from '../support/recordingCluster'
import { tempDirectory } from '../support/nodeSupport'

const HEAD = {
  version: 1,
  cluster: 'c',
  node: 1,
  life: 2,
  tickMs: 5,
  factsOn: true,
  config: { ...DEFAULT_REPLICA, node: 1, members: [1] },
} as const

async function rig(bounds?: InputLogBounds) {
  const dir = tempDirectory()
  const machine = new Machine(HEAD.config, HEAD.life)
  const ended: string[] = []
  const parts = { machine, factsTold: () => 7, onEnd: (words: string) => ended.push(words) }
  const log = await InputLog.open(dir, HEAD, parts, bounds)
  const out: MachineOutput = { effects: [], replies: [], reads: [] }
  let durable = 0
  const round = (...inputs: MachineInput[]): void => {
    log.begin(1.5, inputs)
    for (const input of inputs) machine.step(input, out)
    machine.settle(out)
    log.finish(out)
    out.effects.length = 0
  }
  const write = (value: string): void => {
    durable += 1
    round({ type: 'request', tag: durable, args: ['SET', 'k', value] })
  }
  const lines = (): RecordingLine[] => {
    const reader = new RecordingReader(sha256)
    const text = readFileSync(join(dir, 'node1.life2.ndjson'), 'utf8')
    expect(text.endsWith('\n')).toBe(true)
    return text
      .split('\n')
      .slice(0, -1)
      .map((line) => reader.take(line))
  }
  return { dir, log, machine, round, write, lines, ended }
}

it('holds the head, what was recovered, each round, and the end', async () => {
  const { log, round, write, lines, ended } = await rig()
  log.recoverRecord({ kind: 'promise', ballot: { round: 1, node: 1 } })
  round({ type: 'start' })
  write('ä')
  await log.close()
  const [head, records, first, second, end, ...more] = lines()
  expect(head).toEqual({ kind: 'head', head: HEAD })
  expect(records).toMatchObject({ kind: 'records', records: [{ kind: 'promise' }] })
  expect(first).toMatchObject({ round: { round: 1, facts: 7, ticks: 1.5 } })
  expect(second).toMatchObject({
    kind: 'round',
    round: { round: 2, inputs: [{ type: 'request', tag: 1, args: ['SET', 'k', 'ä'] }] },
  })
  expect(end).toMatchObject({ kind: 'end', end: { why: 'closed' } })
  expect({ more, ended }).toEqual({ more: [], ended: [] })
})

it('ends with a line that says so when the disk does not keep up', async () => {
  const { log, write, lines, ended } = await rig({ pendingCharsMax: 20_000, fileCharsMax: 1e9 })
  for (let count = 0; count < 100; count += 1) write('x'.repeat(1000))
  await log.close()
  const rounds = lines().flatMap((line) => (line.kind === 'round' ? [line.round.round] : []))
  expect(rounds).toEqual(rounds.map((_round, at) => at + 1))
  expect(rounds.length).toBeLessThan(100)
  expect(lines().at(-1)).toMatchObject({ kind: 'end', end: { why: 'full' } })
  expect(ended).toEqual([expect.stringContaining(`ends after round ${rounds.length}`)])
})

it('keeps no more than it may', async () => {
  const { log, write, lines } = await rig({ pendingCharsMax: 1e9, fileCharsMax: 5000 })
  for (let count = 0; count < 100; count += 1) write('x'.repeat(100))
  await log.close()
  const last = lines().at(-1)
  expect(last).toMatchObject({ end: { why: 'full', words: expect.stringMatching(/are recorded/) } })
})

it('keeps the inputs of a round within which the node ended', async () => {
  const { log, lines } = await rig()
  log.begin(3, [{ type: 'startElection' }])
  await log.close()
  expect(lines().at(-2)).toMatchObject({
    round: { round: 1, inputs: [{ type: 'startElection' }], answer: null },
  })
})

it('never writes over a file that is there', async () => {
  const { dir, log, machine } = await rig()
  const parts = { machine, factsTold: () => 0, onEnd: () => {} }
  await expect(InputLog.open(dir, HEAD, parts)).rejects.toThrow(/EEXIST/)
  await log.close()
})
