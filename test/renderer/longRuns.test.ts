/** Long runs in the page: a file is shown before it is read, and nothing is piled up meanwhile. */
import { createPinia, setActivePinia } from 'pinia'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import type { LabEvent } from '../../src/core/event'
import { printRecordLine } from '../../src/main/lab/recordFile'
import { openRecord } from '../../src/renderer/src/sources/recordFile'
import type { SavedView } from '../../src/renderer/src/sources/savedView'
import { MessageStore } from '../../src/renderer/src/spacetime/messageStore'
import { Matches } from '../../src/renderer/src/spacetime/matches'
import { passTexts } from '../../src/renderer/src/spacetime/recordReader'
import { useEventsStore } from '../../src/renderer/src/stores/events'
import { useLabStore } from '../../src/renderer/src/stores/lab'
import { useOpeningStore } from '../../src/renderer/src/stores/opening'
import { useSeriesStore } from '../../src/renderer/src/stores/series'
import { useTimeStore } from '../../src/renderer/src/stores/time'
import { useToastsStore } from '../../src/renderer/src/stores/toasts'
import { eventually } from '../support/eventually'

/** More than one picture of a file: 24 MB in few lines. */
const LINES = 6000

function note(seq: number): LabEvent {
  const words = `é${seq}${'x'.repeat(4000)}`
  return { seq, atMs: seq, by: 'lab', type: 'labNote', level: 'info', words }
}

function longFile(): File {
  const lines = Array.from({ length: LINES }, (_, at) =>
    printRecordLine(note(at + 1), '0'.repeat(32)),
  )
  return new File([`${lines.join('\n')}\n`], 'long.ndjson')
}

beforeEach(() => {
  setActivePinia(createPinia())
  useSeriesStore()
  useTimeStore()
})

describe('a long file', () => {
  it('has its first picture while most of it is not read, and grows to all of it', async () => {
    const views: SavedView[] = [await openRecord(longFile())]
    const first = views[0]
    expect(first?.reading?.share).toBeLessThan(0.5)
    expect(first?.status.atMs).toBe(LINES)
    for (let next = await first?.grow?.(); next != null; next = await next.grow?.()) {
      views.push(next)
    }
    const last = views.at(-1)
    expect(last?.reading).toBeNull()
    expect(last?.status.events).toBe(LINES)
    expect(last?.events.map(({ seq }) => seq)).toEqual(
      Array.from({ length: LINES }, (_, at) => at + 1),
    )
    expect(await last?.read(5999, 6001)).toEqual([note(5999), note(6000)])
  })

  it('goes on while it is looked at: the moment that a person chose stays', async () => {
    const lab = useLabStore()
    expect(await useOpeningStore().openFile(longFile())).toBe(true)
    expect(lab.saved?.reading).not.toBeNull()
    useTimeStore().pin(17)
    await eventually('all is read', () => lab.saved?.reading === null)
    expect(useTimeStore().cursorMs).toBe(17)
    expect(useTimeStore().nowMs).toBe(LINES)
    expect(useEventsStore().held).toHaveLength(LINES)
  })

  it('stops when somebody says so: what is read stays, and says how far it goes', async () => {
    const [lab, opening] = [useLabStore(), useOpeningStore()]
    await opening.openFile(longFile())
    opening.stop?.()
    await eventually('it stopped', () => lab.saved?.reading === null)
    expect(lab.saved?.notes).toEqual([expect.stringMatching(/^Read up to .* s: .* events\.$/)])
    expect(lab.status.events).toBeLessThan(LINES)
    expect(useToastsStore().toasts).toEqual([])
  })

  it('before its first picture it is dropped without a word', async () => {
    const opening = useOpeningStore()
    const opened = opening.openFile(longFile())
    opening.stop?.()
    expect(await opened).toBe(false)
    expect(useLabStore().saved).toBeNull()
    expect(useToastsStore().toasts).toEqual([])
  })

  it('that is empty, or no text, or no record, is refused in words that are true', async () => {
    const refusal = async (parts: BlobPart[], name: string): Promise<string> =>
      await openRecord(new File(parts, name)).then(
        () => 'it was opened',
        (error: Error) => error.message,
      )
    expect(await refusal([], 'b.txt')).toBe('b.txt is empty.')
    const names = /(NAME\.paxlab\.yaml).*(NAME\.lesson\.yaml)/
    const png = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a)
    for (const bytes of [png, Uint8Array.of(0x7f, 0x45, 0x4c, 0x46, 2, 1, 0, 0)]) {
      const words = await refusal([bytes], 'x.png')
      expect(words).toMatch(/^x\.png is no record of a run \(events\.ndjson\), no experiment/)
      expect(words).toMatch(names)
      expect(words).toMatch(/: it is no text\.$/)
    }
    const long = 'é words without an end '.repeat(150_000)
    const [line = ''] = [printRecordLine(note(1), '0'.repeat(32))]
    const wrong = [
      'hello\n',
      long,
      '{}',
      '{}\n{}\n',
      '[1]',
      '\n \n',
      line.slice(0, 20),
      '{"a":1}\n',
    ]
    for (const text of wrong) {
      const words = await refusal([text], 'a.txt')
      expect(words).toMatch(/^a\.txt is no record of a run/)
      expect(words).toMatch(names)
      expect(words).toMatch(/: line 1 is no event of a record\.$/)
      expect(words).not.toMatch(/torn|killed|event\.prev|JSON/)
    }
  })

  it('whose first lines are those of a record keeps them, and says that its end is torn', async () => {
    const text = `${printRecordLine(note(1), '0'.repeat(32))}\n{"seq":2,"atM`
    const views: SavedView[] = [await openRecord(new File([text], 'events.ndjson'))]
    for (let next = views.at(-1); next?.reading != null; next = views.at(-1)) {
      const grown = await next.grow?.()
      if (grown == null) break
      views.push(grown)
    }
    expect(views.at(-1)?.events).toHaveLength(1)
    expect(views.at(-1)?.notes).toEqual([expect.stringContaining('torn off')])
  })
})

