/** What a person must hear of at once, whatever else is going on; told on standard error. */
import type { LabEvent } from '../../core/event'
import type { LabPush } from '../../shared/api'

/** Words for an event that is a failure, a violation or a warning; null for any other. */
export function alarmWords(event: LabEvent): string | null {
  switch (event.type) {
    case 'violated':
      return `VIOLATED ${event.invariant}: ${event.words}`
    case 'nodeExited': {
      if (event.injected) return null
      const how = event.signal ?? `code ${event.code}`
      return [`node ${event.node} ended by itself (${how})`, ...event.tail].join('\n  ')
    }
    case 'storageFailed':
    case 'nodeFailed':
      return `node ${event.by} failed: ${event.reason}`
    case 'labNote':
      return event.level === 'info' ? null : `${event.level}: ${event.words}`
    default:
      return null
  }
}

/** A viewer of the lab that only listens for alarms. */
export function alarmViewer(tell: (words: string) => void): LabPush {
  return {
    status: () => {},
    series: () => {},
    reset: () => {},
    events(batch) {
      for (const event of batch) {
        const words = alarmWords(event)
        if (words !== null) tell(words)
      }
    },
  }
}
