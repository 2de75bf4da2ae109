/**
 * Figures of a load: latency histogram, acknowledged writes, longest gap; medians over rounds.
 *
 * Units: latencies are microseconds inside, ms in reports. The histogram has steps of 1 us below
 * 1 ms and of 0.1 % above, so a quantile is off by that much at most, in memory that does not grow.
 */

const FINE_US = 1000
const COARSE_STEPS = 20_000
const STEP = Math.log(1.001)
const ERROR_KINDS_MAX = 20
const ERROR_CHARS_MAX = 120

/**
 * @typedef {object} Figures
 * @property {number} perSecond acknowledged writes
 * @property {number} p50Ms
 * @property {number} p99Ms
 * @property {number} acked
 * @property {number} gapMs longest time in which no write was acknowledged
 * @property {number} lost commands without an answer: their connection or their patience ended
 * @property {Record<string, number>} errors error answers, by their words
 * @property {number} cores CPU that the generator itself used
 */

export class Histogram {
  count = 0
  #fine = new Float64Array(FINE_US)
  #coarse = new Float64Array(COARSE_STEPS)

  /** @param {number} us */
  add(us) {
    this.count += 1
    const fine = us < FINE_US
    const cells = fine ? this.#fine : this.#coarse
    const at = fine ? us | 0 : Math.min(COARSE_STEPS - 1, (Math.log(us / FINE_US) / STEP) | 0)
    cells[at] = (cells[at] ?? 0) + 1
  }

  /** @param {number} q from 0 to 1 */
  quantileUs(q) {
    let left = this.count * q
    if (left === 0) return 0
    for (let i = 0; i < FINE_US; i += 1) {
      left -= this.#fine[i] ?? 0
      if (left <= 0) return i + 0.5
    }
    for (let i = 0; i < COARSE_STEPS; i += 1) {
      left -= this.#coarse[i] ?? 0
      if (left <= 0) return FINE_US * Math.exp((i + 0.5) * STEP)
    }
    return FINE_US * Math.exp(COARSE_STEPS * STEP)
  }
}

/** What a generator counts between the end of the warm-up and the end. */
export class Meter {
  acked = 0
  lost = 0
  #latencies = new Histogram()
  /** @type {Map<string, number>} */
  #errors = new Map()
  #startedAt = NaN
  #lastAckAt = NaN
  #gapMs = 0
  #cpu = process.cpuUsage()

  get measuring() {
    return !Number.isNaN(this.#startedAt)
  }

  begin(now = performance.now()) {
    this.#startedAt = now
    this.#lastAckAt = now
    this.#cpu = process.cpuUsage()
  }

  /**
   * @param {number} sentAt
   * @param {number} now
   */
  ack(sentAt, now) {
    if (!this.measuring) return
    this.acked += 1
    this.#latencies.add((now - sentAt) * 1000)
    this.#gapTo(now)
    this.#lastAckAt = now
  }

  /** @param {string} words */
  error(words) {
    if (!this.measuring) return
    const cut = words.slice(0, ERROR_CHARS_MAX)
    const known = this.#errors.has(cut) || this.#errors.size < ERROR_KINDS_MAX
    const kind = known ? cut : 'other errors'
    this.#errors.set(kind, (this.#errors.get(kind) ?? 0) + 1)
  }

  /** @returns {Figures} */
  end(now = performance.now()) {
    this.#gapTo(now)
    const seconds = (now - this.#startedAt) / 1000
    const { user, system } = process.cpuUsage(this.#cpu)
    /** @param {number} q */
    const ms = (q) => Math.round(this.#latencies.quantileUs(q)) / 1000
    return {
      perSecond: Math.round(this.acked / seconds),
      p50Ms: ms(0.5),
      p99Ms: ms(0.99),
      acked: this.acked,
      gapMs: Math.round(this.#gapMs * 10) / 10,
      lost: this.lost,
      errors: Object.fromEntries(this.#errors),
      cores: Math.round((user + system) / seconds / 10_000) / 100,
    }
  }

  /** @param {number} now */
  #gapTo(now) {
    this.#gapMs = Math.max(this.#gapMs, now - this.#lastAckAt)
  }
}

/** @param {readonly number[]} numbers */
export function median(numbers) {
  const sorted = numbers.filter((each) => Number.isFinite(each)).sort((a, b) => a - b)
  const half = sorted.length >> 1
  const upper = sorted[half] ?? NaN
  return sorted.length % 2 === 1 ? upper : ((sorted[half - 1] ?? NaN) + upper) / 2
}

/**
 * The key of one draw, as all generators use it: 10,000 keys, the same order each time.
 * @returns {() => number}
 */
export function keyDraws(keys = 10_000, seed = 0x9e3779b9) {
  let draw = seed
  return () => {
    draw ^= draw << 13
    draw ^= draw >>> 17
    draw ^= draw << 5
    return (draw >>> 0) % keys
  }
}
