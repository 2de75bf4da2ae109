/** What a fault does, in words for lists and lines. The window has its own, with node names. */
import type { DirectoryFault, Fault, NodeFault, ProcessFault } from '../core/fault'

export type FaultOfNode = ProcessFault | DirectoryFault | NodeFault

export function isFaultOfNode(fault: Fault): fault is FaultOfNode {
  return 'node' in fault
}

export function nodeFaultWords(fault: FaultOfNode): string {
  const at = `node ${fault.node}`
  switch (fault.kind) {
    case 'kill':
    case 'stop':
    case 'pause':
    case 'wipe':
      return `${fault.kind} ${at}`
    case 'powerLoss':
      return `power loss of ${at}${fault.tornTail ? ', torn tail' : ''}`
    case 'clock':
      return `clock of ${at} ${clockWords(fault)}`
    case 'slow':
      return `${at} slow: ${slowWords(fault)}`
    case 'failpoint': {
      const { name, action, skip, delayMs } = fault.arm
      const delay = action === 'delay' ? ` ${delayMs} ms` : ''
      return `failpoint ${name} of ${at}: ${action}${delay}${skip > 0 ? ` after ${skip}` : ''}`
    }
    default:
      return `disk of ${at}: ${storageWords(fault)}`
  }
}

export function clockWords({ offsetMs, drift }: { offsetMs: number; drift: number }): string {
  const sign = (value: number): string => (value > 0 ? `+${value}` : `${value}`)
  const percent = sign(Math.round(drift * 1e6) / 1e4)
  return `${sign(offsetMs)} ms${drift === 0 ? '' : `, drift ${percent} %`}`
}

export function slowWords({ delayMs, jitterMs }: { delayMs: number; jitterMs: number }): string {
  return `${delayMs}${jitterMs > 0 ? ` ± ${jitterMs}` : ''} ms before each round`
}

type StorageFaultHere = Exclude<
  NodeFault,
  { readonly kind: 'clock' } | { readonly kind: 'failpoint' } | { readonly kind: 'slow' }
>

export function storageWords(fault: StorageFaultHere): string {
  switch (fault.kind) {
    case 'flushOff':
      return 'flush off'
    case 'flushLies':
      return 'flushes lie'
    case 'slowFlush': {
      const jitter = fault.jitterMs > 0 ? ` ± ${fault.jitterMs}` : ''
      return `flushes take ${fault.delayMs}${jitter} ms longer`
    }
    case 'writeError':
      return 'next write fails'
    case 'flushError':
      return 'next flush fails'
    case 'diskFull':
      return `full after ${fault.bytesLeft} bytes`
    case 'tornTail':
      return 'next write is torn'
  }
}
