/** What each command of the registry does in the window. Complete by type: no command is dead. */
import type { CommandId } from '../../../shared/commands'
import { nodeSource } from '../../../shared/logLine'
import { useAlarmsStore } from '../stores/alarms'
import { useLabStore } from '../stores/lab'
import { useLogsStore } from '../stores/logs'
import { useLearnStore } from '../stores/learn'
import { useReenactStore } from '../stores/reenact'
import { useSelectionStore } from '../stores/selection'
import { useSettingsStore } from '../stores/settings'
import { useUiStore } from '../stores/ui'
import type { NodeDialog, ViewName } from '../stores/ui'
import {
  actOnNode,
  copyText,
  healAll,
  partition,
  partitionInto,
  setPolicy,
  startCluster,
  stopCluster,
  toggleLoad,
  undoFault,
} from './acts'
import type { NodeAct } from './acts'
import { isolateNodes, toggleLinks } from '../composables/topologyActs'
import { openOutside } from './outside'
import { endStorm } from './stormActs'
import { EDIT_RUNS } from './editRuns'
import { actAtGate } from './gateActs'
import { POLICY_PRESETS } from './policies'
import { openShownReport } from './reportActs'
import { saveRun } from './saveRun'
import { stepNext, toggleStepping } from './stepActs'
import { TEACH_RUNS } from './teachRuns'
import { TIME_RUNS } from './timeRuns'

type Run = () => unknown

function startStop(): unknown {
  const { status } = useLabStore()
  if (status.state === 'idle') {
    return startCluster(useUiStore().plan)
  }
  return stopCluster()
}

function restartCluster(): unknown {
  const { options } = useLabStore().status
  return options ? startCluster(options) : undefined
}

function atNode(act: NodeAct): Run {
  return () => {
    const { current } = useSelectionStore()
    return current.kind === 'node' ? actOnNode(act, current.node) : undefined
  }
}

function openAtNode(dialog: NodeDialog): void {
  const { current } = useSelectionStore()
  if (current.kind === 'node') useUiStore().openForNode(dialog, current.node)
}

function pauseResume(): unknown {
  const { current } = useSelectionStore()
  if (current.kind !== 'node') return undefined
  const view = useLabStore().status.nodes.find(({ node }) => node === current.node)
  return actOnNode(view?.state === 'paused' ? 'resume' : 'pause', current.node)
}

function isolateSelected(): unknown {
  const { current } = useSelectionStore()
  return current.kind === 'node' ? isolateNodes([current.node]) : undefined
}

function proposeHere(): void {
  const { current } = useSelectionStore()
  const ui = useUiStore()
  ui.view = 'lab'
  ui.askClient(current.kind === 'node' ? current.node : null, 'propose')
}

function copyAddress(): unknown {
  const { current } = useSelectionStore()
  if (current.kind !== 'node') return undefined
  const view = useLabStore().status.nodes.find(({ node }) => node === current.node)
  return view ? copyText(`${view.clientHost}:${view.clientPort}`, 'the client address') : undefined
}

function showLogs(): void {
  const { current } = useSelectionStore()
  if (current.kind === 'node') useLogsStore().source = nodeSource(current.node)
  useUiStore().view = 'logs'
}

function cutSelected(bothWays: boolean): unknown {
  const { current } = useSelectionStore()
  if (current.kind !== 'link') return undefined
  const { from, to } = current
  return toggleLinks(
    bothWays
      ? [
          { from, to },
          { from: to, to: from },
        ]
      : [{ from, to }],
  )
}

function scissors(): void {
  const selection = useSelectionStore()
  selection.tool = selection.tool === 'scissors' ? 'select' : 'scissors'
}

function partitionSelected(): unknown {
  const selection = useSelectionStore()
  const { current, marked } = selection
  const off = marked.length > 0 ? marked : current.kind === 'node' ? [current.node] : []
  const rest = useLabStore().members.filter((node) => !off.includes(node))
  return off.length > 0 && rest.length > 0 ? partitionInto([rest, off]) : undefined
}

function toggleInspector(): void {
  const ui = useUiStore()
  const settings = useSettingsStore()
  if (ui.narrow) ui.drawer = !ui.drawer
  else settings.inspector = !settings.inspector
}

function leaveTool(): void {
  const ui = useUiStore()
  if (ui.drawer) ui.drawer = false
  else useSelectionStore().clear()
}

function theme(name: 'light' | 'dark' | 'system'): Run {
  return () => {
    useSettingsStore().theme = name
    return useLabStore().shell()?.setTheme(name)
  }
}

function show(view: ViewName): Run {
  return () => {
    useUiStore().view = view
  }
}

