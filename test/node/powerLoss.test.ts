/** Power loss: what was acknowledged as flushed stays, all else goes, and the model can bite. */
import { existsSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { cutPower } from '../../src/main/disk/powerLoss'
import { parseWitness, WITNESS_NAME, WitnessError } from '../../src/main/disk/witness'
import { failpoints } from '../../src/main/node/failpoints'
import { IDENTITY_NAME, LOG_NAME } from '../../src/main/node/openStorage'
import { eventually } from '../support/eventually'
import { plantCrashes, retainedAt, snapshotAt } from '../support/nodeCut'
import { HeldDisk } from '../support/nodeDisk'
import { kill, open, persist, recovered, vote } from '../support/nodeLog'
import type { Opened } from '../support/nodeLog'
import { tempDirectory } from '../support/nodeSupport'

const WHOLE = { tornTail: false, seed: 7 }
const TORN = { tornTail: true, seed: 7 }

function witnessed(directory: string, more: Parameters<typeof open>[1] = {}): Opened {
  return open(directory, { powerWitness: true, ...more })
}

function slotsIn(directory: string, more = {}): number[] {
  const { storage } = witnessed(directory, more)
  kill(directory)
  return recovered(storage).flatMap((record) => (record.kind === 'vote' ? [record.slot] : []))
}

/** Votes 1 and 2 are flushed and told; vote 3 is in the kernel when the node dies. */
async function dieBetweenWriteAndFlush(directory: string): Promise<number[]> {
  plantCrashes()
  const opened = witnessed(directory)
  await persist(opened, [vote(1), vote(2)])
  failpoints.arm({ name: 'flush.afterWrite', action: 'crash', skip: 0, delayMs: 0 })
  opened.storage.append(3, vote(3, 'x'.repeat(3000)))
  opened.storage.flush()
  await eventually('the crash', () => opened.failures.length > 0)
  failpoints.disarm()
  kill(directory)
  return opened.durable
}

describe('a power loss', () => {
  it('takes what was written and not flushed; SIGKILL alone leaves it', async () => {
    const directory = tempDirectory()
    expect(await dieBetweenWriteAndFlush(directory)).toEqual([2])
    expect(slotsIn(directory)).toEqual([1, 2, 3])
    const other = tempDirectory()
    await dieBetweenWriteAndFlush(other)
    const report = cutPower(other, WHOLE)
    expect(report.removed).toEqual([])
    expect(report.cut).toMatchObject([{ name: LOG_NAME, tornBytes: 0 }])
    expect(slotsIn(other)).toEqual([1, 2])
  })

  it.each([1, 2, 3, 4, 5])(
    'with a torn tail leaves a tail that recovery cuts (seed %i)',
    async (seed) => {
      const directory = tempDirectory()
      await dieBetweenWriteAndFlush(directory)
      const { cut } = cutPower(directory, { tornTail: true, seed })
      expect(cut[0]!.tornBytes).toBeGreaterThan(0)
      expect(statSync(join(directory, LOG_NAME)).size).toBe(cut[0]!.toBytes + cut[0]!.tornBytes)
      expect(slotsIn(directory)).toEqual([1, 2])
    },
  )

  it('tears at the same place with the same seed', async () => {
    const directory = tempDirectory()
    await dieBetweenWriteAndFlush(directory)
    const path = join(directory, LOG_NAME)
    const before = readFileSync(path)
    const torn = [TORN, TORN, { ...TORN, seed: 8 }].map((cut) => {
      writeFileSync(path, before)
      cutPower(directory, cut)
      return readFileSync(path).toString('hex')
    })
    expect(torn[0]).toBe(torn[1])
    expect(torn[0]).not.toBe(torn[2])
  })

  it('while the flush runs takes the batch: the disk had not said that it is there', async () => {
    const directory = tempDirectory()
    const disk = new HeldDisk()
    const { storage, durable } = witnessed(directory, { disk })
    storage.append(1, vote(1))
    storage.flush()
    disk.endFlush()
    storage.append(2, vote(2))
    storage.flush()
    expect(disk.flushesWaiting).toBe(1)
    expect(durable).toEqual([1])
    kill(directory)
    cutPower(directory, WHOLE)
    expect(slotsIn(directory)).toEqual([1])
  })

  it('takes a name that was not flushed: the new segment, not the old ones', async () => {
    plantCrashes()
    const directory = tempDirectory()
    const opened = witnessed(directory)
    await persist(opened, [vote(1), vote(2)])
    failpoints.arm({ name: 'segment.afterRename', action: 'crash', skip: 0, delayMs: 0 })
    opened.storage.saveSnapshot(snapshotAt(1), retainedAt(1, 2))
    await eventually('the crash', () => opened.failures.length > 0)
    failpoints.disarm()
    kill(directory)
    expect(cutPower(directory, WHOLE).removed).toEqual(['paxos-000002.log'])
    expect(slotsIn(directory)).toEqual([1, 2])
  })

  it('is refused without a witness, and with one that is not ours', async () => {
    const directory = tempDirectory()
    await witnessed(directory).storage.close()
    await open(directory).storage.close()
    // A run without a witness must not leave an old one behind: it would cut too much.
    expect(() => cutPower(directory, WHOLE)).toThrow(WitnessError)
    writeFileSync(join(directory, WITNESS_NAME), 'garbage\n')
    expect(() => cutPower(directory, WHOLE)).toThrow(/does not begin with/)
  })

  it('finds nothing to take where the node had not begun to write', () => {
    const directory = tempDirectory()
    writeFileSync(join(directory, 'node.lock'), 'x')
    expect(cutPower(directory, WHOLE)).toEqual({ cut: [], removed: [] })
    expect(cutPower(join(directory, 'nowhere'), WHOLE)).toEqual({ cut: [], removed: [] })
  })

  it('twice, with a start between, takes nothing that was told', async () => {
    const directory = tempDirectory()
    for (const round of [0, 1, 2]) {
      const opened = witnessed(directory)
      await persist(opened, [vote(round * 2 + 1), vote(round * 2 + 2)])
      kill(directory)
      cutPower(directory, TORN)
    }
    expect(slotsIn(directory)).toEqual([1, 2, 3, 4, 5, 6])
  })
})

describe('the witness', () => {
  it('names every file, its flushed bytes, and that its name is durable', async () => {
    const directory = tempDirectory()
    const opened = witnessed(directory)
    await persist(opened, [vote(1)])
    const text = readFileSync(join(directory, WITNESS_NAME), 'latin1')
    const entries = parseWitness(text).filter((entry) => entry !== null)
    expect(entries).toContainEqual({
      name: LOG_NAME,
      flushedBytes: opened.storage.logBytes,
      nameDurable: true,
    })
    expect(entries.map(({ name }) => name)).toEqual([LOG_NAME, IDENTITY_NAME])
    await opened.storage.close()
  })
})

describe('what a power loss shows', () => {
  it.each([
    ['flushOff', []],
    ['flushLies', [1]],
  ] as const)('%s: told and then lost', async (kind, afterKill) => {
    for (const power of [false, true]) {
      const directory = tempDirectory()
      const opened = witnessed(directory)
      opened.storage.setFaults([{ kind, node: 1 }])
      await persist(opened, [vote(1)])
      kill(directory)
      if (power) cutPower(directory, WHOLE)
      expect(slotsIn(directory)).toEqual(power ? [] : afterKill)
    }
  })

  it('noDirSync: the log itself is gone, and only somebody else knows that it was there', async () => {
    const run = async (noDirSync: boolean): Promise<string> => {
      const directory = tempDirectory()
      await persist(witnessed(directory, { diskOptions: { noDirSync } }), [vote(1)])
      kill(directory)
      cutPower(directory, WHOLE)
      return directory
    }
    expect(slotsIn(await run(false))).toEqual([1])
    const lost = await run(true)
    expect(existsSync(join(lost, LOG_NAME))).toBe(false)
    expect(() => witnessed(lost, { expectLog: true })).toThrow('this node has run before')
    expect(slotsIn(lost)).toEqual([])
  })
})

describe('a node whose log is gone', () => {
  it('is refused, or becomes a learner for ever', async () => {
    const directory = tempDirectory()
    await persist(witnessed(directory), [vote(1)])
    kill(directory)
    rmSync(directory, { recursive: true })
    expect(() => open(directory, { expectLog: true })).toThrow(/must not vote/)
    const learner = open(directory, { expectLog: true, rejoin: 'learner' })
    expect(learner.storage.mayVote).toBe(false)
    learner.storage.append(1, { kind: 'learned', slot: 1, values: ['v1'] })
    learner.storage.saveSnapshot(snapshotAt(1), [])
    await eventually('saved', () => learner.saved.includes(1))
    await learner.storage.close()
    const again = open(directory).storage
    expect(again.mayVote).toBe(false)
    await again.close()
    // Not even without its identity.
    rmSync(join(directory, IDENTITY_NAME))
    const third = open(directory).storage
    expect(third.mayVote).toBe(false)
    await third.close()
  })

  it.each(['recover.identity', 'recover.created'] as const)(
    'stays a learner when it crashes at %s',
    async (name) => {
      plantCrashes()
      const directory = tempDirectory()
      failpoints.arm({ name, action: 'crash', skip: 0, delayMs: 0 })
      const how = { expectLog: true, rejoin: 'learner' } as const
      expect(() => open(directory, how)).toThrow('crashed by the test')
      kill(directory)
      const { storage } = open(directory, how)
      expect(storage.mayVote).toBe(false)
      await storage.close()
    },
  )

  it('votes when it starts for the first time', async () => {
    const { storage } = open(tempDirectory(), { rejoin: 'learner' })
    expect(storage.mayVote).toBe(true)
    await storage.close()
  })
})
