/**
 * In which order nodes stand on the circle, so that the hulls of partition groups do not cross:
 * members of a group stand side by side. Nodes keep their places where that is so already, and else
 * move as little as can be. Pure.
 *
 * Limit: groups that share nodes are laid out in pairs only; more of them stay as they are.
 */

/** Orders of so many groups are tried; more stay as they are. */
const GROUPS_MAX = 5

export function orderByGroups(
  members: readonly number[],
  groups: readonly (readonly number[])[],
): readonly number[] {
  if (groups.length < 2 || groups.every((group) => isArc(members, group))) return members
  const runs = runsOf(members, groups)
  if (runs === null) return members
  let best: readonly number[] = members
  let leastMoved = Infinity
  for (const order of runs) {
    const whole = order.flat()
    if (whole.length !== members.length) continue
    if (!groups.every((group) => isArc(whole, group))) continue
    for (let turn = 0; turn < whole.length; turn += 1) {
      const turned = [...whole.slice(turn), ...whole.slice(0, turn)]
      const moved = movedBy(members, turned)
      if (moved < leastMoved) [best, leastMoved] = [turned, moved]
    }
  }
  return best
}

/** Whether these stand side by side on the circle: the hull of an arc crosses no other arc's. */
function isArc(circle: readonly number[], group: readonly number[]): boolean {
  const own = new Set(group)
  const edges = circle.filter((node, at) => {
    const next = circle[(at + 1) % circle.length]!
    return own.has(node) !== own.has(next)
  })
  return edges.length <= 2
}

/** Orders of runs of nodes that may stand side by side; null: no rule for such groups. */
function runsOf(
  members: readonly number[],
  groups: readonly (readonly number[])[],
): (readonly (readonly number[])[])[] | null {
  const inOrder = (nodes: readonly number[]): number[] =>
    members.filter((node) => nodes.includes(node))
  const named = groups.flat()
  const shared = members.filter((node) => named.indexOf(node) !== named.lastIndexOf(node))
  if (shared.length === 0) {
    const rest = members.filter((node) => !named.includes(node)).map((node) => [node])
    const runs = [...groups.map(inOrder), ...rest]
    return runs.length > GROUPS_MAX ? null : ordersOf(runs)
  }
  const [one, two] = groups
  if (groups.length !== 2 || one === undefined || two === undefined) return null
  const alone = (group: readonly number[]): number[] =>
    inOrder(group).filter((node) => !shared.includes(node))
  return ordersOf([alone(one), shared, alone(two)])
}

function ordersOf(runs: readonly (readonly number[])[]): (readonly (readonly number[])[])[] {
  if (runs.length < 2) return [runs]
  return runs.flatMap((run, at) =>
    ordersOf(runs.filter((_, other) => other !== at)).map((rest) => [run, ...rest]),
  )
}

/** Steps on the circle that all nodes together move. */
function movedBy(before: readonly number[], after: readonly number[]): number {
  return before.reduce((sum, node, at) => {
    const steps = Math.abs(after.indexOf(node) - at)
    return sum + Math.min(steps, before.length - steps)
  }, 0)
}
