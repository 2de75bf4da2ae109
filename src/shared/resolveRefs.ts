/** Turns what a verb calls a node or a link into the nodes and links of a cluster now. */
import type { Link } from '../core/fault'
import { LabCallError } from './api'
import type { LabStatus } from './api'
import { followerOf, leaderOf } from './labWords'
import type { LinksRef, NodeRef } from './verbArgs'

/** Throws `wrongState` if nobody is that now. */
export function resolveNode(status: LabStatus, ref: NodeRef): number {
  if (typeof ref === 'number') return ref
  const node = ref === 'leader' ? leaderOf(status) : followerOf(status)
  if (node === null) throw new LabCallError('wrongState', `there is no ${ref} now`)
  return node
}

export function resolveLinks(status: LabStatus, { from, to, both }: LinksRef): Link[] {
  const members = status.nodes.map(({ node }) => node)
  const nodesOf = (ref: NodeRef | 'all'): number[] =>
    ref === 'all' ? members : [resolveNode(status, ref)]
  const oneWay = nodesOf(from).flatMap((left) =>
    nodesOf(to).map((right) => ({ from: left, to: right })),
  )
  const links = both ? oneWay.flatMap((link) => [link, { from: link.to, to: link.from }]) : oneWay
  const real = links.filter((link) => link.from !== link.to)
  if (real.length === 0) throw new LabCallError('badArgument', 'a node has no link to itself')
  return real
}
