/** The figures of a big run beside their bars, as Markdown. */

/** @typedef {import('./bigRun.mjs').BigRunFigures} BigRunFigures */
/** @typedef {import('./bigRunPage.mjs').Phase} Phase */

const FIRST_MS_MAX = 2000
const FRAMES_MIN = 30
const FREEZE_MS_MAX = 200

/**
 * @param {BigRunFigures} figures
 * @param {{ version: string, machine: string[] }} head
 */
export function bigRunText(figures, { version, machine }) {
  const { openings, scrubs, filter } = figures
  return [
    `# A run of ${figures.events} events in the window, ${version}`,
    '',
    ...machine.map((line) => `- ${line}`),
    `- Record: ${figures.recordMiB} MiB, made by the simulator from seed 1 in ${figures.makeS} s.`,
    `- Others used ${figures.otherCores ?? 'an unknown number of'} cores meanwhile.`,
    '',
    '| What | Figure | Bar | |',
    '|---|---|---|---|',
    ...openings.map(({ name, firstMs }) =>
      bar(
        `first picture, ${name}`,
        `${firstMs} ms`,
        `≤ ${FIRST_MS_MAX} ms`,
        firstMs <= FIRST_MS_MAX,
      ),
    ),
    ...scrubs.map(({ name, phase }) =>
      bar(name, frames(phase), `≥ ${FRAMES_MIN} frames/s`, phase.perSecond >= FRAMES_MIN),
    ),
    bar(
      `filter \`${filter.text}\``,
      `${filter.phase.longTaskMs.toFixed(0)} ms longest task of the page`,
      `≤ ${FREEZE_MS_MAX} ms`,
      filter.phase.longTaskMs <= FREEZE_MS_MAX,
    ),
    '',
    '## Beside the bars',
    '',
    ...openings.map(
      ({ name, wholeMs, phase }) =>
        `- ${name}: all counted and listed after ${wholeMs} ms; meanwhile ${frames(phase)}, ` +
        `longest task of the page ${phase.longTaskMs.toFixed(0)} ms.`,
    ),
    `- All ${figures.messages} messages in the diagram ${figures.diagramMs} ms after the scrub.`,
    `- Filter: the count \`${filter.count}\` stood after ${filter.ms} ms; ${frames(filter.phase)}.`,
    `- Statistics of a brush over four fifths of the run: ${figures.statisticsMs} ms.`,
    `- Memory: page ${figures.pageMiB ?? '?'} MiB, of it ${figures.heapMiB} MiB scripts; ` +
      `host ${figures.hostMiB ?? '?'} MiB.`,
    `- Errors on the console: ${figures.problems.length === 0 ? 'none' : figures.problems.join('; ')}.`,
    '',
  ].join('\n')
}

/**
 * @param {string} what
 * @param {string} figure
 * @param {string} limit
 * @param {boolean} isReached
 */
function bar(what, figure, limit, isReached) {
  return `| ${what} | ${figure} | ${limit} | ${isReached ? 'reached' : '**not reached**'} |`
}

/** @param {Phase} phase */
function frames({ perSecond, p50Ms, p95Ms, longestMs }) {
  const gaps = [p50Ms, p95Ms, longestMs].map((ms) => ms.toFixed(1)).join(' / ')
  return `${perSecond.toFixed(1)} frames/s (gaps p50 / p95 / longest ${gaps} ms)`
}
