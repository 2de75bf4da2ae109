/**
 * Rows of the cheat sheet and of the settings: every key of the window, whichever view is open, and
 * where it holds. Commands tell it by `when`; keys that a picture handles itself are listed here.
 */
import { COMMAND_GROUPS, COMMANDS, GROUPS, SELECT_NODE_KEYS } from '../../../shared/commands'
import type { CommandGroup, CommandId, CommandWhen } from '../../../shared/commands'

export interface SheetRow {
  readonly title: string
  readonly key: string
  /** Where it holds or what it needs; empty: it holds in every view. */
  readonly where: string
}

export interface SheetGroup {
  readonly title: string
  readonly rows: readonly SheetRow[]
}

export interface KeyedCommand {
  readonly id: CommandId
  readonly title: string
  readonly group: CommandGroup
  /** All its keys, in words. */
  readonly keys: string
  /** A key that the app has and a browser keeps for itself, in words. */
  readonly keptKey: string
}

const WHERE: Readonly<Partial<Record<CommandWhen, string>>> = {
  nodeSelected: 'node selected',
  nodesSelected: 'nodes selected',
  linkSelected: 'link selected',
  stepping: 'step mode',
  runShown: 'Lab, Timeline, Teach',
  teaching: 'Teach',
  forkable: 'simulated run',
  held: 'at a fork',
  unsaved: 'Experiments',
  ownOpen: 'Experiments',
}

const FOCUSED = 'node focused'
const PICTURES = 'charts, diagram'
const DIAGRAM = 'diagram'

/** Handled by the topology (`nodeActions`, `topologyKeys`). */
const NODE_ROWS: readonly SheetRow[] = [
  { title: SELECT_NODE_KEYS.title, key: SELECT_NODE_KEYS.keys, where: '' },
  { title: 'Mark several nodes', key: 'Space', where: FOCUSED },
  { title: 'Menu of the node or link', key: 'Shift+F10', where: 'node or link focused' },
]

/** Handled by the pictures themselves while they have the focus. */
const PICTURE_ROWS: readonly SheetRow[] = [
  { title: 'Zoom in, out', key: 'W S', where: PICTURES },
  { title: 'Pan back, forward', key: 'A D', where: PICTURES },
  { title: 'Fit the selection, or the run', key: 'F', where: PICTURES },
  { title: 'All of the run', key: '0', where: PICTURES },
  { title: 'Happens-before', key: 'H', where: `${DIAGRAM}, message selected` },
  { title: 'To its cause, its effect', key: '[ ]', where: `${DIAGRAM}, message selected` },
  { title: 'Measure what is shown', key: 'B', where: DIAGRAM },
  { title: 'Move the chart', key: 'Alt+↑ Alt+↓', where: 'chart focused' },
]

const WHEN: ReadonlyMap<CommandId, CommandWhen> = new Map(
  COMMANDS.map(({ id, when }) => [id, when]),
)

export function sheetGroups(commands: readonly KeyedCommand[]): SheetGroup[] {
  const groups = GROUPS.map((group) => ({
    title: COMMAND_GROUPS[group],
    rows: [
      ...commands.filter((one) => one.group === group && one.keys !== '').map(rowOf),
      ...(group === 'node' ? NODE_ROWS : []),
    ],
  })).filter(({ rows }) => rows.length > 0)
  return [...groups, { title: 'Charts and space-time diagram', rows: PICTURE_ROWS }]
}

function rowOf({ id, title, keys, keptKey }: KeyedCommand): SheetRow {
  const when = WHEN.get(id)
  const where = (when && WHERE[when]) ?? ''
  return { title, key: keys, where: keptKey === '' ? where : `${keptKey} in the app` }
}
