/** What was opened last, as the host keeps it: the start page lists it. */
import { defineStore } from 'pinia'
import { shallowRef } from 'vue'
import type { RecentItem } from '../../../shared/shell'
import { useLabStore } from './lab'

export const useRecentsStore = defineStore('recents', () => {
  const items = shallowRef<readonly RecentItem[]>([])

  /** A host that is away leaves the list as it was. */
  async function load(): Promise<void> {
    const shell = useLabStore().shell()
    if (shell !== null) items.value = await shell.recents().catch(() => items.value)
  }

  async function note(kind: 'run' | 'experiment', ref: string, title: string): Promise<void> {
    // Only a list: what was opened is open all the same.
    await useLabStore()
      .shell()
      ?.noteRecent(kind, ref, title.slice(0, 200))
      .catch(() => undefined)
  }

  async function forget({ kind, ref }: RecentItem): Promise<void> {
    await useLabStore()
      .shell()
      ?.forgetRecent(kind, ref)
      .catch(() => undefined)
    await load()
  }

  return { items, load, note, forget }
})
