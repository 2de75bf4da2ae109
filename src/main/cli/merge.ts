/**
 * `paxos-lab merge DIR ...`: the shards of one experiment as one result, with table and verdict; of
 * a single directory, that of what is there. Exit codes as those of `run`.
 */
import { relative, resolve, join } from 'node:path'
import { experimentReason } from '../../shared/experimentCodec'
import { FrameError } from '../../shared/frame'
import {
  checkVacant,
  ExperimentDirError,
  makeExperimentDir,
  readExperiment,
  readExperimentText,
  writeExperiment,
} from '../experiment/experimentDir'
import { countVerdicts, summarise } from '../experiment/figures'
import { MergeError, mergeShards } from '../experiment/merge'
import type { ShardResult } from '../experiment/merge'
import { resultTable, failureLines } from '../experiment/table'
import { writeExperimentReport } from '../report/experimentReport'
import { finish, giveUp } from './labCommand'
import { Output } from './output'
import { runDirOf } from './replay'
import { cliCommand } from './usage'
import type { CliCommand } from './usage'

const SHARDS_MAX = 100

const args = {
  dirs: { type: 'positional', required: true, description: 'Directories of experiments' },
  out: { type: 'string', valueHint: 'DIR', description: 'Writes the whole result there' },
  json: { type: 'boolean', description: 'One JSON line on standard output' },
} as const

interface MergeFlags {
  readonly out?: string | undefined
  readonly json?: boolean | undefined
}

export function mergeCommand(): CliCommand {
  const meta = { name: 'merge', description: 'The shards of an experiment as one result' }
  return cliCommand(meta, args, ({ args: flags }) => merge(flags._, flags), undefined, SHARDS_MAX)
}

const KNOWN_ERRORS = [MergeError, ExperimentDirError, FrameError]

async function merge(dirs: readonly string[], flags: MergeFlags): Promise<number> {
  const output = new Output(flags.json === true)
  const places = dirs.map((dir) => runDirOf(dir))
  try {
    const shards = await Promise.all(places.map((dir) => readShard(dir)))
    const out = flags.out === undefined ? null : resolve(flags.out)
    const base = out ?? places[0] ?? ''
    const result = mergeShards(shards.map((shard) => inside(base, shard)))
    if (out !== null) {
      checkVacant(out)
      await makeExperimentDir(out, await readExperimentText(places[0] ?? ''))
      await writeExperiment(out, result)
      output.say(`report: ${await writeExperimentReport(out, result)}`)
    }
    const { verdict, trials, planned, cancelled, plan } = result
    const reason = experimentReason(result)
    for (const line of resultTable(result)) output.say(line)
    for (const line of failureLines(trials, base)) output.say(line)
    if (reason !== '') output.say(`why: ${reason}`)
    const measures = { trials: trials.length, planned, ...countVerdicts(trials) }
    return finish(
      output,
      { verdict, measures, runDir: out },
      {
        ...{ type: 'experiment', experiment: plan.name, reason, cancelled, command: plan.command },
        points: summarise(trials),
      },
    )
  } catch (error) {
    if (KNOWN_ERRORS.some((kind) => error instanceof kind)) return giveUp(output, error)
    throw error
  }
}

async function readShard(dir: string): Promise<ShardResult> {
  return { dir, result: await readExperiment(dir) }
}

/** Run directories stay where they are; their paths are those from the new place. */
function inside(base: string, { dir, result }: ShardResult): ShardResult {
  const trials = result.trials.map((trial) => ({
    ...trial,
    runDir: trial.runDir === null ? null : relative(base, join(dir, trial.runDir)),
  }))
  return { dir, result: { ...result, trials } }
}
