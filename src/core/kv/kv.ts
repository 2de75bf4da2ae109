/**
 * KV: the state machine of the lab. Executes the log in slot order; sessions make retries harmless.
 * Deterministic: no clock, no randomness, no order but the log's.
 *
 * Snapshots: `encode` writes all of it, `restore` takes all of it over. Equal states give equal
 *            texts, one byte per code unit, and go on with equal digests.
 */
import type { Value } from '../paxos/message'
import { isWrite, runCommand } from './commands'
import { Digest } from './digest'
import { KvMap } from './kvMap'
import { error } from './resp'
import { isSessionCommand, runSession } from './sessionCommand'
import { isClientSession, Sessions } from './sessions'
import { printNumber, printText, SnapshotReader } from './snapshotText'
import { parseCommand } from './value'
import type { Command } from './value'

const FORMAT = 'paxos-lab kv 1'
/** A map holds no more entries than this on any host. */
const KEYS_MAX = 2 ** 24

export interface Applied {
  /** Null for a no-op. */
  readonly command: Command | null
  /** RESP2; null when the answer was given and acknowledged long ago. */
  readonly reply: string | null
}

export class Kv {
  private entries = new KvMap()
  private table = new Sessions()
  private hash = new Digest()

  get map(): KvMap {
    return this.entries
  }

  get sessions(): Sessions {
    return this.table
  }

  /** Executes one chosen value; a repeated request is answered from its session, not run again. */
  apply(value: Value): Applied {
    const command = parseCommand(value)
    if (command === null) {
      this.hash.add('-')
      return { command, reply: null }
    }
    const reply = isClientSession(command.session)
      ? this.runForClient(command)
      : this.runForNode(command)
    this.hash.add(value)
    this.hash.add(reply ?? '')
    return { command, reply }
  }

  get digest(): string {
    return this.hash.text()
  }

  encode(): string {
    let text = printText(FORMAT) + printText(this.digest) + this.table.print()
    text += printNumber(this.entries.size)
    for (const [key, value] of this.entries) text += printText(key) + printText(value)
    return text
  }

  /** Replaces all state. @throws Error, and changes nothing, if the text is malformed. */
  restore(text: string): void {
    const reader = new SnapshotReader(text)
    const format = reader.string('format')
    if (format !== FORMAT) throw reader.fault(`format is "${format.slice(0, 40)}", not "${FORMAT}"`)
    const hash = Digest.from(reader.string('digest'))
    if (hash === null) throw reader.fault('digest is not 16 hexadecimal digits')
    const table = Sessions.read(reader)
    const entries = new KvMap()
    const count = reader.count('count of keys', KEYS_MAX)
    for (let index = 0; index < count; index += 1) {
      const key = reader.string('key')
      entries.set(key, reader.string('value'))
    }
    if (entries.size < count) throw reader.fault('a key is there twice')
    reader.end()
    this.hash = hash
    this.table = table
    this.entries = entries
  }

  private runForNode({ session, seq, ackedThrough, args }: Command): string | null {
    const seen = this.table.look(session, seq)
    if (seen.kind === 'answered') return seen.reply
    // A read that runs twice harms nobody, so that its answer need not be kept.
    if (!isWrite(args)) return runCommand(this.entries, args)
    if (!this.table.admits(session)) return error(`NOSESSION too many nodes: ${session}`)
    const reply = isSessionCommand(args)
      ? runSession(this.table, args)
      : runCommand(this.entries, args)
    this.table.keep(session, seq, ackedThrough, reply)
    return reply
  }

  /** Reads and writes alike are answered once, as the client asked for it. */
  private runForClient({ session, seq, ackedThrough, args }: Command): string {
    if (!this.table.admits(session)) {
      return error(`NOSESSION session ${session} is not open; the request is not run`)
    }
    this.table.touch(session)
    const seen = this.table.look(session, seq)
    if (seen.kind === 'answered' && seen.reply !== null) return seen.reply
    const reply = runCommand(this.entries, args)
    this.table.keep(session, seq, ackedThrough, reply)
    return reply
  }
}
