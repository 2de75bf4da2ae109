/**
 * Requests of this node's clients that wait for their answer, by command id `session:seq`.
 *
 * The node is itself a client of the log, with the session `node.life`; clients that want to retry
 * elsewhere bring a session of their own, and the same request of such a session may wait here
 * more than once. Both kinds are kept apart, because the first one is the hot path.
 */
import type { Waiting } from './paxos/waiting'

export class Requests {
  private lastSeq = 0
  /** Requests of the node's session: number → tag of the host, oldest first; and back. */
  private readonly outstanding = new Map<number, number>()
  private readonly seqOfTag = new Map<number, number>()
  /** Requests of sessions that clients named themselves: command id → tags; and back. */
  private readonly named = new Map<string, number[]>()
  private readonly idOfTag = new Map<number, string>()

  constructor(
    private readonly session: string,
    private readonly waiting: Waiting,
  ) {}

  get size(): number {
    return this.seqOfTag.size + this.idOfTag.size
  }

  /** True if a client with a session of its own waits. */
  get hasNamed(): boolean {
    return this.named.size > 0
  }

  /** Opens a request of the node's own session. */
  open(tag: number): { readonly seq: number; readonly ackedThrough: number } {
    this.lastSeq += 1
    const seq = this.lastSeq
    this.outstanding.set(seq, tag)
    this.seqOfTag.set(tag, seq)
    const oldest = this.outstanding.keys().next()
    return { seq, ackedThrough: (oldest.done === true ? seq : oldest.value) - 1 }
  }

  /** Opens a request of a client's session; true if the same one waits here already. */
  openNamed(tag: number, id: string): boolean {
    this.idOfTag.set(tag, id)
    const tags = this.named.get(id)
    if (tags === undefined) this.named.set(id, [tag])
    else tags.push(tag)
    return tags !== undefined
  }

  ids(): string[] {
    const own = [...this.outstanding.keys()].map((seq) => `${this.session}:${seq}`)
    return [...own, ...this.named.keys()]
  }

  /** A request of the node's session is answered: its tag, or null if nobody waits. */
  settleOwn(seq: number, id: string): number | null {
    const tag = this.outstanding.get(seq)
    if (tag === undefined) return null
    this.outstanding.delete(seq)
    this.seqOfTag.delete(tag)
    this.waiting.dropOwn(id)
    return tag
  }

  /** Any request is answered: hands out the tags that waited. */
  settle(id: string): readonly number[] {
    const seq = this.seqOf(id)
    if (seq !== null) {
      const tag = this.settleOwn(seq, id)
      return tag === null ? [] : [tag]
    }
    const tags = this.named.get(id)
    if (tags === undefined) return []
    this.named.delete(id)
    for (const each of tags) this.idOfTag.delete(each)
    this.waiting.dropOwn(id)
    return tags
  }

  /** Nobody waits under this tag any more. Null if nobody did; else whether it may have left. */
  abandon(tag: number): { readonly sent: boolean } | null {
    const seq = this.seqOfTag.get(tag)
    const id = seq === undefined ? this.idOfTag.get(tag) : `${this.session}:${seq}`
    if (id === undefined) return null
    const sent = this.waiting.own.get(id)?.sent !== false
    const left = this.named.get(id)?.filter((other) => other !== tag) ?? []
    if (left.length === 0) this.settle(id)
    else {
      this.named.set(id, left)
      this.idOfTag.delete(tag)
    }
    return { sent }
  }

  private seqOf(id: string): number | null {
    if (!id.startsWith(this.session) || id.charCodeAt(this.session.length) !== 58) return null
    return Number(id.slice(this.session.length + 1))
  }
}
