/** Acts of the topology that are more than one call; single ones are in `commands/acts.ts`. */
import { linkKey } from '../../../core/fault'
import type { Link } from '../../../core/fault'
import { cutsOf, isLinkFault } from '../api/facts'
import { linksWords } from '../api/words'
import { actOnNode, changeLinks, partitionInto } from '../commands/acts'
import { useLabStore } from '../stores/lab'

/**
 * Restores just these links. A fault that also cuts others goes on for those: the rest is cut anew
 * before the old fault ends, so that nothing passes in between.
 */
export async function restoreLinks(links: readonly Link[]): Promise<void> {
  const lab = useLabStore()
  const wanted = new Set(links.map(linkKey))
  const faults = new Map(
    links.flatMap((link) => cutsOf(lab.status.faults, link)).map((fault) => [fault.id, fault]),
  )
  const title = `Restore ${linksWords(links)}`
  for (const { id, fault } of faults.values()) {
    if (!isLinkFault(fault)) continue
    const rest = fault.links.filter((link) => !wanted.has(linkKey(link)))
    if (rest.length > 0) {
      const cut = await lab.act((call) => call.changeLinks(rest, { kind: 'cut' }), title)
      if (cut === null) return
    }
    await lab.act((call) => call.endFault(id), title)
  }
}

/** Callers hand in models of links; over the wire goes the link alone. */
const plain = (links: readonly Link[]): Link[] => links.map(({ from, to }) => ({ from, to }))

/** Cuts what is whole; where every one of these links is cut already, restores them. */
export async function toggleLinks(links: readonly Link[]): Promise<void> {
  const { faults } = useLabStore().status
  const whole = links.filter((link) => cutsOf(faults, link).length === 0)
  if (whole.length > 0) await changeLinks(plain(whole), { kind: 'cut' })
  else await restoreLinks(links)
}

/** Scissors only cut: links that are cut already stay as they are. */
export async function cutLinks(links: readonly Link[]): Promise<void> {
  const { faults } = useLabStore().status
  const whole = links.filter((link) => cutsOf(faults, link).length === 0)
  if (whole.length > 0) await changeLinks(plain(whole), { kind: 'cut' })
}

/** These nodes on one side, all others on the other. */
export async function isolateNodes(nodes: readonly number[]): Promise<void> {
  const rest = useLabStore().members.filter((node) => !nodes.includes(node))
  if (nodes.length > 0 && rest.length > 0) await partitionInto([rest, nodes])
}

/** These nodes keep talking to each other; every other node is alone. */
export async function keepOnly(nodes: readonly number[]): Promise<void> {
  if (nodes.length > 0) await partitionInto([nodes])
}

export async function actOnNodes(act: 'kill' | 'pause', nodes: readonly number[]): Promise<void> {
  for (const node of nodes) await actOnNode(act, node)
}
