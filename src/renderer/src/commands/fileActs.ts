/**
 * Files of the shell: chosen in dialogs of the system, handed over by it, or of the list of what
 * was opened last. The page reads them by their handle and never knows a path.
 *
 * Errors: what the shell refuses becomes a toast.
 */
import { FILE_PART_BYTES } from '../../../shared/shell'
import type { OpenedFile, ShellApi } from '../../../shared/shell'
import { describeFailure } from '../api/failure'
import { useLabStore } from '../stores/lab'
import { useRecentsStore } from '../stores/recents'
import { useToastsStore } from '../stores/toasts'
import { openFile } from './openActs'

/** By the dialog of the system. */
export async function chooseFile(): Promise<void> {
  await take('Open a file', (shell) => shell.openFile())
}

export async function openRecentFile(ref: string): Promise<void> {
  await take('Open a file', (shell) => shell.openRecentFile(ref))
  // It may have gone meanwhile.
  await useRecentsStore().load()
}

/** What the system handed to the app, if it did. */
export async function takeWaitingFile(): Promise<void> {
  await take('Open a file', (shell) => shell.waitingFile())
}

/** Where a dialog of the system says; false: nobody chose a place, or it failed. */
export async function saveCopy(name: string, text: string): Promise<boolean> {
  return (await asked(`Save ${name}`, (shell) => shell.saveFileAs(name, text))) !== null
}

async function take(
  title: string,
  find: (shell: ShellApi) => Promise<OpenedFile | null>,
): Promise<void> {
  const opened = await asked(title, find)
  if (opened === null) return
  const file = await asked(`Open ${opened.name}`, (shell) => readWhole(shell, opened))
  if (file !== null) await openFile(file, opened.isExperiment ? opened.handle : null)
}

async function readWhole(shell: ShellApi, { handle, name }: OpenedFile): Promise<File> {
  const parts: Uint8Array<ArrayBuffer>[] = []
  let from = 0
  for (;;) {
    const part = await shell.readFile(handle, from)
    parts.push(Uint8Array.from(part, (sign) => sign.charCodeAt(0)))
    from += part.length
    if (part.length < FILE_PART_BYTES) return new File(parts, name)
  }
}

/** Null: nothing came of it; a refusal was told. */
async function asked<Out>(
  title: string,
  run: (shell: ShellApi) => Promise<Out | null>,
): Promise<Out | null> {
  const shell = useLabStore().shell()
  if (shell === null) return null
  try {
    return await run(shell)
  } catch (error) {
    const { words: why, details } = describeFailure(error)
    useToastsStore().show({ level: 'error', title, why, details })
    return null
  }
}
