/** A run of the window as Markdown: budgets beside figures, each minute, who used the machine. */

/** @typedef {import('./window.mjs').WindowFigures} WindowFigures */
/** @typedef {import('./window.mjs').Minute} Minute */
/** @typedef {{ budget: string, measured: string, reached: boolean? }} Row null: not measured */

const SCRIPTS_MS_MAX = 8
const SCRIPTS_SOFTWARE_MS_MAX = 16
const HEAP_MIB_MAX = 238
/** A heap that is this much higher in the last minutes than in the first ones is not flat. */
const HEAP_GROWTH_MIB_MAX = 15
const HEAP_MINUTES = 2
/** The load counts as met from this share of it on. */
const LOAD_SHARE = 0.95
const OTHERS_CORES_MAX = 0.2
const SLOW_ROWS = 8

/** @param {number} value */
const whole = (value) => Math.round(value).toLocaleString('en-US')
/** @param {number} value */
const one = (value) => (Number.isFinite(value) ? value.toFixed(1) : '-')

/** @param {readonly (readonly string[])[]} rows the first is the head */
function table(rows) {
  const [head = [], ...body] = rows
  const lines = [head, head.map(() => '---'), ...body]
  return lines.map((cells) => `| ${cells.join(' | ')} |`)
}

/**
 * @param {readonly number[]} values
 * @param {number} q 0 to 1
 */
export function quantile(values, q) {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * q))] ?? NaN
}

/**
 * @param {readonly [number, number][]} gaps ms and how often
 * @param {number} q
 */
export function gapQuantile(gaps, q) {
  const sorted = gaps.toSorted((a, b) => a[0] - b[0])
  const all = sorted.reduce((sum, [, count]) => sum + count, 0)
  let past = 0
  for (const [gap, count] of sorted) {
    past += count
    if (past > all * q) return gap
  }
  return sorted.at(-1)?.[0] ?? NaN
}

/** @param {readonly Minute[]} minutes the first one warms up, unless there are too few */
function heapGrowth(minutes) {
  const settled = minutes.length > 2 * HEAP_MINUTES ? minutes.slice(1) : minutes
  if (settled.length < 2) return NaN
  const mean = (/** @type {readonly Minute[]} */ part) =>
    part.reduce((sum, { heapMiB }) => sum + heapMiB, 0) / part.length
  return mean(settled.slice(-HEAP_MINUTES)) - mean(settled.slice(0, HEAP_MINUTES))
}

/**
 * The same by the time that the page itself had the processor: on a machine that nodes fill, the
 * clock also counts what they take.
 * @param {WindowFigures['traces']} traces
 * @returns {Row}
 */
function ownTasks(traces) {
  const found = traces.flatMap(({ work }) => work.tasksCpu)
  const seconds = traces.reduce((sum, { work }) => sum + work.seconds, 0)
  const perMinute = one((found.length * 60) / seconds)
  return {
    budget: 'the same of the processor alone: 0 in 60 s',
    measured:
      `${perMinute} in 60 s (${found.length} in ${whole(seconds)} s of traces, ` +
      `longest ${whole(Math.max(0, ...found))} ms)`,
    reached: traces.length === 0 ? null : found.length === 0,
  }
}

/**
 * @param {WindowFigures} figures
 * @returns {Row[]}
 */
