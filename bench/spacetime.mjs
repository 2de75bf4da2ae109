/**
 * `node bench/spacetime.mjs [MESSAGES]`: what the space-time diagram costs at 1,000,000 messages,
 * in ms: ingest, order, binning into pixel columns, filter, table, cone, and frames of the engine.
 * Canvas calls are counted and not carried out: rasterisation is the browser's, and measured there.
 */
import { join } from 'node:path'
import { runnerImport } from 'vite'

const root = join(import.meta.dirname, '..')

/**
 * TypeScript that shares the engine with the window, and runs when it is imported.
 *
 * @type {{ module: typeof import('./spacetimeBench') }}
 */
await runnerImport(join(root, 'bench/spacetimeBench.ts'), { root, configFile: false })
