/**
 * `paxos-lab reenact SCHEDULE`: drives a schedule on real processes through the gate. The exit code
 * is the verdict of the run: 1 when an invariant was violated, which a counterexample should do;
 * whether it is the same violation as in the schedule is said in words and in the result (`same`).
 */
import { existsSync, readFileSync, statSync } from 'node:fs'
import { basename, join, resolve } from 'node:path'
import type { Schedule } from '../../core/schedule'
import { FrameError } from '../../shared/frame'
import { parseSchedule } from '../../shared/scheduleCodec'
import { childEntries } from '../assemble'
import { launcherFor } from '../lab/launcher'
import { SCHEDULE_FILE } from '../lab/offlineRun'
import { DISKS_FILE, reenact } from '../lab/reenact'
import type { Reenactment } from '../lab/reenact'
import { readRecords } from '../node/readRecords'
import { alarmWords } from './alarms'
import { Ending } from './ending'
import { chooseRunsDir, finish, giveUp } from './labCommand'
import type { CliContext } from './labCommand'
import { Output } from './output'
import { cliCommand, UsageError } from './usage'
import type { CliCommand } from './usage'

const args = {
  schedule: {
    type: 'positional',
    required: true,
    description: 'A schedule.json, or a run directory that holds one',
  },
  out: { type: 'string', valueHint: 'DIR', description: 'Folder in which the run is recorded' },
  json: { type: 'boolean', description: 'JSON lines on standard output, the last one the result' },
} as const

interface ReenactFlags {
  readonly schedule: string
  readonly out?: string | undefined
  readonly json?: boolean | undefined
}

export function reenactCommand(context: CliContext): CliCommand {
  const meta = { name: 'reenact', description: 'Drives a schedule on real processes, act by act' }
  return cliCommand(meta, args, ({ args: flags }) => run(flags, context))
}

async function run(flags: ReenactFlags, context: CliContext): Promise<number> {
  const output = new Output(flags.json === true)
  const schedule = readSchedule(flags.schedule)
  const runsDir = chooseRunsDir(flags.out, output)
  const ending = new Ending()
  let runDir: string | null = null
  output.say(`${schedule.title}: ${schedule.acts.length} acts on ${schedule.nodes} processes`)
  try {
    const done = await reenact({
      schedule,
      programs: { launcher: launcherFor(), ...childEntries(context.mainDir) },
      runsDir,
      appVersion: context.version,
      readRecords,
      signal: ending.signal,
      onStart: (dir) => (runDir = dir),
      onAct: ({ number, words }, total) => {
        output.say(`${String(number).padStart(String(total).length)}/${total}  ${words}`)
        if (output.json) output.result({ type: 'act', number, words }, '')
      },
      onEvent: (event) => {
        const alarm = alarmWords(event)
        if (alarm !== null) output.say(alarm)
      },
    })
    return report(output, schedule, done)
  } catch (error) {
    return giveUp(output, error, runDir)
  } finally {
    ending.dispose()
  }
}

function report(output: Output, { end }: Schedule, done: Reenactment): number {
  const { result, runDir, violated, same, disks } = done
  output.say('')
  output.say(disks.text.trimEnd())
  output.say('')
  const expected = end.invariant ?? 'no violation'
  const found = violated.join(', ') || 'no violation'
  output.say(`same end as in the schedule (${expected}): ${same ? 'yes' : `no, but ${found}`}`)
  if (end.invariant === 'I15') output.say('liveness is not judged here: no time passes by itself')
  output.say(`what the disks hold: ${join(runDir, DISKS_FILE)}`)
  const { verdict, measures } = result
  const what = { type: 'result', expected: end.invariant, violated, same, chosen: disks.chosen }
  return finish(output, { verdict, measures, runDir }, what)
}

/** Throws UsageError for what is no schedule. */
function readSchedule(named: string): Schedule {
  const given = resolve(named)
  if (!existsSync(given)) throw new UsageError(`there is no file or directory ${given}`)
  const path = statSync(given).isDirectory() ? join(given, SCHEDULE_FILE) : given
  if (!existsSync(path)) throw new UsageError(`${given} holds no ${SCHEDULE_FILE}`)
  try {
    return parseSchedule(readFileSync(path, 'utf8'), basename(path))
  } catch (error) {
    if (error instanceof FrameError) throw new UsageError(error.message)
    throw error
  }
}
