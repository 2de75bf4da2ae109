/**
 * A disk that keeps a witness beside the files: which bytes and which names a power cut would
 * leave (`main/disk/witness.ts`). It looks at one directory and costs one small write a flush.
 */
import { closeSync, existsSync, openSync, readFileSync, statSync, writeSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import {
  parseWitness,
  printWitnessLine,
  printWitnessTitle,
  WITNESS_LINE_BYTES,
  WITNESS_NAME,
} from '../disk/witness'
import type { WitnessEntry } from '../disk/witness'
import type { DiskDone, LogDisk } from './logDisk'

export class WitnessedDisk implements LogDisk {
  readonly mayFlushNow: boolean
  private readonly fd: number
  private readonly lines: (WitnessEntry | null)[] = []
  private readonly lineOf = new Map<string, number>()
  /** Open files of the directory, by descriptor. */
  private readonly names = new Map<number, string>()

  /** Goes on with the witness that is there. @throws WitnessError for a bad one. */
  constructor(
    private readonly inner: LogDisk,
    private readonly directory: string,
  ) {
    this.mayFlushNow = inner.mayFlushNow
    const path = join(directory, WITNESS_NAME)
    const old = existsSync(path) ? parseWitness(readFileSync(path, 'latin1')) : []
    this.fd = openSync(path, 'w')
    writeSync(this.fd, printWitnessTitle(), 0, 'latin1')
    for (const entry of old) {
      if (entry && existsSync(join(directory, entry.name))) this.put(entry)
    }
  }

  /** Lets go of the witness; the disk must not be used afterwards. */
  end(): void {
    closeSync(this.fd)
  }

  create(path: string): number {
    const fd = this.inner.create(path)
    const name = this.nameIn(path)
    if (name !== null) {
      this.names.set(fd, name)
      const nameDurable = this.entry(name)?.nameDurable ?? false
      this.put({ name, flushedBytes: 0, nameDurable })
    }
    return fd
  }

  open(path: string): number {
    const fd = this.inner.open(path)
    const name = this.nameIn(path)
    if (name !== null) {
      this.names.set(fd, name)
      // A file from a time without a witness: nobody can say that it was not flushed.
      if (!this.entry(name)) {
        this.put({ name, flushedBytes: statSync(path).size, nameDurable: true })
      }
    }
    return fd
  }

  close(fd: number): void {
    this.names.delete(fd)
    this.inner.close(fd)
  }

  writeNow(fd: number, bytes: Buffer, position: number): void {
    this.inner.writeNow(fd, bytes, position)
  }

  write(fd: number, bytes: Buffer, position: number, done: DiskDone): void {
    this.inner.write(fd, bytes, position, done)
  }

  flush(fd: number, through: number, done: DiskDone): void {
    this.inner.flush(fd, through, (error) => {
      if (!error) this.flushed(fd, through)
      done(error)
    })
  }

  flushNow(fd: number, through: number): void {
    this.inner.flushNow(fd, through)
    this.flushed(fd, through)
  }

  truncateNow(fd: number, bytes: number): void {
    this.inner.truncateNow(fd, bytes)
  }

  renameNow(from: string, to: string): void {
    this.inner.renameNow(from, to)
    const [old, name] = [this.nameIn(from), this.nameIn(to)]
    if (old === null || name === null) return
    const moved = this.entry(old)
    this.forget(old)
    for (const [fd, open] of this.names) if (open === old) this.names.set(fd, name)
    // What an older file of that name held is gone, so its loss cannot be played back.
    const nameDurable = this.entry(name)?.nameDurable ?? false
    this.put({ name, flushedBytes: moved?.flushedBytes ?? 0, nameDurable })
  }

  remove(path: string, done: DiskDone): void {
    this.inner.remove(path, (error) => {
      const name = this.nameIn(path)
      if (!error && name !== null) this.forget(name)
      done(error)
    })
  }

  flushNames(directory: string, done: DiskDone): void {
    const pending = this.pendingNames(directory)
    this.inner.flushNames(directory, (error) => {
      if (!error) this.namesFlushed(pending)
      done(error)
    })
  }

  flushNamesNow(directory: string): void {
    const pending = this.pendingNames(directory)
    this.inner.flushNamesNow(directory)
    this.namesFlushed(pending)
  }

  private flushed(fd: number, through: number): void {
    const name = this.names.get(fd)
    const entry = name === undefined ? undefined : this.entry(name)
    if (entry && entry.flushedBytes !== through) this.put({ ...entry, flushedBytes: through })
  }

  private pendingNames(directory: string): string[] {
    if (directory !== this.directory) return []
    return this.lines.flatMap((entry) => (entry && !entry.nameDurable ? [entry.name] : []))
  }

  private namesFlushed(names: readonly string[]): void {
    for (const name of names) {
      const entry = this.entry(name)
      if (entry) this.put({ ...entry, nameDurable: true })
    }
  }

  private nameIn(path: string): string | null {
    return dirname(path) === this.directory ? basename(path) : null
  }

  private entry(name: string): WitnessEntry | undefined {
    const line = this.lineOf.get(name)
    return line === undefined ? undefined : (this.lines[line] ?? undefined)
  }

  private put(entry: WitnessEntry): void {
    let line = this.lineOf.get(entry.name)
    if (line === undefined) {
      const free = this.lines.indexOf(null)
      line = free < 0 ? this.lines.length : free
      this.lineOf.set(entry.name, line)
    }
    this.setLine(line, entry)
  }

  private forget(name: string): void {
    const line = this.lineOf.get(name)
    if (line === undefined) return
    this.lineOf.delete(name)
    this.setLine(line, null)
  }

  private setLine(line: number, entry: WitnessEntry | null): void {
    this.lines[line] = entry
    const position = (line + 1) * WITNESS_LINE_BYTES
    writeSync(this.fd, printWitnessLine(entry), position, 'latin1')
  }
}
