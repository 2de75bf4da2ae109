/**
 * What a replay says: the badge of its fidelity, the lives of each node, and the first difference
 * between two tellings of one run.
 */
import type { LabEvent } from '../../../../core/event'
import type { ReplayedLife, ReplayReport } from '../../../../shared/reenactApi'

export interface Badge {
  readonly look: 'ok' | 'bad' | 'none'
  readonly words: string
}

/** A killed process loses what it had not written: all that there is may still be equal. */
const EQUAL: ReadonlySet<ReplayedLife['state']> = new Set(['whole', 'cut', 'stopped'] as const)

const STATE_WORDS: Readonly<Record<ReplayedLife['state'], string>> = {
  whole: 'equal to its end',
  cut: 'equal; the process was killed',
  stopped: 'equal as far as it was recorded',
  short: 'the recording is too short',
  different: 'different',
  changed: 'the file was changed',
  unreadable: 'cannot be read',
  missing: 'has no recording',
}

export function badgeOf({ verdict, rounds, nodes, events, words, lives }: ReplayReport): Badge {
  if (verdict === 'violated') return { look: 'bad', words: 'Another answer than recorded' }
  if (verdict === 'unknown') {
    const first = lives.find(({ state }) => !EQUAL.has(state))
    const why = first && `N${first.node}, life ${first.life} ${STATE_WORDS[first.state]}`
    return { look: 'none', words: `Not to be said: ${(why ?? words) || 'nothing was compared'}` }
  }
  if (lives.length === 0)
    return { look: 'ok', words: `Run again: ${number(events)} events, all equal` }
  const of = `${number(rounds)} rounds of ${nodes} nodes`
  return { look: 'ok', words: `Replay fidelity 100 % (${of})` }
}

export function lifeWords({ state }: Pick<ReplayedLife, 'state'>): string {
  return STATE_WORDS[state]
}

export function isEqual({ state }: Pick<ReplayedLife, 'state'>): boolean {
  return EQUAL.has(state)
}

export interface LifeBox extends ReplayedLife {
  /** 0 to 1 of the rounds of the busiest node. */
  readonly from: number
  readonly to: number
}

/** A lane a node, its lives one after another, as wide as their rounds. */
export function lanesOf(lives: readonly ReplayedLife[]): { node: number; lives: LifeBox[] }[] {
  const nodes = [...new Set(lives.map(({ node }) => node))].sort((a, b) => a - b)
  const own = nodes.map((node) => ({
    node,
    lives: lives.filter((life) => life.node === node).toSorted((a, b) => a.life - b.life),
  }))
  // A life without rounds is seen, too.
  const size = ({ rounds }: ReplayedLife): number => Math.max(1, rounds)
  const most = Math.max(1, ...own.map((lane) => lane.lives.reduce((sum, l) => sum + size(l), 0)))
  return own.map(({ node, lives: mine }) => {
    let at = 0
    const boxes = mine.map((life): LifeBox => {
      const from = at / most
      at += size(life)
      return { ...life, from, to: at / most }
    })
    return { node, lives: boxes }
  })
}

/** Of a run that this window made, and made again; null: all is equal. */
export function firstDifference(
  recorded: readonly LabEvent[],
  again: readonly LabEvent[],
): { readonly at: number; readonly words: string } | null {
  const most = Math.max(recorded.length, again.length)
  for (let at = 0; at < most; at += 1) {
    const [old, fresh] = [recorded[at], again[at]]
    if (JSON.stringify(old) === JSON.stringify(fresh)) continue
    const words = `event ${old?.seq ?? fresh?.seq ?? at}: ${say(old)} was recorded, ${say(fresh)} came`
    return { at, words }
  }
  return null
}

function say(event: LabEvent | undefined): string {
  return event === undefined ? 'nothing' : `"${event.type}" of ${event.by}`
}

function number(value: number): string {
  return value.toLocaleString('en')
}
