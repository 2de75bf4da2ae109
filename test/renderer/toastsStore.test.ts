import { createPinia, setActivePinia } from 'pinia'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { TOAST_INFO_MS, TOASTS_MAX, useToastsStore } from '../../src/renderer/src/stores/toasts'

describe('toasts', () => {
  beforeEach(() => {
    setActivePinia(createPinia())
    vi.useFakeTimers()
  })
  afterEach(() => vi.useRealTimers())

  const titles = (): string[] => useToastsStore().toasts.map((toast) => toast.title)

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
