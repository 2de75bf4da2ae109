/**
 * Directory of an experiment: `experiment.yaml`, `experiment.json`, a run directory for each trial
 * in `runs/`, and `report.html` in the end.
 *
 * `experiment.json` is written at the start and after every trial, each time beside and renamed: a
 * runner that is killed leaves all that ended before, and the rest is unknown.
 * Errors: those of the file system; ExperimentDirError for a place that is taken or holds nothing.
 */
import { existsSync, readdirSync, statSync } from 'node:fs'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parseExperiment } from '../../shared/experimentCodec'
import type { ExperimentResult } from '../../shared/experimentResult'
import { makeDir } from '../lab/makeDir'
import { writeJson } from '../lab/runDir'

export const EXPERIMENT_FILE = 'experiment.json'
export const EXPERIMENT_TEXT_FILE = 'experiment.yaml'
export const RUNS_FOLDER = 'runs'

export class ExperimentDirError extends Error {
  override readonly name = 'ExperimentDirError'
}

/** Throws if something lies there already: results of two experiments must not mix. */
export function checkVacant(dir: string): void {
  const found = statSync(dir, { throwIfNoEntry: false })
  if (found === undefined) return
  if (!found.isDirectory()) throw new ExperimentDirError(`${dir} is no directory`)
  if (readdirSync(dir).length === 0) return
  const what = existsSync(join(dir, EXPERIMENT_FILE)) ? 'holds an experiment' : 'is not empty'
  throw new ExperimentDirError(`${dir} ${what}: an experiment needs a directory of its own`)
}

export async function makeExperimentDir(dir: string, text: string): Promise<void> {
  makeDir(join(dir, RUNS_FOLDER))
  await writeFile(join(dir, EXPERIMENT_TEXT_FILE), text)
}

/** The text that it was made from; empty where nobody kept it. */
export async function readExperimentText(dir: string): Promise<string> {
  return await readFile(join(dir, EXPERIMENT_TEXT_FILE), 'utf8').catch(() => '')
}

export async function writeExperiment(dir: string, result: ExperimentResult): Promise<void> {
  await writeJson(join(dir, EXPERIMENT_FILE), result)
}

export function isExperimentDir(dir: string): boolean {
  return existsSync(join(dir, EXPERIMENT_FILE))
}

/** Throws ExperimentDirError, or FrameError for a file that is damaged. */
export async function readExperiment(dir: string): Promise<ExperimentResult> {
  const path = join(dir, EXPERIMENT_FILE)
  const text = await readFile(path, 'utf8').catch(() => {
    throw new ExperimentDirError(`${dir} holds no ${EXPERIMENT_FILE}`)
  })
  return parseExperiment(text, path)
}
