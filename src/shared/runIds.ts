/**
 * Ids of what lies in the folder of runs, as windows name it: a run, a result (the directory of
 * several trials), a run inside of a result. An id is a name and nothing else: no path leads out.
 */
const RUN = /\d{4}-\d{2}-\d{2}T\d{2}-\d{2}-\d{2}-[0-9a-z]{4}/.source
const RESULT = `experiment-${RUN}`
const TRIAL = `${RESULT}/runs/${RUN}`

export const RESULT_ID = new RegExp(`^${RESULT}$`)
/** A run by itself, or one of a result. */
export const RUN_ID = new RegExp(`^(${RUN}|${TRIAL})$`)
/** Id of a run from the path of its directory; null: it lies in no folder of runs. */
export function runIdOf(dir: string): string | null {
  const path = dir.replaceAll('\\', '/').replace(/\/+$/, '')
  return new RegExp(`(?:^|/)(${TRIAL}|${RUN})$`).exec(path)?.[1] ?? null
}

/** Whatever has a report. */
export const REPORT_ID = new RegExp(`^(${RESULT}|${RUN}|${TRIAL})$`)
