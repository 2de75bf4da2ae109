/**
 * `npm run pack:dir`: an unpacked app folder in `dist/`, by electron-builder. Takes the Electron
 * that is here (fetched before, or named by ELECTRON_OVERRIDE_DIST_PATH or ELECTRON_EXEC_PATH);
 * without one electron-builder fetches its archive, or takes it from its cache.
 *
 * Exit code: that of electron-builder.
 */
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { ensureBuilt, root } from './build.mjs'
import { distFolder, locateElectron } from './electronBinary.mjs'

/** @param {string} line */
const say = (line) => console.error(line)

await ensureBuilt({ force: true, say })
const located = locateElectron()
const own = located.path === null ? [] : [`-c.electronDist=${distFolder(located.path)}`]
say(
  located.path === null
    ? `${located.reason}: electron-builder looks in its cache, then fetches the archive.`
    : `Packing ${located.path}`,
)
const builder = join(root, 'node_modules/electron-builder/cli.js')
const args = [builder, '--dir', ...own, ...process.argv.slice(2)]
const { status } = spawnSync(process.execPath, args, { cwd: root, stdio: 'inherit' })
if (status !== 0) {
  say('No app folder was made. With an unpacked Electron of the version that package.json names,')
  say('set ELECTRON_OVERRIDE_DIST_PATH to its folder; `npm run doctor` says what is here.')
}
process.exit(status ?? 1)
