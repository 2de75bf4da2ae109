/** The reference run of lesson 9, made by hand: an adversary, none, and one with a limit. */
import { allLinks } from '../../src/core/fault'
import { release } from './lessonBallots'
import type { LessonScript } from './lessonScript'

/** Ballots in turn, of which none is decided; of each the adversary lets four frames go. */
function undecided(run: LessonScript, ballots: number): LessonScript {
  for (let at = 1; at <= ballots; at += 1) {
    release(run.bid(1 + (at % 2), at), ['prepare', 'promise', 'accept', 'nack'])
  }
  return run
}

export function flpRun(run: LessonScript): LessonScript {
  const adversary = {
    ...({ kind: 'hold', links: allLinks([1, 2, 3]), match: {} } as const),
    ...({ atEnd: 'release', adversary: 'flp' } as const),
  }
  undecided(run.open('delay-alone').start('flp', adversary), 260)
  undecided(run.open('random-alone'), 20)
  release(run.open('let-go').end('flp'), ['accept', 'accept'], 'holdEnded').chosen(1, 300, 1)
  undecided(run.fresh().open('limit').start('flp', adversary), 40)
  run.open('chance')
  for (const slot of [1, 2, 3]) run.chosen(1, 40 + slot, slot)
  return run.begin('explain')
}
