/** Measures of lessons that are made of messages: what it takes to learn, what waits or is lost. */
import { expect, it } from 'vitest'
import type { LinkTraffic } from '../../src/core/event'
import { LessonFold } from '../../src/shared/lessonCheck'
import { parseLessonCheck } from '../../src/shared/lessonGrammar'
import { release } from '../support/lessonBallots'
import { lessonOf } from '../support/lessonRecords'
import { LessonScript } from '../support/lessonScript'

const STEP = 'fixed-retry'

/** The goal of a step that asks for nothing else. */
function stateOf(check: string, make: (run: LessonScript) => void) {
  const whole = lessonOf('duel')
  const steps = whole.steps.map((step) => ({
    ...step,
    goals: [{ id: 'told', words: 'told', check: parseLessonCheck(check), weight: 1 }],
  }))
  const lesson = { ...whole, steps }
  const run = new LessonScript(lesson, [1, 2, 3]).begin(STEP)
  make(run)
  const fold = new LessonFold(lesson)
  for (const event of run.events) fold.add(event)
  const [goal] = fold.states(STEP)
  return { state: goal?.state, found: goal?.found }
}

function traffic(
  run: LessonScript,
  ...links: (readonly [number, number, LinkTraffic['types']])[]
): void {
  const sampled = links.map(([from, to, types]): LinkTraffic => {
    return { from, to, frames: 1, bytes: 1, dropped: 0, duplicated: 0, types, samples: [] }
  })
  run.lab({ type: 'trafficSampled', links: sampled })
}

it('counts votes and values between nodes, for each accept that went to all others', () => {
  const found = stateOf('toldPerAccept >= 4', (run) => {
    traffic(run, [1, 2, { accept: 10 }], [1, 3, { accept: 10, chosen: 5 }])
    traffic(run, [2, 1, { accepted: 20, promise: 99 }], [3, 1, { accepted: 15 }])
  })
  expect(found).toMatchObject({ state: 'true', found: '4' })
})

it('does not count what a node tells itself, nor other messages', () => {
  const found = stateOf('toldPerAccept > 2', (run) => {
    const own = { accept: 1, accepted: 500 }
    traffic(run, [1, 1, own], [1, 2, { accept: 20, heartbeat: 500 }], [2, 1, { accepted: 20 }])
  })
  expect(found).toMatchObject({ state: 'open', found: '2' })
})

it('stays as it is when accepts and answers are sent again', () => {
  const found = stateOf('toldPerAccept < 2.1', (run) => {
    traffic(run, [1, 2, { accept: 200 }], [2, 1, { accepted: 200 }])
  })
  expect(found).toMatchObject({ state: 'true', found: '2' })
})

it('says nothing of fewer than 10 accepts', () => {
  const found = stateOf('toldPerAccept < 100', (run) => {
    traffic(run, [1, 2, { accept: 19 }], [2, 1, { accepted: 19 }])
  })
  expect(found).toMatchObject({ state: 'open', found: '' })
})

const HELD = {
  ...({ id: 1, link: { from: 1, to: 2 }, message: 'accept', ballot: null } as const),
  ...{ slot: 1, count: 1, bytes: 81, fault: 'f1' },
}

it('framesHeld: what came to the gate and has not left it, whichever way', () => {
  const found = (make: (run: LessonScript) => void) => stateOf('framesHeld > 9', make).found
  const hold = (run: LessonScript, frames: number): void => {
    for (let at = 0; at < frames; at += 1) run.lab({ type: 'frameHeld', frame: HELD })
  }
  expect(found((run) => hold(run, 2))).toBe('2')
  const left = found((run) => {
    hold(run, 2)
    release(run, ['accept'], 'holdEnded').lab({
      ...{ type: 'frameDropped', frame: HELD, how: 'byHand' },
    })
  })
  expect(left).toBe('1')
})

it('framesHeld: another run begins without any', () => {
  const found = stateOf('framesHeld > 2', (run) => {
    run.lab({ type: 'frameHeld', frame: HELD }).fresh().begin(STEP)
    run.lab({ type: 'frameHeld', frame: HELD })
  })
  expect(found.found).toBe('1')
})

it('droppedFrames: those of the step, over all links', () => {
  const lose = (run: LessonScript, dropped: number): LessonScript => {
    const link = { from: 1, frames: 9, bytes: 9, dropped, duplicated: 0, types: {}, samples: [] }
    return run.lab({
      type: 'trafficSampled',
      links: [
        { ...link, to: 2 },
        { ...link, to: 3 },
      ],
    })
  }
  const found = stateOf('droppedFrames > 5', (run) => lose(lose(run, 1), 2))
  expect(found).toMatchObject({ state: 'true', found: '6' })
  expect(stateOf('droppedFrames < 1', (run) => lose(run, 1)).state).toBe('false')
})
