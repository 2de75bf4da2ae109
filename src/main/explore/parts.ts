/** The parts of a search, wherever they run; `LocalPart` is the only one, in this thread. */
import { Partition } from '../../core/check/explore/abstractPartition'
import type { Turn, TurnReport } from '../../core/check/explore/abstractPartition'
import type { SearchOptions } from '../../core/check/explore/abstractSearch'
import type { Origin } from '../../core/check/explore/hashTable'

export interface Parts {
  readonly count: number
  /** One round: a turn for each part, all at once. */
  round(turns: readonly Turn[]): Promise<TurnReport[]>
  origin(part: number, index: number): Promise<Origin | null>
  close(): Promise<void>
}

export class LocalPart implements Parts {
  readonly count = 1
  readonly partition: Partition

  constructor(options: SearchOptions) {
    this.partition = new Partition({ ...options, part: 0, parts: 1 })
  }

  async round(turns: readonly Turn[]): Promise<TurnReport[]> {
    // Signals and the progress line get a chance between two rounds.
    await new Promise<void>((next) => setImmediate(next))
    return turns.map((turn) => this.partition.turn(turn))
  }

  origin(_part: number, index: number): Promise<Origin | null> {
    return Promise.resolve(this.partition.origin(index))
  }

  async close(): Promise<void> {}
}
