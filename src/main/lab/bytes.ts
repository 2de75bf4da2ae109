/** Commands and replies on the control channel hold one byte per code unit, as core has them. */
export function toBinary(text: string): string {
  return Buffer.from(text, 'utf8').toString('latin1')
}

export function fromBinary(binary: string): string {
  return Buffer.from(binary, 'latin1').toString('utf8')
}
