/** Pure view state, kept in this browser: theme, motion, letter keys, text size, splits. */
import { defineStore } from 'pinia'
import { computed, ref, watch } from 'vue'

export type ThemeSetting = 'system' | 'light' | 'dark'
export type MotionSetting = 'system' | 'reduced'

const KEY = 'paxos-lab.view'

interface Stored {
  readonly theme: ThemeSetting
  readonly motion: MotionSetting
  readonly letterKeys: boolean
  readonly rail: boolean
  readonly inspector: boolean
}

const DEFAULTS: Stored = {
  theme: 'system',
  motion: 'system',
  letterKeys: true,
  rail: true,
  inspector: true,
}

function oneOf<T>(value: unknown, allowed: readonly T[], otherwise: T): T {
  return allowed.find((option) => option === value) ?? otherwise
}

/** Parses, never casts: an older or broken entry falls back field by field. */
export function parseSettings(text: string | null): Stored {
  let raw: unknown
  try {
    raw = JSON.parse(text ?? '{}')
  } catch {
    return DEFAULTS
  }
  if (typeof raw !== 'object' || raw === null) return DEFAULTS
  const entry = new Map<string, unknown>(Object.entries(raw))
  const flag = (name: keyof Stored, otherwise: boolean): boolean =>
    oneOf(entry.get(name), [true, false], otherwise)
  return {
    theme: oneOf<ThemeSetting>(entry.get('theme'), ['system', 'light', 'dark'], DEFAULTS.theme),
    motion: oneOf<MotionSetting>(entry.get('motion'), ['system', 'reduced'], DEFAULTS.motion),
    letterKeys: flag('letterKeys', DEFAULTS.letterKeys),
    rail: flag('rail', DEFAULTS.rail),
    inspector: flag('inspector', DEFAULTS.inspector),
  }
}

function matches(query: string): { readonly value: boolean } {
  const list = window.matchMedia(query)
  const value = ref(list.matches)
  list.addEventListener('change', (event) => (value.value = event.matches))
  return value
}

export const useSettingsStore = defineStore('settings', () => {
  const stored = parseSettings(localStorage.getItem(KEY))
  const theme = ref<ThemeSetting>(stored.theme)
  const motion = ref<MotionSetting>(stored.motion)
  /** Single letters act as commands while the stage has the focus (WCAG 2.1.4). */
  const letterKeys = ref(stored.letterKeys)
  const rail = ref(stored.rail)
  const inspector = ref(stored.inspector)

  const systemDark = matches('(prefers-color-scheme: dark)')
  const systemReduced = matches('(prefers-reduced-motion: reduce)')
  /** The theme in force; canvas code reads its colours again when this changes. */
  const shownTheme = computed<'light' | 'dark'>(() =>
    theme.value === 'system' ? (systemDark.value ? 'dark' : 'light') : theme.value,
  )
  const reducedMotion = computed(() => motion.value === 'reduced' || systemReduced.value)

  function apply(): void {
    const root = document.documentElement
    root.dataset['theme'] = shownTheme.value
    root.dataset['motion'] = reducedMotion.value ? 'reduced' : 'full'
  }

  function save(): void {
    const entry: Stored = {
      theme: theme.value,
      motion: motion.value,
      letterKeys: letterKeys.value,
      rail: rail.value,
      inspector: inspector.value,
    }
    localStorage.setItem(KEY, JSON.stringify(entry))
  }

  // Before any view updates, so that it never reads colours of the theme that was.
  watch([shownTheme, reducedMotion], apply, { flush: 'sync' })
  watch([theme, motion, letterKeys, rail, inspector], save)
  return { theme, motion, letterKeys, rail, inspector, shownTheme, reducedMotion, apply }
})
