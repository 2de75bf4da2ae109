/** Why a command cannot be used now, in a few words for menus and palette. */
import type { Command, CommandId, CommandWhen } from '../../../shared/commands'
import { linkReason, nodeActions } from '../components/topology/nodeActions'
import type { NodeActionId } from '../components/topology/nodeActions'
import { isEnabled } from './when'
import type { Situation } from './when'

const ACTS: Readonly<Partial<Record<CommandId, readonly NodeActionId[]>>> = {
  'node.kill': ['kill'],
  'node.stop': ['stop'],
  'node.restart': ['restart'],
  'node.pauseResume': ['pause', 'resume'],
  'node.powerLoss': ['powerLoss'],
  'node.wipe': ['wipe'],
  'node.storageFault': ['storageFault'],
  'node.clock': ['clock'],
  'node.slow': ['slow'],
  'node.failpoint': ['failpoint'],
  'node.isolate': ['isolate'],
  'node.startElection': ['elect'],
  'node.stepDown': ['stepDown'],
  'node.propose': ['propose'],
  'node.logs': ['logs'],
  'node.copyAddress': ['copyAddress'],
}

const WHY: Readonly<Partial<Record<CommandWhen, string>>> = {
  linkSelected: 'Select a link first.',
  stepping: 'Step mode is off.',
  faults: 'No fault is in force.',
  storm: 'No storm blows.',
  scenario: 'No experiment is played.',
  saved: 'No saved run is shown.',
  reenactable: 'What is shown has no schedule.',
  forkable: 'Only a simulated or explored run can go on in another way.',
  held: 'No fork waits for a choice.',
  teaching: 'Teach is not open.',
  runShown: 'No run is shown that could be saved.',
  reported: 'No run is over yet.',
  gateHolds: 'No frame waits for a hold.',
  unsaved: 'No experiment has changes to save.',
  ownOpen: 'No experiment of yours is open.',
  undoable: 'There is no edit to undo.',
  redoable: 'There is no edit to redo.',
}

/** Null: it can be used. */
export function whyNot(
  command: Pick<Command, 'id' | 'when' | 'group'>,
  now: Situation,
): string | null {
  if (isEnabled(command, now)) return nodeObstacle(command.id, now)
  const { status } = now
  if (!now.mayAct && ['lab', 'node', 'network', 'policy'].includes(command.group)) {
    return now.saved === true ? 'A run that is over is shown.' : 'This window may change nothing.'
  }
  switch (command.when) {
    case 'running':
    case 'nodeSelected':
    case 'nodesSelected':
    case 'linkSelected':
    case 'faults':
    case 'stepping':
    case 'links':
      break
    default:
      return WHY[command.when] ?? 'Not now.'
  }
  const needsLinks = ['nodesSelected', 'linkSelected', 'links'].includes(command.when)
  const off = status.state === 'running' && !needsLinks ? null : linkReason(status)
  if (off !== null) return off
  return WHY[command.when] ?? 'Select a node first.'
}

/** What the selected node cannot do in its state. */
function nodeObstacle(id: CommandId, { status, selection }: Situation): string | null {
  const acts = ACTS[id]
  if (acts === undefined || selection.kind !== 'node') return null
  const view = status.nodes.find(({ node }) => node === selection.node)
  if (view === undefined) return null
  return nodeActions(view, status).find((action) => acts.includes(action.id))?.blocked ?? null
}
