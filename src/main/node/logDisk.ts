/**
 * What the log asks of the disk. A `Now` blocks and throws; the others answer through `done`.
 *
 * Layers: the real disk; around it, if wanted, the witness of what a power cut would leave
 *         (`witnessedDisk.ts`), and outermost the faults (`storageFaults.ts`). Tests hand in one
 *         that they hold in their hand.
 */
import {
  close,
  closeSync,
  fdatasync,
  fdatasyncSync,
  fsync,
  fsyncSync,
  ftruncateSync,
  open,
  openSync,
  renameSync,
  unlink,
  write,
  writeSync,
} from 'node:fs'

export type DiskDone = (error: Error | null) => void

export interface LogDisk {
  /** False: a flush that blocks is never quicker here. */
  readonly mayFlushNow: boolean
  /** A new, empty file, opened for writing; one of that name is emptied. */
  create(path: string): number
  /** An existing file, opened for reading and writing. */
  open(path: string): number
  close(fd: number): void
  /** Hands bytes to the kernel at once. */
  writeNow(fd: number, bytes: Buffer, position: number): void
  /** The same without blocking. */
  write(fd: number, bytes: Buffer, position: number, done: DiskDone): void
  /**
   * Makes the file's content durable without blocking. `through` is the end of what was written to
   * it and counts; zeros behind do not.
   */
  flush(fd: number, through: number, done: DiskDone): void
  /** The same at once: quicker for one who waits alone. */
  flushNow(fd: number, through: number): void
  /** Cuts the file to that length. */
  truncateNow(fd: number, bytes: number): void
  renameNow(from: string, to: string): void
  remove(path: string, done: DiskDone): void
  /** Makes the names in a directory durable. Windows has no such call and does it by itself. */
  flushNames(directory: string, done: DiskDone): void
  flushNamesNow(directory: string): void
}

const NAMES_FLUSH_THEMSELVES = process.platform === 'win32'

export const realDisk: LogDisk = {
  mayFlushNow: true,
  create: (path) => openSync(path, 'w+'),
  open: (path) => openSync(path, 'r+'),
  close: (fd) => closeSync(fd),
  writeNow(fd, bytes, position) {
    for (let at = 0; at < bytes.length;) {
      at += writeSync(fd, bytes, at, bytes.length - at, position + at)
    }
  },
  write(fd, bytes, position, done) {
    const from = (at: number): void => {
      write(fd, bytes, at, bytes.length - at, position + at, (error, written) => {
        if (error || at + written === bytes.length) done(error)
        else from(at + written)
      })
    }
    from(0)
  },
  flush: (fd, _through, done) => fdatasync(fd, done),
  flushNow: (fd) => fdatasyncSync(fd),
  truncateNow: (fd, bytes) => ftruncateSync(fd, bytes),
  renameNow: (from, to) => renameSync(from, to),
  remove: (path, done) => unlink(path, done),
  flushNames(directory, done) {
    if (NAMES_FLUSH_THEMSELVES) return void setImmediate(done, null)
    open(directory, 'r', (error, fd) => {
      if (error) return done(error)
      fsync(fd, (failed) => close(fd, (unclosed) => done(failed ?? unclosed)))
    })
  },
  flushNamesNow(directory) {
    if (NAMES_FLUSH_THEMSELVES) return
    const fd = openSync(directory, 'r')
    try {
      fsyncSync(fd)
    } finally {
      closeSync(fd)
    }
  },
}