export function judgeWindow(figures) {
  const { options, minutes, probed, traces, isSoftware, record, fellBehind } = figures
  const steady = Object.entries(probed).filter(([phase]) => phase === 'lab' || phase === 'timeline')
  const longTasks = steady.flatMap(([, { longTasks: found }]) => found)
  const frames = steady.flatMap(([, { gaps }]) => gaps)
  const seconds = frames.reduce((sum, [gap, count]) => sum + gap * count, 0) / 1000
  const perMinute = (longTasks.length * 60) / seconds
  const scripts = traces.flatMap(({ work }) => work.scripts)
  const scriptsP95 = quantile(scripts, 0.95)
  const scriptsMax = isSoftware ? SCRIPTS_SOFTWARE_MS_MAX : SCRIPTS_MS_MAX
  const messages = quantile(
    minutes.map((minute) => minute.messages),
    0.5,
  )
  const heap = Math.max(...minutes.map(({ heapMiB }) => heapMiB))
  const growth = heapGrowth(minutes)
  const shown = minutes.at(-1)?.dropped ?? NaN
  const told = record === null ? NaN : record.factsDropped + record.eventsLost
  const where = isSoftware ? 'software rasterisation' : 'GPU'
  return [
    {
      budget: `load: ${whole(options.messages)} messages/s seen`,
      measured: `${whole(messages)}/s, median of the minutes`,
      reached: messages >= options.messages * LOAD_SHARE,
    },
    {
      budget: `scripts ≤ ${scriptsMax} ms a frame, p95 (${where})`,
      measured: `${one(scriptsP95)} ms of ${whole(scripts.length)} frames`,
      reached: scripts.length === 0 ? null : scriptsP95 <= scriptsMax,
    },
    {
      budget: 'long tasks (> 50 ms) in steady state: 0 in 60 s',
      measured:
        `${one(perMinute)} in 60 s (${longTasks.length} in ${whole(seconds)} s, ` +
        `longest ${whole(Math.max(0, ...longTasks))} ms)`,
      reached: longTasks.length === 0,
    },
    ownTasks(traces),
    {
      budget: `heap flat: at most ${HEAP_GROWTH_MIB_MAX} MiB more at the end`,
      measured: `${growth > 0 ? '+' : ''}${one(growth)} MiB`,
      reached: Number.isFinite(growth) ? growth <= HEAP_GROWTH_MIB_MAX : null,
    },
    {
      budget: 'heap of the page < 250 MB',
      measured: `${one(heap)} MiB at most, after a forced collection`,
      reached: heap < HEAP_MIB_MAX,
    },
    {
      budget: 'what was dropped is shown: status bar and record agree',
      measured: `bar ${whole(shown)}, record ${Number.isNaN(told) ? '-' : whole(told)}`,
      reached: Number.isNaN(told) ? null : shown === told,
    },
    {
      budget: 'the window never falls behind its host',
      measured: fellBehind ? 'it said that it did' : 'it did not',
      reached: !fellBehind,
    },
  ]
}

/**
 * Where the messages came from.
 * @param {WindowFigures} figures
 */
function sourceLines({ options, rate }) {
  const { minutes, warmUp } = options
  const spans = `${minutes} minutes, after ${warmUp} to fill what is bounded`
  if (options.synthetic) {
    return [
      `- **no nodes**: a synthetic host tells of five at ${whole(options.messages)} messages/s, ` +
        `in real time; ${spans}`,
    ]
  }
  const whom = options.learners === 'all' ? 'every learner' : 'the leader alone'
  return [
    `- 5 real nodes, open loop of ${whole(rate)} operations/s; ${spans}`,
    `- acceptors tell ${whom} of their votes`,
  ]
}

/**
 * @param {WindowFigures} figures
 * @param {{ version: string, machine: string[] }} head
 */
