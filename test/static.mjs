/**
 * `npm run static`: every check that only reads, as many at once as the smallest machine that we
 * support has cores. What each of them says is printed when it ends.
 *
 * Exit code: 0 all passed, 1 one did not; it is named in the last line.
 */
import { spawn } from 'node:child_process'

const AT_ONCE = 2
/** The longest first. */
const SCRIPTS = [
  ...['lint', 'typecheck:test', 'typecheck:web', 'typecheck:node'],
  ...['format:check', 'deps', 'knip', 'typecheck:core'],
]
const npm = process.env['npm_execpath']

/** @param {string} script @returns {Promise<boolean>} whether it passed */
function run(script) {
  const [program, args] = npm ? [process.execPath, [npm]] : ['npm', []]
  const child = spawn(program, [...args, 'run', '--silent', script], {
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let said = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8')
    stream.on('data', (/** @type {string} */ text) => (said += text))
  }
  return new Promise((resolve) => {
    child.on('error', (error) => (said += `${error.message}\n`))
    child.on('close', (code) => {
      console.log(`${code === 0 ? 'passed' : 'FAILED'}: ${script}\n${said}`.trimEnd())
      resolve(code === 0)
    })
  })
}

const waiting = [...SCRIPTS]
/** @type {string[]} */
const failed = []

async function worker() {
  for (let script = waiting.shift(); script !== undefined; script = waiting.shift()) {
    if (!(await run(script))) failed.push(script)
  }
}

await Promise.all(Array.from({ length: AT_ONCE }, worker))
if (failed.length > 0) {
  console.error(`Failed: ${failed.join(', ')}`)
  process.exitCode = 1
}
