/** What both load generators take on their command line, and how they run and report. */
import { parseArgs } from 'node:util'
import { Meter } from './figures.mjs'

export const KEYS = 10_000
export const VALUE = 'x'.repeat(64)

/**
 * @typedef {object} LoadOptions
 * @property {number[]} ports clients are dealt over them in turn
 * @property {number} clients
 * @property {number} pipeline commands that a client keeps outstanding
 * @property {number} seconds
 * @property {number} warm seconds before measuring
 * @property {number} count ends after so many acknowledged writes; 0: after the seconds
 * @property {number} patienceMs a write without an answer is given up then; 0: never
 */

/** @returns {LoadOptions} */
export function loadOptions() {
  const { values } = parseArgs({
    options: {
      ports: { type: 'string', default: '' },
      clients: { type: 'string', default: '1' },
      pipeline: { type: 'string', default: '1' },
      seconds: { type: 'string', default: '3' },
      warm: { type: 'string', default: '0.5' },
      count: { type: 'string', default: '0' },
      'patience-ms': { type: 'string', default: '0' },
    },
  })
  return {
    ports: values.ports.split(',').map(Number),
    clients: Number(values.clients),
    pipeline: Number(values.pipeline),
    seconds: Number(values.seconds),
    warm: Number(values.warm),
    count: Number(values.count),
    patienceMs: Number(values['patience-ms']),
  }
}

/**
 * Measures after the warm-up, prints one JSON line and ends the process: an orderly goodbye to
 * hundreds of connections is no part of the measurement.
 *
 * @param {LoadOptions} options
 * @returns {Meter}
 */
export function measure({ seconds, warm, count }) {
  const meter = new Meter()
  const finish = () => {
    process.stdout.write(`${JSON.stringify(meter.end())}\n`, () => process.exit(0))
  }
  setTimeout(() => {
    process.stderr.write('measuring\n')
    meter.begin()
    const limit = setTimeout(finish, seconds * 1000)
    if (count === 0) return
    const watch = setInterval(() => {
      if (meter.acked < count) return
      clearTimeout(limit)
      clearInterval(watch)
      finish()
    }, 20)
  }, warm * 1000)
  return meter
}
