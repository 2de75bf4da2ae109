/**
 * KV: the state machine of the lab. Executes the log in slot order; sessions make retries harmless.
 * Deterministic: no clock, no randomness, no order but the log's.
 */
import type { Value } from '../paxos/message'
import { isWrite, runCommand } from './commands'
import type { KvMap } from './commands'
import { Digest } from './digest'
import { Sessions } from './sessions'
import { parseCommand } from './value'
import type { Command } from './value'

export interface Applied {
  /** Null for a no-op. */
  readonly command: Command | null
  /** RESP2; null when the answer was given and acknowledged long ago. */
  readonly reply: string | null
}

export class Kv {
  readonly map: KvMap = new Map()
  readonly sessions = new Sessions()
  private readonly hash = new Digest()

  /** Executes one chosen value; a repeated request is answered from its session, not run again. */
  apply(value: Value): Applied {
    const command = parseCommand(value)
    if (command === null) {
      this.hash.add('-')
      return { command, reply: null }
    }
    const { session, seq, ackedThrough, args } = command
    const seen = this.sessions.look(session, seq)
    let reply: string | null
    if (seen.kind === 'answered') {
      reply = seen.reply
    } else {
      reply = runCommand(this.map, args)
      // A read that runs twice harms nobody, so that its answer need not be kept.
      if (isWrite(args)) this.sessions.keep(session, seq, ackedThrough, reply)
    }
    this.hash.add(value)
    this.hash.add(reply ?? '')
    return { command, reply }
  }

  get digest(): string {
    return this.hash.text()
  }
}
