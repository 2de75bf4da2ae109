/**
 * Single runs of the past, deleted: the directory and all that lies in it, for good.
 *
 * Errors: LabCallError for one that still grows, one that belongs to a result, or none at all.
 */
import { rm } from 'node:fs/promises'
import { LabCallError } from '../../shared/api'
import { RESULT_ID, RUN_ID } from '../../shared/runIds'
import { runDirOf } from './deskFolder'

export async function deleteRun(
  runsDir: string,
  id: string,
  isGrowing: (id: string) => boolean,
): Promise<void> {
  if (!RUN_ID.test(id)) throw new LabCallError('badArgument', `${id} is no run`)
  const [result = ''] = id.split('/')
  if (RESULT_ID.test(result)) {
    const words = `${id} is one of the trials of ${result}: delete that result as a whole`
    throw new LabCallError('wrongState', words)
  }
  const dir = await runDirOf(runsDir, id)
  if (isGrowing(id)) {
    throw new LabCallError('wrongState', `${id} is being recorded: stop its cluster first`)
  }
  await rm(dir, { recursive: true, force: true, maxRetries: 3 })
}
