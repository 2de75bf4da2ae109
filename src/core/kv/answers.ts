/**
 * What a session remembers: the answers of its requests, until its client says that it has them.
 * A request below `overThrough` is over: it is never run again, whether it ran or not.
 */
import { printNumber, printText } from './snapshotText'
import type { SnapshotReader } from './snapshotText'

/** Answers of one client that may wait at once; far above what a node has in flight. */
const ANSWERS_READ_MAX = 1_000_000

export class Answers {
  overThrough = 0
  private bytesKept = 0
  private readonly replies = new Map<number, string>()

  get size(): number {
    return this.replies.size
  }

  get bytes(): number {
    return this.bytesKept
  }

  get(seq: number): string | undefined {
    return this.replies.get(seq)
  }

  add(seq: number, reply: string): void {
    this.replies.set(seq, reply)
    this.bytesKept += reply.length
  }

  /** Forgets the answers up to `through`. */
  forget(through: number): void {
    if (through <= this.overThrough) return
    this.overThrough = through
    for (const [seq, reply] of this.replies) {
      if (seq <= through) {
        this.replies.delete(seq)
        this.bytesKept -= reply.length
      }
      // Answers stand nearly in order: the first few that remain are the end of it.
      else if (seq > through + 64) break
    }
  }

  /** Forgets the answer with the lowest number, and with it every request below. */
  forgetLowest(): void {
    let lowest = Infinity
    for (const seq of this.replies.keys()) lowest = Math.min(lowest, seq)
    this.bytesKept -= this.replies.get(lowest)?.length ?? 0
    this.replies.delete(lowest)
    this.overThrough = Math.max(this.overThrough, lowest)
  }

  print(): string {
    let text = printNumber(this.overThrough) + printNumber(this.replies.size)
    for (const [seq, reply] of this.replies) text += printNumber(seq) + printText(reply)
    return text
  }

  static read(reader: SnapshotReader): Answers {
    const answers = new Answers()
    answers.overThrough = reader.number('last request that is over')
    const count = reader.count('count of answers', ANSWERS_READ_MAX)
    for (let index = 0; index < count; index += 1) {
      const seq = reader.number('number of a request')
      if (answers.replies.has(seq)) throw reader.fault(`request ${seq} is answered twice`)
      answers.add(seq, reader.string('answer'))
    }
    return answers
  }
}
