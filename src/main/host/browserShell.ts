/**
 * What a host without a window of its own offers beside the lab: what was opened last, and what it
 * runs on. Files are the browser's own business there (file input, drop, download).
 *
 * Errors: what opens or writes something rejects with `wrongState`; the others do nothing.
 */
import { LabCallError } from '../../shared/api'
import type { HostFacts, ShellApi } from '../../shared/shell'
import type { Recents } from './recents'

export function hostFacts(): HostFacts {
  const { versions, platform, arch } = process
  return {
    node: versions.node,
    electron: versions['electron'] ?? null,
    chromium: versions['chrome'] ?? null,
    system: `${platform} ${arch}`,
  }
}

function refuse(what: string): () => Promise<never> {
  return () => Promise.reject(new LabCallError('wrongState', `This host ${what}.`))
}

const noFiles = refuse('opens and writes no files')

/** Nothing native to colour or grey out is no failure; what does not open is one. */
export const NO_SHELL: ShellApi = {
  openLink: refuse('opens no links'),
  openReport: refuse('opens no reports'),
  setTheme: async () => {},
  setMenu: async () => {},
  setUnsaved: async () => {},
  hostFacts: async () => hostFacts(),
  recents: async () => [],
  noteRecent: async () => {},
  forgetRecent: async () => {},
  openFile: noFiles,
  openRecentFile: noFiles,
  waitingFile: async () => null,
  readFile: noFiles,
  saveFile: noFiles,
  saveFileAs: noFiles,
}

export function browserShell(recents: Recents): ShellApi {
  return {
    ...NO_SHELL,
    recents: () => recents.list(),
    noteRecent: (kind, ref, title) => recents.note(kind, ref, title),
    forgetRecent: (kind, ref) => recents.forget(kind, ref),
  }
}
