/** `paxos-lab report DIR`: writes the report of a run or an experiment, as one HTML file. */
import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { FrameError } from '../../shared/frame'
import { parseExperiment } from '../../shared/experimentCodec'
import { EXPERIMENT_FILE } from '../experiment/experimentDir'
import { writeExperimentReport } from '../report/experimentReport'
import { ReportError } from '../report/runFiles'
import { writeRunReport } from '../report/runReport'
import { readTrialFigures } from '../report/trialFigures'
import { giveUp } from './labCommand'
import { EXIT, Output } from './output'
import { runDirOf } from './replay'
import { cliCommand } from './usage'
import type { CliCommand } from './usage'

const args = {
  dir: {
    type: 'positional',
    required: true,
    description: 'Run directory, or one of an experiment',
  },
  out: { type: 'string', valueHint: 'FILE', description: 'Default: report.html in the directory' },
  json: {
    type: 'boolean',
    description: 'One JSON line on standard output: the path and the figures',
  },
} as const

interface ReportFlags {
  readonly dir: string
  readonly out?: string | undefined
  readonly json?: boolean | undefined
}

export function reportCommand(): CliCommand {
  const description = 'Writes the report of a run or an experiment: one HTML file'
  return cliCommand({ name: 'report', description }, args, ({ args: flags }) => report(flags))
}

/** Exit code 0: the report was written, whatever it says. */
async function report(flags: ReportFlags): Promise<number> {
  const output = new Output(flags.json === true)
  const dir = runDirOf(flags.dir)
  const out = flags.out === undefined ? undefined : resolve(flags.out)
  try {
    const file = join(dir, EXPERIMENT_FILE)
    if (existsSync(file)) {
      const result = parseExperiment(await readFile(file, 'utf8'), file)
      const path = await writeExperimentReport(dir, result, out)
      const { verdict, trials, planned } = result
      output.result({ type: 'result', path, verdict, trials: trials.length, planned }, path)
      return EXIT.valid
    }
    const path = await writeRunReport(dir, out)
    const figures = output.json ? await readTrialFigures(dir) : {}
    output.result({ type: 'result', path, ...figures }, path)
    return EXIT.valid
  } catch (error) {
    if (error instanceof ReportError || error instanceof FrameError || isFileError(error)) {
      return giveUp(output, error)
    }
    throw error
  }
}

function isFileError(error: unknown): boolean {
  return error instanceof Error && 'syscall' in error
}
