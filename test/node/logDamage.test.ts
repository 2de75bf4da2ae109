/** Logs that were harmed: what is torn is cut, what is broken stops the node. */
import { existsSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { StableRecord } from '../../src/core/paxos/effect'
import { LOCK_NAME } from '../../src/main/node/lockFile'
import { StorageError } from '../../src/main/node/logReader'
import { IDENTITY_NAME, LOG_NAME } from '../../src/main/node/openStorage'
import { RECORD_HEAD_BYTES, RecordWriter } from '../../src/main/node/recordFormat'
import { eventually } from '../support/eventually'
import { flip, kill, logOf, open, recovered, vote, votesAt } from '../support/nodeLog'
import { CLUSTER, tempDirectory } from '../support/nodeSupport'

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

  it('when a batch reached the disk out of order: zeros, then a whole record', async () => {
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

  it('when a sector is zeros, but a later batch says that it was flushed', async () => {
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
    const owner = { kind: 'header', format: 99, cluster: CLUSTER, node: 1 } as const
    writer.write({ ...owner, segment: 1, base: 0, snapshot: 0, restates: true, votes: true })
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
