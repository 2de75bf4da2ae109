/**
 * Records of lessons, made by hand: what a run that reaches every goal leaves, in the order
 * in which a lab records it. One event a 100 ms of lab time.
 */
import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Lesson } from '../../src/shared/lesson'
import { LESSON_SUFFIX, parseLesson, proseFile } from '../../src/shared/lessonFile'
import { blogRun, numbersRun, uniqueRun } from './lessonBallots'
import { p2cRun } from './lessonChoices'
import { flpRun } from './lessonDelays'
import { gapsRun, memoryRun } from './lessonDisks'
import { huntRun } from './lessonHunts'
import { LessonScript } from './lessonScript'
import { acceptFirstRun, pastRun, whoKnowsRun } from './lessonVotes'

const FOLDER = join(import.meta.dirname, '../../resources/lessons')

/** Data and prose of each bundled lesson, by the names of their files. */
export function bundledFiles(): [yaml: string, prose: string][] {
  const files = readdirSync(FOLDER).filter((file) => file.endsWith(LESSON_SUFFIX))
  return files.map((file) => [file, proseFile(file)])
}

export function bundled(): Lesson[] {
  const files = readdirSync(FOLDER).filter((file) => file.endsWith(LESSON_SUFFIX))
  return files.map((file) => parseLesson(lessonText(file), lessonText(proseFile(file)), file))
}

export function lessonOf(id: string): Lesson {
  const found = bundled().find((lesson) => lesson.id === id)
  if (found === undefined) throw new Error(`there is no lesson ${id}`)
  return found
}

export function lessonText(file: string): string {
  return readFileSync(join(FOLDER, file), 'utf8')
}

/** One run of each bundled lesson that reaches every goal. */
export const REFERENCE_RUNS: Readonly<Record<string, (lesson: Lesson) => LessonScript>> = {
  majority(lesson) {
    const run = new LessonScript(lesson, [1, 2, 3, 4, 5])
    run.open('write').replied(2, 'SET colour blue')
    for (const node of [1, 2, 3, 4, 5]) {
      const ballot = { round: 1, node: 1 }
      run.node(node, { type: 'voted', ballot, slot: 1, count: 1, ids: ['a:1'] })
    }
    run.read('colour', 'blue')
    run.open('two-gone').kill(4).kill(5).read('colour', 'blue')
    run.open('three-gone').kill(3).read('colour', null)
    run.open('sets').revive(3).revive(4).revive(5).read('colour', 'blue')
    return run.begin('explain')
  },
  duel(lesson) {
    const run = new LessonScript(lesson, [1, 2, 3, 4, 5]).open('fixed-retry')
    for (let round = 1; round <= 60; round += 1) run.bid(round % 2 === 0 ? 2 : 4, round)
    run.open('one-waits').lab({
      ...{ type: 'nodeExited', node: 4, code: 0, signal: null, injected: true, tail: [] },
    })
    run.bid(2, 61).chosen(2, 61, 1)
    run.open('back-off').ready(4)
    for (let slot = 2; slot <= 20; slot += 1) {
      const ballot = { round: 61, node: 2 }
      run.node(2, { type: 'issued', ballot, slot, count: 1, ids: ['a:1'], cause: 'free' })
      run.chosen(2, 61, slot)
    }
    return run.begin('explain')
  },
  'write-to-anyone'(lesson) {
    const run = new LessonScript(lesson, [1, 2, 3, 4, 5]).open('everyone')
    for (const node of [1, 2, 3, 4, 5]) run.replied(node, `SET k${node} kept`)
    run.loaded(60).open('minorities')
    const rounds = [
      { dead: [1, 2], alive: [3, 4, 5] },
      { dead: [3, 4], alive: [1, 2, 5] },
      { dead: [5, 1], alive: [2, 3, 4] },
    ]
    for (const { dead, alive } of rounds) {
      for (const node of dead) run.kill(node)
      for (const node of alive) run.replied(node, `SET a${node} kept`)
      for (const node of dead) run.revive(node)
    }
    run.open('kept')
    for (const node of [1, 2, 3, 4, 5]) run.read(`k${node}`, 'kept')
    return run.begin('explain')
  },
  'two-leaders'(lesson) {
    const run = new LessonScript(lesson, [1, 2, 3]).open('elect')
    run.bid(1, 1).elected(1, 1).replied(1, 'SET city before')
    run.open('cut').bid(3, 2).elected(3, 2)
    run.replied(1, 'SET city left', 'unknown').replied(3, 'SET city right')
    run.fresh().open('chain')
    for (let round = 1; round <= 8; round += 1) {
      const by = round % 2 === 0 ? 1 : 3
      run.bid(by, round).elected(by, round)
    }
    return run.open('ask-first').bid(3, 9).loaded(250).begin('explain')
  },
  'four-faults'(lesson) {
    const run = new LessonScript(lesson, [1, 2, 3, 4, 5]).open('load').loaded(120)
    run.open('dead').kill(1).elected(2, 2).loaded(120).revive(1)
    run.open('frozen').start('pause', { kind: 'pause', node: 2, cooperative: false })
    run.elected(3, 3).loaded(120).end('pause')
    run.open('cut-off').start('cut', {
      ...{ kind: 'partition', preset: 'isolateLeader', groups: [[3], [1, 2, 4, 5]], links: [] },
    })
    run.elected(4, 4).loaded(120).end('cut')
    run.open('slow').start('slow', { kind: 'slow', node: 4, delayMs: 40, jitterMs: 0 })
    return run.loaded(80).end('slow').begin('explain')
  },
  'accept-first': (lesson) => acceptFirstRun(new LessonScript(lesson, [1, 2, 3])),
  unique: (lesson) => uniqueRun(new LessonScript(lesson, [1, 2, 3])),
  flp: (lesson) => flpRun(new LessonScript(lesson, [1, 2, 3])),
  past: (lesson) => pastRun(new LessonScript(lesson, [1, 2, 3, 4, 5])),
  p2c: (lesson) => p2cRun(new LessonScript(lesson, [1, 2, 3, 4, 5])),
  'who-knows': (lesson) => whoKnowsRun(new LessonScript(lesson, [1, 2, 3, 4, 5])),
  numbers: (lesson) => numbersRun(new LessonScript(lesson, [1, 2, 3, 4, 5])),
  'mutant-hunt': (lesson) => huntRun(new LessonScript(lesson, [1, 2, 3])),
  'blog-and-paper': (lesson) => blogRun(new LessonScript(lesson, [1, 2, 3, 4, 5])),
  memory: (lesson) => memoryRun(new LessonScript(lesson, [1, 2, 3])),
  gaps: (lesson) => gapsRun(new LessonScript(lesson, [1, 2, 3])),
}
