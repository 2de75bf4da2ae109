/** The peer wire of a node: one port in, one dialler out for each other member. */
import type { NodeFact } from '../../core/event'
import type { Message } from '../../core/paxos/message'
import type { PeerAddress } from '../../shared/control'
import { failpoints } from './failpoints'
import { makeHello } from './helloProof'
import type { Identity } from './helloProof'
import { PeerDialler } from './peerDialler'
import { PeerPort } from './peerPort'
import type { Refusals } from './refusals'

export interface TransportOptions {
  readonly identity: Identity
  readonly members: readonly number[]
  readonly refusals: Refusals
  readonly emit: (fact: NodeFact) => void
  readonly onMessage: (from: number, message: Message) => void
}

export class Transport {
  private readonly port: PeerPort
  private readonly diallers = new Map<number, PeerDialler>()

  constructor(private readonly options: TransportOptions) {
    const { identity, members, refusals, onMessage } = options
    const onPeer = (peer: number): void => this.diallers.get(peer)?.redialNow()
    this.port = new PeerPort({ identity, members, refusals, onMessage, onPeer })
  }

  listen(host: string, port: number): Promise<number> {
    return this.port.listen(host, port)
  }

  /** Where to dial the other members; replaces what was said before. */
  setPeers(peers: readonly PeerAddress[]): void {
    const { identity, members, emit } = this.options
    for (const [node, dialler] of this.diallers) {
      if (peers.some((peer) => peer.node === node)) continue
      dialler.close()
      this.diallers.delete(node)
    }
    for (const { node, host, port } of peers) {
      if (node === identity.node || !members.includes(node)) continue
      const dialler = this.diallers.get(node)
      if (dialler) {
        dialler.moveTo(host, port)
        continue
      }
      const hello = () => {
        failpoints.hit('hello.before')
        return makeHello(identity, 'peer', node)
      }
      const listener = {
        onPeerConnected: (peer: number) => emit({ type: 'peerConnected', peer }),
        onPeerLost: (peer: number, reason: string) => emit({ type: 'peerLost', peer, reason }),
      }
      this.diallers.set(node, new PeerDialler(node, host, port, hello, listener))
    }
  }

  /** Adds a printed frame to the round of each receiver. A member without an address loses it. */
  send(to: readonly number[], line: string): void {
    for (const node of to) this.diallers.get(node)?.add(line)
  }

  /** Ends the round: one write a peer. */
  flush(): void {
    for (const dialler of this.diallers.values()) dialler.flush()
  }

  setPaused(paused: boolean): void {
    this.port.setPaused(paused)
  }

  close(): void {
    this.port.close()
    for (const dialler of this.diallers.values()) dialler.close()
  }

  /** Frames handed to each connection that stands now. */
  get sent(): { readonly to: number; readonly frames: number }[] {
    return [...this.diallers.values()].flatMap(({ peer, sent }) =>
      sent === null ? [] : [{ to: peer, frames: sent }],
    )
  }

  get framesDropped(): number {
    return this.sum((dialler) => dialler.dropped)
  }

  get framesDroppedOffline(): number {
    return this.sum((dialler) => dialler.droppedOffline)
  }

  get unknownFrames(): number {
    return this.port.unknownFrames
  }

  private sum(count: (dialler: PeerDialler) => number): number {
    let total = 0
    for (const dialler of this.diallers.values()) total += count(dialler)
    return total
  }
}
