/** Menus of a link and of a lasso as data. Pure; the panel carries the choices out. */
import type { LinkChange, NodeView } from '../../../../shared/api'
import { isPlain } from './linkModel'
import type { LinkModel } from './linkModel'
import type { MenuItem } from './menuItem'

const PLAIN = { key: '', blocked: null, danger: false, separated: false } as const

/** Ready-made changes of one directed link; the inspector has fields for other numbers. */
export const LINK_CHANGES: Readonly<Record<string, { title: string; change: LinkChange }>> = {
  slow: {
    title: 'Delay by 100 ms ± 20',
    change: { kind: 'delay', delayMs: 100, jitterMs: 20 },
  },
  lossy: { title: 'Drop 20 % of the frames', change: { kind: 'drop', probability: 0.2 } },
  dropNext: { title: 'Drop the next frame', change: { kind: 'dropNext', count: 1 } },
  double: { title: 'Send 20 % twice', change: { kind: 'duplicate', probability: 0.2 } },
  reset: { title: 'Reset the connection', change: { kind: 'reset' } },
  halfOpen: { title: 'Leave it half-open', change: { kind: 'halfOpen' } },
}

/** `there`: the direction that was clicked; `back`: the other one. */
export function linkMenu(
  there: LinkModel,
  back: LinkModel | undefined,
  blocked: string | null,
): MenuItem[] {
  const name = `N${there.from} → N${there.to}`
  const bothCut = there.cutKind !== null && back?.cutKind !== null
  return [
    { ...PLAIN, blocked, id: 'both', title: `${bothCut ? 'Restore' : 'Cut'} both ways`, key: 'X' },
    {
      ...PLAIN,
      blocked,
      id: 'one',
      title: `${there.cutKind ? 'Restore' : 'Cut'} ${name} only`,
      key: 'Shift+X',
    },
    ...Object.entries(LINK_CHANGES).map(([id, { title }], index) => ({
      ...PLAIN,
      blocked,
      id,
      title,
      separated: index === 0,
    })),
    { ...PLAIN, blocked, id: 'hold', title: 'Hold its frames…' },
    {
      ...PLAIN,
      id: 'plain',
      title: 'End delay, loss and the like',
      blocked: blocked ?? (isPlain(there) ? `${name} has none.` : null),
      separated: true,
    },
  ]
}

/** For marked nodes: what a lasso or Space chose. */
export function lassoMenu(
  nodes: readonly NodeView[],
  members: number,
  linksBlocked: string | null,
): MenuItem[] {
  const whole = nodes.length >= members ? 'All nodes are marked; leave some out.' : null
  const running = nodes.filter((view) => view.state === 'running').length
  const processes = nodes.filter((view) => view.state === 'running' || view.state === 'paused')
  return [
    { ...PLAIN, id: 'isolate', title: 'Isolate these', key: 'P', blocked: linksBlocked ?? whole },
    { ...PLAIN, id: 'keep', title: 'Keep only these', blocked: linksBlocked ?? whole },
    {
      ...PLAIN,
      id: 'kill',
      title: 'Kill',
      key: 'K',
      blocked: processes.length > 0 ? null : 'None of them runs.',
      danger: true,
      separated: true,
    },
    {
      ...PLAIN,
      id: 'powerLoss',
      title: 'Power loss',
      blocked: processes.length > 0 ? null : 'None of them runs.',
      danger: true,
    },
    {
      ...PLAIN,
      id: 'pause',
      title: 'Pause',
      key: 'U',
      blocked: running > 0 ? null : 'None of them runs.',
    },
  ]
}
