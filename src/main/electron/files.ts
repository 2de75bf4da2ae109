/**
 * Files outside of the lab's own folders (E11): chosen in dialogs of the system, from the list of
 * what was opened last, or handed over by the system. A page gets a handle, a random id; which path
 * it stands for stays here.
 *
 * Paths:  resolved when a person chooses; afterwards they must still resolve to themselves, so that
 *         a link that is put in their place leads nowhere. Plain files only.
 * Writes: experiments only, beside and renamed: whole or not at all.
 * Limits: HANDLES_MAX files, the oldest handle goes; FILE_PART_BYTES a read; an experiment has at
 *         most FILE_TEXT_CHARS_MAX bytes.
 * Errors: LabCallError that names the file by its name, never by its path.
 */
import { randomBytes } from 'node:crypto'
import { constants } from 'node:fs'
import { lstat, open, realpath } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { dialog } from 'electron'
import type { BrowserWindow, FileFilter } from 'electron'
import { LabCallError } from '../../shared/api'
import { FILE_PART_BYTES, FILE_TEXT_CHARS_MAX } from '../../shared/shell'
import type { FilesApi, OpenedFile } from '../../shared/shell'
import { writeSafely } from '../experiment/deskFolder'
import type { Recents } from '../host/recents'
import { isExperimentName, isKnownName } from './fileNames'

export const HANDLES_MAX = 64
const ENDING = '.paxlab.yaml'

const EXPERIMENTS: FileFilter = { name: 'Experiments', extensions: ['yaml', 'yml'] }
const RECORDS: FileFilter = { name: 'Records of runs', extensions: ['ndjson', 'jsonl', 'json'] }
const BOTH: FileFilter = {
  name: 'Experiments and records of runs',
  extensions: [...EXPERIMENTS.extensions, ...RECORDS.extensions],
}

export interface FilesOptions {
  readonly recents: Recents
  /** Dialogs stand before it; null: it is gone. */
  readonly window: () => BrowserWindow | null
}

export class NativeFiles implements FilesApi {
  /** Real paths by handle, oldest first. */
  private readonly paths = new Map<string, string>()
  private waiting: OpenedFile | null = null

  constructor(private readonly options: FilesOptions) {}

  /** A file that the system handed over; the page asks for it. False: it is none of ours. */
  async offer(path: string): Promise<boolean> {
    if (!isKnownName(path)) return false
    this.waiting = await this.take(path)
    return true
  }

  async waitingFile(): Promise<OpenedFile | null> {
    const { waiting } = this
    this.waiting = null
    return waiting
  }

  async openFile(): Promise<OpenedFile | null> {
    const { canceled, filePaths } = await dialog.showOpenDialog(this.window(), {
      title: 'Open an experiment or the record of a run',
      properties: ['openFile'],
      filters: [BOTH, EXPERIMENTS, RECORDS],
    })
    const [path] = filePaths
    return canceled || path === undefined ? null : await this.take(path)
  }

  async openRecentFile(ref: string): Promise<OpenedFile> {
    const path = await this.options.recents.pathOf(ref)
    if (path === null) throw new LabCallError('badArgument', 'This file is not in the list.')
    return await this.take(path)
  }

  async readFile(handle: string, from: number): Promise<string> {
    const path = await this.pathOf(handle)
    const file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW)
    try {
      const buffer = Buffer.alloc(FILE_PART_BYTES)
      const { bytesRead } = await file.read(buffer, 0, buffer.length, from)
      return buffer.toString('latin1', 0, bytesRead)
    } finally {
      await file.close()
    }
  }

  async saveFile(handle: string, text: string): Promise<void> {
    await writeExperiment(await this.pathOf(handle), text)
  }

  async saveFileAs(name: string, text: string): Promise<OpenedFile | null> {
    const { canceled, filePath } = await dialog.showSaveDialog(this.window(), {
      title: 'Save the experiment',
      defaultPath: basename(name),
      filters: [EXPERIMENTS],
    })
    if (canceled || filePath === '') return null
    // The dialog asked before it would write over a file, but not about the name with an ending.
    const isWhole = isExperimentName(filePath)
    const path = await realPathOf(isWhole ? filePath : filePath + ENDING)
    if (!isWhole && (await isPlainFile(path))) {
      throw new LabCallError('wrongState', `${basename(path)} exists already.`)
    }
    await writeExperiment(path, text)
    return await this.take(path)
  }

  private async take(path: string): Promise<OpenedFile> {
    const name = basename(path)
    const real = await realpath(path).catch(() => null)
    const found = real === null ? null : await lstat(real)
    if (real === null || found?.isFile() !== true) {
      throw new LabCallError('badArgument', `${name} is no file, or it is gone.`)
    }
    const isExperiment = isExperimentName(name)
    if (isExperiment && found.size > FILE_TEXT_CHARS_MAX) {
      const words = `${name} has ${found.size} bytes; ${FILE_TEXT_CHARS_MAX} are the most.`
      throw new LabCallError('badArgument', words)
    }
    const handle = randomBytes(16).toString('hex')
    this.paths.set(handle, real)
    const oldest = [...this.paths.keys()].slice(0, -HANDLES_MAX)
    for (const old of oldest) this.paths.delete(old)
    // Only a list: a disk that is full takes nothing away.
    await this.options.recents.noteFile(real, name).catch(() => undefined)
    return { handle, name, bytes: found.size, isExperiment }
  }

  /** Still the very file that was chosen. */
  private async pathOf(handle: string): Promise<string> {
    const path = this.paths.get(handle)
    if (path === undefined) {
      throw new LabCallError('badArgument', 'This file is not open any more: open it again.')
    }
    const now = await realPathOf(path).catch(() => null)
    if (now === path) return path
    throw new LabCallError('wrongState', `${basename(path)} is not where it was: open it again.`)
  }

  private window(): BrowserWindow {
    const window = this.options.window()
    if (window === null) throw new LabCallError('wrongState', 'The window is closed.')
    return window
  }
}

/** Of a file that may not exist yet; its folder does. */
async function realPathOf(path: string): Promise<string> {
  const found = await lstat(path).catch(() => null)
  if (found !== null) return await realpath(path)
  return join(await realpath(dirname(path)), basename(path))
}

async function isPlainFile(path: string): Promise<boolean> {
  const found = await lstat(path).catch(() => null)
  return found?.isFile() === true
}

async function writeExperiment(path: string, text: string): Promise<void> {
  const name = basename(path)
  if (!isExperimentName(name)) {
    throw new LabCallError('badArgument', `${name} is no file of an experiment.`)
  }
  const found = await lstat(path).catch(() => null)
  if (found !== null && !found.isFile()) {
    throw new LabCallError('wrongState', `${name} is no plain file.`)
  }
  try {
    await writeSafely(path, text)
  } catch (error) {
    const why = error instanceof Error && 'code' in error ? String(error.code) : 'unknown error'
    throw new LabCallError('wrongState', `${name} could not be written: ${why}.`)
  }
}
