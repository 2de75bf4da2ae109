/** `schedule.json`: what is written comes back, and what is wrong is named with its place. */
import { describe, expect, it } from 'vitest'
import { EAGER_POLICY } from '../../src/core/paxos/config'
import type { Schedule } from '../../src/core/schedule'
import { FrameError } from '../../src/shared/frame'
import { parseSchedule, printSchedule } from '../../src/shared/scheduleCodec'

const frame = {
  from: 1,
  to: 2,
  message: 'prepare',
  ballot: { round: 1, node: 1 },
  slot: 1,
  nth: 0,
} as const

const SCHEDULE: Schedule = {
  version: 1,
  title: 'every act',
  nodes: 3,
  config: { policy: EAGER_POLICY, mode: 'single', mutant: 'M1' },
  flush: 'byHand',
  acts: [
    { act: 'request', node: 1, args: ['SET', 'x', 'a'] },
    { act: 'propose', node: 2, args: ['SET', 'x', 'b'] },
    { act: 'startElection', node: 3 },
    { act: 'timer', node: 1, timer: 'resend' },
    { act: 'deliver', frame },
    { act: 'drop', frame: { ...frame, message: 'nack', ballot: { round: 0, node: 0 } } },
    { act: 'duplicate', frame: { ...frame, message: 'forward', ballot: null, slot: 0 } },
    { act: 'flush', node: 2 },
    { act: 'crash', node: 2 },
    { act: 'restart', node: 2 },
    { act: 'crash', node: 3, wiped: true },
  ],
  end: { invariant: 'I8', words: 'two values' },
}

type Change = (schedule: Record<string, unknown>) => void

/** The schedule with a change, as text. */
function changed(change: Change): string {
  const copy: Record<string, unknown> = { ...structuredClone(SCHEDULE) }
  change(copy)
  return JSON.stringify(copy)
}

function refusal(text: string): string {
  try {
    parseSchedule(text)
  } catch (error) {
    if (error instanceof FrameError) return error.message
    throw error
  }
  return 'nothing'
}

const act =
  (change: object): Change =>
  (schedule) => {
    schedule['acts'] = [change]
  }

describe('schedule.json', () => {
  it('comes back as it was written', () => {
    const text = printSchedule(SCHEDULE)
    expect(parseSchedule(text)).toEqual(SCHEDULE)
    expect(text.split('\n').filter((line) => line.startsWith('    {'))).toHaveLength(11)
    const empty = { ...SCHEDULE, acts: [] }
    expect(parseSchedule(printSchedule(empty))).toEqual(empty)
  })

  it('keeps only the settings that are given', () => {
    const parsed = parseSchedule(changed((schedule) => (schedule['config'] = { mutant: null })))
    expect(parsed.config).toEqual({ mutant: null })
  })

  it.each([
    ['text', '{"version":', /^schedule is not JSON: /],
    ['version', changed((s) => (s['version'] = 2)), 'schedule.version is 2, not 1'],
    ['nodes', changed((s) => (s['nodes'] = 0)), 'schedule.nodes is not from 1 to 30'],
    [
      'setting',
      changed((s) => (s['config'] = { alpha: 1 })),
      'schedule.config.alpha is no setting',
    ],
    [
      'value of a setting',
      changed((s) => (s['config'] = { mutant: 'M99' })),
      /^schedule\.config\.mutant is none of M1, /,
    ],
    [
      'act',
      changed(act({ act: 'pause', node: 1 })),
      /^schedule\.acts\[0\]\.act is none of request/,
    ],
    ['node', changed(act({ act: 'flush', node: 4 })), 'schedule.acts[0].node is not from 1 to 3'],
    [
      'frame',
      changed(act({ act: 'deliver', frame: { ...frame, to: 9 } })),
      'schedule.acts[0].frame.to is not from 1 to 3',
    ],
    [
      'message',
      changed(act({ act: 'deliver', frame: { ...frame, message: 'hello' } })),
      /^schedule\.acts\[0\]\.frame\.message is none of prepare/,
    ],
    [
      'timer',
      changed(act({ act: 'timer', node: 1, timer: 'lunch' })),
      /^schedule\.acts\[0\]\.timer is none of election/,
    ],
    [
      'arguments',
      changed(act({ act: 'request', node: 1, args: [] })),
      'schedule.acts[0].args is empty',
    ],
  ])('names the place of a wrong %s', (_, text, words) => {
    expect(refusal(text)).toMatch(words)
  })
})
