/**
 * `npm run soak`: the nightly sizes: many seeds of the simulator, larger bounds of the explorer,
 * random histories for the linearizability checker, kills and power losses on real processes, and
 * every mutant, which must be caught. One part after the other; progress goes to standard error,
 * one line a part to standard output, everything to a summary file.
 *
 * Exit code: 0 every part did what it must; 1 one did not; 2 no verdict.
 */
import { spawn } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { availableParallelism, tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { ensureBuilt, root } from '../../src/main/build.mjs'
import { PARTS } from './soakParts.mjs'

const USAGE = `npm run soak -- [OPTIONS]

--parts A,B     some of: ${[...new Set(PARTS.map(({ kind }) => kind))].join(', ')} (all)
--scale N       a share of the nightly sizes, 0.0001 to 10 (1)
--out FILE      where the summary goes (soak.json in the temporary folder)
`
const TAIL_CHARS = 4000
const NO_VERDICT = 2

/** @param {string} text */
const print = (text) => void process.stdout.write(`${text}\n`)
/** @param {string} line */
const say = (line) => void process.stderr.write(`${line}\n`)

class UsageError extends Error {}

function readOptions() {
  const text = /** @type {const} */ ({ type: 'string' })
  const { values } = parseArgs({
    options: { parts: text, scale: text, out: text, help: { type: 'boolean', default: false } },
  })
  const scale = Number(values.scale ?? '1')
  if (!(scale >= 0.0001 && scale <= 10)) {
    throw new UsageError(`--scale is "${values.scale}", not a number from 0.0001 to 10`)
  }
  const wanted = values.parts?.split(',') ?? null
  const stranger = wanted?.find((name) => !PARTS.some(({ kind }) => kind === name))
  if (stranger !== undefined) throw new UsageError(`there is no part "${stranger}"`)
  return {
    help: values.help,
    scale,
    parts: PARTS.filter(({ kind }) => wanted === null || wanted.includes(kind)),
    out: resolve(values.out ?? join(tmpdir(), 'soak.json')),
  }
}

/**
 * Runs one command to its end; standard error passes through.
 *
 * @param {readonly string[]} args
 * @returns {Promise<{ code: number, tail: string }>}
 */
function run(args) {
  return new Promise((done, fail) => {
    const child = spawn(process.execPath, args, {
      cwd: root,
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    let tail = ''
    child.stdout.setEncoding('utf8')
    child.stdout.on('data', (/** @type {string} */ text) => {
      tail = (tail + text).slice(-TAIL_CHARS)
    })
    child.on('error', fail)
    child.on('close', (code) => done({ code: code ?? NO_VERDICT, tail }))
  })
}

async function main() {
  const options = readOptions()
  if (options.help) {
    print(USAGE)
    return 0
  }
  await ensureBuilt({ say })
  const results = []
  for (const [index, part] of options.parts.entries()) {
    const args = part.args(options.scale)
    say(`[${index + 1}/${options.parts.length}] ${part.name}: ${args.slice(1).join(' ')}`)
    const startedAtMs = performance.now()
    const { code, tail } = await run(args)
    const seconds = Math.round((performance.now() - startedAtMs) / 100) / 10
    const ok = code === part.expects
    const last = tail.trimEnd().split('\n').at(-1) ?? ''
    print(
      `${ok ? 'ok    ' : 'NOT OK'} ${part.name} (${seconds} s, exit code ${code}) ${last.slice(0, 300)}`,
    )
    results.push({ ...part, args, code, ok, seconds, tail })
    // After each part: a soak that is cut short has told what it knew.
    const summary = { version: 1, scale: options.scale, cpus: availableParallelism(), results }
    writeFileSync(options.out, `${JSON.stringify(summary, null, 2)}\n`)
  }
  const bad = results.filter(({ ok }) => !ok).length
  print(`summary: ${options.out}`)
  print(`${results.length - bad} parts as they must be, ${bad} not`)
  return bad === 0 ? 0 : 1
}

try {
  process.exitCode = await main()
} catch (error) {
  say(error instanceof UsageError ? `${error.message}\n\n${USAGE}` : String(error))
  process.exitCode = NO_VERDICT
}
