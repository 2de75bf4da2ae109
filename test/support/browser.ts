/**
 * Which Chromium the end-to-end tests use. None is downloaded: an installed one is found, or the
 * suite is skipped and says why.
 */
import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'

const NAMES = [
  'chromium',
  'chromium-browser',
  'google-chrome',
  'google-chrome-stable',
  'microsoft-edge',
]

const FIXED_PLACES = [
  '/usr/bin/chromium',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
  'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
  'C:\\Program Files (x86)\\Microsoft\\Edge\\Application\\msedge.exe',
]

export const NO_BROWSER = 'no Chromium found; install one or set CHROMIUM_PATH'

/** The browser's path, or null. `CHROMIUM_PATH` wins, and is not second-guessed. */
export function findBrowser(): string | null {
  const named = process.env['CHROMIUM_PATH']
  if (named) return isProgram(named) ? named : null
  const folders = (process.env['PATH'] ?? '').split(delimiter).filter((folder) => folder !== '')
  const onPath = folders.flatMap((folder) => NAMES.map((name) => join(folder, name)))
  return [...onPath, ...FIXED_PLACES].find(isProgram) ?? null
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}

/** Flags for a browser that talks to loopback only and leaves nothing running behind. */
export function browserArgs(): string[] {
  return [
    // It opens our own page and nothing else, and a container may offer no sandbox to anybody.
    '--no-sandbox',
    '--disable-quic',
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-sync',
    '--no-first-run',
  ]
}
