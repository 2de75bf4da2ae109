/** Electron entry: the lab in the main process, its window in front. */
import { app, dialog } from 'electron'
import { join } from 'node:path'
import { assembleLab } from './assemble'
import { assembleDesk } from './assembleDesk'
import { writeCrashNote } from './electron/crashNote'
import { startShell } from './electron/shell'
import { recentsOf } from './host/recents'

// Taken here, because only an entry knows where the bundles lie.
const mainDir = import.meta.dirname

startShell({
  rendererDir: join(mainDir, '../renderer'),
  preload: join(mainDir, '../preload/index.cjs'),
  icon: join(mainDir, '../../resources/icon.png'),
  async makeLab({ userData, version }) {
    const place = { mainDir, runsDir: join(userData, 'runs'), appVersion: version }
    const lab = await assembleLab(place)
    const desk = assembleDesk(lab, place)
    return { lab, desk, recents: recentsOf(place.runsDir, desk) }
  },
}).catch((error: unknown) => {
  const path = writeCrashNote(app.getPath('userData'), app.getVersion(), error)
  const words = error instanceof Error ? error.message : String(error)
  console.error(`Paxos Lab could not start: ${words}`)
  const where = path === null ? '' : `\n\nDetails are in ${path}`
  dialog.showErrorBox('Paxos Lab could not start', `${words}${where}`)
  app.exit(1)
})
