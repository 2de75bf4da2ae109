/**
 * Bounds what one call carries: a host ends the connection of a window that sends more, and a
 * person should hear of it before, with the size.
 *
 * Errors: LabCallError with the size in words; nothing has been sent then.
 */
import { LabCallError } from '../../../shared/api'
import { MESSAGE_BYTES_MAX } from '../../../shared/rpc'
import type { WindowApi } from '../../../shared/rpc'

/** The frame around the arguments: name, number, brackets. */
const FRAME_BYTES = 1024
/** Shorter arguments are never too long, whatever JSON makes of them: it takes 6 bytes a unit. */
const UNITS_FREE = Math.floor((MESSAGE_BYTES_MAX - FRAME_BYTES) / 6)

/** The same calls; one that would be too long rejects. */
export function boundedCalls(call: WindowApi): WindowApi {
  return new Proxy(call, {
    get(target, name, receiver) {
      const own: unknown = Reflect.get(target, name, receiver)
      if (typeof own !== 'function') return own
      return (...args: unknown[]): unknown => {
        const words = tooLong(args)
        if (words !== null) return Promise.reject(new LabCallError('badArgument', words))
        return Reflect.apply(own, target, args) as unknown
      }
    },
  })
}

/** Null: they fit. */
function tooLong(args: readonly unknown[]): string | null {
  if (units(args) <= UNITS_FREE) return null
  const bytes = new TextEncoder().encode(JSON.stringify(args)).length + FRAME_BYTES
  if (bytes <= MESSAGE_BYTES_MAX) return null
  const size = (many: number): string => `${Math.ceil(many / 1024)} KiB`
  return (
    `It takes ${size(bytes)} to send, and a window may send ${size(MESSAGE_BYTES_MAX)} at once: ` +
    'make the text shorter.'
  )
}

/** UTF-16 units of the texts in it, at any depth; cheap for what is short. */
function units(value: unknown): number {
  if (typeof value === 'string') return value.length
  if (typeof value !== 'object' || value === null) return 0
  return Object.values(value).reduce((sum: number, part: unknown) => sum + units(part), 0)
}
