/**
 * The command registry: pure data that menu bar, palette, context menus, cheat sheet, hotkeys and
 * the native menu share. What a command does lives in the window (`run` by id), whether it can be
 * used now is `when`, decided there too.
 *
 * Keys:   `Mod` is Ctrl, on macOS Cmd; `Ctrl` is Ctrl everywhere. Letters are upper case, `Shift+X`
 *         needs shift. Of several commands with one key the first that can be used has it.
 *         `browserKey` stands in where a browser keeps the key for itself.
 * Scopes: `global` keys work everywhere; `stage` keys are single keys that act only when the stage
 *         has focus and can be switched off (WCAG 2.1.4).
 */
export type CommandGroup = 'lab' | 'view' | 'time' | 'node' | 'network' | 'policy' | 'help'

export type CommandScope = 'global' | 'stage'

/** When a command can be used. */
export type CommandWhen =
  | 'always'
  | 'running'
  | 'nodeSelected'
  | 'nodesSelected'
  | 'linkSelected'
  /** A cluster with a switchboard runs: links can be changed. */
  | 'links'
  | 'faults'
  /** In step mode. */
  | 'stepping'
  | 'scenario'
  /** A storm blows, or calms down. */
  | 'storm'
  /** A run that is over is shown in place of the live lab. */
  | 'saved'
  /** What is shown has a schedule, and a host is there that plays it. */
  | 'reenactable'
  /** It was made in the page, by its simulator or its explorer. */
  | 'forkable'
  /** It waits at a fork, for somebody to choose what happens next. */
  | 'held'
  /** A run is in front of the person, and no file already. */
  | 'runShown'
  /** The Teach view is open. */
  | 'teaching'
  /** What is shown, or the last run, has a report or can have one. */
  | 'reported'
  /** Frames wait at the gate, and not for steps. */
  | 'gateHolds'
  /** The open experiment has changes that can be saved, */
  | 'unsaved'
  /** is one's own, */
  | 'ownOpen'
  /** or has edits to take back, or to make again. */
  | 'undoable'
  | 'redoable'

export interface Command {
  readonly id: CommandId
  /** What it does, as a menu says it. */
  readonly title: string
  readonly group: CommandGroup
  readonly keys: readonly string[]
  readonly browserKey: string | null
  readonly scope: CommandScope
  readonly when: CommandWhen
}

export const COMMAND_GROUPS: Readonly<Record<CommandGroup, string>> = {
  lab: 'Lab',
  view: 'View',
  time: 'Time',
  node: 'Node',
  network: 'Network',
  policy: 'Policy',
  help: 'Help',
}

/** In the order of the menus. */
export const GROUPS: readonly CommandGroup[] = [
  'lab',
  'view',
  'time',
  'node',
  'network',
  'policy',
  'help',
]

type Row = readonly [
  id: `${CommandGroup}.${string}`,
  title: string,
  scope: CommandScope,
  when: CommandWhen,
  keys?: readonly string[],
  browserKey?: string,
]

