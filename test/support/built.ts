/** Where the built programs are; `npm test` builds them first. */
import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'

const root = resolve(import.meta.dirname, '../..')

/** Path of a bundle of the main side, such as `cli` or `switchboard`. */
export function builtEntry(
  name: 'cli' | 'web' | 'node' | 'switchboard' | 'index' | 'runs',
): string {
  const path = join(process.env['PAXOS_TEST_OUT'] ?? join(root, 'out/main'), `${name}.js`)
  if (!existsSync(path)) throw new Error(`${path} is not built; run \`npm run build\``)
  return path
}
