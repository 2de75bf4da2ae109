/**
 * The real window on a recorded run, for looking at charts and for `test/e2e/charts.spec.ts`.
 * `?run=duel|partition|work|empty`, `&at=27` seconds to begin at, `&play` goes on, `&theme=dark`.
 */
import '@fontsource-variable/inter'
import '@fontsource-variable/jetbrains-mono'
import '../../../src/renderer/src/styles/index.css'
import { mountApp } from '../../../src/renderer/src/app'
import { useSettingsStore } from '../../../src/renderer/src/stores/settings'
import { useUiStore } from '../../../src/renderer/src/stores/ui'
import { ChartReplay } from '../chartReplay'
import { duelRun, partitionRun, workRun } from '../chartRuns'
import { syntheticSource } from '../syntheticSource'

const asked = new URLSearchParams(location.search)
const run = asked.get('run')
const runs = { duel: duelRun, empty: () => [], work: workRun } as const
const replay = new ChartReplay(
  run === 'duel' || run === 'empty' || run === 'work' ? runs[run]() : partitionRun(),
)
let atMs = Number(asked.get('at') ?? 0) * 1000
replay.until(atMs)
if (asked.has('play')) setInterval(() => replay.until((atMs += 100)), 100)

mountApp(syntheticSource(replay))
const theme = asked.get('theme')
if (theme === 'dark' || theme === 'light') useSettingsStore().theme = theme
useUiStore().view = 'lab'
