/**
 * Settings of this window, kept in this browser: how it looks, which keys act, what a new cluster
 * begins with. They take effect at once.
 *
 * Parsing: field by field; an older or broken entry falls back where it is broken.
 */
import { defineStore } from 'pinia'
import { computed, reactive, ref, toRefs, watch } from 'vue'
import type { ClusterDefaults } from './clusterDefaults'
import { CLUSTER_DEFAULTS, parseClusterDefaults } from './clusterDefaults'

export type ThemeSetting = 'system' | 'light' | 'dark'
export type MotionSetting = 'system' | 'reduced'
/** `system`: high where the system asks for more contrast. */
export type ContrastSetting = 'system' | 'high'
/** Percent of the usual size. */
export type TextSize = 100 | 112 | 125

const KEY = 'paxos-lab.view'

export const THEMES = ['system', 'light', 'dark'] as const satisfies readonly ThemeSetting[]
export const MOTIONS = ['system', 'reduced'] as const satisfies readonly MotionSetting[]
export const CONTRASTS = ['system', 'high'] as const satisfies readonly ContrastSetting[]
export const TEXT_SIZES = [100, 112, 125] as const satisfies readonly TextSize[]

export interface Settings {
  readonly theme: ThemeSetting
  readonly contrast: ContrastSetting
  readonly motion: MotionSetting
  readonly textSize: TextSize
  /** For a room: text of 125 %, big badges, thicker lines. */
  readonly projector: boolean
  /** Single letters act as commands while the stage has the focus (WCAG 2.1.4). */
  readonly letterKeys: boolean
  readonly rail: boolean
  readonly inspector: boolean
  /** What a new cluster begins with. */
  readonly cluster: ClusterDefaults
}

export const SETTINGS_DEFAULTS: Settings = {
  theme: 'system',
  contrast: 'system',
  motion: 'system',
  textSize: 100,
  projector: false,
  letterKeys: true,
  rail: true,
  inspector: true,
  cluster: CLUSTER_DEFAULTS,
}

function oneOf<T>(value: unknown, allowed: readonly T[], otherwise: T): T {
  return allowed.find((option) => option === value) ?? otherwise
}

/** Parses, never casts. */
export function parseSettings(text: string | null): Settings {
  let raw: unknown
  try {
    raw = JSON.parse(text ?? '{}')
  } catch {
    return SETTINGS_DEFAULTS
  }
  if (typeof raw !== 'object' || raw === null) return SETTINGS_DEFAULTS
  const entry = new Map<string, unknown>(Object.entries(raw))
  const flag = (name: 'projector' | 'letterKeys' | 'rail' | 'inspector'): boolean =>
    oneOf(entry.get(name), [true, false], SETTINGS_DEFAULTS[name])
  return {
    theme: oneOf(entry.get('theme'), THEMES, SETTINGS_DEFAULTS.theme),
    contrast: oneOf(entry.get('contrast'), CONTRASTS, SETTINGS_DEFAULTS.contrast),
    motion: oneOf(entry.get('motion'), MOTIONS, SETTINGS_DEFAULTS.motion),
    textSize: oneOf(entry.get('textSize'), TEXT_SIZES, SETTINGS_DEFAULTS.textSize),
    projector: flag('projector'),
    letterKeys: flag('letterKeys'),
    rail: flag('rail'),
    inspector: flag('inspector'),
    cluster: parseClusterDefaults(entry.get('cluster')),
  }
}

function matches(query: string): { readonly value: boolean } {
  const list = window.matchMedia(query)
  const value = ref(list.matches)
  list.addEventListener('change', (event) => (value.value = event.matches))
  return value
}

/** What the system asks for, where the setting leaves it the choice. */
function shownBy(kept: Settings) {
  const dark = matches('(prefers-color-scheme: dark)')
  const reduced = matches('(prefers-reduced-motion: reduce)')
  const contrast = matches('(prefers-contrast: more)')
  return {
    /** The theme in force; canvas code reads its colours again when this changes. */
    shownTheme: computed<'light' | 'dark'>(() =>
      kept.theme === 'system' ? (dark.value ? 'dark' : 'light') : kept.theme,
    ),
    highContrast: computed(() => kept.contrast === 'high' || contrast.value),
    reducedMotion: computed(() => kept.motion === 'reduced' || reduced.value),
    shownText: computed<TextSize>(() => (kept.projector ? 125 : kept.textSize)),
  }
}

export const useSettingsStore = defineStore('settings', () => {
  const kept = reactive<{ -readonly [Name in keyof Settings]: Settings[Name] }>({
    ...parseSettings(localStorage.getItem(KEY)),
  })
  const shown = shownBy(kept)
  const { shownTheme, highContrast, reducedMotion, shownText } = shown

  function apply(): void {
    const { dataset } = document.documentElement
    dataset['theme'] = shownTheme.value
    dataset['contrast'] = highContrast.value ? 'high' : 'normal'
    dataset['motion'] = reducedMotion.value ? 'reduced' : 'full'
    dataset['text'] = String(shownText.value)
    dataset['projector'] = kept.projector ? 'on' : 'off'
  }

  function reset(): void {
    Object.assign(kept, SETTINGS_DEFAULTS)
  }

  // Before any view updates, so that it never reads colours of the theme that was.
  const looks = [shownTheme, highContrast, reducedMotion, shownText, () => kept.projector]
  watch(looks, apply, { flush: 'sync' })
  watch(kept, () => localStorage.setItem(KEY, JSON.stringify(kept)))
  return { ...toRefs(kept), ...shown, apply, reset }
})
