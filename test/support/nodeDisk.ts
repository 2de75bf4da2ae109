/** Disks that the test holds in its hand: flushes end when told to, and fail when told to. */
import { realDisk } from '../../src/main/node/logDisk'
import type { DiskDone, LogDisk } from '../../src/main/node/logDisk'

/** The real disk, with some of its calls replaced. */
export function diskWith(calls: Partial<LogDisk>): LogDisk {
  return { ...realDisk, ...calls }
}

export class HeldDisk implements LogDisk {
  readonly mayFlushNow = false
  readonly create = realDisk.create
  readonly open = realDisk.open
  readonly close = realDisk.close
  readonly write = realDisk.write
  /** While opening nothing is held. */
  readonly flushNow = realDisk.flushNow
  readonly truncateNow = realDisk.truncateNow
  readonly renameNow = realDisk.renameNow
  readonly remove = realDisk.remove
  readonly flushNames = realDisk.flushNames
  readonly flushNamesNow = realDisk.flushNamesNow
  writes: Buffer[] = []
  /** Thrown by the next write. */
  writeError: Error | null = null
  private readonly flushes: { fd: number; done: DiskDone }[] = []

  get flushesWaiting(): number {
    return this.flushes.length
  }

  writeNow(fd: number, bytes: Buffer, position: number): void {
    if (this.writeError) throw this.writeError
    this.writes.push(Buffer.from(bytes))
    realDisk.writeNow(fd, bytes, position)
  }

  flush(fd: number, _through: number, done: DiskDone): void {
    this.flushes.push({ fd, done })
  }

  /** Ends the oldest flush that waits, well or with an error. */
  endFlush(error: Error | null = null): void {
    const flush = this.flushes.shift()
    if (!flush) throw new Error('no flush waits')
    flush.done(error)
  }
}

export function diskError(code: string): Error {
  return Object.assign(new Error(`${code}: planted by the test`), { code })
}