const rows = [
  ['lab.newCluster', 'New cluster…', 'global', 'always', ['Mod+N'], 'Alt+N'],
  ['lab.startStop', 'Start or stop the cluster', 'global', 'always', ['F5']],
  [
    'lab.restartCluster',
    'Start a fresh cluster with the same options',
    'global',
    'running',
    ['Shift+F5'],
  ],
  ['lab.runDuel', 'Run the duel', 'stage', 'always', ['Shift+D']],
  ['lab.alignTimers', 'Align timers: every node bids now', 'stage', 'running', ['Shift+A']],
  ['lab.stopScenario', 'Stop the experiment', 'global', 'scenario'],
  ['lab.toggleLoad', 'Start or stop the load', 'global', 'running'],
  ['lab.takeControl', 'Take control', 'global', 'always'],
  // Firefox keeps Ctrl+Shift+P for a private window.
  ['view.palette', 'Command palette…', 'global', 'always', ['Mod+K', 'Mod+Shift+P'], 'Mod+K'],
  ['view.openRun', 'Open a run…', 'global', 'always', ['Mod+O'], 'Alt+O'],
  ['view.simulate', 'Simulate in this window…', 'global', 'always'],
  ['view.explore', 'Explore every state…', 'global', 'always'],
  ['view.reenact', 'Re-enact on real processes…', 'global', 'reenactable'],
  ['view.report', 'Open the report of the run', 'global', 'reported'],
  ['view.pins', 'Pins of the report…', 'global', 'always'],
  // Before the experiment's own Save: where a run is shown, the key is about that run.
  ['view.saveRun', 'Save the run as a file', 'global', 'runShown', ['Mod+S']],
  ['view.closeRun', 'Close the saved run', 'global', 'saved'],
  ['view.start', 'Start page', 'global', 'always'],
  ['view.lab', 'Lab', 'global', 'always', ['Mod+1'], 'Alt+1'],
  ['view.timeline', 'Timeline', 'global', 'always', ['Mod+2'], 'Alt+2'],
  ['view.teach', 'Teach', 'global', 'always', ['Mod+3'], 'Alt+3'],
  ['view.teachNext', 'Teach: next', 'stage', 'teaching', ['PageDown']],
  ['view.teachBack', 'Teach: back', 'stage', 'teaching', ['PageUp']],
  ['view.teachReset', 'Teach: reset the step', 'stage', 'teaching', ['Shift+S']],
  ['view.lessonResult', 'Save the result of the lesson…', 'global', 'always'],
  ['view.student', 'Student and class key…', 'global', 'always'],
  ['view.experiments', 'Experiments', 'global', 'always', ['Mod+4'], 'Alt+4'],
  ['view.experimentSave', 'Save the experiment', 'global', 'unsaved', ['Mod+S']],
  ['view.experimentSaveAs', 'Save the experiment as…', 'global', 'ownOpen', ['Mod+Shift+S']],
  // Their keys are those of every field, and act in the editor alone: there Mod+Z heals no cut.
  ['view.experimentUndo', 'Undo the last edit of the experiment', 'global', 'undoable'],
  ['view.experimentRedo', 'Redo the edit of the experiment', 'global', 'redoable'],
  ['view.runs', 'Runs', 'global', 'always', ['Mod+5'], 'Alt+5'],
  ['view.checks', 'Checks', 'global', 'always', ['Mod+6'], 'Alt+6'],
  ['view.learn', 'Learn', 'global', 'always', ['Mod+7'], 'Alt+7'],
  ['view.logs', 'Logs', 'global', 'always', ['Mod+8'], 'Alt+8'],
  ['view.messages', 'Messages of this window…', 'global', 'always'],
  ['view.settings', 'Settings', 'global', 'always', ['Mod+,']],
  ['view.rail', 'Show or hide the rail', 'global', 'always', ['Mod+B']],
  ['view.inspector', 'Show or hide the inspector', 'global', 'always', ['Mod+I']],
  ['view.filter', 'Filter the events', 'stage', 'always', ['/']],
  ['view.gate', 'Frames at the gate', 'stage', 'always', ['Shift+H']],
  ['view.themeLight', 'Light theme', 'global', 'always'],
  ['view.themeDark', 'Dark theme', 'global', 'always'],
  ['view.themeSystem', 'Theme of the system', 'global', 'always'],
  ['view.highContrast', 'High contrast on or off', 'global', 'always'],
  ['view.projector', 'Projector on or off', 'global', 'always'],
  ['view.blank', 'Blank screen', 'stage', 'always', ['.']],
  ['view.acknowledge', 'Acknowledge the violations', 'global', 'always'],
  ['view.leaveTool', 'Leave the tool, clear the selection', 'stage', 'always', ['Escape']],
  ['time.playPause', 'Pause or follow the picture', 'stage', 'always', ['Space']],
  ['time.slower', 'Play slower', 'stage', 'always', ['<']],
  ['time.faster', 'Play faster', 'stage', 'always', ['>']],
  ['time.live', 'Live', 'stage', 'always', ['L']],
  ['time.previousEvent', 'Previous event', 'stage', 'always', ['ArrowLeft']],
  ['time.nextEvent', 'Next event', 'stage', 'always', ['ArrowRight']],
  ['time.backSecond', 'Back one second', 'stage', 'always', ['Shift+ArrowLeft']],
  ['time.forwardSecond', 'Forward one second', 'stage', 'always', ['Shift+ArrowRight']],
  ['time.first', 'Go to the start of the run', 'stage', 'always', ['Home']],
  ['time.last', 'Go to the newest event', 'stage', 'always', ['End']],
  ['time.alignClocks', 'Align the clocks of the diagram', 'global', 'always'],
  ['time.fork', 'Fork from here…', 'stage', 'forkable', ['Shift+F']],
  ['time.forkStep', 'Let the next thing happen', 'stage', 'held', ['Shift+N']],
  ['time.forkBack', 'Take the last step back', 'stage', 'held', ['Shift+B']],
  ['time.forkOn', 'Run on from this step', 'stage', 'held', ['Shift+R']],
  ['node.kill', 'Kill', 'stage', 'nodeSelected', ['K']],
  ['node.stop', 'Stop in good order', 'stage', 'nodeSelected', ['Shift+K']],
  ['node.restart', 'Restart', 'stage', 'nodeSelected', ['R']],
  ['node.pauseResume', 'Pause or resume', 'stage', 'nodeSelected', ['U']],
  ['node.powerLoss', 'Power loss', 'stage', 'nodeSelected'],
  ['node.wipe', 'Wipe the disk', 'stage', 'nodeSelected'],
  ['node.storageFault', 'Storage fault…', 'stage', 'nodeSelected'],
  ['node.clock', 'Clock…', 'stage', 'nodeSelected'],
  ['node.slow', 'Slow…', 'stage', 'nodeSelected', ['S']],
  ['node.failpoint', 'Crash at a failpoint…', 'stage', 'nodeSelected'],
  ['node.isolate', 'Isolate', 'stage', 'nodeSelected', ['I']],
  ['node.startElection', 'Start an election', 'stage', 'nodeSelected', ['E']],
  ['node.stepDown', 'Step down', 'stage', 'nodeSelected', ['Shift+E']],
  ['node.propose', 'Propose now…', 'stage', 'nodeSelected', ['O']],
  ['node.logs', 'Logs of the node', 'stage', 'nodeSelected', ['G']],
  ['node.copyAddress', 'Copy the client address', 'stage', 'nodeSelected'],
  ['network.cutBoth', 'Cut or restore the link, both ways', 'stage', 'linkSelected', ['X']],
  ['network.cutOneWay', 'Cut or restore the link, one way', 'stage', 'linkSelected', ['Shift+X']],
  ['network.scissors', 'Scissors', 'stage', 'links', ['C']],
  [
    'network.partitionSelected',
    'Partition off the selected nodes',
    'stage',
    'nodesSelected',
    ['P'],
  ],
  ['network.isolateLeader', 'Isolate the leader', 'global', 'links'],
  ['network.majorityMinority', 'Majority | minority', 'global', 'links'],
  ['network.bridge', 'Bridge', 'global', 'links'],
  ['network.ring', 'Ring', 'global', 'links'],
  ['network.majoritiesRing', 'Ring of majorities', 'global', 'links'],
  ['network.chained', 'Chain', 'global', 'links'],
  ['network.quorumLoss', 'Quorum loss', 'global', 'links'],
  ['network.constrained', 'Constrained election', 'global', 'links'],
  ['network.oneWay', 'One-way', 'global', 'links'],
  ['network.hold', 'Hold frames…', 'global', 'links'],
  ['network.releaseAll', 'Release all frames at the gate', 'global', 'gateHolds'],
  ['network.stepMode', 'Step mode on or off', 'stage', 'links', ['Shift+G']],
  ['network.stepNext', 'Deliver the next frame', 'stage', 'stepping', ['N']],
  ['network.startStorm', 'Start a storm…', 'global', 'running'],
  ['network.endStorm', 'End the storm', 'global', 'storm'],
  ['network.undo', 'Heal the last cut', 'global', 'faults', ['Mod+Z']],
  ['network.healAll', 'Heal all', 'global', 'faults', ['Ctrl+H']],
  ['policy.leader', 'Policy: leader', 'global', 'running'],
  ['policy.lease', 'Policy: lease', 'global', 'running'],
  ['policy.eager', 'Policy: eager', 'global', 'running'],
  ['policy.backoffFixed', 'Policy: back-off, fixed', 'global', 'running'],
  ['policy.backoffRandom', 'Policy: back-off, random', 'global', 'running'],
  ['policy.backoffExponential', 'Policy: back-off, exponential random', 'global', 'running'],
  ['help.manual', 'Help on this view', 'global', 'always', ['F1']],
  ['help.cheatSheet', 'Keyboard shortcuts', 'stage', 'always', ['?']],
  ['help.about', 'About Paxos Lab', 'global', 'always'],
  ['help.paper', 'Paxos Made Simple (opens outside)', 'global', 'always'],
] as const satisfies readonly Row[]

export type CommandId = (typeof rows)[number][0]

function commandOf(row: Row & { readonly 0: CommandId }): Command {
  const [id, title, scope, when, keys = [], browserKey = null] = row
  return { id, title, group: groupOf(id), keys, browserKey, scope, when }
}

function groupOf(id: CommandId): CommandGroup {
  const prefix = id.slice(0, id.indexOf('.'))
  return GROUPS.find((group) => group === prefix) ?? 'lab'
}

export const COMMANDS: readonly Command[] = rows.map(commandOf)

/** Keys 1 to 9 select a node; they are no command, so the cheat sheet names them from here. */
export const SELECT_NODE_KEYS = { keys: '1–9', title: 'Select node', scope: 'stage' } as const

const IDS: ReadonlySet<string> = new Set(rows.map(([id]) => id))

export function isCommandId(id: string): id is CommandId {
  return IDS.has(id)
}

/** The key to show and to listen to in this host. */
export function keysOf(command: Command, reservedShortcuts: boolean): readonly string[] {
  if (reservedShortcuts || command.browserKey === null) return command.keys
  return [command.browserKey]
}