describe('pieces for the diagram', () => {
  it('are never more than two ahead of the engine', async () => {
    const taken: (() => void)[] = []
    let given = 0
    const ask = vi.fn(async (from: number) => {
      return { text: '[]', next: from < 9 ? from + 1 : null, bytes: 10 }
    })
    const give = () => {
      given += 1
      return new Promise<void>((resolve) => taken.push(resolve))
    }
    const shares: number[] = []
    const done = passTexts({ ask, give, stopped: () => false, onShare: (one) => shares.push(one) })
    for (let acknowledged = 0; acknowledged < 10; acknowledged += 1) {
      await eventually('one waits', () => taken.length > 0)
      expect(given - acknowledged).toBeLessThanOrEqual(2)
      taken.shift()?.()
    }
    await done
    expect(given).toBe(10)
    expect(shares.at(-1)).toBe(1)
    expect(shares).toEqual([...shares].sort((a, b) => a - b))
  })

  it('end when another run is shown', async () => {
    let isStopped = false
    const give = vi.fn(async () => {
      isStopped = true
    })
    const ask = async (from: number) => ({ text: '[]', next: from + 1, bytes: 1e6 })
    await passTexts({ ask, give, stopped: () => isStopped, onShare: () => {} })
    expect(give).toHaveBeenCalledTimes(1)
  })
})

describe('a filter over many messages', () => {
  const MESSAGES = 200_000
  const store = new MessageStore()
  for (let at = 0; at < MESSAGES; at += 1) {
    store.add({
      ...{ startMs: at, endMs: at + 1, from: 1 + (at % 3), to: 4, type: at % 5, fate: 1, flags: 0 },
      ...{ round: 1, ballotNode: 1, slot: at, count: 1, bytes: 9 },
    })
  }

  it('is counted in slices, and comes to what one look comes to', () => {
    const [whole, sliced] = [new Matches(store), new Matches(store)]
    for (const matches of [whole, sliced]) matches.setFilter('from:2')
    const total = whole.totals().matching
    let [looks, before] = [0, -1]
    do {
      const { matching } = sliced.totals(() => true)
      expect(matching).toBeGreaterThan(before)
      before = matching
      looks += 1
    } while (sliced.isBehind)
    expect(before).toBe(total)
    expect(looks).toBeGreaterThan(10)
    const window = [1000, MESSAGES - 1000] as const
    const wanted = whole.inWindow(...window)
    // As many as it looks like, until it is counted.
    const guess = sliced.inWindow(...window, () => true)
    expect(Math.abs(guess - wanted)).toBeLessThan(wanted * 0.01)
    while (sliced.isBehind) sliced.inWindow(...window, () => true)
    expect(sliced.inWindow(...window)).toBe(wanted)
    expect(sliced.rows()).toEqual(whole.rows())
  })

  it('begins anew with another filter in the middle of a count', () => {
    const matches = new Matches(store)
    matches.setFilter('from:2')
    matches.totals(() => true)
    matches.inWindow(0, MESSAGES, () => true)
    matches.setFilter('from:9')
    expect(matches.totals().matching).toBe(0)
    expect(matches.inWindow(0, MESSAGES)).toBe(0)
  })
})
