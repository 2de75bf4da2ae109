/** Sessions of clients and of nodes: a request is applied once, or not at all, whatever comes. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Kv } from '../../src/core/kv/kv'
import {
  NODE_LIVES_MAX,
  NODES_MAX,
  SESSION_ANSWERS_MAX,
  SESSIONS_MAX,
} from '../../src/core/kv/limits'
import { printCommand } from '../../src/core/kv/value'

const NOT_OPEN = /^-NOSESSION session .* is not open; the request is not run\r\n$/

/** A KV and the log that it is given. */
class Rig {
  readonly kv = new Kv()
  private seq = 0

  run(session: string, seq: number, ...args: string[]): string | null {
    return this.acked(session, seq, 0, ...args)
  }

  acked(session: string, seq: number, ackedThrough: number, ...args: string[]): string | null {
    return this.kv.apply(printCommand({ session, seq, ackedThrough, args })).reply
  }

  /** As a node writes what a client without a session asks for. */
  node(...args: string[]): string | null {
    this.seq += 1
    return this.acked('1.1', this.seq, this.seq - 1, ...args)
  }

  open(): string {
    return /^\$\d+\r\n(s\d+)\r\n$/.exec(this.node('SESSION', 'OPEN') ?? '')?.[1] ?? ''
  }
}

describe('a session that a client opened', () => {
  it('gets a name that was never given before', () => {
    const rig = new Rig()
    expect([rig.open(), rig.open()]).toEqual(['s1', 's2'])
    expect(rig.node('SESSION', 'CLOSE', 's2')).toBe(':1\r\n')
    expect(rig.node('SESSION', 'CLOSE', 's2')).toBe(':0\r\n')
    expect(rig.open()).toBe('s3')
  })

  it('a repetition is answered as the first time, reads and writes alike', () => {
    const rig = new Rig()
    const id = rig.open()
    expect(rig.run(id, 1, 'INCR', 'n')).toBe(':1\r\n')
    expect(rig.run(id, 2, 'GET', 'n')).toBe('$1\r\n1\r\n')
    rig.node('SET', 'n', '9')
    expect(rig.run(id, 1, 'INCR', 'n')).toBe(':1\r\n')
    expect(rig.run(id, 2, 'GET', 'n')).toBe('$1\r\n1\r\n')
    expect(rig.run(id, 3, 'GET', 'n')).toBe('$1\r\n9\r\n')
  })

  it('the number counts, not the command: another command under it is not run', () => {
    const rig = new Rig()
    const id = rig.open()
    rig.run(id, 1, 'INCR', 'n')
    expect(rig.run(id, 1, 'DEL', 'n')).toBe(':1\r\n')
    expect(rig.kv.map.get('n')).toBe('1')
  })

  it('what the client has is forgotten, and is over', () => {
    const rig = new Rig()
    const id = rig.open()
    rig.run(id, 1, 'INCR', 'n')
    expect(rig.acked(id, 2, 1, 'INCR', 'n')).toBe(':2\r\n')
    expect(rig.run(id, 1, 'INCR', 'n')).toMatch(/^-STALE request 1 of session s1 /)
    expect(rig.kv.map.get('n')).toBe('2')
  })

  it('is not open before OPEN nor after CLOSE: its requests are not run', () => {
    const rig = new Rig()
    expect(rig.run('s1', 1, 'INCR', 'n')).toMatch(NOT_OPEN)
    const id = rig.open()
    rig.run(id, 1, 'INCR', 'n')
    rig.node('SESSION', 'CLOSE', id)
    expect(rig.run(id, 1, 'INCR', 'n')).toMatch(NOT_OPEN)
    expect(rig.run(id, 2, 'INCR', 'n')).toMatch(NOT_OPEN)
    expect(rig.kv.map.get('n')).toBe('1')
  })

  it('one too many closes the one used longest ago; to ask again is a use', () => {
    const rig = new Rig()
    const ids = Array.from({ length: SESSIONS_MAX }, () => rig.open())
    rig.run(ids[0]!, 1, 'INCR', 'n')
    rig.run(ids[1]!, 1, 'INCR', 'n')
    rig.run(ids[0]!, 1, 'INCR', 'n')
    rig.open()
    expect(rig.kv.sessions.size).toBe(SESSIONS_MAX)
    expect(rig.run(ids[2]!, 1, 'INCR', 'n')).toMatch(NOT_OPEN)
    for (let count = 2; count < SESSIONS_MAX - 1; count += 1) rig.open()
    expect(rig.run(ids[0]!, 1, 'INCR', 'n')).toBe(':1\r\n')
    rig.open()
    expect(rig.run(ids[1]!, 1, 'INCR', 'n')).toMatch(NOT_OPEN)
    expect(rig.kv.map.get('n')).toBe('2')
  })

  it('keeps a bounded count of answers; what it gave up is never run again', () => {
    const rig = new Rig()
    const id = rig.open()
    const last = SESSION_ANSWERS_MAX + 5
    for (let seq = 1; seq <= last; seq += 1) rig.run(id, seq, 'INCR', 'n')
    expect(rig.run(id, 5, 'INCR', 'n')).toMatch(/^-STALE/)
    expect(rig.run(id, 6, 'INCR', 'n')).toBe(':6\r\n')
    expect(rig.kv.map.get('n')).toBe(String(last))
  })

  it('keeps a bounded length of answers, and always the newest', () => {
    const rig = new Rig()
    const id = rig.open()
    rig.node('SET', 'k', 'x'.repeat(60_000))
    rig.run(id, 1, 'GET', 'k')
    expect(rig.run(id, 1, 'GET', 'k')).toHaveLength(60_010)
    rig.run(id, 2, 'GET', 'k')
    expect(rig.run(id, 1, 'GET', 'k')).toMatch(/^-STALE/)
    expect(rig.run(id, 2, 'GET', 'k')).toHaveLength(60_010)
    expect(rig.kv.encode().length).toBeLessThan(130_000)
  })

  it('holds no session command', () => {
    const rig = new Rig()
    const id = rig.open()
    expect(rig.run(id, 1, 'SESSION', 'OPEN')).toMatch(/^-ERR SESSION DO holds a command/)
    expect(rig.kv.sessions.size).toBe(1)
  })

  it('S4: any interleaving of repeated requests, openings and closings applies each once', () => {
    const event = fc.oneof(
      { weight: 1, arbitrary: fc.constant({ kind: 'open' } as const) },
      {
        weight: 1,
        arbitrary: fc.record({ kind: fc.constant('close'), at: fc.integer({ min: 1, max: 9 }) }),
      },
      {
        weight: 12,
        arbitrary: fc.record({
          kind: fc.constant('do'),
          at: fc.integer({ min: 1, max: 9 }),
          seq: fc.integer({ min: 1, max: 12 }),
          back: fc.option(fc.integer({ min: 1, max: 6 })),
        }),
      },
      { weight: 1, arbitrary: fc.constant({ kind: 'snapshot' } as const) },
    )
    fc.assert(
      fc.property(fc.array(event, { maxLength: 200, size: 'max' }), (events) => {
        const rig = new Rig()
        const first = new Map<string, string>()
        for (const step of events) {
          if (step.kind === 'open') rig.open()
          else if (step.kind === 'snapshot') rig.kv.restore(rig.kv.encode())
          else if (step.kind === 'close') rig.node('SESSION', 'CLOSE', `s${step.at}`)
          else if ('seq' in step) {
            const { at, seq, back } = step
            const id = `${at}:${seq}`
            // Each request counts itself, so that a second application shows.
            const acked = back === null ? 0 : Math.max(0, seq - back)
            const reply = rig.acked(`s${at}`, seq, acked, 'INCR', `count ${id}`) ?? ''
            if (first.has(id)) expect(reply).toMatch(/^(:1|-STALE .*|-NOSESSION .*)\r\n$/)
            if (reply.startsWith(':')) first.set(id, reply)
          }
        }
        for (const [, count] of rig.kv.map) expect(count).toBe('1')
        expect(rig.kv.map.size).toBe(first.size)
      }),
    )
  })
})

