/** Cutting the log: at whatever step a crash comes, what was told to be durable is there. */
import { cpSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { cutPower } from '../../src/main/disk/powerLoss'
import { failpoints } from '../../src/main/node/failpoints'
import { FAILPOINTS } from '../../src/shared/failpoints'
import { LOG_FORMAT } from '../../src/main/node/headers'
import { StorageError } from '../../src/main/node/logReader'
import { RecordWriter } from '../../src/main/node/recordFormat'
import { segmentName } from '../../src/main/node/segments'
import { readSnapshot, snapshotName } from '../../src/main/node/snapshotFile'
import { eventually } from '../support/eventually'
import {
  logFiles,
  plantCrashes,
  retainedAt,
  snapshotAt,
  stateOf,
  stateWith,
} from '../support/nodeCut'
import { diskWith } from '../support/nodeDisk'
import { flip, kill, open, persist, vote } from '../support/nodeLog'
import type { Opened } from '../support/nodeLog'
import { CLUSTER, tempDirectory, upTo } from '../support/nodeSupport'

const promise = { kind: 'promise', ballot: { round: 1, node: 1 } } as const

/** A log with promise and votes 1 to 10, cut once at slot 4. */
async function cutOnce(directory: string, more = {}): Promise<Opened> {
  const opened = open(directory, { powerWitness: true, ...more })
  await persist(opened, [promise, ...upTo(10).map((slot) => vote(slot))])
  opened.storage.saveSnapshot(snapshotAt(4), retainedAt(4, 10))
  await eventually('the first cut', () => opened.saved.includes(4))
  return opened
}

/** Cuts at slot 8 while votes 11 to 20 arrive, until the cut is over or the log has failed. */
async function cutUnderLoad({ storage, saved, failures, durable }: Opened): Promise<void> {
  storage.append(12, vote(11))
  storage.saveSnapshot(snapshotAt(8), retainedAt(8, 11))
  for (let slot = 12; slot <= 20; slot++) {
    storage.append(slot + 1, vote(slot))
    storage.flush()
    await new Promise((resolve) => setImmediate(resolve))
  }
  await eventually('the end of the cut', () => {
    return failures.length > 0 || (saved.includes(8) && (durable.at(-1) ?? 0) >= 21)
  })
}

/** The state of the log is that of votes 1 to some slot that was told, or a later one. */
async function expectKept(directory: string, told: number): Promise<void> {
  const again = open(directory, { powerWitness: true })
  const state = stateOf(again.storage)
  const voted = Object.keys(state.votes).length
  expect(voted).toBeGreaterThanOrEqual(told)
  expect(state).toEqual(stateWith(voted, state.chosenThrough))
  // It goes on as if nothing had been: votes, another cut, another start.
  await persist(again, [vote(voted + 1)])
  again.storage.saveSnapshot(snapshotAt(9), retainedAt(9, voted + 1))
  await eventually('the next cut', () => again.saved.includes(9))
  await again.storage.close()
  expect(logFiles(directory)).toHaveLength(2)
  const third = open(directory)
  expect(stateOf(third.storage)).toEqual(stateWith(voted + 1, 9))
  await third.storage.close()
}

describe('a snapshot', () => {
  it('takes the place of older segments, and the log says so', async () => {
    const directory = tempDirectory()
    const { storage } = await cutOnce(directory)
    expect(logFiles(directory)).toEqual([segmentName(2), snapshotName(4)])
    expect(storage.snapshotThrough).toBe(4)
    expect(storage.snapshotBytes).toBeGreaterThan(snapshotAt(4).body.length)
    await storage.close()
    const again = open(directory).storage
    expect(again.snapshot).toEqual(snapshotAt(4))
    expect(again.life).toBe(2)
    expect(stateOf(again)).toEqual(stateWith(10, 4))
    again.append(1, vote(11))
    expect(again.snapshot).toBeNull()
    await again.close()
  })

  it('of several MB comes back, and records that arrive meanwhile are kept in order', async () => {
    const directory = tempDirectory()
    const opened = open(directory)
    await persist(opened, [promise, ...upTo(10).map((slot) => vote(slot))])
    const large = snapshotAt(8, 3_000_000)
    opened.storage.saveSnapshot(large, retainedAt(8, 10))
    let slot = 10
    await eventually('saved', () => {
      slot += 1
      opened.storage.append(slot + 1, vote(slot))
      opened.storage.flush()
      return opened.saved.includes(8)
    })
    await opened.storage.close()
    const again = open(directory).storage
    expect(again.snapshot).toEqual(large)
    expect(stateOf(again)).toEqual(stateWith(slot, 8))
    await again.close()
  })

  it('asked for while one is being saved waits, and only the newest of those that wait', async () => {
    const directory = tempDirectory()
    const { storage, saved } = await cutOnce(directory)
    for (const through of [5, 6, 7, 8]) {
      storage.saveSnapshot(snapshotAt(through), retainedAt(through, 10))
    }
    await eventually('saved', () => saved.includes(8))
    expect(saved).toEqual([4, 5, 8])
    storage.saveSnapshot(snapshotAt(9), retainedAt(9, 10))
    await new Promise((resolve) => setImmediate(resolve))
    storage.saveSnapshot(snapshotAt(10), retainedAt(10, 10))
    await eventually('saved', () => saved.includes(10))
    expect(saved).toEqual([4, 5, 8, 9, 10])
    expect(() => storage.saveSnapshot(snapshotAt(9), [])).toThrow('older than 10')
    await storage.close()
    const again = open(directory).storage
    expect(stateOf(again)).toEqual(stateWith(10, 10))
    await again.close()
  })

  it('that holds a character of two bytes ends the node instead of being changed', async () => {
    const { storage, failures, saved } = await cutOnce(tempDirectory())
    storage.saveSnapshot({ through: 5, digest: '', body: '\u0100' }, [])
    await eventually('the failure', () => failures.length > 0)
    expect(failures[0]!.message).toContain('a character of two bytes')
    expect(saved).toEqual([4])
  })

  it('is given up when the log closes, and nothing is lost', async () => {
    const directory = tempDirectory()
    const { storage } = await cutOnce(directory)
    storage.append(12, vote(11))
    storage.saveSnapshot(snapshotAt(8), retainedAt(8, 11))
    await storage.close()
    const again = open(directory).storage
    expect(stateOf(again).votes).toEqual(stateWith(11, 0).votes)
    await again.close()
  })

  it('is shown by the microscope in front of the log, and no offset moves when it is cut', async () => {
    const directory = tempDirectory()
    const opened = await cutOnce(directory)
    const { storage, saved } = opened
    const before = storage.read(0, 1000)
    expect(before[0]).toMatchObject({ file: snapshotName(4), record: { kind: 'snapshotHead' } })
    expect(before[1]).toMatchObject({ file: segmentName(2), record: { kind: 'header' } })
    before.slice(1).forEach(({ offset }, index) => {
      expect(offset).toBe(before[index]!.offset + before[index]!.bytes)
    })
    for (const [index, record] of before.entries()) {
      expect(storage.read(record.offset, 1)).toEqual([before[index]])
    }
    storage.saveSnapshot(snapshotAt(8), retainedAt(8, 10))
    await eventually('saved', () => saved.includes(8))
    const after = storage.read(0, 1000)
    const last = before.at(-1)!
    expect(after[0]!.offset).toBeGreaterThanOrEqual(last.offset + last.bytes)
    await storage.close()
  })
})

const STEPS = FAILPOINTS.map(({ name }) => name).filter((name) =>
  /^(flush|snapshot|segment|truncate)[.]/.test(name),
)

describe.each([
  ['a kill', null],
  ['a power loss', { tornTail: false, seed: 1 }],
  ['a power loss with a torn tail', { tornTail: true, seed: 2 }],
] as const)('%s during a cut leaves every record that was told', (_what, cut) => {
  it.each(STEPS)('at %s', async (name) => {
    plantCrashes()
    const directory = tempDirectory()
    const opened = await cutOnce(directory)
    failpoints.arm({ name, action: 'crash', skip: 0, delayMs: 0 })
    await cutUnderLoad(opened)
    // One point is behind the last thing that is told.
    if (name !== 'snapshot.afterTold') expect(opened.failures).toHaveLength(1)
    const told = (opened.durable.at(-1) ?? 0) - 1
    kill(directory)
    if (cut) cutPower(directory, cut)
    failpoints.disarm()
    await expectKept(directory, told)
  })
})

describe('a crash while opening', () => {
  const names = FAILPOINTS.map(({ name }) => name).filter((name) => /^(recover|life)/.test(name))

  it.each(names)('at %s does no harm', async (name) => {
    plantCrashes()
    const directory = tempDirectory()
    for (const skip of [0, 1]) {
      // The first start makes a log, the second one finds it; some points are in one of them only.
      failpoints.arm({ name, action: 'crash', skip: 0, delayMs: 0 })
      try {
        const opened = open(directory, { powerWitness: true })
        expect(skip === 1 || name === 'recover.created').toBe(skip === 1)
        await opened.storage.close()
      } catch (error) {
        expect(error).toMatchObject({ message: expect.stringContaining('crashed by the test') })
        kill(directory)
        cutPower(directory, { tornTail: true, seed: skip })
      }
      failpoints.disarm()
      const opened = open(directory, { powerWitness: true })
      await persist(
        opened,
        skip === 0 ? [promise, ...upTo(5).map((slot) => vote(slot))] : [vote(6)],
      )
      await opened.storage.close()
    }
    const again = open(directory).storage
    expect(stateOf(again)).toEqual(stateWith(6, 0))
    await again.close()
  })
})

describe('segments', () => {
  /** Three segments without a snapshot. */
  async function threeSegments(): Promise<string> {
    const directory = tempDirectory()
    const opened = open(directory, { segmentBytesMax: 4000 })
    let slot = 0
    await eventually('three segments', async () => {
      await persist(opened, [vote(slot + 1, `v${slot + 1}`.padEnd(500))], slot + 1)
      slot += 1
      return logFiles(directory).includes(segmentName(3))
    })
    await persist(opened, [vote(slot + 1)], slot + 1)
    await opened.storage.close()
    const again = open(directory)
    const found = stateOf(again.storage).votes
    expect(Object.keys(found)).toHaveLength(slot + 1)
    const shown = again.storage.read(0, 1000)
    expect(shown.filter(({ record }) => record.kind === 'header')).toHaveLength(3)
    shown.slice(1).forEach(({ offset }, index) => {
      expect(offset).toBe(shown[index]!.offset + shown[index]!.bytes)
    })
    expect(again.storage.logBytes).toBe(shown.at(-1)!.offset + shown.at(-1)!.bytes)
    await again.storage.close()
    return directory
  }

  it('follow one another when one is long, and a snapshot replaces them all', async () => {
    const directory = await threeSegments()
    const opened = open(directory)
    const { chosenThrough } = stateOf(opened.storage)
    expect(chosenThrough).toBe(0)
    opened.storage.saveSnapshot(snapshotAt(3), [])
    await eventually('saved', () => opened.saved.includes(3))
    expect(logFiles(directory)).toEqual([segmentName(4), snapshotName(3)])
    await opened.storage.close()
  })

  it('of which one in the middle is missing stop the node', async () => {
    const directory = await threeSegments()
    rmSync(join(directory, segmentName(2)))
    expect(() => open(directory)).toThrow(/paxos-000002\.log is missing: paxos-000003\.log/)
  })

  it('of which the first is missing stop the node', async () => {
    const directory = await threeSegments()
    rmSync(join(directory, segmentName(1)))
    expect(() => open(directory)).toThrow(/paxos-000001\.log is missing/)
  })

  it('of which one in the middle ends early stop the node', async () => {
    const directory = await threeSegments()
    const opened = open(directory)
    const inSecond = opened.storage.read(0, 1000).filter(({ file }) => file === segmentName(2))
    await opened.storage.close()
    const last = inSecond.at(-1)!
    flip(join(directory, segmentName(2)), last.offset - inSecond[0]!.offset + 9)
    expect(() => open(directory)).toThrow(/paxos-000002\.log is damaged at offset \d+/)
  })

  it('under another number stop the node', async () => {
    const directory = await threeSegments()
    cpSync(join(directory, segmentName(3)), join(directory, segmentName(4)))
    expect(() => open(directory)).toThrow(/paxos-000004\.log says at offset 0 that it is segment 3/)
  })
})

describe('a snapshot that must not be trusted stops the node, with file and offset', () => {
  async function closedLog(): Promise<{ directory: string; path: string }> {
    const directory = tempDirectory()
    const { storage } = await cutOnce(directory)
    await storage.close()
    return { directory, path: join(directory, snapshotName(4)) }
  }

  it('when it is missing', async () => {
    const { directory, path } = await closedLog()
    rmSync(path)
    expect(() => open(directory)).toThrow(`snapshot ${path} is missing`)
  })

  it('when any one byte that means something is flipped', async () => {
    const { directory, path } = await closedLog()
    const { storage } = open(directory)
    await storage.close()
    const flipped: number[] = []
    for (let offset = 0; offset < storage.snapshotBytes; offset++) {
      flip(path, offset)
      try {
        // Only the padding behind a record says nothing.
        expect(readSnapshot(path, 4, () => {}).snapshot).toEqual(snapshotAt(4))
      } catch (error) {
        expect(error).toBeInstanceOf(StorageError)
        expect(error).toMatchObject({ message: expect.stringMatching(/snapshot .* at offset \d+/) })
        flipped.push(offset)
      }
      flip(path, offset)
    }
    expect(flipped.length).toBeGreaterThan(storage.snapshotBytes - 16)
    flip(path, 150)
    expect(() => open(directory)).toThrow(StorageError)
  })

  it('when it ends early, or goes on behind its end', async () => {
    const { directory, path } = await closedLog()
    const { storage } = open(directory)
    const bytes = storage.snapshotBytes
    await storage.close()
    writeFileSync(path, Buffer.alloc(8, 1), { flag: 'a' })
    expect(() => open(directory)).toThrow(`is damaged at offset ${bytes}: bytes behind`)
    writeFileSync(path, '')
    expect(() => open(directory)).toThrow(`snapshot ${path} has no head at offset 0`)
  })

  it('when it is of another node, slot or version', async () => {
    const { directory, path } = await closedLog()
    const head = { kind: 'snapshotHead', cluster: CLUSTER, digest: '', bytes: 0, parts: 0 } as const
    for (const [fields, words] of [
      [{ format: LOG_FORMAT, node: 2, through: 4 }, 'belongs to node 2'],
      [{ format: LOG_FORMAT, node: 1, through: 5 }, 'through slot 5'],
      [{ format: 99, node: 1, through: 4 }, 'has format 99'],
    ] as const) {
      const writer = new RecordWriter()
      writer.write({ ...head, ...fields })
      writeFileSync(path, writer.bytes)
      expect(() => open(directory)).toThrow(words)
    }
  })
})

describe('the checks can fail', () => {
  it('a log that deletes before the new segment is durable is refused by the next start', async () => {
    const directory = tempDirectory()
    await (await cutOnce(directory)).storage.close()
    plantCrashes()
    // What `truncateFirst` would do: older files are gone when the crash comes before the switch.
    const opened = open(directory, { powerWitness: true })
    failpoints.arm({ name: 'segment.beforeCarry', action: 'crash', skip: 0, delayMs: 0 })
    await persist(opened, [vote(10)])
    opened.storage.saveSnapshot(snapshotAt(8), retainedAt(8, 10))
    await eventually('the crash', () => opened.failures.length > 0)
    kill(directory)
    failpoints.disarm()
    rmSync(join(directory, segmentName(2)))
    expect(() => open(directory)).toThrow('must not vote')
  })

  it('a failed deletion ends the node, and the next start finishes it', async () => {
    const directory = tempDirectory()
    const disk = diskWith({ remove: (_path, done) => done(new Error('EACCES: planted')) })
    const opened = open(directory, { disk })
    await persist(opened, [vote(1)])
    opened.storage.saveSnapshot(snapshotAt(1), [])
    await eventually('the failure', () => opened.failures.length > 0)
    expect(opened.saved).toEqual([])
    kill(directory)
    expect(readdirSync(directory)).toContain(segmentName(1))
    await open(directory).storage.close()
    expect(logFiles(directory)).toEqual([segmentName(2), snapshotName(1)])
  })
})
