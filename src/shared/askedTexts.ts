/**
 * The commands of a re-enacted run by their ids. Nodes name values by id; what each was asked for
 * stands in the acts of the schedule, and the node that was asked numbers it next. Other runs have
 * no such order between acts and nodes: there nothing is told.
 */
import type { LabEvent } from '../core/event'

/** As the acts of a schedule are told. */
export function askWords(
  act: 'request' | 'propose',
  args: readonly string[],
  node: number,
): string {
  return `${act} "${args.join(' ')}" at node ${node}`
}

const ASKED = /^act \d+: (?:request|propose) "(.*)" at node (\d+)$/s

export class AskedTexts {
  readonly byId = new Map<string, string>()
  /** By node, asked and not numbered yet. */
  readonly #waiting = new Map<number, string[]>()

  feed(event: LabEvent): void {
    if (event.type === 'acted') {
      const [, text, node] = ASKED.exec(event.act) ?? []
      if (text === undefined) return
      const at = Number(node)
      this.#waiting.set(at, [...(this.#waiting.get(at) ?? []), text])
    } else if (event.type === 'submitted') {
      const waiting = this.#waiting.get(event.by) ?? []
      for (let at = 0; at < event.count; at += 1) {
        const text = waiting.shift()
        if (text === undefined) return
        this.byId.set(`${event.session}:${event.from + at}`, text)
      }
    }
  }
}

export function askedTexts(events: Iterable<LabEvent>): ReadonlyMap<string, string> {
  const texts = new AskedTexts()
  for (const event of events) texts.feed(event)
  return texts.byId
}
