/** Parses what lab and nodes tell each other in step mode; FrameError as in `fields.ts`. */
import { Fields } from './fields'
import { TIMERS } from './nodeOptionsCodec'
import type { HeldRequest, HeldTimer, NodeStepView, StepAct } from './stepping'
import { STEP_REQUESTS_LISTED_MAX } from './stepping'

const PEERS_MAX = 99

export function parseStepAct(act: Fields): StepAct {
  const kind = act.oneOf('kind', ['on', 'off', 'look', 'pass', 'timer', 'request'])
  switch (kind) {
    case 'pass':
      return { kind, ms: act.number('ms') }
    case 'timer':
      return { kind, timer: act.oneOf('timer', TIMERS) }
    case 'request':
      return { kind, id: act.count('id', 1) }
    default:
      return { kind }
  }
}

export function parseStepView(view: Fields): NodeStepView {
  return {
    taken: view.count('taken'),
    idle: view.flag('idle'),
    timers: view.list('timers', TIMERS.length, parseTimer),
    requests: view.list('requests', STEP_REQUESTS_LISTED_MAX, parseRequest),
    requestsTotal: view.count('requestsTotal'),
    sent: view.list('sent', PEERS_MAX, (value, where) => {
      const link = Fields.of(value, where)
      return { to: link.count('to', 1), frames: link.count('frames') }
    }),
  }
}

function parseTimer(value: unknown, where: string): HeldTimer {
  const timer = Fields.of(value, where)
  return { timer: timer.oneOf('timer', TIMERS), leftMs: timer.number('leftMs') }
}

function parseRequest(value: unknown, where: string): HeldRequest {
  const request = Fields.of(value, where)
  return { id: request.count('id', 1), words: request.text('words') }
}

/** Whether the node comes up in step mode; nothing where it does not. */
export function parseStepping(fields: Fields): { readonly stepping?: boolean } {
  return fields.raw('stepping') === undefined ? {} : { stepping: fields.flag('stepping') }
}
