/** The cluster of a run in words: from its options as they were given, of any version. */
import type { LearnerMode } from '../../core/paxos/config'
import { MUTANT_IDS } from '../../core/paxos/mutant'
import { VARIANT_NAMES } from '../../shared/clusterOptions'
import type { Fields } from '../../shared/fields'
import { isSealed, shownMutant, UNNAMED_LETTERS } from '../../shared/unnamed'
import type { MaybeUnnamed } from '../../shared/unnamed'
import { optional } from './runFiles'
import { clip } from './markup'

const MODES = ['leader', 'all', 'set'] as const
const NODES_MAX = 30
const VALUE_CHARS_MAX = 300

export function learnerModeOf(options: Fields): LearnerMode {
  const mode = optional(() => options.at('learnerMode'))
  if (mode === null) return { kind: 'leader' }
  const kind = optional(() => mode.oneOf('kind', MODES)) ?? 'leader'
  if (kind !== 'set') return { kind }
  const nodes = optional(() => mode.list('nodes', NODES_MAX, (one) => Number(one)))
  return { kind, nodes: nodes ?? [] }
}

/** What sets a cluster apart from Paxos as it should be run; empty for a sound one. */
export function labelsOf(options: Fields): string[] {
  const mutant = shownMutant(mutantOf(options))
  const is = (name: string, value: unknown): boolean => options.raw(name) === value
  return [
    ...(is('variant', 'blog2014') ? [VARIANT_NAMES.blog2014] : []),
    ...(mutant === null ? [] : [mutant]),
    ...(is('flush', false) ? ['flush off'] : []),
    ...(is('phases', 'second') ? ['phase 2 only'] : []),
    ...(is('readMode', 'local') ? ['reads local, unsafe'] : []),
  ]
}

function mutantOf(options: Fields): MaybeUnnamed {
  const mutant = optional(() => options.oneOf('mutant', MUTANT_IDS))
  const unnamed = optional(() => options.oneOf('unnamed', UNNAMED_LETTERS))
  return { mutant, ...(unnamed !== null && { unnamed }) }
}

/** Every option as it was given, but for a mutant without a name: name and value. */
export function optionRows(options: Fields): [string, string][] {
  const own = mutantOf(options)
  return options.names().map((name) => {
    if (name === 'mutant' && isSealed(own)) return [name, shownMutant(own) ?? '']
    const value = options.raw(name)
    const text = typeof value === 'string' ? value : (JSON.stringify(value) ?? '')
    return [name, clip(text, VALUE_CHARS_MAX)]
  })
}
