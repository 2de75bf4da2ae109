import { createPinia, setActivePinia } from 'pinia'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { LabEvent } from '../../src/core/event'
import { useFaultToasts } from '../../src/renderer/src/composables/useFaultToasts'
import { useLabStore } from '../../src/renderer/src/stores/lab'
import { TOAST_INFO_MS, TOASTS_MAX, useToastsStore } from '../../src/renderer/src/stores/toasts'

const titles = (): string[] => useToastsStore().toasts.map((toast) => toast.title)

describe('toasts', () => {
  beforeEach(() => {
    setActivePinia(createPinia())
    vi.useFakeTimers()
  })
  afterEach(() => vi.useRealTimers())

  it('information leaves by itself, an error stays', () => {
    const toasts = useToastsStore()
    toasts.show({ title: 'Copied' })
    toasts.show({ title: 'Kill N2', level: 'error' })
    vi.advanceTimersByTime(TOAST_INFO_MS)
    expect(titles()).toEqual(['Kill N2'])
  })

  it('time stands still while a toast is held', () => {
    const toasts = useToastsStore()
    const id = toasts.show({ title: 'Copied' })
    toasts.hold(id, true)
    vi.advanceTimersByTime(TOAST_INFO_MS * 3)
    expect(titles()).toEqual(['Copied'])
    toasts.hold(id, false)
    vi.advanceTimersByTime(TOAST_INFO_MS)
    expect(titles()).toEqual([])
  })

  it('shows the newest three', () => {
    const toasts = useToastsStore()
    for (const title of ['a', 'b', 'c', 'd']) toasts.show({ title, level: 'error' })
    expect(titles()).toEqual(['b', 'c', 'd'])
    expect(titles()).toHaveLength(TOASTS_MAX)
  })

  it('says the same thing once', () => {
    const toasts = useToastsStore()
    toasts.show({ title: 'Kill N2', why: 'N2 is killed.', level: 'error' })
    toasts.show({ title: 'Kill N2', why: 'N2 is killed.', level: 'error' })
    expect(titles()).toEqual(['Kill N2'])
  })
})

describe('what went wrong in a run', () => {
  it('leaves when the next one begins; what failed otherwise stays', () => {
    setActivePinia(createPinia())
    const heard: ((batch: readonly LabEvent[]) => void)[] = []
    vi.spyOn(useLabStore(), 'listen').mockImplementation(({ events }) => {
      if (events) heard.push(events)
      return () => {}
    })
    const tell = (event: LabEvent): void => heard.forEach((hear) => hear([event]))
    useFaultToasts()
    const at = { seq: 1, atMs: 1, by: 'lab' } as const
    tell({ ...at, type: 'violated', invariant: 'I8', words: 'two values', evidence: [3] })
    const exit = { code: 1, signal: null, injected: false, tail: [] }
    tell({ ...at, type: 'nodeExited', node: 2, ...exit })
    useToastsStore().show({ level: 'error', title: 'Open a file' })
    expect(titles()).toEqual(['I8 violated', 'N2 died unexpectedly', 'Open a file'])
    const cluster = { cluster: 'c', members: [1, 2, 3], mode: 'single', direct: false } as const
    const policy = { kind: 'eager' } as const
    tell({ ...at, type: 'clusterStarted', ...cluster, seed: 1, policy, scenario: null })
    expect(titles()).toEqual(['Open a file'])
  })
})
