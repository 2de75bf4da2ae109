/**
 * Reads verbs from standard input, one a line, and answers each with one line. Blank lines and
 * lines that begin with # are passed over.
 *
 * End: `quit`, a signal, or the end of the input, if that was a terminal or brought a line. An
 *      input that was empty from the start (a service with /dev/null) ends nothing.
 */
import { createInterface } from 'node:readline'
import { LabCallError } from '../../shared/api'
import { performVerb } from '../../shared/performVerb'
import { VerbError, parseVerb } from '../../shared/verbs'
import type { LabController } from '../lab/lab'
import type { Ending } from './ending'
import type { Output } from './output'

export class VerbLoop {
  constructor(
    private readonly lab: LabController,
    private readonly output: Output,
    private readonly ending: Ending,
  ) {}

  /** Resolves when the end was asked for, by the input or by a signal. */
  async run(): Promise<void> {
    const isTerminal = process.stdin.isTTY === true
    const shows = isTerminal && !this.output.json
    const lines = createInterface({
      input: process.stdin,
      ...(shows ? { output: process.stdout, prompt: 'paxos> ' } : { terminal: false }),
    })
    lines.on('SIGINT', () => this.ending.end('SIGINT'))
    const reading = this.read(lines, shows, isTerminal).catch((error: unknown) => {
      if (!this.ending.signal.aborted) throw error
    })
    await Promise.race([this.ending.asked, reading.then(() => this.ending.asked)])
    lines.close()
    process.stdin.destroy()
  }

  private async read(
    lines: ReturnType<typeof createInterface>,
    shows: boolean,
    isTerminal: boolean,
  ): Promise<void> {
    let count = 0
    if (shows) lines.prompt()
    for await (const line of lines) {
      count += 1
      if (this.ending.signal.aborted) return
      await this.answer(line.trim())
      if (this.ending.signal.aborted) return
      if (shows) lines.prompt()
    }
    if ((isTerminal || count > 0) && !this.ending.signal.aborted) this.ending.end('end of input')
  }

  private async answer(line: string): Promise<void> {
    if (line === '' || line.startsWith('#')) return
    const { output } = this
    try {
      const verb = parseVerb(line)
      if (verb.verb === 'quit') return this.ending.end('quit')
      const result = await performVerb(this.lab, verb, {
        status: () => Promise.resolve(this.lab.status()),
      })
      output.result(result, result.words)
    } catch (error) {
      const words = error instanceof Error ? error.message : String(error)
      if (error instanceof VerbError) {
        const usage = error.usage === '' ? {} : { usage: error.usage }
        const hint = error.usage === '' ? '' : ` (usage: ${error.usage})`
        output.result({ ok: false, error: words, ...usage }, `error: ${words}${hint}`)
      } else if (error instanceof LabCallError) {
        const fields = { ok: false, error: words, code: error.code }
        output.result(fields, `error: ${words}`)
      } else throw error
    }
  }
}
