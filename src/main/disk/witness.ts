/**
 * Witness of what a power cut would leave: for each file of a node's directory how many bytes are
 * flushed, and whether its name is. The node writes it after each flush and before it tells anyone;
 * the lab reads it when the node is dead. It is never flushed itself: it stands for the disk.
 *
 * Form:   text; one line of 128 bytes a file, rewritten in place by one write:
 *         `D 0000000000004096 paxos-000001.log`, padded with spaces, `\n` last. The first line is
 *         the title. `D`: the name is durable; `N`: made or moved there, its directory not flushed
 *         since; `F`: free line.
 * Errors: `WitnessError` for anything else: a cut by guess would prove nothing.
 */
export const WITNESS_NAME = 'flushed.witness'
export const WITNESS_LINE_BYTES = 128
export const WITNESS_TITLE = 'paxos-lab flushed bytes 1'
const NAME_BYTES_MAX = WITNESS_LINE_BYTES - 20
const DIGITS = 16

export interface WitnessEntry {
  readonly name: string
  readonly flushedBytes: number
  readonly nameDurable: boolean
}

export class WitnessError extends Error {
  override readonly name = 'WitnessError'
}

/** Null prints a free line. */
export function printWitnessLine(entry: WitnessEntry | null): string {
  if (entry === null) return padLine('F')
  const { name, flushedBytes, nameDurable } = entry
  if (!/^[\w.-]+$/.test(name) || name.length > NAME_BYTES_MAX) {
    throw new WitnessError(`the witness cannot hold the file name "${name}"`)
  }
  const bytes = String(flushedBytes).padStart(DIGITS, '0')
  return padLine(`${nameDurable ? 'D' : 'N'} ${bytes} ${name}`)
}

export function printWitnessTitle(): string {
  return padLine(WITNESS_TITLE)
}

/** Entries by line; null is a free line. */
export function parseWitness(text: string): (WitnessEntry | null)[] {
  const lines = text.split('\n')
  if (lines.pop() !== '' || lines[0]?.trimEnd() !== WITNESS_TITLE) {
    throw new WitnessError(`${WITNESS_NAME} does not begin with "${WITNESS_TITLE}"`)
  }
  return lines.slice(1).map((line, index) => {
    if (line.length !== WITNESS_LINE_BYTES - 1) throw badLine(index)
    if (line.trimEnd() === 'F') return null
    const match = /^([DN]) (\d{16}) ([\w.-]+) *$/.exec(line)
    if (!match) throw badLine(index)
    return { name: match[3]!, flushedBytes: Number(match[2]), nameDurable: match[1] === 'D' }
  })
}

function badLine(index: number): WitnessError {
  return new WitnessError(`${WITNESS_NAME}: line ${index + 2} is not one of ours`)
}

function padLine(text: string): string {
  return `${text.padEnd(WITNESS_LINE_BYTES - 1)}\n`
}
