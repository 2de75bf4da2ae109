/**
 * Traces: one machine (node 1 of 1-3), stepped by hand; the transcript is every effect in order.
 * Commands, one a line: `start` · `prepare 2.2 1-` · `promise 2 1.1 chosen<=0 3:1.2=x` ·
 * `accept 2.2 1 x,y chosen<=0` · `accepted 2 1.1 1+2` · `nack 2 1.1 3.3` · `heartbeat 2.2 chosen<=1` ·
 * `catchUp 2 1-5` · `persisted 3` · `request SET k v` · `timer NAME` · `policy eager` · `elect` · `down`.
 */
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { Machine } from '../../src/core/machine'
import type { MachineInput } from '../../src/core/machineTypes'
import { parseBallot } from '../../src/core/paxos/ballot'
import type { Ballot } from '../../src/core/paxos/ballot'
import {
  DEFAULT_REPLICA,
  EAGER_POLICY,
  EXPONENTIAL_POLICY,
  LEADER_POLICY,
} from '../../src/core/paxos/config'
import type { TimerName } from '../../src/core/paxos/effect'
import { formatEffect } from '../../src/core/paxos/format'
import type { Message } from '../../src/core/paxos/message'
import { emptyOutput } from '../support/paxos'
import { runTrace } from '../support/trace'

const POLICIES = { eager: EAGER_POLICY, exponential: EXPONENTIAL_POLICY, leader: LEADER_POLICY }

function ballotOf(text = ''): Ballot {
  const ballot = parseBallot(text)
  if (ballot === null) throw new Error(`"${text}" is not a ballot`)
  return ballot
}

function from(ballot: Ballot, message: Message): MachineInput {
  return { type: 'message', from: ballot.node, message }
}

/** The number in `chosen<=7`. */
function watermark(words: readonly string[]): number {
  return Number(words.find((word) => word.startsWith('chosen<='))?.slice(8) ?? 0)
}

const rangesOf = (words: readonly string[]) =>
  words.map((word) => {
    const [first, last] = word.split('-')
    return { from: Number(first), to: last === '' ? null : Number(last ?? first) }
  })

function parse(line: string, tag: number): MachineInput {
  const [verb = '', ...words] = line.split(' ')
  const [first = '', second = '', third = ''] = words
  switch (verb) {
    case 'start':
      return { type: 'start' }
    case 'prepare': {
      const ballot = ballotOf(first)
      return from(ballot, { type: 'prepare', ballot, ranges: rangesOf(words.slice(1)) })
    }
    case 'promise': {
      const votes = words.slice(2).flatMap((word) => {
        const match = /^(\d+):([\d.]+)=(.*)$/.exec(word)
        if (match === null) return []
        return [{ slot: Number(match[1]), ballot: ballotOf(match[2]), value: match[3] ?? '' }]
      })
      const chosenThrough = watermark(words)
      const ballot = ballotOf(second)
      const message = { type: 'promise', ballot, chosenThrough, votes, part: 0, parts: 1 } as const
      return { type: 'message', from: Number(first), message }
    }
    case 'accept': {
      const ballot = ballotOf(first)
      const chosenThrough = watermark(words)
      const values = third.split(',')
      return from(ballot, { type: 'accept', ballot, slot: Number(second), values, chosenThrough })
    }
    case 'accepted': {
      const [slot = '', count = '1'] = third.split('+')
      const run = { slot: Number(slot), count: Number(count) }
      const message = { type: 'accepted', ballot: ballotOf(second), ...run } as const
      return { type: 'message', from: Number(first), message }
    }
    case 'nack': {
      const message = { type: 'nack', ballot: ballotOf(second), promised: ballotOf(third) } as const
      return { type: 'message', from: Number(first), message }
    }
    case 'heartbeat': {
      const ballot = ballotOf(first)
      return from(ballot, {
        type: 'heartbeat',
        ballot,
        chosenThrough: watermark(words),
        probe: 0,
        leaseTicks: 0,
      })
    }
    case 'catchUp': {
      const [start = '', end = ''] = second.split('-')
      const message = { type: 'catchUp', from: Number(start), to: Number(end) } as const
      return { type: 'message', from: Number(first), message }
    }
    case 'chosen':
      return {
        type: 'message',
        from: Number(first),
        message: { type: 'chosen', slot: Number(second), values: third.split(',') },
      }
    case 'persisted':
      return { type: 'persisted', through: Number(first) }
    case 'request':
      return { type: 'request', tag, args: words }
    case 'timer':
      return { type: 'timer', timer: first as TimerName }
    case 'policy':
      return { type: 'setPolicy', policy: POLICIES[first as keyof typeof POLICIES] }
    case 'elect':
      return { type: 'startElection' }
    case 'down':
      return { type: 'stepDown' }
    default:
      throw new Error(`"${line}" is not a trace command`)
  }
}

describe('traces', () => {
  const folder = join(import.meta.dirname, 'traces')
  it.each(readdirSync(folder).filter((name) => name.endsWith('.txt')))('%s', (name) => {
    const machine = new Machine({ ...DEFAULT_REPLICA, node: 1, members: [1, 2, 3] }, 1)
    let tag = 0
    const run = (command: string): string => {
      const out = emptyOutput()
      for (const line of command.split('\n')) {
        tag += 1
        machine.step(parse(line, tag), out)
      }
      machine.settle(out)
      const replies = out.replies.map((reply) => `reply ${JSON.stringify(reply)}`)
      return [...out.effects.map(formatEffect), ...replies].map((line) => `  ${line}`).join('\n')
    }
    runTrace(join(folder, name), run, (got, traced) => {
      expect(got, traced.head).toBe(traced.expected)
    })
  })
})
