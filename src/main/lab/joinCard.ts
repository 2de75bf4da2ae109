/**
 * Join card: all that a node of another make needs to take the place of one member ("bring your own
 * node", `docs/wire.md`). It holds the cluster secret, so that only its owner may read the file.
 *
 * Errors: LabCallError `badArgument` for the place of a node that has a log of its own here.
 */
import { existsSync, readdirSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join } from 'node:path'
import type { NodeReport } from '../../core/event'
import { LabCallError } from '../../shared/api'
import type { PeerAddress } from '../../shared/control'
import type { ClusterIdentity, RanNodes } from './dataDir'

const HOST = '127.0.0.1'
const OWNER_ONLY = 0o600

/** Its first start is a fact that the lab never gets: checks then say "not enough data". */
export const UNSEEN_FACTS: readonly NodeReport[] = [
  { type: 'factsDropped', count: 1, life: 1, nodeSeq: 1, nodeAtMs: 0 },
]

export interface JoinCard {
  readonly version: 1
  readonly cluster: string
  /** Hexadecimal. */
  readonly secret: string
  readonly node: number
  readonly members: readonly number[]
  /** Where the node listens for its peers: a loopback address; port 0: the system chooses. */
  readonly own: { readonly host: string; readonly peerPort: number }
  /** Where it dials each other member: the link proxy of that direction, or the member itself. */
  readonly peers: readonly PeerAddress[]
  /** Length of a tick, the unit of `leaseTicks`. */
  readonly tickMs: number
}

/** The member whose place a node of another make takes: the lab never starts it. */
interface Place {
  readonly node: number
  readonly peerPort: number
  reserve(peerPort: number): void
}

/** `dir` is where the lab's own node would keep its log. */
export async function reservePlace(place: Place, dir: string, ran: RanNodes): Promise<void> {
  if (existsSync(dir) && readdirSync(dir).length > 0) {
    const words = `node ${place.node} has promised in ${dir}: no other may take its place`
    throw new LabCallError('badArgument', words)
  }
  // From now on the promises of this id lie elsewhere: a node of ours without them must not vote.
  ran.add(place.node)
  place.reserve(await freePort(HOST))
}

export function joinCardPath(runDir: string, node: number): string {
  return join(runDir, `node${node}`, 'join-card.json')
}

interface CardSetup {
  readonly options: { readonly tickMs: number }
  readonly identity: ClusterIdentity
  readonly runDir: string
}

/** Writes the card of `place` into the run directory, once its peers can be dialled. */
export async function writeJoinCard(
  { options, identity, runDir }: CardSetup,
  place: Place,
  peers: readonly PeerAddress[],
  secret: string,
): Promise<void> {
  const { node, peerPort } = place
  const { cluster, members } = identity
  const own = { host: HOST, peerPort }
  const { tickMs } = options
  const card: JoinCard = { version: 1, cluster, secret, node, members, own, peers, tickMs }
  const text = JSON.stringify(card, null, 2) + '\n'
  await writeFile(joinCardPath(runDir, node), text, { mode: OWNER_ONLY })
}

/** A port that nobody listens on now. @throws if the system has none. */
async function freePort(host: string): Promise<number> {
  return await new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', reject)
    server.listen(0, host, () => {
      const address = server.address()
      const port = typeof address === 'object' && address !== null ? address.port : 0
      server.close(() => resolve(port))
    })
  })
}
