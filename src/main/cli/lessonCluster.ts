/** What sets the own cluster of an act apart from that of its lesson, in words. */
import type { ClusterOptions } from '../../shared/clusterOptions'
import { quorumWords, rolesWords } from '../../shared/clusterOptions'
import { policyWords } from '../../shared/labWords'

type Words = { readonly [Name in keyof ClusterOptions]?: (own: ClusterOptions) => string }

const nodesWords = (nodes: readonly number[]): string => nodes.map((node) => `N${node}`).join(' ')

/** The others are told by name and value. */
const WORDS: Words = {
  nodes: ({ nodes }) => `${nodes} nodes`,
  policy: ({ policy, tickMs }) => `policy ${policyWords(policy, tickMs)}`,
  quorums: ({ quorums }) => `quorums ${quorumWords(quorums)}`,
  roles: ({ roles }) => `roles ${rolesWords(roles)}`,
  learnerMode: ({ learnerMode: mode }) =>
    `votes told to ${mode.kind === 'set' ? nodesWords(mode.nodes) : mode.kind}`,
  image: ({ image = [] }) => `${nodesWords(image.map(({ node }) => node))} with votes on disk`,
  flush: ({ flush }) => `flush ${flush ? 'on' : 'off'}`,
}

/** Empty: it is the same. */
export function clusterDifference(own: ClusterOptions, usual: ClusterOptions): string {
  const before = new Map<string, unknown>(Object.entries(usual))
  return Object.entries(own)
    .filter(([name, value]) => JSON.stringify(value) !== JSON.stringify(before.get(name)))
    .map(([name, value]) => {
      const words = WORDS[name as keyof ClusterOptions]
      return words?.(own) ?? `${name} ${JSON.stringify(value).replaceAll('"', '')}`
    })
    .join(', ')
}
