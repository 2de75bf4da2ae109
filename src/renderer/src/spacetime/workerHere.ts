/** The worker of this build, or null where the browser cannot paint in one. */
import { canPaintInWorker } from './enginePort'
import type { NewWorker } from './enginePort'

export function workerHere(): NewWorker {
  if (!canPaintInWorker()) return null
  return () => new Worker(new URL('./worker.ts', import.meta.url), { type: 'module' })
}
