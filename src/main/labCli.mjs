#!/usr/bin/env node
/**
 * `paxos-lab`, and `npm run -s lab -- ARGS`. Builds if stale, then becomes the command line: the
 * same process, so its signals, standard streams and exit code are the program's own.
 */
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { ensureBuilt, outDir } from './build.mjs'

/** Standard output belongs to results, so progress goes to standard error. */
const say = (/** @type {string} */ line) => console.error(line)

/** Exit code 2 says "unknown": without a program there is no verdict. */
const CANNOT_RUN = 2

async function main() {
  try {
    await ensureBuilt({ say })
  } catch (error) {
    say(`Build failed: ${error instanceof Error ? error.message : String(error)}`)
    process.exitCode = CANNOT_RUN
    return
  }
  const entry = join(outDir, 'main/cli.js')
  process.argv = [process.execPath, entry, ...process.argv.slice(2)]
  await import(pathToFileURL(entry).href)
}

await main()
