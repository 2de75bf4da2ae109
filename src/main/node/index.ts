/**
 * Entry of a node process: `node node.js START_FILE`, with the cluster secret in PAXOS_SECRET.
 *
 * Ends: `exitCodes.ts`. It ends by itself when its control channel closes or its parent is gone.
 */
import { readFileSync } from 'node:fs'
import type { NodeFile } from '../../shared/control'
import { parseNodeFile } from '../../shared/controlCodec'
import { printFrame } from '../../shared/frame'
import { EXIT, NodeExit } from './exitCodes'
import type { ExitCode } from './exitCodes'
import { StorageError } from './logReader'
import { PaxosNode } from './paxosNode'
import { tellStorageFailed } from './tellStorage'

const PARENT_WATCH_MS = 250
const SECRET_BYTES_MIN = 16
/** A goodbye to the lab must not keep a broken node alive. */
const END_WAIT_MS = 1000

let node: PaxosNode | null = null

void main()

async function main(): Promise<void> {
  process.on('uncaughtException', (error) => broken(error))
  process.on('unhandledRejection', (reason) => broken(reason))
  // Without a reader of stderr there is nobody to tell, and no reason to fail.
  process.stderr.on('error', () => {})
  watchParent()
  try {
    const secret = takeSecret()
    const file = readStartFile(process.argv[2])
    node = await tellingStorage(file, secret, () => new PaxosNode({ file, secret, onEnd: end }))
    stopOnSignals(file)
    const opened = node
    await tellingStorage(file, secret, () => opened.start())
    // Alone there is no lab to tell; whoever started it reads the ports here.
    if (!file.control) process.stdout.write(printFrame(node.ready()))
  } catch (error) {
    if (error instanceof NodeExit) end(error.code, error.message)
    else if (error instanceof StorageError) end(EXIT.storage, error.message)
    else broken(error)
  }
}

/** Under a lab a terminal's signals reach every process at once, and the lab decides. */
function stopOnSignals(file: NodeFile): void {
  const isLabs = file.control !== null
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) {
    const isTerminals = signal !== 'SIGTERM'
    process.on(signal, () => {
      if (!isLabs || !isTerminals) void node?.stop(EXIT.stopped, `stopped by ${signal}`)
    })
  }
}

/** A log that must not be used ends the node; the lab is told why. */
async function tellingStorage<T>(
  file: NodeFile,
  secret: Buffer,
  step: () => T | Promise<T>,
): Promise<T> {
  try {
    return await step()
  } catch (error) {
    if (error instanceof StorageError) {
      await tellStorageFailed(file, secret, error).catch((told: Error) => {
        process.stderr.write(`the lab could not be told: ${told.message}\n`)
      })
    }
    throw error
  }
}

/** The secret leaves the environment at once: no child and no crash report may show it. */
function takeSecret(): Buffer {
  const text = process.env['PAXOS_SECRET'] ?? ''
  delete process.env['PAXOS_SECRET']
  if (!/^([0-9a-f]{2})+$/i.test(text) || text.length < SECRET_BYTES_MIN * 2) {
    const words = `PAXOS_SECRET is not set to at least ${SECRET_BYTES_MIN} bytes in hexadecimal`
    throw new NodeExit(EXIT.badStart, words)
  }
  return Buffer.from(text, 'hex')
}

function readStartFile(path: string | undefined): NodeFile {
  if (path === undefined) throw new NodeExit(EXIT.badStart, 'usage: node node.js START_FILE')
  try {
    return parseNodeFile(JSON.parse(readFileSync(path, 'utf8')))
  } catch (error) {
    const words = error instanceof Error ? error.message : String(error)
    throw new NodeExit(EXIT.badStart, `start file ${path}: ${words}`)
  }
}

/** A killed lab cannot say goodbye; its children get another parent, and end. */
function watchParent(): void {
  const parent = process.ppid
  setInterval(() => {
    if (process.ppid !== parent) end(EXIT.controlLost, 'the parent process is gone')
  }, PARENT_WATCH_MS).unref()
}

function broken(error: unknown): void {
  const words = error instanceof Error ? (error.stack ?? error.message) : String(error)
  const reason = error instanceof Error ? error.message : String(error)
  setTimeout(() => end(EXIT.internal, words), END_WAIT_MS).unref()
  if (node) void node.fail(EXIT.internal, { type: 'nodeFailed', reason }, words)
  else end(EXIT.internal, words)
}

function end(code: ExitCode, words: string): never {
  if (code !== EXIT.stopped) process.stderr.write(`${words}\n`)
  process.exit(code)
}
