/**
 * What `test/run.mjs` needs to know of a run, as one JSON file: counts, what was skipped and why,
 * and errors that belong to no test. vitest's own JSON reporter lacks the last two.
 */
import { writeFileSync } from 'node:fs'

/**
 * @typedef {object} Summary
 * @property {number} passed
 * @property {number} failed tests, plus files that could not be loaded
 * @property {{ suite: string, reason: string, tests: number }[]} skipped
 * @property {number} unhandled errors outside of any test
 */

export default class SummaryReporter {
  /**
   * @param {readonly import('vitest/node').TestModule[]} modules
   * @param {readonly unknown[]} unhandled
   */
  onTestRunEnd(modules, unhandled) {
    const path = process.env['PAXOS_TEST_SUMMARY']
    if (!path) return
    /** @type {Summary} */
    const summary = { passed: 0, failed: 0, skipped: [], unhandled: unhandled.length }
    for (const module of modules) this.#addModule(summary, module)
    writeFileSync(path, JSON.stringify(summary))
  }

  /**
   * @param {Summary} summary
   * @param {import('vitest/node').TestModule} module
   */
  #addModule(summary, module) {
    // A file that cannot be loaded, or a failed hook, fails although no test of it ran.
    if (module.errors().length > 0) summary.failed += 1
    for (const suite of module.children.allSuites()) {
      if (suite.errors().length > 0) summary.failed += 1
    }
    for (const test of module.children.allTests()) {
      const result = test.result()
      if (result.state === 'passed') summary.passed += 1
      else if (result.state === 'failed') summary.failed += 1
      else this.#addSkipped(summary, test, 'note' in result ? result.note : undefined)
    }
  }

  /**
   * Skipped tests of one suite make one line.
   * @param {Summary} summary
   * @param {import('vitest/node').TestCase} test
   * @param {string | undefined} note
   */
  #addSkipped(summary, test, note) {
    const top = test.fullName.split(' > ')[0] ?? test.name
    const suite = `${test.module.relativeModuleId}: ${top}`
    const reason = note ?? ''
    const known = summary.skipped.find((entry) => entry.suite === suite && entry.reason === reason)
    if (known) known.tests += 1
    else summary.skipped.push({ suite, reason, tests: 1 })
  }
}
