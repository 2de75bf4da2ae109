/** Whether a command can be used now: a fold over status and selection, without side effects. */
import type { Command } from '../../../shared/commands'
import type { LabStatus } from '../../../shared/api'
import type { Editing } from '../stores/editing'
import type { Selection } from '../stores/selection'
import { linksOpen } from '../api/facts'

export interface Situation {
  /** The host is there and this window may change the lab. */
  readonly mayAct: boolean
  readonly status: LabStatus
  readonly selection: Selection
  readonly marked: readonly number[]
  /** A saved run is shown. */
  readonly saved?: boolean
  /** It has a schedule that the host can play. */
  readonly reenactable?: boolean
  /** It was made in the page, which can make it go on in another way. */
  readonly forkable?: boolean
  /** It waits at a fork. */
  readonly held?: boolean
  /** A run is in front of the person, which can be saved. */
  readonly runShown?: boolean
  readonly teaching?: boolean
  /** There is a run or a result to open the report of. */
  readonly reported?: boolean
  /** Frames that wait at the gate. */
  readonly heldFrames?: number
  /** What can be done with the open experiment. */
  readonly editing?: Editing
}

export function isEnabled(command: Pick<Command, 'when' | 'group'>, now: Situation): boolean {
  const { status, selection } = now
  const running = status.state === 'running'
  if (!now.mayAct && ['lab', 'node', 'network', 'policy'].includes(command.group)) return false
  switch (command.when) {
    case 'always':
      return true
    case 'running':
      return running
    case 'nodeSelected':
      return running && selection.kind === 'node'
    case 'nodesSelected':
      return linksOpen(status) && (now.marked.length > 0 || selection.kind === 'node')
    case 'linkSelected':
      return linksOpen(status) && selection.kind === 'link'
    case 'links':
      return linksOpen(status)
    case 'stepping':
      return running && Boolean(status.stepping)
    case 'faults':
      return running && status.faults.length > 0
    case 'storm':
      return running && status.storm != null && status.storm.phase !== 'over'
    case 'saved':
      return now.saved === true
    case 'reenactable':
      return now.reenactable === true
    case 'forkable':
      return now.forkable === true
    case 'held':
      return now.held === true
    case 'runShown':
      return now.runShown === true
    case 'teaching':
      return now.teaching === true
    case 'reported':
      return now.reported === true
    case 'gateHolds':
      // Step mode lets go one frame after another.
      return linksOpen(status) && !status.stepping && (now.heldFrames ?? 0) > 0
    case 'unsaved':
      return now.editing?.canSave === true
    case 'ownOpen':
      return now.editing?.canSaveAs === true
    case 'undoable':
      return now.editing?.canUndo === true
    case 'redoable':
      return now.editing?.canRedo === true
    case 'scenario':
      return status.scenario !== null && !status.scenario.done
  }
}
