/** Settings: parsed field by field, kept, put back one by one, and in force at once. */
import { mount } from '@vue/test-utils'
import { createPinia, setActivePinia } from 'pinia'
import { beforeEach, describe, expect, it } from 'vitest'
import { nextTick, reactive } from 'vue'
import { diagnosticsText } from '../../src/renderer/src/components/settings/diagnostics'
import { LIMITS } from '../../src/renderer/src/components/settings/limits'
import {
  matchesSearch,
  settingItems,
} from '../../src/renderer/src/components/settings/settingItems'
import { readTheme } from '../../src/renderer/src/composables/chartTheme'
import { clusterPlan, CLUSTER_DEFAULTS } from '../../src/renderer/src/stores/clusterDefaults'
import { IDLE_STATUS } from '../../src/renderer/src/stores/lab'
import {
  parseSettings,
  SETTINGS_DEFAULTS,
  useSettingsStore,
} from '../../src/renderer/src/stores/settings'
import { useUiStore } from '../../src/renderer/src/stores/ui'
import SettingsView from '../../src/renderer/src/views/SettingsView.vue'
import { clusterFault } from '../../src/shared/clusterOptions'
import { BROWSER_CAPS } from '../../src/shared/shell'

beforeEach(() => {
  localStorage.clear()
  setActivePinia(createPinia())
})

describe('settings', () => {
  it('fall back field by field, those of clusters too', () => {
    const text = JSON.stringify({
      ...{ theme: 'dark', contrast: 'low', textSize: 112, projector: 'yes', rail: false },
      cluster: { nodes: 4, mode: 'single', seed: -1, flush: false, direct: 1 },
    })
    expect(parseSettings(text)).toEqual({
      ...SETTINGS_DEFAULTS,
      ...{ theme: 'dark', textSize: 112, rail: false },
      cluster: { ...CLUSTER_DEFAULTS, mode: 'single', flush: false },
    })
    expect(parseSettings('[1')).toEqual(SETTINGS_DEFAULTS)
    expect(parseSettings('7')).toEqual(SETTINGS_DEFAULTS)
  })

  it('are in force at once, and kept', async () => {
    const settings = useSettingsStore()
    settings.apply()
    const { dataset } = document.documentElement
    expect([dataset['contrast'], dataset['text'], dataset['projector']]).toEqual([
      'normal',
      '100',
      'off',
    ])
    settings.contrast = 'high'
    settings.projector = true
    settings.cluster = { ...settings.cluster, nodes: 7 }
    expect([dataset['contrast'], dataset['text'], dataset['projector']]).toEqual([
      'high',
      '125',
      'on',
    ])
    await nextTick()
    const kept = parseSettings(localStorage.getItem('paxos-lab.view'))
    expect(kept).toMatchObject({ contrast: 'high', projector: true, textSize: 100 })
    expect(kept.cluster.nodes).toBe(7)
    setActivePinia(createPinia())
    expect(useUiStore().plan).toMatchObject({ nodes: 7, freezeOnViolation: true })
    useSettingsStore().reset()
    expect(useSettingsStore().contrast).toBe('system')
  })

  it('each can be changed, is then not as usual, and goes back', () => {
    const kept = reactive({ ...SETTINGS_DEFAULTS })
    const items = settingItems(kept)
    expect(new Set(items.map(({ id }) => id)).size).toBe(items.length)
    for (const item of items) {
      expect([item.id, item.isDefault()]).toEqual([item.id, true])
      if (item.kind === 'flag') item.set(!item.isOn())
      else if (item.kind === 'number') item.set(item.value() + 1)
      else item.pick(item.options.find(({ key }) => key !== item.key())?.key ?? '')
      expect([item.id, item.isDefault()]).toEqual([item.id, false])
    }
    // Whatever was chosen, a cluster can be started with it.
    expect(clusterFault(clusterPlan(kept.cluster))).toBeNull()
    for (const item of items) item.reset()
    expect(kept).toEqual(SETTINGS_DEFAULTS)
    expect(clusterFault(clusterPlan(kept.cluster))).toBeNull()
  })

  it('are found by any word of theirs', () => {
    expect(matchesSearch('  read ROW ', 'Projector', 'read from the last row')).toBe(true)
    expect(matchesSearch('row nothing', 'read from the last row')).toBe(false)
  })
})

describe('the view of the settings', () => {
  const open = () => mount(SettingsView, { attachTo: document.body })

  it('searches all sections, and changes and puts back a setting', async () => {
    const settings = useSettingsStore()
    const view = open()
    await view.get('[data-testid="settings-search"]').setValue('contrast')
    expect(view.findAll('h3').map((one) => one.text())).toContain('Appearance')
    const row = view.get('[data-testid="setting-contrast"]')
    await row.findAll('button')[1]?.trigger('click')
    expect(settings.contrast).toBe('high')
    await view.get('[data-testid="reset-contrast"]').trigger('click')
    expect(settings.contrast).toBe('system')
    await view.get('[data-testid="settings-search"]').setValue('zzz')
    expect(view.text()).toContain('No setting matches')
    view.unmount()
  })

  it('gives its cluster defaults to the dialog, and puts all back', async () => {
    const ui = useUiStore()
    const view = open()
    await view.get('[data-testid="section-cluster"]').trigger('click')
    const three = view.get('[data-testid="setting-nodes"]').findAll('button')[0]
    await three?.trigger('click')
    expect(ui.plan.nodes).toBe(3)
    await view.get('[data-testid="reset-all"]').trigger('click')
    expect(ui.plan.nodes).toBe(5)
    view.unmount()
  })
})

it('limits have a meaning each, and name their constant once', () => {
  const rows = LIMITS.flatMap((group) => group.rows)
  expect(rows.every(({ value, unit, beyond }) => value > 0 && unit && beyond)).toBe(true)
  expect(new Set(rows.map(({ constant }) => constant)).size).toBe(rows.length)
})

it('diagnostics hold no path, name or address', () => {
  const text = diagnosticsText({
    ...{ version: '1.2.3', userAgent: 'agent', caps: BROWSER_CAPS, connected: true, viewers: 1 },
    status: { ...IDLE_STATUS, runDir: '/home/somebody/runs/x', cluster: 'c0ffee' },
    ...{ shows: 'live', windowEvents: 4, windowLogLines: 0 },
    window: { width: 1, height: 2, scale: 1 },
    settings: SETTINGS_DEFAULTS,
  })
  expect(text).toContain('Paxos Lab 1.2.3')
  expect(text).not.toMatch(/somebody|c0ffee/)
})

it('canvas code reads size and weight of the tokens', () => {
  const root = document.createElement('div')
  root.setAttribute('style', '--text-s: 14px; --line-scale: 1.7')
  document.body.append(root)
  expect(readTheme(root)).toMatchObject({ fontPx: 14, lineScale: 1.7 })
  expect(readTheme(document.createElement('p'))).toMatchObject({ fontPx: 11, lineScale: 1 })
})
