/**
 * `npm run screenshots`: pictures of the window for README and docs, from real runs in a real
 * browser. Writes `docs/screenshots/*.png`; the pictures differ each time, as the runs do.
 */
import { join } from 'node:path'
import { runnerImport } from 'vite'
import { ensureBuilt, root } from '../src/main/build.mjs'

await ensureBuilt()
/**
 * TypeScript, and shared with the end-to-end tests.
 * @type {{ module: typeof import('./takeScreenshots') }}
 */
const { module } = await runnerImport(join(root, 'bench/takeScreenshots.ts'), {
  root,
  configFile: false,
})
const taken = await module.takeScreenshots(join(root, 'docs/screenshots'))
for (const name of taken) console.log(`docs/screenshots/${name}`)
