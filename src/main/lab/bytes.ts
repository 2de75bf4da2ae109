/** Text on the control channel holds one byte per code unit (core's form of commands and replies). */
export function toBinary(text: string): string {
  return Buffer.from(text, 'utf8').toString('latin1')
}

export function fromBinary(binary: string): string {
  return Buffer.from(binary, 'latin1').toString('utf8')
}
