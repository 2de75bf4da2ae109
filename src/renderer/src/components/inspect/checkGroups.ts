/**
 * The checks as the inspector lists them: each that does not hold or lacks data by itself; what
 * holds is one line with its number; those that were not judged, for one reason, another. Pure.
 */
import type { CheckView } from '../../../../shared/api'

type GroupedState = 'holds' | 'idle'

interface CheckGroup {
  readonly state: GroupedState
  /** What they all say; empty: each has words of its own. */
  readonly words: string
  readonly checks: readonly CheckView[]
}

interface CheckOutline {
  /** Alarms first, then in the order of the invariants. */
  readonly listed: readonly CheckView[]
  readonly groups: readonly CheckGroup[]
}

/** One check alone is no group of those that were not judged. */
const GROUP_MIN = 2

export function outlineOf(checks: readonly CheckView[]): CheckOutline {
  const inState = (state: CheckView['state']): CheckView[] =>
    checks.filter((check) => check.state === state)
  const byWords = new Map<string, CheckView[]>()
  for (const check of inState('idle')) {
    byWords.set(check.words, [...(byWords.get(check.words) ?? []), check])
  }
  const groups = [...byWords].filter(([, of]) => of.length >= GROUP_MIN)
  const alone = [...byWords].filter(([, of]) => of.length < GROUP_MIN).flatMap(([, of]) => of)
  const holding = inState('holds')
  const [first] = holding
  const same = holding.every(({ words }) => words === first?.words)
  const held: CheckGroup[] =
    first === undefined ? [] : [{ state: 'holds', words: same ? first.words : '', checks: holding }]
  return {
    listed: [...inState('violated'), ...inState('notEnoughData'), ...alone],
    groups: [
      ...held,
      ...groups.map(([words, of]): CheckGroup => ({ state: 'idle', words, checks: of })),
    ],
  }
}
