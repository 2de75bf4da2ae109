/** RESP2 replies as text, one byte per code unit; what the KV answers and sessions keep. */
export const OK = '+OK\r\n'
export const NIL = '$-1\r\n'

export function integer(value: number | bigint): string {
  return `:${value}\r\n`
}

export function bulk(value: string | undefined): string {
  return value === undefined ? NIL : `$${value.length}\r\n${value}\r\n`
}

export function array(items: readonly string[]): string {
  return `*${items.length}\r\n${items.join('')}`
}

/** One line, whatever a value inside it holds; its code units are bytes. */
export function error(words: string): string {
  return `-${words.replace(/[\r\n]+/g, ' ').replaceAll('…', '...')}\r\n`
}
