/** Stable storage: what was flushed is there, what is torn is cut, what is broken stops the node. */
import {
  appendFileSync,
  existsSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { StableRecord } from '../../src/core/paxos/effect'
import { LOCK_NAME } from '../../src/main/node/lockFile'
import type { LogDisk } from '../../src/main/node/logDisk'
import { StorageError } from '../../src/main/node/logReader'
import { IDENTITY_NAME, LOG_NAME, openStorage } from '../../src/main/node/openStorage'
import { decodeRecord, RECORD_HEAD_BYTES, RecordWriter } from '../../src/main/node/recordFormat'
import type { LogRecord } from '../../src/main/node/recordFormat'
import type { Storage } from '../../src/main/node/storage'
import { eventually } from '../support/eventually'
import { diskError, HeldDisk } from '../support/nodeDisk'
import { CLUSTER, tempDirectory, upTo } from '../support/nodeSupport'

interface Opened {
  readonly storage: Storage
  readonly durable: number[]
  readonly failures: Error[]
}

function open(
  directory: string,
  more: { cluster?: string; node?: number; flush?: boolean; disk?: LogDisk } = {},
): Opened {
  const durable: number[] = []
  const failures: Error[] = []
  const listener = {
    onDurable: (through: number) => durable.push(through),
    onStorageFailed: (error: Error) => failures.push(error),
  }
  const owner = { directory, cluster: CLUSTER, node: 1, flush: true }
  return { storage: openStorage({ ...owner, listener, ...more }), durable, failures }
}

/** SIGKILL: own memory is gone, the lock stays and is stale. */
function kill(directory: string): void {
  writeFileSync(join(directory, LOCK_NAME), '999999999 1\n')
}

function vote(slot: number, value = `v${slot}`): StableRecord {
  return { kind: 'vote', ballot: { round: 1, node: 1 }, slot, values: [value] }
}

function recovered(storage: Storage): StableRecord[] {
  const records: StableRecord[] = []
  storage.recover((record) => records.push(record))
  return records
}

/** A closed log that holds votes 1 to `count`, each in a batch of its own. */
async function logOf(count: number): Promise<string> {
  const directory = tempDirectory()
  const { storage, durable } = open(directory)
  for (const slot of upTo(count)) {
    storage.append(slot, vote(slot))
    storage.flush()
    await eventually(`record ${slot} durable`, () => durable.includes(slot))
  }
  await storage.close()
  return directory
}

/** Offsets of the votes in the log. */
function votesAt(directory: string): { offset: number; bytes: number }[] {
  const { storage } = open(directory)
  const votes = storage.read(0, 1000).filter(({ record }) => record.kind === 'vote')
  kill(directory)
  return votes
}

function flip(path: string, offset: number): void {
  const bytes = readFileSync(path)
  bytes[offset] = bytes[offset]! ^ 0x40
  writeFileSync(path, bytes)
}

const anyValue = fc.oneof(fc.string({ unit: 'binary' }), fc.string(), fc.constant(''))
const anyCount = fc.nat({ max: Number.MAX_SAFE_INTEGER })
const anyBallot = fc.record({ round: anyCount, node: fc.nat({ max: 9999 }) })
const anyRecord: fc.Arbitrary<LogRecord> = fc.oneof(
  fc.record({ kind: fc.constant('promise' as const), ballot: anyBallot }),
  fc.record({
    kind: fc.constant('vote' as const),
    ballot: anyBallot,
    slot: anyCount,
    values: fc.array(anyValue),
  }),
  fc.record({ kind: fc.constant('chosen' as const), through: anyCount }),
  fc.record({
    kind: fc.constant('learned' as const),
    slot: anyCount,
    values: fc.array(anyValue),
  }),
  fc.record({ kind: fc.constant('life' as const), life: anyCount }),
  fc.record({ kind: fc.constant('batch' as const), durable: anyCount }),
)

describe('records', () => {
  it('come back as they were, whatever code units the values hold', () => {
    fc.assert(
      fc.property(anyRecord, (record) => {
        const writer = new RecordWriter()
        writer.write(record)
        const length = writer.bytes.readUInt32LE(0)
        const body = writer.bytes.subarray(RECORD_HEAD_BYTES, RECORD_HEAD_BYTES + length)
        expect(decodeRecord(body)).toEqual(record)
      }),
    )
  })

  it('keep a lone surrogate, which UTF-8 would lose', () => {
    const writer = new RecordWriter()
    const record: LogRecord = { kind: 'learned', slot: 1, values: ['\ud800x', '', '\xff'] }
    writer.write(record)
    const length = writer.bytes.readUInt32LE(0)
    expect(
      decodeRecord(writer.bytes.subarray(RECORD_HEAD_BYTES, RECORD_HEAD_BYTES + length)),
    ).toEqual(record)
  })
})

describe('a log', () => {
  it('gives back every record in order, and counts lives', async () => {
    const directory = await logOf(3)
    const { storage } = open(directory)
    expect(storage.life).toBe(2)
    expect(recovered(storage)).toEqual([vote(1), vote(2), vote(3)])
    expect(storage.recovered).toMatchObject({ records: 3, tornBytes: 0 })
    await storage.close()
    const third = open(directory).storage
    expect(third.life).toBe(3)
    await third.close()
  })

  it('keeps what does not need a flush until the next one, and loses it with the process', async () => {
    const directory = tempDirectory()
    const first = open(directory)
    first.storage.append(1, vote(1))
    first.storage.flush()
    await eventually('durable', () => first.durable.includes(1))
    first.storage.append(2, { kind: 'chosen', through: 1 })
    kill(directory)
    const second = open(directory)
    expect(recovered(second.storage)).toEqual([vote(1)])
    second.storage.append(1, { kind: 'chosen', through: 1 })
    second.storage.append(2, vote(2))
    second.storage.flush()
    await eventually('durable', () => second.durable.includes(2))
    kill(directory)
    const third = open(directory).storage
    expect(recovered(third)).toEqual([vote(1), { kind: 'chosen', through: 1 }, vote(2)])
    await third.close()
  })

  it('says durable only after the flush, and one flush serves all that waited', async () => {
    const directory = tempDirectory()
    const disk = new HeldDisk()
    const { storage, durable } = open(directory, { disk })
    storage.append(1, vote(1))
    storage.flush()
    for (const number of [2, 3, 4]) {
      storage.append(number, vote(number))
      storage.flush()
    }
    expect(disk.flushesWaiting).toBe(1)
    expect(durable).toEqual([])
    disk.endFlush()
    expect(durable).toEqual([1])
    expect(disk.flushesWaiting).toBe(1)
    disk.endFlush()
    expect(durable).toEqual([1, 4])
    expect(disk.flushesWaiting).toBe(0)
  })

  it('hands nothing to the kernel before its flush, so a kill loses what a power cut would', () => {
    const directory = tempDirectory()
    const disk = new HeldDisk()
    const { storage } = open(directory, { disk })
    const before = disk.writes.length
    storage.append(1, vote(1))
    storage.flush()
    storage.append(2, vote(2, 'still in memory'))
    storage.flush()
    expect(disk.writes).toHaveLength(before + 1)
    expect(readFileSync(join(directory, LOG_NAME)).includes('still in memory')).toBe(false)
  })

  it('with flush off says durable at once and loses it with the process', () => {
    const directory = tempDirectory()
    const { storage, durable } = open(directory, { flush: false })
    storage.append(1, vote(1))
    storage.flush()
    expect(durable).toEqual([1])
    kill(directory)
    expect(recovered(open(directory).storage)).toEqual([])
  })

  it('grows past its preallocated part', async () => {
    const directory = tempDirectory()
    const { storage, durable } = open(directory)
    const value = 'x'.repeat(100_000)
    for (const number of upTo(120)) {
      storage.append(number, vote(number, value))
      storage.flush()
    }
    await eventually('all durable', () => durable.at(-1) === 120)
    await storage.close()
    const again = open(directory).storage
    expect(recovered(again)).toHaveLength(120)
    expect(statSync(join(directory, LOG_NAME)).size).toBeGreaterThan(12_000_000)
    await again.close()
  })
})

describe('a torn tail is cut and counted', () => {
  it.each([1, 7, 8, 9, 30])(
    'when the file ends %i bytes before the end of a record',
    async (cut) => {
      const directory = await logOf(3)
      const last = votesAt(directory)[2]!
      // The life record of the second start is behind the votes; the crash took that as well.
      truncateSync(join(directory, LOG_NAME), last.offset + last.bytes - cut)
      const { storage } = open(directory)
      expect(recovered(storage)).toEqual([vote(1), vote(2)])
      expect(storage.recovered.tornBytes).toBeGreaterThan(0)
      storage.append(1, vote(9))
      storage.flush()
      await storage.close()
      const again = open(directory).storage
      expect(recovered(again)).toEqual([vote(1), vote(2), vote(9)])
      expect(again.recovered.tornBytes).toBe(0)
      await again.close()
    },
  )

  it('when only zeros and no whole record follow', async () => {
    const directory = await logOf(2)
    const last = votesAt(directory)[1]!
    const path = join(directory, LOG_NAME)
    const bytes = readFileSync(path)
    bytes.fill(0, last.offset + 20)
    writeFileSync(path, bytes)
    const { storage } = open(directory)
    expect(recovered(storage)).toEqual([vote(1)])
    expect(storage.recovered.tornBytes).toBeGreaterThan(0)
    await storage.close()
  })

  it('when a batch reached the disk out of order: a sector of zeros, then a whole record', async () => {
    const directory = tempDirectory()
    const { storage, durable } = open(directory)
    storage.append(1, vote(1))
    storage.flush()
    await eventually('durable', () => durable.includes(1))
    storage.append(2, vote(2, 'x'.repeat(2000)))
    storage.append(3, vote(3))
    storage.flush()
    await eventually('durable', () => durable.includes(3))
    kill(directory)
    const path = join(directory, LOG_NAME)
    const bytes = readFileSync(path)
    const at = bytes.indexOf('xxxx')
    const sector = Math.ceil(at / 512) * 512
    bytes.fill(0, sector, sector + 512)
    writeFileSync(path, bytes)
    const again = open(directory).storage
    expect(recovered(again)).toEqual([vote(1)])
    await again.close()
  })
})

describe('a log that must not be trusted stops the node, with file and offset', () => {
  it('when a byte in the middle is flipped', async () => {
    const directory = await logOf(3)
    const path = join(directory, LOG_NAME)
    const { offset } = votesAt(directory)[1]!
    for (const inside of [0, 5, RECORD_HEAD_BYTES, RECORD_HEAD_BYTES + 12]) {
      flip(path, offset + inside)
      expect(() => open(directory)).toThrow(`${path} is damaged at offset ${offset}`)
      flip(path, offset + inside)
    }
    expect(recovered(open(directory).storage)).toHaveLength(3)
  })

  it('when a sector in the middle is zeros: later batches say that it had been flushed', async () => {
    const directory = tempDirectory()
    const { storage, durable } = open(directory)
    for (const slot of [1, 2]) {
      storage.append(slot, vote(slot, 'x'.repeat(2000)))
      storage.flush()
      await eventually('durable', () => durable.includes(slot))
    }
    kill(directory)
    const path = join(directory, LOG_NAME)
    const bytes = readFileSync(path)
    const sector = Math.ceil(bytes.indexOf('xxxx') / 512) * 512
    bytes.fill(0, sector, sector + 512)
    writeFileSync(path, bytes)
    expect(() => open(directory)).toThrow(/damaged at offset \d+/)
  })

  it('when it is gone: the node has forgotten its promises', async () => {
    const directory = await logOf(1)
    rmSync(join(directory, LOG_NAME))
    expect(() => open(directory)).toThrow(StorageError)
    expect(() => open(directory)).toThrow(/is missing.*must not vote/)
    expect(existsSync(join(directory, LOG_NAME))).toBe(false)
  })

  it('when it is of another cluster or node', async () => {
    const directory = await logOf(1)
    expect(() => open(directory, { cluster: 'other' })).toThrow(/belongs to cluster "test-cluster"/)
    expect(() => open(directory, { node: 2 })).toThrow(/belongs to node 1, not to node 2/)
  })

  it('when its format is foreign', async () => {
    const directory = tempDirectory()
    const writer = new RecordWriter()
    writer.write({ kind: 'header', format: 99, cluster: CLUSTER, node: 1 })
    writeFileSync(join(directory, LOG_NAME), writer.bytes)
    expect(() => open(directory)).toThrow(/has format 99/)
  })

  it('when it is garbage', async () => {
    const directory = await logOf(1)
    writeFileSync(join(directory, LOG_NAME), Buffer.alloc(5000, 0xab))
    expect(() => open(directory)).toThrow(/has no header at offset 0/)
    writeFileSync(join(directory, IDENTITY_NAME), 'garbage')
    expect(() => open(directory)).toThrow(IDENTITY_NAME)
  })

  it('lets go of the lock when it refuses', async () => {
    const directory = await logOf(1)
    expect(() => open(directory, { node: 2 })).toThrow(StorageError)
    expect(existsSync(join(directory, LOCK_NAME))).toBe(false)
  })
})

describe('whatever is done to one byte or to the end of the file', () => {
  it('recovery gives a prefix of the records or refuses, and never anything else', async () => {
    const directory = await logOf(5)
    const path = join(directory, LOG_NAME)
    const whole = readFileSync(path).subarray(0, 1024)
    const all = [1, 2, 3, 4, 5].map((slot) => vote(slot))
    const damage = fc.record({ at: fc.nat(1023), bits: fc.integer({ min: 1, max: 255 }) })
    fc.assert(
      fc.property(fc.oneof(damage, fc.nat(1024)), (harm) => {
        const bytes = Buffer.from(typeof harm === 'number' ? whole.subarray(0, harm) : whole)
        if (typeof harm !== 'number') bytes[harm.at] = bytes[harm.at]! ^ harm.bits
        writeFileSync(path, bytes)
        kill(directory)
        let got: StableRecord[]
        try {
          got = recovered(open(directory).storage)
        } catch (error) {
          expect(error).toBeInstanceOf(StorageError)
          return
        }
        expect(got).toEqual(all.slice(0, got.length))
        // A flipped bit loses the last record at most: anything before it has a later witness.
        if (typeof harm !== 'number') expect(got.length).toBeGreaterThanOrEqual(4)
      }),
      { numRuns: 150 },
    )
  })
})

describe('the lock', () => {
  it('keeps a second node away and names the holder', async () => {
    const directory = tempDirectory()
    const { storage } = open(directory)
    expect(() => open(directory)).toThrow(`in use by process ${process.pid}`)
    await storage.close()
    await open(directory).storage.close()
  })

  it.each([
    ['of a process that is gone', '999999999 1\n'],
    ['that is not one of ours', 'nonsense'],
  ])('%s is taken over', async (_what, content) => {
    const directory = await logOf(1)
    writeFileSync(join(directory, LOCK_NAME), content)
    const { storage } = open(directory)
    expect(recovered(storage)).toHaveLength(1)
    await storage.close()
  })

  it('of a process that only has the id of the holder is taken over', async ({ skip }) => {
    skip(process.platform !== 'linux', 'only Linux tells when a process started')
    const directory = await logOf(1)
    writeFileSync(join(directory, LOCK_NAME), `${process.pid} 1\n`)
    await open(directory).storage.close()
  })
})

describe('a disk that fails', () => {
  it('on a flush: says so once, with file and offset, and never says durable again', () => {
    const directory = tempDirectory()
    const disk = new HeldDisk()
    const { storage, durable, failures } = open(directory, { disk })
    storage.append(1, vote(1))
    storage.flush()
    storage.append(2, vote(2))
    storage.flush()
    disk.endFlush(diskError('EIO'))
    expect(failures.map(({ message }) => message)).toEqual([
      expect.stringMatching(/paxos\.log, batch at offset \d+: EIO/),
    ])
    storage.append(3, vote(3))
    storage.flush()
    expect(disk.flushesWaiting).toBe(0)
    expect(durable).toEqual([])
  })

  it('because it is full: says so, and what was flushed before is there', async () => {
    const directory = tempDirectory()
    const disk = new HeldDisk()
    const { storage, failures } = open(directory, { disk })
    storage.append(1, vote(1))
    storage.flush()
    disk.endFlush()
    disk.writeError = diskError('ENOSPC')
    storage.append(2, vote(2))
    storage.flush()
    expect(failures.map(({ message }) => message)).toEqual([expect.stringContaining('ENOSPC')])
    kill(directory)
    expect(recovered(open(directory).storage)).toEqual([vote(1)])
  })

  it('while opening gives an error that names the directory', () => {
    const directory = tempDirectory()
    const file = join(directory, 'a-file')
    appendFileSync(file, '')
    expect(() => open(join(file, 'data'))).toThrow(`cannot open the log in ${join(file, 'data')}`)
  })
})
