/** A disk that the test holds in its hand: flushes end when told to, and fail when told to. */
import { realDisk } from '../../src/main/node/logDisk'
import type { DiskDone, LogDisk } from '../../src/main/node/logDisk'

export class HeldDisk implements LogDisk {
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

  write(fd: number, bytes: Buffer, position: number, done: DiskDone): void {
    realDisk.write(fd, bytes, position, done)
  }

  flush(fd: number, done: DiskDone): void {
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
