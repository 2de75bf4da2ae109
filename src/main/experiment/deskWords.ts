/** Errors of experiments and results as errors of a call; the place in a file is in `details`. */
import { LabCallError } from '../../shared/api'
import { PlanError, ScenarioError } from '../../shared/experiment'
import { FrameError } from '../../shared/frame'
import { ReportError } from '../report/runFiles'
import { CompareError } from './compare'
import { ExperimentDirError } from './experimentDir'

const OF_RESULTS = [CompareError, ExperimentDirError, FrameError, ReportError, SyntaxError]

/** What is wrong, without the place and the line. */
export function scenarioWords({ message, file, line, column, snippet }: ScenarioError): string {
  const end = snippet === '' ? undefined : -snippet.length - 1
  return message.slice(`${file}:${line}:${column}: `.length, end)
}

/** `details` of a text: `FILE:LINE:COLUMN`, then the line with a mark below the place. */
export function asCallError(error: unknown): unknown {
  if (error instanceof ScenarioError) {
    const { file, line, column, snippet } = error
    const place = `${file}:${line}:${column}`
    const shown = snippet === '' ? [] : snippet.split('\n')
    return new LabCallError('badArgument', `${place}: ${scenarioWords(error)}`, [place, ...shown])
  }
  if (error instanceof PlanError) return new LabCallError('badArgument', error.message)
  if (!(error instanceof Error)) return error
  if (OF_RESULTS.some((kind) => error instanceof kind)) {
    return new LabCallError('badArgument', error.message)
  }
  const code = 'code' in error && 'syscall' in error ? String(error.code) : null
  return code === null ? error : new LabCallError('internal', error.message, [code])
}

/** Runs `act`, and turns what is known to go wrong into words for a window. */
export async function told<Out>(act: () => Promise<Out> | Out): Promise<Out> {
  try {
    return await act()
  } catch (error) {
    throw asCallError(error)
  }
}
