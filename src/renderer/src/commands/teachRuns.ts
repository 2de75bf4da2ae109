/** Keys of a presenter: on, back, begin anew, and the set-ups that are one key away. */
import type { CommandId } from '../../../shared/commands'
import { resetHere, runHere, turnExperiment } from '../components/teach/teachActs'
import { useLabStore } from '../stores/lab'
import { useLessonBookStore } from '../stores/lessonBook'
import { useTeachStore } from '../stores/teach'
import { useToastsStore } from '../stores/toasts'
import { useUiStore } from '../stores/ui'
import { runScenario } from './acts'

const DUEL = 'dueling-proposers'

type Run = () => unknown

/** In the Teach view the picture stays where people look. */
function runDuel(): unknown {
  if (useUiStore().view !== 'teach') return runScenario(DUEL)
  return runHere(DUEL, 'the duel')
}

/** As if all election timers had run out at the same moment. */
async function alignTimers(): Promise<void> {
  const lab = useLabStore()
  const nodes = lab.status.nodes.filter(({ state }) => state === 'running')
  await lab.act(
    (call) => Promise.all(nodes.map(({ node }) => call.startElection(node))),
    'Align timers',
  )
}

/** The reader of lessons is large, and here with the Teach view only. */
async function lessonStore() {
  return (await import('../stores/lesson')).useLessonStore()
}

async function turn(by: 1 | -1): Promise<void> {
  if (useTeachStore().shows === 'experiment') return turnExperiment(by)
  const lesson = await lessonStore()
  if (by === -1) return lesson.back()
  if (lesson.isThrough || lesson.replays) return lesson.next()
  useToastsStore().show({
    title: 'This step asks for more',
    why: 'Its question, its acts or its goals are still open.',
    action: { label: 'Skip', run: () => lesson.skip() },
  })
}

async function reset(): Promise<void> {
  if (useTeachStore().shows === 'experiment') return await resetHere()
  ;(await lessonStore()).resetStep()
}

/** Of the lesson that is open, or was last. */
async function saveResult(): Promise<void> {
  const { saveLessonResult } = await import('../components/lesson/saveResult')
  await useLessonBookStore().load()
  await saveLessonResult()
}

export const TEACH_RUNS = {
  'lab.runDuel': runDuel,
  'lab.alignTimers': alignTimers,
  'view.teachNext': () => turn(1),
  'view.teachBack': () => turn(-1),
  'view.teachReset': reset,
  'view.lessonResult': saveResult,
} as const satisfies Readonly<Partial<Record<CommandId, Run>>>
