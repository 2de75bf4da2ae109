/**
 * Opens the log of a node: takes the lock, makes a new log or trusts an old one, begins a life.
 *
 * A directory that once held a log says so in `identity.json`. If the log is gone then, the node
 * must not vote: it has forgotten its promises.
 */
import {
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import { Fields } from '../../shared/fields'
import { FileLog } from './fileLog'
import { lockDirectory } from './lockFile'
import { flushDirectory, realDisk } from './logDisk'
import type { LogDisk } from './logDisk'
import { LogReader, StorageError } from './logReader'
import type { LogScan } from './logReader'
import { LOG_FORMAT, RecordWriter } from './recordFormat'
import type { HeaderRecord } from './recordFormat'
import type { Storage, StorageListener } from './storage'

export const LOG_NAME = 'paxos.log'
export const IDENTITY_NAME = 'identity.json'

export interface StorageOptions {
  readonly directory: string
  readonly cluster: string
  readonly node: number
  readonly flush: boolean
  readonly listener: StorageListener
  readonly disk?: LogDisk
}

/** @throws StorageError with file and offset when the log must not be used. */
export function openStorage(options: StorageOptions): Storage {
  const { directory } = options
  try {
    makeDirectory(directory)
    const release = lockDirectory(directory)
    try {
      return openLocked(options, release)
    } catch (error) {
      release()
      throw error
    }
  } catch (error) {
    if (error instanceof StorageError || !(error instanceof Error)) throw error
    throw new StorageError(`cannot open the log in ${directory}: ${error.message}`)
  }
}

function openLocked(options: StorageOptions, release: () => void): Storage {
  const { directory, cluster, node, flush, listener } = options
  const path = join(directory, LOG_NAME)
  const identityPath = join(directory, IDENTITY_NAME)
  const identity = readIdentity(identityPath)
  if (identity) checkOwner(identityPath, identity, options)
  if (!existsSync(path)) {
    if (identity) {
      throw new StorageError(
        `log ${path} is missing, but ${IDENTITY_NAME} says that there was one: ` +
          `node ${node} has forgotten its promises and must not vote`,
      )
    }
    createLog(path, { kind: 'header', format: LOG_FORMAT, cluster, node })
  }
  const scan = scanLog(path)
  if (!scan.header) throw new StorageError(`log ${path} has no header at offset 0`)
  checkOwner(path, scan.header, options)
  const log = new FileLog({
    path,
    scan,
    life: scan.life + 1,
    flush,
    disk: options.disk ?? realDisk,
    listener,
    release,
  })
  if (!identity) {
    writeDurably(identityPath, JSON.stringify({ format: LOG_FORMAT, cluster, node }) + '\n')
  }
  return log
}

function makeDirectory(directory: string): void {
  const first = mkdirSync(directory, { recursive: true })
  // Each new name must survive a power cut, up to the one that was there before.
  for (let made = directory; first !== undefined; made = dirname(made)) {
    flushDirectory(dirname(made))
    if (made === first || made === dirname(made)) return
  }
}

function createLog(path: string, header: HeaderRecord): void {
  const writer = new RecordWriter()
  writer.write(header)
  writeDurably(path, writer.bytes)
}

/** Appears with its whole content or not at all. */
function writeDurably(path: string, content: Buffer | string): void {
  const fresh = `${path}.new`
  const fd = openSync(fresh, 'w')
  try {
    if (typeof content === 'string') writeFileSync(fd, content)
    else writeSync(fd, content)
    fsyncSync(fd)
  } finally {
    closeSync(fd)
  }
  renameSync(fresh, path)
  flushDirectory(dirname(path))
}

function scanLog(path: string): LogScan {
  const reader = new LogReader(path)
  try {
    return reader.scan()
  } finally {
    reader.close()
  }
}

interface Owner {
  readonly format: number
  readonly cluster: string
  readonly node: number
}

function readIdentity(path: string): Owner | null {
  if (!existsSync(path)) return null
  try {
    const fields = Fields.of(JSON.parse(readFileSync(path, 'utf8')), IDENTITY_NAME)
    const format = fields.count('format')
    return { format, cluster: fields.text('cluster'), node: fields.count('node') }
  } catch (error) {
    throw new StorageError(`${path}: ${error instanceof Error ? error.message : String(error)}`)
  }
}

function checkOwner(path: string, owner: Owner, options: StorageOptions): void {
  if (owner.format !== LOG_FORMAT) {
    throw new StorageError(`${path} has format ${owner.format}; this node reads ${LOG_FORMAT}`)
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
