/**
 * Opens the log of a node: takes the lock, makes a new log or trusts an old one, begins a life.
 *
 * A directory that once held a log says so in `identity.json`; the lab may know it, too. If the log
 * is gone then, the node has forgotten its promises: it is refused, or becomes a learner for ever.
 */
import { existsSync, mkdirSync, readFileSync, unlinkSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { Fields } from '../../shared/fields'
import { WITNESS_NAME } from '../disk/witness'
import { failpoints } from './failpoints'
import { FileLog, SEGMENT_BYTES_MAX } from './fileLog'
import { LOG_FORMAT, LOG_FORMAT_SINGLE } from './headers'
import { lockDirectory } from './lockFile'
import { realDisk } from './logDisk'
import type { LogDisk } from './logDisk'
import { StorageError } from './logReader'
import { RecordWriter } from './recordFormat'
import { findLog, segmentName } from './segments'
import type { FoundLog } from './segments'
import { FaultyDisk } from './storageFaults'
import type { FaultyDiskOptions } from './storageFaults'
import type { Storage, StorageListener } from './storage'
import { WitnessedDisk } from './witnessedDisk'

/** The first segment of a new log. */
export const LOG_NAME = segmentName(1)
export const IDENTITY_NAME = 'identity.json'

export interface StorageOptions {
  readonly directory: string
  readonly cluster: string
  readonly node: number
  readonly flush: boolean
  readonly listener: StorageListener
  readonly disk?: LogDisk
  /** Keeps the witness that a power loss needs (`main/disk`). */
  readonly powerWitness?: boolean
  /** What becomes of a node whose log is gone. */
  readonly rejoin?: 'refuse' | 'learner'
  /** True: somebody knows that this node has run before. */
  readonly expectLog?: boolean
  /** The life that begins counts higher than this. */
  readonly lifeFloor?: number
  readonly segmentBytesMax?: number
  /** How the disk does wrong what is no fault that can be set. */
  readonly diskOptions?: FaultyDiskOptions
}

interface Place {
  readonly options: StorageOptions
  readonly disk: FaultyDisk
  readonly check: (path: string, owner: Owner) => void
}

/** @throws StorageError with file and offset when the log must not be used. */
export function openStorage(asked: StorageOptions): Storage {
  const directory = resolve(asked.directory)
  const options = { ...asked, directory }
  try {
    makeDirectory(directory)
    const unlock = lockDirectory(directory)
    let witness: WitnessedDisk | null = null
    const release = (): void => {
      witness?.end()
      unlock()
    }
    try {
      const disk = options.disk ?? realDisk
      if (options.powerWitness) witness = new WitnessedDisk(disk, directory)
      else removeIfThere(join(directory, WITNESS_NAME))
      failpoints.hit('recover.begin')
      return openLocked(options, new FaultyDisk(witness ?? disk, options.diskOptions), release)
    } catch (error) {
      release()
      throw error
    }
  } catch (error) {
    if (error instanceof StorageError || !(error instanceof Error)) throw error
    throw new StorageError(`cannot open the log in ${directory}: ${error.message}`)
  }
}

function openLocked(options: StorageOptions, disk: FaultyDisk, release: () => void): Storage {
  const { directory, flush, listener } = options
  const check = (path: string, owner: Owner): void => checkOwner(path, owner, options)
  const place: Place = { options, disk, check }
  const identityPath = join(directory, IDENTITY_NAME)
  let identity = readIdentity(identityPath)
  if (identity) check(identityPath, identity)
  let found = findLog(directory, check)
  if (!found) {
    const isLost = identity !== null || options.expectLog === true
    if (isLost) identity = rejoin(place, identityPath)
    found = createLog(place, identity?.votes ?? true)
  }
  failpoints.hit('recover.scanned')
  const mayVote = (identity?.votes ?? true) && found.segments.every(({ header }) => header.votes)
  if (identity?.format === LOG_FORMAT_SINGLE) identity = writeIdentity(place, mayVote)
  const segmentBytesMax = options.segmentBytesMax ?? SEGMENT_BYTES_MAX
  const log = new FileLog({
    ...{ found, mayVote, flush, segmentBytesMax, disk, listener, release },
    lifeFloor: options.lifeFloor ?? 0,
  })
  for (const path of found.leftover) unlinkSync(path)
  if (found.leftover.length > 0) disk.flushNamesNow(directory)
  failpoints.hit('recover.swept')
  if (!identity) writeIdentity(place, mayVote)
  return log
}

/** The log is gone. Durable before a new one is begun: no crash may make it a voter again. */
function rejoin(place: Place, identityPath: string): Identity {
  const { directory, node, rejoin: how } = place.options
  if (how !== 'learner') {
    const because = existsSync(identityPath)
      ? `${IDENTITY_NAME} says that there was one`
      : 'this node has run before'
    throw new StorageError(
      `log ${join(directory, LOG_NAME)} is missing, but ${because}: ` +
        `node ${node} has forgotten its promises and must not vote`,
    )
  }
  return writeIdentity(place, false)
}

function makeDirectory(directory: string): void {
  const first = mkdirSync(directory, { recursive: true })
  // Each new name must survive a power cut, up to the one that was there before.
  for (let made = directory; first !== undefined; made = dirname(made)) {
    realDisk.flushNamesNow(dirname(made))
    if (made === first || made === dirname(made)) return
  }
}

function removeIfThere(path: string): void {
  if (existsSync(path)) unlinkSync(path)
}

function createLog(place: Place, votes: boolean): FoundLog {
  const { directory, cluster, node } = place.options
  const writer = new RecordWriter()
  const owner = { kind: 'header', format: LOG_FORMAT, cluster, node } as const
  writer.write({ ...owner, segment: 1, base: 0, snapshot: 0, restates: true, votes })
  writeDurably(place, LOG_NAME, writer.bytes)
  failpoints.hit('recover.created')
  const found = findLog(directory, place.check)
  if (!found) throw new StorageError(`log ${join(directory, LOG_NAME)} was made and is not there`)
  return found
}

function writeIdentity(place: Place, votes: boolean): Identity {
  const { cluster, node } = place.options
  const identity: Identity = { format: LOG_FORMAT, cluster, node, votes }
  failpoints.hit('recover.identity')
  writeDurably(place, IDENTITY_NAME, Buffer.from(`${JSON.stringify(identity)}\n`))
  return identity
}

/** Appears with its whole content or not at all. */
function writeDurably({ disk, options }: Place, name: string, content: Buffer): void {
  const path = join(options.directory, name)
  const fresh = `${path}.new`
  const fd = disk.create(fresh)
  try {
    disk.writeNow(fd, content, 0)
    disk.flushNow(fd, content.length)
  } finally {
    disk.close(fd)
  }
  disk.renameNow(fresh, path)
  disk.flushNamesNow(options.directory)
}

interface Owner {
  readonly format: number
  readonly cluster: string
  readonly node: number
}

interface Identity extends Owner {
  readonly votes: boolean
}

function readIdentity(path: string): Identity | null {
  if (!existsSync(path)) return null
  try {
    const fields = Fields.of(JSON.parse(readFileSync(path, 'utf8')), IDENTITY_NAME)
    const format = fields.count('format')
    const votes = format === LOG_FORMAT ? fields.flag('votes') : true
    return { format, cluster: fields.text('cluster'), node: fields.count('node'), votes }
  } catch (error) {
    throw new StorageError(`${path}: ${error instanceof Error ? error.message : String(error)}`)
  }
}

function checkOwner(path: string, owner: Owner, options: StorageOptions): void {
  if (owner.format < LOG_FORMAT_SINGLE || owner.format > LOG_FORMAT) {
    const known = `${LOG_FORMAT_SINGLE} to ${LOG_FORMAT}`
    throw new StorageError(`${path} has format ${owner.format}; this node reads ${known}`)
  }
  if (owner.cluster !== options.cluster) {
    throw new StorageError(
      `${path} belongs to cluster "${owner.cluster}", not to "${options.cluster}"`,
    )
  }
  if (owner.node !== options.node) {
    throw new StorageError(`${path} belongs to node ${owner.node}, not to node ${options.node}`)
  }
}
