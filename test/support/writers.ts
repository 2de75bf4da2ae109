/**
 * Writers for runs with crashes. Each has one request in flight and writes its own sequence: SET
 * of a key of its own, then INCR of its counter, and so on.
 *
 * A session writer repeats a request under the same (session, seq) at the next node until it is
 * answered (docs/clients.md), so that every write ends acknowledged. A plain writer asks its node
 * once: what is not answered stays unknown, and what is refused must never appear.
 */
import { Clients } from '../../src/main/lab/clients'
import type { LabController } from '../../src/main/lab/lab'
import type { WriteResult } from '../../src/shared/api'
import { eventually } from './eventually'
import type { Fate, WriteHistory } from './writeHistory'

/** Longest time until some node answers a request of a session. */
const ANSWER_MS_MAX = 60_000
/** Longest time that a node stays down. */
const DOWN_MS_MAX = 300_000
/** A read of an own write comes after so many writes. */
const READ_EVERY = 16

/** Answers that no repetition changes. */
const FINAL = /^\(error\) (ERR|NOSESSION|STALE|FORGOTTEN|CHOSEN)/
const NOT_SENT = /^\(error\) not sent/

export interface WriterParts {
  readonly lab: LabController
  readonly history: WriteHistory
  readonly requestDeadlineMs: number
}

abstract class Writer {
  protected stopping = false
  protected number = 0
  private readonly clients: Clients
  private ended: Promise<void> | null = null

  constructor(
    readonly name: string,
    protected readonly parts: WriterParts,
  ) {
    this.clients = new Clients(parts.requestDeadlineMs)
  }

  start(): void {
    this.ended = this.run().catch((error: unknown) => {
      this.parts.history.find(`${this.name} ended: ${String(error)}`)
    })
  }

  /** Resolves when its last request is answered or given up. */
  async finish(): Promise<void> {
    this.stopping = true
    await this.ended
    this.clients.close()
  }

  protected abstract run(): Promise<void>

  protected async ask(node: number, args: readonly string[]): Promise<WriteResult> {
    const views = this.parts.lab.status().nodes
    const { clientHost, clientPort } = views[(node - 1) % views.length] ?? noNode(node)
    return await this.clients.command(node, { host: clientHost, port: clientPort }, args)
  }

  /** The next command of the sequence, and how to tell the history what became of it. */
  protected next(): { args: string[]; told: (fate: Fate, reply: string) => void } {
    this.number += 1
    const { name, number } = this
    const { history } = this.parts
    if (number % 2 === 0) {
      const told = (fate: Fate, reply: string) => history.incr(`${name}:n`, fate, integerOf(reply))
      return { args: ['INCR', `${name}:n`], told }
    }
    const [key, value] = [`${name}:${number}`, `${name} wrote ${number}`]
    const told = (fate: Fate) => history.set(key, value, fate)
    return { args: ['SET', key, value], told }
  }
}

export class SessionWriter extends Writer {
  private session = ''
  private seq = 0

  constructor(
    name: string,
    /** The node that it asks first, and goes on from. */
    private at: number,
    parts: WriterParts,
  ) {
    super(name, parts)
  }

  protected override async run(): Promise<void> {
    while (!this.stopping) {
      if (this.session === '') await this.open()
      const { args, told } = this.next()
      this.seq += 1
      const once = ['SESSION', 'DO', this.session, String(this.seq), 'ACKED', String(this.seq - 1)]
      const answer = await this.anywhere([...once, ...args]).catch((error: unknown) => {
        told('unknown', '')
        throw error
      })
      told(answer.outcome === 'ok' ? 'acknowledged' : 'unknown', answer.reply)
      if (answer.outcome !== 'ok') {
        const request = [...once, ...args].join(' ')
        this.parts.history.find(`${this.name}: ${request} answered ${answer.reply}`)
        this.session = ''
      } else if (this.number % READ_EVERY === 1) await this.readOwn(args)
    }
  }

  private async open(): Promise<void> {
    const { reply } = await this.anywhere(['SESSION', 'OPEN'])
    this.session = /s\d+/.exec(reply)?.[0] ?? ''
    if (this.session === '') throw new Error(`SESSION OPEN answered ${reply}`)
    this.seq = 0
  }

  /** A write that was acknowledged is there at once, at whichever node. */
  private async readOwn([, key = '', value = '']: readonly string[]): Promise<void> {
    this.at += 1
    const { reply } = await this.anywhere(['GET', key])
    if (reply !== JSON.stringify(value)) {
      this.parts.history.find(`GET ${key} answered ${reply} after ${value} was acknowledged`)
    }
  }

  private async anywhere(args: readonly string[]): Promise<WriteResult> {
    const what = `${this.name}: an answer to ${args.join(' ')}`
    return await eventually(
      what,
      async () => {
        const result = await this.ask(this.at, args)
        if (result.outcome === 'ok' || FINAL.test(result.reply)) return result
        this.at += 1
        return null
      },
      ANSWER_MS_MAX,
    )
  }
}

export class PlainWriter extends Writer {
  constructor(
    name: string,
    private readonly node: number,
    parts: WriterParts,
  ) {
    super(name, parts)
  }

  protected override async run(): Promise<void> {
    while (!this.stopping) await this.writeOne()
  }

  private async writeOne(): Promise<void> {
    const { args, told } = this.next()
    const trySend = async () => {
      const result = await this.ask(this.node, args)
      if (!NOT_SENT.test(result.reply)) return result
      return this.stopping ? 'stopped' : null
    }
    const what = `${this.name}: its node takes connections`
    const sent = await eventually(what, trySend, DOWN_MS_MAX)
    if (sent === 'stopped') return
    told(fateOf(sent), sent.reply)
  }
}

function fateOf({ outcome }: WriteResult): Fate {
  if (outcome === 'ok') return 'acknowledged'
  return outcome === 'error' ? 'refused' : 'unknown'
}

function integerOf(reply: string): number | null {
  const digits = /^\(integer\) (\d+)$/.exec(reply)?.[1]
  return digits === undefined ? null : Number(digits)
}

function noNode(node: number): never {
  throw new Error(`there is no node ${node}`)
}
