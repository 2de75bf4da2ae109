/**
 * `paxos-lab replay RUNDIR`: feeds what was recorded to the core again and compares. Exit codes: 0
 * equal, 1 a difference or a changed file, 2 nothing to compare. A simulated run is run again. With
 * `--fork STEP` the run goes on in the simulator from there; the exit code is the verdict of that.
 */
import { existsSync, statSync } from 'node:fs'
import { resolve } from 'node:path'
import { FrameError } from '../../shared/frame'
import { ForkError } from '../lab/forkCut'
import type { NodeCut } from '../lab/forkCut'
import { forkRun } from '../lab/forkRun'
import { RecordedStepsError } from '../lab/recordedSteps'
import { RecordingError } from '../lab/recordingFiles'
import { replayRun } from '../lab/replayRun'
import type { LifeReplay, RunReplay } from '../lab/replayRun'
import { isSimulated, rerun } from '../replay/rerun'
import type { Rerun } from '../replay/rerun'
import { chooseRunsDir, finish, giveUp } from './labCommand'
import type { CliContext } from './labCommand'
import { Output } from './output'
import { cliCommand, UsageError, wholeFlag } from './usage'
import type { CliCommand } from './usage'

const SEED_MAX = 0xffff_ffff
const SECONDS_MAX = 3600

const args = {
  run: { type: 'positional', required: true, description: 'Run directory' },
  fork: {
    type: 'string',
    valueHint: 'STEP',
    description: 'Go on in the simulator from this event of the record (its seq)',
  },
  seed: { type: 'string', default: '1', valueHint: 'S', description: 'Randomness of the fork' },
  seconds: {
    type: 'string',
    default: '10',
    valueHint: 'T',
    description: 'How long faults strike in the fork, in simulated seconds',
  },
  runs: { type: 'string', valueHint: 'DIR', description: 'Folder for the record of the fork' },
  json: { type: 'boolean', description: 'JSON lines on standard output, the last one the result' },
} as const

interface ReplayFlags {
  readonly run: string
  readonly fork?: string | undefined
  readonly seed: string
  readonly seconds: string
  readonly runs?: string | undefined
  readonly json?: boolean | undefined
}

export function replayCommand(context: CliContext): CliCommand {
  const description = 'Replays the recorded inputs of a run and compares every answer'
  return cliCommand({ name: 'replay', description }, args, ({ args: flags }) => {
    return replay(flags, context)
  })
}

async function replay(flags: ReplayFlags, { version }: CliContext): Promise<number> {
  const output = new Output(flags.json === true)
  const runDir = runDirOf(flags.run)
  try {
    if (flags.fork !== undefined) return await fork(flags, runDir, flags.fork, version, output)
    if (isSimulated(runDir)) return tellRerun(output, runDir, await rerun(runDir))
    return tell(output, runDir, await replayRun(runDir))
  } catch (error) {
    const isKnown = KNOWN_ERRORS.some((kind) => error instanceof kind)
    if (isKnown) return giveUp(output, error, runDir)
    throw error
  }
}

const KNOWN_ERRORS = [FrameError, ForkError, RecordedStepsError, RecordingError]

async function fork(
  flags: ReplayFlags,
  runDir: string,
  step: string,
  appVersion: string,
  output: Output,
): Promise<number> {
  const { cuts, trial, ...made } = await forkRun({
    runDir,
    step: wholeFlag(step, 'fork', 1, Number.MAX_SAFE_INTEGER),
    seed: wholeFlag(flags.seed, 'seed', 0, SEED_MAX),
    seconds: wholeFlag(flags.seconds, 'seconds', 1, SECONDS_MAX),
    runsDir: chooseRunsDir(flags.runs, output),
    appVersion,
  })
  for (const cut of cuts) output.say(cutWords(cut))
  for (const { invariant, words } of trial.violations) output.say(`${invariant}: ${words}`)
  if (trial.words !== '') output.say(trial.words)
  const { verdict, events, operations, chosenSlots, hash } = trial
  output.say(`${events} events simulated, ${operations} operations, hash ${hash}`)
  const measures = { events, operations, chosenSlots, hash }
  const extra = { type: 'result', forkOf: runDir, cuts, violations: trial.violations }
  return finish(output, { verdict, measures, runDir: made.runDir }, extra)
}

function cutWords({ node, life, round, down }: NodeCut): string {
  if (life === 0) return `node ${node} had not begun`
  const where = `node ${node}, life ${life}`
  return down ? `${where}: not running, with its disk` : `${where}: after round ${round}`
}

/** @throws UsageError */
export function runDirOf(named: string): string {
  const path = resolve(named)
  if (!existsSync(path)) throw new UsageError(`there is no directory ${path}`)
  if (!statSync(path).isDirectory()) throw new UsageError(`${path} is no directory`)
  return path
}

function tell(output: Output, runDir: string, report: RunReplay): number {
  const { verdict, rounds, nodes, lives } = report
  for (const life of lives) if (life.state !== 'whole') output.say(lifeWords(life))
  const whole = lives.filter(({ state }) => state === 'whole').length
  if (lives.length > 0) output.say(`${whole} of ${lives.length} lives were recorded to their end`)
  if (verdict === 'valid') output.say(fidelityWords(rounds, nodes))
  else if (rounds === 0 && verdict === 'unknown') {
    output.complain(`${runDir} holds no recorded inputs (record them with --record-inputs)`)
  }
  const measures = { rounds, nodes, lives: lives.length, livesWhole: whole }
  return finish(output, { verdict, measures, runDir }, { type: 'result', lives })
}

function tellRerun(output: Output, runDir: string, { verdict, words, ...measures }: Rerun): number {
  output.say(words === '' ? `run again: ${measures.events} events, all equal` : words)
  return finish(output, { verdict, measures, runDir }, { type: 'result', words })
}

function fidelityWords(rounds: number, nodes: number): string {
  return `replay fidelity 100 % (${rounds} rounds of ${nodes} nodes)`
}

function lifeWords({ node, life, state, rounds, words }: LifeReplay): string {
  const who = `node ${node}, life ${life}`
  switch (state) {
    case 'whole':
    case 'different':
      return words
    case 'cut':
    case 'stopped':
      return `${who}: recorded until round ${rounds}: ${words}`
    case 'short':
    case 'changed':
    case 'unreadable':
    case 'missing':
      return `${who}: after round ${rounds}: ${words}`
  }
}
