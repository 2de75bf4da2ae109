/** `paxos-lab doctor`: whether the lab can run here, and what it will lack, in plain words. */
import type { Verdict } from '../../shared/labWords'
import { CHECKS } from './checks'
import type { CheckResult } from './checks'
import { chooseRunsDir, errorWords } from './labCommand'
import type { CliContext, Figures } from './labCommand'
import { EXIT, Output } from './output'
import { cliCommand } from './usage'
import type { CliCommand } from './usage'

const args = {
  runs: { type: 'string', valueHint: 'DIR', description: 'Folder for the records of runs' },
  json: { type: 'boolean', description: 'JSON lines on standard output' },
} as const

interface DoctorFlags {
  readonly runs?: string | undefined
  readonly json?: boolean | undefined
}

const MARKS = { ok: 'ok  ', warn: 'note', bad: 'BAD ' } as const

export function doctorCommand({ mainDir }: CliContext): CliCommand {
  const meta = { name: 'doctor', description: 'Says in plain words whether the lab can run here' }
  return cliCommand(meta, args, ({ args: flags }) => doctor(flags, mainDir))
}

/** Exit code 0 if the lab can run here, 2 if it cannot. */
async function doctor(flags: DoctorFlags, mainDir: string): Promise<number> {
  const output = new Output(flags.json === true)
  const surroundings = { mainDir, runsDir: chooseRunsDir(flags.runs, output) }
  const results: CheckResult[] = []
  for (const check of CHECKS) {
    const result = await looked(() => check(surroundings))
    results.push(result)
    output.result(result, `${MARKS[result.state]}  ${result.check.padEnd(9)} ${result.words}`)
  }
  const bad = results.filter(({ state }) => state === 'bad').map(({ check }) => check)
  const verdict: Verdict = bad.length === 0 ? 'valid' : 'unknown'
  const measures: Figures = Object.assign({}, ...results.map(({ figures }) => figures))
  const words =
    bad.length === 0 ? 'The lab can run here.' : `The lab cannot run here: ${bad.join(', ')}.`
  output.result({ type: 'result', verdict, measures, runDir: null, bad }, words)
  return EXIT[verdict]
}

/** A check that fails to look says so, and the others go on. */
async function looked(look: () => CheckResult | Promise<CheckResult>): Promise<CheckResult> {
  try {
    return await look()
  } catch (error) {
    return { check: 'doctor', state: 'warn', words: `could not look: ${errorWords(error)}` }
  }
}
