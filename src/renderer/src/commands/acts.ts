/**
 * Acts of a person on the lab, named as toasts name them. Menus, keys, palette, inspector and the
 * topology share them, so that one act behaves the same everywhere.
 */
import type {
  FailpointArm,
  Link,
  NamedPreset,
  SlowSetting,
  StorageFault,
} from '../../../core/fault'
import type { ElectionPolicy } from '../../../core/paxos/config'
import { DEFAULT_LOAD } from '../../../shared/api'
import type { ClusterOptions, LinkChange, LoadOptions, NodeView } from '../../../shared/api'
import type { ClockSetting } from '../../../shared/control'
import { claimants } from '../api/facts'
import { linksWords } from '../api/words'
import { useLabStore } from '../stores/lab'
import { useSelectionStore } from '../stores/selection'
import { useToastsStore } from '../stores/toasts'
import { useUiStore } from '../stores/ui'

export const NODE_ACTS = [
  'kill',
  'stop',
  'restart',
  'pause',
  'resume',
  'powerLoss',
  'wipe',
  'startElection',
  'stepDown',
] as const
export type NodeAct = (typeof NODE_ACTS)[number]

const NODE_TITLES: Readonly<Record<NodeAct, string>> = {
  kill: 'Kill',
  stop: 'Stop',
  restart: 'Restart',
  pause: 'Pause',
  resume: 'Resume',
  powerLoss: 'Power loss at',
  wipe: 'Wipe',
  startElection: 'Start an election at',
  stepDown: 'Step down at',
}

/** Whether a node in this state can be asked to do it. */
export function canAct(view: NodeView | undefined, act: NodeAct): boolean {
  if (!view) return false
  if (act === 'restart') return ['killed', 'stopped', 'failed'].includes(view.state)
  if (act === 'resume') return view.state === 'paused'
  if (act === 'stepDown') return view.state === 'running' && view.status?.role === 'leading'
  if (act === 'wipe') return view.state !== 'starting'
  if (act === 'kill' || act === 'powerLoss')
    return view.state === 'running' || view.state === 'paused'
  return view.state === 'running'
}

export async function actOnNode(act: NodeAct, node: number): Promise<void> {
  const lab = useLabStore()
  await lab.act((call): Promise<unknown> => {
    switch (act) {
      case 'kill':
        return call.killNode(node)
      case 'stop':
        return call.stopNode(node)
      case 'restart':
        return call.restartNode(node)
      case 'pause':
        return call.pauseNode(node)
      case 'resume':
        return call.resumeNode(node)
      case 'powerLoss':
        return call.powerLoss([node], false)
      case 'wipe':
        return call.wipeNode(node)
      case 'startElection':
        return call.startElection(node)
      case 'stepDown':
        return call.stepDown(node)
    }
  }, `${NODE_TITLES[act]} N${node}`)
}

/** All of them at the same moment. */
export async function powerLoss(nodes: readonly number[]): Promise<void> {
  const names = nodes.map((node) => `N${node}`).join(', ')
  await useLabStore().act((call) => call.powerLoss(nodes, false), `Power loss at ${names}`)
}

export async function storageFault(fault: StorageFault): Promise<void> {
  await useLabStore().act((call) => call.storageFault(fault), `Storage fault at N${fault.node}`)
}

export async function clockFault(node: number, clock: ClockSetting): Promise<void> {
  await useLabStore().act((call) => call.clockFault(node, clock), `Set the clock of N${node}`)
}

export async function slowNode(node: number, slow: SlowSetting): Promise<void> {
  await useLabStore().act((call) => call.slowNode(node, slow), `Slow down N${node}`)
}

export async function armFailpoint(node: number, arm: FailpointArm): Promise<void> {
  await useLabStore().act((call) => call.failpoint(node, arm), `Arm a failpoint at N${node}`)
}

export async function startCluster(options: ClusterOptions): Promise<void> {
  const lab = useLabStore()
  await lab.closeSaved()
  if (lab.status.state !== 'idle') await stopCluster()
  const ui = useUiStore()
  // What the next start offers is never a mutant.
  const { unnamed: _unnamed, ...plan } = options
  ui.plan = { ...plan, mutant: null }
  ui.view = 'lab'
  await lab.act((call) => call.startCluster(options), `Start ${options.nodes} nodes`)
}

export async function stopCluster(): Promise<void> {
  await useLabStore().act((call) => call.stopCluster(), 'Stop the cluster')
}

export async function runScenario(name: string, seed: number | null = null): Promise<void> {
  await useLabStore().closeSaved()
  useUiStore().view = 'lab'
  useSelectionStore().clear()
  await useLabStore().act((call) => call.runScenario(name, seed), `Run ${name}`)
}

export async function changeLinks(links: readonly Link[], change: LinkChange): Promise<void> {
  const verb = change.kind === 'cut' ? 'Cut' : change.kind === 'hold' ? 'Hold frames of' : 'Change'
  const title = `${verb} ${linksWords(links)}`
  await useLabStore().act((call) => call.changeLinks(links, change), title)
}

export async function endFault(id: string): Promise<void> {
  await useLabStore().act((call) => call.endFault(id), 'Heal')
}

/** Never asks, and brings killed, stopped and paused nodes back as well. */
export async function healAll(): Promise<void> {
  await useLabStore().act((call) => call.healAll(true), 'Heal all')
}

/** Ends the fault that was started last. */
export async function undoFault(): Promise<void> {
  const newest = [...useLabStore().status.faults].sort((a, b) => b.startedAtMs - a.startedAtMs)[0]
  if (newest) await endFault(newest.id)
}

export async function partition(preset: NamedPreset): Promise<void> {
  const lab = useLabStore()
  if (preset === 'isolateLeader' && claimants(lab.status.nodes).length === 0) {
    const why = 'No node leads at the moment. Start an election, or cut nodes by hand.'
    useToastsStore().show({ level: 'error', title: 'Isolate the leader', why })
    return
  }
  await lab.act((call) => call.partition({ preset }), 'Partition')
}

export async function partitionInto(groups: readonly (readonly number[])[]): Promise<void> {
  await useLabStore().act((call) => call.partition({ preset: 'custom', groups }), 'Partition')
}

export async function setPolicy(policy: ElectionPolicy): Promise<void> {
  await useLabStore().act((call) => call.setPolicy(policy), 'Switch the policy')
}

export async function setLoad(load: LoadOptions | null): Promise<void> {
  await useLabStore().act((call) => call.setLoad(load), load ? 'Set the load' : 'Stop the load')
}

export async function toggleLoad(): Promise<void> {
  await setLoad(useLabStore().status.load ? null : DEFAULT_LOAD)
}

/** Copies text; where the page has no clipboard, the toast shows what to copy by hand. */
export async function copyText(text: string, what: string): Promise<void> {
  const toasts = useToastsStore()
  try {
    await navigator.clipboard.writeText(text)
    toasts.show({ title: `Copied ${what}` })
  } catch {
    const why = 'The browser allows no copying here; take it from Details.'
    toasts.show({ level: 'error', title: `Could not copy ${what}`, why, details: [text] })
  }
}
