/** Storage faults set while the log runs: each does what it says, and ends with the list. */
import { describe, expect, it, vi } from 'vitest'
import type { StorageFault } from '../../src/core/fault'
import { FlushPace } from '../../src/main/node/flushPace'
import { eventually } from '../support/eventually'
import { diskWith, HeldDisk } from '../support/nodeDisk'
import { retainedAt, snapshotAt } from '../support/nodeCut'
import { kill, open, persist, recovered, vote } from '../support/nodeLog'
import { tempDirectory, upTo } from '../support/nodeSupport'

const node = 1

describe('a fault that is set while the node runs', () => {
  it.each<[StorageFault, string]>([
    [{ kind: 'writeError', node }, 'EIO: i/o error, write'],
    [{ kind: 'flushError', node }, 'EIO: i/o error, flush'],
    [{ kind: 'diskFull', node, bytesLeft: 50 }, 'ENOSPC: no space left on device'],
  ])('%o ends the node and acknowledges nothing', async (fault, words) => {
    const directory = tempDirectory()
    const opened = open(directory)
    await persist(opened, [vote(1)])
    opened.storage.setFaults([fault])
    opened.storage.append(2, vote(2))
    opened.storage.flush()
    await eventually('the failure', () => opened.failures.length > 0)
    expect(opened.failures).toHaveLength(1)
    expect(opened.failures[0]!.message).toContain(words)
    opened.storage.setFaults([])
    opened.storage.append(3, vote(3))
    opened.storage.flush()
    expect(opened.durable).toEqual([1])
    kill(directory)
    const again = open(directory).storage
    expect(recovered(again)[0]).toEqual(vote(1))
    expect(recovered(again).length).toBeLessThanOrEqual(2)
    await again.close()
  })

  it('diskFull lets pass what still fits', async () => {
    const opened = open(tempDirectory())
    opened.storage.setFaults([{ kind: 'diskFull', node, bytesLeft: 100 }])
    await persist(opened, [vote(1)])
    opened.storage.append(2, vote(2))
    opened.storage.flush()
    await eventually('the failure', () => opened.failures.length > 0)
    expect(opened.durable).toEqual([1])
  })

  it('diskFull meets a snapshot, too', async () => {
    const opened = open(tempDirectory())
    await persist(opened, [vote(1)])
    opened.storage.setFaults([{ kind: 'diskFull', node, bytesLeft: 1000 }])
    opened.storage.saveSnapshot(snapshotAt(1, 5000), retainedAt(1, 1))
    await eventually('the failure', () => opened.failures.length > 0)
    expect(opened.saved).toEqual([])
  })

  it('slowFlush holds a flush back, and ends when the list is empty', async () => {
    const disk = new HeldDisk()
    const opened = open(tempDirectory(), { disk, diskOptions: { random: () => 0.5 } })
    opened.storage.setFaults([{ kind: 'slowFlush', node, delayMs: 3, jitterMs: 4 }])
    opened.storage.append(1, vote(1))
    opened.storage.flush()
    disk.endFlush()
    expect(opened.durable).toEqual([])
    await eventually('durable', () => opened.durable.includes(1))
    opened.storage.setFaults([])
    opened.storage.append(2, vote(2))
    opened.storage.flush()
    disk.endFlush()
    expect(opened.durable).toEqual([1, 2])
  })

  it('flushOff says durable at once, and the next flush after it makes up for it', async () => {
    const directory = tempDirectory()
    const opened = open(directory)
    opened.storage.setFaults([{ kind: 'flushOff', node }])
    opened.storage.append(1, vote(1))
    opened.storage.flush()
    expect(opened.durable).toEqual([1])
    opened.storage.setFaults([])
    opened.storage.append(2, vote(2))
    opened.storage.flush()
    await eventually('durable', () => opened.durable.includes(2))
    kill(directory)
    const again = open(directory).storage
    expect(recovered(again)).toEqual([vote(1), vote(2)])
    await again.close()
  })

  it('flushOff set while a flush runs writes nothing over it', async () => {
    const directory = tempDirectory()
    const disk = new HeldDisk()
    const opened = open(directory, { disk })
    opened.storage.append(1, vote(1))
    opened.storage.flush()
    opened.storage.setFaults([{ kind: 'flushOff', node }])
    opened.storage.append(2, vote(2, 'x'.repeat(5_000_000)))
    opened.storage.flush()
    expect(opened.durable).toEqual([])
    disk.endFlush()
    expect(opened.durable).toEqual([1, 2])
    kill(directory)
    const again = open(directory).storage
    expect(recovered(again)[0]).toEqual(vote(1))
    await again.close()
  })

  it('tornTail writes a part of the next batch and dies; recovery cuts it, torn wherever', async () => {
    for (const place of upTo(30)) {
      const directory = tempDirectory()
      let died = 0
      const die = (): never => {
        died += 1
        throw new Error('died')
      }
      const random = (): number => (place - 1) / 30
      const opened = open(directory, { diskOptions: { die, random } })
      await persist(opened, [vote(1)])
      opened.storage.setFaults([{ kind: 'tornTail', node }])
      opened.storage.append(2, vote(2))
      opened.storage.flush()
      expect(died).toBe(1)
      expect(opened.durable).toEqual([1])
      kill(directory)
      const again = open(directory).storage
      expect(again.recovered.tornBytes, `torn at ${place} of 30`).toBeGreaterThan(0)
      expect(recovered(again)).toEqual([vote(1)])
      await again.close()
    }
  })
})

describe('a flush that blocks', () => {
  /** Counts of both kinds of flush, of one record each, and whether others gathered meanwhile. */
  async function flushes(value: string, company: boolean): Promise<{ now: number; later: number }> {
    const counts = { now: 0, later: 0 }
    // A busy machine would pass for a slow disk.
    vi.spyOn(performance, 'now').mockReturnValue(0)
    const disk = diskWith({
      flush: (_fd, _through, done) => {
        counts.later += 1
        setImmediate(done, null)
      },
      flushNow: () => {
        counts.now += 1
      },
    })
    const opened = open(tempDirectory(), { disk })
    counts.now = 0
    for (const number of upTo(40)) {
      opened.storage.append(number * 2, vote(number, value))
      opened.storage.flush()
      if (company) opened.storage.append(number * 2 + 1, vote(number, value))
      await eventually('durable', () => (opened.durable.at(-1) ?? 0) >= number * 2)
    }
    return counts
  }

  it('serves one who waits alone with little', async () => {
    const { now, later } = await flushes('v', false)
    expect(later).toBe(8)
    expect(now).toBe(32)
  })

  it('is not used for large batches, nor when others gather meanwhile', async () => {
    expect(await flushes('x'.repeat(600), false)).toMatchObject({ now: 0 })
    expect(await flushes('v', true)).toMatchObject({ now: 0 })
  })

  it('is not used on a slow disk, and is looked at again after a while', () => {
    const pace = new FlushPace()
    for (const _ of upTo(20)) pace.flushed(100, 5, false)
    expect(pace.isAlone(100)).toBe(false)
    for (const _ of upTo(40)) pace.flushed(100, 0.1, false)
    expect(pace.isAlone(100)).toBe(true)
    for (const _ of upTo(64)) pace.flushedNow(0.1)
    expect(pace.isAlone(100)).toBe(false)
    pace.flushed(100, 0.1, true)
    expect(pace.isAlone(100)).toBe(false)
  })
})
