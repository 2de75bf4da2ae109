/**
 * What can be done to a node, by menu or by one key. One list for the menu, the keys and the tests:
 * an action that is not possible says why.
 */
import type { LabStatus, NodeView } from '../../../../shared/api'

export type NodeActionId =
  | 'kill'
  | 'stop'
  | 'restart'
  | 'pause'
  | 'resume'
  | 'powerLoss'
  | 'wipe'
  | 'storageFault'
  | 'clock'
  | 'slow'
  | 'failpoint'
  | 'isolate'
  | 'propose'
  | 'elect'
  | 'stepDown'
  | 'logs'
  | 'copyAddress'

export interface NodeAction {
  readonly id: NodeActionId
  readonly title: string
  /** Key while the node has the focus, such as 'K' or 'Shift+K'; '' for none. */
  readonly key: string
  /** Why it cannot be done now; null: it can. */
  readonly blocked: string | null
  /** Stops or loses something: shown in the colour of danger. */
  readonly danger: boolean
  /** A rule above it in the menu. */
  readonly separated: boolean
}

export const DIRECT_REASON = 'Direct mode: nodes dial each other, so links have no faults.'

interface Draft {
  readonly id: NodeActionId
  readonly title: string
  readonly key: string
  readonly blocked: string | null
  readonly danger?: boolean
  readonly separated?: boolean
}

/** Nothing of a run that is over can be changed. */
const LOOKING: readonly NodeActionId[] = ['logs', 'copyAddress']

/** Every action in the order of the menu. `over`: of a run that is over. */
export function nodeActions(view: NodeView, status: LabStatus, over = false): NodeAction[] {
  const name = `N${view.node}`
  const isUp = view.state === 'running'
  const isPaused = view.state === 'paused'
  const isDown = view.state === 'killed' || view.state === 'stopped' || view.state === 'failed'
  const now = `${name} is ${view.state}`
  const needsUp = isUp ? null : `${now}.`
  const hasProcess = isUp || isPaused ? null : `${now}: there is no process.`
  const isStarting = view.state === 'starting' ? `${now}.` : null
  const leads = view.status?.role === 'leading'
  const drafts: Draft[] = [
    { id: 'kill', title: 'Kill', key: 'K', blocked: hasProcess, danger: true },
    { id: 'stop', title: 'Stop', key: 'Shift+K', blocked: needsUp },
    {
      id: 'restart',
      title: 'Restart',
      key: 'R',
      blocked: isDown ? null : `${now}. Kill it first.`,
    },
    isPaused
      ? { id: 'resume', title: 'Resume', key: 'U', blocked: null }
      : { id: 'pause', title: pauseTitle(status), key: 'U', blocked: needsUp },
    {
      id: 'powerLoss',
      title: 'Power loss',
      key: '',
      blocked: hasProcess,
      separated: true,
      danger: true,
    },
    { id: 'wipe', title: 'Wipe the disk', key: '', blocked: isStarting, danger: true },
    { id: 'storageFault', title: 'Storage fault…', key: '', blocked: isStarting },
    { id: 'clock', title: 'Clock…', key: '', blocked: isStarting },
    { id: 'slow', title: 'Slow…', key: 'S', blocked: isStarting },
    { id: 'failpoint', title: 'Crash at a failpoint…', key: '', blocked: isStarting },
    { id: 'isolate', title: 'Isolate', key: 'I', blocked: linkReason(status), separated: true },
    { id: 'propose', title: 'Propose now', key: 'O', blocked: needsUp, separated: true },
    { id: 'elect', title: 'Start election', key: 'E', blocked: needsUp },
    {
      id: 'stepDown',
      title: 'Step down',
      key: 'Shift+E',
      blocked: needsUp ?? (leads ? null : `${name} does not lead.`),
    },
    { id: 'logs', title: 'Logs', key: 'G', blocked: null, separated: true },
    {
      id: 'copyAddress',
      title: 'Copy address',
      key: '',
      blocked: view.clientPort > 0 ? null : `${name} has not told its port.`,
    },
  ]
  const blockedOf = ({ id, blocked }: Draft): string | null =>
    over && !LOOKING.includes(id) ? 'This run is over.' : blocked
  return drafts.map((draft) => ({
    ...{ danger: false, separated: false, ...draft },
    blocked: blockedOf(draft),
  }))
}

function pauseTitle(status: LabStatus): string {
  return status.realPause ? 'Pause' : 'Pause (cooperative)'
}

/** Why links cannot be changed now; null: they can. */
export function linkReason(status: LabStatus): string | null {
  if (status.state === 'starting') return 'The cluster is still starting.'
  if (status.state !== 'running') return 'No cluster runs.'
  return status.options?.direct ? DIRECT_REASON : null
}

/** The action a key stands for; letters work in either case, Shift is part of the name. */
export function actionForKey(
  actions: readonly NodeAction[],
  event: Pick<KeyboardEvent, 'key' | 'shiftKey' | 'ctrlKey' | 'metaKey' | 'altKey'>,
): NodeAction | null {
  if (event.ctrlKey || event.metaKey || event.altKey || event.key.length !== 1) return null
  const name = `${event.shiftKey ? 'Shift+' : ''}${event.key.toUpperCase()}`
  return actions.find((action) => action.key === name) ?? null
}