export const COMMAND_RUNS: Readonly<Record<CommandId, Run>> = {
  'lab.newCluster': () => useUiStore().open('newCluster'),
  'lab.startStop': startStop,
  'lab.restartCluster': restartCluster,
  ...TEACH_RUNS,
  'lab.stopScenario': () => useLabStore().act((call) => call.stopScenario(), 'Stop the experiment'),
  'lab.toggleLoad': toggleLoad,
  'view.openRun': () => useUiStore().open('openRun'),
  'view.simulate': () => useUiStore().open('simulate'),
  'view.explore': () => useUiStore().open('explore'),
  'view.reenact': () => useReenactStore().ask(),
  'view.report': openShownReport,
  'view.pins': () => useUiStore().open('pins'),
  'view.student': () => useUiStore().open('student'),
  'view.saveRun': saveRun,
  'view.closeRun': () => useLabStore().closeSaved(),
  'lab.takeControl': () => useLabStore().takeControl(),
  'view.palette': () => useUiStore().open('palette'),
  'view.start': show('start'),
  'view.lab': show('lab'),
  'view.timeline': show('timeline'),
  'view.teach': show('teach'),
  'view.experiments': show('experiments'),
  ...EDIT_RUNS,
  'view.runs': show('runs'),
  'view.checks': show('checks'),
  'view.learn': show('learn'),
  'view.logs': show('logs'),
  'view.messages': () => useUiStore().open('messages'),
  'view.settings': show('settings'),
  'view.rail': () => {
    const settings = useSettingsStore()
    settings.rail = !settings.rail
  },
  'view.inspector': toggleInspector,
  'view.filter': () => useUiStore().askFilter(),
  'view.gate': () => useUiStore().askGate(),
  'view.themeLight': theme('light'),
  'view.themeDark': theme('dark'),
  'view.themeSystem': theme('system'),
  'view.highContrast': () => {
    const settings = useSettingsStore()
    settings.contrast = settings.contrast === 'high' ? 'system' : 'high'
  },
  'view.projector': () => {
    const settings = useSettingsStore()
    settings.projector = !settings.projector
  },
  'view.blank': () => (useUiStore().blank = true),
  'view.acknowledge': () => useAlarmsStore().acknowledge(),
  'view.leaveTool': leaveTool,
  ...TIME_RUNS,
  'node.kill': atNode('kill'),
  'node.stop': atNode('stop'),
  'node.restart': atNode('restart'),
  'node.pauseResume': pauseResume,
  'node.powerLoss': atNode('powerLoss'),
  'node.wipe': atNode('wipe'),
  'node.storageFault': () => openAtNode('storageFault'),
  'node.clock': () => openAtNode('clock'),
  'node.slow': () => openAtNode('slow'),
  'node.failpoint': () => openAtNode('failpoint'),
  'node.isolate': isolateSelected,
  'node.startElection': atNode('startElection'),
  'node.stepDown': atNode('stepDown'),
  'node.propose': proposeHere,
  'node.logs': () => showLogs(),
  'node.copyAddress': copyAddress,
  'network.cutBoth': () => cutSelected(true),
  'network.cutOneWay': () => cutSelected(false),
  'network.scissors': scissors,
  'network.partitionSelected': partitionSelected,
  'network.isolateLeader': () => partition('isolateLeader'),
  'network.majorityMinority': () => partition('majorityMinority'),
  'network.bridge': () => partition('bridge'),
  'network.ring': () => partition('ring'),
  'network.majoritiesRing': () => partition('majoritiesRing'),
  'network.chained': () => partition('chained'),
  'network.quorumLoss': () => partition('quorumLoss'),
  'network.constrained': () => partition('constrained'),
  'network.oneWay': () => partition('oneWay'),
  'network.hold': () => useUiStore().openHold(null),
  'network.startStorm': () => useUiStore().open('storm'),
  'network.endStorm': endStorm,
  'network.releaseAll': () => actAtGate('release', { kind: 'all' }),
  'network.stepMode': toggleStepping,
  'network.stepNext': stepNext,
  'network.undo': undoFault,
  'network.healAll': healAll,
  'policy.leader': () => setPolicy(POLICY_PRESETS.leader),
  'policy.lease': () => setPolicy(POLICY_PRESETS.lease),
  'policy.eager': () => setPolicy(POLICY_PRESETS.eager),
  'policy.backoffFixed': () => setPolicy(POLICY_PRESETS.fixed),
  'policy.backoffRandom': () => setPolicy(POLICY_PRESETS.random),
  'policy.backoffExponential': () => setPolicy(POLICY_PRESETS.exponential),
  'help.manual': () => useLearnStore().help(),
  'help.cheatSheet': () => useUiStore().open('cheatSheet'),
  'help.about': () => useUiStore().open('about'),
  'help.paper': () => openOutside('paxosMadeSimple'),
}
