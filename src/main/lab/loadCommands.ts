/**
 * What a client of the workload asks: reads and writes of `key:N`, each value written once in a
 * run, so that a history tells writes apart. With a mix, a share of the writes are compare-and-set
 * of what the client saw last, INCR of `count:N`, and APPEND to `list:N:G`, in equal parts.
 *
 * Bounds: SEEN_MAX values are remembered; a list gets APPENDS_A_LIST of each client, then there is
 *         a new one.
 */
import type { KeySampler } from '../../core/load/keys'
import { createPrng } from '../../core/sim/prng'
import type { Prng } from '../../core/sim/prng'
import type { LoadOptions } from '../../shared/load'
import type { RespReply } from './respReply'

const SEEN_MAX = 1000
const APPENDS_A_LIST = 20
const FILL = '0123456789abcdef'

export class LoadCommands {
  private readonly prng: Prng
  private readonly seen = new Map<string, string>()
  private writes = 0
  private appends = 0

  constructor(
    private readonly options: LoadOptions,
    private readonly index: number,
    seed: number,
    /** Which key number is next; one for all clients. */
    private readonly keys: KeySampler,
  ) {
    this.prng = createPrng(seed, index)
  }

  next(): string[] {
    const { readRatio, mixRatio = 0 } = this.options
    const number = this.keys.next(this.prng)
    const key = `key:${number}`
    const isRead = this.prng.unit() < readRatio
    if (mixRatio === 0 || this.prng.unit() >= mixRatio) {
      return isRead ? ['GET', key] : ['SET', key, this.value()]
    }
    const list = `list:${number}:${Math.floor(this.appends / APPENDS_A_LIST)}`
    switch (this.prng.between(1, 3)) {
      case 1:
        return isRead ? ['GET', `count:${number}`] : ['INCR', `count:${number}`]
      case 2:
        if (isRead) return ['GET', list]
        this.appends += 1
        return ['APPEND', list, this.shortValue()]
      default:
        return isRead ? ['GET', key] : this.compareAndSet(key)
    }
  }

  /** What it was told: the next compare-and-set of that key begins from there. */
  told([name, key = '', first = '', second]: readonly string[], reply: RespReply): void {
    if (name === 'GET' && key.startsWith('key:') && reply.kind === 'bulk') this.see(key, reply.text)
    else if (name === 'SET' && reply.kind === 'status') this.see(key, first)
    else if (name === 'CAS' && reply.kind === 'integer') {
      if (reply.value === 1) this.see(key, second ?? '')
      else this.seen.delete(key)
    }
  }

  private see(key: string, value: string): void {
    if ((this.options.mixRatio ?? 0) === 0) return
    if (this.seen.size >= SEEN_MAX && !this.seen.has(key)) this.seen.clear()
    this.seen.set(key, value)
  }

  /** Of a key that it knows nothing of, it first reads. */
  private compareAndSet(key: string): string[] {
    const old = this.seen.get(key)
    return old === undefined ? ['GET', key] : ['CAS', key, old, this.value()]
  }

  /** Unique in a run; longer than was asked for where that is too short to be unique. */
  private value(): string {
    return this.shortValue().padEnd(this.options.valueBytes, FILL)
  }

  private shortValue(): string {
    this.writes += 1
    return `${this.index}.${this.writes}.`
  }
}
