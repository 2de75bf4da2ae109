/**
 * Sessions: replicated state that makes a retry harmless: (session, seq) is applied at most once.
 *
 * There are two kinds. A node has one for each of its lives, `node.life`, which opens by itself
 * with its first write. A client opens one by a command in the log and is given its name, `s17`, so
 * that it can repeat a request at any node. Which sessions end is decided by the log alone, never
 * by a clock.
 *
 * A session that ended must not begin anew, or a late copy of an old request would be applied a
 * second time:
 * - Of a node, the newest `NODE_LIVES_MAX` lives are kept. A life up to one that was given up may
 *   not open: the process it belonged to is gone, and nobody waits for its answers. The session of
 *   a node that lives is never given up, however many clients there are.
 * - Names of clients' sessions are counted up and never given twice. When there are `SESSIONS_MAX`,
 *   the one used longest ago is closed. A request of a session that is not open is not run.
 */
import { Answers } from './answers'
import {
  NODE_LIVES_MAX,
  NODES_MAX,
  SESSION_ANSWER_BYTES_MAX,
  SESSION_ANSWERS_MAX,
  SESSIONS_MAX,
} from './limits'
import { error } from './resp'
import { printNumber, printText } from './snapshotText'
import type { SnapshotReader } from './snapshotText'

export type Seen =
  { readonly kind: 'new' } | { readonly kind: 'answered'; readonly reply: string | null }

const NEW: Seen = { kind: 'new' }
const OVER: Seen = { kind: 'answered', reply: null }

interface NodeLives {
  /** Lives below this one are over. */
  firstOpen: number
  readonly lives: Set<number>
}

/** True for a name as `SESSION OPEN` gives it. */
export function isClientSession(id: string): boolean {
  return id.charCodeAt(0) === 115 && /^s[1-9]\d{0,14}$/.test(id)
}

export class Sessions {
  /** Node → its lives, in the order of their first write. */
  private readonly nodes = new Map<string, NodeLives>()
  private readonly ofNodes = new Map<string, Answers>()
  /** Used longest ago first. */
  private readonly ofClients = new Map<string, Answers>()
  private opened = 0

  /** `answered` with null: applied before or over, and nobody waits for the answer. */
  look(id: string, seq: number): Seen {
    const ofNode = this.ofNodes.get(id)
    if (ofNode !== undefined) {
      if (seq <= ofNode.overThrough) return OVER
      const reply = ofNode.get(seq)
      return reply === undefined ? NEW : { kind: 'answered', reply }
    }
    const ofClient = this.ofClients.get(id)
    if (ofClient === undefined) return isClientSession(id) || !this.isOver(id) ? NEW : OVER
    const reply = ofClient.get(seq)
    if (reply !== undefined) return { kind: 'answered', reply }
    if (seq > ofClient.overThrough) return NEW
    const words = `STALE request ${seq} of session ${id} is over and is not run again`
    return { kind: 'answered', reply: error(words) }
  }

  /** False for a client's session that is not open, and for a node too many. */
  admits(id: string): boolean {
    if (this.ofNodes.has(id)) return true
    if (isClientSession(id)) return this.ofClients.has(id)
    return this.nodes.size < NODES_MAX || this.nodes.has(parseNodeSession(id).node)
  }

  /** Keeps the answer of a request that was let pass; forgets those that the client has. */
  keep(id: string, seq: number, ackedThrough: number, reply: string): void {
    const ofClient = this.ofClients.get(id)
    const answers = ofClient ?? this.ofNodes.get(id) ?? this.openOfNode(id)
    answers.add(seq, reply)
    answers.forget(ackedThrough)
    if (ofClient === undefined) return
    while (
      answers.size > SESSION_ANSWERS_MAX ||
      (answers.bytes > SESSION_ANSWER_BYTES_MAX && answers.size > 1)
    ) {
      answers.forgetLowest()
    }
  }

