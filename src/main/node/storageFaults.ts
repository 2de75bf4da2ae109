/**
 * Storage faults: a disk that does wrong on request, around one that does not. Without faults every
 * call goes straight through.
 *
 * Faults: `StorageFault` of core/fault.ts. `flushOff` is carried out by the log itself, which keeps
 *         unflushed records in its own memory, so that SIGKILL loses what a power cut would.
 *         `flushLies` hands everything to the kernel and flushes nothing: SIGKILL keeps it, a power
 *         loss takes it.
 * Errors: failing calls give errors with the code of the system: EIO, ENOSPC.
 */
import type { StorageFault } from '../../core/fault'
import type { DiskDone, LogDisk } from './logDisk'

type FaultOf<K extends StorageFault['kind']> = Extract<StorageFault, { kind: K }>

export interface FaultyDiskOptions {
  /** Uniform in [0, 1): the jitter of a slow flush, the place where a tail is torn. */
  readonly random?: () => number
  /** Leaves the names in directories unflushed: planted, so that tests and lessons see the loss. */
  readonly noDirSync?: boolean
  /** Ends the process as a power cut would. */
  readonly die?: () => void
}

export class FaultyDisk implements LogDisk {
  private flushLies = false
  private slowFlush: FaultOf<'slowFlush'> | null = null
  private writeError = false
  private flushError = false
  private tornTail = false
  /** Bytes of records until the disk is full; null: there is room. */
  private bytesLeft: number | null = null
  private off = false
  private readonly noDirSync: boolean
  private readonly random: () => number
  private readonly die: () => void

  constructor(
    private readonly inner: LogDisk,
    options: FaultyDiskOptions = {},
  ) {
    this.random = options.random ?? Math.random
    this.noDirSync = options.noDirSync ?? false
    this.die = options.die ?? (() => process.kill(process.pid, 'SIGKILL'))
  }

  /** Replaces the faults that were set before; none heals the disk. */
  set(faults: readonly StorageFault[]): void {
    const find = <K extends StorageFault['kind']>(kind: K): FaultOf<K> | null =>
      faults.find((fault): fault is FaultOf<K> => fault.kind === kind) ?? null
    this.off = find('flushOff') !== null
    this.flushLies = find('flushLies') !== null
    this.slowFlush = find('slowFlush')
    this.writeError = find('writeError') !== null
    this.flushError = find('flushError') !== null
    this.tornTail = find('tornTail') !== null
    this.bytesLeft = find('diskFull')?.bytesLeft ?? null
  }

  /** The log must not flush, and says durable at once. */
  get flushOff(): boolean {
    return this.off
  }

  get mayFlushNow(): boolean {
    return this.inner.mayFlushNow && this.slowFlush === null
  }

  create(path: string): number {
    return this.inner.create(path)
  }

  open(path: string): number {
    return this.inner.open(path)
  }

  close(fd: number): void {
    this.inner.close(fd)
  }

  writeNow(fd: number, bytes: Buffer, position: number): void {
    if (this.tornTail) this.tear(fd, bytes, position)
    const error = this.refusal(bytes.length)
    if (error) throw error
    this.inner.writeNow(fd, bytes, position)
  }

  write(fd: number, bytes: Buffer, position: number, done: DiskDone): void {
    // Space kept ahead is no record: it neither fills the disk nor meets a bad sector.
    this.inner.write(fd, bytes, position, done)
  }

  flush(fd: number, through: number, done: DiskDone): void {
    const ended = this.delayed(done)
    if (this.flushError) setImmediate(ended, planted('EIO', 'flush'))
    else if (this.flushLies) setImmediate(ended, null)
    else this.inner.flush(fd, through, ended)
  }

  flushNow(fd: number, through: number): void {
    if (this.flushError) throw planted('EIO', 'flush')
    if (!this.flushLies) this.inner.flushNow(fd, through)
  }

  truncateNow(fd: number, bytes: number): void {
    this.inner.truncateNow(fd, bytes)
  }

  renameNow(from: string, to: string): void {
    this.inner.renameNow(from, to)
  }

  remove(path: string, done: DiskDone): void {
    this.inner.remove(path, done)
  }

  flushNames(directory: string, done: DiskDone): void {
    if (this.flushError) setImmediate(done, planted('EIO', 'flush'))
    else if (this.flushLies || this.noDirSync) setImmediate(done, null)
    else this.inner.flushNames(directory, done)
  }

  flushNamesNow(directory: string): void {
    if (this.flushError) throw planted('EIO', 'flush')
    if (!this.flushLies && !this.noDirSync) this.inner.flushNamesNow(directory)
  }

  private refusal(bytes: number): Error | null {
    if (this.writeError) return planted('EIO', 'write')
    if (this.bytesLeft === null) return null
    if (bytes > this.bytesLeft) return planted('ENOSPC', 'write')
    this.bytesLeft -= bytes
    return null
  }

  private delayed(done: DiskDone): DiskDone {
    const { slowFlush } = this
    if (slowFlush === null) return done
    const { delayMs, jitterMs } = slowFlush
    return (error) => setTimeout(done, delayMs + this.random() * jitterMs, error)
  }

  /** Writes the batch up to some byte, that byte wrong, and dies. */
  private tear(fd: number, bytes: Buffer, position: number): void {
    let end = 1 + Math.floor(this.random() * bytes.length)
    // Zeros may be padding behind a record, in no CRC: a wrong byte there would tear nothing.
    while (end > 1 && bytes[end - 1] === 0) end -= 1
    const part = Buffer.from(bytes.subarray(0, end))
    part[part.length - 1] = part[part.length - 1]! ^ 0xff
    this.inner.writeNow(fd, part, position)
    this.die()
  }
}

function planted(code: 'EIO' | 'ENOSPC', call: string): Error {
  const words = code === 'EIO' ? 'i/o error' : 'no space left on device'
  return Object.assign(new Error(`${code}: ${words}, ${call} (planted fault)`), { code })
}
