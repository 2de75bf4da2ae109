/**
 * Power loss: harms the directory of a killed node as a power cut would have. SIGKILL alone leaves
 * everything that the kernel has seen; this takes away what the disk had not flushed.
 *
 * Model:  each file is cut to what its last flush covered; a file whose name was not flushed is
 *         gone, and with it the rename that gave the name. What a rename or a removal took away
 *         does not come back. Files that the witness does not know are left alone.
 * Torn:   with `tornTail` a random part of the bytes that were written but not flushed stays, its
 *         last sector garbled, as when the power went while the disk was writing.
 * Errors: `WitnessError` without a witness (the node ran without `powerWitness`) or with a bad one.
 *         A directory in which the node had not begun to write has nothing to lose.
 */
import {
  existsSync,
  readdirSync,
  readFileSync,
  statSync,
  truncateSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { createPrng } from '../../core/sim/prng'
import type { Prng } from '../../core/sim/prng'
import { parseWitness, WITNESS_NAME, WitnessError } from './witness'

const SECTOR_BYTES = 512

export interface PowerCut {
  readonly tornTail: boolean
  /** The same seed tears at the same place. */
  readonly seed: number
}

/** What was taken away. */
export interface PowerLossReport {
  readonly cut: readonly {
    readonly name: string
    readonly fromBytes: number
    readonly toBytes: number
    /** Bytes behind the last flush that stayed, garbled at their end. */
    readonly tornBytes: number
  }[]
  /** Files whose name had not been flushed. */
  readonly removed: readonly string[]
}

/** The node that owned `directory` must be dead. */
export function cutPower(directory: string, { tornTail, seed }: PowerCut): PowerLossReport {
  const path = join(directory, WITNESS_NAME)
  if (!existsSync(path)) {
    if (isUntouched(directory)) return { cut: [], removed: [] }
    throw new WitnessError(`no ${WITNESS_NAME} in ${directory}: nobody knows what was flushed`)
  }
  const prng = createPrng(seed)
  const cut: PowerLossReport['cut'][number][] = []
  const removed: string[] = []
  for (const entry of parseWitness(readFileSync(path, 'latin1'))) {
    if (entry === null) continue
    const file = join(directory, entry.name)
    if (!existsSync(file)) continue
    if (!entry.nameDurable) {
      unlinkSync(file)
      removed.push(entry.name)
      continue
    }
    const fromBytes = statSync(file).size
    const toBytes = entry.flushedBytes
    if (fromBytes <= toBytes) continue
    const torn = tornTail ? tornPart(readFileSync(file).subarray(toBytes), toBytes, prng) : null
    truncateSync(file, toBytes)
    if (torn) writeFileSync(file, torn, { flag: 'a' })
    cut.push({ name: entry.name, fromBytes, toBytes, tornBytes: torn?.length ?? 0 })
  }
  return { cut, removed }
}

/** The node ended before it opened its log. */
function isUntouched(directory: string): boolean {
  return (
    !existsSync(directory) || !readdirSync(directory).some((name) => /[.](log|snap)/.test(name))
  )
}

/** The part of unflushed bytes that the disk had begun to write; null if nothing was written. */
function tornPart(unflushed: Buffer, offset: number, prng: Prng): Buffer | null {
  const written = writtenBytes(unflushed)
  if (written === 0) return null
  const part = Buffer.from(unflushed.subarray(0, prng.between(1, written)))
  const sector = Math.floor((offset + part.length - 1) / SECTOR_BYTES) * SECTOR_BYTES
  for (let at = Math.max(0, sector - offset); at < part.length; at += 1) {
    part[at] = prng.between(0, 255)
  }
  return part
}

/** Zeros at the end are the space that the log keeps ahead of itself. */
function writtenBytes(bytes: Buffer): number {
  let length = bytes.length
  while (length > 0 && bytes[length - 1] === 0) length -= 1
  return length
}
