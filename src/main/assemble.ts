/**
 * Assembles a lab from what lies beside an entry: the bundles of node and switchboard, and the
 * bundled scenarios. Electron shell, browser host and command line start from here alike.
 */
import { existsSync, readFileSync, readdirSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import type { Scenario } from '../shared/experiment'
import { parseScenario } from '../shared/experiment'
import { Fields } from '../shared/fields'
import { createLab } from './lab/lab'
import type { LabController } from './lab/lab'

export interface AssembleOptions {
  /** Folder of the running entry, `out/main`: a shared chunk does not know where it lies. */
  readonly mainDir: string
  /** A directory for run directories; made if missing. */
  readonly runsDir: string
  readonly appVersion: string
  /** Scenarios of the user's own, beside the bundled ones. */
  readonly scenarios?: readonly Scenario[]
}

const SUFFIX = '.paxlab.yaml'
/** What the start page shows first. */
const FIRST = ['first-choice', 'dueling-proposers']

export async function assembleLab(options: AssembleOptions): Promise<LabController> {
  const { mainDir, runsDir, appVersion } = options
  const own = options.scenarios ?? []
  const names = new Set(own.map(({ name }) => name))
  const bundled = bundledScenarios(mainDir).filter(({ name }) => !names.has(name))
  return createLab({
    ...childEntries(mainDir),
    runsDir,
    appVersion,
    scenarios: [...own, ...bundled],
  })
}

/** The programs of the children of a lab. */
export function childEntries(mainDir: string): { nodeEntry: string; switchboardEntry: string } {
  return {
    nodeEntry: childEntry(mainDir, 'node.js'),
    switchboardEntry: childEntry(mainDir, 'switchboard.js'),
  }
}

/** A child cannot be started inside an archive; its unpacked copy lies beside it. */
export function childEntry(mainDir: string, name: string): string {
  const unpacked = mainDir.replace(/\bapp\.asar(?=[\\/])/, 'app.asar.unpacked')
  const path = join(unpacked, name)
  return existsSync(path) ? path : join(mainDir, name)
}

/** Those a newcomer meets first, then by level and name. Throws ScenarioError. */
export function bundledScenarios(mainDir: string): Scenario[] {
  const folder = scenariosDir(mainDir)
  const files = readdirSync(folder).filter((file) => file.endsWith(SUFFIX))
  const scenarios = files.map((file) =>
    parseScenario(readFileSync(join(folder, file), 'utf8'), file),
  )
  return scenarios.sort((a, b) => placeOf(a) - placeOf(b) || a.name.localeCompare(b.name))
}

/** Each is in a file of its name. */
export function bundledNames(mainDir: string): string[] {
  const files = readdirSync(scenariosDir(mainDir)).filter((file) => file.endsWith(SUFFIX))
  return files.map((file) => file.slice(0, -SUFFIX.length)).sort()
}

export function bundledText(mainDir: string, name: string): { text: string; file: string } {
  const file = name + SUFFIX
  return { text: readFileSync(join(scenariosDir(mainDir), file), 'utf8'), file }
}

function scenariosDir(mainDir: string): string {
  return join(mainDir, '../../resources/scenarios')
}

function placeOf({ name, level }: Scenario): number {
  const first = FIRST.indexOf(name)
  return first >= 0 ? first : FIRST.length + ['first', 'basic', 'advanced'].indexOf(level)
}

/** Version of the package that the entry belongs to. */
export function readAppVersion(mainDir: string): string {
  const path = join(mainDir, '../../package.json')
  return Fields.of(JSON.parse(readFileSync(path, 'utf8')), 'package.json').text('version', 40)
}

/** Where runs are kept unless a flag says otherwise: the user's data folder of each system. */
export function defaultRunsDir(): string {
  return join(dataHome(), 'paxos-lab', 'runs')
}

function dataHome(): string {
  const named = process.env['XDG_DATA_HOME']
  if (named) return named
  if (process.platform === 'win32') {
    return process.env['LOCALAPPDATA'] ?? join(homedir(), 'AppData', 'Local')
  }
  if (process.platform === 'darwin') return join(homedir(), 'Library', 'Application Support')
  return join(homedir(), '.local', 'share')
}
