/** Acts of a person in step mode; errors as every act: a toast says why. */
import type { StepChoice } from '../../../shared/stepping'
import { useLabStore } from '../stores/lab'
import { describeFailure } from '../api/failure'
import { useToastsStore } from '../stores/toasts'
import { copyText } from './acts'
import { scenarioOfSteps } from './stepScenario'
import { useUiStore } from '../stores/ui'

const NEXT_HINT = 'Fire a timer of a node, write something, or start an election.'

/** On, with the gate in view; or off. */
export async function toggleStepping(): Promise<void> {
  const lab = useLabStore()
  if (lab.status.stepping) {
    await lab.act((call) => call.stopStepping(), 'Leave step mode')
    return
  }
  useUiStore().askGate()
  const hadLoad = lab.status.load !== null
  const done = await lab.act((call) => call.startStepping(), 'Step mode')
  if (hadLoad && done !== null) {
    const why = 'Its clients would send by themselves. Start it again after step mode.'
    useToastsStore().show({ title: 'The load was stopped', why })
  }
}

/** All steps since step mode is on, as an experiment file. */
export async function copySteps(): Promise<void> {
  const lab = useLabStore()
  const { options } = lab.status
  const script = await lab.act((call) => call.stepScript(), 'Copy the steps')
  if (script !== null && options !== null) {
    await copyText(scenarioOfSteps(options, script), 'the steps as a scenario')
  }
}

/** With nothing to deliver, it says so, and what to do: nothing has failed. */
export async function stepNext(): Promise<void> {
  try {
    await useLabStore().ask((call) => call.stepPerform({ kind: 'next' }))
  } catch (error) {
    const { words, code, details } = describeFailure(error)
    const toasts = useToastsStore()
    if (code === 'badArgument') toasts.show({ title: 'No frame waits', why: NEXT_HINT })
    else toasts.show({ level: 'error', title: 'Step', why: words, details })
  }
}

export async function performStep(choice: StepChoice): Promise<boolean> {
  const report = await useLabStore().act((call) => call.stepPerform(choice), 'Step')
  return report !== null
}

/** One after another, in this order; ends at the first that fails. */
export async function performSteps(choices: readonly StepChoice[]): Promise<void> {
  for (const choice of choices) if (!(await performStep(choice))) return
}
