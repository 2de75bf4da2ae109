/**
 * What the command line says and where: results on standard output, one line each; with `--json`
 * JSON lines and nothing else there, and words for people on standard error.
 */
import { stripVTControlCharacters } from 'node:util'

/** Exit codes, and what each verdict ends with. */
export const EXIT = { valid: 0, violated: 1, unknown: 2 } as const

export interface Terminal {
  readonly isTerminal: boolean
  readonly columns: number
  write(text: string): void
}

export class Output {
  constructor(
    readonly json: boolean,
    private readonly stdout: Terminal = terminalOf(process.stdout),
    private readonly stderr: Terminal = terminalOf(process.stderr),
  ) {}

  /** One result: an object with `--json`, else its words. */
  result(object: object, words: string): void {
    if (this.json) this.stdout.write(`${JSON.stringify(object)}\n`)
    else this.stdout.write(`${words}\n`)
  }

  /** Words for people; never on standard output with `--json`. */
  say(words: string): void {
    this.people.write(`${words}\n`)
  }

  /** Errors, always for people too. */
  complain(words: string): void {
    this.stderr.write(`${words}\n`)
  }

  /** Where people read. */
  get people(): Terminal {
    return this.json ? this.stderr : this.stdout
  }

  /** Help text, without colours where there is no terminal or nobody wants them. */
  help(text: string, isAnswer: boolean): void {
    const out = isAnswer ? this.stdout : this.stderr
    const plain = !out.isTerminal || !wantsColour()
    const shown = (plain ? stripVTControlCharacters(text) : text).replace(/ +$/gm, '')
    out.write(`${shown}\n`)
  }
}

/** See no-color.org: any value but an empty one switches colours off. */
export function wantsColour(): boolean {
  return (process.env['NO_COLOR'] ?? '') === '' && process.env['TERM'] !== 'dumb'
}

function terminalOf(stream: NodeJS.WriteStream): Terminal {
  return {
    isTerminal: stream.isTTY === true,
    get columns() {
      // A pseudo-terminal that nobody sized says 0.
      return stream.columns || 80
    },
    write: (text) => void stream.write(text),
  }
}
