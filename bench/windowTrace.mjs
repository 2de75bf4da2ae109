/**
 * Work per frame on the main thread of the page, from a trace of the browser: how long scripts ran
 * between one frame and the next, and how long that thread was busy at all (scripts, style, layout,
 * paint): by the clock, and as time of the processor, which does not hold what others take away.
 *
 * Units: a trace is in microseconds, what comes out is ms.
 */

/**
 * @typedef {{ name: string, ph: string, pid: number, tid: number, ts: number, dur?: number,
 *   tdur?: number, args?: { name?: string } }} TraceEvent
 * @typedef {{ from: number, to: number }} Span
 * @typedef {{ frames: number, scripts: number[], busy: number[], scriptsCpu: number[],
 *   busyCpu: number[], tasksCpu: number[], seconds: number }} FrameWork ms of each frame, and of
 *   each task that took the processor for long
 */

export const TRACE_CATEGORIES = [
  'devtools.timeline',
  'disabled-by-default-devtools.timeline',
  'devtools.timeline.frame',
  'v8',
]

/** Once a frame: what was drawn is handed to the compositor. */
const FRAME = 'Commit'
const TASK = 'RunTask'
/** What the field calls a long task, ms. */
const LONG_TASK_MS = 50
/** Where JavaScript runs or its collector does; nested ones count once. */
const SCRIPTS = new Set([
  'FunctionCall',
  'EvaluateScript',
  'RunMicrotasks',
  'FireAnimationFrame',
  'TimerFire',
  'EventDispatch',
  'V8.GCScavenger',
  'MinorGC',
  'MajorGC',
])

/**
 * @param {Buffer} trace
 * @returns {FrameWork}
 */
export function frameWork(trace) {
  /** @type {{ traceEvents: TraceEvent[] }} */
  const { traceEvents } = JSON.parse(trace.toString('utf8'))
  const main = mainThread(traceEvents)
  const own = traceEvents.filter(({ pid, tid }) => `${pid} ${tid}` === main)
  const frames = own.filter(({ name }) => name === FRAME).map(({ ts }) => ts)
  frames.sort((a, b) => a - b)
  const scripts = own.filter(({ name }) => SCRIPTS.has(name))
  const tasks = own.filter(({ name }) => name.endsWith(TASK))
  return {
    frames: Math.max(0, frames.length - 1),
    scripts: perFrame(frames, joinSpans(scripts)),
    busy: perFrame(frames, joinSpans(tasks)),
    scriptsCpu: cpuPerFrame(frames, scripts),
    busyCpu: cpuPerFrame(frames, tasks),
    tasksCpu: tasks.map(({ tdur = 0 }) => tdur / 1000).filter((ms) => ms > LONG_TASK_MS),
    seconds: ((frames.at(-1) ?? 0) - (frames[0] ?? 0)) / 1e6,
  }
}

/**
 * Processor time of the outermost events, each in the frame in which it began.
 * @param {readonly number[]} frames
 * @param {readonly TraceEvent[]} events
 */
function cpuPerFrame(frames, events) {
  const sums = frames.slice(1).map(() => 0)
  let coveredTo = 0
  let frame = 0
  for (const { ts, dur = 0, tdur = 0 } of events.toSorted((a, b) => a.ts - b.ts)) {
    while (frame < frames.length && (frames[frame + 1] ?? Infinity) <= ts) frame += 1
    if (ts < coveredTo || ts < (frames[0] ?? Infinity) || frame >= sums.length) continue
    coveredTo = ts + dur
    sums[frame] = (sums[frame] ?? 0) + tdur / 1000
  }
  return sums
}

/** The renderer's main thread with the most scripts: there may be more than one page.
 * @param {readonly TraceEvent[]} events
 */
function mainThread(events) {
  const mains = events
    .filter(({ name, args }) => name === 'thread_name' && args?.name === 'CrRendererMain')
    .map(({ pid, tid }) => `${pid} ${tid}`)
  /** @type {Map<string, number>} */
  const calls = new Map()
  for (const { name, pid, tid } of events) {
    const key = `${pid} ${tid}`
    if (name === 'FireAnimationFrame' && mains.includes(key)) {
      calls.set(key, (calls.get(key) ?? 0) + 1)
    }
  }
  return [...calls].sort((a, b) => b[1] - a[1])[0]?.[0] ?? ''
}

/**
 * @param {readonly TraceEvent[]} events
 * @returns {Span[]} in order, without overlap
 */
function joinSpans(events) {
  const spans = events
    .filter(({ dur }) => dur !== undefined)
    .map(({ ts, dur = 0 }) => ({ from: ts, to: ts + dur }))
    .sort((a, b) => a.from - b.from)
  /** @type {Span[]} */
  const joined = []
  for (const span of spans) {
    const last = joined.at(-1)
    if (last !== undefined && span.from <= last.to) last.to = Math.max(last.to, span.to)
    else joined.push(span)
  }
  return joined
}

/**
 * Ms of the spans between each frame and the next.
 * @param {readonly number[]} frames
 * @param {readonly Span[]} spans
 */
function perFrame(frames, spans) {
  let first = 0
  return frames.slice(0, -1).map((from, at) => {
    const to = frames[at + 1] ?? from
    while (first < spans.length && (spans[first]?.to ?? 0) <= from) first += 1
    let sum = 0
    for (let next = first; next < spans.length; next += 1) {
      const span = spans[next]
      if (span === undefined || span.from >= to) break
      sum += Math.min(span.to, to) - Math.max(span.from, from)
    }
    return sum / 1000
  })
}
