/**
 * `npm run screenshots`: pictures of the window for README and docs, from real runs in a real
 * browser. Writes `docs/screenshots/*.png`; the pictures differ each time, as the runs do.
 */
import { join } from 'node:path'
import { runnerImport } from 'vite'
import { ensureBuilt, root } from '../src/main/build.mjs'

await ensureBuilt()
/**
 * TypeScript that shares its tools with the end-to-end tests, and runs when it is imported.
 *
 * @type {{ module: typeof import('./takeScreenshots') }}
 */
await runnerImport(join(root, 'bench/takeScreenshots.ts'), { root, configFile: false })
