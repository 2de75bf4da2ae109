/** Times the model and the engine of the space-time diagram; a program. */
import type { LabEvent, SeenMessage } from '../src/core/event'
import type { MessageType } from '../src/core/paxos/message'
import { coneOf } from '../src/renderer/src/spacetime/causality'
import { binDensity, newDensity } from '../src/renderer/src/spacetime/density'
import { Engine } from '../src/renderer/src/spacetime/engine'
import { laneIndex } from '../src/renderer/src/spacetime/geometry'
import type { Palette } from '../src/renderer/src/spacetime/palette'
import type { Surface } from '../src/renderer/src/spacetime/tiles'

const MESSAGES = Number(process.argv[2] ?? 1_000_000)
const PER_SECOND = 5000
const BATCH = 256
const WIDTH = 960
const HEIGHT = 400
const MEMBERS = [1, 2, 3, 4, 5]
const TYPES: readonly MessageType[] = ['accept', 'accepted', 'chosen', 'heartbeat', 'prepare']

function timed<T>(name: string, act: () => T): T {
  const beganAtMs = performance.now()
  const result = act()
  process.stdout.write(`${name.padEnd(44)} ${(performance.now() - beganAtMs).toFixed(1)} ms\n`)
  return result
}

let strokes = 0
/** A context that counts what is asked of it. */
function countingContext(): unknown {
  const kept = new Map<PropertyKey, unknown>()
  return new Proxy(
    {},
    {
      get(_, name) {
        if (name === 'measureText') return () => ({ width: 60 })
        return kept.get(name) ?? (() => (strokes += 1))
      },
      set(_, name, value) {
        kept.set(name, value)
        return true
      },
      has: () => true,
    },
  )
}

function surface(width: number, height: number): Surface {
  const ctx = countingContext()
  return { width, height, getContext: () => ctx } as unknown as Surface
}

function messages(from: number, count: number): SeenMessage[] {
  return Array.from({ length: count }, (_, at) => {
    const id = from + at + 1
    const sentAtMs = (id * 1000) / PER_SECOND
    return {
      ...{ id, from: 1 + (id % 5), to: 1 + ((id + 1 + (id % 3)) % 5), bytes: 140 },
      ...{ message: TYPES[id % TYPES.length]!, ballot: { round: 1 + (id >> 12), node: 2 } },
      ...{ slot: 1 + (id >> 3), count: 1, sentAtMs, endedAtMs: sentAtMs + 5 + (id % 7) },
      fate: id % 500 === 0 ? 'dropped' : 'passed',
    }
  })
}

const hex = '#336699'
const FAMILIES: Palette['families'] = {
  ...{ phase1: hex, phase2: hex, learn: hex, refuse: hex, heartbeat: hex, client: hex },
}
const palette: Palette = {
  ...{ bg: hex, fg: hex, muted: hex, grid: hex, border: hex, accent: hex, bad: hex, warn: hex },
  ...{ down: hex, pause: hex, gap: hex, families: FAMILIES, labels: FAMILIES },
  ...{ nodes: Array.from({ length: 9 }, () => hex), fontUi: 'sans-serif', fontMono: 'monospace' },
  ...{ fontPx: 11, lineScale: 1 },
}

const engine = new Engine({
  say: () => {},
  newSurface: surface,
  onFrame: () => {},
  nowMs: () => performance.now(),
})
engine.take({ kind: 'canvas', canvas: surface(WIDTH, HEIGHT) })
engine.take({ kind: 'palette', palette })
const size = { width: WIDTH, height: HEIGHT, scale: 1 }
engine.take({ kind: 'layout', ...size, members: MEMBERS })

const batches: LabEvent[] = []
for (let at = 0; at < MESSAGES; at += BATCH) {
  const part = messages(at, Math.min(BATCH, MESSAGES - at))
  const stamp = { seq: batches.length + 1, atMs: part.at(-1)?.endedAtMs ?? 0, by: 'lab' } as const
  batches.push({ ...stamp, type: 'messagesSeen', missed: 0, messages: part })
}
const lastMs = (MESSAGES * 1000) / PER_SECOND
const { store } = engine

process.stdout.write(`${MESSAGES} messages, ${PER_SECOND} a second, ${WIDTH} px\n`)
timed('ingest', () => engine.take({ kind: 'events', events: batches }))
timed('order by time', () => store.positionOf(0))
const window = { fromMs: 0, toMs: lastMs }
const laneOf = laneIndex([0, ...MEMBERS])
timed('binning of all into pixel columns', () =>
  binDensity(store, window, newDensity(WIDTH, MEMBERS.length + 1), laneOf, null),
)
look('frames, whole run (density)', 0, lastMs)
look('frames, 4 s (lines)', lastMs / 2, lastMs / 2 + 3900)
look('frames, 300 ms (arrows)', lastMs / 2, lastMs / 2 + 300)
look('frame, nothing new', lastMs / 2, lastMs / 2 + 300)
timed('filter, counted over all', () => {
  engine.take({ kind: 'filter', text: 'type:accept node:2 -dropped' })
  engine.matches.totals()
})
timed('rows of the table', () => engine.matches.rows().length)
timed('happens-before cone', () => coneOf(store, store.at(store.size >> 1)))

function look(name: string, fromMs: number, toMs: number): void {
  engine.take({ kind: 'view', view: { fromMs, toMs, nowMs: lastMs, ticks: [] } })
  strokes = 0
  let frames = 0
  let longest = 0
  const beganAtMs = performance.now()
  for (let done = false; !done; frames += 1) {
    const frameAtMs = performance.now()
    done = engine.frame()
    longest = Math.max(longest, performance.now() - frameAtMs)
  }
  const all = (performance.now() - beganAtMs).toFixed(1)
  const words = `${all} ms in ${frames}, longest ${longest.toFixed(1)} ms, ${strokes} calls`
  process.stdout.write(`${name.padEnd(44)} ${words}\n`)
}