export function windowText(figures, { version, machine }) {
  const { options, probed, traces, processes, otherCores, isSoftware } = figures
  const busy = otherCores !== null && otherCores > OTHERS_CORES_MAX
  const views = options.view === null ? 'Lab and Timeline in turn, one each minute' : options.view
  return [
    `# The window of Paxos Lab ${version} at full load`,
    '',
    ...machine.map((line) => `- ${line}`),
    `- Chromium ${figures.browserVersion}, 1440 x 900, ${isSoftware ? 'no GPU: drawn in software' : 'GPU'}`,
    ...sourceLines(figures),
    `- views: ${views}; 8 charts; each minute the pointer reads the pictures for two seconds`,
    `- others used ${otherCores ?? 'an unknown number of'} cores meanwhile` +
      (busy ? ': **figures by the clock say little**' : ''),
    '',
    '## Budgets',
    '',
    ...table([
      ['budget', 'measured', ''],
      ...judgeWindow(figures).map(({ budget, measured, reached }) => [
        budget,
        measured,
        reached === null ? 'not measured' : reached ? 'reached' : '**not reached**',
      ]),
    ]),
    '',
    '## Frames',
    '',
    'Gaps between animation frames and long tasks, of the whole time. `switch`: two seconds after a',
    'view was opened.',
    '',
    ...table([
      ['', 'frames', 'gap p50, ms', 'p95', 'p99', 'long tasks', 'longest, ms'],
      ...Object.entries(probed)
        .filter(([phase]) => phase !== 'aside')
        .map(([phase, { gaps, longTasks }]) => [
          phase,
          whole(gaps.reduce((sum, [, count]) => sum + count, 0)),
          ...[0.5, 0.95, 0.99].map((q) => one(gapQuantile(gaps, q))),
          String(longTasks.length),
          whole(Math.max(0, ...longTasks)),
        ]),
    ]),
    '',
    ...slowLines(probed),
    '## Work a frame',
    '',
    'Main thread of the page, from traces of ten seconds a minute: ms p50 / p95 / p99 by the clock,',
    'and of the processor, which does not hold what others took away.',
    '',
    ...table([
      ['', 'frames', 'scripts', 'scripts, processor', 'all', 'all, processor'],
      .../** @type {const} */ (['lab', 'timeline']).flatMap((view) => workRow(view, traces)),
    ]),
    '',
    '## Minutes',
    '',
    ...minuteTable(figures.minutes),
    '',
    '## Processes',
    '',
    ...table([
      ['', 'processes', 'cores', 'memory of the largest, MiB'],
      ...processes.map(({ name, count, cores, residentMiB }) => [
        name,
        String(count),
        cores.toFixed(2),
        one(residentMiB),
      ]),
    ]),
    '',
    ...figures.problems.slice(0, 10).map((words) => `- **console: ${words}**`),
  ].join('\n')
}

/**
 * The latest frames of the steady state, and what the browser says of them, by the clock.
 * @param {WindowFigures['probed']} probed
 */
function slowLines(probed) {
  const found = Object.entries(probed)
    .filter(([phase]) => phase === 'lab' || phase === 'timeline')
    .flatMap(([phase, { slow }]) => slow.map((frame) => ({ phase, ...frame })))
    .sort((a, b) => b.ms - a.ms)
    .slice(0, SLOW_ROWS)
  if (found.length === 0) return []
  return [
    'The frames that came latest, ms by the clock from what asked for them: their tasks, and waiting.',
    '',
    ...table([
      ['view', 'frame, ms', 'style, layout, paint', 'scripts'],
      ...found.map(({ phase, ms, layoutMs, scripts }) => [
        ...[phase, whole(ms), whole(layoutMs)],
        scripts.map((script) => `${script.of}: ${whole(script.ms)}`).join('; ') || '-',
      ]),
    ]),
    '',
  ]
}

/**
 * @param {'lab' | 'timeline'} view
 * @param {WindowFigures['traces']} traces
 */
function workRow(view, traces) {
  const works = traces.filter((trace) => trace.view === view).map(({ work }) => work)
  if (works.length === 0) return []
  const cell = (/** @type {readonly number[]} */ values) =>
    [0.5, 0.95, 0.99].map((q) => one(quantile(values, q))).join(' / ')
  return [
    [
      view,
      whole(works.reduce((sum, { frames }) => sum + frames, 0)),
      cell(works.flatMap(({ scripts }) => scripts)),
      cell(works.flatMap(({ scriptsCpu }) => scriptsCpu)),
      cell(works.flatMap(({ busy }) => busy)),
      cell(works.flatMap(({ busyCpu }) => busyCpu)),
    ],
  ]
}

/** @param {readonly Minute[]} minutes */
function minuteTable(minutes) {
  return table([
    [
      ...['minute', 'view', 'messages/s', 'operations/s', 'dropped', 'heap, MiB', 'DOM nodes'],
      ...['page, MiB', 'host, MiB', 'the diagram says'],
    ],
    ...minutes.map((minute, at) => [
      String(at + 1),
      minute.view,
      whole(minute.messages),
      whole(minute.operations),
      whole(minute.dropped),
      one(minute.heapMiB),
      whole(minute.domNodes),
      one(minute.pageMiB ?? NaN),
      one(minute.hostMiB ?? NaN),
      minute.diagram,
    ]),
  ])
}
