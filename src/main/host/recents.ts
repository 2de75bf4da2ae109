/**
 * What was opened last: runs, experiments and files, newest first, in one file beside the folder of
 * runs. Whether something is still there is looked up when the list is asked for.
 *
 * Files:  `recents.json`; a damaged one is an empty list. Two hosts may share it: each act reads it
 *         anew and writes it whole.
 * Limits: RECENTS_MAX items; the oldest go.
 * Paths:  of files only, and they stay in the host: windows get an id (E11).
 */
import { createHash } from 'node:crypto'
import { readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { RECENTS_MAX } from '../../shared/shell'
import type { RecentItem } from '../../shared/shell'
import { z } from '../../shared/zod'
import { makeDir } from '../lab/makeDir'
import { readRunCard } from '../lab/runDir'
import type { HostDesk } from './reportPage'

const RECENTS_FILE = 'recents.json'

const base = { ref: z.string().max(200), title: z.string().max(200), openedAt: z.string().max(40) }
const listFile = z.object({
  version: z.literal(1),
  items: z
    .array(
      z.discriminatedUnion('kind', [
        z.object({ kind: z.literal('run'), ...base }),
        z.object({ kind: z.literal('experiment'), ...base }),
        z.object({ kind: z.literal('file'), path: z.string().max(4096), ...base }),
      ]),
    )
    .max(RECENTS_MAX),
})

type Kept = z.infer<typeof listFile>['items'][number]
type Kind = RecentItem['kind']

export interface RecentsOptions {
  readonly path: string
  /** Whether this run or experiment is still there. */
  readonly has: (kind: 'run' | 'experiment', ref: string) => Promise<boolean>
}

/** Of a host: its list lies beside the folder of runs, as the user's own experiments do. */
export function recentsOf(runsDir: string, desk: HostDesk | null): Recents {
  return new Recents({
    path: join(dirname(resolve(runsDir)), RECENTS_FILE),
    async has(kind, ref) {
      if (kind === 'run') return (await readRunCard(runsDir, ref)) !== null
      const cards = (await desk?.experimentFiles()) ?? []
      return cards.some(({ id }) => id === ref)
    },
  })
}

export class Recents {
  private last: Promise<unknown> = Promise.resolve()

  constructor(private readonly options: RecentsOptions) {}

  async list(): Promise<readonly RecentItem[]> {
    const items = await this.read()
    return await Promise.all(
      items.map(async (item) => {
        const { kind, ref, title, openedAt } = item
        return { kind, ref, title, openedAt, missing: !(await this.isThere(item)) }
      }),
    )
  }

  async note(kind: 'run' | 'experiment', ref: string, title: string): Promise<void> {
    await this.put({ kind, ref, title, openedAt: new Date().toISOString() })
  }

  /** Answers the id under which windows know it, which says nothing of the path. */
  async noteFile(path: string, title: string): Promise<string> {
    // The same file has the same id, so that it is listed once.
    const ref = createHash('sha256').update(path).digest('hex').slice(0, 32)
    const openedAt = new Date().toISOString()
    await this.put({ kind: 'file', ref, path, title: title.slice(0, 200), openedAt })
    return ref
  }

  async pathOf(ref: string): Promise<string | null> {
    const found = (await this.read()).find((item) => item.kind === 'file' && item.ref === ref)
    return found?.kind === 'file' ? found.path : null
  }

  async forget(kind: Kind, ref: string): Promise<void> {
    await this.change((items) => items.filter((item) => item.kind !== kind || item.ref !== ref))
  }

  private async isThere(item: Kept): Promise<boolean> {
    try {
      if (item.kind !== 'file') return await this.options.has(item.kind, item.ref)
      return (await stat(item.path)).isFile()
    } catch {
      return false
    }
  }

  private put(kept: Kept): Promise<void> {
    const isOther = (item: Kept): boolean => item.kind !== kept.kind || item.ref !== kept.ref
    return this.change((items) => [kept, ...items.filter(isOther)].slice(0, RECENTS_MAX))
  }

  private async read(): Promise<readonly Kept[]> {
    try {
      return listFile.parse(JSON.parse(await readFile(this.options.path, 'utf8'))).items
    } catch {
      return []
    }
  }

  /** One after another, whatever becomes of the one before. */
  private change(act: (items: readonly Kept[]) => readonly Kept[]): Promise<void> {
    const turn = this.last.then(() => this.write(act))
    this.last = turn.catch(() => undefined)
    return turn
  }

  private async write(act: (items: readonly Kept[]) => readonly Kept[]): Promise<void> {
    const { path } = this.options
    const items = act(await this.read())
    const next = `${path}.${process.pid}.new`
    makeDir(dirname(path))
    try {
      await writeFile(next, JSON.stringify({ version: 1, items }, null, 2) + '\n')
      await rename(next, path)
    } catch (error) {
      await rm(next, { force: true })
      throw error
    }
  }
}
