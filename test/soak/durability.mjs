/**
 * `npm run soak:durability`: five real nodes under writers, random kills and power losses, and
 * then every acknowledged write is read back through every node. Progress goes to standard error,
 * the verdict to standard output, everything counted to a summary file.
 *
 * Exit code: 0 nothing was lost and all is well; 1 something was lost or is wrong; 2 no verdict.
 */
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { runnerImport } from 'vite'
import { ensureBuilt, root } from '../../src/main/build.mjs'

const USAGE = `npm run soak:durability -- [OPTIONS]

--rounds N          rounds of SIGKILL and restart (100), 0 to 10000
--power-losses N    power losses of one node, a majority, all (30), 0 to 10000
--seed N            of the plan of faults (1)
--snapshot-slots N  a snapshot after so many slots (300), 1 to 1000000
--flush-off         nothing is flushed: the run must then report lost writes
--out FILE          where the summary goes (soak-durability-SEED.json in the temporary folder)
--keep              keep logs and record also when all is well
`
const NO_VERDICT = 2

/** @param {string} text */
const print = (text) => void process.stdout.write(`${text}\n`)
/** @param {string} line */
const say = (line) => void process.stderr.write(`${line}\n`)

class UsageError extends Error {}

/**
 * @param {string} name
 * @param {string | undefined} text
 * @param {number} usual
 * @param {number} least
 * @param {number} most
 */
function whole(name, text, usual, least, most) {
  if (text === undefined) return usual
  const value = Number(text)
  if (/^\d+$/.test(text) && value >= least && value <= most) return value
  throw new UsageError(`--${name} is "${text}", not a whole number from ${least} to ${most}`)
}

function readOptions() {
  const text = /** @type {const} */ ({ type: 'string' })
  const flag = /** @type {const} */ ({ type: 'boolean', default: false })
  const { values } = parseArgs({
    options: {
      ...{ rounds: text, 'power-losses': text, seed: text, 'snapshot-slots': text, out: text },
      ...{ 'flush-off': flag, keep: flag, help: flag },
    },
  })
  const seed = whole('seed', values.seed, 1, 0, 2 ** 32 - 1)
  return {
    help: values.help,
    kills: whole('rounds', values.rounds, 100, 0, 10_000),
    powerLosses: whole('power-losses', values['power-losses'], 30, 0, 10_000),
    snapshotSlots: whole('snapshot-slots', values['snapshot-slots'], 300, 1, 1_000_000),
    flush: !values['flush-off'],
    out: resolve(values.out ?? join(tmpdir(), `soak-durability-${seed}.json`)),
    keep: values.keep,
    seed,
  }
}

function optionsOrUsage() {
  try {
    return readOptions()
  } catch (error) {
    say(`${error instanceof Error ? error.message : String(error)}\n\n${USAGE}`)
    return null
  }
}

async function main() {
  const options = optionsOrUsage()
  if (options === null) return NO_VERDICT
  if (options.help) {
    print(USAGE)
    return 0
  }
  await ensureBuilt({ say })
  /**
   * TypeScript that shares its tools with the tests.
   *
   * @type {{ module: typeof import('./soakDurability') }}
   */
  const { module } = await runnerImport(join(root, 'test/soak/soakDurability.ts'), {
    root,
    configFile: false,
  })
  return await module.soakDurability(options, { print, say })
}

try {
  process.exitCode = await main()
} catch (error) {
  say(`No verdict: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`)
  process.exitCode = NO_VERDICT
}