  /** Opens a session for a client and answers its name. */
  open(): string {
    this.opened += 1
    const id = `s${this.opened}`
    this.ofClients.set(id, new Answers())
    if (this.ofClients.size > SESSIONS_MAX) {
      const oldest = this.ofClients.keys().next()
      if (oldest.done !== true) this.ofClients.delete(oldest.value)
    }
    return id
  }

  /** False if it was not open. */
  close(id: string): boolean {
    return this.ofClients.delete(id)
  }

  /** Makes a client's session the one used last. */
  touch(id: string): void {
    const answers = this.ofClients.get(id)
    if (answers === undefined) return
    this.ofClients.delete(id)
    this.ofClients.set(id, answers)
  }

  /** Sessions that clients opened. */
  get size(): number {
    return this.ofClients.size
  }

  print(): string {
    let text = printNumber(this.nodes.size)
    for (const [node, { firstOpen, lives }] of this.nodes) {
      text += printText(node) + printNumber(firstOpen) + printNumber(lives.size)
      for (const life of lives) {
        text +=
          printNumber(life) + (this.ofNodes.get(sessionOf(node, life)) ?? new Answers()).print()
      }
    }
    text += printNumber(this.opened) + printNumber(this.ofClients.size)
    for (const [id, answers] of this.ofClients) {
      text += printNumber(Number(id.slice(1))) + answers.print()
    }
    return text
  }

  static read(reader: SnapshotReader): Sessions {
    const sessions = new Sessions()
    const nodes = reader.count('count of nodes', NODES_MAX)
    for (let index = 0; index < nodes; index += 1) sessions.readNode(reader)
    sessions.opened = reader.number('sessions opened')
    const clients = reader.count('count of sessions', SESSIONS_MAX)
    for (let index = 0; index < clients; index += 1) {
      const number = reader.count('name of a session', sessions.opened)
      const id = `s${number}`
      if (number === 0 || sessions.ofClients.has(id)) throw reader.fault(`session ${id} is wrong`)
      sessions.ofClients.set(id, Answers.read(reader))
    }
    return sessions
  }

  private readNode(reader: SnapshotReader): void {
    const node = reader.string('node')
    if (this.nodes.has(node)) throw reader.fault(`node ${node} is there twice`)
    const firstOpen = reader.number('first life that may open')
    const count = reader.count('count of lives', NODE_LIVES_MAX)
    const lives = new Set<number>()
    for (let index = 0; index < count; index += 1) {
      const life = reader.number('life')
      const id = sessionOf(node, life)
      const parsed = parseNodeSession(id)
      const strange = isClientSession(id) || parsed.node !== node || parsed.life !== life
      if (strange || lives.has(life) || life < firstOpen)
        throw reader.fault(`life ${life} is wrong`)
      lives.add(life)
      this.ofNodes.set(id, Answers.read(reader))
    }
    this.nodes.set(node, { firstOpen, lives })
  }

  private openOfNode(id: string): Answers {
    const { node, life } = parseNodeSession(id)
    const known = this.nodes.get(node) ?? { firstOpen: 0, lives: new Set<number>() }
    const answers = new Answers()
    this.nodes.set(node, known)
    this.ofNodes.set(id, answers)
    known.lives.add(life)
    if (known.lives.size > NODE_LIVES_MAX) {
      const oldest = Math.min(...known.lives)
      known.lives.delete(oldest)
      known.firstOpen = oldest + 1
      this.ofNodes.delete(sessionOf(node, oldest))
    }
    return answers
  }

  private isOver(id: string): boolean {
    const { node, life } = parseNodeSession(id)
    return life < (this.nodes.get(node)?.firstOpen ?? 0)
  }
}

/** Lives count from 1; any other name is that of a node which counts none. */
function parseNodeSession(id: string): { readonly node: string; readonly life: number } {
  const dot = id.indexOf('.')
  const [node, life] = [id.slice(0, dot), id.slice(dot + 1)]
  const counts = dot > 0 && /^[1-9]\d{0,14}$/.test(life) && /^\d+$/.test(node)
  return counts ? { node, life: Number(life) } : { node: id, life: 0 }
}

function sessionOf(node: string, life: number): string {
  return life === 0 ? node : `${node}.${life}`
}
