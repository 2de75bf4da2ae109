/** What commands that run a lab have in common: where it lies, its folder of runs, its end. */
import { accessSync, constants } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { LabCallError } from '../../shared/api'
import type { Verdict } from '../../shared/labWords'
import { defaultRunsDir } from '../assemble'
import { makeDir } from '../lab/makeDir'
import { EXIT } from './output'
import type { Output } from './output'

/** What the entry hands to every command. */
export interface CliContext {
  /** Folder of the entry, `out/main`. */
  readonly mainDir: string
  readonly version: string
}

export type Figures = Readonly<Record<string, number | string | null>>

/** The last JSON line of a command that ran a lab. */
export interface CommandResult {
  readonly verdict: Verdict
  readonly measures: Figures
  readonly runDir: string | null
  readonly [more: string]: unknown
}

/** The folder for run directories: the flag, else the user's data folder, else a temporary one. */
export function chooseRunsDir(flag: string | undefined, output: Output): string {
  if (flag !== undefined) return resolve(flag)
  const home = defaultRunsDir()
  try {
    makeDir(home)
    accessSync(home, constants.W_OK)
    return home
  } catch {
    const temporary = join(tmpdir(), 'paxos-lab', 'runs')
    output.complain(`${home} cannot be written; runs are kept in ${temporary}`)
    return temporary
  }
}

export function errorWords(error: unknown): string {
  if (error instanceof LabCallError) return [error.message, ...error.details].join('\n  ')
  return error instanceof Error ? error.message : String(error)
}

/** Prints the result; answers the exit code. */
export function finish(output: Output, result: CommandResult, extra: object = {}): number {
  const where = result.runDir === null ? '' : `; the run is in ${result.runDir}`
  output.result({ ...extra, ...result }, `${result.verdict}${where}`)
  return EXIT[result.verdict]
}

/** A command that could not do its work has no verdict: exit code 2. */
export function giveUp(output: Output, error: unknown, runDir: string | null = null): number {
  const words = errorWords(error)
  output.complain(words)
  const result = { error: words, verdict: 'unknown', measures: {}, runDir }
  if (output.json) output.result(result, '')
  return EXIT.unknown
}
