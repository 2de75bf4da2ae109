/** What the log asks of the disk while it runs; tests hand in one that fails. */
import { closeSync, fdatasync, fsyncSync, openSync, write, writeSync } from 'node:fs'

export type DiskDone = (error: Error | null) => void

export interface LogDisk {
  /** Hands bytes to the kernel at once. */
  writeNow(fd: number, bytes: Buffer, position: number): void
  /** The same without blocking. */
  write(fd: number, bytes: Buffer, position: number, done: DiskDone): void
  /** Makes the file's content durable without blocking. */
  flush(fd: number, done: DiskDone): void
}

export const realDisk: LogDisk = {
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
  flush: (fd, done) => fdatasync(fd, done),
}

/** Makes the names in a directory durable. Windows has no such call and does it by itself. */
export function flushDirectory(path: string): void {
  if (process.platform === 'win32') return
  const fd = openSync(path, 'r')
  try {
    fsyncSync(fd)
  } finally {
    closeSync(fd)
  }
}
