/** Datadriven traces: `command` line(s), `----`, then the exact transcript the command printed. */
import { readFileSync, writeFileSync } from 'node:fs'

export interface Case {
  readonly head: string
  readonly command: string
  readonly expected: string
}

export function parseTrace(text: string): Case[] {
  return text
    .trimEnd()
    .split(/\n\n(?=#|\S)/)
    .map((block) => {
      const [top = '', expected = ''] = block.split(/^----$\n?/m)
      const command = top
        .split('\n')
        .filter((line) => line && !line.startsWith('#'))
        .join('\n')
      return { head: top, command, expected: expected.trimEnd() }
    })
}

/** Runs every case; with REWRITE=1 rewrites the file instead of failing. Read the diff first. */
export function runTrace(
  path: string,
  run: (command: string) => string,
  check: (got: string, traced: Case) => void,
): void {
  const cases = parseTrace(readFileSync(path, 'utf8'))
  const got = cases.map(({ command }) => run(command).trimEnd())
  if (process.env['REWRITE'] === '1') {
    const blocks = cases.map(({ head }, i) => `${head.trimEnd()}\n----\n${got[i] ?? ''}`)
    writeFileSync(path, blocks.join('\n\n') + '\n')
    return
  }
  cases.forEach((traced, i) => check(got[i] ?? '', traced))
}
