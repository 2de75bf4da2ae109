/** What a status says of the gate: which holds are on, and whether a violation froze it. Pure. */
import type { ActiveFault, Fault } from '../../../core/fault'
import type { LabStatus } from '../../../shared/api'

type Hold = ActiveFault & { readonly fault: Extract<Fault, { kind: 'hold' }> }

function isHold(active: ActiveFault): active is Hold {
  return active.fault.kind === 'hold' && active.endedAtMs === null
}

/** Holds that are on, oldest first. */
export function holdsOf({ faults }: Pick<LabStatus, 'faults'>): Hold[] {
  return faults.filter(isHold).toSorted((a, b) => a.startedAtMs - b.startedAtMs)
}

/**
 * The hold that keeps every frame back since a check was violated; null: nothing is frozen. It is
 * known by what it is: each link, each frame, and nobody else who lets them go.
 */
export function frozenBy(status: LabStatus): Hold | null {
  const { options, checks, nodes } = status
  if (!options?.freezeOnViolation || !checks.some(({ state }) => state === 'violated')) return null
  const links = nodes.length * (nodes.length - 1)
  const all = holdsOf(status).filter(({ fault }) => {
    const isAny = Object.values(fault.match).every((part) => part === undefined)
    const isAlone = fault.adversary === undefined && fault.stepping === undefined
    return isAlone && isAny && fault.links.length === links
  })
  return all.at(-1) ?? null
}

/** Which checks are violated, as one name: `I5, I8`. */
export function violatedIds({ checks }: Pick<LabStatus, 'checks'>): string {
  return checks
    .filter(({ state }) => state === 'violated')
    .map(({ id }) => id)
    .join(', ')
}
