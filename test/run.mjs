/**
 * `npm test`: everything a machine can check, from a fresh clone to one plain last line.
 *
 *   --quick             core, node, renderer and repository rules only; no real clusters
 *   --project NAME ...  these vitest projects only
 *   anything else       is handed to vitest: file filters, -t, --update
 *
 * Exit code 0 means that every test that could run here passed. Tests that cannot run here are
 * listed by name with the reason.
 */
import { spawn, spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'

const root = resolve(import.meta.dirname, '..')
const QUICK_PROJECTS = ['core', 'node', 'renderer', 'repo']
const APT_MS_MAX = 180_000

const { projects, rest } = parseArgs(process.argv.slice(2))
const wants = (/** @type {string} */ name) => projects.length === 0 || projects.includes(name)

installPackages()
if (wants('e2e')) installBrowser()
await buildIfStale()
process.exitCode = await runVitest()

/** @param {string[]} args */
function parseArgs(args) {
  /** @type {{ projects: string[], rest: string[] }} */
  const parsed = { projects: [], rest: [] }
  for (let i = 0; i < args.length; i += 1) {
    const arg = args[i] ?? ''
    if (arg === '--quick') parsed.projects.push(...QUICK_PROJECTS)
    else if (arg === '--project') parsed.projects.push(args[(i += 1)] ?? '')
    else parsed.rest.push(arg)
  }
  return parsed
}

function installPackages() {
  if (existsSync(join(root, 'node_modules/vitest/package.json'))) return
  console.log('Packages are missing: npm ci ...')
  const isWindows = process.platform === 'win32'
  const npm = spawnSync('npm', ['ci'], { cwd: root, stdio: 'inherit', shell: isWindows })
  if (npm.status !== 0) endBeforeTests('npm ci failed')
}

/** On a bare Debian machine that belongs to us (root), the browser suite need not be skipped. */
function installBrowser() {
  if (process.getuid?.() !== 0 || process.env['PAXOS_TEST_NO_APT'] === '1') return
  if (process.env['CHROMIUM_PATH'] || existsSync('/usr/bin/chromium')) return
  const path = (process.env['PATH'] ?? '').split(':')
  const hasProgram = (/** @type {string} */ name) => path.some((dir) => existsSync(join(dir, name)))
  if (!hasProgram('apt-get')) return
  if (['chromium-browser', 'google-chrome'].some(hasProgram)) return
  console.log('No browser found: installing chromium with apt-get ...')
  const deadlineAt = Date.now() + APT_MS_MAX
  const apt = (/** @type {string[]} */ args) =>
    spawnSync('apt-get', ['-qq', '-y', ...args], {
      stdio: 'ignore',
      timeout: Math.max(1, deadlineAt - Date.now()),
      killSignal: 'SIGKILL',
      env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
    }).status === 0
  const packages = ['install', '--no-install-recommends', 'chromium']
  if (apt(packages) || (apt(['update']) && apt(packages))) return
  console.log('apt-get could not install it; the browser suite will be skipped.')
}

async function buildIfStale() {
  const { ensureBuilt } = await import('../src/main/build.mjs')
  try {
    await ensureBuilt({ say: console.log })
  } catch (error) {
    endBeforeTests(`the build failed: ${error instanceof Error ? error.message : String(error)}`)
  }
}

/**
 * @param {string} reason
 * @returns {never}
 */
function endBeforeTests(reason) {
  console.log(`No test ran: ${reason}`)
  console.log('0 passed, 1 failed')
  process.exit(1)
}

/** @returns {Promise<number>} the exit code */
async function runVitest() {
  const folder = mkdtempSync(join(tmpdir(), 'paxos-lab-test-'))
  const summaryPath = join(folder, 'summary.json')
  const args = [
    join(root, 'node_modules/vitest/vitest.mjs'),
    'run',
    '--reporter=default',
    `--reporter=${join(root, 'test/support/summaryReporter.mjs')}`,
    ...projects.flatMap((name) => ['--project', name]),
    ...rest,
  ]
  const child = spawn(process.execPath, args, {
    cwd: root,
    stdio: 'inherit',
    env: { ...process.env, PAXOS_TEST_SUMMARY: summaryPath },
  })
  for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP'])) {
    process.on(signal, () => child.kill(signal))
  }
  const code = await new Promise((done) => {
    child.on('error', () => done(1))
    child.on('close', (exitCode) => done(exitCode ?? 1))
  })
  const summary = readSummary(summaryPath)
  rmSync(folder, { recursive: true, force: true })
  return report(summary, code)
}

/**
 * @param {string} path
 * @returns {import('./support/summaryReporter.mjs').Summary | null}
 */
function readSummary(path) {
  return existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')) : null
}

/**
 * Prints what was skipped, then the plain last line.
 *
 * @param {import('./support/summaryReporter.mjs').Summary | null} summary
 * @param {number} code vitest's own exit code
 */
function report(summary, code) {
  if (summary === null) endBeforeTests(`vitest ended with code ${code} before its summary`)
  const { passed, skipped, unhandled } = summary
  let failed = summary.failed + unhandled
  if (unhandled > 0) console.log(`${unhandled} errors outside of any test count as failures.`)
  // vitest may know of a failure that the summary does not; it must not be lost.
  if (code !== 0 && failed === 0) failed = 1
  if (passed + failed === 0) endBeforeTests('no test was found')
  for (const { suite, reason, tests } of skipped) {
    const count = tests === 1 ? '1 test' : `${tests} tests`
    console.log(`skipped: ${suite} (${count})${reason === '' ? '' : `: ${reason}`}`)
  }
  const skippedTests = skipped.reduce((sum, entry) => sum + entry.tests, 0)
  const tail = skippedTests > 0 ? `, ${skippedTests} skipped` : ''
  console.log(`${passed} passed, ${failed} failed${tail}`)
  return failed > 0 ? 1 : 0
}