describe('the sessions of nodes', () => {
  it('are never given up while their node lives, however many clients there are', () => {
    const rig = new Rig()
    rig.run('2.1', 1, 'INCR', 'n')
    for (let count = 0; count <= SESSIONS_MAX; count += 1) rig.open()
    expect(rig.run('2.1', 1, 'INCR', 'n')).toBe(':1\r\n')
    expect(rig.kv.map.get('n')).toBe('1')
  })

  it('a late request of a life that was given up is not applied, whether it was before or not', () => {
    const rig = new Rig()
    for (let life = 1; life <= NODE_LIVES_MAX + 2; life += 1) rig.run(`2.${life}`, 1, 'INCR', 'n')
    const before = rig.kv.map.get('n')
    expect(rig.run('2.1', 1, 'INCR', 'n')).toBeNull()
    expect(rig.run('2.2', 7, 'INCR', 'n')).toBeNull()
    expect(rig.run('2.3', 1, 'INCR', 'n')).toBe(':3\r\n')
    expect(rig.kv.map.get('n')).toBe(before)
    expect(rig.run('2.1', 8, 'GET', 'n')).toBeNull()
  })

  it('a first request of an old life is applied at most once', () => {
    const rig = new Rig()
    for (let life = 2; life <= NODE_LIVES_MAX + 1; life += 1) rig.run(`2.${life}`, 1, 'INCR', 'n')
    rig.run('2.1', 1, 'INCR', 'late')
    rig.run('2.1', 1, 'INCR', 'late')
    expect(rig.kv.map.get('late')).toBe('1')
  })

  it('are bounded in number: a node too many is refused', () => {
    const rig = new Rig()
    for (let node = 1; node <= NODES_MAX; node += 1) rig.run(`${node}.1`, 1, 'INCR', 'n')
    expect(rig.run('5000.1', 1, 'INCR', 'n')).toMatch(/^-NOSESSION too many nodes/)
    expect(rig.run('7.2', 1, 'INCR', 'n')).toBe(`:${NODES_MAX + 1}\r\n`)
  })
})
