/** By which rules a node runs, as STATUS and INFO tell it; what is not safe says so. */
import { MUTANTS } from '../../core/mutants'
import { rolesOf } from '../../core/paxos/config'
import type { ReplicaConfig, Variant } from '../../core/paxos/config'
import type { MutantId } from '../../core/paxos/mutant'
import { unnamedLabel } from '../../shared/unnamed'
import type { UnnamedLetter } from '../../shared/unnamed'

/** What sets this node apart from one that runs Paxos as it should be run. */
export interface NodeRules {
  readonly variant: Variant
  readonly mutant: MutantId | null
  /** A lesson asks which mutant it is: it is told as this letter. */
  readonly unnamed?: UnnamedLetter | undefined
  readonly phases: 'both' | 'second'
  /** False: it lies about stable storage. */
  readonly flush: boolean
  /** False: it is no acceptor, or has lost its promises. */
  readonly votes: boolean
}

/** `mayVote`: what its disk says. */
export function nodeRules(
  config: ReplicaConfig,
  flush: boolean,
  mayVote: boolean,
  unnamed?: UnnamedLetter,
): NodeRules {
  const { variant, mutant, phases, votes, node } = config
  const isAcceptor = rolesOf(config).acceptors.includes(node)
  return { variant, mutant, unnamed, phases, flush, votes: isAcceptor && votes && mayVote }
}

export function rulePairs({
  variant,
  mutant,
  unnamed,
  phases,
  flush,
  votes,
}: NodeRules): readonly (readonly [string, string])[] {
  return [
    ['variant', variant === 'lamport' ? variant : `${variant} (not Paxos)`],
    ['mutant', mutantText(mutant, unnamed)],
    ['phases', phases === 'both' ? phases : `${phases} (UNSAFE)`],
    ['flush', flush ? 'on' : 'off (UNSAFE)'],
    ['votes', votes ? 'yes' : 'no'],
  ]
}

function mutantText(mutant: MutantId | null, unnamed: UnnamedLetter | undefined): string {
  if (mutant === null) return 'none'
  return unnamed === undefined ? `${mutant}: ${MUTANTS[mutant].name}` : unnamedLabel(unnamed)
}
