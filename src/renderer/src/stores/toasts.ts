/** Toasts: information leaves after 4 s, errors stay. At most three; more push the oldest out. */
import { defineStore } from 'pinia'
import { shallowRef } from 'vue'

export const TOASTS_MAX = 3
export const TOAST_INFO_MS = 4000

export interface ToastAction {
  readonly label: string
  readonly run: () => void
}

export interface Toast {
  readonly id: number
  readonly level: 'info' | 'error'
  /** What happened or failed. */
  readonly title: string
  /** Why, one sentence; may be empty. */
  readonly why: string
  readonly action: ToastAction | null
  /** Code, node, tail of stderr. */
  readonly details: readonly string[]
}

export type ToastDraft = Pick<Toast, 'title'> & Partial<Omit<Toast, 'id' | 'title'>>

export const useToastsStore = defineStore('toasts', () => {
  const toasts = shallowRef<readonly Toast[]>([])
  const timers = new Map<number, ReturnType<typeof setTimeout>>()
  let nextId = 1

  function show(draft: ToastDraft): number {
    const toast: Toast = {
      level: 'info',
      why: '',
      action: null,
      details: [],
      ...draft,
      id: nextId++,
    }
    // The same words twice in a row are one message.
    const others = toasts.value.filter((t) => t.title !== toast.title || t.why !== toast.why)
    toasts.value = [...others, toast].slice(-TOASTS_MAX)
    if (toast.level === 'info') hold(toast.id, false)
    return toast.id
  }

  function dismiss(id: number): void {
    clearTimeout(timers.get(id))
    timers.delete(id)
    toasts.value = toasts.value.filter((toast) => toast.id !== id)
  }

  /** Time stands still for a toast under the pointer or with the focus. */
  function hold(id: number, held: boolean): void {
    clearTimeout(timers.get(id))
    timers.delete(id)
    const toast = toasts.value.find((other) => other.id === id)
    if (held || toast?.level !== 'info') return
    timers.set(
      id,
      setTimeout(() => dismiss(id), TOAST_INFO_MS),
    )
  }

  return { toasts, show, dismiss, hold }
})
