/** Stable storage: what was flushed is there after a kill, and nothing counts as durable before. */
import { appendFileSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { LOCK_NAME } from '../../src/main/node/lockFile'
import { LOG_NAME } from '../../src/main/node/openStorage'
import { decodeRecord, RECORD_HEAD_BYTES, RecordWriter } from '../../src/main/node/recordFormat'
import type { LogRecord } from '../../src/main/node/recordFormat'
import { eventually } from '../support/eventually'
import { diskError, HeldDisk } from '../support/nodeDisk'
import { kill, logOf, open, recovered, vote } from '../support/nodeLog'
import { tempDirectory, upTo } from '../support/nodeSupport'

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

  it('lets what needs no flush ride along with the next one, or be lost', async () => {
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
      expect.stringMatching(/paxos-000001\.log, batch at offset \d+: EIO/),
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
