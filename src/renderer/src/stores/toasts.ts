/**
 * Toasts: information leaves after 4 s. An error stays until it has been read (the pointer or the
 * focus was on it) or until another view is opened. At most three; more push the oldest out. What
 * was said is kept, and the view of logs shows it.
 */
import { defineStore } from 'pinia'
import { shallowRef } from 'vue'

export const TOASTS_MAX = 3
export const TOAST_INFO_MS = 4000
/** An error that came with a change of the view belongs to the new one. */
export const TOAST_NEW_MS = 1500
/** Toasts that are remembered; the oldest goes first. */
export const TOASTS_PAST_MAX = 200

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
  /** When it was shown, ms of the clock of the system. */
  readonly shownMs: number
}

export type ToastDraft = Pick<Toast, 'title'> & Partial<Omit<Toast, 'id' | 'title' | 'shownMs'>>

export const useToastsStore = defineStore('toasts', () => {
  const toasts = shallowRef<readonly Toast[]>([])
  /** What was shown, oldest first. */
  const past = shallowRef<readonly Toast[]>([])
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
      shownMs: Date.now(),
    }
    past.value = [...past.value, toast].slice(-TOASTS_PAST_MAX)
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
    if (held || toast === undefined) return
    timers.set(
      id,
      setTimeout(() => dismiss(id), TOAST_INFO_MS),
    )
  }

  /** Another view is shown: errors of the one before are not about it. */
  function leaveView(): void {
    const now = Date.now()
    for (const { id, level, shownMs } of toasts.value) {
      if (level === 'error' && now - shownMs >= TOAST_NEW_MS) dismiss(id)
    }
  }

  function forgetPast(): void {
    past.value = []
  }

  return { toasts, past, show, dismiss, hold, leaveView, forgetPast }
})
