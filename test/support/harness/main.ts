/**
 * The real window on the test double `SyntheticLab`, for looking and for component tests in a
 * browser. `?scene=idle|steady|partition|duel`, `&theme=dark`, `&still` stops time.
 */
import '@fontsource-variable/inter'
import '@fontsource-variable/jetbrains-mono'
import '../../../src/renderer/src/styles/index.css'
import { mountApp } from '../../../src/renderer/src/app'
import { useSettingsStore } from '../../../src/renderer/src/stores/settings'
import { useUiStore } from '../../../src/renderer/src/stores/ui'
import { syntheticSource } from '../syntheticSource'
import { SyntheticLab } from '../syntheticLab'
import { DEFAULT_CLUSTER } from '../../../src/shared/api'
import { LEADER_POLICY } from '../../../src/core/paxos/config'

const asked = new URLSearchParams(location.search)
const scene = asked.get('scene') ?? 'idle'
const lab = new SyntheticLab()

async function setScene(): Promise<void> {
  if (scene === 'idle') return
  if (scene === 'duel') {
    await lab.runScenario('dueling-proposers', 42)
    lab.forward(14_000)
    return
  }
  await lab.startCluster({ ...DEFAULT_CLUSTER, policy: LEADER_POLICY, seed: 7 })
  lab.forward(9000)
  if (scene !== 'partition') return
  await lab.partition({ preset: 'majorityMinority' })
  lab.forward(4000)
  await lab.pauseNode(2)
  lab.forward(3000)
}

await setScene()
if (!asked.has('still')) lab.play()
mountApp(syntheticSource(lab))
const theme = asked.get('theme')
if (theme === 'dark' || theme === 'light') useSettingsStore().theme = theme
if (scene !== 'idle') useUiStore().view = 'lab'
