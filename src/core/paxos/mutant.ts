/**
 * Mutants: Paxos with one rule changed on purpose, to show what the rule is for and to prove that
 * the checks can say no. A node that runs one says so everywhere; none can be on by default.
 *
 * Source: protocol §10. `core/mutants.ts` tells each one's rule, provenance and what it breaks.
 */
export const MUTANT_IDS = [
  'M1',
  'M2',
  'M3',
  'M4',
  'M5',
  'M6',
  'M7',
  'M8',
  'M9',
  'M10',
  'M11',
  'M12',
  'M13',
  'M14',
  'M15',
  'M16',
  'M17',
  'M18',
  'M19',
  'M20',
  'M21',
] as const

export type MutantId = (typeof MUTANT_IDS)[number]

/**
 * M19, which only a host can be: true if it lets a message go at once, whatever record the message
 * relies on. `Send.after` still names that record, so that I4 sees it. Runtime, simulator and
 * player all ask this and nothing else; messages of a node to itself still wait.
 */
export function sendsEarly(mutant: MutantId | null): boolean {
  return mutant === 'M19'
}
