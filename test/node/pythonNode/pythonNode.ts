/** Starts the node in Python, reads what it says, and reads its log. It dies with the test. */
import { spawn, spawnSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { z } from '../../../src/shared/zod'
import type { JoinCard } from '../../../src/main/lab/joinCard'
import { eventually } from '../../support/eventually'
import { NodeProcess } from '../../support/nodeLab'
import { CLUSTER, SECRET } from '../../support/nodeSupport'

export const HOST = '127.0.0.1'
export const MEMBERS = [1, 2, 3]
/** The node in Python. */
export const OWN = 3
const PROGRAM = join(import.meta.dirname, 'node.py')
/** The oldest Python whose asyncio has all that the node uses. */
const PYTHON_MIN = [3, 8] as const

/** Null if the node in Python can run here, else why not. */
export function whyNoPython(): string | null {
  const { status, stdout } = spawnSync('python3', ['--version'], { encoding: 'utf8' })
  if (status !== 0) return 'there is no python3'
  const [major = 0, minor = 0] = stdout.replace('Python ', '').split('.').map(Number)
  const fits = major > PYTHON_MIN[0] || (major === PYTHON_MIN[0] && minor >= PYTHON_MIN[1])
  return fits ? null : `${stdout.trim()} is older than ${PYTHON_MIN.join('.')}`
}

/** A card for the node in Python; `ports` are those of the others. */
export function cardOf(
  ports: ReadonlyMap<number, number>,
  changes: Partial<JoinCard> = {},
): JoinCard {
  return {
    version: 1,
    cluster: CLUSTER,
    secret: SECRET.toString('hex'),
    node: OWN,
    members: MEMBERS,
    own: { host: HOST, peerPort: 0 },
    peers: [...ports].map(([node, port]) => ({ node, host: HOST, port })),
    tickMs: 5,
    ...changes,
  }
}

const said = z.discriminatedUnion('type', [
  z.object({ type: z.literal('ready'), node: z.number(), life: z.number(), peerPort: z.number() }),
  z.object({ type: z.literal('peerConnected'), peer: z.number() }),
  z.object({ type: z.literal('peerLost'), peer: z.number() }),
  z.object({ type: z.literal('connectionRefused'), reason: z.string() }),
])
type Said = z.infer<typeof said>

const pair = z.tuple([z.number(), z.number()])
const record = z.union([
  z.object({ owner: z.object({ cluster: z.string(), node: z.number() }) }),
  z.object({ life: z.number() }),
  z.object({ promise: pair }),
  z.object({ vote: pair, slot: z.number(), values: z.array(z.string()) }),
])

export class PythonNode {
  private constructor(
    readonly process: NodeProcess,
    readonly life: number,
    readonly peerPort: number,
  ) {}

  /** Resolves when it is ready. Its card and its log lie in `directory`. */
  static async start(card: JoinCard, directory: string): Promise<PythonNode> {
    const cardPath = join(directory, 'join-card.json')
    writeFileSync(cardPath, JSON.stringify(card))
    return await PythonNode.startFrom(cardPath, logPath(directory))
  }

  /** From a card that somebody else wrote. */
  static async startFrom(cardPath: string, log: string): Promise<PythonNode> {
    const child = spawn('python3', ['-B', PROGRAM, cardPath, log], {
      stdio: ['pipe', 'pipe', 'pipe'],
    })
    onTestFinished(() => {
      child.kill('SIGKILL')
    })
    const node = new NodeProcess(child)
    const ready = await eventually('the node in Python is ready', () => {
      if (node.exit) throw new Error(`it ended: ${node.stderr}`)
      return eventsOf(node).find((event) => event.type === 'ready')
    })
    return new PythonNode(node, ready.life, ready.peerPort)
  }

  /** What it said so far. */
  get events(): Said[] {
    return eventsOf(this.process)
  }

  refusals(): string[] {
    return this.events.flatMap((event) =>
      event.type === 'connectionRefused' ? [event.reason] : [],
    )
  }

  closeInput(): void {
    this.process.child.stdin?.end()
  }
}

function eventsOf({ stdout }: NodeProcess): Said[] {
  const lines = stdout.split('\n').slice(0, -1)
  return lines.map((line) => said.parse(JSON.parse(line)))
}

export function logPath(directory: string): string {
  return join(directory, 'acceptor.log')
}

/** The records of its log, in order. */
export function readLog(directory: string): z.infer<typeof record>[] {
  const lines = readFileSync(logPath(directory), 'utf8').split('\n').slice(0, -1)
  return lines.map((line) => record.parse(JSON.parse(line)))
}
