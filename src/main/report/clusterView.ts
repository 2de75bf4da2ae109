/** The cluster of a run in words: from its options as they were given, of any version. */
import { mutantLabel } from '../../core/mutants'
import type { LearnerMode } from '../../core/paxos/config'
import { MUTANT_IDS } from '../../core/paxos/mutant'
import { VARIANT_NAMES } from '../../shared/clusterOptions'
import type { Fields } from '../../shared/fields'
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
  const mutant = optional(() => options.oneOf('mutant', MUTANT_IDS))
  const is = (name: string, value: unknown): boolean => options.raw(name) === value
  return [
    ...(is('variant', 'blog2014') ? [VARIANT_NAMES.blog2014] : []),
    ...(mutant === null ? [] : [mutantLabel(mutant)]),
    ...(is('flush', false) ? ['flush off'] : []),
    ...(is('phases', 'second') ? ['phase 2 only'] : []),
    ...(is('readMode', 'local') ? ['reads local, unsafe'] : []),
  ]
}

/** Every option as it was given: name and value. */
export function optionRows(options: Fields): [string, string][] {
  return options.names().map((name) => {
    const value = options.raw(name)
    const text = typeof value === 'string' ? value : (JSON.stringify(value) ?? '')
    return [name, clip(text, VALUE_CHARS_MAX)]
  })
}
